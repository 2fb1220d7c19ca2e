"""Events and looks lie by month of Shanghai's calendar; a month is made before it begins."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connections, transaction

from qijie.records.partitions import MONTHS_AHEAD, PARTITIONED, make_partitions
from tests import town

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]
LOOK = (
    "INSERT INTO records_accessentry (id, at, region_code, kind, post_ids, door, subject, fields,"
    " purpose) VALUES (gen_random_uuid(), %s, '', 'denied', '{}', '', '', '{}', '')"
    " RETURNING tableoid::regclass::text"
)


def months(table: str) -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"
            " ORDER BY 1",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def put(at: datetime) -> str:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(LOOK, [at])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("table", PARTITIONED)
def test_a_year_back_and_three_ahead_are_there_and_a_rest_for_anything_else(table: str) -> None:
    found = months(table)
    today = date.today()  # noqa: DTZ011  # the migration asked the same clock
    assert f"{table}_{today:%Y%m}" in found
    assert f"{table}_rest" in found
    assert len([name for name in found if name.rpartition("_")[2].isdigit()]) >= MONTHS_AHEAD


def test_a_row_lies_in_the_month_of_its_local_day() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=town.SHANGHAI)
    assert put(midnight) == "records_accessentry_202612"
    assert put(midnight - timedelta(microseconds=1)) == "records_accessentry_202611"


def test_a_row_of_another_century_is_kept_all_the_same() -> None:
    assert put(datetime(1999, 1, 1, tzinfo=town.SHANGHAI)) == "records_accessentry_rest"


def test_the_months_of_a_later_day_are_added_and_asking_twice_is_no_harm() -> None:
    before = set(months("records_event"))
    later = date(2031, 1, 31)
    with transaction.atomic(using="owner"):
        make_partitions(connections["owner"], later)
        make_partitions(connections["owner"], later)
        added = set(months("records_event")) - before
        assert "records_event_203101" in added
        assert "records_event_203312" in added
        transaction.set_rollback(True, using="owner")


def test_no_month_is_missing_between_the_first_and_the_last() -> None:
    for table in PARTITIONED:
        stamps = [name.rpartition("_")[2] for name in months(table)]
        numbers = sorted(int(s[:4]) * 12 + int(s[4:]) for s in stamps if s.isdigit())
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
