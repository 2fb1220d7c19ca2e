from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.boards.rules import (
    FLOOR,
    Answerer,
    as_stored,
    common_hours,
    months_before,
    short_title,
    solved_words,
    with_deputies,
)

PLACES = ("青石街道", "槐荫社区", "第一网格")


@pytest.mark.parametrize(
    ("title", "level", "short"),
    [
        ("槐荫社区第一网格网格员", "grid", "网格员"),
        ("槐荫社区第一网格", "grid", "第一网格"),
        ("槐荫社区社区民警", "community", "社区民警"),
        ("槐荫社区总网格长", "community", "社区总网格长"),
        ("青石街道受理席", "street", "街道受理席"),
        ("值班席", "street", "值班席"),
    ],
)
def test_a_post_is_called_on_its_board_without_its_place(
    title: str, level: str, short: str
) -> None:
    assert short_title(title, level, PLACES) == short


def test_a_vacant_post_sends_people_to_the_first_one_that_is_held() -> None:
    lead, worker, desk = with_deputies(
        [Answerer("网格长"), Answerer("网格员", stand_ins=("刘洋",)), Answerer("受理员", "王芳")]
    )
    assert lead.note == "请找受理员 王芳"
    assert worker.note == "由 刘洋 代班"
    assert desk.note == ""


def test_where_nobody_is_held_at_all_the_hotline_stands_in() -> None:
    [lead] = with_deputies([Answerer("网格长")])
    assert lead.note == "请找热线 12345"


def test_hours_are_said_once_only_when_all_keep_the_same() -> None:
    day, night = Answerer("甲", hours="白天"), Answerer("乙", hours="夜间")
    assert common_hours([day, day]) == "白天"
    assert common_hours([day, night]) == ""
    assert common_hours([day, Answerer("丙")]) == ""


@given(st.integers(1, 10_000))
def test_no_count_below_the_floor_is_kept(count: int) -> None:
    stored = as_stored(count)
    assert stored is None if count < FLOOR else stored == count


def test_a_small_count_is_said_without_its_number() -> None:
    assert (solved_words(None), solved_words(12)) == ("少于 3", "12")


def test_only_whole_months_are_shown_across_the_turn_of_a_year() -> None:
    assert months_before(date(2026, 2, 28), 3) == [
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    ]
    assert months_before(date(2026, 3, 31), 1) == months_before(date(2026, 3, 1), 1)
