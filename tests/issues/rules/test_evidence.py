"""Evidence is any of a photo, a look, the other side's word, a record: what is accepted."""

from dataclasses import replace

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.decide import Refused, replay
from qijie.issues.rules.vocabulary import ClockKind, Evidence, Move, State
from tests.issues.rules.cast import (
    BOOK,
    CONDITIONS,
    LIGHT,
    LIGHTING,
    VERIFIER,
    WORKER,
    Story,
    key,
)

ACCEPTED = (Evidence.PHOTO_AFTER, Evidence.OWN_LOOK, Evidence.OTHER_SIDE, Evidence.RECORD)
ANY_OF = replace(BOOK, conditions={**CONDITIONS, "LIGHT-1": replace(LIGHT, evidence=ACCEPTED)})


def _reported_done(*shown: Evidence) -> Story:
    story = Story(book=ANY_OF).signed()
    return story.do(Move.DONE, LIGHTING, f.DoneFacts(story.matter.orders[0].id, shown))


@pytest.mark.parametrize("one", ACCEPTED)
def test_any_one_is_enough(one: Evidence) -> None:
    assert _reported_done(one).matter.state is State.HANDLED


def test_none_at_all_is_not() -> None:
    with pytest.raises(Refused, match="请附一张照片，或选一种凭证"):
        _reported_done()


def test_what_the_condition_does_not_accept_is_not() -> None:
    with pytest.raises(Refused):
        _reported_done(Evidence.AGREEMENT)


def _done_by_look() -> Story:
    return _reported_done(Evidence.OWN_LOOK, Evidence.PHOTO_BEFORE)


def test_what_rests_on_a_look_is_not_closed_without_one() -> None:
    story = _done_by_look()
    with pytest.raises(Refused, match="请写明您看到了什么"):
        story.do(Move.CLOSE, VERIFIER, words="  ")
    story.do(Move.CLOSE, VERIFIER, words="路灯亮了")
    assert story.matter.state is State.CLOSED
    assert replay(story.events, ANY_OF) == story.matter


def test_what_something_else_shows_needs_no_words_of_the_verifier() -> None:
    story = _reported_done(Evidence.OWN_LOOK, Evidence.RECORD)
    assert story.do(Move.CLOSE, VERIFIER, words="").matter.state is State.CLOSED


def test_a_look_that_was_owed_ends_with_the_attempt() -> None:
    story = _done_by_look().do(Move.SEND_BACK, VERIFIER)
    assert not story.matter.awaits_look


def _solved(*shown: Evidence, is_filed: bool = True) -> Story:
    story = Story(book=ANY_OF)
    story = story.filed() if is_filed else story.accepted()
    return story.do(Move.SOLVE, WORKER, f.SolveFacts(order_id=key("spot"), evidence=shown))


@pytest.mark.parametrize("one", ACCEPTED)
def test_solving_on_the_spot_is_shown_by_any_one_too(one: Evidence) -> None:
    assert _solved(one).matter.state is State.HANDLED


def test_solving_what_is_filed_is_shown_by_something() -> None:
    with pytest.raises(Refused, match="请附一张照片，或选一种凭证"):
        _solved()
    assert _solved(is_filed=False).matter.state is State.HANDLED


def test_what_was_solved_and_rests_on_a_look_is_looked_at() -> None:
    story = _solved(Evidence.OWN_LOOK)
    assert story.matter.is_sampled
    assert story.matter.live(ClockKind.VERIFY)
    with pytest.raises(Refused, match="请写明您看到了什么"):
        story.do(Move.CLOSE, VERIFIER, words="")
