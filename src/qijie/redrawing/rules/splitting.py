"""A grid in two: many spanning trees, cut where the halves are even and the border is short."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from qijie.territory.drawing.model import Edge, Floats, Graph, Numbers

_TREES = 60
_LEAST = 1e-3
# A border through a block or a compound is worth that many times one along a street.
_DEARER = {Edge.STREET: 1.0, Edge.BLOCK: 2.0, Edge.COMPOUND: 4.0}


def halves(graph: Graph, members: Sequence[int], load: Floats) -> list[int] | None:
    """The members of one half, the other being the rest; both connected and of like load.

    None where the members cannot be parted, being one unit or not connected. Always the same.
    """
    place = {unit: position for position, unit in enumerate(members)}
    inner = [k for k, (i, j) in enumerate(graph.pairs.tolist()) if i in place and j in place]
    ends = np.array([[place[int(u)] for u in graph.pairs[k]] for k in inner], dtype=np.int32)
    joints = np.array(
        [[place[i], place[j]] for i, j in graph.bridged if i in place and j in place],
        dtype=np.int32,
    ).reshape(-1, 2)
    ends = np.vstack([ends.reshape(-1, 2), joints])
    dearer = [_DEARER[Edge(int(graph.edge[k]))] * float(graph.border_metres[k]) for k in inner]
    cost = np.array([*dearer, *([_LEAST] * len(joints))])
    weight = load[list(members)] + _LEAST
    best = _best_cut(ends, cost, weight)
    return (
        None if best is None else [members[position] for position in np.flatnonzero(best).tolist()]
    )


def _best_cut(ends: Numbers, cost: Floats, weight: Floats) -> Floats | None:
    """(n,) whether each is in the first half, of the best cut of all trees."""
    random = np.random.default_rng(0)
    scale = max(float(cost.sum()), _LEAST)
    best, lowest = None, np.inf
    for _ in range(_TREES if len(weight) > 1 else 0):
        for half in _cuts(ends, cost, weight, random):
            crossing = half[ends[:, 0]] != half[ends[:, 1]]
            uneven = abs(2 * float(weight[half].sum()) / float(weight.sum()) - 1)
            price = uneven + float(cost[crossing].sum()) / scale
            if price < lowest - 1e-12:
                best, lowest = half, price
    return best


def _cuts(
    ends: Numbers, cost: Floats, weight: Floats, random: np.random.Generator
) -> list[np.ndarray]:
    """The most even few of the cuts of one random spanning tree; none where there is no tree."""
    count = len(weight)
    # Long inner borders hold together more often than streets.
    key = random.random(len(ends)) / (1 + cost / max(float(cost.max(initial=0)), _LEAST)) + _LEAST
    tree = minimum_spanning_tree(coo_array((key, (ends[:, 0], ends[:, 1])), shape=(count, count)))
    order, above = breadth_first_order(tree, 0, directed=False)
    if len(order) < count:
        return []
    below = weight.copy()
    for unit in order[:0:-1]:
        below[above[unit]] += below[unit]
    evenness = np.abs(2 * below / below[0] - 1)
    roots = sorted(order[1:].tolist(), key=lambda unit: (evenness[unit], unit))[:3]
    return [_subtree(root, order, above) for root in roots]


def _subtree(root: int, order: Numbers, above: Numbers) -> np.ndarray:
    inside = np.zeros(len(order), dtype=bool)
    inside[root] = True
    for unit in order[1:]:
        if unit != root:
            inside[unit] = inside[above[unit]]
    return inside
