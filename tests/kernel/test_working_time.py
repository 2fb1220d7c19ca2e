from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.kernel.calendars import SHANGHAI, build_calendar
from qijie.kernel.working_time import (
    Limit,
    LimitUnit,
    due_at,
    explain,
    halved,
    moment_at_share,
    resume_due_at,
    share_used,
    time_between,
    working_time_between,
)

CALENDAR = build_calendar(range(2025, 2029))
HOUR, DAY = LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY
URGENT, NATURAL = LimitUnit.URGENT_HOUR, LimitUnit.NATURAL_DAY

moments = st.integers(0, 450 * 86_400).map(
    lambda seconds: datetime(2025, 12, 1, tzinfo=SHANGHAI) + timedelta(seconds=seconds)
)
values = st.integers(1, 60).map(lambda quarters: Decimal(quarters) / 4)
units = st.sampled_from(LimitUnit)
working_units = st.sampled_from([HOUR, DAY])
quick = settings(max_examples=60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # The worked example: National Day skipped, same hour two working days later.
        ("2026-09-30 16:00", Limit(2, DAY), "2026-10-09 16:00"),
        # A make-up Saturday counts.
        ("2026-10-09 16:00", Limit(1, DAY), "2026-10-10 16:00"),
        ("2026-02-13 09:00", Limit(2, DAY), "2026-02-24 09:00"),
        # Over the lunch break and over the night.
        ("2026-11-23 11:00", Limit(2, HOUR), "2026-11-23 15:00"),
        ("2026-11-23 17:00", Limit(1, HOUR), "2026-11-24 09:00"),
        # Ends at the closing, not at the next opening.
        ("2026-11-23 11:00", Limit(1, HOUR), "2026-11-23 12:00"),
        ("2026-11-23 08:30", Limit(1, DAY), "2026-11-23 17:30"),
        # Outside office hours the next opening counts.
        ("2026-11-21 10:00", Limit(1, HOUR), "2026-11-23 09:30"),
        ("2026-11-23 07:00", Limit(4, HOUR), "2026-11-23 14:30"),
        ("2026-11-23 12:00", Limit(1, HOUR), "2026-11-23 15:00"),
        ("2026-11-23 17:30", Limit(1, DAY), "2026-11-24 17:30"),
        # The wall clock knows neither night nor holiday.
        ("2026-10-01 23:00", Limit(2, URGENT), "2026-10-02 01:00"),
        ("2026-09-30 16:00", Limit(2, NATURAL), "2026-10-02 16:00"),
        ("2026-11-23 09:00", Limit.of_minutes(10), "2026-11-23 09:10"),
    ],
)
def test_a_limit_runs_out_when_an_official_would_say(start, limit, due):
    assert due_at(at(start), limit, CALENDAR) == at(due)


def test_a_start_in_another_zone_is_the_same_moment():
    start = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
    assert due_at(start, Limit(2, DAY), CALENDAR) == at("2026-10-09 16:00")


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        due_at(datetime(2026, 9, 30), Limit(2, DAY), CALENDAR)  # noqa: DTZ001


@pytest.mark.parametrize("value", [0, -1, Decimal("-0.5")])
def test_a_limit_of_nothing_is_refused(value):
    with pytest.raises(ValueError, match="more than nothing"):
        Limit(value, DAY)


@quick
@given(moments, values, units)
def test_the_deadline_is_after_the_start(start, value, unit):
    assert due_at(start, Limit(value, unit), CALENDAR) > start


@quick
@given(moments, moments, values, units)
def test_a_later_start_is_never_due_earlier(first, second, value, unit):
    early, late = sorted([first, second])
    limit = Limit(value, unit)
    assert due_at(early, limit, CALENDAR) <= due_at(late, limit, CALENDAR)


@quick
@given(moments, values, values, units)
def test_a_longer_limit_is_due_later(start, first, second, unit):
    short, long = sorted([first, second])
    short_due, long_due = (due_at(start, Limit(v, unit), CALENDAR) for v in (short, long))
    assert (short_due < long_due) is (short < long)


