"""Words that came later tell of danger: the matter turns urgent, and its clocks with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from qijie.issues.rules.decide import Refused, apply, replay
from qijie.issues.rules.facts import SeemFacts
from qijie.issues.rules.standing import pressing
from qijie.issues.rules.vocabulary import Audience, ClockKind, Move, OrderState, State, Urgency
from tests.issues.rules.cast import BOOK, DESK, DISPATCHER, LIGHTING, SUPERVISOR, SYSTEM, Story

TEN_MINUTES = timedelta(minutes=10)
LATER: tuple[Callable[[], Story], ...] = (
    lambda: Story().accepted(),
    lambda: Story().filed(),
    lambda: Story().dispatched(),
    lambda: Story().handled(),
    lambda: Story().solved(),
    lambda: Story().suspended(),
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


HALF_AN_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize("told", LATER)
def test_it_is_to_be_made_safe_and_the_desk_sends_somebody_at_once(
    told: Callable[[], Story],
) -> None:
    story = told().do(Move.RAISE, SYSTEM)
    clock = story.matter.live(ClockKind.MAKE_SAFE)
    assert clock.is_running
    assert (clock.started_at, clock.due_at - clock.started_at) == (
        story.events[-1].at,
        HALF_AN_HOUR,
    )
    assert "到现场，先把危险排除" in story.sentence()
    sent = story.do(Move.DIRECT_URGENT, DESK).matter
    assert (sent.state, sent.main_order.state) == (State.DISPATCHED, OrderState.SENT)
    assert replay(story.events, BOOK) == sent


@pytest.mark.parametrize("told", [lambda: Story().handled(), lambda: Story().solved()])
def test_danger_where_it_was_said_to_be_done_is_work_again(told: Callable[[], Story]) -> None:
    matter = told().do(Move.RAISE, SYSTEM).matter
    assert (matter.state, matter.handled_at, matter.is_on_the_spot) == (State.FILED, None, False)
    assert matter.live(ClockKind.VERIFY) is None
    assert matter.live(ClockKind.CONFIRM_WINDOW) is None
    assert matter.live(ClockKind.HANDLE) is not None


def test_urgent_and_done_and_danger_again_is_an_alarm_again() -> None:
    story = Story(urgency=Urgency.URGENT).solved()
    assert story.do(Move.RAISE, SYSTEM).matter.is_alarm


def test_where_danger_waits_for_nobody_the_desk_sends_nobody_twice() -> None:
    with pytest.raises(Refused):
        Story().filed().do(Move.DIRECT_URGENT, DESK)
    story = Story().filed().do(Move.RAISE, SYSTEM).do(Move.DIRECT_URGENT, DESK)
    with pytest.raises(Refused):
        story.do(Move.DIRECT_URGENT, DESK)


def test_whoever_was_sent_and_is_named_is_sent_no_more_and_others_may_be() -> None:
    story = Story().dispatched()
    story.do(Move.SEEM, SYSTEM, SeemFacts(hinted_ids=(LIGHTING.unit_id,), level=story.matter.level))
    story.do(Move.RAISE, SYSTEM)
    assert (story.matter.state, story.matter.open_orders) == (State.FILED, ())
    assert Audience.DESK in {one.audience for one in story.told}
    with pytest.raises(Refused, match="先核对是否涉及"):
        story.do(Move.DISPATCH, DISPATCHER)
    assert replay(story.events, BOOK) == story.matter


def test_an_alarm_under_way_is_raised_once_more_for_that() -> None:
    story = Story().dispatched().do(Move.RAISE, SYSTEM)
    story.do(Move.SEEM, SYSTEM, SeemFacts(hinted_ids=(LIGHTING.unit_id,), level=story.matter.level))
    story.do(Move.RAISE, SYSTEM)
    assert (story.matter.state, story.matter.is_alarm) == (State.FILED, True)


def test_a_supervisor_who_waits_for_an_answer_stands_in_no_way() -> None:
    story = Story().dispatched().do(Move.SUPERVISE, SUPERVISOR)
    assert story.do(Move.RAISE, SYSTEM).matter.is_alarm
