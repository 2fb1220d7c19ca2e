import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from qijie.setup.preparation import COLLECT
from tests.access.own_database import own_database
from tests.web.site import SOURCE, Site

__all__ = ["own_database"]
Start = Callable[..., Site]


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the collected static files, once for all sites."""
    folder = tmp_path_factory.mktemp("assets")
    command = [sys.executable, "-m", "qijie.cli", *COLLECT]
    own = {"QIJIE_VAR": str(folder), "PYTHONPATH": SOURCE, "QIJIE_SECRET_KEY": "k" * 50}
    subprocess.run(command, env=os.environ | own, check=True)
    return folder / "static"


@pytest.fixture(scope="module")
def start(
    own_database: None, assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    """Starts a site with some of its environment changed; all end with the module."""
    with ExitStack() as running:

        def started(**extra: str) -> Site:
            folder = tmp_path_factory.mktemp("site")
            (folder / "static").symlink_to(assets)
            site = Site(folder, **extra)
            running.callback(site.stop)
            return site.until_ready()

        yield started


@pytest.fixture(scope="module")
def site(start: Start) -> Site:
    return start(QIJIE_BODY_GRACE_SECONDS="2")
