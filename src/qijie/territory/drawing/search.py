"""The search itself, as machine code: cut, anneal, recombine.

A drawing under work is a `State`: a grid number from 0 for each unit of one piece, and the sums
of each grid, kept up to date move by move. Three kinds of steps change it:

- `cut` makes a start: a random spanning tree of the piece, cut into the number of grids asked for.
- `anneal` moves one unit, or a unit with what hangs on it, to a grid next door; every grid stays
  connected. Worse steps are taken with a probability that falls with the temperature.
- `recombine` melts one to four neighbouring grids, cuts them anew into as many, one less or one
  more, polishes the result, and keeps it where it is not worse.

What a state is worth is one sum, the less the better: see `_value` and `Weights`.
Source: annealing after Kirkpatrick, Gelatt and Vecchi (1983); recombination through spanning
trees after DeFord, Duchin and Solomon, "Recombination" (2021).
"""

from math import exp, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qijie.territory.drawing.compiled import compiled, compiled_within
from qijie.territory.drawing.model import Floats, Numbers

OUTSIDE, DISTANCE = 20.0, 30.0
"""What a grid out of its band costs, and each band's middle it is out by. Two grids a little out
are dearer than one, unless that one were out by two thirds of a grid more: nobody piles up all that
does not fit."""
MOST_GRIDS_MELTED = 4

Places = NDArray[np.int64]
"""One kind of whole number throughout, so that nothing is compiled twice."""


class Land(NamedTuple):
    """One piece; see `pieces.Piece`."""

    loads: Floats
    area: Floats
    perimeter: Floats
    starts: Places
    neighbours: Places
    shared: Floats
    cost: Floats
    households: Floats
    old: Places
    """The grid each unit had, in this state's numbers; -1 for none."""
    limits: Floats
    """(balances, 3): low, high, weight."""


class Weights(NamedTuple):
    """What a state pays for."""

    outside: float
    """Each grid out of its band."""
    distance: float
    """How far out, as a share of the band's middle."""
    border: float
    """Each metre of border, times what a metre costs where it runs."""
    compactness: float
    """One less its Polsby–Popper, for each grid."""
    evenness: float
    """The squared distance from the band's middle, as a share of it, for each grid."""
    each: float
    """Each grid."""
    price: float
    """Each household that changes hands."""
    most_moved: float


class State(NamedTuple):
    """A drawing under work, and room to work in."""

    grid: Places
    load: Floats
    area: Floats
    perimeter: Floats
    size: Places
    value: Floats
    moved: Floats
    """(1,) households that changed hands."""
    random: NDArray[np.uint64]
    stamp: NDArray[np.int64]
    near: NDArray[np.int64]
    inside: NDArray[np.bool_]
    clock: NDArray[np.int64]
    group: Places
    queue: Places
    change: Floats


def state_of(land: Land, weights: Weights, grid: Numbers, room: int, seed: int) -> State:
    """A state with space for `room` grids."""
    count, balances = land.loads.shape
    state = State(
        grid=grid.astype(np.int64),
        load=np.zeros((room, balances)),
        area=np.zeros(room),
        perimeter=np.zeros(room),
        size=np.zeros(room, dtype=np.int64),
        value=np.zeros(room),
        moved=np.zeros(1),
        random=np.array([seed * 2 + 1], dtype=np.uint64),
        stamp=np.zeros(count, dtype=np.int64),
        near=np.zeros(count, dtype=np.int64),
        inside=np.zeros(count, dtype=np.bool_),
        clock=np.zeros(1, dtype=np.int64),
        group=np.zeros(count, dtype=np.int64),
        queue=np.zeros(count, dtype=np.int64),
        change=np.zeros(balances),
    )
    add_up(land, weights, state)
    return state


