from uuid import UUID

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.matter import Actor
from qijie.issues.rules.vocabulary import (
    ClockKind,
    Evidence,
    Family,
    Move,
    OrderState,
    Purpose,
    ReturnReason,
    State,
)
from qijie.kernel.codes import Level
from tests.issues.rules.cast import (
    DESK,
    DISPATCHER,
    LEAD,
    LIGHTING,
    PROPERTY,
    SUPERIOR,
    SYSTEM,
    VERIFIER_ABOVE,
    WORKER,
    Story,
    key,
    post,
    request,
)

MAIN, HELP = key("main"), key("help")


def together() -> Story:
    """Lighting leads, the property firm assists; both have signed."""
    story = Story().dispatched(request(MAIN), request(HELP, PROPERTY, is_main=False))
    story.do(Move.SIGN, LIGHTING, f.OrderFacts(MAIN))
    return story.do(Move.SIGN, PROPERTY, f.OrderFacts(HELP))


def done(story: Story, *, by: str) -> Story:
    order, who = (MAIN, LIGHTING) if by == "lighting" else (HELP, PROPERTY)
    return story.do(Move.DONE, who, f.DoneFacts(order, (Evidence.PHOTO_AFTER,)))


def returned(story: Story, order: UUID, who: Actor) -> Story:
    facts = f.ReturnFacts(order, ReturnReason.NOT_OURS, key("safe"))
    return story.do(Move.RETURN_ORDER, who, facts)


def test_the_matter_is_handled_once_the_last_order_is_done() -> None:
    story = done(together(), by="lighting")
    assert story.matter.state is State.DISPATCHED
    done(story, by="property")
    assert story.events[-1].to_state is State.HANDLED
    assert [event.move for event in story.events[-2:]] == [Move.DONE, Move.COMPLETE]
    assert story.events[-1].follows


def test_it_does_not_matter_who_is_done_first() -> None:
    story = done(done(together(), by="property"), by="lighting")
    assert story.matter.state is State.HANDLED


def test_a_returned_only_order_falls_back_to_be_dispatched_anew() -> None:
    story = Story().dispatched().do(Move.RETURN_ORDER, LIGHTING)
    assert story.matter.state is State.FILED
    assert story.events[-1].move is Move.FALL_BACK


def test_a_returned_main_order_leaves_the_matter_with_those_who_assist() -> None:
    story = returned(together(), MAIN, LIGHTING)
    assert story.matter.state is State.DISPATCHED
    done(story, by="property")
    assert story.events[-1].to_state is State.FILED


def test_a_returned_assisting_order_is_settled_by_waiving_it() -> None:
    story = done(returned(together(), HELP, PROPERTY), by="lighting")
    assert story.matter.state is State.DISPATCHED
    story.do(Move.WAIVE, DISPATCHER, f.OrderFacts(HELP))
    assert story.events[-1].to_state is State.HANDLED


def test_a_new_main_may_be_added_once_the_old_one_was_returned() -> None:
    story = returned(together(), MAIN, LIGHTING)
    story.do(Move.ADD_ORDER, DISPATCHER, f.AddOrderFacts(request(key("new main"))))
    assert story.matter.main_order is not None
    assert story.matter.main_order.id == key("new main")


def test_an_order_is_signed_for_before_it_is_done() -> None:
    with pytest.raises(Refused, match="工单目前“待签收”，不能反馈"):
        Story().dispatched().do(Move.DONE, LIGHTING)


def test_another_unit_may_not_sign() -> None:
    with pytest.raises(Refused) as refusal:
        Story().dispatched().do(Move.SIGN, PROPERTY)
    assert refusal.value.code == "no_relation"


def test_a_post_may_hold_an_order_as_a_unit_does() -> None:
    order = f.OrderRequest(key("worker's"), post_id=WORKER.post_id, is_main=True)
    story = Story().dispatched(order).do(Move.SIGN, WORKER).do(Move.DONE, WORKER)
    assert story.matter.state is State.HANDLED


def test_an_order_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Story().dispatched().do(Move.SIGN, LIGHTING, f.OrderFacts(key("nowhere")))
    assert refusal.value.field == "order_id"


def test_an_ended_order_has_no_clock_running() -> None:
    story = returned(together(), HELP, PROPERTY)
    assert not [c for c in story.matter.clocks if c.order_id == HELP and c.is_live]


def test_after_a_second_return_the_first_signer_makes_safe_until_the_ruling() -> None:
    story = Story().returned_twice()
    safe = story.matter.orders[-1]
    assert (safe.unit_id, safe.purpose, safe.is_main) == (
        LIGHTING.unit_id,
        Purpose.MAKE_SAFE,
        False,
    )
    ruling = story.matter.live(ClockKind.RULING)
    assert ruling is not None
    assert ruling.limit is not None
    assert ruling.limit.words == "1 个工作日"
    assert story.matter.state is State.DISPATCHED


