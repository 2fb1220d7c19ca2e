"""Counts of refused strangers, instead of a row each that nobody could ever delete."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from qijie.kernel.ids import new_id

MOST_NETWORKS = 1000
"""Rows a day may have; callers of further networks are counted together under an empty one."""
_COUNT = """
    INSERT INTO records_miss (id, "on", kind, network, times, first_at, last_at)
    SELECT %(id)s, %(on)s, %(kind)s::varchar, CASE WHEN EXISTS (
            SELECT 1 FROM records_miss
            WHERE "on" = %(on)s AND kind = %(kind)s::varchar AND network = %(network)s::varchar
        ) OR (SELECT count(*) FROM records_miss WHERE "on" = %(on)s) < %(most)s
        THEN %(network)s::varchar ELSE '' END, %(times)s, %(at)s, %(at)s
    ON CONFLICT ("on", kind, network) DO UPDATE
    SET times = records_miss.times + excluded.times, last_at = excluded.last_at
"""


def count_misses(kinds: Iterable[str], *, network: str, on: date, at: datetime) -> None:
    """Counts refusals of somebody who had not signed in: no row each, which anybody could make."""
    with connection.cursor() as cursor:
        for kind, times in sorted(Counter(kinds).items()):
            cursor.execute(
                _COUNT,
                {
                    "id": new_id(),
                    "on": on,
                    "kind": kind,
                    "network": network,
                    "times": times,
                    "at": at,
                    "most": MOST_NETWORKS,
                },
            )
