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

from qijie.territory.drawing.compiled import compiled
from qijie.territory.drawing.model import Floats, Numbers

MOST_GRIDS_MELTED = 4


class Land(NamedTuple):
    """One piece; see `pieces.Piece`."""

    loads: Floats
    area: Floats
    perimeter: Floats
    starts: Numbers
    neighbours: Numbers
    shared: Floats
    cost: Floats
    households: Floats
    old: Numbers
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

    grid: Numbers
    load: Floats
    area: Floats
    perimeter: Floats
    size: Numbers
    value: Floats
    moved: Floats
    """(1,) households that changed hands."""
    random: NDArray[np.uint64]
    stamp: NDArray[np.int64]
    near: NDArray[np.int64]
    inside: NDArray[np.bool_]
    clock: NDArray[np.int64]
    group: Numbers
    queue: Numbers
    change: Floats


def state_of(land: Land, weights: Weights, grid: Numbers, room: int, seed: int) -> State:
    """A state with space for `room` grids."""
    count, balances = land.loads.shape
    state = State(
        grid=grid.astype(np.int32),
        load=np.zeros((room, balances)),
        area=np.zeros(room),
        perimeter=np.zeros(room),
        size=np.zeros(room, dtype=np.int32),
        value=np.zeros(room),
        moved=np.zeros(1),
        random=np.array([seed * 2 + 1], dtype=np.uint64),
        stamp=np.zeros(count, dtype=np.int64),
        near=np.zeros(count, dtype=np.int64),
        inside=np.zeros(count, dtype=np.bool_),
        clock=np.zeros(1, dtype=np.int64),
        group=np.zeros(count, dtype=np.int32),
        queue=np.zeros(count, dtype=np.int32),
        change=np.zeros(balances),
    )
    add_up(land, weights, state)
    return state