@compiled_within
def _uniform(random: NDArray[np.uint64]) -> float:
    """The next number of xorshift64*, in [0, 1)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    bits = (x * np.uint64(2685821657736338717)) >> np.uint64(11)
    return float(bits) * 1.1102230246251565e-16


@compiled_within
def _below(random: NDArray[np.uint64], count: int) -> int:
    return int(_uniform(random) * count)


@compiled_within
def _value(
    land: Land, weights: Weights, state: State, grid: int, sign: float, area: float, rim: float
) -> float:
    """What a grid would pay with this area and outline, and `sign` times `state.change` more."""
    paid = weights.each
    for at in range(land.limits.shape[0]):
        low, high = land.limits[at, 0], land.limits[at, 1]
        middle = (low + high) / 2
        total = state.load[grid, at] + sign * state.change[at]
        aside = (total - middle) / middle
        cost = weights.evenness * min(aside * aside, 1.0)
        if total < low - 1e-9:
            cost += weights.outside + weights.distance * (low - total) / middle
        elif total > high + 1e-9:
            cost += weights.outside + weights.distance * (total - high) / middle
        paid += land.limits[at, 2] * cost
    round_ = 4 * pi * area / (rim * rim) if rim > 0 else 1.0
    return paid + weights.compactness * (1.0 - min(round_, 1.0))


@compiled_within
def _add(into: Floats, row: int, source: Floats, of: int, sign: float) -> None:
    for at in range(into.shape[1]):
        into[row, at] += sign * source[of, at]


@compiled_within
def _clear(state: State, grid: int) -> None:
    state.size[grid] = 0
    state.area[grid] = 0.0
    state.perimeter[grid] = 0.0
    for at in range(state.load.shape[1]):
        state.load[grid, at] = 0.0


@compiled_within
def _count_in(land: Land, state: State, unit: int) -> None:
    """Adds a unit to the sums of its grid."""
    grid = state.grid[unit]
    state.size[grid] += 1
    state.area[grid] += land.area[unit]
    state.perimeter[grid] += land.perimeter[unit]
    _add(state.load, grid, land.loads, unit, 1.0)
    for at in range(land.starts[unit], land.starts[unit + 1]):
        if state.grid[land.neighbours[at]] == grid:
            state.perimeter[grid] -= land.shared[at]


@compiled_within
def _appraise(land: Land, weights: Weights, state: State, grid: int) -> None:
    for at in range(len(state.change)):
        state.change[at] = 0.0
    state.value[grid] = 0.0
    if state.size[grid] > 0:
        area, rim = state.area[grid], state.perimeter[grid]
        state.value[grid] = _value(land, weights, state, grid, 0.0, area, rim)


@compiled
def add_up(land: Land, weights: Weights, state: State) -> None:
    """Every sum anew from the grid numbers."""
    for grid in range(len(state.size)):
        _clear(state, grid)
    state.moved[0] = 0.0
    for unit in range(len(state.grid)):
        _count_in(land, state, unit)
        if land.old[unit] >= 0 and land.old[unit] != state.grid[unit]:
            state.moved[0] += land.households[unit]
    for grid in range(len(state.size)):
        _appraise(land, weights, state, grid)


@compiled
def worth(land: Land, weights: Weights, state: State) -> float:
    """What the whole state pays."""
    paid = weights.price * state.moved[0]
    for grid in range(len(state.size)):
        paid += state.value[grid]
    for unit in range(len(state.grid)):
        for at in range(land.starts[unit], land.starts[unit + 1]):
            if state.grid[land.neighbours[at]] != state.grid[unit]:
                paid += weights.border * land.cost[at] / 2
    return float(paid)


@compiled_within
def _spread(land: Land, state: State, first: int, start: int) -> tuple[int, int]:
    """Fills `state.queue` from `start` with what hangs together with `first` in its grid and is
    not stamped yet; returns where it ends, and how many of the marked `near` it met."""
    grid, now = state.grid[first], state.clock[0]
    state.queue[start] = first
    state.stamp[first] = now
    head, end, met = start, start + 1, 0
    while head < end:
        here = state.queue[head]
        head += 1
        met += state.near[here] == now
        for at in range(land.starts[here], land.starts[here + 1]):
            other = land.neighbours[at]
            if state.grid[other] == grid and state.stamp[other] != now:
                state.stamp[other] = now
                state.queue[end] = other
                end += 1
    return end, met


@compiled_within
def _mark_near(land: Land, state: State, unit: int) -> int:
    """Marks the unit's neighbours in its own grid; returns how many."""
    state.clock[0] += 1
    now = state.clock[0]
    state.stamp[unit] = now
    around = 0
    for at in range(land.starts[unit], land.starts[unit + 1]):
        other = land.neighbours[at]
        if state.grid[other] == state.grid[unit]:
            state.near[other] = now
            around += 1
    return around


