"""Nothing a resident wrote reaches a log: neither the database's nor ours.

Statements carry their values, and so do the details of errors. What failed, where and under which
constraint is enough to mend it, and the program that asked says that in its own log.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

import psycopg
from django.db import Error as DjangoError
from django.db.backends.base.base import BaseDatabaseWrapper

from qijie.access.grants import QUIET


def loud_settings(connection: BaseDatabaseWrapper) -> list[str]:
    """The settings that would let words into the database's log, as `name = value`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name",
            [list(QUIET)],
        )
        return [f"{name} = {value}" for name, value in cursor if value != QUIET[name]]


class QuietFormatter(logging.Formatter):
    """Says of the database's errors what kind they are and where, never with which values."""

    def format(self, record: logging.LogRecord) -> str:
        quiet_arguments(record)
        return super().format(record)

    def formatException(  # the library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return "".join(_lines(ei[1])).rstrip() if ei[1] else ""


def quiet_arguments(record: logging.LogRecord) -> None:
    """What a line tells of the database's errors, told without their values."""
    if isinstance(record.args, tuple):
        record.args = tuple(map(_quiet, record.args))


def _lines(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before)
        yield "\nwhich led to:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    if isinstance(error, psycopg.Error | DjangoError):
        yield f"{_name(error)}: {_quiet(error)}\n"
    else:
        yield from traceback.format_exception_only(error)


def _quiet(told: object) -> object:
    """What the server called it, of an error of the database; anything else as it is."""
    if not isinstance(told, psycopg.Error | DjangoError):
        return told
    cause = told if isinstance(told, psycopg.Error) else told.__cause__
    if not isinstance(cause, psycopg.Error) or cause.sqlstate is None:
        # Not the server's word: no connection, which quotes nobody, or a statement that never left.
        return cause if isinstance(cause, psycopg.OperationalError) else _name(told)
    found = cause.diag
    where = (found.table_name, found.column_name, found.constraint_name)
    return " ".join((f"SQLSTATE {cause.sqlstate}", *(one for one in where if one)))


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
