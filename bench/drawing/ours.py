"""`python -m bench.drawing.ours UNITS OUT`: the product's own drawing in a process of its own.

OUT is JSON: the grid of every unit, seconds of the graph and of the cutting, the most memory held.
"""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from bench.drawing.store import load
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.model import Balance, Graph, Plan, Rules, Units
from qijie.territory.drawing.planning import plan, replan


def main() -> int:
    parser = ArgumentParser(prog="python -m bench.drawing.ours")
    parser.add_argument("units", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--old", type=Path, help="JSON 数组：每个单元原来的网格号")
    parser.add_argument("--price", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--effort", type=int, default=9)
    options = parser.parse_args()
    rules = Rules((Balance(),), seed=options.seed, effort=options.effort, price=options.price)
    units = load(options.units).units
    old = None
    if options.old:
        old = np.array(json.loads(options.old.read_text("utf-8")), dtype=np.int32)
    options.out.write_text(json.dumps(drawn(units, rules, old)), "utf-8")
    return 0


def drawn(units: Units, rules: Rules, old: np.ndarray | None = None) -> dict[str, object]:
    _warm_up(units, rules, old)
    before = megabytes()
    begun = time.perf_counter()
    graph = graph_of(units)
    joined, worked = time.perf_counter(), time.process_time()
    made = _made(units, graph, rules, old)
    ended = time.perf_counter()
    return {
        "grid": made.grid.tolist(),
        "graph_seconds": joined - begun,
        "seconds": ended - joined,
        "cpu_seconds": time.process_time() - worked,
        "gave_way": sorted((one.rule.value, one.reason.value) for one in made.gave_way),
        "megabytes_before": before,
        "megabytes": megabytes(),
    }


def _made(units: Units, graph: Graph, rules: Rules, old: np.ndarray | None) -> Plan:
    if old is None:
        return plan(units, graph, rules)
    return replan(units, graph, old, rules)


def _warm_up(units: Units, rules: Rules, old: np.ndarray | None) -> None:
    """Imports and compiles on the smallest community, as every peer may before its clock runs."""
    names, sizes = np.unique(units.communities, return_counts=True)
    few = np.flatnonzero(np.array(units.communities) == names[sizes.argmin()])
    small = _picked(units, few)
    _made(small, graph_of(small), rules, None if old is None else old[few])


def _picked(units: Units, places: np.ndarray) -> Units:
    def words(all_of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(all_of[place] for place in places) if all_of else ()

    return Units(
        keys=words(units.keys),
        shapes=units.shapes[places],
        communities=words(units.communities),
        measures=units.measures,
        loads=units.loads[places],
        blocks=words(units.blocks),
        compounds=words(units.compounds),
        dedicated=words(units.dedicated),
    )


def megabytes() -> float:
    """The most this process has held so far; `ru_maxrss` would count what its parent held too."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main())
