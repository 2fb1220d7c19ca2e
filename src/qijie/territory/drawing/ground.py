"""Faces between streets, community borders and compounds."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import (
    GRAIN_METRES,
    Neighbours,
    array_of,
    faces_of,
    neighbours_of,
    noded,
    outlines,
    owner_of,
    put_together,
    width_metres,
)
from qijie.territory.drawing.cells import Cells, borders, cells_of, samples
from qijie.territory.drawing.model import Numbers, Shapes

_STRIP_WIDTH_METRES = 30.0
_STRIP_SQUARE_METRES = 400.0
_TAIL_METRES = 20.0
"""Ends of a block narrower than this are ground between two lines of one street."""
_TAIL_LENGTH_METRES = 60.0
"""Shorter ends are corners. Half the outline, as with strips."""
_HAIR_METRES = 0.1
"""What is thinner lies between two drawings of one line; a neighbour takes it as it is."""


@dataclass(frozen=True)
class Ground:
    """Faces that share their borders, each in one community, one block, at most one compound."""

    faces: Shapes
    lines: Shapes
    """The noded lines the faces lie between."""
    community: Numbers
    """Positions in what was given, as `compound`."""
    block: Numbers
    compound: Numbers
    """-1 for none"""
    zone: Numbers
    """The ground of a block outside all compounds, or a piece inside one; counted from 0."""

    @property
    def zones(self) -> int:
        return int(self.zone.max(initial=-1)) + 1

    def of_zones(self, of_faces: Numbers) -> Numbers:
        found = np.zeros(self.zones, dtype=np.int32)
        found[self.zone] = of_faces
        return found

    def zone_shapes(self) -> Shapes:
        return put_together(self.faces, self.zone, self.zones)


def ground_of(
    lines: Shapes, communities: Shapes, compounds: Shapes, paths: Shapes, houses: Shapes
) -> Ground:
    """houses: points; a strip between streets without any is no block but part of the next."""
    first, enclosures, community, block = _enclosures(lines, communities, houses)
    second, faces, inside = first, enclosures, np.arange(len(enclosures), dtype=np.int32)
    if len(compounds):
        second = noded(first, outlines(compounds), paths)
        faces = faces_of(second)
        inside = owner_of(shapely.point_on_surface(faces), enclosures)
        faces, inside = faces[inside >= 0], inside[inside >= 0]
    compound = owner_of(shapely.point_on_surface(faces), compounds)
    walled = np.where(compound >= 0, np.arange(len(faces)), -1)
    pairs = np.column_stack([block[inside], walled])
    zone = np.unique(pairs, axis=0, return_inverse=True)[1].ravel().astype(np.int32)
    return Ground(faces, second, community[inside], block[inside], compound, zone)


def strips(shapes: Shapes) -> NDArray[np.bool_]:
    """Which are the ground between two carriageways, or smaller than a house with its yard."""
    small: NDArray[np.bool_] = shapely.area(shapes) < _STRIP_SQUARE_METRES
    return small | (width_metres(shapes) < _STRIP_WIDTH_METRES)


def _enclosures(
    lines: Shapes, communities: Shapes, houses: Shapes
) -> tuple[Shapes, Shapes, Numbers, Numbers]:
    """Lines, the faces between them, the community and the block of each.

    A strip without a house lies between two carriageways: it is shared out to the blocks along
    it, so that borders run in the middle of a wide road.
    """
    first = noded(lines, outlines(communities))
    faces, community = _inside(faces_of(first), communities)
    kept = _blocks(faces, houses)
    tails = tails_of(faces[kept], houses)
    if len(tails):
        first = noded(first, outlines(tails))
        faces, community = _inside(faces_of(first), communities)
        inside = owner_of(shapely.point_on_surface(faces), tails)
        kept = _blocks(faces, houses) & (inside < 0)
    near = neighbours_of(faces)
    shared = _shared_strips(faces, kept, community, near)
    if not shared:
        return first, faces, community, hosts(kept, near, community, community)
    cuts = [borders(one.cells, one.cells.parts, one.shape) for one in shared]
    second = noded(first, *cuts)
    pieces, again = _inside(faces_of(second), communities)
    under = owner_of(shapely.point_on_surface(pieces), faces)
    block = np.where(kept[under], under, -1).astype(np.int32)
    for one in shared:
        members = np.flatnonzero(np.isin(under, one.strips))
        points = shapely.get_coordinates(shapely.point_on_surface(pieces[members]))
        block[members] = one.cells.parts[one.cells.nearest(points)]
    found = hosts(block >= 0, neighbours_of(pieces), again, again)
    # A piece that found nobody is a block of its own, numbered after all others.
    alone = np.arange(len(pieces)) + len(faces)
    return second, pieces, again, np.where(block[found] >= 0, block[found], alone[found])


def _blocks(faces: Shapes, houses: Shapes) -> NDArray[np.bool_]:
    kept = ~strips(faces)
    owner = owner_of(houses, faces)
    kept[owner[owner >= 0]] = True
    return kept


def tails_of(shapes: Shapes, houses: Shapes) -> Shapes:
    """Long thin ends of shapes, without a house on them; what joins two wider parts is none."""
    thick = _grown(_grown(shapes, -_TAIL_METRES / 2), _TAIL_METRES / 2)
    rest = shapely.difference(shapes, _grown(thick, GRAIN_METRES))
    ends, shape = shapely.get_parts(rest, return_index=True)
    bodies, of_body = shapely.get_parts(thick, return_index=True)
    wide = width_metres(ends)
    long = (wide > _HAIR_METRES) & (
        shapely.length(ends) / 2 > np.maximum(_TAIL_LENGTH_METRES, 4 * wide)
    )
    ends, shape = ends[long], shape[long]
    end, body = shapely.STRtree(bodies).query(ends, predicate="dwithin", distance=0.1)
    own = of_body[body] == shape[end]
    free = np.bincount(end[own], minlength=len(ends)) <= 1
    free[shapely.STRtree(ends).query(houses, predicate="intersects")[1]] = False
    tails: Shapes = ends[free]
    return tails


def _grown(shapes: Shapes, metres: float) -> Shapes:
    grown = shapely.buffer(shapes, metres, join_style="mitre")
    # A long mitre can cross the outline it belongs to.
    sound: Shapes = np.where(shapely.is_valid(grown), grown, shapely.buffer(grown, 0.0))
    return sound


def _inside(faces: Shapes, communities: Shapes) -> tuple[Shapes, Numbers]:
    community = owner_of(shapely.point_on_surface(faces), communities)
    return faces[community >= 0], community[community >= 0]


@dataclass(frozen=True)
class _Shared:
    """Strips that lie side by side, with what is nearest to which block along them."""

    strips: NDArray[np.intp]
    shape: BaseGeometry
    cells: Cells


def _shared_strips(
    faces: Shapes, kept: NDArray[np.bool_], community: Numbers, near: Neighbours
) -> list[_Shared]:
    """Strips between several blocks.

    A community border beside two carriageways leaves strips that touch no block but at their
    ends; only together with those next to them do they lie along one.
    """
    one, other = near.pairs.T
    beside = ~kept[one] & ~kept[other] & (community[one] == community[other])
    region = near.components(len(faces), beside)
    along: defaultdict[int, set[int]] = defaultdict(set)
    for strip, next_door in _around(near, community, ~kept).items():
        blocks = (-negative for _, negative in next_door if kept[-negative])
        along[int(region[strip])] |= set(blocks)
    shared = []
    for number, found in sorted(along.items()):
        strips = np.flatnonzero((region == number) & ~kept)
        shape = shapely.coverage_union_all(faces[strips])
        if len(found) > 1 and _worth_sharing(shape):
            shared.append(_shared(strips, shape, faces, np.array(sorted(found), np.int32)))
    return shared


def _shared(
    strips: NDArray[np.intp], shape: BaseGeometry, faces: Shapes, blocks: Numbers
) -> _Shared:
    edges = shapely.intersection(shapely.boundary(faces[blocks]), shapely.boundary(shape))
    points, part = samples(edges)
    return _Shared(strips, shape, cells_of(points, part, blocks, shape))


def _worth_sharing(shape: BaseGeometry) -> bool:
    long = shape.area >= _STRIP_SQUARE_METRES or shape.length / 2 > _TAIL_LENGTH_METRES
    return bool(long and width_metres(array_of([shape]))[0] > _HAIR_METRES)


def hosts(kept: NDArray[np.bool_], near: Neighbours, community: Numbers, block: Numbers) -> Numbers:
    """For each face the kept face it becomes part of: itself, or one it borders on.

    Never in another community; in the same block first, then where most border is shared. A
    face that finds nobody is kept after all.
    """
    host = np.where(kept, np.arange(len(kept)), -1).astype(np.int32)
    around = _around(near, community, ~kept)
    while (host < 0).any():
        taken = {
            face: host[best]
            for face in np.flatnonzero(host < 0).tolist()
            if (best := _best(face, around, host, block)) is not None
        }
        if not taken:
            first = int(np.flatnonzero(host < 0)[0])
            taken = {first: first}
        for face, owner in taken.items():
            host[face] = owner
    return host


def _around(
    near: Neighbours, community: Numbers, wanted: NDArray[np.bool_]
) -> dict[int, list[tuple[float, int]]]:
    around: dict[int, list[tuple[float, int]]] = {}
    for (one, other), metres in zip(near.pairs.tolist(), near.metres.tolist(), strict=True):
        if community[one] == community[other]:
            for face, next_door in ((one, other), (other, one)):
                if wanted[face]:
                    around.setdefault(face, []).append((metres, -next_door))
    return around


def _best(
    face: int, around: dict[int, list[tuple[float, int]]], host: Numbers, block: Numbers
) -> int | None:
    settled = [
        (bool(block[-other] == block[face]), metres, other)
        for metres, other in around.get(face, ())
        if host[-other] >= 0
    ]
    return -max(settled)[2] if settled else None
