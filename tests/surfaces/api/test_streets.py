import json
from collections.abc import Iterator

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client
from pytest_django import DjangoDbBlocker

from qijie.territory.models import StreetLine
from tests import town

pytestmark = pytest.mark.django_db
HERE = "/api/streets/here/"
# The tile of zoom 14 that holds the town's first grid.
TILE = "/api/tiles/streets/14/13380/6759.mvt"


@pytest.fixture(scope="module", autouse=True)
def two_streets(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Laid by the owner: the app's role may not."""
    west, south = town.WEST, town.SOUTH
    with django_db_blocker.unblock():
        laid = StreetLine.objects.using("owner").bulk_create(
            StreetLine(street_class=kind, line=LineString(*points, srid=4490))
            for kind, points in (
                ("primary", ((west, south + 0.002), (west + 0.016, south + 0.002))),
                ("footway", ((west + 0.001, south), (west + 0.0010000004, south + 0.004))),
            )
        )
        yield
        StreetLine.objects.using("owner").filter(pk__in=[line.pk for line in laid]).delete()


def bbox(west: float, south: float, east: float, north: float) -> str:
    return f"{HERE}?bbox={west},{south},{east},{north}"


def test_streets_near_a_place_come_with_their_class(client: Client) -> None:
    response = client.get(bbox(113.999, 29.999, 114.01, 30.01))
    features = json.loads(response.content)["features"]
    assert [f["properties"]["class"] for f in features] == ["primary", "footway"]
    assert features[1]["geometry"]["coordinates"] == [[114.001, 30], [114.001, 30.004]]
    assert "max-age" in response["Cache-Control"]


def test_a_box_elsewhere_holds_no_streets(client: Client) -> None:
    assert json.loads(client.get(bbox(100, 20, 100.01, 20.01)).content)["features"] == []


@pytest.mark.parametrize(
    ("box", "sentence"),
    [
        ("", "应为四个数"),
        ("1,2,3", "应为四个数"),
        ("a,b,c,d", "应为四个数"),
        ("nan,1,2,3", "次序或范围不对"),
        ("114.1,30,114,30.1", "次序或范围不对"),
        ("114,30,190,31", "次序或范围不对"),
        ("114,30,114.05,30.01", "bbox 太大"),
    ],
)
def test_a_box_that_will_not_do_is_refused_in_a_sentence(
    client: Client, box: str, sentence: str
) -> None:
    response = client.get(HERE, {"bbox": box})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
    assert sentence in json.loads(response.content)["detail"]


def test_a_tile_with_streets_is_a_vector_tile_that_may_be_kept(client: Client) -> None:
    response = client.get(TILE)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert b"streets" in response.content
    assert b"primary" in response.content
    assert b"footway" in response.content
    assert "public" in response["Cache-Control"]


def test_lanes_are_left_out_of_small_scales(client: Client) -> None:
    content = client.get("/api/tiles/streets/11/1672/844.mvt").content
    assert b"primary" in content
    assert b"footway" not in content


def test_an_empty_tile_has_no_content(client: Client) -> None:
    response = client.get("/api/tiles/streets/14/1/1.mvt")
    assert response.status_code == 204
    assert response.content == b""


@pytest.mark.parametrize(
    ("tile", "sentence"),
    [("17/1/1", "瓦片只到 16 级"), ("3/8/1", "应小于 8"), ("3/1/9", "应小于")],
)
def test_a_tile_that_cannot_be_is_refused_in_a_sentence(
    client: Client, tile: str, sentence: str
) -> None:
    response = client.get(f"/api/tiles/streets/{tile}.mvt")
    assert response.status_code == 400
    assert sentence in json.loads(response.content)["detail"]
