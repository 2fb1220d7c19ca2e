"""The bars, judged seed by seed: a ratio's median and worst, and whether each of them is met."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.drawing.methods import OURS
from bench.drawing.records import Record, Records

RECOM, METIS, MAX_P = "recom", "metis best of 20", "max-p"
SMALL, LARGE = "wuhan20k", "wuhan400k"
HEEDS_HOUSEHOLDS = 0.5
"""Shape is compared with peers that keep at least this share in band: a plan that ignores
households can be as round as it likes."""


@dataclass(frozen=True)
class Bar:
    number: str
    words: str
    values: tuple[float, ...]
    limit: float
    at_least: bool = False
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def worst(self) -> float:
        return min(self.values) if self.at_least else max(self.values)

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def verdict(self) -> str:
        if not self.values:
            return "not measured"
        if self.met(self.worst):
            return "met in every run"
        return "met in the median, not in the worst" if self.met(self.median) else "not met"


def bars(records: Records) -> list[Bar]:
    parts = (_always, _band, _shape, _time, _change, _warm)
    return [bar for part in parts for bar in part(records)]


def failed(record: Record) -> bool:
    return bool(record["failures"])


def eligible(record: Record) -> bool:
    return not failed(record) and record["not_contiguous"] == 0


def _always(records: Records) -> Iterator[Bar]:
    rows = [r for r in records.all if r.get("method", "").startswith(OURS)]
    names = ("not_contiguous", "cut_buildings", "cut_compounds", "crossing")
    broken = tuple(float(sum(row[name] for name in names)) for row in rows)
    yield Bar("1", "pieces too many, buildings and compounds cut, communities crossed", broken, 0)
    failures = tuple(float(len(row["failures"])) for row in rows)
    yield Bar("1", "runs of ours that failed", failures, 0)
    for ours, words in ((True, "the product's units"), (False, "the bench's own units")):
        areas = tuple(
            ground["overlap_square_metres"] + ground["gap_square_metres"]
            for ground in records.of(part="ground")
            if ground["scenario"].startswith("wuhan") != ours
        )
        yield Bar("1", f"square metres of overlap and gap, {words} (rounding below 1)", areas, 1.0)


def _pairs(records: Records, part: str, scenario: str) -> Iterator[tuple[Record, list[Record]]]:
    """Our plan of each seed with all peers' plans of the same seed."""
    for ours in records.of(part=part, scenario=scenario, method=OURS):
        same = records.of(part=part, scenario=scenario, seed=ours["seed"])
        yield ours, [row for row in same if row["method"] != OURS]


def ratio(ours: float, theirs: float) -> float:
    """Nought against nought is even; anything against nought has no ratio."""
    return ours / theirs if theirs else (1.0 if not ours else math.inf)


def _band(records: Records) -> Iterator[Bar]:
    for name, limit, at in (
        ("any eligible peer", 0.20, None), (MAX_P, 0.20, MAX_P), (METIS, 0.20, METIS),
        (RECOM, 0.50, RECOM),
    ):  # fmt: skip
        values, names = _out_ratios(_pairs(records, "fresh", LARGE), at)
        yield Bar(
            "2" if at != RECOM else "2b",
            f"{LARGE}: grids out of band, ours / {name}",
            values,
            limit,
            note=_best_were(names) if at is None else "",
        )
    some, _ = _out_ratios(_pairs(records, "some", LARGE), RECOM)
    yield Bar("3", f"{LARGE}, 40 random pieces: grids out of band, ours / {RECOM}", some, 0.50)
    for scenario, limit in ((LARGE, 0.98), (SMALL, 0.96)):
        rows = list(records.of(part="fresh", scenario=scenario, method=OURS))
        shares = _all(rows, "in_band")
        yield Bar("4", f"{scenario}: share in band", shares, limit, at_least=True)


def _out_ratios(
    pairs: Iterable[tuple[Record, list[Record]]], method: str | None
) -> tuple[tuple[float, ...], list[str]]:
    """Run by run against this peer, or the one with fewest out of band; runs in which no such
    peer gave an eligible plan are left out."""
    values, names = [], []
    for ours, peers in pairs:
        fair = [row for row in peers if eligible(row) and method in (None, row["method"])]
        if fair:
            best = min(fair, key=lambda row: row["out"])
            values.append(ratio(ours["out"], best["out"]))
            names.append(best["method"])
    return tuple(values), names