@compiled
def _uniform(random: NDArray[np.uint64]) -> float:
    """The next number of xorshift64*, in [0, 1)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    bits = (x * np.uint64(2685821657736338717)) >> np.uint64(11)
    return float(bits) * 1.1102230246251565e-16


@compiled
def _below(random: NDArray[np.uint64], count: int) -> int:
    return int(_uniform(random) * count)


@compiled
def _value(
    land: Land, weights: Weights, load: Floats, change: Floats, sign: float, area: float, rim: float
) -> float:
    """What one grid pays, if its loads changed by `sign` times `change`."""
    paid = weights.each
    for each in range(land.limits.shape[0]):
        low, high, weight = land.limits[each, 0], land.limits[each, 1], land.limits[each, 2]
        middle = (low + high) / 2
        total = load[each] + sign * change[each]
        aside = (total - middle) / middle
        cost = weights.evenness * min(aside * aside, 1.0)
        if total < low - 1e-9:
            cost += weights.outside + weights.distance * (low - total) / middle
        elif total > high + 1e-9:
            cost += weights.outside + weights.distance * (total - high) / middle
        paid += weight * cost
    round_ = 4 * pi * area / (rim * rim) if rim > 0 else 1.0
    return paid + weights.compactness * (1.0 - min(round_, 1.0))


@compiled
def add_up(land: Land, weights: Weights, state: State) -> None:
    """Every sum anew from the grid numbers."""
    state.load[:] = 0.0
    state.area[:] = 0.0
    state.perimeter[:] = 0.0
    state.size[:] = 0
    state.moved[0] = 0.0
    for unit in range(len(state.grid)):
        grid = state.grid[unit]
        state.size[grid] += 1
        state.load[grid] += land.loads[unit]
        state.area[grid] += land.area[unit]
        state.perimeter[grid] += land.perimeter[unit]
        if land.old[unit] >= 0 and land.old[unit] != grid:
            state.moved[0] += land.households[unit]
        for at in range(land.starts[unit], land.starts[unit + 1]):
            if state.grid[land.neighbours[at]] == grid:
                state.perimeter[grid] -= land.shared[at]
    state.change[:] = 0.0
    for grid in range(len(state.size)):
        _appraise(land, weights, state, grid)


@compiled
def _appraise(land: Land, weights: Weights, state: State, grid: int) -> None:
    state.value[grid] = 0.0
    if state.size[grid] > 0:
        state.value[grid] = _value(
            land,
            weights,
            state.load[grid],
            state.change,
            0.0,
            state.area[grid],
            state.perimeter[grid],
        )


@compiled
def worth(land: Land, weights: Weights, state: State) -> float:
    """What the whole state pays."""
    paid = state.value.sum() + weights.price * state.moved[0]
    for unit in range(len(state.grid)):
        for at in range(land.starts[unit], land.starts[unit + 1]):
            if state.grid[land.neighbours[at]] != state.grid[unit]:
                paid += weights.border * land.cost[at] / 2
    return paid


@compiled
def _leaving(land: Land, state: State, unit: int) -> int:
    """Puts into `state.group` the unit and all that would be cut off from its grid without it,
    save the largest part; returns how many."""
    state.group[0] = unit
    grid = state.grid[unit]
    state.clock[0] += 1
    now = state.clock[0]
    around = 0
    for at in range(land.starts[unit], land.starts[unit + 1]):
        other = land.neighbours[at]
        if state.grid[other] == grid:
            state.near[other] = now
            around += 1
    if around < 2:
        return 1
    state.stamp[unit] = now
    filled, best_from, best_to, best = 0, 0, 0, -1.0
    met = 0
    for at in range(land.starts[unit], land.starts[unit + 1]):
        first = land.neighbours[at]
        if state.grid[first] != grid or state.stamp[first] == now:
            continue
        start, weight = filled, 0.0
        state.queue[filled] = first
        filled += 1
        state.stamp[first] = now
        head = start
        while head < filled:
            here = state.queue[head]
            head += 1
            weight += land.loads[here, 0] + 1e-6
            if state.near[here] == now:
                met += 1
                if start == 0 and met == around:
                    return 1
            for step in range(land.starts[here], land.starts[here + 1]):
                other = land.neighbours[step]
                if state.grid[other] == grid and state.stamp[other] != now:
                    state.stamp[other] = now
                    state.queue[filled] = other
                    filled += 1
        if weight > best:
            best, best_from, best_to = weight, start, filled
    count = 1
    for place in range(filled):
        if place < best_from or place >= best_to:
            state.group[count] = state.queue[place]
            count += 1
    return count


@compiled
def _move(land: Land, weights: Weights, state: State, unit: int, target: int, heat: float) -> bool:
    """Moves a unit, and what hangs on it, next door; False where that is refused."""
    count = _leaving(land, state, unit)
    source = state.grid[unit]
    state.clock[0] += 1
    now = state.clock[0]
    for place in range(count):
        state.stamp[state.group[place]] = now
    state.change[:] = 0.0
    rim = area = moved = 0.0
    left_shared = left_cost = new_shared = new_cost = 0.0
    for place in range(count):
        here = state.group[place]
        state.change[:] += land.loads[here]
        rim += land.perimeter[here]
        area += land.area[here]
        if land.old[here] == source:
            moved += land.households[here]
        elif land.old[here] == target:
            moved -= land.households[here]
        for at in range(land.starts[here], land.starts[here + 1]):
            other = land.neighbours[at]
            if state.stamp[other] == now:
                rim -= land.shared[at]
            elif state.grid[other] == source:
                left_shared += land.shared[at]
                left_cost += land.cost[at]
            elif state.grid[other] == target:
                new_shared += land.shared[at]
                new_cost += land.cost[at]
    if moved > 0 and state.moved[0] + moved > weights.most_moved:
        return False
    source_rim = state.perimeter[source] - rim + 2 * left_shared
    target_rim = state.perimeter[target] + rim - 2 * new_shared
    source_value = 0.0
    if state.size[source] > count:
        source_value = _value(
            land,
            weights,
            state.load[source],
            state.change,
            -1.0,
            state.area[source] - area,
            source_rim,
        )
    target_value = _value(
        land,
        weights,
        state.load[target],
        state.change,
        1.0,
        state.area[target] + area,
        target_rim,
    )
    worse = source_value + target_value - state.value[source] - state.value[target]
    worse += weights.border * (left_cost - new_cost) + weights.price * moved
    if worse >= -1e-9 and (heat <= 0 or _uniform(state.random) >= exp(-worse / heat)):
        return False
    for place in range(count):
        state.grid[state.group[place]] = target
    state.load[source] -= state.change
    state.load[target] += state.change
    state.area[source] -= area
    state.area[target] += area
    state.perimeter[source] = source_rim
    state.perimeter[target] = target_rim
    state.size[source] -= count
    state.size[target] += count
    state.value[source] = source_value
    state.value[target] = target_value
    state.moved[0] += moved
    return True


@compiled
def anneal(land: Land, weights: Weights, state: State, steps: int, hot: float, cold: float) -> None:
    """`steps` tries, the temperature falling evenly in its logarithm."""
    units = len(state.grid)
    cooling = (cold / hot) ** (1.0 / max(steps, 1))
    heat = hot
    for _ in range(steps):
        heat *= cooling
        unit = _below(state.random, units)
        degree = land.starts[unit + 1] - land.starts[unit]
        if degree == 0:
            continue
        other = land.neighbours[land.starts[unit] + _below(state.random, degree)]
        target = state.grid[other]
        if target != state.grid[unit]:
            _move(land, weights, state, unit, target, heat)


@compiled
def _flood(land: Land, state: State, first: int, members: Numbers, count: int) -> int:
    """Appends the grid `first` lies in to `members`; returns the new count."""
    grid = state.grid[first]
    head = count
    members[count] = first
    count += 1
    state.inside[first] = True
    while head < count:
        here = members[head]
        head += 1
        for at in range(land.starts[here], land.starts[here + 1]):
            other = land.neighbours[at]
            if state.grid[other] == grid and not state.inside[other]:
                state.inside[other] = True
                members[count] = other
                count += 1
    return count


@compiled
def _gap(land: Land, load: Floats, grids: int) -> float:
    """How far a load is from fitting into so many grids, as a share of one grid."""
    gap = 0.0
    for each in range(land.limits.shape[0]):
        low, high, weight = land.limits[each, 0], land.limits[each, 1], land.limits[each, 2]
        if load[each] < grids * low:
            gap += weight * (grids * low - load[each]) / low
        elif load[each] > grids * high:
            gap += weight * (load[each] - grids * high) / low
    return gap


@compiled
def _root(joined: Numbers, one: int) -> int:
    while joined[one] != one:
        joined[one] = joined[joined[one]]
        one = joined[one]
    return one


@compiled
def _tree(
    land: Land, state: State, members: Numbers, count: int, place: Numbers
) -> tuple[Numbers, Numbers, Floats]:
    """A random spanning tree of the members, borders inside blocks first: the order of a walk
    from its root, each one's parent, and how dear the border to its parent is."""
    for at in range(count):
        place[members[at]] = at
    most = 0
    for at in range(count):
        most += land.starts[members[at] + 1] - land.starts[members[at]]
    one = np.empty(most, dtype=np.int32)
    other = np.empty(most, dtype=np.int32)
    key = np.empty(most)
    dear = np.empty(most)
    edges = 0
    for at in range(count):
        unit = members[at]
        for step in range(land.starts[unit], land.starts[unit + 1]):
            next_ = land.neighbours[step]
            if next_ > unit and state.inside[next_]:
                one[edges], other[edges] = at, place[next_]
                ratio = land.cost[step] / land.shared[step] if land.shared[step] > 0 else 0.5
                dear[edges] = ratio
                key[edges] = _uniform(state.random) / (ratio * ratio)
                edges += 1
    joined = np.arange(count).astype(np.int32)
    first = np.full(count, -1, dtype=np.int32)
    follow = np.empty(2 * count, dtype=np.int32)
    end = np.empty(2 * count, dtype=np.int32)
    price = np.empty(2 * count)
    used = 0
    for edge in np.argsort(key[:edges]):
        left, right = _root(joined, one[edge]), _root(joined, other[edge])
        if left == right:
            continue
        joined[left] = right
        for a, b in ((one[edge], other[edge]), (other[edge], one[edge])):
            end[used], price[used] = b, dear[edge]
            follow[used] = first[a]
            first[a] = used
            used += 1
    order = np.empty(count, dtype=np.int32)
    parent = np.full(count, -1, dtype=np.int32)
    dearness = np.zeros(count)
    root = _below(state.random, count)
    order[0] = root
    parent[root] = root
    filled = 1
    for head in range(count):
        here = order[head]
        link = first[here]
        while link >= 0:
            to = end[link]
            if parent[to] < 0:
                parent[to] = here
                dearness[to] = price[link]
                order[filled] = to
                filled += 1
            link = follow[link]
    return order, parent, dearness


