"""`qijie worker` as a process of its own, on the module's own database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.web.line import Line
from tests.web.site import SOURCE

PATIENCE_SECONDS = 60
TO_THE_END_SECONDS = 5


def until(happened: Callable[[], bool], otherwise: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)


class Worker:
    def __init__(self, folder: Path, line: Line, **extra: str) -> None:
        self.log_path = folder / "worker.log"
        own = {
            **line.environment,
            "PYTHONPATH": SOURCE,
            "DATABASE_POOL_MAX": "8",
            "QIJIE_VAR": str(folder),
            "QIJIE_SECRET_KEY": "a key for tests only, as long as the check wants it",
            "QIJIE_EMAIL_PORT": "1",
            **extra,
        }
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qijie.cli", "worker"],
                env=os.environ | own,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def until(self, happened: Callable[[], bool]) -> None:
        def is_seen() -> bool:
            assert self.process.poll() is None, self.log
            return happened()

        until(is_seen, lambda: self.log)

    def ended_by(self, number: signal.Signals) -> int:
        """Its code. Fails where it takes longer than it may."""
        self.process.send_signal(number)
        return self.process.wait(TO_THE_END_SECONDS)


@pytest.fixture
def committing(own_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What the test writes is there for the worker; it goes with the module's database."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path, "the worker")


@pytest.fixture
def start(line: Line, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    with ExitStack() as running:

        def started(**extra: str) -> Worker:
            worker = Worker(tmp_path, line, **extra)
            running.callback(worker.process.wait)
            running.callback(worker.process.kill)
            return worker

        yield started
