"""What a drawing is made from, read off the database on a day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Polygon

from qijie.issues.queries.places import reported_within
from qijie.kernel.refusal import Refusal
from qijie.redrawing.rules.units import FixedGrid, Ground
from qijie.territory.drawing.model import Shapes
from qijie.territory.models import SRID, Building, Node, StreetLine
from qijie.territory.queries import buildings, node_at, nodes, subtree
from qijie.territory.shapes import shape_of, shapes_of

_MONTHS = 3
_DAYS_OF_MONTH = 30
# About 200 m: a street that bounds a community from outside bounds its blocks too.
_MARGIN_DEGREES = 0.002
_FIXED_KINDS = ("dedicated", "undeveloped")


def ground_of(path: str, on: date, at: datetime) -> Ground:
    """A community or street as it is on a day; six queries.

    Raises Refusal where the place is none, or a community of it has no border.
    """
    place = node_at(path, on)
    if place is None:
        raise Refusal(f"{on} 没有编码为 {path} 的社区或街道，请核对范围和日期。")
    communities = _communities(place, on)
    grids = _grids(communities, on)
    homes = _homes(communities, on)
    compounds = [node for node in subtree(path, on).filter(kind="compound") if node.boundary]
    matters = reported_within(communities, at - timedelta(days=_MONTHS * _DAYS_OF_MONTH))
    places = [(spot.lon, spot.lat) for spot in matters if spot.lon is not None]
    return Ground(
        communities={path: shape_of(node.boundary) for path, node in communities.items()},
        streets=_streets([node.boundary for node in communities.values() if node.boundary]),
        building_codes=tuple(home.code for home in homes),
        footprints=shapes_of(home.footprint for home in homes),
        households=np.array([home.households for home in homes], dtype=np.float64),
        compounds_of=tuple(home.compound.code if home.compound else "" for home in homes),
        grids_of=tuple(home.grid.code for home in homes),
        compounds={node.code: shape_of(node.boundary) for node in compounds},
        fixed=tuple(
            FixedGrid(grid.code, shape_of(grid.boundary))
            for grid in grids
            if grid.grid_kind in _FIXED_KINDS
        ),
        grids={grid.code: shape_of(grid.boundary) for grid in grids},
        matters=np.array(places, dtype=np.float64).reshape(-1, 2),
        matters_months=float(_MONTHS),
        persons_per_household=settings.PERSONS_PER_HOUSEHOLD,
    )


def grids_then(path: str, on: date) -> list[int]:
    """Ids of the grids in force below a place."""
    found = nodes(on).filter(kind="grid", path__startswith=path)
    return sorted(found.values_list("pk", flat=True))


def _communities(place: Node, on: date) -> dict[str, Node]:
    found = {place.path: place}
    if place.kind in ("street", "town"):
        below = nodes(on).filter(kind__in=["community", "village"], parent__path=place.path)
        found = {node.path: node for node in below.order_by("path")}
    if without := next((node for node in found.values() if node.boundary is None), None):
        raise Refusal(f"社区“{without.name}”没有边界，请先补上边界再划分网格。")
    if not found:
        raise Refusal(f"“{place.name}”下面没有社区，划分不了网格。")
    return found


def _grids(communities: Iterable[str], on: date) -> list[Node]:
    found = nodes(on).filter(kind="grid", parent__path__in=list(communities))
    return list(found.filter(boundary__isnull=False).order_by("path"))


def _homes(communities: Iterable[str], on: date) -> list[Building]:
    found = buildings(on).filter(grid__parent__path__in=list(communities))
    shown = found.select_related("grid", "compound").defer("grid__boundary", "compound__boundary")
    return list(shown.order_by("code"))


def _streets(borders: Iterable[GEOSGeometry]) -> Shapes:
    boxes = np.array([border.extent for border in borders])
    west, south = boxes[:, :2].min(axis=0) - _MARGIN_DEGREES
    east, north = boxes[:, 2:].max(axis=0) + _MARGIN_DEGREES
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = SRID
    lines = StreetLine.objects.filter(line__bboverlaps=area).order_by("pk")
    return shapes_of(lines.values_list("line", flat=True))
