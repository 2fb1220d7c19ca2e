from datetime import date, datetime, time, timedelta

import pytest

from qijie.kernel.calendars import (
    SHANGHAI,
    STANDARD_OFFICE_HOURS,
    CalendarOverride,
    DayKind,
    OfficeHours,
    build_calendar,
)

CALENDAR = build_calendar(range(2025, 2028))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ],
)
def test_the_holidays_of_2026_are_days_off_from_first_to_last(first, last):
    """Source: General Office of the State Council, notice on the holidays of 2026."""
    assert not any(CALENDAR.is_working_day(day) for day in days(first, last))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
)
def test_the_make_up_weekends_of_2026_are_working_days(day):
    """Source: General Office of the State Council, notice on the holidays of 2026."""
    assert day.weekday() >= 5
    assert CALENDAR.is_working_day(day)


def test_2026_has_248_working_days():
    assert sum(map(CALENDAR.is_working_day, days(date(2026, 1, 1), date(2026, 12, 31)))) == 248


def test_a_plain_weekend_is_off_and_a_plain_weekday_is_not():
    assert not CALENDAR.is_working_day(date(2026, 11, 21))
    assert CALENDAR.is_working_day(date(2026, 11, 23))


def test_a_year_without_its_notice_is_provisional():
    assert CALENDAR.provisional_years == {2027}
    assert CALENDAR.is_provisional(date(2027, 3, 1))
    assert not CALENDAR.is_provisional(date(2026, 3, 1))


def test_a_year_entered_by_hand_is_no_longer_provisional():
    notice = [
        CalendarOverride(date(2027, 10, 6), DayKind.OFF, "国庆节", is_of_notice=True),
        CalendarOverride(date(2027, 10, 9), DayKind.WORKING, "国庆节调休", is_of_notice=True),
    ]
    calendar = build_calendar([2027], overrides=notice)
    assert not calendar.provisional_years
    assert not calendar.is_working_day(date(2027, 10, 6))
    assert calendar.is_working_day(date(2027, 10, 9))


def test_one_local_working_saturday_announces_nothing():
    local = CalendarOverride(date(2027, 3, 6), DayKind.WORKING, "本地安排")
    calendar = build_calendar([2027], overrides=[local])
    assert calendar.is_working_day(date(2027, 3, 6))
    assert calendar.is_provisional(date(2027, 3, 8))


def test_an_override_wins_over_the_notice_in_both_directions():
    calendar = build_calendar(
        [2026],
        overrides=[
            CalendarOverride(date(2026, 10, 1), DayKind.WORKING, "抢险"),
            CalendarOverride(date(2026, 10, 10), DayKind.OFF, "地方安排"),
        ],
    )
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.day_off_name(date(2026, 10, 10)) == "地方安排"


def test_office_hours_are_shanghai_time_with_the_lunch_break_out():
    def at(hour, minute):
        return datetime(2026, 11, 23, hour, minute, tzinfo=SHANGHAI)

    monday = CALENDAR.office_intervals(date(2026, 11, 23))
    assert monday == ((at(8, 30), at(12, 0)), (at(14, 0), at(17, 30)))
    assert CALENDAR.office_intervals(date(2026, 11, 22)) == ()
    assert CALENDAR.working_day_length == timedelta(hours=7)


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2028, 1, 3), date(2099, 1, 1)])
def test_a_day_outside_the_covered_years_is_answered_by_the_week_and_provisional(day):
    assert CALENDAR.is_working_day(day) == (day.weekday() < 5)
    assert CALENDAR.is_provisional(day)


def test_the_version_names_the_package_and_changes_with_what_was_set_by_hand():
    other_hours = build_calendar([2026], [OfficeHours(time(9), time(17))])
    overridden = build_calendar(
        [2026], overrides=[CalendarOverride(date(2026, 7, 1), DayKind.OFF, "地方安排")]
    )
    versions = {CALENDAR.version, other_hours.version, overridden.version}
    assert len(versions) == 3
    assert all(version.startswith("holidays-") for version in versions)
    assert build_calendar([2026]).version == CALENDAR.version


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [OfficeHours(time(12), time(12))],
        [*STANDARD_OFFICE_HOURS, OfficeHours(time(11), time(13))],
    ],
)
def test_impossible_office_hours_are_refused(hours):
    with pytest.raises(ValueError, match="office hours"):
        build_calendar([2026], hours)