@compiled
def _cut(
    land: Land,
    state: State,
    members: Numbers,
    count: int,
    place: Numbers,
    names: Numbers,
    grids: int,
) -> None:
    """Gives the members the first `grids` of `names`, each a connected part of a random tree."""
    order, parent, dear = _tree(land, state, members, count, place)
    part = np.full(count, -1, dtype=np.int32)
    below = np.zeros((count, land.loads.shape[1]))
    for at in range(count):
        below[at] = land.loads[members[at]]
    for turn in range(count - 1, 0, -1):
        below[parent[order[turn]]] += below[order[turn]]
    rest = below[order[0]].copy()
    for left in range(grids, 1, -1):
        best, chosen = np.inf, -1
        for turn in range(1, count):
            here = order[turn]
            if part[here] >= 0:
                continue
            score = _gap(land, below[here], 1) + _gap(land, rest - below[here], left - 1)
            score += 0.05 * _uniform(state.random) * dear[here]
            if score < best:
                best, chosen = score, here
        if chosen < 0:
            break
        gone = below[chosen].copy()
        rest -= gone
        up = parent[chosen]
        while True:
            below[up] -= gone
            if parent[up] == up:
                break
            up = parent[up]
        part[chosen] = left - 1
        for turn in range(1, count):
            here = order[turn]
            if part[here] < 0 and part[parent[here]] == left - 1:
                part[here] = left - 1
    for at in range(count):
        state.grid[members[at]] = names[max(part[at], 0)]


