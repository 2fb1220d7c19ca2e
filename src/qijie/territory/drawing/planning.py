"""Plans: every piece divided on its own, the best of several starts, the same for the same seed."""

from collections.abc import Callable
from hashlib import blake2b
from time import perf_counter

import numpy as np

from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import (
    Cancelled,
    Graph,
    Numbers,
    Plan,
    Progress,
    Rules,
    Units,
    never,
    silent,
)
from qijie.territory.drawing.numbering import numbered
from qijie.territory.drawing.pieces import Parts, Piece, counts_to_try, parts_of
from qijie.territory.drawing.search import (
    Land,
    Weights,
    anneal,
    cut,
    recombine,
    state_of,
    worth,
)

Cancel = Callable[[], bool]


def plan(
    units: Units,
    graph: Graph,
    rules: Rules,
    *,
    locked: Numbers | None = None,
    progress: Progress = silent,
    cancelled: Cancel = never,
) -> Plan:
    """A grid for every unit."""
    began = perf_counter()
    parts = parts_of(units, graph, rules, locked)
    answers = []
    for done, piece in enumerate(parts.pieces):
        answers.append(_divided(piece, rules, cancelled))
        progress(done + 1, len(parts.pieces), piece.community)
    grid = numbered(units, _together(len(units), parts, answers))
    measures = measure(units, graph, grid, rules)
    return Plan(grid, rules, measures, (), perf_counter() - began)


def _together(count: int, parts: Parts, answers: list[Numbers]) -> Numbers:
    grid = np.zeros(count, dtype=np.int32)
    last = 0
    for group in parts.fixed:
        last += 1
        grid[group] = last
    for piece, answer in zip(parts.pieces, answers, strict=True):
        grid[piece.units] = last + 1 + answer
        last += int(answer.max()) + 1
    return grid


def _seed(piece: Piece, rules: Rules) -> int:
    text = f"{rules.seed} {piece.community} {len(piece)} {piece.loads.sum():.3f}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


def _divided(piece: Piece, rules: Rules, cancelled: Cancel) -> Numbers:
    if cancelled():
        raise Cancelled
    land, weights = _land(piece, rules), _weights(piece, rules)
    counts = counts_to_try(piece, rules.balances[0])
    room = 2 * counts[-1] + 3
    best, paid = np.zeros(len(piece), dtype=np.int32), np.inf
    seed = _seed(piece, rules)
    for start in range(max(rules.effort, len(counts))):
        state = state_of(land, weights, np.zeros(len(piece)), room, seed + start)
        cut(land, weights, state, counts[start % len(counts)])
        anneal(land, weights, state, 100 * len(piece), 1.0, 0.02)
        recombine(land, weights, state, 30 * counts[-1], 0.3, 0.01)
        if cancelled():
            raise Cancelled
        now = worth(land, weights, state)
        if now < paid:
            best, paid = state.grid.copy(), now
    return best


def _land(piece: Piece, rules: Rules) -> Land:
    return Land(
        loads=piece.loads,
        area=piece.area,
        perimeter=piece.perimeter,
        starts=piece.starts,
        neighbours=piece.neighbours,
        shared=piece.shared,
        cost=piece.cost,
        households=piece.households,
        old=np.full(len(piece), -1, dtype=np.int32),
        limits=np.array([[b.low, b.high, b.weight] for b in rules.balances]),
    )


def _weights(piece: Piece, rules: Rules) -> Weights:
    usual = piece.loads[:, 0].sum() / rules.balances[0].middle
    side = float(np.sqrt(piece.area.sum() / max(usual, 1.0)))
    return Weights(4.0, 12.0, 0.3 / max(side, 1e-9), 2.0, 1.0, 0.0, 0.0, np.inf)
