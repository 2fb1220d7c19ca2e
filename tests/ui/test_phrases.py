from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.ui.phrases import day_words, full_words, moment_words, span_words, until_words

NOW = datetime(2026, 11, 21, 14, 30)  # noqa: DTZ001  words are made of local wall-clock time


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "今天"),
        (date(2026, 11, 20), "昨天"),
        (date(2026, 11, 22), "明天"),
        (date(2026, 11, 19), "11月19日"),
        (date(2026, 1, 1), "1月1日"),
        (date(2025, 12, 31), "2025年12月31日"),
        (date(2027, 3, 1), "2027年3月1日"),
    ],
)
def test_a_day_is_named_the_way_people_name_it(day: date, words: str) -> None:
    assert day_words(day, NOW.date()) == words


def test_yesterday_is_yesterday_even_across_new_year() -> None:
    assert day_words(date(2025, 12, 31), date(2026, 1, 1)) == "昨天"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(minutes=25), "今天 14:05"),
        (timedelta(days=1, hours=5, minutes=30), "昨天 09:00"),
        (timedelta(days=3), "11月18日 14:30"),
    ],
)
def test_a_moment_has_day_and_minute(before: timedelta, words: str) -> None:
    assert moment_words(NOW - before, NOW) == words


def test_the_full_date_names_the_weekday_and_the_second() -> None:
    assert full_words(NOW) == "2026年11月21日 星期六 14:30:00"
    assert full_words(NOW.date()) == "2026年11月21日 星期六"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "不到1分钟"),
        (timedelta(seconds=59), "不到1分钟"),
        (timedelta(minutes=1), "1分钟"),
        (timedelta(minutes=59, seconds=59), "59分钟"),
        (timedelta(hours=1), "1小时"),
        (timedelta(hours=23, minutes=59), "23小时"),
        (timedelta(days=1), "1天"),
        (timedelta(days=12, hours=23), "12天"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("due_in", "words"),
    [
        (timedelta(hours=3, minutes=5), "还剩3小时"),
        (timedelta(days=2), "还剩2天"),
        (timedelta(0), "还剩不到1分钟"),
        (-timedelta(seconds=1), "超期不到1分钟"),
        (-timedelta(minutes=12), "超期12分钟"),
        (-timedelta(days=1, hours=5), "超期1天"),
    ],
)
def test_a_deadline_says_what_is_left_or_how_late_it_is(due_in: timedelta, words: str) -> None:
    assert until_words(NOW + due_in, NOW) == words


UNITS = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=4000)))
def test_nobody_is_told_of_more_time_than_there_is(span: timedelta) -> None:
    words = span_words(span)
    unit = next(unit for unit in UNITS if words.endswith(unit))
    told = int(words.removesuffix(unit)) * UNITS[unit]
    assert told <= span < told + UNITS[unit]
