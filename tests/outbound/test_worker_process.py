"""`qijie worker` as a process: it outlives its database, ends when asked, and its code is true."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from socket import socket

import psycopg
import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoDbBlocker

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound.models import Letter, Notice
from qijie.records.actions import queue_job
from tests.outbound import matters
from tests.web.line import Line
from tests.web.site import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committing")]
PATIENCE_SECONDS = 60
TO_THE_END_SECONDS = 5


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
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

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


def is_told(words: str) -> bool:
    with scope(SYSTEM):
        return Notice.objects.filter(sentence__endswith=words).exists()


def is_done(task: str) -> bool:
    return ProcrastinateJob.objects.filter(task_name=task, status="succeeded").exists()


def test_after_the_database_was_away_it_does_all_its_work_again(
    start: Callable[..., Worker], line: Line, at: datetime
) -> None:
    matters.reported("停电以前", category="", at=at)
    worker = start()
    worker.until(lambda: is_told("停电以前"))
    before = names(line)

    line.cut()
    worker.until(lambda: "wait for the database, again in 4 s" in worker.log)
    line.mend()
    # What ran meanwhile under the old names may have ended unwritten: those are given up.
    worker.until(lambda: bool(names(line) - before))

    matters.reported("来电以后", category="", email="resident@example.org", at=at)
    queue_job("outbound.clear", queue="default", timestamp="0")
    worker.until(lambda: is_told("来电以后"))
    worker.until(lambda: is_done("outbound.clear"))
    worker.until(lambda: "The mail server is away" in worker.log)
    assert worker.ended_by(signal.SIGTERM) == 0


def test_connections_hung_up_under_it_do_not_end_it(
    start: Callable[..., Worker], line: Line, at: datetime
) -> None:
    worker = start()
    for words in ("第一次", "第二次", "第三次"):
        matters.reported(words, category="", at=at)
        worker.until(lambda words=words: is_told(words))  # type: ignore[misc]
        line.hang_up()
    assert worker.ended_by(signal.SIGINT) == 0


def names(line: Line) -> set[int]:
    """Under which numbers the queue knows who works it."""
    with psycopg.connect(line.cluster.url("postgres", line.database)) as server:
        return {number for (number,) in server.execute("SELECT id FROM procrastinate_workers")}


@contextmanager
def a_silent_mail_server() -> Iterator[socket]:
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(PATIENCE_SECONDS)
        yield silent


def test_whoever_waits_before_a_screen_goes_first(start: Callable[..., Worker]) -> None:
    worker, ours = start(), os.getpriority(os.PRIO_PROCESS, 0)
    worker.until(lambda: os.getpriority(os.PRIO_PROCESS, worker.process.pid) > ours)


def test_a_mail_server_that_says_nothing_keeps_neither_clocks_nor_the_end(
    start: Callable[..., Worker], at: datetime
) -> None:
    matters.reported("要寄信的", category="", email="silent@example.org", at=at)
    with a_silent_mail_server() as silent:
        worker = start(
            QIJIE_EMAIL_PORT=str(silent.getsockname()[1]),
            QIJIE_EMAIL_HOST="127.0.0.1",
            QIJIE_EMAIL_TIMEOUT="60",
        )
        held, _ = silent.accept()
        with held:
            matters.reported("别的事", category="", at=at)
            worker.until(lambda: is_told("别的事"))
            assert worker.ended_by(signal.SIGTERM) == 0
    assert "Left unfinished" in worker.log
    with scope(SYSTEM):
        assert Letter.objects.filter(to="silent@example.org", given_up_at=None).exists()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"}, "连不上数据库"),
        ({"DATABASE_URL": "mysql://here"}, "不是 PostgreSQL 地址"),
        ({"QIJIE_EMAIL_PORT": "smtp"}, "QIJIE_EMAIL_PORT 应为整数"),
        ({"QIJIE_SECRET_KEY": "short"}, "QIJIE_SECRET_KEY"),
    ],
)
def test_impossible_settings_end_it_with_a_sentence(
    start: Callable[..., Worker], setting: dict[str, str], sentence: str
) -> None:
    worker = start(**setting)
    assert worker.process.wait(PATIENCE_SECONDS) == 1
    assert sentence in worker.log
    assert "Traceback" not in worker.log