@compiled_within
def _leaving(land: Land, state: State, unit: int) -> int:
    """Puts into `state.group` the unit and all that would be cut off from its grid without it,
    save the largest part; returns how many."""
    state.group[0] = unit
    around = _mark_near(land, state, unit)
    if around < 2:
        return 1
    end, best_from, best_to, best = 0, 0, 0, -1.0
    for at in range(land.starts[unit], land.starts[unit + 1]):
        first = land.neighbours[at]
        if state.grid[first] != state.grid[unit] or state.stamp[first] == state.clock[0]:
            continue
        start = end
        end, met = _spread(land, state, first, start)
        if met == around:
            return 1
        weight = 0.0
        for place in range(start, end):
            weight += land.loads[state.queue[place], 0] + 1e-6
        if weight > best:
            best, best_from, best_to = weight, start, end
    count = 1
    for place in range(end):
        if place < best_from or place >= best_to:
            state.group[count] = state.queue[place]
            count += 1
    return count


@compiled_within
def _load_change(land: Land, state: State, count: int) -> None:
    for at in range(len(state.change)):
        state.change[at] = 0.0
        for place in range(count):
            state.change[at] += land.loads[state.group[place], at]


@compiled_within
def _group_sums(
    land: Land, state: State, count: int, source: int, target: int
) -> tuple[float, float, float, float, float, float]:
    """Of the group on its way from `source` to `target`: area, outline, metres in common with
    each of the two, what its border costs more here than there, and households moved. Its loads
    go into `state.change`."""
    state.clock[0] += 1
    now = state.clock[0]
    for place in range(count):
        state.stamp[state.group[place]] = now
    _load_change(land, state, count)
    area = rim = here_shared = there_shared = dearer = moved = 0.0
    for place in range(count):
        unit = state.group[place]
        area += land.area[unit]
        rim += land.perimeter[unit]
        if land.old[unit] == source:
            moved += land.households[unit]
        elif land.old[unit] == target:
            moved -= land.households[unit]
        for at in range(land.starts[unit], land.starts[unit + 1]):
            other = land.neighbours[at]
            if state.stamp[other] == now:
                rim -= land.shared[at]
            elif state.grid[other] == source:
                here_shared += land.shared[at]
                dearer += land.cost[at]
            elif state.grid[other] == target:
                there_shared += land.shared[at]
                dearer -= land.cost[at]
    return area, rim, here_shared, there_shared, dearer, moved


@compiled_within
def _move(land: Land, weights: Weights, state: State, unit: int, target: int, heat: float) -> bool:
    """Moves a unit, and what hangs on it, next door; False where that is refused."""
    source = state.grid[unit]
    count = _leaving(land, state, unit)
    area, rim, here, there, dearer, moved = _group_sums(land, state, count, source, target)
    if moved > 0 and state.moved[0] + moved > weights.most_moved:
        return False
    source_area, source_rim = state.area[source] - area, state.perimeter[source] - rim + 2 * here
    target_area, target_rim = state.area[target] + area, state.perimeter[target] + rim - 2 * there
    source_value = 0.0
    if state.size[source] > count:
        source_value = _value(land, weights, state, source, -1.0, source_area, source_rim)
    target_value = _value(land, weights, state, target, 1.0, target_area, target_rim)
    worse = source_value + target_value - state.value[source] - state.value[target]
    worse += weights.border * dearer + weights.price * moved
    if worse >= -1e-9 and (heat <= 0 or _uniform(state.random) >= exp(-worse / heat)):
        return False
    for place in range(count):
        state.grid[state.group[place]] = target
    for at in range(len(state.change)):
        state.load[source, at] -= state.change[at]
        state.load[target, at] += state.change[at]
    state.area[source], state.perimeter[source] = source_area, source_rim
    state.area[target], state.perimeter[target] = target_area, target_rim
    state.size[source] -= count
    state.size[target] += count
    state.value[source], state.value[target] = source_value, target_value
    state.moved[0] += moved
    return True


