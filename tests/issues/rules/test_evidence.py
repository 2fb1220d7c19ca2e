"""Evidence is any of a photo, a look, the other side's word, a record: what is accepted."""

from dataclasses import replace

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.vocabulary import Evidence, Move, State
from tests.issues.rules.cast import BOOK, CONDITIONS, LIGHT, LIGHTING, Story

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
