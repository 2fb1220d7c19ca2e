"""The worker's queue of jobs: run until asked to stop, or until the database went away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker as QueueWorker
from psycopg import InterfaceError, OperationalError
from psycopg_pool import AsyncConnectionPool

from qijie.outbound.queries import jobs_under_way
from qijie.records.actions import queue_job_again
from qijie.records.hand import Kind, hand, pause_after
from qijie.redrawing.actions.ordering import QUEUE as DRAWING

# Lists: the queue hands them to PostgreSQL as arrays, and a tuple would arrive as a row.
SHORT_QUEUES, LONG_QUEUES = ["default"], [DRAWING]
# A drawing asks ten times a second whether it has to stop, and is drawn anew by the next worker.
LAST_SECONDS = 1.0
LOOK_SECONDS = 0.2
# So long for a connection, when the queue begins and at each of its questions.
WAIT_SECONDS = 4.0


class _Pool(AsyncConnectionPool):
    async def open(self, wait: bool = False, timeout: float = WAIT_SECONDS) -> None:
        await super().open(wait, timeout)


class Line(PsycopgConnector):
    """Remembers that a question could not be asked.

    The end of a job may have been among them, which would stand there as running for ever while we
    live. So whoever uses a broken line hangs up and begins under a new name: what the old one had
    is then given to another.
    """

    def __init__(self) -> None:
        super().__init__(
            pool_factory=_Pool,
            kwargs=connector_params(),
            timeout=WAIT_SECONDS,
            reconnect_timeout=WAIT_SECONDS,
        )
        self.is_broken = False

    @asynccontextmanager
    async def _noting(self) -> AsyncIterator[None]:
        try:
            yield
        except ConnectorException as error:
            self.is_broken |= isinstance(error.__cause__, OperationalError | InterfaceError)
            raise

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        async with self._noting():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(
        self, query: LiteralString, **arguments: Any
    ) -> dict[str, Any]:
        async with self._noting():
            found: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
            return found

    async def execute_query_all_async(
        self, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        async with self._noting():
            found: list[dict[str, Any]] = await super().execute_query_all_async(query, **arguments)
            return found


def give_again(now: datetime) -> int:
    """Gives what a worker that died was doing to another; returns how many jobs.

    At once, but what two have begun on waits a little: they may have died of it.
    """
    doing = list(jobs_under_way())
    if not doing:
        return 0
    given = 0
    with hand(Kind.JOB) as take:
        for job in doing:
            # Looked at again: it may have ended just before.
            if take(job.pk) and jobs_under_way().filter(pk=job.pk).exists():
                queue_job_again(job.pk, now + pause_after(job.attempts))
                given += 1
    return given


async def _in_hand(
    do: Callable[[], Awaitable[Any]], context: JobContext, worker: QueueWorker
) -> Any:
    """A job that runs is in the hand of its process, where the database can be told so."""
    with ExitStack() as until_done:
        with suppress(psycopg.Error):
            take = await asyncio.to_thread(until_done.enter_context, hand(Kind.JOB))
            take(context.job.id or 0)
        return await do()


def work(stopping: threading.Event) -> bool:
    """Does what is queued until asked to stop or the line broke; never more to do at once.

    Raises what keeps the queue from being worked at all.
    """
    asyncio.run(_work(stopping))
    return False


async def _work(stopping: threading.Event) -> None:
    """Short jobs beside long ones: a drawing that takes minutes keeps no mail waiting."""
    line = Line()
    with app.replace_connector(line) as ours:
        async with ours.open_async():
            workers = [_started(ours, "short", SHORT_QUEUES), _started(ours, "long", LONG_QUEUES)]
            while not (stopping.is_set() or line.is_broken or any(one.done() for one in workers)):
                await asyncio.sleep(LOOK_SECONDS)
            for one in workers:
                one.cancel()
            ends = await asyncio.gather(*workers, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception) and not (line.is_broken or stopping.is_set()):
            raise end


def _started(ours: App, name: str, queues: list[str]) -> "asyncio.Task[None]":
    return asyncio.create_task(
        ours.run_worker_async(
            name=name,
            queues=queues,
            install_signal_handlers=False,
            listen_notify=True,
            worker_middleware=[_in_hand],
            shutdown_graceful_timeout=LAST_SECONDS,
        )
    )
