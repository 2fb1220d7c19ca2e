"""The web server: granian over WSGI, which the threaded ORM likes best (see docs/adr)."""

import os
import signal
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import Interfaces
from granian.log import LOGGING_CONFIG
from granian.server import Server

from qijie.setup.processes import die_with
from qijie.setup.surroundings import port
from qijie.web.body import THREADS, WholeBodies
from qijie.web.cost import PROCESSES
from qijie.web.log import through_the_mask

MOST_WORKERS = 8


def run(options: Namespace) -> None:
    workers = options.workers or default_workers()
    # Web processes inherit it; it is no setting of the operator's.
    os.environ[PROCESSES] = str(workers)
    server = Server(
        "config.wsgi:application",
        address=options.address,
        port=port(),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        websockets=False,
        log_access=False,
        log_dictconfig=through_the_mask(LOGGING_CONFIG),
    )
    server.serve(target_loader=partial(_load, os.getpid()))


def default_workers() -> int:
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def _load(parent: int, _target: str) -> Callable[..., Any]:
    """Runs in each worker, which would otherwise outlive a killed parent and keep the port."""
    # At once: an orderly end may hang inside the server, holding the port and every Python thread.
    # What was not answered comes again under its key.
    die_with(parent, signal.SIGKILL)
    from django.core.wsgi import get_wsgi_application

    return WholeBodies(get_wsgi_application())
