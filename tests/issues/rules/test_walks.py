"""Random walks through the table: whatever people do, in whatever order, these things stay true."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qijie.access.viewer import Side
from qijie.issues.rules import facts as f
from qijie.issues.rules.book import Numbers
from qijie.issues.rules.decide import Offer, Refused, apply, offers, replay
from qijie.issues.rules.matter import Act, Actor, Matter
from qijie.issues.rules.vocabulary import ClockKind, Family, Move, State, Urgency
from qijie.kernel.codes import Level
from tests.issues.rules import cast
from tests.issues.rules.cast import Story, facts_for, key, post

pytestmark = pytest.mark.slow

EVERYBODY = [
    *(cast.WORKER, cast.LEAD, cast.LIGHTING, cast.PROPERTY, cast.REPORTER, cast.SYSTEM),
    *(
        post(role, level)
        for role in ("desk", "dispatcher", "verifier", "supervisor")
        for level in Level
        if level is not Level.GRID
    ),
]
MAY_MOVE_THE_PROMISE = {
    Move.EXTEND,
    Move.RESUME,
    Move.RECLASSIFY,
    Move.REOPEN,
    Move.OBJECT,
    # Only out of a suspension, whose pause has passed.
    Move.WHISTLE,
}
RUNS_AFTER_THE_END = {ClockKind.CALL_BACK, ClockKind.FOLLOW_UP}
DOING = {Side.COMMAND, Side.UNIT}


class LifeOfAMatter(RuleBasedStateMachine):
    story: Story
    before: Matter

    @initialize(
        family=st.sampled_from(Family),
        urgency=st.sampled_from(Urgency),
        has_reporter=st.booleans(),
    )
    def begin(self, family: Family, urgency: Urgency, has_reporter: bool) -> None:
        book = replace(cast.BOOK, numbers=Numbers(sampled_percent=50))
        self.story = Story(
            book=book, family=family, urgency=urgency, category="LIGHT", has_reporter=has_reporter
        )
        self.before = self.story.matter

    @rule(hours=st.sampled_from([1, 5, 30, 200]))
    def wait(self, hours: int) -> None:
        self.story.after(timedelta(hours=hours))
        self.before = self.story.matter

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        offered = self.everything_offered()
        if not offered:
            return
        # First the move, then who: a move only one person may make is as likely as any other.
        move = data.draw(st.sampled_from(sorted(offered)))
        actor, offer = offered[move][data.draw(st.integers(0, len(offered[move]) - 1))]
        act = self.act(actor, offer, data)
        self.before = self.story.matter
        try:
            outcome = apply(self.story.matter, act, self.story.book)
        except Refused as refusal:
            if refusal.code != "missing_fact":
                raise
            return
        self.story.matter = outcome.matter
        self.story.events += outcome.events
        self.story.told = list(outcome.told)

    def everything_offered(self) -> dict[Move, list[tuple[Actor, Offer]]]:
        offered: dict[Move, list[tuple[Actor, Offer]]] = {}
        for actor in EVERYBODY:
            for offer in offers(self.story.matter, actor, self.story.now, cast.BOOK):
                if offer.is_allowed:
                    offered.setdefault(offer.move, []).append((actor, offer))
        return offered

    def act(self, actor: Actor, offer: Offer, data: st.DataObject) -> Act[f.Facts]:
        matter, now = self.story.matter, self.story.now
        facts = facts_for(offer.move, matter, now, key(f"{matter.version}"))
        if offer.order_id is not None:
            facts = replace(facts, order_id=offer.order_id)  # type: ignore[call-arg]
        if isinstance(facts, f.JudgeFacts):
            facts = replace(facts, is_solved=data.draw(st.booleans()))
        if isinstance(facts, f.Classified) and offer.move is Move.RECLASSIFY:
            facts = replace(facts, condition=data.draw(st.sampled_from(["LIGHT-1", "LIGHT-2"])))
        return Act(offer.move, actor, now, facts, "已写明情况。")

    @invariant()
    def at_most_one_main_order_is_open(self) -> None:
        assert sum(order.is_main for order in self.story.matter.open_orders) <= 1

    @invariant()
    def orders_are_open_only_while_somebody_is_handling(self) -> None:
        if self.story.matter.state not in (State.DISPATCHED, State.SUSPENDED):
            assert not self.story.matter.open_orders

    @invariant()
    def a_dispatched_matter_has_an_open_order_or_waits_for_an_assisting_one(self) -> None:
        matter = self.story.matter
        if matter.state is State.DISPATCHED:
            assert matter.open_orders or any(
                order.state == "returned" for order in matter.orders_of_round
            )

    @invariant()
    def nothing_is_timed_after_the_end_but_windows_and_the_call_back(self) -> None:
        matter = self.story.matter
        if matter.state.is_end:
            running = {clock.kind for clock in matter.clocks if clock.is_running}
            assert all(kind.is_window or kind in RUNS_AFTER_THE_END for kind in running)

    @invariant()
    def a_matter_put_aside_knows_where_it_goes_back_to(self) -> None:
        matter = self.story.matter
        is_aside = matter.state in (State.MERGED, State.SUSPENDED)
        assert is_aside is (matter.resume_to is not None)

    @invariant()
    def no_clock_runs_twice(self) -> None:
        live = [(c.kind, c.order_id) for c in self.story.matter.clocks if c.is_live]
        assert len(live) == len(set(live))

    @invariant()
    def an_open_matter_past_filing_has_a_promised_date(self) -> None:
        matter = self.story.matter
        if matter.state in (State.FILED, State.DISPATCHED, State.SUSPENDED):
            assert matter.promised_at is not None
            assert matter.filed_at is not None

    @invariant()
    def the_promised_date_moves_later_only_where_the_norm_allows(self) -> None:
        was, now = self.before.promised_at, self.story.matter.promised_at
        if was is not None and now is not None and now > was:
            assert self.story.events[-1].move in MAY_MOVE_THE_PROMISE

    @invariant()
    def nobody_stands_on_both_sides(self) -> None:
        hands = self.story.matter.hands
        watching = {hand.user_id for hand in hands if hand.side is Side.SUPERVISION}
        assert not watching & {hand.user_id for hand in hands if hand.side in DOING}

    @invariant()
    def events_are_numbered_without_gaps(self) -> None:
        numbers = [event.sequence for event in self.story.events]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.story.matter.version == numbers[-1]

    def teardown(self) -> None:
        if hasattr(self, "story"):
            assert replay(self.story.events, self.story.book) == self.story.matter


LifeOfAMatter.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    # Shrinking a long walk takes minutes; the walk as found is readable enough.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestALifeOfAMatter = LifeOfAMatter.TestCase
