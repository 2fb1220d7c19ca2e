"""The only writers of the tree."""

from collections.abc import Iterable
from datetime import date

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction

from qijie.kernel.refusal import Refusal
from qijie.territory.models import SRID, Building, Node, StreetLine
from qijie.territory.queries import in_force

_BATCH = 1000


def plant(nodes: Iterable[Node], *, using: str) -> list[Node]:
    """Inserts nodes of one rung; their parents must be there already."""
    return Node.objects.using(using).bulk_create(nodes, batch_size=_BATCH)


def build(buildings: Iterable[Building], *, using: str) -> int:
    return len(Building.objects.using(using).bulk_create(buildings, batch_size=_BATCH))


def lay_streets(lines: Iterable[StreetLine], *, using: str) -> int:
    """Replaces the base map's streets."""
    StreetLine.objects.using(using).all().delete()
    return len(StreetLine.objects.using(using).bulk_create(lines, batch_size=_BATCH))


@transaction.atomic
def redraw_grid(*, code: str, boundary: GEOSGeometry, on: date) -> Node:
    """Gives a grid a new border from a day; yesterday's drawing keeps its row and its matters.

    boundary: a (multi)polygon labelled EPSG:4490. Buildings follow to the new row with their codes.
    Raises Refusal when the grid is not in force that day, or was drawn that very day.
    """
    if boundary.srid != SRID:
        raise Refusal(
            f"网格 {code} 的新边界没有标明坐标系 CGCS2000（EPSG:{SRID}），请标明后再提交。"
        )
    shape = boundary if isinstance(boundary, MultiPolygon) else _multi(boundary, code)
    if shape.empty or not shape.valid:
        why = shape.valid_reason
        raise Refusal(f"网格 {code} 的新边界是空的或自相交（{why}），请改正后再提交。")
    current = Node.objects.select_for_update().filter(in_force(on), kind="grid", code=code).first()
    if current is None:
        raise Refusal(f"{on} 没有编码为 {code} 的网格，请核对编码和日期。")
    if current.valid_from >= on:
        raise Refusal(
            f"网格“{current.name}”自 {current.valid_from} 起启用，新边界须从更晚的日期起。"
        )
    old_id = current.pk
    Node.objects.filter(pk=old_id).update(valid_to=on)
    current.pk = None
    current.boundary, current.valid_from, current.valid_to = shape, on, None
    current.save(force_insert=True)
    _rehouse(old_id, current, on)
    return current


def _multi(boundary: GEOSGeometry, code: str) -> MultiPolygon:
    if not isinstance(boundary, Polygon):
        raise Refusal(f"网格 {code} 的新边界应为面，收到的是 {boundary.geom_type}。")
    return MultiPolygon(boundary, srid=SRID)


def _rehouse(old_grid_id: int, grid: Node, on: date) -> None:
    staying = list(Building.objects.filter(in_force(on), grid_id=old_grid_id))
    Building.objects.filter(pk__in=[building.pk for building in staying]).update(valid_to=on)
    for building in staying:
        building.pk = None
        building.grid, building.valid_from, building.valid_to = grid, on, None
    Building.objects.bulk_create(staying, batch_size=_BATCH)
