"""A new plan near an old one: the same search from where the grids are, each move at a price."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush

import numpy as np

from qijie.territory.drawing.dividing import (
    close_up,
    cool,
    divided,
    land_of,
    melt,
    outside,
    seed_of,
    weights_of,
)
from qijie.territory.drawing.graph import Places, components, neighbours_of
from qijie.territory.drawing.model import Floats, Graph, Numbers, Progress, Reason, Rules, Units
from qijie.territory.drawing.numbering import moved_households
from qijie.territory.drawing.pieces import Parts, Piece, parts_of
from qijie.territory.drawing.search import OUTSIDE, Land, Weights, state_of, worth
from qijie.territory.drawing.working import Cancel, Stop, all_done

_DEARER = (1.0, 4.0, 20.0)
"""Times the price: the ways a piece is offered where the bound may not pay for the best."""
_BEAUTY = 0.25
"""How much less shape counts than in a fresh plan: nobody changes hands for a rounder grid."""
_DISTANCE = 0.4
"""How much less it counts how far out of band a grid is: many should not move to leave it out."""


@dataclass(frozen=True)
class Changed:
    """The grids, not yet numbered, and the reasons only the search can know."""

    grid: Numbers
    found: dict[int, Reason]


@dataclass(frozen=True)
class _Offer:
    """One way to change a piece."""

    grid: Numbers
    """By row of the piece: the old number where a grid goes on, -1, -2 … for a new grid."""
    pays: float
    """What the state pays for all but the households moved."""
    moved: float


def redivided(
    units: Units,
    graph: Graph,
    old: Numbers,
    rules: Rules,
    locked: Numbers | None,
    progress: Progress,
    cancelled: Cancel,
    threads: int,
) -> Changed:
    """The best offers of all pieces that the bound can pay for together.

    Where even what must change costs more than the bound, all stays as it was, and units that
    had no grid join a neighbour.
    """
    parts = parts_of(units, graph, rules, locked)
    going_on = _Continued(units, old, parts)
    work = [
        (
            piece.community,
            len(piece),
            partial(_offers, piece, going_on.numbers(place), units.households[piece.units], rules),
        )
        for place, piece in enumerate(parts.pieces)
    ]
    offers = all_done(work, progress, cancelled, threads)
    if rules.most_moved is None:
        chosen = [
            min(each, key=lambda one: one.pays + one.moved * _price(rules)) for each in offers
        ]
        return Changed(going_on.joined(chosen), {})
    chosen = [min(each, key=lambda one: one.moved) for each in offers]
    spent = moved_households(old, going_on.joined(chosen), units.households)
    if spent > rules.most_moved:
        return Changed(_as_it_was(graph, old), {})
    over, left, least = 0.0, rules.most_moved - spent, chosen
    while True:
        left -= over
        chosen = _afforded(offers, least, left)
        grid = going_on.joined(chosen)
        over = moved_households(old, grid, units.households) - rules.most_moved
        if over <= 0:
            return Changed(grid, _too_dear(offers, chosen, parts, grid))


class _Continued:
    """Which part of the new drawing each old grid goes on in: where most of its households are."""

    def __init__(self, units: Units, old: Numbers, parts: Parts) -> None:
        self._old, self._parts = old, parts
        groups = [piece.units for piece in parts.pieces] + list(parts.fixed)
        part = np.full(len(old), -1, dtype=np.int32)
        for place, group in enumerate(groups):
            part[group] = place
        weight: dict[tuple[int, int], float] = {}
        for number, place, held in zip(
            old.tolist(), part.tolist(), units.households.tolist(), strict=True
        ):
            if number:
                weight[number, place] = weight.get((number, place), 0.0) + held + 1e-6
        self._home: dict[int, int] = {}
        for number, place in sorted(weight, key=lambda key: (-weight[key], key)):
            self._home.setdefault(number, place)

    def numbers(self, place: int) -> Numbers:
        """The old number of each of a piece's units: 0 where it had none, -1 where the old grid
        goes on elsewhere."""
        mine = self._old[self._parts.pieces[place].units]
        here = np.array([self._home.get(int(one)) == place for one in mine], dtype=bool)
        return np.where(mine == 0, 0, np.where(here, mine, -1)).astype(np.int32)

    def joined(self, chosen: list[_Offer]) -> Numbers:
        """One drawing of the whole: old numbers where grids go on, higher ones for new grids."""
        grid = np.zeros(len(self._old), dtype=np.int32)
        fresh = int(self._old.max(initial=0)) + 1
        for piece, one in zip(self._parts.pieces, chosen, strict=True):
            grid[piece.units] = np.where(one.grid > 0, one.grid, fresh - 1 - one.grid)[piece.row]
            fresh += int(max(-one.grid.min(), 0))
        for place, group in enumerate(self._parts.fixed, start=len(self._parts.pieces)):
            own = [number for number in self._old[group].tolist() if number]
            home = [number for number in own if self._home[number] == place]
            grid[group] = max(set(home), key=lambda one: (home.count(one), -one)) if home else fresh
            fresh += not home
        return grid


def _total(rules: Rules, one: _Offer) -> float:
    return one.pays + one.moved * _price(rules)


def _price(rules: Rules) -> float:
    return rules.price / 100 * OUTSIDE


def _by_row(piece: Piece, mine: Numbers, households: Floats) -> tuple[Numbers, Floats, float]:
    """Of each row the old grid of most of its households, and how many those are; and how many
    households change hands whatever is done."""
    held: dict[tuple[int, int], float] = {}
    for row, number, count in zip(
        piece.row.tolist(), mine.tolist(), households.tolist(), strict=True
    ):
        if number > 0:
            held[row, number] = held.get((row, number), 0.0) + count
    had, kept = np.zeros(len(piece), dtype=np.int32), np.zeros(len(piece))
    for row, number in sorted(held, key=lambda key: (-held[key], key)):
        if had[row] == 0:
            had[row], kept[row] = number, held[row, number]
    return had, kept, float(households[mine != 0].sum() - kept.sum())


def _offers(
    piece: Piece, mine: Numbers, households: Floats, rules: Rules, stop: Stop
) -> list[_Offer]:
    """Ways to go on in one piece, the first of which changes as little as can be."""
    had, kept, forced = _by_row(piece, mine, households)
    names = np.unique(had[had > 0])
    if not len(names):
        fresh = divided(piece, rules, stop)
        return [_Offer(-1 - fresh.grid, fresh.paid, forced)]
    local = np.where(had > 0, np.searchsorted(names, had), -1).astype(np.int32)
    land = land_of(piece, rules, local)._replace(households=kept)
    first = filled(_largest_parts(land, local), land.starts, land.neighbours, land.cost)
    plain = _plainer(weights_of(piece, rules))
    states = [first]
    if outside(land, first):
        for factor, bound in _terms(rules, forced):
            weights = plain._replace(price=factor * _price(rules), most_moved=bound)
            states.append(_searched(piece, land, first, weights, rules, stop))
    return [_offer(land, plain, state, names, forced) for state in states]


def _terms(rules: Rules, forced: float) -> list[tuple[float, float]]:
    """Prices, as multiples, and bounds to search under; the first without a bound, for whether it
    is the bound that stands in the way."""
    free = [(1.0, float("inf"))]
    if rules.most_moved is None:
        return free
    return free + [(factor, max(rules.most_moved - forced, 0.0)) for factor in _DEARER]


def _plainer(weights: Weights) -> Weights:
    return weights._replace(
        distance=_DISTANCE * weights.distance,
        border=_BEAUTY * weights.border,
        compactness=_BEAUTY * weights.compactness,
        evenness=_BEAUTY * weights.evenness,
        each=0.0,
    )


def _searched(
    piece: Piece, land: Land, first: Numbers, weights: Weights, rules: Rules, stop: Stop
) -> Numbers:
    room, seed = 2 * int(first.max()) + 8, seed_of(piece, rules)
    best, paid = first, worth(land, weights, state_of(land, weights, first, room, seed))
    for start in range(rules.effort):
        state = state_of(land, weights, first, room, seed + start)
        if start % 2:
            cool(land, weights, state, stop, 100 * len(piece), 0.4, 0.01)
        melt(land, weights, state, stop, 40 * (int(first.max()) + 1), 0.2, 0.005)
        now = worth(land, weights, state)
        if now < paid - 1e-9:
            best, paid = state.grid.astype(np.int32), now
    return best


def _offer(land: Land, plain: Weights, grid: Numbers, names: Numbers, forced: float) -> _Offer:
    state = state_of(land, plain, grid, int(grid.max()) + 1, 0)
    known = np.append(names, np.zeros(max(int(grid.max()) + 1 - len(names), 0), dtype=np.int32))
    new = np.where(grid >= len(names), -1 - close_up(np.maximum(grid, len(names) - 1)), 0)
    new = np.where(grid >= len(names), new + (grid < len(names)).any(), 0)
    return _Offer(
        np.where(grid < len(names), known[grid], new).astype(np.int32),
        worth(land, plain, state),
        float(state.moved[0]) + forced,
    )


def _largest_parts(land: Land, grid: Numbers) -> Numbers:
    """Each old grid's connected part with the most households; -1 for every other unit."""
    source = np.repeat(np.arange(len(grid)), np.diff(land.starts))
    same = (grid[source] == grid[land.neighbours]) & (grid[source] >= 0)
    part = components(len(grid), np.column_stack([source[same], land.neighbours[same]]))
    weight = np.bincount(part, weights=land.households + 1e-6)
    best: dict[int, int] = {}
    for number, one in zip(grid.tolist(), part.tolist(), strict=True):
        if number >= 0 and weight[one] > weight[best.setdefault(number, one)]:
            best[number] = one
    kept = [number >= 0 and best[number] == one for number, one in zip(grid, part, strict=True)]
    return np.where(kept, grid, -1).astype(np.int32)


