"""A plan at the desk: what it shows, every step by hand, two hands at once."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from qijie.redrawing.models import Plan
from qijie.redrawing.rules import PlanState, RunState
from tests import town
from tests.surfaces.console import acts, drawn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Seven of them are asked around every page: who, which posts, what is unread, in which scope.
PLAN_QUERIES, UNITS_QUERIES = 16, 13
OTHERS = ["chen", "sun", "zhou", "wu", "han", "cao", "qian"]
CORNER, MIDDLE = 5, 8
"""A block of grid 2 in the north-east, and one of grid 1."""


def address(plan: Plan, name: str = "plan") -> str:
    return reverse(f"console:{name}", args=[plan.pk])


def step(
    client: Client,
    plan: Plan,
    verb: str,
    username: str = "wang",
    *,
    json_too: bool = False,
    **sent: Any,
) -> HttpResponse:
    client.force_login(town.user(username))
    typed = {"version": drawn.again(plan).version, "verb": verb, "grid": 1} | sent
    headers = {"Accept": "application/json"} if json_too else {}
    answer: HttpResponse = client.post(address(plan, "plan_edit"), typed, headers=headers)
    return answer


def units(client: Client, plan: Plan, username: str = "wang") -> dict[str, Any]:
    client.force_login(town.user(username))
    found: dict[str, Any] = json.loads(client.get(address(plan, "plan_units")).content)
    return found


# Who may


@pytest.mark.parametrize("username", OTHERS)
def test_nobody_else_sees_or_changes_a_plan(client: Client, username: str) -> None:
    plan = drawn.plan()
    assert acts.status(client, username, address(plan)) == 404
    assert acts.status(client, username, address(plan, "plan_units")) == 404
    assert step(client, plan, "lock", username).status_code == 404
    assert drawn.again(plan).version == plan.version


def test_a_plan_of_another_street_is_not_there_and_the_try_is_logged(client: Client) -> None:
    plan = drawn.plan()
    acts.status(client, "qian", address(plan))
    assert step(client, plan, "undo", "qian").status_code == 404
    logged = [entry.subject for entry in acts.access_entries("not_visible")]
    assert logged == [str(plan.pk)] * 2


def test_an_id_of_no_plan_is_the_same_404(client: Client) -> None:
    missing = reverse("console:plan_edit", args=[uuid4()])
    client.force_login(town.user("wang"))
    assert client.post(missing, {"verb": "lock", "grid": 1, "version": 0}).status_code == 404


# What is shown


def test_the_page_names_every_grid_what_it_continues_and_who_works_there(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    plan = drawn.plan()
    client.force_login(town.user("wang"))
    with django_assert_max_num_queries(PLAN_QUERIES):
        shown = client.get(address(plan)).content.decode()
    for words in ("第 1 格", "第 2 格", "槐荫社区", "陈静", "刘洋", "在范围内", "草案"):
        assert words in shown


def test_blocks_of_the_grid_looked_at_can_be_ticked_without_scripts(client: Client) -> None:
    plan = drawn.plan()
    shown = acts.page(client, "wang", f"{address(plan)}?grid=2")
    assert f'name="block" value="{CORNER}"' in shown
    assert f'name="block" value="{MIDDLE}"' not in shown
    assert '<optgroup label="相邻">' in shown


@pytest.mark.parametrize("typed", ["99", "x", "-1", "", "9" * 40, "②"])
def test_a_grid_that_is_none_shows_another(client: Client, typed: str) -> None:
    client.force_login(town.user("wang"))
    assert client.get(address(drawn.plan()), {"grid": typed}).status_code == 200


def test_a_grid_out_of_band_is_shown_first_and_in_words(client: Client) -> None:
    grid = [1 if at < 12 else 2 for at in range(drawn.COUNT)]
    shown = acts.page(client, "wang", address(drawn.plan(grid=grid)))
    assert "超出 44 户" in shown
    assert "不足 36 户" in shown


def test_the_editor_gets_blocks_borders_limits_and_the_plan_in_one_answer(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    plan = drawn.plan()
    client.force_login(town.user("wang"))
    with django_assert_max_num_queries(UNITS_QUERIES):
        answer = client.get(address(plan, "plan_units"))
    found = json.loads(answer.content)
    assert answer["Content-Type"].startswith("application/geo+json")
    assert answer["Cache-Control"] == "private, no-store"
    assert [one["id"] for one in found["features"]] == list(range(drawn.COUNT))
    assert found["features"][1]["properties"]["loads"][0] == drawn.MORE
    assert found["features"][0]["properties"]["today"] == town.GRID_1
    assert len(found["graph"]["pairs"]) == len(found["graph"]["border_metres"]) == 27
    assert found["balances"][0] | {"low": 300, "high": 500} == found["balances"][0]
    assert found["grids"][town.GRID_1]["worker"] == "陈静"
    assert found["communities"] == {town.HUAIYIN: "槐荫社区"}
    assert found["state"]["grid"] == list(drawn.TOP)
    assert found["state"]["version"] == plan.version
    assert found["state"]["can_undo"] is False


# Steps


def test_blocks_are_moved_and_the_page_comes_back_with_them(client: Client) -> None:
    plan = drawn.plan()
    answer = step(client, plan, "move", grid=2, block=[CORNER, 4], to=1)
    assert answer.status_code == 302
    assert answer["Location"] == f"{address(plan)}?grid=1#blocks"
    now = drawn.again(plan)
    assert (now.grid[CORNER], now.grid[4], now.version) == (1, 1, plan.version + 1)


def test_a_script_is_answered_with_the_plan_as_it_is_saved(client: Client) -> None:
    plan = drawn.plan()
    answer = step(client, plan, "move", json_too=True, grid=2, blocks=f"{CORNER},4", to=1)
    told = json.loads(answer.content)
    assert told["state"]["grid"][CORNER] == told["state"]["grid"][4] == 1
    assert told["state"]["version"] == plan.version + 1
    assert told["state"]["can_undo"] is True
    assert "移动" in told["state"]["last"]


def test_ticked_blocks_become_a_grid_of_their_own(client: Client) -> None:
    plan = drawn.plan()
    step(client, plan, "apart", grid=2, block=[CORNER, 11])
    assert drawn.again(plan).grid[CORNER] == drawn.again(plan).grid[11] == 3


def test_grids_are_merged_split_locked_and_taken_back(client: Client) -> None:
    plan = drawn.plan()
    step(client, plan, "split", grid=2)
    assert len(set(drawn.again(plan).grid)) == 3
    step(client, plan, "merge", grid=3, to=2)
    assert drawn.again(plan).grid == list(drawn.TOP)
    step(client, plan, "lock", grid=1)
    assert drawn.again(plan).locked == [1]
    assert 'value="unlock"' in acts.page(client, "wang", f"{address(plan)}?grid=1")
    step(client, plan, "unlock", grid=1)
    for _ in range(4):
        step(client, plan, "undo")
    assert drawn.again(plan).grid == list(drawn.TOP)
    assert drawn.again(plan).locked == []
    assert units(client, plan)["state"]["can_undo"] is False


@pytest.mark.parametrize(
    ("verb", "sent", "sentence"),
    [
        ("move", {"to": 1}, "还没有选地块"),
        ("move", {"block": [CORNER]}, "还没有选去处"),
        ("move", {"block": [CORNER], "to": 77}, "第 77"),
        ("move", {"block": [999], "to": 1}, "不在本方案中"),
        ("move", {"block": ["x", "-1", "９"], "to": 1}, "地块“x”不是这张图上的"),
        ("apart", {}, "还没有选地块"),
        ("merge", {}, "还没有选去处"),
        ("merge", {"to": 2, "grid": 2}, "并入它自己"),
        ("split", {"grid": 77}, "第 77"),
        ("lock", {"grid": 0}, "第 0"),
        ("unlock", {"grid": 1}, "没有锁定"),
        ("undo", {}, "撤销"),
        ("paint", {}, "没有“paint”这个动作"),
        ("", {}, "没有“”这个动作"),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_a_sentence_and_changes_nothing(
    client: Client, verb: str, sent: dict[str, Any], sentence: str
) -> None:
    plan = drawn.plan()
    answer = step(client, plan, verb, **({"grid": 2} | sent))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    told = json.loads(step(client, plan, verb, json_too=True, **({"grid": 2} | sent)).content)
    assert sentence in told["sentence"]
    assert told["state"]["grid"] == list(drawn.TOP)
    assert drawn.again(plan).version == plan.version


def test_what_was_ticked_stays_ticked_when_a_step_is_refused(client: Client) -> None:
    plan = drawn.plan()
    answer = step(client, plan, "move", grid=2, block=[CORNER], to=77)
    shown = answer.content.decode()
    assert f'name="block" value="{CORNER}" checked' in shown


def test_a_step_on_a_plan_somebody_changed_meanwhile_is_told_and_may_be_made_again(
    client: Client,
) -> None:
    plan = drawn.plan()
    step(client, plan, "lock", grid=1)
    late = {"version": plan.version, "grid": 2, "block": [CORNER], "to": 1}
    answer = step(client, plan, "move", **late)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert f'name="block" value="{CORNER}" checked' in shown
    assert f'name="version" value="{plan.version + 1}"' in shown
    told = step(client, plan, "move", json_too=True, **late)
    assert told.status_code == 409
    assert json.loads(told.content)["state"]["locked"] == [1]
    assert drawn.again(plan).grid == list(drawn.TOP)


def test_an_adopted_plan_is_seen_and_not_changed(client: Client) -> None:
    plan = drawn.plan()
    adopted = drawn.adopted(plan)
    shown = acts.page(client, "wang", address(adopted))
    assert 'name="verb"' not in shown
    assert "起启用" in shown
    assert step(client, plan, "lock").status_code == 422


# The machine goes on


def test_the_machine_goes_on_from_a_plan_within_a_bound(client: Client) -> None:
    plan = drawn.plan()
    answer = step(client, plan, "go_on", most_moved="90", price="1")
    assert answer["Location"] == reverse("console:drawing", args=[plan.run_id])
    run = drawn.again(plan).run
    assert run.state == RunState.WAITING
    assert (run.going_on["price"], run.going_on["most_moved"]) == (0.01, 90)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"most_moved": "许多"}, "最多调整户数应是"), ({"price": "9"}, "取舍应是")],
)
def test_a_bound_that_is_none_is_refused(
    client: Client, typed: dict[str, str], sentence: str
) -> None:
    plan = drawn.plan()
    answer = step(client, plan, "go_on", **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert drawn.again(plan).state == PlanState.DRAFT
