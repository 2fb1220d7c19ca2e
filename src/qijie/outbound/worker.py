"""The worker process: clocks that ran out, news to be told, mails to be sent."""

import logging
import threading
from datetime import datetime
from typing import cast

from django.db import close_old_connections, connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from qijie.issues.actions.clocks import ring
from qijie.outbound.actions import deliver

PAUSE_SECONDS = 1.0
_log = logging.getLogger(__name__)


def turn(now: datetime) -> int:
    """One round: serves due timers, tells the outbox; returns how much there was to do."""
    return ring(now) + deliver(now)


def run() -> None:
    """Runs until asked to stop. Safe to run several times over: rows are claimed, not shared."""
    stopping = threading.Event()
    rounds = threading.Thread(target=_rounds, args=(stopping,), name="rounds")
    rounds.start()
    try:
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as worker_app:
            worker_app.run_worker(install_signal_handlers=True, listen_notify=True)
    finally:
        stopping.set()
        rounds.join()


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
