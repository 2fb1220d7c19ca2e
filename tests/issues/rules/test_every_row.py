"""What every row of the table promises, tried on the row itself."""

import re
from dataclasses import replace

import pytest

from qijie.issues.rules.decide import Refused
from qijie.issues.rules.facts import ReportFacts
from qijie.issues.rules.guards import Case, Guard
from qijie.issues.rules.needs import Need
from qijie.issues.rules.table import TRANSITIONS, Target, Transition
from qijie.issues.rules.telling import READS_THE_SENTENCE
from qijie.issues.rules.vocabulary import Relation
from tests.issues.rules import cast
from tests.issues.rules.scenes import (
    ASKED,
    SCENES,
    SPOIL_GUARD,
    played,
    scene,
    spoil_need,
)

# Where one row stops another row of the same move begins, so a spoilt guard finds the next row.
TAKEN_OVER = {
    "not_a_hazard",
    "is_a_hazard",
    "named_family",
    "unowned_family",
    "appeal_lodged",
    "is_a_question",
    "not_about_yet",
    "about_already",
}


def named(row: Transition) -> str:
    return f"{row.move}: {row.source}"


EVERY_WHO = [(row, relation) for row in ASKED for relation in row.who]
EVERY_GUARD = [(row, guard) for row in ASKED for guard in row.guards]
EVERY_NEED = [(row, need) for row in ASKED for need in row.needs]
TOLD = [row for row in ASKED if set(row.tells) & READS_THE_SENTENCE]


@pytest.mark.parametrize(
    ("row", "relation"), EVERY_WHO, ids=[f"{named(row)} by {who}" for row, who in EVERY_WHO]
)
def test_whoever_the_row_names_may_move_it_to_where_the_row_says(
    row: Transition, relation: Relation
) -> None:
    matter, act = scene(row, relation)
    event = played(matter, act).events[0]
    assert event.move is row.move
    if row.target is Target.SAME:
        assert event.to_state is matter.state
    elif row.target is Target.BACK:
        assert event.to_state is matter.resume_to
        assert event.to_state in row.back_to
    else:
        assert event.to_state is row.target


@pytest.mark.parametrize(
    ("row", "guard"), EVERY_GUARD, ids=[f"{named(row)} if {g.name}" for row, g in EVERY_GUARD]
)
def test_a_condition_that_does_not_hold_stops_the_row(row: Transition, guard: Guard) -> None:
    matter, act = SPOIL_GUARD[guard.name](*SCENES[row])
    order = matter.order(getattr(act.facts, "order_id", None))
    assert not guard.holds(Case(matter, act.actor, act.at, cast.BOOK.numbers, order))
    if guard.name in TAKEN_OVER:
        return
    with pytest.raises(Refused) as refusal:
        played(matter, act)
    assert str(refusal.value) in {
        other.why_not.format_map(cast.BOOK.spans_of(matter.urgency))
        for other in _guards_beside(row)
    }


def _guards_beside(row: Transition) -> list[Guard]:
    return [guard for other in ASKED if other.move is row.move for guard in other.guards]


@pytest.mark.parametrize(
    ("row", "need"), EVERY_NEED, ids=[f"{named(row)} needs {n.label}" for row, n in EVERY_NEED]
)
def test_a_missing_fact_is_asked_for_by_name(row: Transition, need: Need) -> None:
    matter, act = spoil_need(need)(*SCENES[row])
    with pytest.raises(Refused) as refusal:
        played(matter, act)
    assert (refusal.value.code, refusal.value.field) == ("missing_fact", need.name)
    assert str(refusal.value) == need.missing.format_map(cast.BOOK.spans_of(matter.urgency))


@pytest.mark.parametrize("row", ASKED, ids=named)
def test_the_history_grows_by_one_line_that_says_who_did_what_and_when(row: Transition) -> None:
    matter, act = SCENES[row]
    outcome = played(matter, replace(act, device_at=act.at))
    event = outcome.events[0]
    assert (event.actor, event.words, event.at, event.device_at) == (
        act.actor,
        act.words,
        act.at,
        act.at,
    )
    assert outcome.matter.version == event.sequence + len(outcome.events) - 1


@pytest.mark.parametrize("row", TOLD, ids=named)
def test_a_reporter_who_is_told_gets_a_whole_sentence(row: Transition) -> None:
    matter, act = SCENES[row]
    told = played(matter, act).told
    read = [notice.sentence for notice in told if notice.audience in READS_THE_SENTENCE]
    assert read
    assert all(sentence.endswith("。") or act.words in sentence for sentence in read)
    assert not any(re.search(r"[{}]|None|  |(?<=在)前|(?<=于)前|(?<=预计)前", s) for s in read)


@pytest.mark.parametrize("row", TOLD, ids=named)
def test_every_blank_of_a_sentence_is_filled(row: Transition) -> None:
    matter, act = SCENES[row]
    marked = replace(act, words="【原话】") if act.words else act
    read = next(notice.sentence for notice in played(matter, marked).told if notice.sentence)
    whole = re.escape(row.sentence_for_reporter)
    pattern = re.sub(r"\\{\w+\\}", "(.+)", whole)
    assert re.fullmatch(pattern, read)


@pytest.mark.parametrize("row", ASKED, ids=named)
def test_nobody_is_told_as_reporter_where_there_is_none(row: Transition) -> None:
    matter, act = SCENES[row]
    if isinstance(act.facts, ReportFacts):
        act = replace(act, facts=replace(act.facts, has_reporter=False))
    told = played(replace(matter, has_reporter=False), act).told
    assert "reporter" not in {notice.audience for notice in told}


def test_a_spoilt_scene_is_known_for_every_guard_of_the_table() -> None:
    used = {guard.name for row in ASKED for guard in row.guards}
    assert used == set(SPOIL_GUARD)


def test_rows_that_follow_by_themselves_name_the_system_alone() -> None:
    assert {row.who for row in TRANSITIONS if row.at_once} == {(Relation.SYSTEM,)}
