"""Units in one piece: what is cut off or empty joins a neighbour."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from qijie.territory.drawing.arrangement import (
    Neighbours,
    neighbours_of,
    owner_of,
    put_together,
)
from qijie.territory.drawing.ground import Ground, hosts, strips
from qijie.territory.drawing.homes import Parts
from qijie.territory.drawing.model import Floats, Numbers, Shapes
from qijie.territory.drawing.zones import Drawn

_EMPTY_SQUARE_METRES = 5_000.0
"""Ground nobody lives on that is smaller joins a neighbour in its block."""


@dataclass(frozen=True)
class Pieces:
    """Connected ground of one unit each. All arrays have one length."""

    of_face: Numbers
    of_building: Numbers
    """-1 outside every community"""
    unit: Numbers
    shapes: Shapes
    community: Numbers
    block: Numbers
    near: Neighbours


def pieces_of(drawn: Drawn, ground: Ground, parts: Parts, points: Shapes) -> Pieces:
    near = neighbours_of(drawn.faces)
    same = drawn.unit[near.pairs[:, 0]] == drawn.unit[near.pairs[:, 1]]
    piece = near.components(len(drawn.faces), same)
    count = int(piece.max(initial=-1)) + 1
    unit, community, block = np.zeros((3, count), dtype=np.int32)
    unit[piece], community[piece] = drawn.unit, ground.community[drawn.ground]
    block[piece] = ground.block[drawn.ground]
    house = np.full(len(points), -1, dtype=np.int32)
    placed = np.flatnonzero(parts.of_building >= 0)
    face = owner_of(points[placed], drawn.faces)
    house[placed] = np.where(face >= 0, piece[face], -1)
    shapes = put_together(drawn.faces, piece, count)
    return Pieces(piece, house, unit, shapes, community, block, near.merged(piece))


def settled(pieces: Pieces, parts: Parts, homes: Floats) -> tuple[Numbers, Numbers]:
    """The final piece of each face, and of each building (-1 outside).

    Ground cut off from its houses, and small ground nobody lives on, joins a neighbour.
    """
    kept = _kept(pieces, parts, homes)
    host = hosts(kept, pieces.near, pieces.community, pieces.block)
    house = pieces.of_building
    return host[pieces.of_face], np.where(house >= 0, host[house], -1).astype(np.int32)


def _kept(pieces: Pieces, parts: Parts, homes: Floats) -> NDArray[np.bool_]:
    """homes: households of each building."""
    count = len(pieces.unit)
    inside = pieces.of_building >= 0
    house = pieces.of_building[inside]
    built = np.bincount(house, minlength=count) > 0
    lived_in = np.bincount(house, homes[inside], minlength=count) > 0
    dedicated = np.array([*(word != "" for word in parts.dedicated), False])
    special = dedicated[np.minimum(pieces.unit, len(parts))]
    own = built | ~np.isin(pieces.unit, pieces.unit[built])
    small = shapely.area(pieces.shapes) < _EMPTY_SQUARE_METRES
    welcome = small & _beside(pieces, lived_in & ~special)
    sliver = strips(pieces.shapes) & ~built
    kept: NDArray[np.bool_] = own & (lived_in | special | ~(welcome | sliver))
    return kept


def _beside(pieces: Pieces, those: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which have one of `those` for a neighbour in their own block."""
    one, other = pieces.near.pairs.T
    here = pieces.block[one] == pieces.block[other]
    found = np.zeros(len(those), dtype=bool)
    found[one[here & those[other]]] = True
    found[other[here & those[one]]] = True
    return found
