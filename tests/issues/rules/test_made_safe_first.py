"""What is urgent is made safe first, by the wall clock; mending has its own limit afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qijie.issues.rules.decide import Refused, apply, replay
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.vocabulary import (
    Audience,
    ClockKind,
    Family,
    Move,
    OrderState,
    Stage,
    Urgency,
)
from qijie.kernel.working_time import Limit, LimitUnit
from tests.issues.rules import cast
from tests.issues.rules.cast import BOOK, DESK, DISPATCHER, LIGHTING, SYSTEM, Story

HALF_AN_HOUR, TWO_HOURS = timedelta(minutes=30), timedelta(hours=2)


def sent_straight(condition: str | None = None, book: cast.Book = BOOK) -> Matter:
    story = Story(**cast.URGENT)
    act = story.act(Move.DIRECT_URGENT, DESK)
    facts = replace(act.facts, condition=condition, urgency=Urgency.URGENT)
    return apply(story.matter, replace(act, facts=facts), book).matter


def time_to_make_safe(matter: Matter) -> set[timedelta]:
    """Of the matter and of its main order."""
    order = matter.main_order
    clocks = [matter.live(ClockKind.MAKE_SAFE, of) for of in (None, order.id if order else None)]
    return {clock.due_at - clock.started_at for clock in clocks if clock}


@pytest.mark.parametrize(
    ("condition", "span"),
    [(None, HALF_AN_HOUR), ("COVER-1", TWO_HOURS), ("LIGHT-1", HALF_AN_HOUR)],
)
def test_the_conditions_own_urgent_limit_else_the_usual_one(
    condition: str | None, span: timedelta
) -> None:
    assert time_to_make_safe(sent_straight(condition)) == {span}


def test_a_stage_in_working_hours_cannot_put_danger_off_to_tomorrow() -> None:
    slow = cast.StageLimit(Stage.MAKE_SAFE, Limit(4, LimitUnit.WORKING_HOUR))
    cover = replace(cast.COVER, stages=(slow, cast.COVER.stages[1]))
    book = replace(BOOK, conditions={**cast.CONDITIONS, "COVER-1": cover})
    assert time_to_make_safe(sent_straight("COVER-1", book)) == {HALF_AN_HOUR}


def test_a_condition_that_is_urgent_as_a_whole_says_it_itself() -> None:
    quick = replace(cast.LIGHT, limit=Limit(1, LimitUnit.URGENT_HOUR))
    book = replace(BOOK, conditions={"LIGHT-1": quick})
    assert time_to_make_safe(sent_straight("LIGHT-1", book)) == {timedelta(hours=1)}


def told(story: Story) -> str:
    return next(one.sentence for one in story.told if one.audience is Audience.REPORTER)


def on_its_way() -> Story:
    return Story(**cast.URGENT).do(Move.DIRECT_URGENT, SYSTEM)


def test_nobody_is_promised_a_day_before_it_is_safe_and_then_one_to_mend() -> None:
    story = on_its_way()
    clock = story.matter.live(ClockKind.MAKE_SAFE)
    assert f"{clock.due_at:%H:%M}到现场" in told(story)
    assert "办结" not in told(story)
    story.do(Move.SIGN, LIGHTING).do(Move.MAKE_SAFE, LIGHTING)
    assert story.matter.is_made_safe
    assert "前办结" in told(story)
    kept = [one for one in story.matter.clocks if one.kind is ClockKind.MAKE_SAFE]
    assert [one.is_met for one in kept] == [True, True]
    assert replay(story.events, BOOK) == story.matter


def test_whoever_takes_over_when_it_is_safe_has_only_the_mending() -> None:
    story = on_its_way().do(Move.SIGN, LIGHTING).do(Move.MAKE_SAFE, LIGHTING)
    story.do(Move.RECALL, DISPATCHER).sent_out()
    assert story.matter.main_order.state is OrderState.SENT
    assert time_to_make_safe(story.matter) == set()


def test_filed_as_urgent_the_clock_runs_before_anybody_is_sent_and_no_new_order_resets_it() -> None:
    story = Story(urgency=Urgency.URGENT).filed()
    before = story.matter.live(ClockKind.MAKE_SAFE)
    assert before.due_at - before.started_at == HALF_AN_HOUR
    story.sent_out()
    assert story.matter.live(ClockKind.MAKE_SAFE) == before


def test_raised_on_the_way_it_is_made_safe_too() -> None:
    story = Story().dispatched().do(Move.RAISE, SYSTEM)
    clock = story.matter.live(ClockKind.MAKE_SAFE)
    assert (clock.started_at, clock.due_at) == (
        story.events[-1].at,
        story.events[-1].at + HALF_AN_HOUR,
    )


def test_reopened_danger_is_made_safe_anew() -> None:
    story = on_its_way().handled_again().closed_again()
    assert story.matter.is_made_safe
    story.do(Move.REOPEN, cast.REPORTER)
    assert not story.matter.is_made_safe
    assert story.matter.live(ClockKind.MAKE_SAFE) is not None


def test_what_is_in_no_danger_is_not_reported_safe() -> None:
    story = Story(family=Family.CITY_MANAGEMENT).signed()
    assert story.matter.live(ClockKind.MAKE_SAFE) is None
    with pytest.raises(Refused, match="没有在计时的止险"):
        story.do(Move.MAKE_SAFE, LIGHTING)


def test_the_limit_is_the_citys_own() -> None:
    limits = {**BOOK.limits, (ClockKind.MAKE_SAFE, Urgency.URGENT): Limit.of_minutes(20)}
    book = replace(BOOK, limits=limits)
    assert time_to_make_safe(sent_straight(None, book)) == {timedelta(minutes=20)}


def made_safe() -> Story:
    return on_its_way().do(Move.SIGN, LIGHTING).do(Move.MAKE_SAFE, LIGHTING)


def test_danger_told_after_it_was_made_safe_is_made_safe_anew_and_the_desk_may_send_others() -> (
    None
):
    story = made_safe()
    with pytest.raises(Refused):
        story.do(Move.DIRECT_URGENT, DESK)
    story.do(Move.RAISE, SYSTEM)
    assert not story.matter.is_made_safe
    assert time_to_make_safe(story.matter) == {HALF_AN_HOUR}
    clocks = [one for one in story.matter.clocks if one.kind is ClockKind.MAKE_SAFE]
    assert [one.is_met for one in clocks if one.stopped_at] == [True, True]
    assert {one.order_id is None for one in clocks if one.is_live} == {True, False}
    assert {Audience.REPORTER, Audience.NEXT_HOLDER} <= {one.audience for one in story.told}
    story.do(Move.DIRECT_URGENT, DESK)
    assert [order.state for order in story.matter.orders] == [OrderState.RECALLED, OrderState.SENT]
    assert replay(story.events, BOOK) == story.matter


def test_what_was_made_safe_before_is_not_counted_for_the_new_danger() -> None:
    story = made_safe().do(Move.RAISE, SYSTEM).do(Move.RECALL, DISPATCHER)
    of_order = [c for c in story.matter.clocks if c.kind is ClockKind.MAKE_SAFE and c.order_id]
    assert [clock.is_met for clock in of_order] == [True, False]


def test_the_new_danger_is_told_once_until_it_is_safe_again() -> None:
    story = made_safe().do(Move.RAISE, SYSTEM)
    with pytest.raises(Refused):
        story.do(Move.RAISE, SYSTEM)
    story.do(Move.MAKE_SAFE, LIGHTING)
    assert story.matter.is_made_safe
    story.do(Move.RAISE, SYSTEM)
    assert not story.matter.is_made_safe
