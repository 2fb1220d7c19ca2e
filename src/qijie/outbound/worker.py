"""The worker process: clocks that ran out, news to be told, mails to be sent."""

import asyncio
import logging
import threading
from datetime import datetime
from typing import cast

from django.db import close_old_connections, connections
from django.utils import timezone
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from qijie.issues.actions.clocks import ring
from qijie.outbound.actions import deliver
from qijie.redrawing.actions.moving import move_matters
from qijie.redrawing.actions.ordering import QUEUE as DRAWING

PAUSE_SECONDS = 1.0
# Lists: the queue hands them to PostgreSQL as arrays, and a tuple would arrive as a row.
SHORT_QUEUES, LONG_QUEUES = ["default", "mail"], [DRAWING]
# A drawing asks ten times a second whether it has to stop, and is drawn anew by the next worker.
LAST_SECONDS = 1.0
_log = logging.getLogger(__name__)


def turn(now: datetime) -> int:
    """One round: serves due timers, tells the outbox; returns how much there was to do."""
    return ring(now) + move_matters(now) + deliver(now)


def run() -> None:
    """Runs until asked to stop. Safe to run several times over: rows are claimed, not shared."""
    stopping = threading.Event()
    rounds = threading.Thread(target=_rounds, args=(stopping,), name="rounds")
    rounds.start()
    try:
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as worker_app:
            asyncio.run(_work(worker_app))
    finally:
        stopping.set()
        rounds.join()


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
