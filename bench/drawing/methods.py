"""Runs one method on one scenario in a process of its own and takes back the grids."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely

from bench.drawing.city import City
from bench.drawing.problem import Problem
from bench.drawing.store import save
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.model import Balance, Graph, Numbers, Rules, Units
from qijie.territory.drawing.pieces import parts_of

BAND = Balance()
ROOT = Path(__file__).resolve().parents[2]
OURS = "qijie"
WITHOUT_LIBRARIES = ("greedy",)
HOURS = 3600.0


@dataclass(frozen=True)
class Answer:
    """0 in `grid` is a unit the method was not asked about."""

    grid: Numbers
    seconds: float
    failures: tuple[str, ...] = ()
    more: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A scenario made ready: units, their graph and the pieces to divide."""

    name: str
    seed: int
    city: City
    graph: Graph
    problem: Problem
    fixed: tuple[Numbers, ...]
    folder: Path

    @property
    def units(self) -> Units:
        return self.city.units

    @property
    def label(self) -> str:
        return f"{self.name}-{self.seed}"


def case_of(name: str, seed: int, made: City, folder: Path) -> Case:
    units = made.units
    graph = graph_of(units)
    parts = parts_of(units, graph, Rules((BAND,)))
    piece = np.full(len(units), -1)
    for number, part in enumerate(parts.pieces):
        piece[part.units] = number
    problem = Problem(
        piece=piece,
        households=units.households.astype(np.int64),
        points=shapely.get_coordinates(shapely.centroid(units.shapes)),
        pairs=graph.pairs.astype(np.int64),
        metres=graph.border_metres,
        edge=graph.edge.astype(np.int64),
        low=BAND.low,
        high=BAND.high,
    )
    return Case(name, seed, made, graph, problem, parts.fixed, folder)


def with_units(case: Case, units: Units) -> Case:
    """The same ground with other households; what is dedicated may have to be judged anew."""
    return case_of(case.name, case.seed, replace(case.city, units=units), case.folder)


def only(case: Case, pieces: Sequence[int]) -> Case:
    chosen = np.isin(case.problem.piece, pieces)
    fewer = case.problem.only(np.asarray(pieces))
    return replace(
        case,
        name=f"{case.name} ({len(pieces)} pieces)",
        problem=replace(fewer, piece=np.where(chosen, fewer.piece, -1)),
        fixed=(),
    )


@dataclass(frozen=True)
class Runner:
    python: Path
    """Of the peers' own environment."""
    effort: int = 9

    def has(self, method: str) -> bool:
        return method in (OURS, *WITHOUT_LIBRARIES) or self.python.exists()

    def ours(self, case: Case, seed: int, old: Numbers | None = None, price: float = 0.0) -> Answer:
        units, out = case.folder / "units.npz", case.folder / "ours.json"
        save(units, case.city)
        words = ["bench.drawing.ours", units, out, "--seed", seed, "--effort", self.effort]
        if old is not None:
            before = case.folder / "old.json"
            before.write_text(json.dumps(old.tolist()), "utf-8")
            words += ["--old", before, "--price", price]
        failure = _run([sys.executable, "-m", *words], out)
        if failure:
            return _nothing(case, failure)
        found = json.loads(out.read_text("utf-8"))
        grid = np.array(found.pop("grid"), dtype=np.int32)
        found.pop("gave_way")
        return Answer(grid, found.pop("seconds"), (), found)

    def peer(
        self,
        method: str,
        case: Case,
        seed: int,
        cap: float,
        old: Numbers | None = None,
        price: float = 0.0,
    ) -> Answer:
        given, out = case.folder / "problem.npz", case.folder / "peer.json"
        start = None if old is None else old.astype(np.int64)
        replace(case.problem, old=start, price=price).save(given)
        own = method in WITHOUT_LIBRARIES
        python = sys.executable if own else self.python
        words = ["bench.drawing.peers", method, given, out, "--seed", seed, "--cap", cap]
        failure = _run([python, "-m", *words], out)
        if failure:
            return _nothing(case, failure)
        found = json.loads(out.read_text("utf-8"))
        return Answer(
            _with_fixed(case, np.array(found["grid"], dtype=np.int32)),
            sum(found["seconds"]),
            tuple(f"piece {one['piece']}: {one['why']}" for one in found["failures"]),
            {
                "cpu_seconds": sum(found["cpu_seconds"]),
                "slowest_piece_seconds": max(found["cpu_seconds"]),
            },
        )


def ground(households: int, folder: Path) -> dict[str, object]:
    """Streets to units, by the product, in a process of its own; "failure" says why not."""
    out = folder / "ground.json"
    failure = _run([sys.executable, "-m", "bench.drawing.ground", households, out], out)
    return {"failure": failure} if failure else json.loads(out.read_text("utf-8"))


def _nothing(case: Case, failure: str) -> Answer:
    return Answer(np.zeros(len(case.units), dtype=np.int32), 0.0, (failure,))


def _run(words: Sequence[object], out: Path) -> str:
    """What went wrong, "" for nothing."""
    out.unlink(missing_ok=True)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "OMP_NUM_THREADS": "1",
        # gerrychain walks sets of nodes: the same run twice needs the same order.
        "PYTHONHASHSEED": "0",
    }
    try:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=HOURS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "not done in an hour"
    if done.returncode or not out.exists():
        last = (done.stderr.strip() or "no word").splitlines()[-1]
        return f"ended with {done.returncode}: {last}"[:200]
    return ""


def _with_fixed(case: Case, grid: Numbers) -> Numbers:
    grid = grid.copy()
    for number, group in enumerate(case.fixed, start=int(grid.max()) + 1):
        grid[group] = number
    return grid
