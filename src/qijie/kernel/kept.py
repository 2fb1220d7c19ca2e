"""What changes seldom and is asked often, kept in this process for a while."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")
_SOONEST = 0.5
"""Share of its time after which a value may be read again."""
_GOLDEN = 0.6180339887
"""Steps of this share of a round spread evenly however many they are, with no chance in it."""


class Kept(Generic[V]):
    """Values by key, each as it was read at most `seconds` ago; the `most` latest of them.

    What was read together is not read again together, and of many who ask for what is too old one
    reads it while the others wait. What decides something that cannot be taken back is read afresh
    instead.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._values: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._lock = Lock()
        self._reading: dict[Hashable, Lock] = {}
        self._turn = 0.0
        _all.add(self)

    def get(self, key: Hashable, read: Callable[[], V]) -> V:
        """The value kept, else what `read` answers, which must not ask for the same key."""
        found = self._values.get(key)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        with self._lock:
            reading = self._reading.setdefault(key, Lock())
        with reading:
            found = self._values.get(key)
            if found is not None and found[0] > time.monotonic():
                return found[1]
            try:
                value = read()
                self._put(key, value)
            finally:
                self._reading.pop(key, None)
        return value

    def _put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._turn = (self._turn + _GOLDEN) % 1
            share = _SOONEST + (1 - _SOONEST) * self._turn
            until = time.monotonic() + self._seconds * share
            self._values[key] = until, value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)

    def forget(self) -> None:
        with self._lock:
            self._values.clear()


_all: WeakSet[Kept[Any]] = WeakSet()


def forget_all() -> None:
    """For whoever changed, in this very process, what is kept."""
    for one in list(_all):
        one.forget()
