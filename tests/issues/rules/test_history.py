import json

import pytest

from qijie.issues.rules.decide import act_of, replay
from qijie.issues.rules.facts import from_json, to_json
from qijie.issues.rules.table import ROWS, Transition
from qijie.issues.rules.vocabulary import Move
from tests.issues.rules.cast import (
    BOOK,
    DESK,
    REPORTER,
    SYSTEM,
    VERIFIER,
    Story,
)
from tests.issues.rules.scenes import ASKED, SCENES


@pytest.mark.parametrize("row", ASKED, ids=lambda row: f"{row.move}: {row.source}")
def test_facts_come_back_from_json_as_they_went(row: Transition) -> None:
    facts = SCENES[row][1].facts
    sent = json.loads(json.dumps(to_json(facts), ensure_ascii=False))
    assert from_json(row.brings, sent) == facts


@pytest.mark.parametrize(
    "story",
    [
        Story().closed().do(Move.JUDGE, REPORTER).do(Move.REOPEN, REPORTER),
        Story().returned_twice(),
        Story().solved().do(Move.SEND_BACK, VERIFIER),
        Story().dispatched().do(Move.MERGE, DESK).do(Move.FOLLOW, SYSTEM),
        Story().suspended(),
    ],
    ids=["reopened", "returned twice", "sent back", "merged", "suspended"],
)
def test_the_history_alone_rebuilds_the_matter(story: Story) -> None:
    assert replay(story.events, BOOK) == story.matter


def test_a_line_of_history_is_the_act_again() -> None:
    story = Story().dispatched()
    event = story.events[-1]
    act = act_of(event)
    assert (act.move, act.actor, act.at, act.words) == (
        event.move,
        event.actor,
        event.at,
        event.words,
    )
    assert type(act.facts) is ROWS[Move.DISPATCH][0].brings


def test_the_order_acted_on_is_named_in_the_line() -> None:
    story = Story().signed()
    assert story.events[-1].order_id == story.matter.orders[0].id
