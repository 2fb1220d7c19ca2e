"""Words that came later tell of danger: the matter turns urgent, and its clocks with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from qijie.issues.rules.decide import Refused, apply, replay
from qijie.issues.rules.standing import pressing
from qijie.issues.rules.vocabulary import Audience, ClockKind, Move, Urgency
from tests.issues.rules.cast import BOOK, DESK, SYSTEM, Story

TEN_MINUTES = timedelta(minutes=10)
LATER: tuple[Callable[[], Story], ...] = (
    lambda: Story().accepted(),
    lambda: Story().filed(),
    lambda: Story().dispatched(),
    lambda: Story().handled(),
)


@pytest.mark.parametrize("told", [lambda: Story(), *LATER])
def test_somebody_has_ten_minutes_from_then_and_is_told(told: Callable[[], Story]) -> None:
    story = told()
    raised = story.do(Move.RAISE, SYSTEM).matter
    clock = pressing(raised)
    assert raised.urgency is Urgency.URGENT
    assert clock is not None
    assert (clock.started_at, clock.due_at - clock.started_at) == (
        story.events[-1].at,
        TEN_MINUTES,
    )
    assert {Audience.REPORTER, Audience.NEXT_HOLDER} <= {one.audience for one in story.told}
    assert replay(story.events, BOOK) == raised


def test_the_state_stays_and_the_clock_before_it_is_kept_beside_the_new() -> None:
    story = Story()
    before = story.matter
    after = story.do(Move.RAISE, SYSTEM).matter
    assert after.state is before.state
    accepts = [clock for clock in after.clocks if clock.kind is ClockKind.ACCEPT]
    assert [(clock.is_replaced, clock.is_live) for clock in accepts] == [
        (True, False),
        (False, True),
    ]


def test_a_clock_that_ends_sooner_is_not_given_more_time() -> None:
    story = Story()
    due = story.matter.live(ClockKind.ACCEPT).due_at
    act = story.act(Move.RAISE, SYSTEM)
    late = type(act)(act.move, act.actor, due - timedelta(minutes=3), act.facts, act.words)
    clock = apply(story.matter, late, BOOK).matter.live(ClockKind.ACCEPT)
    assert clock.due_at == due


def test_an_order_not_signed_yet_has_ten_minutes_too() -> None:
    story = Story().dispatched()
    raised = story.do(Move.RAISE, SYSTEM).matter
    order = raised.main_order
    sign = raised.live(ClockKind.SIGN, order.id)
    assert sign.due_at - sign.started_at == TEN_MINUTES


def test_what_is_urgent_is_not_raised_again_and_nobody_raises_by_hand() -> None:
    story = Story().do(Move.RAISE, SYSTEM)
    for actor in (SYSTEM, DESK):
        with pytest.raises(Refused):
            apply(story.matter, story.act(Move.RAISE, actor), BOOK)