@quick
@given(moments, values, working_units)
def test_a_working_deadline_lies_in_office_hours(start, value, unit):
    due = due_at(start, Limit(value, unit), CALENDAR)
    assert any(opens < due <= closes for opens, closes in CALENDAR.office_intervals(due.date()))


@quick
@given(moments, values, values, units)
def test_two_limits_one_after_the_other_are_one_long_limit(start, first, second, unit):
    stepwise = due_at(due_at(start, Limit(first, unit), CALENDAR), Limit(second, unit), CALENDAR)
    assert stepwise == due_at(start, Limit(first + second, unit), CALENDAR)


@quick
@given(moments, values)
def test_the_office_time_until_the_deadline_is_the_limit(start, value):
    due = due_at(start, Limit(value, HOUR), CALENDAR)
    assert working_time_between(start, due, CALENDAR) == timedelta(hours=float(value))
    due = due_at(start, Limit(value, DAY), CALENDAR)
    assert working_time_between(start, due, CALENDAR) == timedelta(hours=float(value) * 7)


@quick
@given(moments, moments, moments)
def test_office_time_adds_up(first, second, third):
    a, b, c = sorted([first, second, third])
    together = working_time_between(a, b, CALENDAR) + working_time_between(b, c, CALENDAR)
    assert together == working_time_between(a, c, CALENDAR)


def test_no_time_passes_backwards():
    early, late = at("2026-11-23 09:00"), at("2026-11-24 09:00")
    assert working_time_between(late, early, CALENDAR) == timedelta()
    assert time_between(late, early, NATURAL, CALENDAR) == timedelta()


@quick
@given(moments, values, units, st.integers(1, 9), st.integers(0, 60))
def test_a_pause_leaves_as_much_time_as_there_was(start, value, unit, tenths, paused_days):
    limit = Limit(value, unit)
    due = due_at(start, limit, CALENDAR)
    paused = start + (due - start) * tenths / 10
    resumed = paused + timedelta(days=paused_days)
    new_due = resume_due_at(due, paused, resumed, limit, CALENDAR)
    left = time_between(paused, due, unit, CALENDAR)
    assert time_between(resumed, new_due, unit, CALENDAR) == left
    assert new_due >= due or not left


def test_a_pause_over_a_holiday_carries_the_working_hours_over():
    due = at("2026-09-30 16:00")
    resumed = resume_due_at(
        due, at("2026-09-30 11:00"), at("2026-10-12 08:30"), Limit(1, DAY), CALENDAR
    )
    assert resumed == at("2026-10-12 11:30")


def test_what_was_late_before_the_pause_stays_late():
    due = at("2026-09-30 10:00")
    paused, resumed = at("2026-09-30 11:00"), at("2026-10-12 08:30")
    assert resume_due_at(due, paused, resumed, Limit(1, DAY), CALENDAR) == due


@pytest.mark.parametrize(
    ("now", "share"),
    [
        ("2026-11-23 08:30", 0.0),
        ("2026-11-23 12:00", 0.5),
        ("2026-11-23 13:00", 0.5),
        ("2026-11-23 17:30", 1.0),
        ("2026-11-24 12:00", 1.5),
    ],
)
def test_the_share_used_stands_still_at_lunch_and_passes_one_when_late(now, share):
    start = at("2026-11-23 08:30")
    due = due_at(start, Limit(1, DAY), CALENDAR)
    assert share_used(start, due, at(now), CALENDAR, DAY) == pytest.approx(share)


def test_a_deadline_without_any_counted_time_is_used_up_when_it_comes():
    start, due = at("2026-11-21 08:00"), at("2026-11-22 08:00")
    assert share_used(start, due, at("2026-11-21 09:00"), CALENDAR, DAY) == 0.0
    assert share_used(start, due, due, CALENDAR, DAY) == 1.0


