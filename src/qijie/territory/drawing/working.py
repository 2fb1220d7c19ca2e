"""Work on many pieces at once, with progress, and an end at any time."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from os import sched_getaffinity
from threading import Event
from typing import TypeVar

from qijie.territory.drawing.model import Cancelled, Progress

Answer = TypeVar("Answer")
Cancel = Callable[[], bool]

POLL_SECONDS = 0.1
MOST_THREADS = 8


class Stop:
    """Asked by the work itself between small steps."""

    def __init__(self) -> None:
        self._event = Event()

    def now(self) -> None:
        self._event.set()

    def check(self) -> None:
        """Raises Cancelled once the caller wants no more."""
        if self._event.is_set():
            raise Cancelled


def threads_here() -> int:
    """One for each processor this process may use, within reason."""
    return min(len(sched_getaffinity(0)), MOST_THREADS)


def all_done(
    work: Sequence[tuple[str, int, Callable[[Stop], Answer]]],
    progress: Progress,
    cancelled: Cancel,
    threads: int,
) -> list[Answer]:
    """The answers in the order of the work: (community, size, task), the largest begun first.

    The machine code lets go of the interpreter's lock, so threads do run side by side. `progress`
    and `cancelled` are only ever called from the caller's own thread.
    """
    stop = Stop()
    order = sorted(range(len(work)), key=lambda place: -work[place][1])
    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        futures = {pool.submit(work[place][2], stop): place for place in order}
        try:
            _watch(futures, work, progress, cancelled)
        except BaseException:
            stop.now()
            pool.shutdown(cancel_futures=True)
            raise
    by_place = {place: future for future, place in futures.items()}
    return [by_place[place].result() for place in range(len(work))]


def _watch(
    futures: dict[Future[Answer], int],
    work: Sequence[tuple[str, int, Callable[[Stop], Answer]]],
    progress: Progress,
    cancelled: Cancel,
) -> None:
    left, told = set(futures), 0
    while left:
        done, left = wait(left, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda one: futures[one]):
            future.result()
            told += 1
            progress(told, len(work), work[futures[future]][0])
        if cancelled():
            raise Cancelled
