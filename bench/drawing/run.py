"""The runs, one after the other: never two at a time on one machine."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.drawing.city import city
from bench.drawing.methods import (
    OURS,
    Answer,
    Case,
    Runner,
    case_of,
    ground,
    only,
    with_units,
)
from bench.drawing.records import Record, Records
from bench.drawing.scenarios import Scenario, bubenec, jianghan, perturbed, wuhan
from bench.drawing.scoring import row, seams
from qijie.territory.drawing.model import Numbers

QUICK = ("metis once", "metis best of 20", "kahip strong", "greedy")
LIBRARIES = (*QUICK, "max-p", "azp", "skater", "region k-means", "recom")
RESOLVED = ("metis best of 20", "kahip strong")
CHANGE = 0.05
PRICES = (0.2, 0.05, 0.02)
WARM_PRICES = (0.0, 0.05)
"""For ReCom started warm: without a price, as the library has it, and with the middle one."""
LARGE = 100_000
"""Households above which a scenario's random communities are also compared by themselves."""


@dataclass(frozen=True)
class Extent:
    scenarios: tuple[tuple[Scenario, tuple[str, ...]], ...]
    """Each with its peers."""
    changed: tuple[tuple[Scenario, int], ...]
    """Each with the number of perturbations of each of its seeds."""
    steps: tuple[int, ...]
    effort: int
    cap: float
    """Seconds a peer may take for one connected piece."""
    random_pieces: int = 40


FULL = Extent(
    scenarios=(
        (Scenario("bubenec", bubenec, 1), LIBRARIES),
        (Scenario("jianghan20k", jianghan, 1), (*LIBRARIES, "recom defaults")),
        (wuhan(20_000, 5), (*LIBRARIES, "max-p defaults", "recom long")),
        (wuhan(400_000, 5), LIBRARIES),
    ),
    changed=((wuhan(20_000, 5), 5), (wuhan(400_000, 1), 5)),
    steps=(20_000, 50_000, 100_000, 200_000, 400_000),
    effort=9,
    cap=60.0,
)
TINY = Extent(
    scenarios=((wuhan(4_000, 1), LIBRARIES),),
    changed=((wuhan(4_000, 1), 1),),
    steps=(2_000, 4_000),
    effort=2,
    cap=20.0,
    random_pieces=2,
)
Say = Callable[[str], None]


def run(extent: Extent, runner: Runner, records: Records, say: Say) -> None:
    with tempfile.TemporaryDirectory(prefix="qijie-drawing-") as folder:
        bench = _Bench(extent, runner, records, say, Path(folder))
        for scenario, peers in extent.scenarios:
            for seed in range(scenario.seeds):
                bench.fresh(bench.case(scenario, seed), peers)
        for scenario, perturbations in extent.changed:
            for seed in range(scenario.seeds):
                bench.changes(bench.case(scenario, seed), perturbations)
        for households in extent.steps:
            bench.growth(households)