def test_the_order_to_make_safe_may_not_be_returned() -> None:
    with pytest.raises(Refused, match="不能再退单"):
        Story().returned_twice().do(Move.RETURN_ORDER, LIGHTING)


def test_the_ruling_binds_the_unit_it_names() -> None:
    story = Story().returned_twice().do(Move.RULE_ON_RETURNS, SUPERIOR)
    assert story.matter.running(ClockKind.RULING) is None
    ruled = story.matter.main_order
    assert ruled is not None
    with pytest.raises(Refused, match="上级已裁定"):
        returned(story, ruled.id, LIGHTING)


def test_the_ruling_may_also_name_somebody_else() -> None:
    story = Story().returned_twice()
    facts = f.RulingFacts(request(key("ruled"), PROPERTY), pays_unit_id=LIGHTING.unit_id)
    story.do(Move.RULE_ON_RETURNS, SUPERIOR, facts)
    assert story.matter.bound_unit_id == PROPERTY.unit_id
    assert story.events[-1].facts["pays_unit_id"] == str(LIGHTING.unit_id)


def test_convening_implies_acceptance_and_filing_and_the_convener_leads() -> None:
    story = Story().do(Move.CONVENE, WORKER)
    matter = story.matter
    assert matter.state is State.DISPATCHED
    assert matter.accepted_at == matter.filed_at == story.now
    assert matter.main_order is not None
    assert matter.main_order.post_id == WORKER.post_id
    force = matter.orders[-1]
    answering = matter.live(ClockKind.CONVENE_ANSWER, force.id)
    assert answering is not None
    assert matter.live(ClockKind.HANDLE, force.id) is None


def test_convening_leaves_a_main_order_with_whoever_has_it() -> None:
    story = Story().dispatched().do(Move.CONVENE, LEAD)
    mains = [order.unit_id for order in story.matter.open_orders if order.is_main]
    assert mains == [LIGHTING.unit_id]
    assert len(story.matter.open_orders) == 3


def test_an_urgent_matter_goes_to_the_next_on_the_roster_when_nobody_answers() -> None:
    story = Story(family=Family.HELP).do(Move.DIRECT_URGENT, DESK)
    assert story.matter.filed_at == story.now
    first = story.matter.orders[-1]
    sign = story.matter.live(ClockKind.SIGN, first.id)
    assert sign is not None
    story.now = sign.due_at
    next_one = f.DirectFacts(order=request(key("next"), PROPERTY))
    story.do(Move.DIRECT_URGENT, SYSTEM, next_one)
    recalled, opened = story.matter.orders
    assert (recalled.id, recalled.state) == (first.id, OrderState.RECALLED)
    assert opened.unit_id == PROPERTY.unit_id


def test_a_whistle_takes_open_orders_back_and_climbs() -> None:
    story = together().do(Move.WHISTLE, DESK, f.WhistleFacts(Level.DISTRICT))
    assert story.matter.level is Level.DISTRICT
    assert story.matter.whistled_from == (Level.COMMUNITY,)
    assert {order.state for order in story.matter.orders} == {OrderState.RECALLED}


def test_what_was_whistled_up_is_not_pushed_down_again_without_consent() -> None:
    story = Story().filed().do(Move.WHISTLE, DESK)
    with pytest.raises(Refused, match="未经其同意不得再派回"):
        story.sent_out(request(key("down")))
    agreed = f.OrderRequest(
        key("down"),
        unit_id=LIGHTING.unit_id,
        is_main=True,
        level=Level.COMMUNITY,
        has_consented=True,
    )
    assert story.sent_out(agreed).matter.state is State.DISPATCHED


def test_a_third_suspension_is_refused() -> None:
    story = Story().suspended().do(Move.RESUME, DISPATCHER)
    story.do(Move.ASK_HANG_UP, LIGHTING).do(Move.HANG_UP, VERIFIER_ABOVE)
    story.do(Move.RESUME, DISPATCHER)
    with pytest.raises(Refused, match="最多挂账 2 次"):
        story.do(Move.ASK_HANG_UP, LIGHTING)


def test_what_was_asked_for_may_be_declined_and_nothing_changes() -> None:
    story = Story().dispatched()
    before = story.matter.clocks
    story.do(Move.ASK_HANG_UP, LIGHTING).do(Move.DECLINE, VERIFIER_ABOVE)
    assert story.matter.requests == ()
    assert (story.matter.clocks, story.matter.state) == (before, State.DISPATCHED)


def test_the_street_may_hand_out_what_it_was_whistled() -> None:
    story = Story().filed().do(Move.WHISTLE, DESK)
    with pytest.raises(Refused):
        story.do(Move.DISPATCH, DISPATCHER)
    works = post("handler", Level.STREET, unit="street works")
    assert story.sent_out(request(key("works"), works)).matter.state is State.DISPATCHED
