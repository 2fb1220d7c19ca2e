"""What a worker has in hand belongs to it as long as it lives, and is free the moment it died.

A thing in hand is an advisory lock of a transaction that stays open meanwhile, on a connection of
its own: PostgreSQL ends it when the process behind it is gone, and a pooler in front does too. It
holds no row and no snapshot, so that it keeps neither readers nor VACUUM waiting.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

LOOKED_OVER = 50
"""Whoever looks for work looks so far past the first: more than other workers have in hand."""
WAIT_SECONDS = 4
_AFTER_DEATHS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
_TAKE = """
    SELECT pg_try_advisory_xact_lock(%s::int, %s::int),
        set_config('idle_in_transaction_session_timeout', '0', true)
"""
_Address = dict[str, Any]
_spare: list[tuple[_Address, psycopg.Connection]] = []
Take = Callable[[UUID | int], bool]


class Kind(IntEnum):
    PHOTO = 1
    LETTER = 2
    JOB = 3


def pause_after(begun: int) -> timedelta:
    """How long a thing waits on which so many workers have begun before: one that died over it was
    killed, two may have died of it, so that others go first."""
    return _AFTER_DEATHS[min(begun, len(_AFTER_DEATHS) - 1)]


@contextmanager
def hand(kind: Kind) -> Iterator[Take]:
    """Yields what takes a thing, False where another has it; at the end all are let go.

    What is taken must be looked at again: whoever had it may have finished just before. Raises
    psycopg.OperationalError where the database is away.
    """
    address = _address()
    line = _begun(address)
    try:
        yield lambda thing: _is_taken(line, kind, thing)
    finally:
        # A line that broke has let go of everything.
        with suppress(psycopg.Error):
            line.execute("ROLLBACK")
            _spare.append((address, line))


def _is_taken(line: psycopg.Connection, kind: Kind, thing: UUID | int) -> bool:
    number = thing.int if isinstance(thing, UUID) else thing
    # What shares its last bits with something in hand waits a moment longer, no more.
    low = (number + 2**31) % 2**32 - 2**31
    row = line.execute(_TAKE, [kind, low]).fetchone()
    return bool(row and row[0])


def _begun(address: _Address) -> psycopg.Connection:
    """A line with a transaction open; a spare one where it still answers."""
    while _spare:
        to, line = _spare.pop()
        if to == address:
            with suppress(psycopg.OperationalError):
                line.execute("BEGIN")
                return line
        line.close()
    line = psycopg.connect(**address)
    line.execute("BEGIN")
    return line


def _address() -> _Address:
    own = {"autocommit": True, "connect_timeout": WAIT_SECONDS, "prepare_threshold": None}
    return {**connection.get_connection_params(), **own}
