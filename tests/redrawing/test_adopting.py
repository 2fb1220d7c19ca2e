"""A plan is put into force from a day, and taken back until the day."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.models import User
from qijie.boards.models import BoardFile
from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions
from qijie.redrawing.models import Plan
from qijie.redrawing.queries import plan_table, preview
from qijie.redrawing.rules import PlanState
from qijie.teams.models import Holding, Post
from qijie.teams.queries import posts_at, viewer_for
from qijie.territory.borders import homes_in
from qijie.territory.checks import findings
from qijie.territory.models import Building, Node
from qijie.territory.queries import children, nodes
from tests import town
from tests.redrawing import village
from tests.redrawing.acting import LEADER, adopted, codes, withdrawn, workers
from tests.redrawing.village import (
    DAY,
    EAST_GRID,
    FOUR_COLUMNS,
    FOURTH,
    LATER_DAY,
    SOUTH_GRID,
    WEST_GRID,
)

pytestmark = pytest.mark.slow

EVE = DAY - timedelta(days=1)
SAME = {
    place: {WEST_GRID: 1, EAST_GRID: 2, SOUTH_GRID: 3}[code]
    for place, code in village.TODAY.items()
}
# The third grid's two blocks go to the second, which then has 720 households.
TWO = {place: 1 if place[0] < 2 else 2 for place in village.TODAY}
BROKEN = FOUR_COLUMNS | {(0, 0): 4}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row an adoption may touch, field by field."""
    models = (Node, Building, Post, Holding)
    return {
        model.__name__: [
            model_to_dict(row) | {"id": row.pk} for row in model.objects.order_by("pk")
        ]
        for model in models
    }


def test_until_the_day_the_old_grids_stand_and_from_it_the_new_ones() -> None:
    adopted(village.plan(FOUR_COLUMNS))
    assert codes(EVE) == {WEST_GRID: 720, EAST_GRID: 480, SOUTH_GRID: 240}
    assert codes(DAY) == {WEST_GRID: 360, EAST_GRID: 360, SOUTH_GRID: 360, FOURTH: 360}


def test_a_code_goes_on_where_most_homes_stay_and_a_new_one_follows_the_highest() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    assert set(plan.codes.values()) == {WEST_GRID, EAST_GRID, SOUTH_GRID, FOURTH}
    names = {node.code: node.name for node in children(village.CODE, DAY)}
    assert names == village.NAMES | {FOURTH: "第四网格"}


def test_the_tree_has_neither_gap_nor_overlap_on_either_side_of_the_day() -> None:
    adopted(village.plan(FOUR_COLUMNS))
    said = [finding.sentence for finding in findings(village.CODE, DAY)]
    assert said == [], said


def test_homes_move_with_their_ground_and_keep_their_codes() -> None:
    before = {b.code: b.households for b in homes_in(village.CODE, EVE)}
    plan = adopted(village.plan(FOUR_COLUMNS))
    after = {b.code: b for b in homes_in(village.CODE, DAY)}
    assert {code: home.households for code, home in after.items()} == before
    places = village.place_of(plan.run)
    with scope(SYSTEM):
        for block in plan.run.blocks.all():
            code = plan.codes[str(FOUR_COLUMNS[places[block.position]])]
            assert {after[one].path.split("-")[0] for one in block.building_codes} == {code}
    paths = [home.path for home in after.values()]
    assert len(set(paths)) == len(paths)


def test_a_compound_keeps_its_code_and_goes_under_the_grid_of_its_homes() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    compound = nodes(DAY).get(code=village.COMPOUND)
    grid = plan.codes["1"]
    assert compound.path == f"{grid}-c01"
    assert compound.parent is not None
    assert compound.parent.path == grid
    assert nodes(EVE).get(code=village.COMPOUND).path == village.COMPOUND
    assert homes_in(compound.path, DAY).count() == 3
    assert homes_in(village.COMPOUND, EVE).count() == 3


