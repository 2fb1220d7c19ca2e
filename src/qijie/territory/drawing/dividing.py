"""Divides one connected piece into grids: starts over every count that fits, the best improved."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from qijie.territory.drawing.exact import fewest_outside
from qijie.territory.drawing.graph import Places
from qijie.territory.drawing.model import Aim, Numbers, Rules
from qijie.territory.drawing.pieces import Piece, counts_to_try
from qijie.territory.drawing.search import (
    DISTANCE,
    OUTSIDE,
    Land,
    State,
    Weights,
    anneal,
    cut,
    melted_for,
    recombine,
    state_of,
    worth,
)
from qijie.territory.drawing.working import Stop

_MOST_COUNTS = 9
"""Of the counts that fit, no more need be tried: splits and merges reach the others."""
_STEPS_AT_ONCE = 20_000
_MELTS_AT_ONCE = 60

_AIMS = {
    #                border compactness evenness each grid
    Aim.BALANCED: (0.30, 3.0, 0.5, 0.0),
    Aim.STREETS: (0.90, 2.0, 0.3, 0.0),
    Aim.COMPACT: (0.10, 6.0, 0.3, 0.0),
    Aim.EVEN: (0.15, 1.0, 8.0, 0.0),
    Aim.FEW: (0.30, 3.0, 0.1, 2.0),
}


@dataclass(frozen=True)
class Divided:
    """A piece's grids, from 0, and what the search can say of them."""

    grid: Numbers
    paid: float
    proved: bool = False
    """The exact model found no plan with fewer grids out of band."""


def land_of(piece: Piece, rules: Rules, old: Numbers | None = None) -> Land:
    """The piece as the search sees it; `old` are the grids the units had, -1 for none."""
    return Land(
        loads=piece.loads,
        area=piece.area,
        perimeter=piece.perimeter,
        starts=piece.starts.astype(np.int64),
        neighbours=piece.neighbours.astype(np.int64),
        shared=piece.shared,
        cost=piece.cost,
        households=piece.households,
        old=np.full(len(piece), -1) if old is None else old.astype(np.int64),
        limits=np.array([[one.low, one.high, one.weight] for one in rules.balances]),
    )


def weights_of(piece: Piece, rules: Rules) -> Weights:
    """Borders are weighed against the side of a usual grid here, so that a dense quarter and a
    wide one are judged alike."""
    border, compactness, evenness, each = _AIMS[rules.aim]
    usual = max(float(piece.loads[:, 0].sum()) / rules.balances[0].middle, 1.0)
    side = max(float(np.sqrt(piece.area.sum() / usual)), 1e-9)
    return Weights(OUTSIDE, DISTANCE, border / side, compactness, evenness, each, 0.0, float("inf"))


def seed_of(piece: Piece, rules: Rules) -> int:
    """The piece's own seed: it does not hang on which other pieces there are."""
    text = f"{rules.seed} {piece.community} {len(piece)} {piece.loads.sum():.3f}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


def divided(piece: Piece, rules: Rules, stop: Stop) -> Divided:
    """The best of `effort` starts, spread over the counts that fit, then improved once more."""
    land, weights = land_of(piece, rules), weights_of(piece, rules)
    counts, seed = counts_to_try(piece, rules.balances[0]), seed_of(piece, rules)
    best: State | None = None
    paid = float("inf")
    for start, count in enumerate(_spread(counts, max(rules.effort, 1))):
        nowhere = np.zeros(len(piece), dtype=np.int32)
        state = state_of(land, weights, nowhere, 2 * counts[-1] + 3, seed + start)
        cut(land, weights, state, melted_for(state), count)
        cool(land, weights, state, stop, 100 * len(piece), 1.0, 0.02)
        melt(land, weights, state, stop, 30 * count, 0.3, 0.01)
        now = worth(land, weights, state)
        if best is None or now < paid - 1e-9:
            best, paid = state, now
    assert best is not None  # noqa: S101 - there is always a count to try
    grid = close_up(best.grid)
    if rules.exact and outside(land, grid):
        return _exactly(piece, rules, land, weights, Divided(grid, paid), stop)
    return Divided(grid, paid)


def _spread(counts: Sequence[int], starts: int) -> list[int]:
    """A count for each start: all of them in turn, at least once each where few fit; evenly
    spaced ones where more fit than there are starts to spare."""
    if len(counts) > _MOST_COUNTS and len(counts) > starts:
        steps = max(starts, _MOST_COUNTS)
        return [counts[(2 * step + 1) * len(counts) // (2 * steps)] for step in range(steps)]
    return [counts[start % len(counts)] for start in range(max(starts, len(counts)))]


def _exactly(
    piece: Piece, rules: Rules, land: Land, weights: Weights, best: Divided, stop: Stop
) -> Divided:
    """What the exact model finds, made rounder; or the word that it finds nothing better."""
    stop.check()
    found = fewest_outside(piece, rules.balances, best.grid)
    if found is None:
        return best
    if found.grid is None:
        return Divided(best.grid, best.paid, proved=found.proved)
    room = 2 * int(found.grid.max()) + 3
    state = state_of(land, weights, found.grid, room, seed_of(piece, rules))
    melt(land, weights, state, stop, 100 * (int(found.grid.max()) + 1), 0.1, 0.01)
    paid = worth(land, weights, state)
    if paid > best.paid:
        as_many = outside(land, found.grid) >= outside(land, best.grid)
        return Divided(best.grid, best.paid, proved=found.proved and as_many)
    return Divided(close_up(state.grid), paid, proved=found.proved)


def outside(land: Land, grid: Numbers) -> int:
    """How many grids are out of a band."""
    out = np.zeros(int(grid.max()) + 1, dtype=bool)
    for column, (low, high, _) in zip(land.loads.T, land.limits, strict=True):
        load = np.bincount(grid, weights=column)
        out |= (load < low - 1e-9) | (load > high + 1e-9)
    return int((out & (np.bincount(grid) > 0)).sum())


def close_up(grid: Places) -> Numbers:
    """The same grids numbered 0, 1, 2 …"""
    return np.unique(grid, return_inverse=True)[1].astype(np.int32)


def cool(
    land: Land, weights: Weights, state: State, stop: Stop, steps: int, hot: float, cold: float
) -> None:
    """`anneal`, a little at a time."""
    for part, top, bottom in _slices(steps, _STEPS_AT_ONCE, hot, cold):
        stop.check()
        anneal(land, weights, state, part, top, bottom)


def melt(
    land: Land, weights: Weights, state: State, stop: Stop, moves: int, hot: float, cold: float
) -> None:
    """`recombine`, a little at a time."""
    melted = melted_for(state)
    for part, top, bottom in _slices(moves, _MELTS_AT_ONCE, hot, cold):
        stop.check()
        recombine(land, weights, state, melted, part, top, bottom)


def _slices(total: int, at_once: int, hot: float, cold: float) -> list[tuple[int, float, float]]:
    """Parts of a long cooling, and the temperatures each begins and ends with."""
    parts = -(-total // at_once)
    heats = [hot * (cold / hot) ** (part / parts) for part in range(parts + 1)] if parts else []
    return [
        (min(at_once, total - part * at_once), heats[part], heats[part + 1])
        for part in range(parts)
    ]
