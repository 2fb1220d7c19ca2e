"""A plan is changed by hand: every step measured, recorded, and to be taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions
from qijie.redrawing.actions import Edited
from qijie.redrawing.models import Plan, PlanStep
from qijie.redrawing.queries import steps_of
from tests import town
from tests.redrawing import village
from tests.redrawing.acting import adopted, moved
from tests.redrawing.village import FOUR_COLUMNS, OF_BLOCK

pytestmark = pytest.mark.slow

LEAD = "xinglin-4"


def acted(act: Callable[..., Edited], plan: Plan, **facts: Any) -> Edited:
    lead = village.viewer(LEAD)
    version = facts.pop("version", plan.version)
    with scope(lead):
        return act(plan.pk, version=version, by=lead, at=town.NOW, **facts)


def again(plan: Plan) -> Plan:
    with scope(SYSTEM):
        return Plan.objects.select_related("run").get(pk=plan.pk)


def grid(edited: Edited, number: int) -> dict[str, Any]:
    found = [row for row in edited.measures["grids"] if row["grid"] == number]
    return dict(found[0])


def households(edited: Edited) -> dict[int, float]:
    return {row["grid"]: row["loads"][0] for row in edited.measures["grids"]}


def test_moved_blocks_are_measured_in_their_new_grid_at_once() -> None:
    edited = moved(village.plan(FOUR_COLUMNS), [(1, 0)], 1)
    assert households(edited) == {
        1: 4 * OF_BLOCK,
        2: 2 * OF_BLOCK,
        3: 3 * OF_BLOCK,
        4: 3 * OF_BLOCK,
    }
    assert set(edited.changed.values()) == {1}
    assert edited.measures["out_of_band"] == [2]
    assert edited.plan.version == 1
    assert again(edited.plan).measures == edited.measures


def test_blocks_may_make_a_grid_of_their_own() -> None:
    edited = moved(village.plan(FOUR_COLUMNS), [(0, 0), (0, 1)], None)
    assert households(edited)[5] == 2 * OF_BLOCK


def test_a_grid_in_pieces_is_taken_and_shown() -> None:
    edited = moved(village.plan(FOUR_COLUMNS), [(3, 0)], 1)
    assert grid(edited, 1)["pieces"] == 2
    assert any("不连成一片" in one["sentence"] for one in edited.plan.gave_way)
    assert "杏林社区" in edited.plan.gave_way[0]["sentence"]


def test_two_grids_are_merged() -> None:
    edited = acted(actions.merge, village.plan(FOUR_COLUMNS), grid=2, into=1)
    assert households(edited) == {1: 6 * OF_BLOCK, 3: 3 * OF_BLOCK, 4: 3 * OF_BLOCK}


def test_the_machine_splits_a_grid_in_two_even_halves_that_hold_together() -> None:
    plan = village.plan({place: 1 if place[0] < 2 else 2 for place in FOUR_COLUMNS})
    edited = acted(actions.split, plan, grid=1)
    assert households(edited) == {1: 3 * OF_BLOCK, 2: 6 * OF_BLOCK, 3: 3 * OF_BLOCK}
    assert [row["pieces"] for row in edited.measures["grids"]] == [1, 1, 1]


def test_a_locked_grid_takes_no_part() -> None:
    plan = village.plan(FOUR_COLUMNS)
    locked = acted(actions.lock, plan, grid=1).plan
    for positions in ([(0, 0)], [(1, 0)]):
        with pytest.raises(Refusal, match="第 1 格已锁定"):
            moved(locked, positions, 2 if positions == [(0, 0)] else 1)
    freed = acted(actions.unlock, locked, grid=1).plan
    assert moved(freed, [(1, 0)], 1).plan.version == 3


def test_steps_are_undone_one_by_one_down_to_the_machine_s_plan() -> None:
    plan = village.plan(FOUR_COLUMNS)
    before = again(plan)
    first = moved(plan, [(1, 0)], 1).plan
    second = acted(actions.lock, first, grid=4).plan
    third = acted(actions.merge, second, grid=2, into=1)
    assert third.can_undo
    back = third.plan
    for left in (True, True, False):
        undone = acted(actions.undo, back)
        assert undone.can_undo is left
        back = undone.plan
    after = again(plan)
    assert (after.grid, after.locked, after.measures) == (
        before.grid,
        before.locked,
        before.measures,
    )
    with pytest.raises(Refusal, match="没有可以撤销"):
        acted(actions.undo, back)


def test_every_step_is_kept_with_who_and_what() -> None:
    plan = moved(village.plan(FOUR_COLUMNS), [(1, 0)], 1).plan
    acted(actions.undo, plan)
    with scope(SYSTEM):
        steps = steps_of(plan)
    assert [(step.verb, step.is_undone) for step in steps] == [("undo", False), ("move", True)]
    assert steps[0].words == "撤销第 1 步"
    assert steps[1].words.startswith("移动地块：")
    assert steps[1].by_id == village.viewer(LEAD).user_id


def test_whoever_decided_on_an_older_plan_is_told_so() -> None:
    plan = village.plan(FOUR_COLUMNS)
    moved(plan, [(1, 0)], 1)
    with pytest.raises(actions.Outdated, match="别人改过"):
        acted(actions.merge, plan, grid=2, into=1, version=0)


@pytest.mark.parametrize(
    ("act", "facts", "why"),
    [
        (actions.move, {"positions": [], "to": 1}, "没有选中地块"),
        (actions.move, {"positions": [9999], "to": 1}, "不在本方案中"),
        (actions.move, {"positions": [-1], "to": 1}, "不在本方案中"),
        (actions.move, {"positions": [0], "to": 77}, "没有第 77 格"),
        (actions.merge, {"grid": 2, "into": 2}, "并入它自己"),
        (actions.merge, {"grid": 77, "into": 2}, "没有第 77 格"),
        (actions.split, {"grid": 77}, "没有第 77 格"),
        (actions.unlock, {"grid": 1}, "没有锁定"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_changes(
    act: Callable[..., Edited], facts: dict[str, Any], why: str
) -> None:
    plan = village.plan(FOUR_COLUMNS)
    before = again(plan)
    with pytest.raises(Refusal, match=why):
        acted(act, plan, **facts)
    after = again(plan)
    assert (after.grid, after.version) == (before.grid, before.version)
    with scope(SYSTEM):
        assert not PlanStep.objects.filter(plan=plan).exists()


def test_an_adopted_plan_is_not_changed_any_more() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    with pytest.raises(Refusal, match="已采用"):
        acted(actions.merge, plan, grid=2, into=1)


def test_the_next_street_s_desk_finds_no_such_plan() -> None:
    plan = village.plan(FOUR_COLUMNS)
    outsider = town.viewer("qian")
    with scope(outsider), pytest.raises(actions.NotVisible):
        actions.merge(plan.pk, grid=2, into=1, version=0, by=outsider, at=town.NOW)


def test_a_worker_of_one_grid_changes_no_plan() -> None:
    plan = village.plan(FOUR_COLUMNS)
    worker = village.viewer("xinglin-1")
    with scope(worker), pytest.raises(actions.NotVisible):
        actions.merge(plan.pk, grid=2, into=1, version=0, by=worker, at=town.NOW)


@given(
    choices=st.lists(
        st.tuples(st.sampled_from(sorted(FOUR_COLUMNS)), st.integers(0, 4)), min_size=1, max_size=6
    )
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_steps_keep_every_home_and_are_undone_to_where_they_began(
    choices: list[tuple[village.Place, int]],
) -> None:
    plan = village.plan(FOUR_COLUMNS)
    began, current, steps = again(plan), plan, 0
    for place, to in choices:
        try:
            edited = moved(current, [place], to or None)
        except Refusal:
            continue
        current, steps = edited.plan, steps + 1
        assert sum(households(edited).values()) == 12 * OF_BLOCK
    for _ in range(steps):
        current = acted(actions.undo, current).plan
    assert again(plan).grid == began.grid
