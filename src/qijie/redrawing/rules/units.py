"""What the database says of a place, as units a drawing is put together from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from pyproj import CRS
from shapely import MultiPolygon, Polygon

from qijie.redrawing.rules import HECTARES, MEASURES, PEOPLE
from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import Buildings, Compounds, units_of
from qijie.territory.drawing.mending import Finding
from qijie.territory.drawing.model import Floats, Shapes, Units
from qijie.territory.drawing.planes import Plane, plane_of

STORED = CRS(4490)
# About a millimetre: drawn twice, the same border has the same numbers.
_DIGITS_DEGREES = 1e-8
_SQUARE_METRES_OF_HECTARE = 10_000
_FAR_METRES = 300.0


@dataclass(frozen=True, slots=True)
class FixedGrid:
    """A dedicated or undeveloped grid of today: it stays as it is."""

    code: str
    shape: Polygon | MultiPolygon


@dataclass(frozen=True)
class Ground:
    """A place on a day, in CGCS2000 degrees."""

    communities: Mapping[str, Polygon | MultiPolygon]
    streets: Shapes
    building_codes: tuple[str, ...]
    footprints: Shapes
    households: Floats
    compounds_of: tuple[str, ...]
    """The compound each building stands in, "" for none."""
    grids_of: tuple[str, ...]
    """The grid each building lies in."""
    compounds: Mapping[str, Polygon | MultiPolygon]
    fixed: tuple[FixedGrid, ...]
    grids: Mapping[str, Polygon | MultiPolygon]
    """Every grid of today, fixed ones included."""
    matters: Floats
    """(m, 2): where matters of the last months lay."""
    matters_months: float
    persons_per_household: float


@dataclass(frozen=True)
class Made:
    """Units with what the database keeps beside them."""

    units: Units
    shapes: Shapes
    """The same shapes in degrees, rounded to a millimetre."""
    middles: Floats
    """(n, 2) plane metres"""
    building_codes: tuple[tuple[str, ...], ...]
    today: tuple[str, ...]
    """The code of the grid each lies in today, "" for none."""
    findings: tuple[Finding, ...]


def made(ground: Ground, most: float) -> Made:
    """most: a compound of at most so many households is never cut."""
    plane = plane_of(array_of(ground.communities.values()), STORED, "社区边界")
    buildings = _buildings(ground, plane)
    units, findings = units_of(
        list(plane.taken_in(ground.streets, STORED, "街道")),
        buildings,
        _moved(ground.communities, plane, "社区边界"),
        compounds=_compounds(ground, plane),
        kept=_moved({grid.code: grid.shape for grid in ground.fixed}, plane, "网格"),
        most=most,
    )
    return made_of(units, ground, plane, findings)


def made_of(units: Units, ground: Ground, plane: Plane, findings: tuple[Finding, ...]) -> Made:
    """Units from elsewhere, on this ground. Their loads are filled up to all of `MEASURES`."""
    units = _with_all_loads(units, ground)
    codes = _codes_in(units, ground, plane)
    return Made(
        units=units,
        shapes=degrees_of(units.shapes, plane),
        middles=shapely.get_coordinates(shapely.point_on_surface(units.shapes)),
        building_codes=codes,
        today=_today(units, ground, plane, codes),
        findings=findings,
    )


def degrees_of(shapes: Shapes, plane: Plane) -> Shapes:
    """Shapes as they are stored; vertices two of them share stay shared."""
    given = plane.given_out(shapes, STORED)
    rounded = shapely.set_precision(given, _DIGITS_DEGREES, mode="pointwise")
    return np.where(shapely.is_valid(rounded), rounded, given)


def _moved(
    shapes: Mapping[str, Polygon | MultiPolygon], plane: Plane, title: str
) -> dict[str, Polygon | MultiPolygon]:
    if not shapes:
        return {}
    taken = plane.taken_in(array_of(shapes.values()), STORED, title)
    return dict(zip(shapes, taken.tolist(), strict=True))


def _buildings(ground: Ground, plane: Plane) -> Buildings:
    footprints = plane.taken_in(ground.footprints, STORED, "楼栋")
    loads = np.zeros((len(footprints), len(MEASURES)))
    loads[:, 0] = ground.households
    loads[:, 1] = ground.households * ground.persons_per_household
    loads[:, 2] = _matters_at(footprints, ground, plane)
    return Buildings(
        keys=ground.building_codes,
        shapes=footprints,
        loads=loads,
        measures=tuple(MEASURES),
        compounds=ground.compounds_of,
    )


def _matters_at(footprints: Shapes, ground: Ground, plane: Plane) -> Floats:
    """Matters a month, each at the building nearest to it; those far from any are left out."""
    counts = np.zeros(len(footprints))
    if not len(ground.matters) or not len(footprints):
        return counts
    found = array_of(shapely.Point(lon, lat) for lon, lat in ground.matters.tolist())
    points = plane.taken_in(found, STORED, "事项位置")
    tree = shapely.STRtree(footprints)
    _, nearest = tree.query_nearest(points, max_distance=_FAR_METRES, all_matches=False)
    np.add.at(counts, nearest, 1.0)
    return counts / ground.matters_months


def _compounds(ground: Ground, plane: Plane) -> Compounds:
    shapes = _moved(ground.compounds, plane, "小区")
    return Compounds(keys=tuple(shapes), shapes=array_of(shapes.values()))


def _with_all_loads(units: Units, ground: Ground) -> Units:
    loads = np.zeros((len(units), len(MEASURES)))
    for column, name in enumerate(MEASURES):
        if name in units.measures:
            loads[:, column] = units.loads[:, units.measures.index(name)]
    if PEOPLE not in units.measures:
        loads[:, list(MEASURES).index(PEOPLE)] = units.households * ground.persons_per_household
    loads[:, list(MEASURES).index(HECTARES)] = (
        shapely.area(units.shapes) / _SQUARE_METRES_OF_HECTARE
    )
    return replace(units, loads=loads, measures=tuple(MEASURES))


def _codes_in(units: Units, ground: Ground, plane: Plane) -> tuple[tuple[str, ...], ...]:
    footprints = plane.taken_in(ground.footprints, STORED, "楼栋")
    points = shapely.point_on_surface(footprints)
    which, where = shapely.STRtree(units.shapes).query(points, predicate="intersects")
    found: list[list[str]] = [[] for _ in range(len(units))]
    seen: set[int] = set()
    for building, unit in sorted(zip(which.tolist(), where.tolist(), strict=True)):
        if building not in seen:
            seen.add(building)
            found[unit].append(ground.building_codes[building])
    return tuple(tuple(codes) for codes in found)


def _today(
    units: Units, ground: Ground, plane: Plane, codes: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """Where most of its homes are; without any, where its middle lies."""
    homes = dict(zip(ground.building_codes, ground.households.tolist(), strict=True))
    grid_of = dict(zip(ground.building_codes, ground.grids_of, strict=True))
    by_place = _grids_at(units, ground, plane)
    found = []
    for inside, place in zip(codes, by_place, strict=True):
        shares: dict[str, float] = {}
        for code in inside:
            shares[grid_of[code]] = shares.get(grid_of[code], 0.0) + homes[code] + 1e-3
        found.append(min(shares, key=lambda grid: (-shares[grid], grid)) if shares else place)
    return tuple(found)


def _grids_at(units: Units, ground: Ground, plane: Plane) -> list[str]:
    grids = _moved(ground.grids, plane, "网格")
    found = [""] * len(units)
    if not grids:
        return found
    names = list(grids)
    points = shapely.point_on_surface(units.shapes)
    tree = shapely.STRtree(array_of(grids.values()))
    which, where = tree.query(points, predicate="intersects")
    for unit, grid in sorted(zip(which.tolist(), where.tolist(), strict=True), reverse=True):
        if names[grid].startswith(units.communities[unit]):
            found[unit] = names[grid]
    return found
