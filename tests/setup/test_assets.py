"""A site without its static files does not open, and says which command makes them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django import conf
from pytest_django import Settings

from qijie.setup.assets import missing_assets
from qijie.setup.cluster import Cluster
from qijie.setup.database import environment
from qijie.setup.places import checkout
from qijie.setup.preparation import COLLECT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HASHED = {"staticfiles": {"BACKEND": "qijie.ui.storage.HashedAssets"}}


def qijie(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    own = {
        **environment(Cluster.of(checkout()), str(conf.settings.DATABASES["default"]["NAME"])),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        "QIJIE_VAR": str(folder),
        "QIJIE_SECRET_KEY": "a key for tests only, as long as the check wants it",
    }
    run = [sys.executable, "-m", "qijie.cli", *command]
    return subprocess.run(run, env=os.environ | own, capture_output=True, text=True, check=False)


def missing(settings: Settings, folder: Path) -> list[str]:
    """What a process lacks that starts now."""
    settings.STATIC_ROOT, settings.STORAGES = folder, {**settings.STORAGES, **HASHED}
    return missing_assets()


def test_serve_refuses_without_the_collected_files_or_with_older_ones(
    tmp_path: Path, settings: Settings
) -> None:
    refused = qijie(tmp_path, "serve", "--workers", "1")
    assert refused.returncode == 1
    assert f"请运行：qijie {' '.join(COLLECT)}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert qijie(tmp_path, *COLLECT).returncode == 0
    folder = tmp_path / "static"
    assert missing(settings, folder) == []
    manifest = folder / "staticfiles.json"
    known = json.loads(manifest.read_text())
    kept = known["paths"].pop("ui/ui.css")
    manifest.write_text(json.dumps(known))
    assert missing(settings, folder) == ["ui/ui.css"]
    known["paths"]["ui/ui.css"] = kept
    manifest.write_text(json.dumps(known))
    (folder / kept).unlink()
    assert missing(settings, folder) == ["ui/ui.css"]
