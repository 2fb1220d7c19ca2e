"""Units that do not touch and yet are neighbours: a street lies between, or a hair of a drawing."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from qijie.territory.drawing.model import Floats, Numbers, Shapes

HAIR_METRES = 0.5
"""Less between two units is an unclean drawing, not a street."""
_LEAST_METRES = 0.5
_CLOSER = 1.05
_ROUNDING_METRES = 0.05


@dataclass(frozen=True)
class Facing:
    """Pairs with nothing drawn between them."""

    pairs: Numbers
    """(m, 2), the lower index first"""
    metres: Floats
    """(m,): along how much of their outlines they face each other."""
    gaps: Floats
    """(m,): how far apart they are."""


NOBODY = Facing(np.zeros((0, 2), dtype=np.int32), np.zeros(0), np.zeros(0))


def facing_of(
    shapes: Shapes, community: Numbers, touching: Numbers, across_metres: float
) -> Facing:
    """Units of one community that face each other across at most so many metres."""
    pairs = _near(shapes, community, touching, across_metres)
    if not len(pairs):
        return NOBODY
    gaps = np.asarray(shapely.distance(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    metres = _metres(shapes, pairs, gaps)
    # What meets corner to corner faces nobody.
    kept = metres >= np.maximum(gaps, _LEAST_METRES)
    kept[kept] = _is_free(shapes, pairs[kept])
    return Facing(pairs[kept], metres[kept], gaps[kept])


def _near(shapes: Shapes, community: Numbers, touching: Numbers, across_metres: float) -> Numbers:
    if across_metres <= 0:
        return NOBODY.pairs
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=across_metres)
    kept = (one < other) & (community[one] == community[other])
    pairs = np.column_stack([one[kept], other[kept]]).astype(np.int32)
    known = {(int(left), int(right)) for left, right in touching}
    return pairs[[tuple(pair) not in known for pair in pairs.tolist()]].reshape(-1, 2)


def _metres(shapes: Shapes, pairs: Numbers, gaps: Floats) -> Floats:
    """How much of the first's outline lies about as near to the second as it gets."""
    reach = gaps * _CLOSER + _ROUNDING_METRES
    around = shapely.buffer(shapes[pairs[:, 1]], reach, quad_segs=4)
    outline = shapely.boundary(shapes[pairs[:, 0]])
    return np.asarray(shapely.length(shapely.intersection(outline, around)), dtype=np.float64)


def _is_free(shapes: Shapes, pairs: Numbers) -> NDArray[np.bool_]:
    """Whether no third unit stands on the shortest way from one to the other."""
    ways = shapely.shortest_line(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    way, unit = shapely.STRtree(shapes).query(ways, predicate="intersects")
    third = (unit != pairs[way, 0]) & (unit != pairs[way, 1])
    free = np.ones(len(pairs), dtype=bool)
    free[way[third]] = False
    return free
