import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qijie.territory.actions import redraw_grid
from tests import town

pytestmark = pytest.mark.django_db


def children(path: str, query: str = "") -> str:
    return f"/api/places/{path}/children.geojson{query}"


def test_the_borders_of_a_places_children_are_public(client: Client) -> None:
    response = client.get(children(town.HUAIYIN))
    assert response["Content-Type"].startswith("application/geo+json")
    found = json.loads(response.content)
    assert "crs" not in found
    first, second = found["features"]
    assert "crs" not in first["geometry"]
    assert first["properties"] == {
        "id": town.GRID_1,
        "path": town.GRID_1,
        "name": "第一网格",
        "label": "第一网格",
        "kind": "grid",
        "grid_kind": "general",
        "households": 400,
        "is_illustrative": False,
        "href": f"/api/places/{town.GRID_1}/buildings.geojson",
    }
    assert second["properties"]["id"] == town.GRID_2


def test_coordinates_are_rounded_to_a_tenth_of_a_metre(client: Client) -> None:
    ring = town.Polygon(
        [(114.00000049, 30), (114.004, 30), (114.004, 30.004), (114, 30.004), (114.00000049, 30)]
    )
    ring.srid = 4490
    redraw_grid(code=town.GRID_1, boundary=ring, on=timezone.localdate())
    shape = json.loads(client.get(children(town.HUAIYIN)).content)["features"][0]["geometry"]
    assert [114, 30] in shape["coordinates"][0][0]


def test_a_browser_that_has_the_drawing_is_told_so_until_it_changes(client: Client) -> None:
    first = client.get(children(town.HUAIYIN))
    assert first["Last-Modified"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    again = client.get(children(town.HUAIYIN), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    redraw_grid(code=town.GRID_1, boundary=town.square(0), on=timezone.localdate())
    changed = client.get(children(town.HUAIYIN), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_past_day_has_the_drawing_of_that_day(client: Client) -> None:
    before = client.get(children(town.HUAIYIN)).content
    redraw_grid(code=town.GRID_1, boundary=town.square(0, rows=2), on=timezone.localdate())
    assert client.get(children(town.HUAIYIN)).content != before
    assert client.get(children(town.HUAIYIN, "?on=2026-06-01")).content == before


def test_borders_cost_two_queries_of_their_own(client: Client) -> None:
    with CaptureQueriesContext(connection) as found:
        client.get(children(town.STREET))
    asked = [query for query in found if "territory_node" in query["sql"]]
    assert len(asked) == 2


def test_the_buildings_of_a_grid_are_public(client: Client) -> None:
    response = client.get(f"/api/places/{town.GRID_1}/buildings.geojson")
    features = json.loads(response.content)["features"]
    assert [f["properties"]["name"] for f in features] == ["槐荫苑1栋", "槐荫苑2栋"]
    assert features[0]["properties"]["households"] == 42


@pytest.mark.parametrize(
    ("url", "status", "sentence"),
    [
        (children("abc"), 400, "不合规则"),
        (children("429901009"), 404, "没有编码为 429901009"),
        (children(town.GRID_1), 404, "划有下级边界"),
        (children(town.HUAIYIN, "?on=yesterday"), 400, "应写成 2026-06-01 的样子"),
        (children(town.HUAIYIN, "?on=2020-01-01"), 404, "2020-01-01"),
        (f"/api/places/{town.STREET}/buildings.geojson", 400, "请按社区或网格取"),
        ("/api/places/429901001009/buildings.geojson", 404, "请核对编码和日期"),
    ],
)
def test_bad_input_is_a_problem_in_a_sentence(
    client: Client, url: str, status: int, sentence: str
) -> None:
    response = client.get(url)
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    problem = json.loads(response.content)
    assert problem["status"] == status
    assert sentence in problem["detail"]

    assert client.post(children(town.HUAIYIN)).status_code == 405
