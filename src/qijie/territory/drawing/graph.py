"""Who borders on whom inside a community, for how many metres, and along what."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from qijie.territory.drawing.facing import HAIR_METRES, facing_of
from qijie.territory.drawing.model import Edge, Floats, Graph, Numbers, Shapes, Units

SLIVER_METRES = 0.05
"""Two outlines this close run along one another; finer gaps come from rounding alone."""
LEAST_BORDER_METRES = 0.5
"""Less in common is a corner, not a border."""
_NODE_METRES = 0.001


Places = NDArray[np.integer[Any]]


ACROSS_METRES = 60.0
"""So wide may a street be whose ground no unit holds. Source: 《城市道路工程设计规范》CJJ 37:
an urban trunk road between its red lines."""


def graph_of(units: Units, *, bridge_metres: float = 30.0, across_metres: float = 0.0) -> Graph:
    """The borders inside each community.

    across_metres: units that face each other across at most so much ground nobody drew border on
    one another too, along a street. Pieces of one community still at most `bridge_metres` apart
    are joined by a border of no length (`Graph.bridged`, also among the `pairs`).
    """
    community = ordinals(units.communities)
    pairs, metres = _borders(units.shapes, community)
    facing = facing_of(units.shapes, community, pairs, across_metres)
    pairs, metres = _with(pairs, metres, facing.pairs, facing.metres)
    bridged = _bridges(units.shapes, community, pairs, bridge_metres)
    bridges = np.array(bridged, dtype=np.int32).reshape(-1, 2)
    pairs, metres = _with(pairs, metres, bridges, np.zeros(len(bridges)))
    edge = _edges(units, pairs)
    apart = {(int(one), int(other)) for one, other in facing.pairs[facing.gaps > HAIR_METRES]}
    edge[[tuple(pair) in apart for pair in pairs.tolist()]] = Edge.STREET
    perimeter = np.asarray(shapely.length(units.shapes), dtype=np.float64)
    inside = (edge != Edge.STREET) * metres
    return Graph(
        pairs=pairs,
        border_metres=metres,
        edge=edge,
        area=np.asarray(shapely.area(units.shapes), dtype=np.float64),
        perimeter_metres=perimeter,
        street_metres=np.maximum(perimeter - sums_at_ends(pairs, inside, len(units)), 0.0),
        bridged=bridged,
        across=facing.gaps,
    )


def _with(
    pairs: Numbers, metres: Floats, more: Numbers, more_metres: Floats
) -> tuple[Numbers, Floats]:
    """Both, in the order of the pairs."""
    pairs, metres = np.vstack([pairs, more]), np.concatenate([metres, more_metres])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order], metres[order]


def ordinals(words: Sequence[str]) -> Numbers:
    """Each word's place in the sorted list of different words."""
    if not words:
        return np.zeros(0, dtype=np.int32)
    return np.unique(np.array(words, dtype=object), return_inverse=True)[1].astype(np.int32)


def summed(places: Places, values: Floats, count: int = 0) -> Floats:
    """The sum of the values at each place, for at least `count` places."""
    return np.bincount(places, weights=values, minlength=count).astype(np.float64)


def sums_at_ends(pairs: Numbers, values: Floats, count: int) -> Floats:
    """For each of `count` units the sum of `values` over the pairs it is in."""
    return summed(pairs[:, 0], values, count) + summed(pairs[:, 1], values, count)


def components(count: int, pairs: Places) -> Numbers:
    """The number of the connected piece each of `count` units lies in, from 0."""
    ones = np.ones(len(pairs), dtype=np.int8)
    matrix = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int32)


def neighbours_of(count: int, pairs: Numbers) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
    """Where each unit's neighbours start, the neighbours, and the pair each came from."""
    source = np.concatenate([pairs[:, 0], pairs[:, 1]])
    order = np.argsort(source, kind="stable")
    starts = np.searchsorted(source[order], np.arange(count + 1)).astype(np.int32)
    neighbours = np.concatenate([pairs[:, 1], pairs[:, 0]])[order].astype(np.int32)
    return starts, neighbours, np.tile(np.arange(len(pairs)), 2)[order]


def _borders(shapes: Shapes, community: Numbers) -> tuple[Numbers, Floats]:
    """(m, 2) pairs, sorted, and the metres each has in common.

    Sides that two outlines share node for node are paired by their ends; only what is left over,
    where one outline has a node the other lacks, is compared side by side.
    """
    ends, owner = _sides(shapes)
    first, second, alone = _same_sides(ends, owner)
    length = np.hypot(*(ends[first, 1] - ends[first, 0]).T)
    left, right, along = _close_sides(ends[alone], owner[alone])
    pair = np.concatenate(
        [np.column_stack([owner[first], owner[second]]), np.column_stack([left, right])]
    )
    metres = np.concatenate([length, along])
    inside = (community[pair[:, 0]] == community[pair[:, 1]]) & (pair[:, 0] != pair[:, 1])
    pair, metres = np.sort(pair[inside], axis=1), metres[inside]
    if not len(pair):
        return np.zeros((0, 2), dtype=np.int32), np.zeros(0)
    pairs, place = np.unique(pair, axis=0, return_inverse=True)
    total = summed(place.ravel(), metres)
    kept = total >= LEAST_BORDER_METRES
    return pairs[kept].astype(np.int32), total[kept]


