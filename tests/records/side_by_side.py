"""Several people at once, each on a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def side_by_side(count: int, act: Callable[[int], T]) -> list[T | Exception]:
    """What each of `count` threads got from `act`, all having begun at one moment."""
    together = Barrier(count, timeout=30)

    def one(number: int) -> T | Exception:
        try:
            together.wait()
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
