"""Graphs, measures and units as JSON and back: a plan is measured again without any geometry."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qijie.territory.drawing.model import (
    Edge,
    Floats,
    GaveWay,
    Graph,
    Measures,
    Numbers,
    Rules,
    Units,
)

_DIGITS = 2
_LEAST_SHARE = 0.01


def graph_json(graph: Graph, middles: Floats) -> dict[str, Any]:
    """middles: (n, 2) plane metres, the middle of each unit; splitting a grid looks at them."""
    return {
        "pairs": graph.pairs.tolist(),
        "border_metres": _rounded(graph.border_metres),
        "edge": graph.edge.tolist(),
        "area": _rounded(graph.area),
        "perimeter_metres": _rounded(graph.perimeter_metres),
        "street_metres": _rounded(graph.street_metres),
        "bridged": [list(pair) for pair in graph.bridged],
        "middles": [[round(float(x), 1), round(float(y), 1)] for x, y in middles],
    }


def graph_of_json(rows: Mapping[str, Any]) -> Graph:
    return Graph(
        pairs=np.array(rows["pairs"], dtype=np.int32).reshape(-1, 2),
        border_metres=np.array(rows["border_metres"], dtype=np.float64),
        edge=np.array(rows["edge"], dtype=np.int8),
        area=np.array(rows["area"], dtype=np.float64),
        perimeter_metres=np.array(rows["perimeter_metres"], dtype=np.float64),
        street_metres=np.array(rows["street_metres"], dtype=np.float64),
        bridged=tuple((int(one), int(other)) for one, other in rows["bridged"]),
    )


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), _DIGITS) for value in values]


def bare_units(rows: Sequence[Mapping[str, Any]], measures: Sequence[str]) -> Units:
    """Units without their shapes, for measuring: from key, community, loads, block, compound,
    dedicated of each block in the order of their positions."""
    return Units(
        keys=tuple(row["key"] for row in rows),
        shapes=np.empty(len(rows), dtype=np.object_),
        communities=tuple(row["community_code"] for row in rows),
        measures=tuple(measures),
        loads=np.array([row["loads"] for row in rows], dtype=np.float64).reshape(len(rows), -1),
        blocks=tuple(row["block"] for row in rows),
        compounds=tuple(row["compound"] for row in rows),
        dedicated=tuple(row["dedicated"] for row in rows),
    )


def measures_json(measures: Measures) -> dict[str, Any]:
    """`Measures` with its grids, every number plain and rounded."""
    plain: dict[str, Any] = _plain(asdict(measures))
    return plain


def gave_way_json(given: Sequence[GaveWay], sentences: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {**_plain(asdict(one)), "sentence": sentence}
        for one, sentence in zip(given, sentences, strict=True)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 4)
    return value


def locked_units(grid: Numbers, locked: Sequence[int]) -> Numbers:
    """(n,) the number of each unit in a locked grid, 0 for the others."""
    kept = np.isin(grid, np.array(locked, dtype=np.int32))
    return np.where(kept, grid, 0).astype(np.int32)


def numbers_of(codes: Sequence[str]) -> tuple[Numbers, dict[int, str]]:
    """Today's grids as numbers from 1 in the order of their codes, 0 for none; and back."""
    known = {code: number for number, code in enumerate(sorted(set(codes) - {""}), start=1)}
    numbers = np.array([known.get(code, 0) for code in codes], dtype=np.int32)
    return numbers, {number: code for code, number in known.items()}


def is_street(edge: int) -> bool:
    return edge == Edge.STREET


def shares_of(
    numbers: Sequence[int], codes: Sequence[str], households: Sequence[float]
) -> dict[int, dict[str, float]]:
    """Of each new grid, how many households come from which grid of today, the most first."""
    found: dict[int, dict[str, float]] = {}
    for number, code, load in zip(numbers, codes, households, strict=True):
        if code:
            of_grid = found.setdefault(number, {})
            of_grid[code] = of_grid.get(code, 0.0) + max(load, _LEAST_SHARE)
    return {
        number: dict(sorted(of_grid.items(), key=lambda share: (-share[1], share[0])))
        for number, of_grid in found.items()
    }


def rules_of(balances: Any, seed: int, price: float, most_moved: float | None) -> Rules:
    return Rules(balances=tuple(balances), seed=seed, price=price, most_moved=most_moved)
