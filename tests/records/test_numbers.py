"""Numbers given out: for each county, day and series of its own, and nobody waits for another."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.ids import new_id
from qijie.records.actions.numbers import BLOCK, next_number
from qijie.records.models import DailyCounter
from tests import town
from tests.records.side_by_side import side_by_side

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]
PATIENCE = 30


def number(region: str = "420103", series: str = "matter", days: int = 0) -> int:
    with transaction.atomic():
        on = town.TODAY + timedelta(days=days)
        return next_number(region_code=region, on=on, series=series)


def test_they_begin_with_one_and_leave_none_out() -> None:
    given = [number("420101") for _ in range(BLOCK + 5)]
    assert given == list(range(1, BLOCK + 6))


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


def test_it_goes_on_after_the_numbers_of_a_load() -> None:
    DailyCounter.objects.create(region_code="420108", on=town.TODAY, series="matter", last=730)
    assert number("420108") == 731


def test_eight_at_once_leave_no_gap_and_no_double() -> None:
    given = side_by_side(8, lambda _: [number("420107") for _ in range(10)])
    assert sorted(one for many in given for one in many) == list(range(1, 81))  # type: ignore[union-attr]


def report() -> str:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Whoever waits for a row fails, however slow this machine is.
            cursor.execute("SET LOCAL lock_timeout = '1ms'")
        return _number_of_a_report()


def _number_of_a_report() -> str:
    new = NewReport(
        key=new_id(), words="楼下垃圾三天没清", channel=Channel.PORTAL, place=town.IN_GRID_1
    )
    with scope(INTAKE):
        return actions.report(new, by=INTAKE, at=town.NOW).number


class Fell(Exception):
    """What a test throws to roll a report back."""


def test_of_200_reports_at_once_some_fail_and_no_number_is_doubled_or_lost() -> None:
    def several(hand: int) -> list[str]:
        kept = []
        for turn in range(25):
            try:
                with transaction.atomic():
                    got = _number_of_a_report()
                    if (hand + turn) % 5 == 0:
                        raise Fell
                    kept.append(got)
            except Fell:
                continue
        return kept

    answers = side_by_side(8, several)
    assert all(isinstance(answer, list) for answer in answers), answers
    given = [int(one.split("-")[2]) for many in answers for one in many]  # type: ignore[union-attr]
    assert len(given) == len(set(given)) == 160
    assert max(given) - min(given) + 1 - len(given) <= BLOCK


@contextmanager
def an_open_report() -> Iterator[str]:
    """A report by somebody else that is handed in and not yet committed."""
    written, may_end, numbers = Event(), Event(), []

    def hold() -> None:
        try:
            with transaction.atomic():
                numbers.append(_number_of_a_report())
                written.set()
                may_end.wait(PATIENCE)
        finally:
            written.set()
            connections.close_all()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert written.wait(PATIENCE)
        yield numbers[0]
    finally:
        may_end.set()
        thread.join()


def test_a_report_waits_for_no_other_that_is_still_open() -> None:
    with an_open_report() as first, an_open_report() as second:
        third = report()
        assert len({first, second, third}) == 3


def test_nor_when_the_numbers_that_lay_ready_have_run_out() -> None:
    with an_open_report() as first:
        numbers = {report() for _ in range(BLOCK + 1)}
        assert len(numbers | {first}) == BLOCK + 2
