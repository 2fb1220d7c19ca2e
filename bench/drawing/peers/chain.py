"""gerrychain: ReCom, which joins two neighbouring grids and cuts them apart along a tree.

A step is accepted if it is not worse by the score every chooser here uses.
"""

import random
from contextlib import suppress
from functools import partial

import numpy as np

from bench.drawing.peers.cuts import IMBALANCE, metis_best
from bench.drawing.problem import Numbers, Piece, score

STEPS = 150
ATTEMPTS = 60
"""Trees tried for one pair before another pair is chosen."""
START_WIDTHS = (0.25, 0.35, 0.5)
"""How far a grid of the start may be from the mean, tried one after the other."""


def recom(piece: Piece) -> Numbers:
    """From scratch."""
    return _chained(piece, _start(piece, piece.count), STEPS)


def recom_defaults(piece: Piece) -> Numbers:
    """With the library's own patience for one pair, a hundred thousand trees."""
    return _chained(piece, _start(piece, piece.count), STEPS, attempts=100_000)


def recom_long(piece: Piece) -> Numbers:
    """Ten times the steps, spread over the three nearest counts the band allows."""
    middle = piece.count
    total = piece.households.sum()
    counts = [
        count
        for count in (middle - 1, middle, middle + 1)
        if count == middle or (count > 0 and piece.low <= total / count <= piece.high)
    ]
    steps = 10 * STEPS // len(counts)
    found = [_chained(piece, _start(piece, count), steps) for count in counts]
    return min(found, key=lambda grid: score(piece, grid))


def recom_warm(piece: Piece) -> Numbers:
    """From the old plan, with the price of moves in what is accepted."""
    assert piece.old is not None
    return _chained(piece, piece.old, STEPS)


def _graph(piece: Piece):
    import networkx
    from gerrychain import Graph

    graph = networkx.Graph()
    for unit, households in enumerate(piece.households.tolist()):
        graph.add_node(unit, households=households)
    graph.add_edges_from(piece.pairs.tolist())
    return Graph.from_networkx(graph)


def _start(piece: Piece, count: int) -> Numbers:
    """Cut by trees; where no tree will do, the best of METIS."""
    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import BalanceError, PopulationBalanceError, bipartition_tree

    if count == 1:
        return np.zeros(len(piece), dtype=np.int64)
    graph = _graph(piece)
    for width in START_WIDTHS:
        try:
            found = recursive_tree_part(
                graph,
                range(count),
                piece.households.sum() / count,
                "households",
                width,
                bipartition_tree_fn=partial(bipartition_tree, max_attempts=ATTEMPTS * 5),
                rng=random.Random(piece.seed),
            )
        except (BalanceError, PopulationBalanceError, RuntimeError):
            continue
        return np.array([found[unit] for unit in range(len(piece))], dtype=np.int64)
    return metis_best(piece)


def _chained(piece: Piece, start: Numbers, steps: int, attempts: int = ATTEMPTS) -> Numbers:
    from gerrychain import MarkovChain, Partition
    from gerrychain.proposals import recom as proposal
    from gerrychain.proposals.tree_proposals import MetagraphError
    from gerrychain.tree import bipartition_tree
    from gerrychain.updaters import Tally

    if start.max() == 0:
        return start
    rng = random.Random(piece.seed)
    step = partial(
        proposal,
        pop_col="households",
        pop_target=piece.households.sum() / (start.max() + 1),
        epsilon=IMBALANCE,
        bipartition_tree_fn=partial(
            bipartition_tree, max_attempts=attempts, allow_pair_reselection=True
        ),
        rng=rng,
    )
    first = Partition(
        _graph(piece),
        dict(enumerate(start.tolist())),
        updaters={"population": Tally("households")},
    )

    def not_worse(partition, *, rng=None) -> bool:
        return partition.parent is None or _value(partition) <= _value(partition.parent) + 1e-9

    def _value(partition) -> float:
        return score(piece, _as_array(piece, partition))

    chain = MarkovChain(step, [], not_worse, first, steps, rng=rng)
    last = first
    with suppress(MetagraphError):
        for partition in chain:
            last = partition
    return _as_array(piece, last)


def _as_array(piece: Piece, partition) -> Numbers:
    return np.array([partition.assignment[u] for u in range(len(piece))], dtype=np.int64)
