"""Takes a drawing apart: what is fixed beforehand, and the connected pieces left to divide."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from qijie.territory.drawing.graph import components, neighbours_of
from qijie.territory.drawing.model import Balance, Edge, Floats, Graph, Numbers, Rules, Units

EDGE_COST = {Edge.STREET: 1.0, Edge.BLOCK: 2.0, Edge.COMPOUND: 4.0}
"""What a metre of border costs: none should run through a block, less still a compound."""


@dataclass(frozen=True)
class Piece:
    """One connected part of one community; arrays are by its own units, neighbours in CSR form."""

    community: str
    units: Numbers
    """(n,) places in `Units`."""
    loads: Floats
    """(n, balances)"""
    households: Floats
    area: Floats
    perimeter: Floats
    starts: Numbers
    """(n + 1,) where each unit's neighbours start in the next three."""
    neighbours: Numbers
    shared: Floats
    """Metres of border."""
    cost: Floats
    """Metres of border times what a metre costs there."""

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True)
class Parts:
    """A drawing taken apart."""

    pieces: tuple[Piece, ...]
    """To be divided into grids."""
    fixed: tuple[Numbers, ...]
    """Units that are one grid each time: locked, dedicated, or nothing to balance."""
    kept_in: tuple[Numbers, ...]
    """Dedicated units that stay in general grids: without them the rest would fall apart."""


def parts_of(units: Units, graph: Graph, rules: Rules, locked: Numbers | None = None) -> Parts:
    """Locked grids and dedicated units out first; then the pieces of each community."""
    fixed = _locked(locked)
    free = np.ones(len(units), dtype=bool)
    for group in fixed:
        free[group] = False
    land = _Land(units, graph, rules, free)
    kept_in = []
    for group in dedicated_groups(units, graph, free):
        if land.falls_apart_without(group):
            kept_in.append(group)
        else:
            free[group] = False
            fixed.append(group)
    pieces = []
    for members in _connected(graph, free):
        if (land.loads[members] <= 0).all():
            fixed.append(members)
        else:
            pieces.append(land.piece(members))
    return Parts(tuple(pieces), tuple(fixed), tuple(kept_in))


def balanced_loads(units: Units, rules: Rules) -> Floats:
    """(n, balances): the loads the rules speak of, in their order."""
    columns = [units.measures.index(balance.measure) for balance in rules.balances]
    return np.ascontiguousarray(units.loads[:, columns], dtype=np.float64)


def counts_that_fit(total: float, balance: Balance) -> range:
    """Every number of grids with which `total` can be within the limits; empty where none."""
    return range(max(1, ceil(total / balance.high - 1e-9)), floor(total / balance.low + 1e-9) + 1)


def counts_to_try(piece: Piece, balance: Balance) -> tuple[int, ...]:
    """Every number that fits; where none does, the two nearest. A unit over the limit takes a
    grid of its own, so the rest is counted without it."""
    load = piece.loads[:, 0]
    large = load > balance.high
    rest = counts_that_fit(float(load[~large].sum()), balance)
    if not rest and not large.any():
        return tuple(sorted({max(1, rest.start - 1), rest.start}))
    extra = int(large.sum())
    counts = {extra + count for count in rest} or {extra, extra + 1, extra + rest.start}
    return tuple(sorted(count for count in counts if 1 <= count <= len(piece)))


def dedicated_groups(units: Units, graph: Graph, free: NDArray[np.bool_]) -> list[Numbers]:
    """Free dedicated units; neighbours with the same word are one group."""
    if not any(units.dedicated):
        return []
    word = np.array(units.dedicated, dtype=object)
    member = free & (word != "")
    one, other = graph.pairs[:, 0], graph.pairs[:, 1]
    joined = member[one] & member[other] & (word[one] == word[other])
    return list(_groups(components(len(units), graph.pairs[joined]), member))


