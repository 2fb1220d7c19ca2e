"""A drawing is ordered, drawn by the worker, cancelled, or fails in words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions
from qijie.redrawing.actions.drawing import Interrupted, draw
from qijie.redrawing.actions.ordering import QUEUE
from qijie.redrawing.models import Block, Plan, Run
from qijie.redrawing.queries import plans_of, run_for
from qijie.redrawing.rules import HOUSEHOLDS, MATTERS, PEOPLE, Order, Purpose, RunState
from qijie.territory.drawing.model import Balance
from qijie.territory.models import Node
from tests import town
from tests.redrawing import village
from tests.redrawing.village import CODE, OF_BLOCK

pytestmark = pytest.mark.slow

LEAD = "xinglin-4"
ONE = Order(plans=1)


def ordered(
    path: str = CODE, *, by: str = LEAD, purpose: Purpose = Purpose.NEW, order: Order = ONE
) -> Run:
    planner = village.viewer(by)
    with scope(planner):
        return actions.order(
            path=path, purpose=purpose, order=order, as_of=town.TODAY, by=planner, at=town.NOW
        )


def drawn(run: Run) -> Run:
    draw(run.pk)
    return again(run)


def again(run: Run) -> Run:
    with scope(SYSTEM):
        return Run.objects.get(pk=run.pk)


def plans(run: Run) -> list[Plan]:
    with scope(SYSTEM):
        return plans_of(run)


def test_a_drawing_is_queued_beside_the_mails_not_among_them() -> None:
    run = ordered()
    assert run.state == RunState.WAITING
    jobs = ProcrastinateJob.objects.filter(args__run_id=str(run.pk))
    assert [job.queue_name for job in jobs] == [QUEUE]


def test_the_worker_draws_grids_in_band_that_hold_together() -> None:
    run = drawn(ordered())
    assert (run.state, run.failure) == (RunState.DONE, "")
    [plan] = plans(run)
    assert plan.measures["in_band"] == 1.0
    assert [row["pieces"] for row in plan.measures["grids"]] == [1] * plan.measures["general"]
    assert sum(row["loads"][0] for row in plan.measures["grids"]) == 12 * OF_BLOCK
    assert plan.gave_way == []


def test_blocks_hold_every_building_once_and_cover_the_community() -> None:
    run = drawn(ordered())
    with scope(SYSTEM):
        blocks = list(Block.objects.filter(run=run))
    codes = [code for block in blocks for code in block.building_codes]
    assert sorted(codes) == sorted(set(codes))
    assert len(codes) == 36
    ground = sum(block.shape.area for block in blocks)
    assert ground == pytest.approx(village.COLUMNS * village.ROWS * village.STEP**2, rel=1e-5)


def test_the_same_order_drawn_twice_gives_the_same_plan() -> None:
    first, second = (plans(drawn(ordered()))[0] for _ in range(2))
    assert first.grid == second.grid


def test_several_plans_are_drawn_to_compare() -> None:
    wide = (Balance(HOUSEHOLDS, 150, 600),)
    found = plans(drawn(ordered(order=replace(ONE, plans=3, balances=wide))))
    assert len({tuple(plan.grid) for plan in found}) == len(found) > 1
    assert [plan.number for plan in found] == list(range(1, len(found) + 1))


def test_a_change_moves_no_more_households_than_its_bound() -> None:
    order = replace(ONE, most_moved=3 * OF_BLOCK)
    [plan] = plans(drawn(ordered(purpose=Purpose.CHANGE, order=order)))
    assert 0 < plan.moved_households <= 3 * OF_BLOCK


def test_people_and_matters_are_balanced_where_asked() -> None:
    for row in range(3):
        village.report((0, row))
    balances = (Balance(PEOPLE, 800, 1250), Balance(MATTERS, 0.1, 1, 0.5))
    run = drawn(ordered(order=replace(ONE, balances=balances)))
    [plan] = plans(run)
    loads = {row["grid"]: row["loads"] for row in plan.measures["grids"]}
    people = 12 * OF_BLOCK * 2.62
    assert sum(load[1] for load in loads.values()) == pytest.approx(people)
    assert sum(load[2] for load in loads.values()) == pytest.approx(1.0, abs=0.01), (
        "three in 3 months"
    )
    assert all(800 <= load[1] <= 1250 for load in loads.values())


def test_a_dedicated_grid_of_today_stays_as_it_is() -> None:
    Node.objects.filter(code=village.SOUTH_GRID).update(grid_kind="dedicated")
    run = drawn(ordered())
    [plan] = plans(run)
    with scope(SYSTEM):
        blocks = list(Block.objects.filter(run=run).order_by("position"))
    mine = {plan.grid[b.position] for b in blocks if b.today_grid == village.SOUTH_GRID}
    assert len(mine) == 1
    here = [b.today_grid for b in blocks if plan.grid[b.position] in mine]
    assert set(here) == {village.SOUTH_GRID}
    kinds = {row["kind"] for row in plan.measures["grids"] if row["grid"] in mine}
    assert kinds == {"dedicated"}


def test_the_machine_goes_on_from_a_plan_with_its_locks() -> None:
    run = drawn(ordered())
    [plan] = plans(run)
    lead = village.viewer(LEAD)
    number = plan.grid[0]
    with scope(lead):
        plan = actions.lock(plan.pk, grid=number, version=0, by=lead, at=town.NOW).plan
        actions.go_on(plan.pk, price=0.01, most_moved=None, version=1, by=lead, at=town.NOW)
    assert drawn(run).state == RunState.DONE
    first, second = plans(run)
    assert second.from_plan_id == first.pk
    kept = [at for at, each in enumerate(first.grid) if each == number]
    together = {second.grid[at] for at in kept}
    assert len(together) == 1
    assert [at for at, each in enumerate(second.grid) if each in together] == kept


# What ends otherwise


def test_a_waiting_drawing_is_cancelled_at_once() -> None:
    run = ordered()
    lead = village.viewer(LEAD)
    with scope(lead):
        assert actions.cancel(run.pk, by=lead, at=town.NOW).state == RunState.CANCELLED
    assert drawn(run).state == RunState.CANCELLED
    assert plans(run) == []


def test_a_running_drawing_stops_when_asked() -> None:
    run = ordered()
    with scope(SYSTEM):
        Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    lead = village.viewer(LEAD)
    with scope(lead):
        actions.cancel(run.pk, by=lead, at=town.NOW)
    assert again(run).state == RunState.RUNNING
    assert drawn(run).state == RunState.CANCELLED


def test_a_drawing_whose_worker_goes_down_is_drawn_by_the_next() -> None:
    run = ordered()
    with pytest.raises(Interrupted):
        draw(run.pk, stopping=lambda: True)
    assert again(run).state == RunState.RUNNING
    assert drawn(run).state == RunState.DONE
    assert len(plans(run)) == 1


def test_a_drawing_that_is_done_is_not_drawn_again() -> None:
    run = drawn(ordered())
    before = [(plan.pk, plan.grid) for plan in plans(run)]
    drawn(run)
    assert [(plan.pk, plan.grid) for plan in plans(run)] == before


def test_what_the_data_lack_is_said_in_one_sentence() -> None:
    run = ordered()
    Node.objects.filter(path=CODE).update(boundary=None)
    failed = drawn(run)
    assert failed.state == RunState.FAILED
    assert failed.failure == "社区“杏林社区”没有边界，请先补上边界再划分网格。"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"plans": 0}, "方案数是 0"),
        ({"plans": 6}, "方案数是 6"),
        ({"seed": -1}, "种子是 -1"),
        ({"price": float("nan")}, "换网格的代价"),
        ({"price": -1.0}, "换网格的代价"),
        ({"most_moved": -5}, "不能为负"),
        ({"balances": ()}, "没有选择要均衡的指标"),
        ({"balances": (Balance("gold"),)}, "没有“gold”这项指标"),
        ({"balances": (Balance(), Balance())}, "选了两次"),
        ({"balances": (Balance(HOUSEHOLDS, 500, 300),)}, "应小于上限"),
        ({"balances": (Balance(weight=0),)}, "权重应大于 0"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        ordered(order=replace(ONE, **changes))


def test_no_drawing_is_made_of_data_to_come() -> None:
    lead = village.viewer(LEAD)
    tomorrow = town.TODAY + timedelta(days=1)
    with scope(lead), pytest.raises(Refusal, match="晚于今天"):
        actions.order(
            path=CODE, purpose=Purpose.NEW, order=ONE, as_of=tomorrow, by=lead, at=town.NOW
        )


@pytest.mark.parametrize("path", [town.STREET, town.HUAIYIN, f"{town.STREET}099", town.GRID_1])
def test_a_lead_orders_a_drawing_of_the_own_community_only(path: str) -> None:
    with pytest.raises(Refusal, match="范围："):
        ordered(path)


def test_a_worker_orders_none() -> None:
    with pytest.raises(Refusal, match="不在您的管辖范围"):
        ordered(by="xinglin-1")


def test_one_drawing_of_a_place_at_a_time() -> None:
    ordered()
    with pytest.raises(Refusal, match="已有一次划分正在排队或计算"):
        ordered()


def test_who_sees_a_drawing() -> None:
    run = ordered()
    seen = {}
    for username in (LEAD, "xinglin-5", "xinglin-1", "xu", "zheng", "qian", "wang", "han"):
        looking = village.viewer(username)
        with scope(looking):
            seen[username] = run_for(looking, run.pk) is not None, Run.objects.count() == 1
    both, neither = (True, True), (False, False)
    assert seen == {
        LEAD: both,
        "xinglin-5": both,
        "xinglin-1": neither,
        "xu": both,
        "zheng": both,
        "qian": neither,
        "wang": neither,
        "han": neither,
    }
