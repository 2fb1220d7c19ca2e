"""Numbers given out: one after the other, for each county, day and series of its own."""

from datetime import timedelta

import pytest
from django.db import transaction

from qijie.records.actions import next_number
from tests import town
from tests.records.side_by_side import side_by_side

pytestmark = pytest.mark.usefixtures("own_database")


def number(region: str = "420103", series: str = "matter", days: int = 0) -> int:
    with transaction.atomic():
        on = town.TODAY + timedelta(days=days)
        return next_number(region_code=region, on=on, series=series)


def test_they_begin_with_one_and_leave_none_out() -> None:
    assert [number("420101") for _ in range(5)] == [1, 2, 3, 4, 5]


def test_each_county_day_and_series_counts_for_itself() -> None:
    assert number("420104") == 1
    assert number("420105") == 1
    assert number("420104", days=1) == 1
    assert number("420104", series="order") == 1
    assert number("420104") == 2


def test_a_number_whose_matter_failed_is_given_again() -> None:
    assert number("420106") == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = next_number(region_code="420106", on=town.TODAY, series="matter"), 1 / 0
    assert number("420106") == 2


def test_eight_at_once_leave_no_gap_and_no_double() -> None:
    given = side_by_side(8, lambda _: [number("420107") for _ in range(10)])
    assert sorted(one for many in given for one in many) == list(range(1, 81))  # type: ignore[union-attr]
