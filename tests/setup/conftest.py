"""Homes for real clusters: short paths, and nothing left behind."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qijie.setup.cluster import Cluster

SOURCE = Path(__file__).resolve().parents[2] / "src" / "qijie"
SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="qj"))
    yield folder
    Cluster.of(folder).destroy()
    shutil.rmtree(folder)


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return Cluster.of(home)


@pytest.fixture
def as_ordinary_user(home: Path) -> Iterator[Callable[[str], str]]:
    """Runs Python code, with `home` as its argument, as somebody who is not root; what it prints.

    The code has the standard library and `qijie.setup`'s parts that need no more.
    """
    copy = home / "src"
    shutil.copytree(SOURCE / "setup", copy / "qijie" / "setup")
    (copy / "qijie" / "__init__.py").touch()
    subprocess.run(["chown", "-R", _ordinary(), home], check=True)
    home.chmod(0o700)

    def run(code: str) -> str:
        drop = ["setpriv", f"--reuid={_ordinary()}", "--clear-groups"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*drop, SYSTEM_PYTHON, "-c", code, str(home)],
            env={"PYTHONPATH": str(copy), "PATH": os.environ["PATH"]},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    yield run
    run(
        "import sys, pathlib; from qijie.setup.cluster import Cluster\n"
        "Cluster.of(pathlib.Path(sys.argv[1])).destroy()"
    )


def _ordinary() -> str:
    return "nobody" if os.geteuid() == 0 else str(os.geteuid())