@compiled
def cut(land: Land, weights: Weights, state: State, grids: int) -> None:
    """Starts anew with so many grids."""
    units = len(state.grid)
    members = np.arange(units).astype(np.int32)
    names = np.arange(max(grids, 1)).astype(np.int32)
    state.inside[:] = True
    _cut(land, state, members, units, np.empty(units, dtype=np.int32), names, grids)
    state.inside[:] = False
    add_up(land, weights, state)


@compiled
def _gather(
    land: Land, state: State, wanted: int, members: Numbers, names: Numbers
) -> tuple[int, int]:
    """Up to `wanted` grids next to one another, around a random unit: a grid out of its band
    where one is soon found. Returns how many units and how many grids."""
    units = len(state.grid)
    first = _below(state.random, units)
    for _ in range(6):
        load = state.load[state.grid[first], 0]
        if load < land.limits[0, 0] or load > land.limits[0, 1]:
            break
        first = _below(state.random, units)
    names[0] = state.grid[first]
    count, grids = _flood(land, state, first, members, 0), 1
    while grids < wanted:
        seen, chosen = 0, -1
        for at in range(count):
            unit = members[at]
            for step in range(land.starts[unit], land.starts[unit + 1]):
                other = land.neighbours[step]
                if not state.inside[other]:
                    seen += 1
                    if _below(state.random, seen) == 0:
                        chosen = other
        if chosen < 0:
            break
        names[grids] = state.grid[chosen]
        grids += 1
        count = _flood(land, state, chosen, members, count)
    return count, grids


@compiled
def _sum_over(
    land: Land,
    weights: Weights,
    state: State,
    members: Numbers,
    count: int,
    names: Numbers,
    grids: int,
) -> None:
    """The sums of these grids anew; the members are all their units."""
    for at in range(grids):
        name = names[at]
        state.load[name] = 0.0
        state.area[name] = 0.0
        state.perimeter[name] = 0.0
        state.size[name] = 0
    for at in range(count):
        unit = members[at]
        grid = state.grid[unit]
        state.size[grid] += 1
        state.load[grid] += land.loads[unit]
        state.area[grid] += land.area[unit]
        state.perimeter[grid] += land.perimeter[unit]
        for step in range(land.starts[unit], land.starts[unit + 1]):
            if state.grid[land.neighbours[step]] == grid:
                state.perimeter[grid] -= land.shared[step]
    state.change[:] = 0.0
    for at in range(grids):
        _appraise(land, weights, state, names[at])


@compiled
def _paid(
    land: Land,
    weights: Weights,
    state: State,
    members: Numbers,
    count: int,
    names: Numbers,
    grids: int,
) -> tuple[float, float]:
    """What these grids and the borders of their units pay, and households moved among them."""
    paid = moved = 0.0
    for at in range(grids):
        paid += state.value[names[at]]
    for at in range(count):
        unit = members[at]
        grid = state.grid[unit]
        if land.old[unit] >= 0 and land.old[unit] != grid:
            moved += land.households[unit]
        for step in range(land.starts[unit], land.starts[unit + 1]):
            other = land.neighbours[step]
            if state.grid[other] != grid and (other > unit or not state.inside[other]):
                paid += weights.border * land.cost[step]
    return paid + weights.price * moved, moved


