"""The worker process: clocks that ran out, news to be told, mails to be sent."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.db import close_old_connections, connection, connections
from django.utils import timezone
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from qijie.boards.actions import count_solved_once
from qijie.issues.actions.clocks import ring
from qijie.outbound.actions import MailServerAway, deliver, send_next
from qijie.redrawing.actions.moving import move_matters
from qijie.redrawing.actions.ordering import QUEUE as DRAWING

PAUSE_SECONDS = 1.0
# Lists: the queue hands them to PostgreSQL as arrays, and a tuple would arrive as a row.
SHORT_QUEUES, LONG_QUEUES = ["default"], [DRAWING]
# A drawing asks ten times a second whether it has to stop, and is drawn anew by the next worker.
LAST_SECONDS = 1.0
# Twice as long each time the mail server is away, up to this.
LONGEST_MAIL_PAUSE_SECONDS = 60.0
_log = logging.getLogger(__name__)


def turn(now: datetime) -> int:
    """One round: serves due timers, tells the outbox; returns how much there was to do."""
    return sum(_part(part, now) for part in (ring, move_matters, deliver))


def _part(part: Callable[[datetime], int], now: datetime) -> int:
    """What keeps one part of the round from working must not stop the others."""
    try:
        return part(now)
    except Exception:
        if connection.in_atomic_block:
            raise
        _log.exception("%s failed", part.__name__)
        close_old_connections()
        return 0


def run() -> None:
    """Runs until asked to stop. Safe to run several times over: rows are claimed, not shared."""
    stopping = threading.Event()
    rounds = threading.Thread(target=_rounds, args=(stopping,), name="rounds")
    # A thread of its own that ends with the process: whoever waits for a mail server is waited for
    # by nobody, and the letter under way is sent by the next worker when its lease has ended.
    mail = threading.Thread(target=_send_letters, args=(stopping,), name="mail", daemon=True)
    rounds.start()
    mail.start()
    try:
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as worker_app:
            asyncio.run(_work(worker_app))
    finally:
        stopping.set()
        rounds.join()
        mail.join(LAST_SECONDS)


async def _work(worker_app: App) -> None:
    """Short jobs beside long ones: a drawing that takes minutes keeps no mail waiting."""
    async with worker_app.open_async():
        workers = [
            asyncio.create_task(
                worker_app.run_worker_async(
                    name="short",
                    queues=SHORT_QUEUES,
                    install_signal_handlers=True,
                    listen_notify=True,
                )
            ),
            asyncio.create_task(
                worker_app.run_worker_async(
                    name="long",
                    queues=LONG_QUEUES,
                    install_signal_handlers=False,
                    listen_notify=True,
                    shutdown_graceful_timeout=LAST_SECONDS,
                )
            ),
        ]
        ended, others = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for one in ended:
            one.result()


def _rounds(stopping: threading.Event) -> None:
    _part(count_solved_once, timezone.now())
    while not stopping.is_set():
        try:
            busy = turn(timezone.now())
        except Exception:
            # A broken row must not stop everybody else's clocks; it is tried again next round.
            _log.exception("A round of the worker failed")
            close_old_connections()
            busy = 0
        if not busy:
            stopping.wait(PAUSE_SECONDS)
    connections.close_all()


def _send_letters(stopping: threading.Event) -> None:
    pause = PAUSE_SECONDS
    while not stopping.is_set():
        try:
            busy, pause = send_next(timezone.now()), PAUSE_SECONDS
        except MailServerAway as away:
            busy, pause = False, min(pause * 2, LONGEST_MAIL_PAUSE_SECONDS)
            _log.warning("The mail server is away: %r", away.__cause__)
        except Exception:
            busy = False
            _log.exception("A letter could not be claimed or recorded")
            close_old_connections()
        if not busy:
            stopping.wait(pause)
    connections.close_all()
