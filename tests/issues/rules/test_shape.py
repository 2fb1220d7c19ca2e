"""The shape of the whole table: nothing unreachable, nothing without an end, nothing said twice."""

from collections.abc import Iterable

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.table import MOVES_WHEN_DUE, ROWS, TRANSITIONS, Target, Transition
from qijie.issues.rules.vocabulary import ENDS, Audience, Move, OrderState, Relation, State
from qijie.ui.moves import FORMS

WIRED_FIRST = {
    "about",
    "ask_reclassify",
    "decline",
    "direct_urgent",
    "move",
    "reclassify",
    "refuse_move",
    *("report", "add", "withdraw", "accept", "void", "object", "file", "solve", "confirm"),
    *(
        "not_reached",
        "auto_confirm",
        "dispatch",
        "sign",
        "return_order",
        "recall",
        "done",
        "send_back",
        "close",
    ),
    *("reopen", "urge", "answer", "judge", "final_answer", "complete", "fall_back", "regrid"),
    "raise",
    "make_safe",
    "seem",
    "not_meant",
}


def test_every_wired_move_somebody_makes_has_a_form() -> None:
    by_itself = {Relation.SYSTEM, Relation.ANYONE}
    made = {row.move for row in TRANSITIONS if row.is_wired and not by_itself.issuperset(row.who)}
    assert made <= set(FORMS)


def steps() -> set[tuple[State, State]]:
    """Every step from a state to another that some row allows."""
    found: set[tuple[State, State]] = set()
    for row in TRANSITIONS:
        if isinstance(row.target, State):
            found |= {(source, row.target) for source in row.sources}
        found |= {(source, back) for source in row.sources for back in row.back_to}
    return found


def reachable(start: Iterable[State], along: set[tuple[State, State]]) -> set[State]:
    found = set(start)
    while more := {to for source, to in along if source in found} - found:
        found |= more
    return found


def test_every_state_can_be_reached_from_a_report() -> None:
    assert reachable([State.REPORTED], steps()) == set(State)


@pytest.mark.parametrize("state", [state for state in State if not state.is_end])
def test_every_open_state_reaches_every_kind_of_close(state: State) -> None:
    assert State.CLOSED in reachable([state], steps())


def test_only_rows_that_lead_back_say_where_to() -> None:
    assert all(bool(row.back_to) is (row.target is Target.BACK) for row in TRANSITIONS)


def test_the_ends_are_the_four_the_norm_names() -> None:
    assert {State.CLOSED, State.VOIDED, State.MERGED, State.REFERRED} == ENDS


def test_a_referred_matter_stays_referred() -> None:
    assert reachable([State.REFERRED], steps()) == {State.REFERRED}


@pytest.mark.parametrize("order_state", OrderState)
def test_every_order_state_is_somewhere_an_order_gets(order_state: OrderState) -> None:
    targets = {row.order_target for row in TRANSITIONS} | {OrderState.SENT}
    assert order_state in targets


@pytest.mark.parametrize("move", Move)
def test_every_move_has_a_row(move: Move) -> None:
    assert ROWS[move]


@pytest.mark.parametrize("move", Move)
def test_the_rows_of_a_move_share_one_effect_and_one_kind_of_facts(move: Move) -> None:
    assert len({row.effect for row in ROWS[move]}) == 1
    assert len({row.brings for row in ROWS[move]}) == 1
    assert len({(row.order_sources, row.order_target) for row in ROWS[move]}) == 1


def test_the_first_cut_is_wired_and_the_rest_waits() -> None:
    wired = {row.move.value for row in TRANSITIONS if row.is_wired}
    assert wired == WIRED_FIRST


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.source)
def test_a_person_has_a_button_and_the_system_has_none(row: Transition) -> None:
    assert bool(row.button) is (row.who != (Relation.SYSTEM,))


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.source)
def test_the_reporter_is_told_in_words_or_not_at_all(row: Transition) -> None:
    assert (Audience.REPORTER in row.tells) is bool(row.sentence_for_reporter)


def test_one_condition_has_one_name_and_one_sentence() -> None:
    guards = {guard for row in TRANSITIONS for guard in row.guards}
    assert len({guard.name for guard in guards}) == len(guards)
    assert all(guard.why_not.endswith("。") for guard in guards)


def test_every_need_names_a_field_of_the_facts_it_asks_for() -> None:
    for row in TRANSITIONS:
        fields = {*row.brings.__dataclass_fields__, "words"}
        if fields & {"order", "forces"}:
            fields.add("orders")
        assert {need.name for need in row.needs} <= fields


def test_only_facts_with_a_date_feed_a_clock_that_runs_to_one() -> None:
    dated = {f.ReferFacts, f.HangUpFacts, f.ExtendFacts, f.SuperviseFacts}
    named = {row.brings for row in TRANSITIONS if any(c.span.name == "NAMED" for c in row.clocks)}
    assert named == dated


@pytest.mark.parametrize("move", MOVES_WHEN_DUE.values())
def test_what_a_timer_asks_for_is_a_row_of_the_systems(move: Move) -> None:
    assert any(row.who == (Relation.SYSTEM,) for row in ROWS[move])