@compiled
def anneal(land: Land, weights: Weights, state: State, steps: int, hot: float, cold: float) -> None:
    """`steps` tries, the temperature falling evenly in its logarithm."""
    cooling = (cold / hot) ** (1.0 / max(steps, 1))
    heat = hot
    for _ in range(steps):
        heat *= cooling
        unit = _below(state.random, len(state.grid))
        degree = land.starts[unit + 1] - land.starts[unit]
        if degree > 0:
            other = land.neighbours[land.starts[unit] + _below(state.random, degree)]
            if state.grid[other] != state.grid[unit]:
                _move(land, weights, state, unit, state.grid[other], heat)


class Melted(NamedTuple):
    """Grids taken together to be cut anew, and room for it."""

    members: Places
    """Their units, in the first `count` places the caller knows."""
    place: Places
    """Each unit's place among the members."""
    before: Places
    names: Places
    """Their numbers."""
    among: NDArray[np.bool_]
    """Whether a grid is one of them."""


def melted_for(state: State) -> Melted:
    """Room for `recombine`."""
    units = len(state.grid)
    return Melted(
        members=np.zeros(units, dtype=np.int64),
        place=np.zeros(units, dtype=np.int64),
        before=np.zeros(units, dtype=np.int64),
        names=np.zeros(len(state.size) + MOST_GRIDS_MELTED, dtype=np.int64),
        among=np.zeros(len(state.size), dtype=np.bool_),
    )


@compiled_within
def _flood(land: Land, state: State, melted: Melted, first: int, count: int) -> int:
    """Appends the grid `first` lies in to the members; returns the new count."""
    grid = state.grid[first]
    head = count
    melted.members[count] = first
    count += 1
    state.inside[first] = True
    while head < count:
        here = melted.members[head]
        head += 1
        for at in range(land.starts[here], land.starts[here + 1]):
            other = land.neighbours[at]
            if state.grid[other] == grid and not state.inside[other]:
                state.inside[other] = True
                melted.members[count] = other
                count += 1
    return count


@compiled_within
def _gap(land: Land, load: Floats, row: int, other: Floats, sign: float, grids: int) -> float:
    """How far `load[row]`, and `sign` times `other[0]` besides, is from fitting into so many
    grids, as a share of one grid."""
    gap = 0.0
    for at in range(land.limits.shape[0]):
        low, high = land.limits[at, 0], land.limits[at, 1]
        total = sign * load[row, at] + other[0, at]
        over = max(grids * low - total, total - grids * high, 0.0)
        gap += land.limits[at, 2] * over / low if low > 0 else land.limits[at, 2] * over
    return gap


@compiled_within
def _root(joined: Places, one: int) -> int:
    while joined[one] != one:
        joined[one] = joined[joined[one]]
        one = joined[one]
    return one


