"""An exact model of one piece, for what the search leaves out of band.

Every grid grows from a centre: a unit may lie in a grid only with a neighbour nearer to its centre.
The number of grids is free; what is made small is what the search pays for grids out of their
band, each and by how far. Shapes that wind around their centre are not in the model, so "nothing
better" holds within its shapes only.
Source: Hess et al., "Nonpartisan political redistricting by computer" (1965); the order of hops
for contiguity after Zoltners and Sinha (1983).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from qijie.territory.drawing.model import Balance, Numbers
from qijie.territory.drawing.pieces import Piece
from qijie.territory.drawing.search import DISTANCE, OUTSIDE

MOST_UNITS = 120
"""Larger pieces are left to the search: the model grows with the square."""
WORK = 3.0
"""CP-SAT's own measure of work, about seconds, the same on every machine."""
_SCALE = 1000
"""The model counts in whole numbers."""


@dataclass(frozen=True)
class Found:
    """What the model says of a drawing that has grids out of band."""

    grid: Numbers | None
    """A better one, from 0; None where there is none."""
    proved: bool
    """Nothing better than this is in the model."""


def fewest_outside(piece: Piece, balances: Sequence[Balance], start: Numbers) -> Found | None:
    """None where the piece is too large or the work ran out before a word could be said."""
    if len(piece) > MOST_UNITS:
        return None
    model = _Model(piece, balances)
    worth = _outside(piece, balances, start)
    model.must_be_below(worth)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = WORK
    status = solver.solve(model.model)
    if status == cp_model.INFEASIBLE:
        return Found(None, proved=True)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(model.grid(solver), proved=status == cp_model.OPTIMAL)
    return None


class _Model:
    def __init__(self, piece: Piece, balances: Sequence[Balance]) -> None:
        self.model = cp_model.CpModel()
        self._count = len(piece)
        self._hops = _hops(piece)
        self._in = {
            (unit, centre): self.model.new_bool_var("")
            for unit in range(self._count)
            for centre in range(self._count)
        }
        for unit in range(self._count):
            self.model.add_exactly_one(self._in[unit, centre] for centre in range(self._count))
        self._hold_together(piece)
        self._paid = self._bands(piece, balances)
        self.model.minimize(self._paid)

    def _hold_together(self, piece: Piece) -> None:
        for centre in range(self._count):
            hops = self._hops[centre]
            for unit in range(self._count):
                if unit == centre:
                    continue
                near = piece.neighbours[piece.starts[unit] : piece.starts[unit + 1]]
                nearer = [self._in[int(one), centre] for one in near if hops[one] < hops[unit]]
                self.model.add_bool_or([*nearer, ~self._in[unit, centre]])
                self.model.add_implication(self._in[unit, centre], self._in[centre, centre])

    def _bands(self, piece: Piece, balances: Sequence[Balance]) -> cp_model.LinearExpr:
        paid: list[cp_model.LinearExpr] = []
        for column, balance in zip(piece.loads.T, balances, strict=True):
            load = np.rint(column).astype(int).tolist()
            low, high, most = int(balance.low), int(balance.high), int(sum(load))
            for centre in range(self._count):
                total = sum(load[unit] * self._in[unit, centre] for unit in range(self._count))
                opened = self._in[centre, centre]
                out = self.model.new_bool_var("")
                under = self.model.new_int_var(0, low, "")
                over = self.model.new_int_var(0, most, "")
                self.model.add(total + under >= low * opened)
                self.model.add(total - over <= high)
                self.model.add(under <= low * out)
                self.model.add(over <= most * out)
                each, more = _costs(balance)
                paid += [each * out, more * (under + over)]
        return cp_model.LinearExpr.sum(paid)

    def must_be_below(self, worth: int) -> None:
        self.model.add(self._paid <= worth - 1)

    def grid(self, solver: cp_model.CpSolver) -> Numbers:
        centres = [
            next(c for c in range(self._count) if solver.boolean_value(self._in[unit, c]))
            for unit in range(self._count)
        ]
        return np.unique(centres, return_inverse=True)[1].astype(np.int32)


def _hops(piece: Piece) -> Numbers:
    """(n, n) steps from one unit to another."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    ones = np.ones(len(piece.neighbours))
    matrix = csr_matrix((ones, piece.neighbours, piece.starts), shape=(len(piece), len(piece)))
    return np.asarray(shortest_path(matrix, unweighted=True), dtype=np.int32)


def _outside(piece: Piece, balances: Sequence[Balance], grid: Numbers) -> int:
    """The model's sum for a drawing."""
    paid = 0
    for column, balance in zip(piece.loads.T, balances, strict=True):
        each, more = _costs(balance)
        for load in np.bincount(grid, weights=np.rint(column)):
            under, over = max(int(balance.low) - load, 0), max(load - int(balance.high), 0)
            paid += more * int(under + over) + each * int(under + over > 0)
    return paid


def _costs(balance: Balance) -> tuple[int, int]:
    """Of a grid out of band, and of each household it is out by."""
    each = round(_SCALE * OUTSIDE * balance.weight)
    return each, round(_SCALE * DISTANCE * balance.weight / balance.middle)