@compiled
def _polish(
    land: Land,
    weights: Weights,
    state: State,
    members: Numbers,
    count: int,
    among: NDArray[np.bool_],
) -> None:
    """Better moves among these grids until none is left."""
    better = True
    while better:
        better = False
        for at in range(count):
            unit = members[at]
            for step in range(land.starts[unit], land.starts[unit + 1]):
                target = state.grid[land.neighbours[step]]
                if (
                    target != state.grid[unit]
                    and among[target]
                    and _move(land, weights, state, unit, target, 0.0)
                ):
                    better = True


@compiled
def _rename(
    land: Land, state: State, members: Numbers, count: int, names: Numbers, grids: int
) -> None:
    """Gives each of the new parts the name most of its households had."""
    held = np.zeros((grids, grids))
    for at in range(count):
        unit = members[at]
        for part in range(grids):
            if state.grid[unit] == names[part]:
                for name in range(grids):
                    if land.old[unit] == names[name]:
                        held[part, name] += land.households[unit] + 1e-6
    given = np.full(grids, -1, dtype=np.int32)
    taken = np.zeros(grids, dtype=np.bool_)
    for _ in range(grids):
        best, chosen, name_of = -1.0, -1, -1
        for part in range(grids):
            for name in range(grids):
                if given[part] < 0 and not taken[name] and held[part, name] > best:
                    best, chosen, name_of = held[part, name], part, name
        given[chosen] = name_of
        taken[name_of] = True
    for at in range(count):
        for part in range(grids):
            if state.grid[members[at]] == names[part]:
                state.grid[members[at]] = names[given[part]]
                break


@compiled
def _new_count(land: Land, state: State, names: Numbers, grids: int, units: int) -> int:
    """As many grids as are melted, one less or one more; `names` gets a free one for one more."""
    total = np.zeros(land.loads.shape[1])
    for at in range(grids):
        total += state.load[names[at]]
    step = _below(state.random, 5)
    wanted = grids - 1 if step == 0 else grids + 1 if step == 1 else grids
    if _gap(land, total, wanted) > _gap(land, total, grids) and _below(state.random, 10) > 0:
        wanted = grids
    if wanted < 1 or wanted > units:
        return grids
    if wanted > grids:
        for name in range(len(state.size)):
            if state.size[name] == 0:
                names[grids] = name
                return wanted
        return grids
    return wanted


@compiled
def recombine(
    land: Land, weights: Weights, state: State, moves: int, hot: float, cold: float
) -> None:
    """`moves` times melts a few neighbouring grids and cuts them anew."""
    units = len(state.grid)
    members = np.empty(units, dtype=np.int32)
    place = np.empty(units, dtype=np.int32)
    before = np.empty(units, dtype=np.int32)
    names = np.empty(MOST_GRIDS_MELTED + 1, dtype=np.int32)
    among = np.zeros(len(state.size), dtype=np.bool_)
    cooling = (cold / hot) ** (1.0 / max(moves, 1))
    heat = hot
    for _ in range(moves):
        heat *= cooling
        wanted = 2 + int(_uniform(state.random) ** 2 * (MOST_GRIDS_MELTED - 1))
        if _below(state.random, 12) == 0:
            wanted = 1
        count, grids = _gather(land, state, wanted, members, names)
        parts = _new_count(land, state, names, grids, count)
        if parts > 1 or grids > 1:
            most = max(parts, grids)
            paid, moved = _paid(land, weights, state, members, count, names, grids)
            for at in range(count):
                before[at] = state.grid[members[at]]
            base = state.moved[0] - moved
            _cut(land, state, members, count, place, names, parts)
            _rename(land, state, members, count, names, most)
            _sum_over(land, weights, state, members, count, names, most)
            state.moved[0] = base + _paid(land, weights, state, members, count, names, most)[1]
            for at in range(most):
                among[names[at]] = state.size[names[at]] > 0
            _polish(land, weights, state, members, count, among)
            for at in range(most):
                among[names[at]] = False
            now, moved_now = _paid(land, weights, state, members, count, names, most)
            worse = now - paid
            refused = moved_now > moved and base + moved_now > weights.most_moved
            if refused or (worse > 1e-9 and _uniform(state.random) >= exp(-worse / heat)):
                for at in range(count):
                    state.grid[members[at]] = before[at]
                _sum_over(land, weights, state, members, count, names, most)
                state.moved[0] = base + moved
        for at in range(count):
            state.inside[members[at]] = False
