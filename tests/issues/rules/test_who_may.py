from dataclasses import replace
from datetime import timedelta

import pytest

from qijie.access.viewer import Side
from qijie.issues.rules.decide import Refused, apply, offers
from qijie.issues.rules.facts import AcceptFacts
from qijie.issues.rules.matter import Act, Actor, Hand
from qijie.issues.rules.relations import relations
from qijie.issues.rules.vocabulary import Channel, Family, Move, Relation
from qijie.kernel.codes import Level
from tests.issues.rules.cast import (
    BOOK,
    DESK,
    DISPATCHER,
    GRID,
    LIGHTING,
    PASSER_BY,
    PROPERTY,
    REPORTER,
    VERIFIER,
    WORKER,
    Story,
    facts_for,
    key,
    post,
)


def twin(actor: Actor, of: Actor) -> Actor:
    """The same person in another post."""
    return replace(actor, user_id=of.user_id)


def reported_by(actor: Actor) -> Story:
    return Story(by=actor, channel=Channel.WORKER, has_reporter=False)


def test_a_dispatcher_may_not_verify_the_matter_in_another_post() -> None:
    story = Story().handled()
    with pytest.raises(Refused, match="不能是本事项的派单人或承办人"):
        story.do(Move.CLOSE, twin(VERIFIER, of=DISPATCHER))


def test_a_handler_may_not_verify_the_matter_in_another_post() -> None:
    with pytest.raises(Refused, match="不能是本事项的派单人或承办人"):
        Story().handled().do(Move.SEND_BACK, twin(VERIFIER, of=LIGHTING))


def test_whoever_accepted_may_not_dispatch() -> None:
    with pytest.raises(Refused, match="不能两边都经办"):
        Story().filed().do(Move.DISPATCH, twin(DISPATCHER, of=DESK))


def test_whoever_accepted_may_also_verify_being_on_the_same_side() -> None:
    story = Story().handled().do(Move.CLOSE, twin(VERIFIER, of=DESK))
    assert story.matter.state == "closed"


def test_a_desk_that_answered_the_question_may_not_verify_the_answer() -> None:
    story = Story(family=Family.SERVICE).do(Move.SOLVE, DESK)
    assert Hand(DESK.user_id, Side.FIELD) in story.matter.hands  # type: ignore[arg-type]
    with pytest.raises(Refused, match="不能是本事项的派单人或承办人"):
        story.do(Move.CLOSE, twin(VERIFIER, of=DESK))


def test_urging_as_a_reporter_takes_no_side() -> None:
    story = reported_by(WORKER)
    story.do(Move.URGE, WORKER)
    assert story.matter.hands == ()


def test_a_worker_who_reported_and_solved_may_not_confirm_it_too() -> None:
    story = reported_by(WORKER)
    with pytest.raises(Refused, match="不能替反映人确认"):
        story.solved().do(Move.CONFIRM, WORKER)


def test_a_matter_about_a_unit_starts_one_level_above_it_and_hides_from_it() -> None:
    story = Story(about_unit_id=LIGHTING.unit_id, about_level=Level.STREET)
    assert story.matter.level is Level.DISTRICT
    assert relations(story.matter, LIGHTING) == frozenset()
    assert offers(story.matter, LIGHTING, story.now, BOOK) == ()


def test_a_matter_about_a_desk_hides_from_that_desk_but_not_from_its_superior() -> None:
    story = Story(about_post_id=DESK.post_id, about_level=Level.COMMUNITY)
    assert relations(story.matter, DESK) == frozenset()
    assert Relation.DESK_OF_LEVEL in relations(story.matter, post("desk", Level.STREET))


def test_another_reporters_link_opens_nothing_here() -> None:
    stranger = Actor.reporter(key("another matter"))
    assert relations(Story().matter, stranger) == {Relation.ANYONE}


def test_a_micro_grids_worker_answers_for_its_grid() -> None:
    worker = replace(WORKER, path=f"{GRID}-m1")
    assert Relation.WORKER_OF_GRID in relations(Story().matter, worker)


def test_the_worker_of_the_next_grid_does_not() -> None:
    worker = replace(WORKER, path="420103008001002")
    assert Relation.WORKER_OF_GRID not in relations(Story().matter, worker)


def test_a_place_not_yet_known_has_no_worker_but_a_desk() -> None:
    story = Story(grid_path=None, path="420103", place_unknown=True, level=Level.DISTRICT)
    assert Relation.WORKER_OF_GRID not in relations(story.matter, WORKER)
    located = AcceptFacts(
        family=Family.OTHER, category="LIGHT", grid_path=GRID, level=Level.COMMUNITY
    )
    story.do(Move.ACCEPT, post("desk", Level.DISTRICT), located)
    assert story.matter.grid_path == GRID
    assert Relation.DESK_OF_LEVEL in relations(story.matter, DESK)


def test_the_reporter_urges_once_a_day_and_the_day_is_shanghais() -> None:
    story = Story()
    story.now = story.now.replace(hour=23, minute=50)
    story.do(Move.URGE, REPORTER)
    with pytest.raises(Refused, match="今天已经催办过"):
        story.do(Move.URGE, REPORTER)
    story.after(timedelta(minutes=15)).do(Move.URGE, REPORTER)
    assert story.matter.version == 3


def test_a_greyed_button_says_why() -> None:
    story = Story().handled()
    offered = {offer.move: offer for offer in offers(story.matter, REPORTER, story.now, BOOK)}
    assert not offered[Move.CONFIRM].is_allowed
    assert "核查员核查结案" in offered[Move.CONFIRM].why_not
    assert offered[Move.WITHDRAW].why_not == (
        "事项目前“待核查”，不能撤回；只有“已上报、已受理”的事项可以。"
    )


def test_each_open_order_has_its_own_button() -> None:
    story = Story().dispatched()
    order = story.matter.open_orders[0]
    recall = [o for o in offers(story.matter, DISPATCHER, story.now, BOOK) if o.move is Move.RECALL]
    assert [(offer.order_id, offer.is_allowed) for offer in recall] == [(order.id, True)]
    assert Move.SIGN not in {o.move for o in offers(story.matter, PROPERTY, story.now, BOOK)}


def test_a_button_brings_the_facts_it_will_ask_for() -> None:
    offered = offers(Story().filed().matter, DISPATCHER, Story().now, BOOK)
    dispatch = next(offer for offer in offered if offer.move is Move.DISPATCH)
    assert dispatch.button == "派单"
    assert "请指定且只指定一个主办单位，其余为协办。" in {need.missing for need in dispatch.needs}


def test_the_passer_by_reports_and_nothing_else() -> None:
    assert offers(Story().matter, PASSER_BY, Story().now, BOOK) == ()


def test_facts_of_another_move_are_a_mistake_of_the_caller() -> None:
    story = Story()
    wrong = facts_for(Move.DISPATCH, story.matter, story.now, key("x"))
    with pytest.raises(TypeError, match="AcceptFacts"):
        apply(story.matter, Act(Move.ACCEPT, DESK, story.now, wrong), BOOK)