def test_whoever_worked_where_most_homes_lay_works_in_the_new_grid_from_that_day() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    new = next(code for code in plan.codes.values() if code == FOURTH)
    [post] = posts_at(new, DAY)
    assert post.code == f"grid_worker-{new[-6:]}"
    assert "第四网格" in post.title
    assert workers(new, DAY) == ["丁一"]
    assert workers(WEST_GRID, DAY) == ["丁一"]
    assert not posts_at(new, EVE)


def test_the_planner_chooses_who_works_in_a_new_grid() -> None:
    plan = village.plan(FOUR_COLUMNS)
    chosen = User.objects.get(username="xinglin-3")
    with scope(SYSTEM):
        number = next(c.row.number for c in preview(plan, DAY, town.TODAY).changes if c.is_new)
    adopted(plan, holders={number: chosen.pk})
    assert workers(FOURTH, DAY) == ["丁三"]


def test_a_grid_that_ends_takes_its_posts_with_it() -> None:
    adopted(village.plan(TWO))
    assert codes(DAY) == {WEST_GRID: 720, EAST_GRID: 720}
    assert workers(SOUTH_GRID, EVE) == ["丁三"]
    assert workers(SOUTH_GRID, DAY) == []
    assert not viewer_for(User.objects.get(username="xinglin-3"), DAY).posts


def test_a_grid_nothing_changes_for_keeps_its_row() -> None:
    adopted(village.plan(FOUR_COLUMNS))
    later = datetime.combine(DAY + timedelta(days=9), town.NOW.timetz())
    run = village.run(later, as_of=later.date())
    eastern = FOUR_COLUMNS | {(3, 0): 3}
    before = {node.code: node.pk for node in children(village.CODE, later.date())}
    adopted(village.plan(eastern, run), LATER_DAY, at=later, reason="第四列偏小")
    after = {node.code: node.pk for node in children(village.CODE, LATER_DAY)}
    assert len({code for code, pk in after.items() if before[code] == pk}) == 2


def test_new_notice_boards_are_ordered_for_the_day() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    with scope(town.viewer(LEADER)):
        [file] = BoardFile.objects.all()
    assert (file.path, file.made_for, file.of) == (village.CODE, DAY, len(plan.codes))


# Taking it back


@pytest.mark.parametrize("numbers", [FOUR_COLUMNS, TWO], ids=["one more", "one less"])
def test_withdrawing_leaves_every_row_as_it_was(numbers: dict[village.Place, int]) -> None:
    before = rows()
    plan = withdrawn(adopted(village.plan(numbers)))
    assert rows() == before
    assert plan.state == PlanState.WITHDRAWN


def test_what_was_withdrawn_makes_room_for_another_plan() -> None:
    run = village.run()
    first, second = village.plan(FOUR_COLUMNS, run), village.plan(TWO, run)
    withdrawn(adopted(first))
    adopted(second)
    assert codes(DAY) == {WEST_GRID: 720, EAST_GRID: 720}


