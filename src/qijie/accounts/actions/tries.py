"""Counting wrong passwords and codes: one count, one idea of who and from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from qijie.accounts.models import FailedTries
from qijie.accounts.rules import (
    CODE_FROM_EVERYWHERE,
    FORGOTTEN_AFTER,
    FROM_EVERYWHERE,
    FROM_HERE,
    OWN_DEVICE,
    Pace,
    Tally,
    free_at,
)

_MOST_CLEARED = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """Who says to be whom, and from where."""

    who: str
    """A folded user name, whether or not it exists; behind it what is tried."""
    network: str
    device: str = ""
    """Of a browser in which this very person signed in fully before; empty for any other."""
    is_code: bool = False

    def counts(self) -> dict[bytes, Pace]:
        """The counts this caller is held by; the device's alone, where there is one."""
        if self.device:
            return {self._key("device", self.device): OWN_DEVICE}
        everywhere = CODE_FROM_EVERYWHERE if self.is_code else FROM_EVERYWHERE
        return {self._key("network", self.network): FROM_HERE, self._key("all", ""): everywhere}

    def _key(self, kind: str, where: str) -> bytes:
        return sha256("\0".join((kind, str(self.is_code), self.who, where)).encode()).digest()


@dataclass(frozen=True, slots=True)
class Turn:
    """A try that may be made; its counts stay locked until the transaction ends."""

    rows: tuple[tuple[FailedTries, Pace], ...]


class TooSoon(Exception):
    def __init__(self, wait: timedelta) -> None:
        self.wait = wait


def take_turn(caller: Caller, at: datetime) -> Turn:
    """Lets the next try in, one at a time; raises TooSoon while it has to wait."""
    counts = caller.counts()
    _refuse_early(caller, _rows(counts), at)
    missing = [FailedTries(key=key, last_at=at) for key in sorted(counts)]
    FailedTries.objects.bulk_create(missing, ignore_conflicts=True)
    with transaction.atomic():
        rows = _rows(counts, locked=True)
    _refuse_early(caller, rows, at)
    return Turn(tuple((row, counts[bytes(row.key)]) for row in rows))


def _rows(counts: dict[bytes, Pace], *, locked: bool = False) -> list[FailedTries]:
    found = FailedTries.objects.filter(key__in=list(counts)).order_by("key")
    return list(found.select_for_update() if locked else found)


def _refuse_early(caller: Caller, rows: Sequence[FailedTries], at: datetime) -> None:
    tallies = _tallies(caller, rows, at)
    if tallies and (wait := free_at(tallies) - at) > timedelta():
        raise TooSoon(wait)


def _tallies(caller: Caller, rows: Sequence[FailedTries], at: datetime) -> list[Tally]:
    """Without what is forgotten, and without strangers' tries for a network that had none today.

    A count that costs no waiting yet holds nobody, though another's try ended after this one came.
    """
    counts = caller.counts()
    live = {
        counts[bytes(row.key)]: row
        for row in rows
        if row.failures and row.last_at > at - FORGOTTEN_AFTER
    }
    if FROM_HERE not in live and not caller.is_code:
        live.pop(FROM_EVERYWHERE, None)
    tallies = [Tally(pace, row.failures, row.last_at) for pace, row in live.items()]
    return [tally for tally in tallies if not tally.tries_left]


def failed(turn: Turn, at: datetime) -> int:
    """Counts a wrong try; returns how many more there may be before the next has to wait."""
    left = []
    for row, pace in turn.rows:
        is_forgotten = row.last_at <= at - FORGOTTEN_AFTER
        row.failures = 1 if is_forgotten else row.failures + 1
        row.last_at = at
        row.save(update_fields=["failures", "last_at"])
        left.append(Tally(pace, row.failures, at).tries_left)
    _clear(at)
    return min(left, default=0)


def succeeded(turn: Turn) -> None:
    """The count of this network or device begins anew; what strangers did elsewhere stands."""
    for row, pace in turn.rows:
        if pace in (OWN_DEVICE, FROM_HERE) and row.failures:
            row.failures = 0
            row.save(update_fields=["failures"])


def _clear(at: datetime) -> None:
    """A few of those that count no more; others are at work on the rows passed over."""
    old = FailedTries.objects.filter(last_at__lt=at - FORGOTTEN_AFTER)
    keys = [row.key for row in old.select_for_update(skip_locked=True)[:_MOST_CLEARED]]
    FailedTries.objects.filter(key__in=keys).delete()
