"""METIS and KaHIP: balanced cuts of the weighted graph."""

import numpy as np

from bench.drawing.problem import Numbers, Piece, score

TRIES = 20
IMBALANCE = 0.25
"""What the band allows on either side of its middle."""


def metis_once(piece: Piece) -> Numbers:
    return _metis(piece, piece.seed)


def metis_best(piece: Piece) -> Numbers:
    tries = [_metis(piece, piece.seed * TRIES + n) for n in range(TRIES)]
    return min(tries, key=lambda grid: score(piece, grid))


def _metis(piece: Piece, seed: int) -> Numbers:
    import pymetis

    starts, ends, weights = _rows(piece)
    cut = pymetis.part_graph(
        piece.count,
        pymetis.CSRAdjacency(starts, ends),
        vweights=piece.households.tolist(),
        eweights=weights,
        recursive=False,
        options=pymetis.Options(seed=seed, contig=1),
    )
    return np.asarray(cut.vertex_part, dtype=np.int64)


def kahip_strong(piece: Piece) -> Numbers:
    import kahip

    starts, ends, weights = _rows(piece)
    _, found = kahip.kaffpa(
        piece.households.tolist(),
        starts,
        weights,
        ends,
        piece.count,
        IMBALANCE,
        True,
        piece.seed,
        kahip.STRONG,
    )
    return np.asarray(found, dtype=np.int64)


def _rows(piece: Piece) -> tuple[list[int], list[int], list[int]]:
    """The graph row by row. A border is worth more the less it should be cut: METIS and KaHIP
    cut as little weight as they can, and a metre on a street weighs least."""
    both = np.concatenate([piece.pairs, piece.pairs[:, ::-1]])
    weight = np.maximum(np.rint(np.tile(piece.cost, 2)), 1).astype(np.int64)
    order = np.lexsort((both[:, 1], both[:, 0]))
    starts = np.searchsorted(both[order, 0], np.arange(len(piece) + 1))
    return starts.tolist(), both[order, 1].tolist(), weight[order].tolist()
