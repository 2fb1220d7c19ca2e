"""Tables of the records: the median over the seeds, and the worst where it matters."""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence

from bench.drawing.bars import bars, failed
from bench.drawing.records import Record, Records

Column = tuple[str, Callable[[Sequence[Record]], str]]


def report(records: Records) -> Iterator[str]:
    yield from _section("Scenarios", _grounds(records))
    for scenario in _names(records, "fresh"):
        yield from _section(f"Plans, {scenario}", _plans(records, "fresh", scenario))
    for scenario in _names(records, "some"):
        yield from _section(f"Plans, {scenario}, random pieces", _plans(records, "some", scenario))
    for scenario in _names(records, "change"):
        yield from _section(f"After a 5 % change, {scenario}", _changes(records, scenario))
    yield from _section("Growth", _growth(records))
    yield from _section("Failures", _failures(records))
    yield from _section("Bars", _bars(records))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", f"## {title}", "", *found)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(heads)} |"
        yield "|" + "---|" * len(heads)
        yield from (f"| {' | '.join(row)} |" for row in rows)


def _names(records: Records, part: str) -> list[str]:
    return list(dict.fromkeys(record["scenario"] for record in records.of(part=part)))


def _grounds(records: Records) -> Iterator[str]:
    names = ("scenario", "seed", "units", "households", "buildings", "blocks", "communities",
             "median_units", "most_units", "dedicated", "largest_unit", "overlap_square_metres",
             "gap_square_metres")  # fmt: skip
    rows = [[_number(r[name]) for name in names] for r in records.of(part="ground")]
    yield from _table([name.replace("_", " ") for name in names], rows)


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value % 1 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _median(name: str, shape: str) -> Callable[[Sequence[Record]], str]:
    return lambda rows: format(statistics.median(row[name] for row in rows), shape)


def _share(name: str) -> Callable[[Sequence[Record]], str]:
    return lambda rows: f"{100 * statistics.median(row[name] for row in rows):.1f}"


def _worked(row: Record) -> float:
    return row["more"].get("cpu_seconds", 0.0)


PLAN: tuple[Column, ...] = (
    ("seeds", lambda rows: str(len(rows))),
    ("grids", _median("grids", ".0f")),
    ("out", _median("out", ".0f")),
    ("worst", lambda rows: str(max(row["out"] for row in rows))),
    ("in %", _share("in_band")),
    ("worst %", lambda rows: f"{100 * min(row['in_band'] for row in rows):.1f}"),
    ("min–max", lambda rows: f"{min(r['fewest'] for r in rows):.0f}–"
                             f"{max(r['most'] for r in rows):.0f}"),
    ("dev %", _share("deviation")),
    ("pieces too many", _median("not_contiguous", ".0f")),
    ("PP", _median("compactness", ".3f")),
    ("on street %", _share("on_street")),
    ("whole blocks %", _share("whole_blocks")),
    ("border km", _median("inner_border_km", ".0f")),
    ("buildings cut", lambda rows: str(max(row["cut_buildings"] for row in rows))),
    ("empty", _median("empty", ".0f")),
    ("s", _median("seconds", ".1f")),
    ("processor s", lambda rows: f"{statistics.median(_worked(row) for row in rows):.1f}"),
)  # fmt: skip


def _plans(records: Records, part: str, scenario: str) -> Iterator[str]:
    rows = list(records.of(part=part, scenario=scenario))
    methods = dict.fromkeys(row["method"] for row in rows)
    lines = [_line(m, [r for r in rows if r["method"] == m], PLAN) for m in methods]
    yield from _table(["method", *(name for name, _ in PLAN)], lines)


def _line(name: str, rows: Sequence[Record], columns: Sequence[Column]) -> list[str]:
    """A method's medians over the runs in which it gave a result; the failed ones are counted."""
    whole = [row for row in rows if not failed(row)]
    lost = len(rows) - len(whole)
    label = f"{name} (**failed in {lost} of {len(rows)}**)" if lost else name
    return [label, *(make(whole) if whole else "–" for _, make in columns)]