def _shape(records: Records) -> Iterator[Bar]:
    for number, column, words, limit in (
        ("5", "compactness", "mean Polsby–Popper", 1.0),
        ("6", "on_street", "border on streets", 0.98),
    ):
        for scenario in (LARGE, SMALL):
            for floor, whom in ((0.0, ""), (HEEDS_HOUSEHOLDS, " that heeds households")):
                values, names = _against_best(_pairs(records, "fresh", scenario), column, floor)
                yield Bar(
                    number,
                    f"{scenario}: {words}, ours / best eligible peer{whom}",
                    values,
                    limit,
                    at_least=True,
                    note=_best_were(names),
                )


def _against_best(
    pairs: Iterable[tuple[Record, list[Record]]], column: str, floor: float
) -> tuple[tuple[float, ...], list[str]]:
    """Our share of the most any eligible peer has, run by run, and which peer that was."""
    values, names = [], []
    for ours, peers in pairs:
        fair = [peer for peer in peers if eligible(peer) and peer["in_band"] >= floor]
        if fair:
            best = max(fair, key=lambda row: row[column])
            values.append(ratio(ours[column], best[column]))
            names.append(best["method"])
    return tuple(values), names


def _best_were(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in Counter(names).most_common())


def _time(records: Records) -> Iterator[Bar]:
    ours = [r["seconds"] for r in records.of(part="fresh", scenario=LARGE, method=OURS)]
    yield Bar("7", f"{LARGE}: seconds of cutting", tuple(ours), 120)
    # Peers use one core, ours all there are: the work of the processors is compared, not the wait.
    against = [
        ratio(our["more"]["cpu_seconds"], peer["more"]["cpu_seconds"])
        for our, peers in _pairs(records, "fresh", LARGE)
        for peer in peers
        if peer["method"] == RECOM and not failed(peer)
    ]
    yield Bar("7", f"{LARGE}: processor seconds, ours / {RECOM}", tuple(against), 0.1)


def _changed(records: Records, scenario: str, **key: object) -> list[Record]:
    return [r for r in records.of(part="change", scenario=scenario, **key) if not failed(r)]


def _same(records: Records, like: Record, **key: object) -> Record | None:
    names = ("part", "scenario", "seed", "perturbation")
    found = records.of(**{name: like[name] for name in names}, **key)
    return next((row for row in found if eligible(row)), None)


def prices(records: Records, method: str) -> list[float]:
    return sorted({r["price"] for r in records.of(part="change", method=method)}, reverse=True)


def _change(records: Records) -> Iterator[Bar]:
    for scenario in (LARGE, SMALL):
        for price in prices(records, f"{OURS} replan"):
            rows = _changed(records, scenario, method=f"{OURS} replan", price=price)
            at = f"{scenario}, 5 % change, price {price:g}"
            yield _both_kept(at, rows)
            yield Bar("8", f"{at}: in band", _all(rows, "in_band"), 0.97, at_least=True)
            yield Bar("8", f"{at}: households moved", _all(rows, "moved"), 0.03)
            again = [(row, _same(records, row, method=METIS)) for row in rows]
            shares = tuple(ratio(row["moved"], other["moved"]) for row, other in again if other)
            yield Bar("8", f"{at}: moved, ours / {METIS} run again", shares, 0.25)


def _both_kept(at: str, rows: Sequence[Record]) -> Bar:
    """The bar is one: a run that keeps the band by moving too many has not met it."""
    kept = [row["in_band"] >= 0.97 and row["moved"] <= 0.03 for row in rows]
    words = f"{at}: in band and moved both kept in one run (1 is yes)"
    note = f"{sum(kept)} of {len(kept)} runs"
    return Bar("8", words, tuple(map(float, kept)), 1.0, at_least=True, note=note)


def _all(rows: Sequence[Record], name: str) -> tuple[float, ...]:
    return tuple(row[name] for row in rows)


def _warm(records: Records) -> Iterator[Bar]:
    for scenario in (LARGE, SMALL):
        for price in prices(records, f"{OURS} replan"):
            rows = _changed(records, scenario, method=f"{OURS} replan", price=price)
            both = [(r, _same(records, r, method="recom warm", price=price)) for r in rows]
            worse = tuple(_worse(row, other) for row, other in both if other)
            at = f"{scenario}, 5 % change, price {price:g}"
            for words, limit in (("both axes at once", 1), ("either axis", 0)):
                yield Bar(
                    "9",
                    f"{at}: worse than ReCom warm at the same price on {words}, of two axes",
                    worse,
                    limit,
                )


def _worse(ours: Record, theirs: Record) -> float:
    """On how many axes: share in band, households moved."""
    return float(
        (ours["in_band"] < theirs["in_band"] - 1e-9) + (ours["moved"] > theirs["moved"] + 1e-9)
    )
