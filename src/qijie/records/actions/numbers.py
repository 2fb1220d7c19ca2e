"""Numbers of a county's day: they lie ready in rows, so that nobody waits for another's commit.

A number is taken by deleting its row inside the transaction that uses it. Others pass over the
locked row; when the transaction fails, the row is there again and the next one takes it.
"""

from datetime import date

import psycopg
from django.db import connection

BLOCK = 50
"""How many are laid out at once: at most so many are left over at the end of a day."""

_TAKE = """
    DELETE FROM records_freenumber WHERE ctid = (
        SELECT ctid FROM records_freenumber
        WHERE region_code = %s AND "on" = %s AND series = %s
        ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING number
"""
# The counter's row is locked from here to the commit below, and nobody holds it any longer.
_LOCK = """
    INSERT INTO records_dailycounter (region_code, "on", series, last) VALUES (%s, %s, %s, 0)
    ON CONFLICT (region_code, "on", series)
    DO UPDATE SET last = records_dailycounter.last
"""
_LEFT = """
    SELECT 1 FROM records_freenumber WHERE region_code = %s AND "on" = %s AND series = %s
    LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LAY_OUT = """
    WITH counter AS (
        UPDATE records_dailycounter SET last = last + %s
        WHERE region_code = %s AND "on" = %s AND series = %s RETURNING *
    )
    INSERT INTO records_freenumber (region_code, "on", series, number)
    SELECT region_code, "on", series, generate_series(last - %s + 1, last) FROM counter
"""
_Day = tuple[str, date, str]


def next_number(*, region_code: str, on: date, series: str) -> int:
    """The lowest number of a county's day that nobody has; free again if the transaction fails."""
    day = (region_code, on, series)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, day)
            if taken := cursor.fetchone():
                return int(taken[0])
        _lay_out(day)


def _lay_out(day: _Day) -> None:
    """Lays out a block on a connection of its own, committed at once, unless somebody just did."""
    parameters = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**parameters) as aside, aside.transaction():
        aside.execute(_LOCK, day)
        if aside.execute(_LEFT, day).fetchone() is None:
            aside.execute(_LAY_OUT, (BLOCK, *day, BLOCK))
