import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qijie.teams.models import Holding
from qijie.territory.actions import redraw_grid
from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_QUERIES = 16 + 2


def url(path: str, query: str = "") -> str:
    return f"/console/territory/{path}/{query}"


@pytest.mark.parametrize(
    ("path", "above", "below"),
    [
        (town.CITY, "示范市", "示范区"),
        (town.DISTRICT, "示范市", "青石街道"),
        (town.STREET, "示范区", "槐荫社区"),
        (town.HUAIYIN, "青石街道", "第二网格"),
        (town.GRID_1, "槐荫社区", "槐荫苑1栋"),
    ],
)
def test_every_rung_leads_down_and_back_up(
    client: Client, path: str, above: str, below: str
) -> None:
    shown = acts.page(client, "wu", url(path))
    assert above in shown
    assert below in shown


def test_the_entry_leads_to_ones_own_place(client: Client) -> None:
    client.force_login(town.user("wang"))
    assert client.get("/console/territory/")["Location"] == url(town.HUAIYIN)


def test_who_answers_stands_there_nearest_first_and_a_vacancy_is_named(client: Client) -> None:
    Holding.objects.filter(post__code="verifier").update(to_on=timezone.localdate())
    client.force_login(town.user("wang"))
    response = client.get(url(town.GRID_1))
    ladder = response.context["ladder"]
    assert [rung["label"] for rung in ladder] == ["网格", "社区", "街道"]
    held = {
        post.title: [holding.user.name for holding in post.holders_today]
        for rung in ladder
        for post in rung["posts"]
    }
    assert held["槐荫社区第一网格网格员"] == ["陈静"]
    assert held["槐荫社区核查员"] == []
    assert response.content.decode().count("空岗") == 1


def test_open_and_overdue_matters_are_counted_by_child(client: Client) -> None:
    acts.reported()
    acts.reported(at=acts.ago(days=20))
    acts.reported(place=town.IN_GRID_2)
    client.force_login(town.user("wu"))
    response = client.get(url(town.HUAIYIN))
    loads = {row["node"].path: row["load"] for row in response.context["children"]}
    assert (loads[town.GRID_1].open, loads[town.GRID_1].overdue) == (2, 1)
    assert (loads[town.GRID_2].open, loads[town.GRID_2].overdue) == (1, 0)
    assert response.context["own_load"].open == 3


def test_nobody_counts_matters_they_may_not_see(client: Client) -> None:
    acts.reported()
    for username in ("qian", "han"):
        client.force_login(town.user(username))
        context = client.get(url(town.HUAIYIN)).context
        assert all(row["load"].open == 0 for row in context["children"])
        assert not context["own_load"] or context["own_load"].open == 0


def test_households_of_a_street_are_those_of_its_grids(client: Client) -> None:
    client.force_login(town.user("wu"))
    context = client.get(url(town.STREET)).context
    assert {row["node"].path: row["households"] for row in context["children"]} == {
        town.HUAIYIN: 800,
        town.LIUXI: 400,
    }
    assert context["households"] == 1200


def test_the_map_is_coloured_for_whoever_looks(client: Client) -> None:
    acts.reported(at=acts.ago(days=20))

    def statuses(username: str) -> dict[str, str]:
        client.force_login(town.user(username))
        response = client.get(url(town.HUAIYIN), headers={"Accept": "application/geo+json"})
        features = json.loads(response.content)["features"]
        return {f["properties"]["id"]: f["properties"]["status"] for f in features}

    assert statuses("wu") == {town.GRID_1: "late", town.GRID_2: "plain"}
    assert statuses("qian") == {town.GRID_1: "plain", town.GRID_2: "plain"}


def test_a_grids_map_holds_its_outline_and_its_buildings(client: Client) -> None:
    client.force_login(town.user("wu"))
    response = client.get(url(town.GRID_1), headers={"Accept": "application/geo+json"})
    features = json.loads(response.content)["features"]
    assert [f["properties"]["id"] for f in features] == [
        town.GRID_1,
        f"{town.HUAIYIN}-b00001",
        f"{town.HUAIYIN}-b00002",
    ]
    assert features[1]["properties"]["href"] == f"/console/buildings/{town.HUAIYIN}-b00001/"


def test_a_past_day_shows_the_drawing_of_that_day_without_figures(client: Client) -> None:
    today = timezone.localdate()
    redraw_grid(code=town.GRID_1, boundary=town.square(0, columns=1), on=today)
    acts.reported()
    client.force_login(town.user("wu"))
    drawings = client.get(url(town.GRID_1)).context["drawings"]
    assert [(one.valid_from, one.valid_to) for one in drawings] == [
        (today, None),
        (town.SINCE, today),
    ]
    yesterday = today - timedelta(days=1)
    past = client.get(url(town.HUAIYIN, f"?on={yesterday}"))
    assert past.context["own_load"] is None
    assert "在办数只按今天的区划显示" in past.content.decode()


def test_a_day_that_is_none_is_said_and_today_is_shown(client: Client) -> None:
    shown = acts.page(client, "wu", url(town.STREET, "?on=昨天"))
    assert "日期“昨天”应写成 2026-06-01 的样子" in shown
    assert "槐荫社区" in shown


def test_a_day_before_a_place_was_drawn_is_said(client: Client) -> None:
    client.force_login(town.user("wu"))
    response = client.get(url(town.GRID_1, f"?on={date(2020, 1, 1)}"))
    assert response.status_code == 404
    assert "还没有启用或已经停用，请换一个日期" in response.content.decode()


@pytest.mark.parametrize("path", ["429901009", "429901-x", "1", "9" * 60])
def test_a_place_that_never_was_is_not_found(client: Client, path: str) -> None:
    assert acts.status(client, "wu", url(path)) == 404


def test_a_building_says_where_it_stands_and_who_answers(client: Client) -> None:
    shown = acts.page(client, "wu", f"/console/buildings/{town.HUAIYIN}-b00001/")
    for words in ("槐荫苑1栋", "青石街槐荫路1号", "7 层", "42 户", "陈静", "第一网格"):
        assert words in shown
    assert acts.status(client, "wu", "/console/buildings/nowhere-b1/") == 404


def test_a_place_costs_few_queries(client: Client) -> None:
    client.force_login(town.user("wu"))
    for path in (town.DISTRICT, town.STREET, town.GRID_1):
        with CaptureQueriesContext(connection) as found:
            client.get(url(path))
        assert len(found) <= MOST_QUERIES
