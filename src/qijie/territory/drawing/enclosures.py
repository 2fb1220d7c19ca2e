"""From streets to units: blocks, compounds, and the ground around buildings."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import (
    array_of,
    faces_of,
    noded,
    outlines,
    put_together,
)
from qijie.territory.drawing.built import Buildings, Compounds, filled
from qijie.territory.drawing.ground import Ground, ground_of
from qijie.territory.drawing.homes import Parts, parts_of, places_of
from qijie.territory.drawing.keeping import apart, whole_again
from qijie.territory.drawing.labels import Labels
from qijie.territory.drawing.mending import Finding, extended, mended_communities, met
from qijie.territory.drawing.model import Shapes, Units
from qijie.territory.drawing.settling import pieces_of, settled
from qijie.territory.drawing.zones import Drawn, drawn_on

__all__ = ["EVERYWHERE", "Buildings", "Compounds", "built_up", "units_of"]

EVERYWHERE = "全部"
"""The one community of data that name none."""


def units_of(
    streets: Sequence[BaseGeometry],
    buildings: Buildings,
    communities: Mapping[str, Polygon | MultiPolygon],
    *,
    barriers: Sequence[BaseGeometry] = (),
    compounds: Compounds | None = None,
    kept: Mapping[str, Polygon | MultiPolygon] | None = None,
    paths: Sequence[LineString] = (),
    most: float = 500.0,
    whole: float = 100.0,
    reach: float = 20.0,
) -> tuple[Units, tuple[Finding, ...]]:
    """Units that cover every community, and what had to be decided on the way.

    barriers: rail and water, lines or areas. kept: grids that stay as they are, by a key of their
    own; each is one unit, dedicated under that key. paths: ways inside compounds; they part large
    compounds only. most: a compound of at most so many households is one unit. whole: a block of
    at most so many stays whole, and houses of a larger one are put together up to it.
    reach: how far a dead end may be lengthened to meet the next street. No communities:
    everything is one.
    """
    buildings, compounds = filled(buildings, compounds or Compounds((), array_of(())))
    roads, barred = array_of(streets), outlines(array_of(barriers))
    here = _near(roads, communities)
    roads, barred = roads[here], barred[_near(barred, communities)]
    if not communities:
        lines = np.concatenate([outlines(roads), barred])
        communities = {EVERYWHERE: built_up(lines, buildings.shapes)}
    communities, home = apart(communities, kept or {})
    communities, mended = mended_communities(communities)
    names, shapes = tuple(communities), array_of(communities.values())
    lines, joined = _connected(
        roads, (here + 1).tolist(), barred, outlines(shapes), buildings.shapes, reach
    )
    houses = shapely.point_on_surface(buildings.shapes)
    ground = ground_of(lines, shapes, compounds.shapes, array_of(paths), houses)
    parts = parts_of(buildings, compounds, ground, most)
    drawn = drawn_on(buildings, compounds, ground, parts, whole)
    findings = [
        *mended,
        *joined,
        *_outside(buildings, parts),
        *_astride(buildings, shapes, names, parts, ground),
    ]
    places = places_of(buildings.shapes, ground, parts)
    units = _units(names, buildings, ground, parts, drawn, places)
    return whole_again(units, home), tuple(sorted(findings))


def _near(lines: Shapes, communities: Mapping[str, BaseGeometry]) -> NDArray[np.intp]:
    """Positions of those that touch the ground to be drawn."""
    if not communities or not len(lines):
        return np.arange(len(lines))
    area = shapely.box(*shapely.total_bounds(array_of(communities.values()))).buffer(100)
    return np.flatnonzero(shapely.intersects(lines, area))


def _connected(
    roads: Shapes,
    numbers: Sequence[int],
    barred: Shapes,
    borders: Shapes,
    footprints: Shapes,
    reach: float,
) -> tuple[Shapes, tuple[Finding, ...]]:
    """Streets and barriers that meet where they were meant to."""
    others = np.concatenate([barred, borders])
    joins, joined = met(roads, others, numbers)
    more, lengthened = extended(roads, np.concatenate([others, joins]), footprints, reach)
    lines = np.concatenate([outlines(roads), barred, joins, more])
    return lines, (*joined, *lengthened)


def built_up(lines: Shapes, footprints: Shapes) -> Polygon | MultiPolygon:
    """Everything streets enclose and what stands beside, as one area without holes."""
    reach = 25.0
    around = shapely.buffer(footprints, reach, quad_segs=2)
    ground = shapely.union_all(np.concatenate([faces_of(noded(lines)), around]))
    closed = shapely.buffer(shapely.buffer(ground, reach), -reach)
    filled = shapely.union_all(
        [Polygon(part.exterior) for part in shapely.get_parts(closed)], grid_size=0.01
    )
    outline = shapely.simplify(filled, 1.0)
    return outline if isinstance(outline, Polygon | MultiPolygon) else MultiPolygon()


def _units(
    names: tuple[str, ...],
    buildings: Buildings,
    ground: Ground,
    parts: Parts,
    drawn: Drawn,
    points: Shapes,
) -> Units:
    pieces = pieces_of(drawn, ground, parts, points)
    piece, house = settled(pieces, parts, buildings.loads[:, 0])
    numbers, place = np.unique(piece, return_inverse=True)
    unit = place.astype(np.int32)
    shapes = put_together(drawn.faces, unit, len(numbers))
    of_building = np.where(house >= 0, np.searchsorted(numbers, house), -1).astype(np.int32)
    lived = of_building >= 0
    loads = np.zeros((len(numbers), buildings.loads.shape[1]))
    np.add.at(loads, of_building[lived], buildings.loads[lived])
    label = Labels(names, buildings, ground, parts, drawn, unit, of_building)
    return Units(
        keys=label.keys(shapes),
        shapes=shapes,
        communities=tuple(names[number] for number in label.most_ground(ground.community)),
        measures=buildings.measures,
        loads=loads,
        blocks=label.blocks(shapes),
        compounds=label.compounds(),
        dedicated=label.dedicated(),
    )


def _outside(buildings: Buildings, parts: Parts) -> Iterator[Finding]:
    for building in np.flatnonzero(parts.of_building < 0).tolist():
        key = buildings.keys[building]
        yield Finding("buildings", key, f"楼栋“{key}”不在任何社区内，没有算进任何地块。", False)


def _astride(
    buildings: Buildings, shapes: Shapes, names: tuple[str, ...], parts: Parts, ground: Ground
) -> Iterator[Finding]:
    """Buildings a community border cuts: the border stays, the building counts on one side."""
    placed = np.flatnonzero(parts.of_building >= 0)
    home = ground.community[parts.home[placed]]
    own = shapes[home]
    inside = shapely.area(shapely.intersection(buildings.shapes[placed], own))
    cut = inside < 0.99 * shapely.area(buildings.shapes[placed])
    for building, community in zip(placed[cut].tolist(), home[cut].tolist(), strict=True):
        key = buildings.keys[building]
        yield Finding(
            "buildings", key, f"楼栋“{key}”跨过社区边界，整栋算在“{names[community]}”。", False
        )