@compiled_within
def _shuffled_edges(
    land: Land, state: State, melted: Melted, count: int
) -> tuple[Places, Floats, int]:
    """Borders between members in random order: (e, 2) their places, how dear each is by the
    metre, and how many there are."""
    most = 0
    for at in range(count):
        unit = melted.members[at]
        melted.place[unit] = at
        most += land.starts[unit + 1] - land.starts[unit]
    ends, dear = np.empty((most, 2), dtype=np.int64), np.empty(most)
    edges = 0
    for at in range(count):
        unit = melted.members[at]
        for step in range(land.starts[unit], land.starts[unit + 1]):
            other = land.neighbours[step]
            if other > unit and state.inside[other]:
                place = _below(state.random, edges + 1)
                ends[edges, 0], ends[edges, 1] = ends[place, 0], ends[place, 1]
                dear[edges] = dear[place]
                ends[place, 0], ends[place, 1] = at, melted.place[other]
                dear[place] = land.cost[step] / land.shared[step] if land.shared[step] > 0 else 0.5
                edges += 1
    return ends, dear, edges


@compiled_within
def _tree_links(
    land: Land, state: State, melted: Melted, count: int
) -> tuple[Places, Floats, Places, Places, Places]:
    """A random spanning tree: the borders and how dear each is; each place's first link, and for
    each link its border and the next link.

    A border is drawn by chance divided by its dearness squared, so that borders inside compounds
    and blocks mostly come first and the branches end at streets.
    """
    ends, dear, edges = _shuffled_edges(land, state, melted, count)
    key = np.empty(edges)
    for edge in range(edges):
        key[edge] = _uniform(state.random) / (dear[edge] * dear[edge])
    joined = np.empty(count, dtype=np.int64)
    first = np.empty(count, dtype=np.int64)
    for at in range(count):
        joined[at], first[at] = at, -1
    used, follow = np.empty(2 * count, dtype=np.int64), np.empty(2 * count, dtype=np.int64)
    links, above = 0, -1.0
    for below in (1 / 16, 1 / 4, 8.0):
        for edge in range(edges):
            if above <= key[edge] < below:
                left, right = _root(joined, ends[edge, 0]), _root(joined, ends[edge, 1])
                if left != right:
                    joined[left] = right
                    for end in range(2):
                        used[links], follow[links] = edge, first[ends[edge, end]]
                        first[ends[edge, end]] = links
                        links += 1
        above = below
    return ends, dear, first, used, follow


@compiled_within
def _tree(land: Land, state: State, melted: Melted, count: int) -> tuple[Places, Places, Floats]:
    """The order of a walk through a random spanning tree from a random root, each place's parent,
    and how dear the border to the parent is."""
    ends, dear, first, used, follow = _tree_links(land, state, melted, count)
    order, parent = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    price = np.zeros(count)
    for at in range(count):
        parent[at] = -1
    order[0] = _below(state.random, count)
    parent[order[0]] = order[0]
    filled = 1
    for head in range(count):
        link = first[order[head]]
        while link >= 0:
            edge = used[link]
            to = ends[edge, 0] + ends[edge, 1] - order[head]
            if parent[to] < 0:
                parent[to], price[to] = order[head], dear[edge]
                order[filled] = to
                filled += 1
            link = follow[link]
    return order, parent, price


@compiled_within
def _cut(land: Land, state: State, melted: Melted, count: int, grids: int) -> None:
    """Gives the members the first `grids` names, each to a connected part of a random tree."""
    order, parent, price = _tree(land, state, melted, count)
    part = np.zeros(count, dtype=np.int64)
    below = np.zeros((count, land.loads.shape[1]))
    nothing = np.zeros((1, land.loads.shape[1]))
    rest = np.zeros((1, land.loads.shape[1]))
    for at in range(count):
        _add(below, at, land.loads, melted.members[at], 1.0)
        _add(rest, 0, land.loads, melted.members[at], 1.0)
    for turn in range(count - 1, 0, -1):
        _add(below, parent[order[turn]], below, order[turn], 1.0)
    for left in range(grids, 1, -1):
        best, chosen = np.inf, -1
        for turn in range(1, count):
            here = order[turn]
            if part[here] == 0:
                score = _gap(land, below, here, nothing, 1.0, 1)
                score += _gap(land, below, here, rest, -1.0, left - 1)
                score += 0.05 * _uniform(state.random) * price[here]
                if score < best:
                    best, chosen = score, here
        if chosen < 0:
            break
        _take_off(order, parent, part, below, rest, chosen, left - 1)
    for at in range(count):
        state.grid[melted.members[at]] = melted.names[part[at]]


