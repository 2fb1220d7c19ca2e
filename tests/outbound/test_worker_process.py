"""`qijie worker` as a process: it outlives its database, ends when asked, and its code is true."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from socket import socket

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound.models import Letter, Notice
from qijie.records.actions import queue_job
from tests.outbound import matters
from tests.outbound.processes import PATIENCE_SECONDS, Worker
from tests.web.line import Line

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committing")]


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
