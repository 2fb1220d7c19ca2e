"""Monthly partitions of the append-only tables, made ahead of time by `qijie migrate`."""

from collections.abc import Iterator
from datetime import date

from django.db.backends.base.base import BaseDatabaseWrapper

PARTITIONED = ("records_event", "records_accessentry")
MONTHS_AHEAD = 36


def _months(first: date, count: int) -> Iterator[tuple[date, date]]:
    for index in range(first.month - 1, first.month - 1 + count):
        yield (
            date(first.year + index // 12, index % 12 + 1, 1),
            date(first.year + (index + 1) // 12, (index + 1) % 12 + 1, 1),
        )


def make_partitions(connection: BaseDatabaseWrapper, today: date, *, months_back: int = 12) -> None:
    """Makes the months around today that are missing. Run as the owner.

    Only those: to attach one keeps everybody from the table for a moment.
    """
    first = date(today.year - (months_back + 11) // 12, today.month, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits")
        there = {name for (name,) in cursor.fetchall()}
        for table in PARTITIONED:
            for start, end in _months(first, months_back + MONTHS_AHEAD):
                if f"{table}_{start:%Y%m}" not in there:
                    cursor.execute(
                        f"CREATE TABLE {table}_{start:%Y%m} PARTITION OF {table}"
                        f" FOR VALUES FROM ('{start} 00:00+08') TO ('{end} 00:00+08')"
                    )
