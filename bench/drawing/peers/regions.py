"""spopt: regions alike in place. Only MaxP knows households, and only their lower limit."""

import numpy as np

from bench.drawing.problem import Numbers, Piece


def max_p(piece: Piece) -> Numbers:
    from spopt.region import MaxPHeuristic

    return _solved(
        piece,
        lambda frame, w: MaxPHeuristic(
            frame, w, ["x", "y"], "households", piece.low, max_iterations_construction=10,
            max_iterations_sa=1,
        ),
    )  # fmt: skip


def max_p_defaults(piece: Piece) -> Numbers:
    from spopt.region import MaxPHeuristic

    return _solved(
        piece, lambda frame, w: MaxPHeuristic(frame, w, ["x", "y"], "households", piece.low)
    )


def azp(piece: Piece) -> Numbers:
    from spopt.region import AZP

    return _solved(
        piece,
        lambda frame, w: AZP(
            frame, w, ["x", "y", "households"], piece.count, random_state=piece.seed
        ),
    )


def skater(piece: Piece) -> Numbers:
    from spopt.region import Skater

    return _solved(piece, lambda frame, w: Skater(frame, w, ["x", "y"], piece.count))


def region_k_means(piece: Piece) -> Numbers:
    from spopt.region import RegionKMeansHeuristic

    return _solved(
        piece,
        lambda frame, w: RegionKMeansHeuristic(
            frame[["x", "y"]].to_numpy(), piece.count, w, seed=piece.seed
        ),
    )


def _solved(piece: Piece, made) -> Numbers:
    import geopandas
    from libpysal.weights import W

    np.random.seed(piece.seed)
    frame = geopandas.GeoDataFrame(
        {"households": piece.households, "x": piece.points[:, 0], "y": piece.points[:, 1]},
        geometry=geopandas.points_from_xy(*piece.points.T),
    )
    w = W(dict(enumerate(piece.neighbours())), silence_warnings=True)
    model = made(frame, w)
    model.solve()
    return np.unique(np.asarray(model.labels_), return_inverse=True)[1].astype(np.int64)