def test_from_the_day_on_it_is_not_withdrawn() -> None:
    plan = adopted(village.plan(FOUR_COLUMNS))
    on_the_day = datetime.combine(DAY, town.NOW.timetz())
    with pytest.raises(Refusal, match="已于 2030-03-01 启用"):
        withdrawn(plan, at=on_the_day)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("territory_node", f"path = '{village.WEST_GRID}'"),
        ("territory_building", f"path LIKE '{village.CODE}%'"),
        ("teams_post", f"path = '{village.WEST_GRID}'"),
        ("teams_holding", "NOT is_stand_in"),
    ],
)
def test_rows_that_were_in_force_are_not_deleted(table: str, where: str) -> None:
    with (
        pytest.raises(IntegrityError, match="was in force since"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608


# Refusals


def refused(plan: Plan, match: str, **changes: Any) -> None:
    before = rows()
    with pytest.raises(Refusal, match=match):
        adopted(plan, **changes)
    assert rows() == before


def test_a_plan_out_of_band_wants_a_written_reason() -> None:
    refused(village.plan(TWO), "第 1、2 格不在规模范围内", reason=" ")


def test_a_grid_in_pieces_is_not_adopted() -> None:
    refused(village.plan(BROKEN), "第 4 格不连片")


def test_the_day_must_be_to_come() -> None:
    refused(village.plan(FOUR_COLUMNS), "须晚于今天", on=town.TODAY)


def test_a_plan_that_changes_nothing_is_not_adopted() -> None:
    refused(village.plan(SAME), "完全相同")


def test_only_a_leader_of_the_street_or_above_adopts() -> None:
    plan = village.plan(FOUR_COLUMNS)
    refused(plan, "领导岗位", by="zheng")


def test_the_next_street_does_not_see_the_plan() -> None:
    plan = village.plan(FOUR_COLUMNS)
    with pytest.raises(actions.NotVisible):
        adopted(plan, by="qian")


def test_a_plan_somebody_changed_meanwhile_is_not_adopted() -> None:
    plan = village.plan(FOUR_COLUMNS)
    with scope(SYSTEM):
        Plan.objects.filter(pk=plan.pk).update(version=3)
    with pytest.raises(actions.Outdated, match="别人改过"):
        adopted(plan)


def test_a_plan_is_stale_once_buildings_changed() -> None:
    plan = village.plan(FOUR_COLUMNS)
    home = Building.objects.filter(path__startswith=village.CODE).first()
    assert home is not None
    home.pk, home.code, home.path = None, f"{village.CODE}-b00099", f"{WEST_GRID}-b0099"
    home.save(force_insert=True)
    refused(plan, r"有新增楼栋（429901001003-b00099等 1 栋）")


def test_a_plan_is_stale_once_grids_changed() -> None:
    plan = village.plan(FOUR_COLUMNS)
    Node.objects.filter(code=SOUTH_GRID).update(valid_to=town.TODAY)
    refused(plan, "网格自 2026-11-18 以来已经变动")


def test_while_one_plan_waits_for_its_day_no_other_is_adopted() -> None:
    run = village.run()
    first, second = village.plan(FOUR_COLUMNS, run), village.plan(TWO, run)
    adopted(first)
    refused(second, "已定于 2030-03-01 启用", on=LATER_DAY)


def test_whoever_is_put_into_a_new_grid_works_in_this_street() -> None:
    outsider = town.user("qian")
    plan = village.plan(FOUR_COLUMNS)
    with scope(SYSTEM):
        number = next(c.row.number for c in preview(plan, DAY, town.TODAY).changes if c.is_new)
    refused(plan, "不是本街道的网格员", holders={number: outsider.pk})


# Before anybody decides


def test_the_preview_says_what_the_adoption_then_does() -> None:
    plan = village.plan(FOUR_COLUMNS)
    village.report((1, 1))
    with scope(town.viewer(LEADER)):
        seen = preview(plan, DAY, town.TODAY)
    assert {change.code: change.households for change in seen.changes} == {
        WEST_GRID: 360,
        EAST_GRID: 360,
        SOUTH_GRID: 360,
        FOURTH: 360,
    }
    assert seen.objections == ()
    assert [(post.holder, post.grid_code) for post in seen.posts_opened] == [("丁一", FOURTH)]
    new = next(change for change in seen.changes if change.is_new)
    assert [worker.name for worker in new.workers_after] == ["丁一"]
    adopted(plan)
    assert codes(DAY) == {change.code: change.households for change in seen.changes}


def test_the_table_says_who_would_lose_the_post() -> None:
    plan = village.plan(TWO)
    with scope(town.viewer(LEADER)):
        table = plan_table(plan, town.TODAY)
    [ended] = table.ended
    assert (ended.code, ended.goes_to) == (SOUTH_GRID, 2)
    assert [worker.name for worker in ended.workers] == ["丁三"]