@compiled_within
def _take_off(
    order: Places,
    parent: Places,
    part: Places,
    below: Floats,
    rest: Floats,
    chosen: int,
    name: int,
) -> None:
    """Makes a part of the branch that hangs at `chosen`, and lightens all it hung on."""
    _add(rest, 0, below, chosen, -1.0)
    up = chosen
    while parent[up] != up:
        up = parent[up]
        _add(below, up, below, chosen, -1.0)
    part[chosen] = name
    for turn in range(1, len(order)):
        here = order[turn]
        if part[here] == 0 and part[parent[here]] == name:
            part[here] = name


@compiled
def cut(land: Land, weights: Weights, state: State, melted: Melted, grids: int) -> None:
    """Starts anew with so many grids."""
    for unit in range(len(state.grid)):
        melted.members[unit] = unit
        state.inside[unit] = True
    for name in range(grids):
        melted.names[name] = name
    _cut(land, state, melted, len(state.grid), grids)
    for unit in range(len(state.grid)):
        state.inside[unit] = False
    add_up(land, weights, state)


@compiled_within
def _somewhere(land: Land, state: State) -> int:
    """A random unit, of a grid out of its band where one is soon found."""
    unit = _below(state.random, len(state.grid))
    for _ in range(6):
        load = state.load[state.grid[unit], 0]
        if load < land.limits[0, 0] or load > land.limits[0, 1]:
            break
        unit = _below(state.random, len(state.grid))
    return unit


@compiled_within
def _gather(land: Land, state: State, melted: Melted, wanted: int) -> tuple[int, int]:
    """Up to `wanted` grids next to one another. Returns how many units and how many grids."""
    first = _somewhere(land, state)
    melted.names[0] = state.grid[first]
    count, grids = _flood(land, state, melted, first, 0), 1
    while grids < wanted:
        seen, chosen = 0, -1
        for at in range(count):
            unit = melted.members[at]
            for step in range(land.starts[unit], land.starts[unit + 1]):
                if not state.inside[land.neighbours[step]]:
                    seen += 1
                    if _below(state.random, seen) == 0:
                        chosen = land.neighbours[step]
        if chosen < 0:
            break
        melted.names[grids] = state.grid[chosen]
        grids += 1
        count = _flood(land, state, melted, chosen, count)
    return count, grids


@compiled_within
def _new_count(land: Land, state: State, melted: Melted, grids: int, units: int) -> int:
    """As many grids as are melted, one less or one more; a free number for the one more."""
    total = np.zeros((1, land.loads.shape[1]))
    nothing = np.zeros((1, land.loads.shape[1]))
    for at in range(grids):
        _add(total, 0, state.load, melted.names[at], 1.0)
    step = _below(state.random, 5)
    wanted = grids - 1 if step == 0 else grids + 1 if step == 1 else grids
    if _gap(land, total, 0, nothing, 1.0, wanted) > _gap(land, total, 0, nothing, 1.0, grids):
        wanted = wanted if _below(state.random, 10) == 0 else grids
    if wanted < 1 or wanted > units:
        return grids
    if wanted > grids:
        free = 0
        while free < len(state.size) and state.size[free] > 0:
            free += 1
        if free == len(state.size):
            return grids
        melted.names[grids] = free
    return wanted