def filled(grid: Numbers, starts: Places, neighbours: Places, bond: Floats) -> Numbers:
    """Units at -1 join the neighbouring grid they are bound to most, the strongest bond first;
    those no grid can reach become grids of their own, a connected part each."""
    grid = grid.copy()
    queue: list[tuple[float, int, int]] = []

    def offer(unit: int) -> None:
        bonds: dict[int, float] = {}
        for at in range(starts[unit], starts[unit + 1]):
            number = int(grid[neighbours[at]])
            if number >= 0:
                bonds[number] = bonds.get(number, 0.0) + float(bond[at])
        if grid[unit] < 0 and bonds:
            best = min(bonds, key=lambda number: (-bonds[number], number))
            heappush(queue, (-bonds[best], unit, best))

    def join(unit: int, number: int) -> None:
        grid[unit] = number
        for at in range(starts[unit], starts[unit + 1]):
            offer(int(neighbours[at]))

    nowhere = np.flatnonzero(grid < 0).tolist()
    for unit in nowhere:
        offer(unit)
    for first in nowhere:
        _join_all(queue, grid, join)
        if grid[first] < 0:
            join(first, int(grid.max()) + 1)
    _join_all(queue, grid, join)
    return grid


def _join_all(
    queue: list[tuple[float, int, int]], grid: Numbers, join: Callable[[int, int], None]
) -> None:
    while queue:
        _, unit, number = heappop(queue)
        if grid[unit] < 0:
            join(unit, number)


