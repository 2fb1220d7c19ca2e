"""What a peer is given, and what is asked of every cut: the connected pieces to divide."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

STREET_COST = (1.0, 2.0, 4.0)
"""What a metre of border costs on a street, inside a block, inside a compound."""


@dataclass(frozen=True)
class Piece:
    """One connected part of one community; units are numbered from 0 inside it."""

    households: Numbers
    points: Floats
    """(n, 2) metres."""
    pairs: Numbers
    metres: Floats
    cost: Floats
    """Metres of border times what a metre costs there."""
    low: float
    high: float
    seed: int = 0
    old: Numbers | None = None
    """The plan to start from, numbered from 0, each grid in one part."""
    price: float = 0.0
    """Of a household that changes hands, in out-of-band grids per 100."""

    def __len__(self) -> int:
        return len(self.households)

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def count(self) -> int:
        """The number of grids nearest to the middle of the band."""
        return max(1, min(round(self.households.sum() / self.middle), len(self)))

    def neighbours(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in range(len(self))]
        for one, other in self.pairs.tolist():
            found[one].append(other)
            found[other].append(one)
        return found


def score(piece: Piece, grid: Numbers) -> float:
    """What every chooser among candidates makes small, in out-of-band grids: those, how far out
    they are, unevenness, border, and the price of moves."""
    held = np.bincount(grid, weights=piece.households)
    held = held[np.bincount(grid) > 0]
    over = np.maximum(np.maximum(piece.low - held, held - piece.high), 0.0)
    uneven = ((held / piece.middle - 1) ** 2).sum()
    cut = grid[piece.pairs[:, 0]] != grid[piece.pairs[:, 1]]
    border = piece.cost[cut].sum() / 1000
    found = (over > 0).sum() + over.sum() / 100 + 0.25 * uneven + 0.1 * border
    if piece.old is not None and piece.price:
        found += piece.price * _moved(piece.households, piece.old, grid) / 100
    return float(found)


def _moved(households: Numbers, old: Numbers, grid: Numbers) -> float:
    """Households that change hands when each grid continues the old one it fits best, so that
    nobody pays for mere names."""
    from scipy.optimize import linear_sum_assignment

    shared = np.zeros((old.max() + 1, grid.max() + 1))
    np.add.at(shared, (old, grid), households)
    return float(households.sum() - shared[linear_sum_assignment(shared, maximize=True)].sum())


@dataclass(frozen=True)
class Problem:
    """All the pieces of a scenario as arrays by unit, so that they fit in one file."""

    piece: Numbers
    """(n,) the piece of each unit from 0; -1 for a unit that is not to be divided."""
    households: Numbers
    points: Floats
    pairs: Numbers
    metres: Floats
    edge: Numbers
    low: float
    high: float
    old: Numbers | None = None
    """(n,) the plan to start from, numbered from 0."""
    price: float = 0.0

    def pieces(self, seed: int) -> Iterator[tuple[Numbers, Piece]]:
        """Each piece with the places of its units."""
        cost = self.metres * np.array(STREET_COST)[self.edge]
        ends = self.piece[self.pairs]
        inside = np.flatnonzero((ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= 0))
        inside = inside[np.argsort(ends[inside, 0], kind="stable")]
        order = np.argsort(self.piece, kind="stable")
        order = order[self.piece[order] >= 0]
        place = np.zeros(len(self.piece), dtype=np.int64)
        for number in range(int(self.piece.max()) + 1):
            members = order[slice(*np.searchsorted(self.piece[order], [number, number + 1]))]
            rows = inside[slice(*np.searchsorted(ends[inside, 0], [number, number + 1]))]
            place[members] = np.arange(len(members))
            yield (
                members,
                Piece(
                    self.households[members],
                    self.points[members],
                    place[self.pairs[rows]],
                    self.metres[rows],
                    cost[rows],
                    self.low,
                    self.high,
                    seed,
                    self._old_of(members),
                    self.price,
                ),
            )

    def _old_of(self, members: Numbers) -> Numbers | None:
        if self.old is None:
            return None
        return np.unique(self.old[members], return_inverse=True)[1].astype(np.int64)

    def only(self, wanted: Numbers) -> "Problem":
        """Of these pieces alone, which keep their order."""
        number = np.full(int(self.piece.max()) + 2, -1)
        number[np.sort(wanted)] = np.arange(len(wanted))
        return replace(self, piece=number[self.piece])

    def save(self, path: Path) -> None:
        np.savez(
            path,
            piece=self.piece,
            households=self.households,
            points=self.points,
            pairs=self.pairs,
            metres=self.metres,
            edge=self.edge,
            limits=np.array([self.low, self.high, self.price]),
            old=np.zeros(0, dtype=np.int64) if self.old is None else self.old,
        )

    @classmethod
    def load(cls, path: Path) -> "Problem":
        with np.load(path) as kept:
            low, high, price = (float(limit) for limit in kept["limits"])
            names = ("piece", "households", "points", "pairs", "metres", "edge")
            arrays = {name: kept[name] for name in names}
            old = kept["old"] if len(kept["old"]) else None
        return cls(**arrays, low=low, high=high, old=old, price=price)
