"""A site without its static files does not open, and says which command makes them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from qijie.setup.cluster import Cluster
from qijie.setup.database import environment
from qijie.setup.places import checkout
from qijie.setup.preparation import COLLECT
from tests.web.site import free_port

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def qijie(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    own = {
        **environment(Cluster.of(checkout()), str(settings.DATABASES["default"]["NAME"])),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        "PORT": str(free_port()),
        "QIJIE_VAR": str(folder),
        "QIJIE_SECRET_KEY": "a key for tests only, as long as the check wants it",
    }
    run = [sys.executable, "-m", "qijie.cli", *command]
    return subprocess.run(
        run, env=os.environ | own, capture_output=True, text=True, check=False, timeout=60
    )


def test_serve_refuses_without_the_collected_files_or_with_older_ones(tmp_path: Path) -> None:
    for command in (("check",), ("serve", "--workers", "1")):
        refused = qijie(tmp_path, *command)
        assert refused.returncode == 1
        assert f"请运行：qijie {' '.join(COLLECT)}" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert qijie(tmp_path, *COLLECT).returncode == 0
    assert qijie(tmp_path, "check").returncode == 0
    manifest = tmp_path / "static" / "staticfiles.json"
    known = json.loads(manifest.read_text())
    kept = known["paths"].pop("ui/ui.css")
    manifest.write_text(json.dumps(known))
    assert "缺 ui/ui.css，" in qijie(tmp_path, "check").stderr
    known["paths"]["ui/ui.css"] = kept
    manifest.write_text(json.dumps(known))
    (tmp_path / "static" / kept).unlink()
    assert "缺 ui/ui.css，" in qijie(tmp_path, "check").stderr
