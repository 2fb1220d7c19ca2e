"""What a plan is worth: each grid's measures and the whole plan's, for any assignment."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from qijie.territory.drawing.graph import components, ordinals, summed, sums_at_ends
from qijie.territory.drawing.model import (
    Edge,
    Floats,
    Graph,
    GridMeasures,
    Measures,
    Numbers,
    Rules,
    Units,
)
from qijie.territory.drawing.numbering import moved_households

GENERAL, DEDICATED, UNDEVELOPED = "general", "dedicated", "undeveloped"


@dataclass(frozen=True)
class _Sums:
    """Sums over the grids of a plan, in the order of `numbers`."""

    numbers: Numbers
    of_unit: Numbers
    """(n,) place in `numbers`; -1 for a unit without a grid."""
    communities: tuple[str, ...]
    kinds: tuple[str, ...]
    units: Numbers
    loads: Floats
    area: Floats
    perimeter: Floats
    street: Floats
    pieces: Numbers


def measure(
    units: Units, graph: Graph, grid: Numbers, rules: Rules, old: Numbers | None = None
) -> Measures:
    """The measures of any assignment, also of one that breaks rules; 0 is a unit without a grid.

    With `old`, how many households of that plan would change hands.
    """
    grid = np.asarray(grid)
    sums = _sums(units, graph, grid, rules)
    kept = _in_band(units, sums, rules)
    grids = tuple(_grid(sums, place, bool(kept[place])) for place in range(len(sums.numbers)))
    general = np.array([kind == GENERAL for kind in sums.kinds], dtype=bool)
    ours = [one for one in grids if one.kind == GENERAL]
    moved = 0.0 if old is None else moved_households(np.asarray(old), grid, units.households)
    had = 0.0 if old is None else float(units.households[np.asarray(old) != 0].sum())
    return Measures(
        grids=grids,
        general=len(ours),
        in_band=_share(sum(one.in_band for one in ours), len(ours)),
        out_of_band=tuple(one.grid for one in ours if not one.in_band),
        pieces_too_many=int((sums.pieces - 1).sum()),
        compactness=float(np.mean([one.compactness for one in ours])) if ours else 0.0,
        on_street=_on_street(graph, sums, general),
        whole_blocks=_whole_blocks(units, sums, general),
        cut_compounds=_cut_compounds(units, grid, rules),
        deviation=_deviation(units, sums, general, rules),
        spread=_spread(sums.loads[general]),
        moved_households=moved,
        moved_share=moved / had if had else 0.0,
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def _sums(units: Units, graph: Graph, grid: Numbers, rules: Rules) -> _Sums:
    numbers = np.unique(grid[grid != 0]).astype(np.int32)
    count = len(numbers)
    of_unit = np.where(grid != 0, np.searchsorted(numbers, grid), -1).astype(np.int32)
    has = of_unit >= 0
    of = of_unit[has]
    together = _together(graph, of_unit)
    inner = sums_at_ends(graph.pairs[together], graph.border_metres[together], len(grid))
    on_street = together & (graph.edge == Edge.STREET)
    inner_street = sums_at_ends(graph.pairs[on_street], graph.border_metres[on_street], len(grid))

    def total(values: Floats) -> Floats:
        return summed(of, values[has], count)

    loads = np.column_stack([total(column) for column in units.loads.T])
    return _Sums(
        numbers=numbers,
        of_unit=of_unit,
        communities=_communities(units, of_unit, count),
        kinds=_kinds(units, of_unit, loads, rules),
        units=np.bincount(of, minlength=count).astype(np.int32),
        loads=loads,
        area=total(graph.area),
        perimeter=np.maximum(total(graph.perimeter_metres - inner), 1e-9),
        street=np.maximum(total(graph.street_metres - inner_street), 0.0),
        pieces=_pieces(graph, of_unit, together, count),
    )


def _together(graph: Graph, of_unit: Numbers) -> NDArray[np.bool_]:
    one, other = of_unit[graph.pairs[:, 0]], of_unit[graph.pairs[:, 1]]
    return np.asarray((one == other) & (one >= 0))


def _pieces(graph: Graph, of_unit: Numbers, together: NDArray[np.bool_], count: int) -> Numbers:
    piece = components(len(of_unit), graph.pairs[together])
    has = of_unit >= 0
    seen = np.unique(np.column_stack([of_unit[has], piece[has]]), axis=0)
    return np.bincount(seen[:, 0], minlength=count).astype(np.int32)


def _communities(units: Units, of_unit: Numbers, count: int) -> tuple[str, ...]:
    """The community most of a grid's units lie in."""
    names = sorted(set(units.communities))
    has = of_unit >= 0
    votes = np.zeros((count, max(len(names), 1)), dtype=np.int32)
    np.add.at(votes, (of_unit[has], ordinals(units.communities)[has]), 1)
    return tuple(names[place] for place in votes.argmax(axis=1))