@dataclass(frozen=True)
class _Bench:
    extent: Extent
    runner: Runner
    records: Records
    say: Say
    folder: Path

    def case(self, scenario: Scenario, seed: int) -> Case:
        made = case_of(scenario.name, seed, scenario.made(seed), self.folder)
        self.records.once(lambda: _described(made), part="ground", scenario=made.name, seed=seed)
        return made

    def fresh(self, case: Case, peers: tuple[str, ...]) -> None:
        self._fresh(case, OURS)
        for method in self._present(peers):
            self._fresh(case, method)
        if case.units.households.sum() > LARGE or len(self.extent.steps) == 2:
            self._random_pieces(case, (OURS, *self._present(peers)))

    def _present(self, methods: tuple[str, ...]) -> Iterator[str]:
        return (method for method in methods if self.runner.has(method))

    def _fresh(self, case: Case, method: str) -> Record:
        return self._once(
            case, method, lambda: self._solved(case, method), part="fresh", scenario=case.name
        )

    def _solved(self, case: Case, method: str) -> Answer:
        if method == OURS:
            return self.runner.ours(case, case.seed)
        return self.runner.peer(method, case, case.seed, self.extent.cap)

    def _random_pieces(self, case: Case, methods: tuple[str, ...]) -> None:
        """The same plans on some communities alone, and ReCom with ten times the steps there."""
        count = int(case.problem.piece.max()) + 1
        chance = np.random.default_rng([case.seed, 3])
        size = min(self.extent.random_pieces, count)
        few = only(case, chance.choice(count, size, replace=False).tolist())
        inside = few.problem.piece >= 0
        for method in methods:
            grid = np.where(inside, np.array(self._fresh(case, method)["grid"]), 0)
            answer = Answer(grid.astype(np.int32), 0.0)
            self._once(few, method, lambda a=answer: a, part="some", scenario=case.name)
        for method in self._present(("recom long",)):
            self._once(
                few, method, lambda m=method: self._solved(few, m), part="some", scenario=case.name
            )

    def changes(self, case: Case, perturbations: int) -> None:
        for number in range(perturbations):
            then = perturbed(case.units, number, CHANGE)
            self._changed(case, with_units(case, then), number)

    def _changed(self, case: Case, then: Case, number: int) -> None:
        key = {"part": "change", "scenario": case.name, "perturbation": number}
        old = _grid(self._fresh(case, OURS))
        self._once(then, "stale", lambda: Answer(old, 0.0), old, **key)
        for price in PRICES:
            self._once(
                then,
                f"{OURS} replan",
                lambda p=price: self.runner.ours(then, case.seed, old, p),
                old,
                price=price,
                **key,
            )
        for method in (OURS, *self._present(RESOLVED)):
            before = _grid(self._fresh(case, method))
            self._once(then, method, lambda m=method: self._solved(then, m), before, **key)
        for price in WARM_PRICES if self.runner.has("recom warm") else ():
            self._once(
                then,
                "recom warm",
                lambda p=price: self._warm(then, case.seed, old, p),
                old,
                price=price,
                **key,
            )

    def _warm(self, then: Case, seed: int, old: Numbers, price: float) -> Answer:
        return self.runner.peer("recom warm", then, seed, self.extent.cap, old, price)

    def _once(
        self,
        case: Case,
        method: str,
        solved: Callable[[], Answer],
        old: Numbers | None = None,
        **key: object,
    ) -> Record:
        def made() -> Record:
            answer = solved()
            found = row(case, method, answer, old)
            self.say(_line(str(key["scenario"]), case.seed, key, found.as_record()))
            return {**found.as_record(), "more": answer.more, "grid": answer.grid.tolist()}

        return self.records.once(made, seed=case.seed, method=method, **key)

    def growth(self, households: int) -> None:
        name = f"{households:,} households"

        def made() -> Record:
            case = case_of(name, 0, city(households, 0), self.folder)
            answer = self.runner.ours(case, 0)
            found = row(case, OURS, answer).as_record()
            self.say(_line(name, 0, {"part": "growth"}, found))
            held = float(case.units.households.sum())
            below = ground(households, self.folder)
            return {**found, **answer.more, **below, "units": len(case.units), "households": held}

        self.records.once(made, part="growth", scenario=name, seed=0, method=OURS)


def _grid(record: Record) -> Numbers:
    return np.array(record["grid"], dtype=np.int32)


def _described(case: Case) -> Record:
    units, checked = case.units, seams(case)
    sizes = np.unique(units.communities, return_counts=True)[1]
    return {
        "units": len(units),
        "households": float(units.households.sum()),
        "buildings": len(case.city.buildings),
        "blocks": len(set(units.blocks)),
        "communities": len(sizes),
        "median_units": float(np.median(sizes)),
        "most_units": int(sizes.max()),
        "dedicated": sum(word != "" for word in units.dedicated),
        "largest_unit": float(units.households.max()),
        "overlap_square_metres": checked.overlap_square_metres,
        "gap_square_metres": checked.gap_square_metres,
    }


def _line(scenario: str, seed: int, key: dict, found: Record) -> str:
    words = [key["part"], scenario, f"seed {seed}", found["method"]]
    words += [f"{name} {key[name]}" for name in ("perturbation", "price") if name in key]
    result = (
        f"{found['out']} of {found['grids']} out, {found['in_band']:.1%} in band,"
        f" moved {found['moved']:.2%}, {found['seconds']:.1f} s"
    )
    failed = f", {len(found['failures'])} failures" if found["failures"] else ""
    return f"{' · '.join(map(str, words))}: {result}{failed}"
