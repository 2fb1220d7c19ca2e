"""Takes a drawing apart: what is fixed beforehand, and the connected pieces left to divide."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from qijie.territory.drawing.graph import components, neighbours_of, summed
from qijie.territory.drawing.model import Balance, Edge, Floats, Graph, Numbers, Rules, Units

EDGE_COST = {Edge.STREET: 1.0, Edge.BLOCK: 4.0, Edge.COMPOUND: 8.0}
"""What a metre of border costs: none should run through a block, less still a compound. With twice
for a block, plans of the bench lay 2 to 5 points less on streets at the same compactness."""


@dataclass(frozen=True)
class Piece:
    """One connected part of one community, as rows that are never cut: a unit, or all units of a
    compound of one grid's size. Arrays are by row, neighbours in CSR form."""

    community: str
    units: Numbers
    """Places in `Units`."""
    row: Numbers
    """The row each of `units` is part of."""
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
        return len(self.loads)


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


def _first(group: dict[int, int], unit: int) -> int:
    while group[unit] != unit:
        group[unit] = group[group[unit]]
        unit = group[unit]
    return unit


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
        if self._meet(around, inside):
            return False
        parts = list(self._flood(around, inside))
        if len(parts) < 2:
            return False
        whole = sum(parts) + float(self.loads[group, 0].sum())
        return sum(self._unfit(part) for part in parts) > self._unfit(whole)

    def piece(self, members: Numbers) -> Piece:
        row = self._rows(members)
        rows = int(row.max()) + 1
        self._place[members] = row
        degree = self._starts[members + 1] - self._starts[members]
        first = np.repeat(self._starts[members] - np.cumsum(degree) + degree, degree)
        at = first + np.arange(len(first))
        source, target = np.repeat(row, degree), self._place[self._neighbours[at]]
        self._place[members] = -1
        shared = self.graph.border_metres[self._pair[at]]
        cost = shared * self._price[self.graph.edge[self._pair[at]]]
        inner = summed(source, np.where(source == target, shared, 0.0), rows)
        out = (target >= 0) & (source != target)
        key, of = np.unique(source[out].astype(np.int64) * rows + target[out], return_inverse=True)
        return Piece(
            community=self.units.communities[int(members[0])],
            units=members,
            row=row,
            loads=np.column_stack([summed(row, each) for each in self.loads[members].T]),
            households=summed(row, self.units.households[members]),
            area=summed(row, self.graph.area[members]),
            perimeter=summed(row, self.graph.perimeter_metres[members]) - inner,
            starts=np.searchsorted(key, np.arange(rows + 1) * rows).astype(np.int32),
            neighbours=(key % rows).astype(np.int32),
            shared=summed(of.ravel(), shared[out], len(key)),
            cost=summed(of.ravel(), cost[out], len(key)),
        )

    def _rows(self, members: Numbers) -> Numbers:
        """Units of a compound that one grid can hold are one row, where they hang together."""
        row = np.arange(len(members), dtype=np.int32)
        place = {int(unit): at for at, unit in enumerate(members)}
        compounds: dict[str, list[int]] = {}
        for unit in place if self.units.compounds else ():
            if self.units.compounds[unit]:
                compounds.setdefault(self.units.compounds[unit], []).append(unit)
        for group in compounds.values():
            if len(group) > 1 and self.loads[group, 0].sum() <= self._first.high:
                for part in self._hanging_together(set(group)):
                    row[[place[unit] for unit in part]] = place[min(part)]
        return np.unique(row, return_inverse=True)[1].astype(np.int32)

    def _hanging_together(self, group: set[int]) -> Iterator[list[int]]:
        while group:
            line = [group.pop()]
            for unit in line:
                near = self._neighbours[self._starts[unit] : self._starts[unit + 1]].tolist()
                fresh = group.intersection(near)
                group -= fresh
                line.extend(sorted(fresh))
            yield line

    def _unfit(self, total: float) -> bool:
        return total > 0 and not counts_that_fit(total, self._first)

    def _next(self, unit: int) -> list[int]:
        near = self._neighbours[self._starts[unit] : self._starts[unit + 1]]
        return [int(one) for one in near if self._free[one]]

    def _meet(self, around: set[int], without: set[int]) -> bool:
        """True if the units around still hang together: all walk at once until they meet, which
        on whole ground is after a few steps however large it is."""
        group = {unit: unit for unit in sorted(around)}
        apart, line = len(group), list(group)
        for unit in line:
            if apart < 2:
                break
            for other in self._next(unit):
                if other not in group and other not in without:
                    group[other] = _first(group, unit)
                    line.append(other)
                elif other in group:
                    one, two = _first(group, unit), _first(group, other)
                    apart -= one != two
                    group[one] = two
        return apart < 2

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
                seen |= set(fresh)
                line.extend(fresh)
            yield total
