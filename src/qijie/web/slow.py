"""Bodies that take too long: who is reading what, and ending those that only hold a thread.

The server's own read has no time limit and cannot be interrupted. What can be done from beside it
is to end the receiving half of the connection (SHUT_RD): the read then returns what it has, and an
answer still goes out. Which socket it is the server does not say, so the slow ones of that peer are
taken: those that trickle, and those that were silent for the whole grace. An idle kept-alive
connection among them is opened anew by any client; one that waits for its answer has not waited
that long, and one that sends at a proper rate is left alone.
"""

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from qijie.web.limits import SLOWEST_BYTES_PER_SECOND

_TICK_SECONDS = 1.0
PATIENCE_SECONDS = 1.0
"""How long a body waits for a place: whole ones leave theirs at once, so that a compound whose
people all send at the same moment is let in one after the other."""
# struct tcp_info of linux/tcp.h: 8 bytes, 24 words of 4, then pacing, most pacing, acked, received.
_BYTES_RECEIVED_AT = 8 + 24 * 4 + 3 * 8
_IDLE_AT = 8 + 11 * 4
"""Milliseconds since anything came in."""
_TCP_INFO_SIZE = 232
_SOCKETS = (socket.AF_INET, socket.AF_INET6)


@dataclass(eq=False, slots=True)
class Reading:
    """One body on its way in."""

    who: str
    """The caller, whose share of the places this takes."""
    peer: str
    """The other end of the socket: the caller, or our proxy."""
    port: int
    until: float
    is_overdue: bool = False


class Places:
    """How many bodies may be on their way, in all and for each caller, and wait for that."""

    def __init__(self, most: int, waiting: int) -> None:
        self._most, self._share = most, max(1, most // 2)
        self._waiting = threading.BoundedSemaphore(waiting)
        self._readings: set[Reading] = set()
        self._changed = threading.Condition()
        self._watch: threading.Thread | None = None

    @contextmanager
    def taken(self, reading: Reading) -> Iterator[bool]:
        """False where no place is free; the caller then answers at once."""
        is_free = self._enter(reading)
        try:
            yield is_free
        finally:
            with self._changed:
                self._readings.discard(reading)
                self._changed.notify_all()

    def _enter(self, reading: Reading) -> bool:
        with self._changed:
            if not self._has_room(reading) and not self._waited(reading):
                return False
            self._readings.add(reading)
            if self._watch is None:
                self._watch = threading.Thread(target=self._go_round, daemon=True)
                self._watch.start()
            self._changed.notify_all()
            return True

    def _has_room(self, reading: Reading) -> bool:
        mine = sum(other.who == reading.who for other in self._readings)
        return len(self._readings) < self._most and mine < self._share

    def _waited(self, reading: Reading) -> bool:
        """Whether a place came free; at once not, where too many wait already."""
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._changed.wait_for(lambda: self._has_room(reading), PATIENCE_SECONDS)
        finally:
            self._waiting.release()

    def _go_round(self) -> None:
        while True:
            with self._changed:
                while not self._readings:
                    self._changed.wait()
                late = [one for one in self._readings if one.until <= time.monotonic()]
                for one in late:
                    one.is_overdue = True
            if late:
                _cut_slow({(one.peer, one.port) for one in late})
            else:
                time.sleep(_TICK_SECONDS)


def _cut_slow(ends: set[tuple[str, int]]) -> None:
    before = _received(ends)
    time.sleep(_TICK_SECONDS)
    for inode, (handle, count) in _received(ends).items():
        if inode in before and _is_slow(count - before[inode][1], handle):
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RD)
        handle.close()
    for handle, _ in before.values():
        handle.close()


def _is_slow(came: int, handle: socket.socket) -> bool:
    if came:
        return came < SLOWEST_BYTES_PER_SECOND * _TICK_SECONDS
    return _told(handle, "I", _IDLE_AT) >= settings.BODY_GRACE_SECONDS * 1000


def _received(ends: set[tuple[str, int]]) -> dict[str, tuple[socket.socket, int]]:
    """Our accepted sockets to these ends, by inode, with the bytes that ever came in on each."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            inode = str(entry.readlink())
            if not inode.startswith("socket:"):
                continue
            handle = socket.socket(fileno=os.dup(int(entry.name)))
            if _is_from(handle, ends):
                found[inode] = handle, _told(handle, "Q", _BYTES_RECEIVED_AT)
            else:
                handle.close()
    return found


def _is_from(handle: socket.socket, ends: set[tuple[str, int]]) -> bool:
    if handle.family not in _SOCKETS or handle.type != socket.SOCK_STREAM:
        return False
    try:
        peer, port = handle.getpeername()[0], handle.getsockname()[1]
    except OSError:
        return False
    return (str(peer).removeprefix("::ffff:"), port) in ends


def _told(handle: socket.socket, kind: str, at: int) -> int:
    told = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    return int(struct.unpack_from(kind, told, at)[0])
