"""What changes seldom and is asked often, kept in this process for a while."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")


class Kept(Generic[V]):
    """Values by key, each as it was read at most `seconds` ago; the `most` latest of them.

    What decides something that cannot be taken back is read afresh instead.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._values: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._lock = Lock()
        _all.add(self)

    def get(self, key: Hashable, read: Callable[[], V]) -> V:
        """The value kept, else what `read` answers; two who ask at once may both read."""
        found, now = self._values.get(key), time.monotonic()
        if found is not None and found[0] > now:
            return found[1]
        value = read()
        with self._lock:
            self._values[key] = now + self._seconds, value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

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
