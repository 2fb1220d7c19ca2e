"""Every state × every move × every relation: in the table, or refused with a sentence."""

from itertools import product

import pytest

from qijie.issues.rules.decide import Refused, apply, offers
from qijie.issues.rules.facts import Facts
from qijie.issues.rules.matter import Act, Matter
from qijie.issues.rules.relations import relations
from qijie.issues.rules.table import TRANSITIONS
from qijie.issues.rules.vocabulary import Move, Relation, State
from tests.issues.rules.cast import (
    ACTOR_OF,
    BOOK,
    DESK,
    NEIGHBOUR_DESK,
    Story,
    actor_for,
    facts_for,
    key,
)

MATTERS: dict[State, Story] = {
    State.REPORTED: Story(),
    State.ACCEPTED: Story().accepted(),
    State.FILED: Story().filed(),
    State.DISPATCHED: Story().signed(),
    State.HANDLED: Story().handled(),
    State.SUSPENDED: Story().suspended(),
    State.CLOSED: Story().closed(),
    State.VOIDED: Story().do(Move.VOID, DESK),
    State.MERGED: Story().filed().do(Move.MERGE, DESK),
    State.REFERRED: Story().filed().do(Move.REFER, DESK),
}
LATER_MOVES = [move for move in Move if move is not Move.REPORT]
PERMITTED = {
    (state, row.move, relation)
    for row in TRANSITIONS
    if not row.at_once
    for state in row.sources
    for relation in row.who
}
EVERY_CASE = list(product(State, LATER_MOVES))


def attempt(story: Story, move: Move, relation: Relation) -> Act[Facts]:
    actor = actor_for(relation, story.matter)
    facts = facts_for(move, story.matter, story.now, key("attempt"))
    return Act(move, actor, story.now, facts, "已写明情况。")


@pytest.mark.parametrize(("state", "move"), EVERY_CASE, ids=[f"{s}-{m}" for s, m in EVERY_CASE])
def test_what_the_table_does_not_hold_is_refused_with_a_sentence(state: State, move: Move) -> None:
    story = MATTERS[state]
    for relation in Relation:
        if (state, move, relation) in PERMITTED:
            continue
        with pytest.raises(Refused) as refusal:
            apply(story.matter, attempt(story, move, relation), BOOK)
        assert str(refusal.value).endswith("。")
        assert refusal.value.code in {"no_relation", "wrong_state", "no_such_order"}


@pytest.mark.parametrize("state", State)
def test_buttons_never_promise_what_the_table_does_not_hold(state: State) -> None:
    story = MATTERS[state]
    for relation, move in product(Relation, LATER_MOVES):
        pressable = {
            offer.move
            for offer in offers(story.matter, actor_for(relation, story.matter), story.now, BOOK)
            if offer.is_allowed
        }
        if (state, move, relation) not in PERMITTED:
            assert move not in pressable


@pytest.mark.parametrize("state", State)
def test_a_neighbouring_desk_has_nothing_to_do_with_the_matter(state: State) -> None:
    assert offers(MATTERS[state].matter, NEIGHBOUR_DESK, MATTERS[state].now, BOOK) == ()


@pytest.mark.parametrize("relation", Relation)
def test_the_cast_has_one_relation_each(relation: Relation) -> None:
    matter: Matter = MATTERS[State.DISPATCHED].matter
    assert relations(matter, ACTOR_OF[relation]) == {relation, Relation.ANYONE}