def _as_it_was(graph: Graph, old: Numbers) -> Numbers:
    starts, neighbours, pair = neighbours_of(len(old), graph.pairs)
    return filled(old - 1, starts, neighbours, graph.border_metres[pair]) + 1


def _afforded(offers: list[list[_Offer]], chosen: list[_Offer], left: float) -> list[_Offer]:
    """Better offers taken as long as the bound pays for them, most gain for a household first."""
    chosen = list(chosen)
    while True:
        best: tuple[float, int, _Offer] | None = None
        for place, (all_, now) in enumerate(zip(offers, chosen, strict=True)):
            for one in all_:
                cost, gain = one.moved - now.moved, now.pays - one.pays
                if cost <= left and gain > 1e-9 and gain >= cost * 1e-9:
                    rate = gain / max(cost, 1e-6)
                    if best is None or rate > best[0]:
                        best = (rate, place, one)
        if best is None:
            return chosen
        _, place, one = best
        left -= one.moved - chosen[place].moved
        chosen[place] = one


def _too_dear(
    offers: list[list[_Offer]], chosen: list[_Offer], parts: Parts, grid: Numbers
) -> dict[int, Reason]:
    """Grids of pieces that the bound kept from a plan with fewer grids out of band."""
    found: dict[int, Reason] = {}
    for piece, all_, one in zip(parts.pieces, offers, chosen, strict=True):
        if min(offer.pays for offer in all_) < one.pays - OUTSIDE / 2:
            found |= dict.fromkeys(np.unique(grid[piece.units]).tolist(), Reason.BOUND)
    return found