def _sides(shapes: Shapes) -> tuple[Floats, NDArray[np.int64]]:
    """(s, 2, 2) ends of every side of every outline, and whose outline it is."""
    polygons, unit = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    ends = np.stack([points[:-1][follows], points[1:][follows]], axis=1)
    return ends, unit[polygon[ring[:-1][follows]]]


def _same_sides(
    ends: Floats, owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Places of sides that two outlines share, pairwise, and of those nobody shares."""
    nodes = np.rint(ends / _NODE_METRES).astype(np.int64)
    swap = (nodes[:, 0, 0] > nodes[:, 1, 0]) | (
        (nodes[:, 0, 0] == nodes[:, 1, 0]) & (nodes[:, 0, 1] > nodes[:, 1, 1])
    )
    nodes[swap] = nodes[swap, ::-1]
    flat = nodes.reshape(-1, 4)
    order = np.lexsort((owner, *flat.T))
    sorted_nodes = flat[order]
    same = np.all(sorted_nodes[1:] == sorted_nodes[:-1], axis=1)
    shared = np.zeros(len(order), dtype=bool)
    shared[1:] |= same
    shared[:-1] |= same
    return order[:-1][same], order[1:][same], np.sort(order[~shared])


def _close_sides(
    ends: Floats, owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Owners of two sides that run along one another, and for how many metres."""
    if not len(ends):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    lines = np.asarray(shapely.linestrings(ends))
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=SLIVER_METRES)
    keep = owner[one] < owner[other]
    one, other = one[keep], other[keep]
    start, way = ends[one, 0], ends[one, 1] - ends[one, 0]
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)
    way /= length[:, None]
    reach = ends[other] - start[:, None, :]
    along = np.einsum("sij,sj->si", reach, way)
    aside = reach[:, :, 0] * way[:, None, 1] - reach[:, :, 1] * way[:, None, 0]
    low = np.maximum(along.min(axis=1), 0.0)
    high = np.minimum(along.max(axis=1), length)
    slope = (aside[:, 1] - aside[:, 0]) / np.where(
        np.abs(along[:, 1] - along[:, 0]) < 1e-9, np.inf, along[:, 1] - along[:, 0]
    )
    middle = aside[:, 0] + slope * ((low + high) / 2 - along[:, 0])
    beside = (high > low) & (np.abs(middle) <= SLIVER_METRES) & (np.abs(slope) < 0.5)
    return owner[one[beside]], owner[other[beside]], (high - low)[beside]


def _edges(units: Units, pairs: Numbers) -> NDArray[np.int8]:
    edge = np.full(len(pairs), Edge.BLOCK, dtype=np.int8)
    one, other = pairs[:, 0], pairs[:, 1]
    if units.blocks:
        block, unknown = np.array(units.blocks, dtype=object), ordinals(units.blocks)
        known = block != ""
        edge[known[one] & known[other] & (unknown[one] != unknown[other])] = Edge.STREET
    if units.compounds:
        compound = ordinals(units.compounds)
        inside = np.array(units.compounds, dtype=object) != ""
        edge[inside[one] & (compound[one] == compound[other])] = Edge.COMPOUND
    return edge


def _bridges(
    shapes: Shapes, community: Numbers, pairs: Numbers, metres: float
) -> tuple[tuple[int, int], ...]:
    """The shortest joints between pieces of one community, as few as it takes."""
    piece = components(len(shapes), pairs)
    seen = np.unique(np.column_stack([community, piece]), axis=0)[:, 0]
    broken = np.flatnonzero(np.bincount(seen, minlength=1)[community] > 1)
    if not len(broken):
        return ()
    near = broken[
        shapely.STRtree(shapes[broken]).query(shapes[broken], predicate="dwithin", distance=metres)
    ].T
    apart = (community[near[:, 0]] == community[near[:, 1]]) & (
        piece[near[:, 0]] != piece[near[:, 1]]
    )
    near = near[apart & (near[:, 0] < near[:, 1])]
    gap = shapely.distance(shapes[near[:, 0]], shapes[near[:, 1]])
    joined = list(range(int(piece.max()) + 1))
    bridges = []
    for one, other in near[np.lexsort((near[:, 1], near[:, 0], gap))].tolist():
        left, right = _root(joined, int(piece[one])), _root(joined, int(piece[other]))
        if left != right:
            joined[left] = right
            bridges.append((one, other))
    return tuple(sorted(bridges))


def _root(joined: list[int], piece: int) -> int:
    while joined[piece] != piece:
        joined[piece] = joined[joined[piece]]
        piece = joined[piece]
    return piece