@compiled_within
def _sum_over(
    land: Land, weights: Weights, state: State, melted: Melted, count: int, grids: int
) -> tuple[float, float]:
    """The sums of the melted grids anew; what they and the borders of their units pay, and the
    households moved among them."""
    paid = moved = 0.0
    for at in range(grids):
        _clear(state, melted.names[at])
    for at in range(count):
        unit = melted.members[at]
        _count_in(land, state, unit)
        if land.old[unit] >= 0 and land.old[unit] != state.grid[unit]:
            moved += land.households[unit]
        for step in range(land.starts[unit], land.starts[unit + 1]):
            other = land.neighbours[step]
            if state.grid[other] != state.grid[unit] and (other > unit or not state.inside[other]):
                paid += weights.border * land.cost[step]
    for at in range(grids):
        _appraise(land, weights, state, melted.names[at])
        paid += state.value[melted.names[at]]
    return paid + weights.price * moved, moved


@compiled_within
def _polish(land: Land, weights: Weights, state: State, melted: Melted, count: int) -> None:
    """Better moves among the melted grids until none is left."""
    better = True
    while better:
        better = False
        for at in range(count):
            unit = melted.members[at]
            for step in range(land.starts[unit], land.starts[unit + 1]):
                target = state.grid[land.neighbours[step]]
                if target != state.grid[unit] and melted.among[target]:
                    better |= _move(land, weights, state, unit, target, 0.0)


@compiled_within
def _rename(land: Land, state: State, melted: Melted, count: int, grids: int) -> None:
    """Gives each of the new parts the name most of its households had."""
    held = np.full((grids, grids), 1e-9)
    for at in range(count):
        unit = melted.members[at]
        for part in range(grids):
            for name in range(grids):
                if state.grid[unit] == melted.names[part] and land.old[unit] == melted.names[name]:
                    held[part, name] += land.households[unit] + 1e-6
    given = np.zeros(grids, dtype=np.int64)
    for _ in range(grids):
        best = int(np.argmax(held))
        part, name = best // grids, best % grids
        given[part] = melted.names[name]
        for at in range(grids):
            held[part, at] = held[at, name] = -1.0
    for at in range(count):
        unit = melted.members[at]
        for part in range(grids):
            if state.grid[unit] == melted.names[part]:
                state.grid[unit] = given[part]
                break


@compiled_within
def _recut(
    land: Land, weights: Weights, state: State, melted: Melted, count: int, grids: int, heat: float
) -> None:
    """Cuts the melted grids anew and polishes; all as it was where that is refused."""
    parts = _new_count(land, state, melted, grids, count)
    most = max(parts, grids)
    for at in range(count):
        melted.before[at] = state.grid[melted.members[at]]
    for at in range(most):
        melted.among[melted.names[at]] = True
    paid, moved = _sum_over(land, weights, state, melted, count, most)
    elsewhere = state.moved[0] - moved
    _cut(land, state, melted, count, parts)
    _rename(land, state, melted, count, most)
    state.moved[0] = elsewhere + _sum_over(land, weights, state, melted, count, most)[1]
    _polish(land, weights, state, melted, count)
    now, moved_now = _sum_over(land, weights, state, melted, count, most)
    state.moved[0] = elsewhere + moved_now
    refused = moved_now > moved and state.moved[0] > weights.most_moved
    worse = now - paid
    if refused or (worse > 1e-9 and _uniform(state.random) >= exp(-worse / heat)):
        for at in range(count):
            state.grid[melted.members[at]] = melted.before[at]
        _sum_over(land, weights, state, melted, count, most)
        state.moved[0] = elsewhere + moved
    for at in range(most):
        melted.among[melted.names[at]] = False


@compiled
def recombine(
    land: Land, weights: Weights, state: State, melted: Melted, moves: int, hot: float, cold: float
) -> None:
    """`moves` times melts a few neighbouring grids and cuts them anew."""
    cooling = (cold / hot) ** (1.0 / max(moves, 1))
    heat = hot
    for _ in range(moves):
        heat *= cooling
        wanted = 2 + int(_uniform(state.random) ** 2 * (MOST_GRIDS_MELTED - 1))
        if _below(state.random, 12) == 0:
            wanted = 1
        count, grids = _gather(land, state, melted, wanted)
        _recut(land, weights, state, melted, count, grids, heat)
        for at in range(count):
            state.inside[melted.members[at]] = False
