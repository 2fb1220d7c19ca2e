import os
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAIL_BITS = 74
_LOW_BITS = 62
_STEP_BYTES = 4


def uuid7(at: datetime, randomness: bytes) -> UUID:
    """The UUIDv7 of a moment and ten random bytes: same arguments, same UUID.

    Source: RFC 9562, section 5.7.
    """
    if at.tzinfo is None:
        raise ValueError("uuid7 needs an aware datetime")
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"uuid7 needs {RANDOM_BYTES} random bytes, got {len(randomness)}")
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    return _assemble(milliseconds, int.from_bytes(randomness) & ((1 << _TAIL_BITS) - 1))


def _assemble(milliseconds: int, tail: int) -> UUID:
    high, low = tail >> _LOW_BITS, tail & ((1 << _LOW_BITS) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


class _Sequence:
    """Hands out ever-growing (millisecond, tail) pairs, also when the clock steps back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds = 0
        self._tail = 0

    def next(self) -> UUID:
        now = time.time_ns() // 1_000_000
        with self._lock:
            if now > self._milliseconds:
                self._milliseconds = now
                # The top bit stays clear so that a burst within one millisecond has room to count.
                self._tail = int.from_bytes(os.urandom(RANDOM_BYTES)) >> (
                    RANDOM_BYTES * 8 - _TAIL_BITS + 1
                )
            else:
                self._tail += 1 + int.from_bytes(os.urandom(_STEP_BYTES))
            return _assemble(self._milliseconds, self._tail)


_sequence = _Sequence()


def _forget_the_parent() -> None:
    """A forked worker must not count on from its parent's last value."""
    global _sequence
    _sequence = _Sequence()


os.register_at_fork(after_in_child=_forget_the_parent)


def id_of(text: str) -> UUID | None:
    """The id of a text as we write ids; None for anything else, other spellings of one included."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def new_id() -> UUID:
    """A UUIDv7 of now, greater than every one this process handed out before."""
    return _sequence.next()
