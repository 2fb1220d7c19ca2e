"""The ground of an open matter comes to lie in another grid."""

from dataclasses import replace

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.decide import Refused, apply, replay
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.vocabulary import Move, OrderState
from tests.issues.rules.cast import BOOK, DESK, GRID, NEW_GRID, SYSTEM, WORKER, Story, key

NEW_WORKER = key("the worker of the new grid")


def held_by_worker() -> Story:
    """Convened by the grid's worker, who leads; the property firm is called."""
    return Story().accepted().do(Move.CONVENE, WORKER)


def regridded(story: Story) -> Matter:
    assert WORKER.post_id is not None
    facts = f.RegridFacts(grid_path=NEW_GRID, ended_posts=(WORKER.post_id,), to_post=NEW_WORKER)
    return story.do(Move.REGRID, SYSTEM, facts).matter


def test_only_the_place_changes() -> None:
    story = Story().dispatched()
    before = story.matter
    after = regridded(story)
    assert (after.path, after.grid_path) == (NEW_GRID, NEW_GRID)
    assert after == replace(before, path=NEW_GRID, grid_path=NEW_GRID, version=before.version + 1)
    assert story.told == []


def test_open_orders_of_an_ended_post_go_to_the_new_worker() -> None:
    story = held_by_worker()
    others = [order for order in story.matter.orders if order.post_id != WORKER.post_id]
    after = regridded(story)
    assert [order.post_id for order in after.orders if order.post_id] == [NEW_WORKER]
    assert [order for order in after.orders if order.post_id is None] == others


def test_orders_that_ended_stay_whose_they_were() -> None:
    story = Story().solved()
    after = regridded(story)
    assert [(order.post_id, order.state) for order in after.orders] == [
        (WORKER.post_id, OrderState.DONE)
    ]


def test_the_history_tells_it() -> None:
    story = held_by_worker()
    assert replay([*story.events], BOOK) == story.matter
    after = regridded(story)
    assert replay(story.events, BOOK) == after


@pytest.mark.parametrize(
    "story",
    [
        lambda: Story().closed(),
        lambda: Story().do(Move.VOID, DESK),
        lambda: Story().filed().do(Move.REFER, DESK),
        lambda: Story(grid_path=None, path=GRID[:12], place_unknown=True),
    ],
    ids=["closed", "voided", "referred", "in no grid"],
)
def test_what_ended_or_lies_in_no_grid_stays(story) -> None:
    with pytest.raises(Refused):
        regridded(story())


def test_nobody_does_it_by_hand() -> None:
    with pytest.raises(Refused, match="不能对本事项"):
        apply(
            Story().matter,
            Story().act(Move.REGRID, DESK, f.RegridFacts(grid_path=NEW_GRID)),
            BOOK,
        )
