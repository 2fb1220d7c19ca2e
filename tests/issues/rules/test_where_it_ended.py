"""Two facts of an end: the level that answered, and the highest whose unit worked on it."""

from dataclasses import replace

import pytest

from qijie.issues.rules.decide import replay
from qijie.issues.rules.ended import worked_words
from qijie.issues.rules.standing import standing
from qijie.issues.rules.vocabulary import ClockKind, Move, Standing
from qijie.kernel.codes import Level
from tests.issues.rules.cast import (
    BOOK,
    DESK,
    DISPATCHER,
    LIGHTING,
    REPORTER,
    VERIFIER,
    WORKER,
    Story,
    key,
    request,
)
from tests.issues.rules.scenes import ASKED, SCENES, played

STREET_UNIT = replace(LIGHTING, level=Level.STREET)


def sent_to_the_street() -> Story:
    return Story().dispatched(request(key("to the street"), STREET_UNIT))


def test_a_community_may_answer_what_a_street_unit_did() -> None:
    story = sent_to_the_street().do(Move.SIGN, STREET_UNIT).do(Move.DONE, STREET_UNIT)
    ended = story.do(Move.CLOSE, VERIFIER).matter
    assert ended.answered_level is Level.COMMUNITY
    assert ended.worked_level is Level.STREET
    assert worked_words(ended.worked_level) == "街道"


def test_what_the_worker_of_the_grid_settled_never_left_the_grid() -> None:
    ended = Story().solved().matter
    assert (ended.answered_level, ended.worked_level) == (Level.GRID, Level.GRID)
    assert worked_words(ended.worked_level) == "网格（事不出网格）"


def test_who_signed_and_gave_the_order_back_did_no_work() -> None:
    story = sent_to_the_street().do(Move.SIGN, STREET_UNIT)
    assert story.matter.worked_level is Level.STREET
    story.do(Move.RETURN_ORDER, STREET_UNIT)
    assert story.matter.worked_level is None


def test_a_refusal_was_answered_by_the_desk_and_worked_on_by_nobody() -> None:
    ended = Story().do(Move.VOID, DESK).matter
    assert (ended.answered_level, ended.worked_level) == (Level.COMMUNITY, None)
    assert worked_words(None) == "没有派人处置"


def test_a_whistle_counts_for_the_level_it_called() -> None:
    story = Story().dispatched()
    story.do(Move.WHISTLE, WORKER)
    assert story.matter.worked_level == story.matter.level > Level.COMMUNITY
    assert story.matter.answered_level is None


def test_a_reopened_matter_has_not_ended_anywhere() -> None:
    story = Story().closed().do(Move.JUDGE, REPORTER).do(Move.REOPEN, REPORTER)
    assert story.matter.answered_level is None
    assert story.matter.worked_level is Level.COMMUNITY


@pytest.mark.parametrize("row", ASKED, ids=lambda row: f"{row.move}: {row.source}")
def test_only_an_ended_matter_names_the_level_that_answered(row: object) -> None:
    matter, act = SCENES[row]  # type: ignore[index]
    after = played(matter, act).matter
    is_over = after.state.value in ("handled", "closed", "voided", "referred")
    assert (after.answered_level is not None) is is_over


def _handling(story: Story) -> list[Standing]:
    clocks = [c for c in story.matter.clocks if c.kind is ClockKind.HANDLE and c.order_id]
    return [standing(clock, story.now) for clock in clocks]


def test_a_returned_order_is_never_done_in_time() -> None:
    story = Story().signed().do(Move.RETURN_ORDER, LIGHTING)
    assert _handling(story) == [Standing.ENDED]


def test_a_recalled_and_a_merged_order_are_not_done_in_time_either() -> None:
    assert _handling(Story().dispatched().do(Move.RECALL, DISPATCHER)) == [Standing.ENDED]
    merged = Story().dispatched().do(Move.MERGE, DESK)
    assert Standing.MET not in _handling(merged)


def test_an_order_done_in_time_says_so() -> None:
    assert _handling(Story().handled()) == [Standing.MET]


def test_a_withdrawn_report_was_not_accepted_in_time() -> None:
    story = Story().do(Move.WITHDRAW, REPORTER)
    assert {standing(clock, story.now) for clock in story.matter.clocks} == {Standing.ENDED}


def test_history_alone_gives_both_levels_again() -> None:
    for story in (
        Story().closed(),
        Story().solved(),
        Story().returned_twice(),
        Story().suspended(),
    ):
        again = replay(story.events, BOOK)
        assert (again.answered_level, again.worked_level) == (
            story.matter.answered_level,
            story.matter.worked_level,
        )