@pytest.mark.parametrize(
    ("limit", "share", "moment"),
    [
        (Limit(1, DAY), 0.5, "2026-11-23 12:00"),
        (Limit(1, DAY), 0.8, "2026-11-23 16:06"),
        (Limit(2, URGENT), 0.8, "2026-11-23 10:06"),
        (Limit(10, NATURAL), 0.5, "2026-11-28 08:30"),
    ],
)
def test_warnings_come_at_half_and_four_fifths_of_the_limit(limit, share, moment):
    assert moment_at_share(at("2026-11-23 08:30"), limit, share, CALENDAR) == at(moment)


@quick
@given(moments, values, units, st.sampled_from([0.5, 0.8]))
def test_a_warning_comes_between_start_and_deadline(start, value, unit, share):
    limit = Limit(value, unit)
    warned = moment_at_share(start, limit, share, CALENDAR)
    due = due_at(start, limit, CALENDAR)
    assert start <= warned < due
    assert share_used(start, due, warned, CALENDAR, unit) == pytest.approx(share, abs=0.05)


def test_half_a_limit_keeps_its_unit():
    assert halved(Limit(1, DAY)) == Limit(Decimal("0.5"), DAY)
    assert due_at(at("2026-11-23 08:30"), halved(Limit(1, DAY)), CALENDAR) == at("2026-11-23 12:00")


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(2, DAY), "2 个工作日"),
        (Limit(Decimal("2.50"), DAY), "2.5 个工作日"),
        (Limit(10, DAY), "10 个工作日"),
        (Limit(4, HOUR), "4 个工作小时"),
        (Limit(Decimal("0.5"), HOUR), "30 分钟办公时间"),
        (Limit(2, URGENT), "2 小时"),
        (Limit.of_minutes(10), "10 分钟"),
        (Limit(15, NATURAL), "15 个自然日"),
    ],
)
def test_a_limit_is_said_in_plain_words(limit, words):
    assert limit.words == words


@pytest.mark.parametrize(
    ("start", "limit", "sentence"),
    [
        (
            "2026-09-30 16:00",
            Limit(2, DAY),
            "限时 2 个工作日，从 2026年9月30日 16:00 起算，"
            "跳过国庆节（10月1日至7日），到 10月9日 16:00。",
        ),
        (
            "2026-11-21 09:00",
            Limit(4, HOUR),
            "限时 4 个工作小时，2026年11月21日 09:00 不在办公时间，从 11月23日 08:30 起算，"
            "到 11月23日 14:30。",
        ),
        (
            "2026-11-20 16:00",
            Limit(1, DAY),
            "限时 1 个工作日，从 2026年11月20日 16:00 起算，"
            "跳过周末（11月21日至22日），到 11月23日 16:00。",
        ),
        (
            "2026-09-18 16:00",
            Limit(7, DAY),
            "限时 7 个工作日，从 2026年9月18日 16:00 起算，"
            "跳过中秋节（9月25日至27日）、周末（9月19日），9月20日调休上班照算，到 9月29日 16:00。",
        ),
        (
            "2026-12-31 16:00",
            Limit(15, DAY),
            "限时 15 个工作日，从 2026年12月31日 16:00 起算，跳过元旦（1月1日至3日）、2 个周末，"
            "到 2027年1月22日 16:00，其中 2027 年放假安排尚未公布，暂按预计推算。",
        ),
        (
            "2026-10-01 23:00",
            Limit(2, URGENT),
            "限时 2 小时（夜间和节假日照算），从 2026年10月1日 23:00 起算，到 10月2日 01:00。",
        ),
        (
            "2026-12-20 16:00",
            Limit(15, NATURAL),
            "限时 15 个自然日（含周末和节假日），从 2026年12月20日 16:00 起算，"
            "到 2027年1月4日 16:00。",
        ),
    ],
)
def test_a_deadline_explains_itself_in_one_sentence(start, limit, sentence):
    begin = at(start)
    assert explain(begin, limit, due_at(begin, limit, CALENDAR), CALENDAR) == sentence


@quick
@given(moments, values, units)
def test_every_deadline_has_a_sentence_that_ends_once(start, value, unit):
    limit = Limit(value, unit)
    sentence = explain(start, limit, due_at(start, limit, CALENDAR), CALENDAR)
    assert sentence.count("。") == 1
    assert sentence.endswith("。")