def _kinds(units: Units, of_unit: Numbers, loads: Floats, rules: Rules) -> tuple[str, ...]:
    words: list[set[str]] = [set() for _ in range(len(loads))]
    if units.dedicated:
        for unit, place in enumerate(of_unit.tolist()):
            if place >= 0:
                words[place].add(units.dedicated[unit])
    columns = [units.measures.index(balance.measure) for balance in rules.balances]
    empty = loads[:, columns].max(axis=1, initial=0.0) <= 0
    return tuple(_kind(word, bool(none)) for word, none in zip(words, empty, strict=True))


def _kind(words: set[str], empty: bool) -> str:
    if len(words) == 1 and "" not in words:
        return DEDICATED
    return UNDEVELOPED if empty else GENERAL


def _in_band(units: Units, sums: _Sums, rules: Rules) -> NDArray[np.bool_]:
    kept = np.ones(len(sums.numbers), dtype=bool)
    for balance in rules.balances:
        load = sums.loads[:, units.measures.index(balance.measure)]
        kept &= (load >= balance.low) & (load <= balance.high)
    return np.asarray(kept | np.array([kind != GENERAL for kind in sums.kinds], dtype=bool))


def _grid(sums: _Sums, place: int, in_band: bool) -> GridMeasures:
    area, perimeter = float(sums.area[place]), float(sums.perimeter[place])
    return GridMeasures(
        grid=int(sums.numbers[place]),
        community=sums.communities[place],
        kind=sums.kinds[place],
        units=int(sums.units[place]),
        loads=tuple(float(load) for load in sums.loads[place]),
        area=area,
        perimeter_metres=perimeter,
        compactness=min(4 * pi * area / perimeter**2, 1.0),
        on_street=min(float(sums.street[place]) / perimeter, 1.0),
        pieces=int(sums.pieces[place]),
        in_band=in_band,
    )


def _on_street(graph: Graph, sums: _Sums, general: NDArray[np.bool_]) -> float:
    one, other = (sums.of_unit[graph.pairs[:, end]] for end in (0, 1))
    counted = np.append(general, False)
    border = (one != other) & counted[one] & counted[other]
    street = border & (graph.edge == Edge.STREET)
    return _share(graph.border_metres[street].sum(), graph.border_metres[border].sum())


def _whole_blocks(units: Units, sums: _Sums, general: NDArray[np.bool_]) -> float:
    if not units.blocks:
        return 1.0
    grids: dict[tuple[str, str], set[int]] = {}
    for unit, place in enumerate(sums.of_unit.tolist()):
        if place >= 0 and general[place] and units.blocks[unit]:
            grids.setdefault((units.communities[unit], units.blocks[unit]), set()).add(place)
    return _share(sum(len(places) == 1 for places in grids.values()), len(grids))


def _cut_compounds(units: Units, grid: Numbers, rules: Rules) -> int:
    if not units.compounds:
        return 0
    first = rules.balances[0]
    load = units.loads[:, units.measures.index(first.measure)]
    grids: dict[tuple[str, str], set[int]] = {}
    size: dict[tuple[str, str], float] = {}
    for unit, compound in enumerate(units.compounds):
        if compound and not (units.dedicated and units.dedicated[unit]):
            name = (units.communities[unit], compound)
            grids.setdefault(name, set()).add(int(grid[unit]))
            size[name] = size.get(name, 0.0) + float(load[unit])
    return sum(len(places) > 1 and size[name] <= first.high for name, places in grids.items())


def _deviation(units: Units, sums: _Sums, general: NDArray[np.bool_], rules: Rules) -> float:
    first = rules.balances[0]
    load = sums.loads[general, units.measures.index(first.measure)]
    return float(np.mean(np.abs(load - first.middle)) / first.middle) if len(load) else 0.0


def _spread(loads: Floats) -> tuple[float, ...]:
    if not len(loads):
        return (1.0,) * int(loads.shape[1])
    most, mean = loads.max(axis=0), loads.mean(axis=0)
    share = np.where(mean > 0, most / np.where(mean > 0, mean, 1.0), 1.0)
    return tuple(float(one) for one in share)
