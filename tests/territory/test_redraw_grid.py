"""A grid is redrawn: from a day on it is another shape, and until then it stays what it was."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.kernel.refusal import Refusal
from qijie.territory.actions import redraw_grid
from qijie.territory.models import Building, Node
from qijie.territory.queries import buildings, locate, node_at
from tests import town
from tests.access.matters import report

pytestmark = pytest.mark.django_db
FROM = date(2026, 12, 1)
EVE = FROM - timedelta(days=1)
WIDER = town.square(0, rows=2)


def test_the_old_drawing_keeps_its_row_and_its_days() -> None:
    old = Node.objects.get(path=town.GRID_1)
    new = redraw_grid(code=town.GRID_1, boundary=WIDER, on=FROM)
    before, after = node_at(town.GRID_1, EVE), node_at(town.GRID_1, FROM)
    assert before is not None
    assert after is not None
    assert (before.pk, before.valid_to) == (old.pk, FROM)
    assert before.boundary.equals(old.boundary)
    assert (after.pk, after.valid_from, after.valid_to) == (new.pk, FROM, None)
    assert after.pk != before.pk
    assert (after.code, after.path, after.name, after.parent_id) == (
        old.code,
        old.path,
        old.name,
        old.parent_id,
    )


def test_a_point_is_located_by_the_drawing_of_its_day() -> None:
    added = town.point_in(0, 1)
    redraw_grid(code=town.GRID_1, boundary=WIDER, on=FROM)
    assert locate(added, EVE) is None
    found = locate(added, FROM)
    assert found is not None
    assert found.path == town.GRID_1


def test_buildings_follow_with_their_codes_and_keep_their_past() -> None:
    codes = sorted(Building.objects.values_list("code", flat=True))
    new = redraw_grid(code=town.GRID_1, boundary=WIDER, on=FROM)
    assert sorted(buildings(FROM).values_list("code", flat=True)) == codes
    assert set(buildings(FROM).values_list("grid_id", flat=True)) == {new.pk}
    assert sorted(buildings(EVE).values_list("code", flat=True)) == codes
    assert new.pk not in set(buildings(EVE).values_list("grid_id", flat=True))


def test_a_matter_stays_with_the_drawing_of_its_day_and_with_its_worker() -> None:
    issue_id = report(town.IN_GRID_1, category=town.RUBBISH)
    old = Node.objects.get(path=town.GRID_1)
    new = redraw_grid(code=town.GRID_1, boundary=WIDER, on=FROM)
    with scope(SYSTEM):
        assert Issue.objects.get(pk=issue_id).grid_id == old.pk
    worker = town.viewer("chen")
    assert set(worker.grid_ids) == {old.pk, new.pk}
    with scope(worker):
        assert Issue.objects.filter(pk=issue_id).exists()


def test_a_plain_polygon_will_do() -> None:
    ring = Polygon.from_bbox((114.0, 30.0, 114.004, 30.008))
    ring.srid = 4490
    new = redraw_grid(code=town.GRID_1, boundary=ring, on=FROM)
    assert new.boundary.geom_type == "MultiPolygon"


@pytest.mark.parametrize("srid", [None, 4326, 3857])
def test_a_border_that_does_not_say_its_system_is_refused(srid: int | None) -> None:
    ring = Polygon.from_bbox((114.0, 30.0, 114.004, 30.008))
    ring.srid = srid
    with pytest.raises(Refusal) as refused:
        redraw_grid(code=town.GRID_1, boundary=ring, on=FROM)
    assert "坐标系" in refused.value.sentence
    assert node_at(town.GRID_1, FROM).valid_to is None  # type: ignore[union-attr]


@pytest.mark.parametrize("shape", [Point(114, 30), LineString((114, 30), (115, 31))])
def test_a_border_that_is_no_area_is_refused(shape: Point | LineString) -> None:
    shape.srid = 4490
    with pytest.raises(Refusal, match="应为面"):
        redraw_grid(code=town.GRID_1, boundary=shape, on=FROM)


def test_a_crossed_border_is_refused() -> None:
    bow_tie = Polygon(((114, 30), (114.01, 30.01), (114.01, 30), (114, 30.01), (114, 30)))
    bow_tie.srid = 4490
    with pytest.raises(Refusal, match="自相交"):
        redraw_grid(code=town.GRID_1, boundary=bow_tie, on=FROM)
    with pytest.raises(Refusal, match="空的"):
        redraw_grid(code=town.GRID_1, boundary=MultiPolygon(srid=4490), on=FROM)
    assert node_at(town.GRID_1, FROM).valid_to is None  # type: ignore[union-attr]


@pytest.mark.parametrize("on", [town.SINCE, town.SINCE - timedelta(days=1)])
def test_the_past_is_not_redrawn(on: date) -> None:
    with pytest.raises(Refusal):
        redraw_grid(code=town.GRID_1, boundary=WIDER, on=on)


@pytest.mark.parametrize("code", [f"{town.HUAIYIN}999", town.STREET.ljust(12, "0")])
def test_only_a_grid_in_force_is_redrawn(code: str) -> None:
    with pytest.raises(Refusal, match="没有编码为"):
        redraw_grid(code=code, boundary=WIDER, on=FROM)


def test_a_grid_redrawn_twice_has_three_pasts() -> None:
    redraw_grid(code=town.GRID_1, boundary=WIDER, on=FROM)
    redraw_grid(code=town.GRID_1, boundary=town.square(0, rows=3), on=date(2027, 1, 1))
    assert Node.objects.filter(code=town.GRID_1).count() == 3
    assert buildings(date(2027, 1, 1)).count() == buildings(EVE).count()
