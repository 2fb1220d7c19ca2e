"""What anybody would write in an afternoon: grow grids one after another, then shift borders."""

from collections.abc import Iterable

import numpy as np

from bench.drawing.problem import Numbers, Piece, score

SWEEPS = 60


def greedy(piece: Piece) -> Numbers:
    return shifted(piece, grown(piece))


def grown(piece: Piece) -> Numbers:
    """Each grid starts at the edge of what is left and takes the nearest unit until it is full."""
    near = piece.neighbours()
    chance = np.random.default_rng(piece.seed)
    corner = piece.points[chance.integers(len(piece))]
    grid = np.full(len(piece), -1)
    target = piece.households.sum() / piece.count
    for number in range(piece.count):
        left = np.flatnonzero(grid < 0)
        if not len(left):
            break
        first = int(left[np.hypot(*(piece.points[left] - corner).T).argmax()])
        _grow(piece, near, grid, number, first, target)
    _adopt(piece, near, grid)
    return np.unique(grid, return_inverse=True)[1].astype(np.int64)


def _grow(
    piece: Piece, near: list[list[int]], grid: Numbers, number: int, unit: int, target: float
) -> None:
    held = 0.0
    edge = {unit}
    while edge:
        at = piece.points[unit]
        best = min(edge, key=lambda u: (float(np.hypot(*(piece.points[u] - at))), u))
        more = held + piece.households[best]
        if held and abs(more - target) > abs(held - target) and more > target:
            return
        grid[best], held = number, more
        edge.discard(best)
        edge |= {u for u in near[best] if grid[u] < 0}


def _adopt(piece: Piece, near: list[list[int]], grid: Numbers) -> None:
    """What nobody took goes to the smallest grid beside it."""
    while (left := np.flatnonzero(grid < 0)).size:
        held = np.bincount(grid[grid >= 0], weights=piece.households[grid >= 0])
        beside = [(held[grid[v]], u, grid[v]) for u in left for v in near[u] if grid[v] >= 0]
        _, unit, number = min(beside)
        grid[unit] = number


def shifted(piece: Piece, grid: Numbers) -> Numbers:
    """Moves one border unit at a time while the score falls; no split, no merge."""
    near = piece.neighbours()
    chance = np.random.default_rng(piece.seed + 1)
    now = score(piece, grid)
    for _ in range(SWEEPS):
        before = now
        for unit in chance.permutation(len(piece)).tolist():
            for number in {int(grid[v]) for v in near[unit]} - {int(grid[unit])}:
                old = int(grid[unit])
                if not _may_leave(near, grid, unit):
                    break
                grid[unit] = number
                then = score(piece, grid)
                if then < now - 1e-9:
                    now = then
                else:
                    grid[unit] = old
        if now >= before - 1e-9:
            break
    return grid


def _may_leave(near: list[list[int]], grid: Numbers, unit: int) -> bool:
    """True if the unit's grid hangs together without it, and is not empty."""
    own = grid[unit]
    kin = [v for v in near[unit] if grid[v] == own]
    return bool(kin) and set(kin) <= _reached(near, grid, kin[0], unit)


def _reached(near: list[list[int]], grid: Numbers, start: int, without: int) -> set[int]:
    seen, line = {start, without}, [start]
    while line:
        fresh = {v for v in near[line.pop()] if grid[v] == grid[start]} - seen
        seen |= fresh
        line.extend(fresh)
    return seen


def connected(near: list[list[int]], grid: Numbers, members: Iterable[int]) -> bool:
    wanted = set(members)
    return wanted <= _reached(near, grid, next(iter(wanted)), -1)