def _locked(locked: Numbers | None) -> list[Numbers]:
    if locked is None:
        return []
    return list(_groups(np.asarray(locked), np.asarray(locked) != 0))


def _connected(graph: Graph, member: NDArray[np.bool_]) -> Iterator[Numbers]:
    inside = member[graph.pairs[:, 0]] & member[graph.pairs[:, 1]]
    return _groups(components(len(member), graph.pairs[inside]), member)


def _groups(label: Numbers, member: NDArray[np.bool_]) -> Iterator[Numbers]:
    """The members of each label, in the order of each label's first member."""
    chosen = np.flatnonzero(member)
    if not len(chosen):
        return iter(())
    _, first, of = np.unique(label[chosen], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))[of]
    order = np.argsort(rank, kind="stable")
    cuts = np.flatnonzero(np.diff(rank[order])) + 1
    return iter([part.astype(np.int32) for part in np.split(chosen[order], cuts)])


class _Land:
    """The borders by unit, and what is still free."""

    def __init__(self, units: Units, graph: Graph, rules: Rules, free: NDArray[np.bool_]) -> None:
        self.units, self.graph = units, graph
        self.loads = balanced_loads(units, rules)
        self._first = rules.balances[0]
        self._free = free
        self._starts, self._neighbours, self._pair = neighbours_of(len(units), graph.pairs)
        self._price = np.array([EDGE_COST[kind] for kind in Edge])
        self._place = np.full(len(units), -1, dtype=np.int32)

    def falls_apart_without(self, group: Numbers) -> bool:
        """True if taking the group out leaves more parts than before that no number of grids
        fits; a part with nothing to balance harms nobody."""
        inside = {int(unit) for unit in group}
        around = {unit for one in inside for unit in self._next(one)} - inside
        parts = list(self._flood(around, inside))
        if len(parts) < 2:
            return False
        whole = sum(parts) + float(self.loads[group, 0].sum())
        return sum(self._unfit(part) for part in parts) > self._unfit(whole)

    def piece(self, members: Numbers) -> Piece:
        place = self._place
        place[members] = np.arange(len(members), dtype=np.int32)
        degree = self._starts[members + 1] - self._starts[members]
        ends = np.cumsum(degree)
        at = np.repeat(self._starts[members] - ends + degree, degree) + np.arange(degree.sum())
        inside = place[self._neighbours[at]] >= 0
        source, at = np.repeat(np.arange(len(members)), degree)[inside], at[inside]
        pair = self._pair[at]
        shared = self.graph.border_metres[pair]
        piece = Piece(
            community=self.units.communities[int(members[0])],
            units=members,
            loads=np.ascontiguousarray(self.loads[members]),
            households=np.ascontiguousarray(self.units.households[members]),
            area=np.ascontiguousarray(self.graph.area[members]),
            perimeter=np.ascontiguousarray(self.graph.perimeter_metres[members]),
            starts=np.searchsorted(source, np.arange(len(members) + 1)).astype(np.int32),
            neighbours=place[self._neighbours[at]],
            shared=shared,
            cost=shared * self._price[self.graph.edge[pair]],
        )
        place[members] = -1
        return piece

    def _unfit(self, total: float) -> bool:
        return total > 0 and not counts_that_fit(total, self._first)

    def _next(self, unit: int) -> list[int]:
        near = self._neighbours[self._starts[unit] : self._starts[unit + 1]]
        return [int(one) for one in near if self._free[one]]

    def _flood(self, around: set[int], without: set[int]) -> Iterator[float]:
        """What each part left around the group holds."""
        seen = set(without)
        for start in sorted(around):
            if start in seen:
                continue
            seen.add(start)
            line, total = [start], 0.0
            while line:
                unit = line.pop()
                total += float(self.loads[unit, 0])
                fresh = [one for one in self._next(unit) if one not in seen]
                seen.update(fresh)
                line.extend(fresh)
            yield total
