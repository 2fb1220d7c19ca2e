"""Which grid a point lies in, and what is said where there is none."""

import random

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from pytest_django import DjangoAssertNumQueries

from qijie.kernel.coordinates import Coordinate, CoordinateSystem, gcj02_from_wgs84
from qijie.kernel.refusal import Refusal
from qijie.territory.models import Node
from qijie.territory.queries import locate, locate_many
from tests import town

pytestmark = pytest.mark.django_db
CGCS2000 = CoordinateSystem.CGCS2000


def at(lon: float, lat: float) -> Coordinate:
    return Coordinate(lon, lat, CGCS2000)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (town.IN_GRID_1, town.GRID_1),
        (town.IN_GRID_2, town.GRID_2),
        (town.IN_GRID_3, town.GRID_3),
        (town.IN_NEXT_STREET, town.NEXT_GRID),
    ],
)
def test_a_point_inside_a_grid_is_located_there_with_everything_above(
    place: Coordinate, path: str
) -> None:
    found = locate(place, town.TODAY)
    assert found is not None
    assert (found.path, found.kind, found.grid_id) == (path, "grid", found.node_id)
    assert (found.region_code, found.street_code, found.community_code) == (
        path[:6],
        path[:9],
        path[:12],
    )


def test_a_point_in_a_grid_takes_one_query_and_one_outside_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        locate(town.IN_GRID_1, town.TODAY)
    with django_assert_num_queries(2):
        locate(at(121.0, 31.0), town.TODAY)


def test_a_point_on_a_shared_border_belongs_to_the_lower_code() -> None:
    border = at(town.WEST + town.STEP, town.SOUTH + town.STEP / 2)
    found = locate(border, town.TODAY)
    assert found is not None
    assert found.path == town.GRID_1


def test_a_corner_where_communities_meet_belongs_to_the_lower_code() -> None:
    found = locate(at(town.WEST + 2 * town.STEP, town.SOUTH), town.TODAY)
    assert found is not None
    assert found.path == town.GRID_2


def test_outside_every_grid_the_smallest_division_that_holds_the_point_answers() -> None:
    wider = town.square(0, columns=3, rows=2)
    Node.objects.filter(path=town.STREET).update(boundary=wider)
    found = locate(town.point_in(1, 1), town.TODAY)
    assert found is not None
    assert (found.path, found.kind, found.grid_id) == (town.STREET, "street", None)
    assert found.community_code == ""


def test_outside_the_whole_tree_there_is_no_answer() -> None:
    assert locate(at(121.47, 31.23), town.TODAY) is None


def test_before_the_first_drawing_there_is_no_answer() -> None:
    assert locate(town.IN_GRID_1, town.SINCE.replace(year=2025)) is None


def test_a_point_of_a_public_map_is_brought_home_before_it_is_located() -> None:
    """GCJ-02 lies some 500 metres off: taken for CGCS2000 it would land in another grid."""
    here = town.IN_GRID_2
    shown = gcj02_from_wgs84(here)
    assert shown.system is CoordinateSystem.GCJ02
    found = locate(shown, town.TODAY)
    assert found is not None
    assert found.path == town.GRID_2
    mistaken = locate(at(shown.lon, shown.lat), town.TODAY)
    assert mistaken is None or mistaken.path != town.GRID_2


@pytest.mark.parametrize("system", [None, "", "gps", "EPSG:4490", 4490])
def test_a_point_that_does_not_say_its_system_is_refused(system: object) -> None:
    with pytest.raises(Refusal) as refused:
        Coordinate.read(114.0, 30.0, system)
    assert "坐标系" in refused.value.sentence


def test_a_grid_in_two_pieces_is_one_grid() -> None:
    pieces = MultiPolygon(town.square(1)[0], town.square(1, 3)[0], srid=4490)
    Node.objects.filter(path=town.GRID_2).update(boundary=pieces)
    found = locate(town.point_in(1, 3), town.TODAY)
    assert found is not None
    assert found.path == town.GRID_2


def test_a_point_in_a_hole_is_not_inside() -> None:
    west, south, step = town.WEST, town.SOUTH, town.STEP
    outer = Polygon.from_bbox((west, south, west + step, south + step))
    hole = Polygon.from_bbox(
        (west + 0.4 * step, south + 0.4 * step, west + 0.6 * step, south + 0.6 * step)
    )
    ring = MultiPolygon(Polygon(outer.exterior_ring, hole.exterior_ring), srid=4490)
    Node.objects.filter(path=town.GRID_1).update(boundary=ring)
    found = locate(town.IN_GRID_1, town.TODAY)
    assert found is not None
    assert found.kind != "grid"


def test_many_points_are_located_as_each_would_be_alone(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dice = random.Random(42)  # noqa: S311  # the same points each time
    step = town.STEP
    lons = [round(town.WEST - step + dice.random() * 6 * step, 6) for _ in range(300)]
    lats = [round(town.SOUTH - step / 2 + dice.random() * 2 * step, 6) for _ in range(300)]
    # Borders and corners too, where two grids hold the point.
    lons += [town.WEST + n * step for n in range(5)]
    lats += [town.SOUTH + step / 2] * 5
    with django_assert_num_queries(1):
        together = locate_many(lons, lats, town.TODAY)
    alone = [locate(at(lon, lat), town.TODAY) for lon, lat in zip(lons, lats, strict=True)]
    expected = [(one.grid_id, one.path) if one and one.grid_id else None for one in alone]
    assert together == expected
    assert {None, *(path for found in together if found for path in [found[1]])} >= {
        None,
        town.GRID_1,
        town.GRID_2,
        town.GRID_3,
        town.NEXT_GRID,
    }


def test_no_points_are_no_answers() -> None:
    assert locate_many([], [], town.TODAY) == []
