"""Deletes what has served its time, in small batches, so that no table only ever grows.

Never the history of a matter, the access log or anything else the notice to residents promises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound import taken

BATCH = 5000


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of a table that went out of use at `since` and are kept `days` longer."""

    table: str
    since: str
    kept: str
    only: str = "true"


STALE = (
    Stale("records_timer", "done_at", "timers"),
    Stale("records_intakekey", "at", "keys"),
    Stale("records_freenumber", '"on"', "numbers"),
    Stale("records_sentform", "at", "forms"),
    Stale("records_linktoken", "expires_at", "expired"),
    Stale("records_miss", "last_at", "misses"),
    Stale("outbound_notice", "read_at", "notices"),
    Stale("outbound_notice", "at", "unread"),
    Stale("django_session", "expire_date", "expired"),
    Stale("qijie_cache", "expires", "expired"),
    Stale("accounts_failedtries", "last_at", "tries"),
    Stale(
        "procrastinate_jobs",
        "coalesce((SELECT max(e.at) FROM procrastinate_events e"
        " WHERE e.job_id = procrastinate_jobs.id), scheduled_at)",
        "jobs",
        only="status IN ('succeeded', 'failed', 'cancelled', 'aborted')",
    ),
)


def clear(at: datetime) -> dict[str, int]:
    """Deletes what is stale, a transaction a batch; returns how many rows of each table."""
    found: dict[str, int] = {}
    for stale in STALE:
        for count in _batches(stale, at):
            found[stale.table] = found.get(stale.table, 0) + count
    taken.sweep(at - timedelta(days=settings.KEPT_DAYS["jobs"]))
    return found


def _batches(stale: Stale, at: datetime) -> Iterator[int]:
    before = at - timedelta(days=settings.KEPT_DAYS[stale.kept])
    while True:
        with scope(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_statement(stale), [before, BATCH])
            count = cursor.rowcount
        yield count
        if count < BATCH:
            return


def _statement(stale: Stale) -> str:
    # Names and conditions come from STALE above, never from outside.
    table, old = stale.table, f"{stale.only} AND {stale.since} < %s"
    return (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY("  # noqa: S608
        f"SELECT ctid FROM {table} WHERE {old} LIMIT %s))"
    )
