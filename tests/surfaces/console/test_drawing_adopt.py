"""A plan is put into force from a day, and taken back until then."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from qijie.redrawing.models import Plan
from qijie.redrawing.rules import PlanState
from qijie.teams.models import Holding, Post
from qijie.territory.models import Node
from tests import town
from tests.surfaces.console import acts, drawn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADOPT_QUERIES = 24
THREE = tuple(1 if at < 6 else 2 if at < 12 else 3 for at in range(drawn.COUNT))
"""A row each: 280, 264 and 264 households, all of them too few."""


def day(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def address(plan: Plan, name: str = "plan_adopt") -> str:
    return reverse(f"console:{name}", args=[plan.pk])


def adopted(client: Client, plan: Plan, username: str = "xu", **typed: Any) -> HttpResponse:
    client.force_login(town.user(username))
    sent = {"on": str(day(5)), "version": plan.version} | typed
    answer: HttpResponse = client.post(address(plan), sent)
    return answer


def withdrawn(client: Client, plan: Plan, username: str = "xu") -> HttpResponse:
    client.force_login(town.user(username))
    answer: HttpResponse = client.post(address(plan, "plan_withdraw"))
    return answer


def grids_on(on: date) -> set[str]:
    rows = Node.objects.filter(kind="grid", path__startswith=town.HUAIYIN, valid_from__lte=on)
    return {row.code for row in rows if row.valid_to is None or row.valid_to > on}


# Who may


@pytest.mark.parametrize("username", ["wang", "zhao", "song", "zheng", "he", "chen", "qian"])
def test_only_the_streets_leader_adopts_and_withdraws(client: Client, username: str) -> None:
    plan = drawn.plan()
    assert acts.status(client, username, address(plan)) == 404
    assert adopted(client, plan, username).status_code == 404
    assert withdrawn(client, plan, username).status_code == 404
    assert drawn.again(plan).state == PlanState.DRAFT


def test_the_button_is_shown_to_whoever_may(client: Client) -> None:
    plan = drawn.plan()
    assert address(plan) in acts.page(client, "xu", address(plan, "plan"))
    assert address(plan) not in acts.page(client, "wang", address(plan, "plan"))


# Before anybody decides


def test_the_page_says_what_will_happen_and_to_whom(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    plan = drawn.plan(grid=THREE)
    client.force_login(town.user("xu"))
    with django_assert_max_num_queries(ADOPT_QUERIES):
        shown = client.get(address(plan), {"on": str(day(5))}).content.decode()
    for words in (
        f"{day(5).year}年{day(5).month}月{day(5).day}日",
        "新设 1 个网格",
        "新编码",
        f"{town.HUAIYIN}003",
        "户换网格",
        "陈静",
        "刘洋",
        "不在规定的范围内",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("2020-01-01", "太早，最早是明天"), ("下周", "应写成 2026-06-01 的样子")],
)
def test_a_preview_for_a_day_that_cannot_be_says_so(
    client: Client, typed: str, sentence: str
) -> None:
    plan = drawn.plan()
    assert sentence in acts.page(client, "xu", f"{address(plan)}?on={typed}")


# Adopting


def test_a_plan_is_in_force_from_the_day_and_says_so_everywhere(client: Client) -> None:
    plan = drawn.plan()
    assert adopted(client, plan)["Location"] == address(plan, "plan")
    now = drawn.again(plan)
    assert (now.state, now.in_force_on) == (PlanState.ADOPTED, day(5))
    words = f"自 {day(5).year}年{day(5).month}月{day(5).day}日 起启用"
    assert words in acts.page(client, "xu", address(plan, "plan"))
    place = reverse("console:place", args=[town.HUAIYIN])
    assert words in acts.page(client, "xu", place)
    assert words in acts.page(client, "wang", place)
    assert "看今天" in acts.page(client, "chen", f"{place}?on={day(5)}")
    client.force_login(town.user("chen"))
    grid = client.get(reverse("console:place", args=[town.GRID_1]))
    drawings = [(one.valid_from, one.valid_to) for one in grid.context["drawings"]]
    assert sorted(drawings) == [(town.SINCE, day(5)), (day(5), None)]


def test_a_new_grid_gets_a_code_never_used_and_the_worker_chosen(client: Client) -> None:
    plan = drawn.plan(grid=THREE)
    chosen = str(town.user("ma").pk)
    new = _new_number(client, plan)
    answer = adopted(client, plan, reason="地块本来就少", **{f"holder_{new}": chosen})
    assert answer.status_code == 302
    assert grids_on(day(5)) == {town.GRID_1, town.GRID_2, f"{town.HUAIYIN}003"}
    assert grids_on(day(4)) == {town.GRID_1, town.GRID_2}
    post = Post.objects.get(path=f"{town.HUAIYIN}003", role="grid_worker")
    held = Holding.objects.filter(post=post).values_list("user__username", "from_on")
    assert list(held) == [("ma", day(5))]
    assert drawn.again(plan).reason == "地块本来就少"


def _new_number(client: Client, plan: Plan) -> int:
    shown = acts.page(client, "xu", address(plan))
    return int(shown.split('name="holder_')[1].split('"')[0])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"on": ""}, "请填写启用日期"),
        ({"on": "后天"}, "启用日期应写成 2026-06-01 的样子"),
        ({"on": "0"}, "启用日期应写成 2026-06-01 的样子"),
        ({"on": "2020-05-01"}, "太早，最早是明天"),
        ({"on": "2099-05-01"}, "太远"),
        ({"reason": ""}, "请填写仍要采用的理由"),
        ({"reason": "字" * 401}, "400"),
        ({"holder": "00000000-0000-0000-0000-000000000000"}, "请从列表中选择一位现在的网格员"),
        ({"holder": "陈静"}, "请从列表中选择一位现在的网格员"),
        ({"version": 41}, "方案"),
    ],
)
def test_a_bad_adoption_is_refused_with_a_sentence_and_keeps_what_was_typed(
    client: Client, typed: dict[str, Any], sentence: str
) -> None:
    plan = drawn.plan(grid=THREE)
    if "holder" in typed:
        typed = {f"holder_{_new_number(client, plan)}": typed["holder"]}
    answer = adopted(client, plan, **{"reason": "地块少", **typed})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in shown
    assert "地块少" in shown or "reason" in typed
    assert drawn.again(plan).state == PlanState.DRAFT
    assert grids_on(day(400)) == {town.GRID_1, town.GRID_2}


# Withdrawing


def test_until_the_day_an_adoption_is_taken_back_whole(client: Client) -> None:
    plan = drawn.plan(grid=THREE)
    adopted(client, plan, reason="地块少")
    shown = acts.page(client, "xu", address(plan, "plan_withdraw"))
    assert "不再换网格" in shown
    assert withdrawn(client, plan)["Location"] == address(plan, "plan")
    assert grids_on(day(5)) == {town.GRID_1, town.GRID_2}
    assert drawn.again(plan).state == PlanState.WITHDRAWN
    assert "没有启用过" in acts.page(client, "xu", address(plan, "plan"))


def test_a_draft_has_nothing_to_take_back(client: Client) -> None:
    answer = withdrawn(client, drawn.plan())
    assert answer.status_code == 422
    assert "没有可以撤回的采用" in answer.content.decode()