CHANGE: tuple[Column, ...] = (
    ("runs", lambda rows: str(len(rows))),
    ("in %", _share("in_band")),
    ("worst %", lambda rows: f"{100 * min(row['in_band'] for row in rows):.1f}"),
    ("moved %", lambda rows: f"{100 * statistics.median(row['moved'] for row in rows):.2f}"),
    ("most %", lambda rows: f"{100 * max(row['moved'] for row in rows):.2f}"),
    ("PP", _median("compactness", ".3f")),
    ("pieces too many", _median("not_contiguous", ".0f")),
    ("s", _median("seconds", ".1f")),
)


def _changes(records: Records, scenario: str) -> Iterator[str]:
    rows = list(records.of(part="change", scenario=scenario))
    kinds = dict.fromkeys((row["method"], row.get("price")) for row in rows)
    lines = []
    for method, price in kinds:
        chosen = [r for r in rows if (r["method"], r.get("price")) == (method, price)]
        name = method if price is None else f"{method}, price {price:g}"
        lines.append(_line(name, chosen, CHANGE))
    yield from _table(["plan", *(name for name, _ in CHANGE)], lines)


def _growth(records: Records) -> Iterator[str]:
    rows = sorted(records.of(part="growth"), key=lambda row: row["households"])
    whole = [row for row in rows if not failed(row) and not row.get("failure")]
    heads = (
        "households",
        "buildings",
        "streets to units s",
        "peak MB",
        "MB of the work",
        "units",
        "graph s",
        "cutting s",
        "processor s",
        "peak MB",
        "MB of the work",
        "in %",
    )
    yield from _table(heads, [_grown(row) for row in whole])
    if len(whole) > 1:
        yield ""
        for words, seconds, size in (
            ("Streets to units", "ground_seconds", "ground_buildings"),
            ("Graph", "graph_seconds", "units"),
            ("Cutting (processor seconds)", "cpu_seconds", "units"),
        ):
            yield f"{words} grows as {size.split('_')[-1]} to the power " + (
                f"{_power(whole, seconds, size):.2f}; 1 is linear."
            )


def _grown(row: Record) -> list[str]:
    return [
        f"{row['households']:,.0f}",
        f"{row['ground_buildings']:,}",
        f"{row['ground_seconds']:.1f}",
        f"{row['ground_megabytes']:.0f}",
        f"{row['ground_megabytes'] - row['ground_megabytes_before']:.0f}",
        f"{row['units']:,}",
        f"{row['graph_seconds']:.2f}",
        f"{row['seconds']:.1f}",
        f"{row['cpu_seconds']:.1f}",
        f"{row['megabytes']:.0f}",
        f"{row['megabytes'] - row['megabytes_before']:.0f}",
        f"{100 * row['in_band']:.1f}",
    ]


def _power(rows: Sequence[Record], seconds: str, size: str) -> float:
    """Slope of the straight line through the logarithms."""
    at = [math.log(row[size]) for row in rows]
    took = [math.log(max(row[seconds], 1e-6)) for row in rows]
    return statistics.linear_regression(at, took).slope


def _failures(records: Records) -> Iterator[str]:
    for record in records.all:
        for words in record.get("failures", ()):
            yield f"- {record['scenario']} seed {record['seed']}, {record['method']}: {words}"
        if record.get("failure"):
            yield f"- {record['scenario']}, streets to units: {record['failure']}"


def _bars(records: Records) -> Iterator[str]:
    lines = []
    for bar in bars(records):
        if bar.values:
            limit = f"{'≥' if bar.at_least else '≤'} {bar.limit:g}"
            figures = [f"{bar.median:.3f}", f"{bar.worst:.3f}", str(len(bar.values))]
            lines.append([bar.number, bar.words, limit, *figures, bar.verdict(), bar.note])
    yield from _table(("#", "measure", "bar", "median", "worst", "runs", "", ""), lines)
