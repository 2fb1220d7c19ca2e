"""The worker process: clocks that ran out, news to be told, mails to be sent, jobs to be done.

Three threads that know nothing of each other, so that what keeps one waiting keeps no other. Each
outlives the database and the mail server; what it had in hand is free the moment it died.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import NoReturn

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db import connections as all_connections
from django.utils import timezone
from procrastinate.exceptions import ConnectorException

from qijie.boards.actions import count_solved_once
from qijie.issues.actions.clocks import ring
from qijie.outbound import jobs
from qijie.outbound.actions import MailServerAway, deliver, send_next
from qijie.outbound.darkroom import develop_waiting
from qijie.redrawing.actions.moving import move_matters

PAUSE_SECONDS = 1.0
# Pauses are twice as long each time, up to this: short enough for a clock of ten minutes.
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_MAIL_PAUSE_SECONDS = 60.0
# Whoever has not ended so long after the wish to stop is left where it is.
LAST_SECONDS = 2.5
# Who waits before a screen goes first; what lies in the queue still gets its share.
BEHIND_READERS = 5
# The sender of a letter must not stand in line behind a round between the mail server's answer and
# its note of it: a worker that dies there sends the letter again.
TURN_SECONDS = 0.0005
# As the database's driver, Django and the queue call it.
_AWAY = (psycopg.OperationalError, OperationalError, InterfaceError, ConnectorException)
_log = logging.getLogger(__name__)


def turn(now: datetime) -> int:
    """One round: due timers, the outbox, jobs left behind; returns how much there was to do."""
    return sum(_part(part, now) for part in (ring, move_matters, deliver, jobs.give_again))


def _part(part: Callable[[datetime], int], now: datetime) -> int:
    """What keeps one part of the round from working must not stop the others.

    Raises where none could work: the database is not there.
    """
    try:
        return part(now)
    except Exception as error:
        if connection.in_atomic_block:
            raise
        close_old_connections()
        if not isinstance(error, _AWAY):
            _log.exception("%s failed", part.__name__)
            return 0
        connection.ensure_connection()
        _log.warning("%s was held up: %s", part.__name__, type(error.__cause__ or error).__name__)
        return 0


def run() -> NoReturn:
    """Runs until asked to stop by SIGTERM or SIGINT.

    The process ends here, with code 0 then and 1 when it ended for another reason. Safe to run
    several times over: rows are claimed, not shared.
    """
    os.nice(BEHIND_READERS)
    sys.setswitchinterval(TURN_SECONDS)
    stopping = threading.Event()
    wake, told = os.pipe()
    threads = [_thread(name, work, stopping, told) for name, work in _WORKS.items()]
    signs: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        # No lock is taken in here: a signal may come while the same lock is held.
        signs.append(number)
        os.write(told, b".")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for thread in threads:
        thread.start()
    os.read(wake, 1)
    stopping.set()
    _await(threads)
    logging.shutdown()
    # At once: an ordinary end would wait for whatever thread still hangs.
    os._exit(0 if signs else 1)


def _thread(
    name: str, work: Callable[[threading.Event], None], stopping: threading.Event, told: int
) -> threading.Thread:
    def run() -> None:
        try:
            work(stopping)
        finally:
            os.write(told, b".")

    return threading.Thread(target=run, name=name, daemon=True)


def _await(threads: list[threading.Thread]) -> None:
    """Waits a moment; what hangs even then, a mail server or a job, goes down with the process."""
    deadline = time.monotonic() + LAST_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if left := [thread.name for thread in threads if thread.is_alive()]:
        _log.warning("Left unfinished, another worker takes it up: %s", ", ".join(left))


def _rounds(stopping: threading.Event) -> None:
    is_counted = False

    def one_round() -> bool:
        nonlocal is_counted
        if not is_counted:
            _part(count_solved_once, timezone.now())
            is_counted = True
        return bool(turn(timezone.now()))

    _keep_at("The rounds", one_round, stopping)


def _letters(stopping: threading.Event) -> None:
    _keep_at("The letters", lambda: send_next(timezone.now()), stopping)


def _jobs(stopping: threading.Event) -> None:
    _keep_at("The jobs", lambda: jobs.work(stopping), stopping)


def _photos(stopping: threading.Event) -> None:
    _keep_at("The photos", lambda: develop_waiting(timezone.now()) > 0, stopping)


_WORKS = {"rounds": _rounds, "letters": _letters, "photos": _photos, "jobs": _jobs}


def _keep_at(what: str, work: Callable[[], bool], stopping: threading.Event) -> None:
    """Works on while there is something to do, else after a pause that grows with each failure."""
    pause = PAUSE_SECONDS
    while not stopping.is_set():
        try:
            busy, pause = work(), PAUSE_SECONDS
        except Exception as error:
            busy = False
            pause = min(pause * 2, _longest(error))
            _say(what, error, pause)
            close_old_connections()
        if not busy:
            stopping.wait(pause)
    all_connections.close_all()


def _longest(error: Exception) -> float:
    is_mail = isinstance(error, MailServerAway)
    return LONGEST_MAIL_PAUSE_SECONDS if is_mail else LONGEST_PAUSE_SECONDS


def _say(what: str, error: Exception, pause: float) -> None:
    cause = error.__cause__ or error
    if isinstance(error, MailServerAway):
        _log.warning("The mail server is away, again in %.0f s: %r", pause, cause)
    elif isinstance(error, _AWAY):
        name = type(cause).__name__
        _log.warning("%s wait for the database, again in %.0f s: %s", what, pause, name)
    else:
        _log.error("%s failed, again in %.0f s", what, pause, exc_info=error)
