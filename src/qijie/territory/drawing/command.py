"""`qijie draw`: the library on files, without a database."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing import intake, layers
from qijie.territory.drawing.enclosures import Compounds, units_of

# OR-Tools inside the planning must be loaded before anything that brings HiGHS.
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.intake import Chosen, UnitColumns
from qijie.territory.drawing.layers import Layer
from qijie.territory.drawing.mending import Finding, Unusable
from qijie.territory.drawing.model import (
    HOUSEHOLDS,
    Balance,
    Floats,
    Graph,
    Numbers,
    Plan,
    Rules,
    Units,
)
from qijie.territory.drawing.planes import Plane, plane_of
from qijie.territory.drawing.planning import plan, plans, replan
from qijie.territory.drawing.reasons import sentence

_TOLD = 12
"""Findings told on the screen; all of them are in the file beside the result."""


def run(options: Namespace) -> int:
    """The exit code: 0 done, 1 could not (said on stderr)."""
    say = _quiet if options.quiet else _told
    try:
        {"blocks": draw_blocks, "plan": draw_plan}[options.part](options, say)
    except Unusable as refused:
        _told(f"✗ {refused}")
        return 1
    return 0


Say = Callable[[str], None]


def _told(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _quiet(text: str) -> None:
    """Says nothing."""


def draw_blocks(options: Namespace, say: Say) -> None:
    """Streets and buildings in files become a file of units."""
    out = _writable(options.out)
    low, high = _band(options)
    chosen = _chosen(options)
    streets = _read(options.streets, options, say)
    plane = plane_of(streets.shapes, streets.crs, streets.title)
    taken = _Taken(plane, options, say)
    lines = taken.lines(streets)
    buildings, found = intake.buildings_of(_read(options.buildings, options, say), plane, chosen)
    taken.findings.extend(found)
    barriers = [*taken.file(options.rail), *taken.file(options.water)]
    communities = taken.communities()
    compounds = taken.compounds(chosen)
    say("正在划分地块 …")
    units, findings = units_of(
        lines,
        buildings,
        communities,
        barriers=barriers,
        compounds=compounds,
        paths=taken.file(options.paths),
        most=high,
        whole=low / 3 if options.whole is None else options.whole,
    )
    crs = _written_crs(out, streets)
    say(f"写出 {out.name}：{len(units)} 个地块，{units.households.sum():.0f} 户")
    layers.write(out, plane.given_out(units.shapes, crs), _unit_columns(units), crs)
    _report([*taken.findings, *findings], out, say)


def _chosen(options: Namespace) -> Chosen:
    return Chosen(
        key=options.key,
        households=options.households,
        floors=options.floors,
        residential=options.residential,
        compound=options.compound,
        dedicated=options.dedicated,
        measures=tuple(options.measures),
        per_household=options.area_per_household,
    )


def _read(path: str, options: Namespace, say: Say) -> Layer:
    layer = layers.read(path, system=options.system)
    say(f"读入 {layer.title}：{len(layer)} 条，坐标系 {layer.crs.name}")
    return layer


class _Taken:
    """Layers taken into one plane, with what was found on the way."""

    def __init__(self, plane: Plane, options: Namespace, say: Say) -> None:
        self.plane, self.options, self.say = plane, options, say
        self.findings: list[Finding] = []

    def lines(self, layer: Layer) -> list[BaseGeometry]:
        mended = intake.lines_of(layer, self.plane)
        self.findings.extend([*layer.findings, *mended.findings])
        if not len(mended.shapes):
            raise Unusable(f"{layer.title} 里没有一条线；请核对选的是不是对的文件。")
        return list(mended.shapes)

    def file(self, path: str) -> list[Any]:
        return self.lines(_read(path, self.options, self.say)) if path else []

    def communities(self) -> dict[str, Any]:
        if not self.options.communities:
            self.say("没有给出社区边界，全部当作一个社区")
            return {}
        layer = _read(self.options.communities, self.options, self.say)
        found, findings = intake.communities_of(layer, self.plane, self.options.community)
        self.findings.extend([*layer.findings, *findings])
        return found

    def compounds(self, chosen: Chosen) -> Compounds | None:
        if not self.options.compounds:
            return None
        layer = _read(self.options.compounds, self.options, self.say)
        found, findings = intake.compounds_of(layer, self.plane, chosen)
        self.findings.extend([*layer.findings, *findings])
        return found


def _written_crs(out: Path, streets: Layer) -> Any:
    """The streets' own, but degrees for GeoJSON, as RFC 7946 has it."""
    if layers.driver_of(out) == "GeoJSON" and not streets.crs.is_geographic:
        return layers.LONGITUDE_LATITUDE
    return streets.crs


def _unit_columns(units: Units) -> dict[str, Sequence[Any] | NDArray[Any]]:
    loads = {name: units.loads[:, place] for place, name in enumerate(units.measures)}
    return {
        "key": units.keys,
        "community": units.communities,
        **{name: _whole(values) for name, values in loads.items()},
        "block": units.blocks,
        "compound": units.compounds,
        "dedicated": units.dedicated,
    }


def _whole(values: Floats) -> NDArray[Any]:
    """Whole numbers where all are."""
    return values.astype(np.int64) if (values == np.floor(values)).all() else values


def _writable(text: str) -> Path:
    path = Path(text)
    layers.driver_of(path)
    if not path.parent.is_dir():
        raise Unusable(f"没有文件夹 {path.parent}；请先建好它，或换一个地方。")
    return path


def _report(findings: Sequence[Finding], out: Path, say: Say) -> None:
    """Everything found, in a file beside the result; the first few on the screen."""
    place = out.with_suffix(".findings.json")
    place.unlink(missing_ok=True)
    if not findings:
        return
    ordered = sorted(findings, key=lambda finding: (finding.mended, finding))
    _write_json(place, [asdict(finding) for finding in ordered])
    mended = sum(finding.mended for finding in findings)
    say(f"修好 {mended} 处，要核对 {len(findings) - mended} 处（全部写在 {place.name}）：")
    for finding in ordered[:_TOLD]:
        say(f"  {'已修' if finding.mended else '核对'}  {finding.sentence}")


def _write_json(path: Path, value: object) -> None:
    with layers.appearing(path) as place:
        place.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def draw_plan(options: Namespace, say: Say) -> None:
    """A file of units becomes the same file with a `grid` column, and measures beside it."""
    out = _writable(options.out)
    rules = _rules(options)
    if options.plans > 1 and options.from_plan:
        raise Unusable("--plans 和 --from 不能同时用：从旧方案出发只有一个改动最少的新方案。")
    layer = _read(options.units, options, say)
    plane = plane_of(layer.shapes, layer.crs, layer.title)
    units, found = intake.units_in(layer, plane, _unit_chosen(options, rules))
    findings = [*layer.findings, *found]
    graph = graph_of(units)
    say(
        f"共 {units.households.sum():.0f} 户，{len(set(units.communities))} 个社区，"
        f"{len(graph.pairs)} 对相邻地块"
    )
    if "grid" in layer.columns:
        say(f"{layer.title} 原有的“grid”列由新方案取代")
    made = _made(options, units, graph, rules, plane, say)
    for drawn, place in zip(made, _places(out, len(made)), strict=True):
        _write_plan(place, layer, units, drawn, findings, options, say)


def _rules(options: Namespace) -> Rules:
    low, high = _band(options)
    others = [_balance(text) for text in options.balance]
    return Rules(
        balances=(Balance(HOUSEHOLDS, low, high), *others),
        seed=options.seed,
        price=options.price,
        most_moved=options.most_moved,
    )


def _band(options: Namespace) -> tuple[float, float]:
    low, high = options.band
    if not 0 < low < high:
        raise Unusable(f"--band 的下限 {low:g} 要大于 0 并小于上限 {high:g}；例如 --band 300 500。")
    return low, high


def _balance(text: str) -> Balance:
    name, *limits = text.rsplit(":", 2)
    try:
        low, high = (float(limit) for limit in limits)
    except ValueError:
        low, high = 0.0, 0.0
    if not (name and 0 <= low < high):
        raise Unusable(
            f"--balance “{text}”看不懂；请写成 列名:下限:上限，例如 --balance matters:20:40。"
        )
    return Balance(name, low, high)


def _unit_chosen(options: Namespace, rules: Rules) -> UnitColumns:
    return UnitColumns(
        households=options.households,
        community=options.community,
        key=options.key,
        block=options.block,
        compound=options.compound,
        dedicated=options.dedicated,
        measures=tuple(balance.measure for balance in rules.balances[1:]),
    )


def _made(
    options: Namespace, units: Units, graph: Graph, rules: Rules, plane: Plane, say: Say
) -> list[Plan]:
    progress = _Progress(say)
    if options.from_plan:
        old = _old(options, units, plane, say)
        return [replan(units, graph, old, rules, progress=progress)]
    if options.plans > 1:
        return plans(units, graph, rules, options.plans, progress=progress)
    return [plan(units, graph, rules, progress=progress)]


def _old(options: Namespace, units: Units, plane: Plane, say: Say) -> Numbers:
    layer = _read(options.from_plan, options, say)
    grid = intake.grids_in(layer)
    areas = intake.areas_of(layer, plane)
    asked = options.key if options.key in layer.columns else ""
    keys = layers.words(layer, layers.column_of(layer, asked, intake.UNIT_KEY))
    found = intake.old_grids(units, areas, keys, grid)
    say(f"从 {layer.title} 出发：{int((found == 0).sum())} 个地块是新的")
    return found


class _Progress:
    """One line for each tenth of the communities."""

    def __init__(self, say: Say) -> None:
        self.say, self.told = say, 0

    def __call__(self, done: int, of: int, community: str) -> None:
        tenth = 10 * done // max(of, 1)
        if tenth > self.told or done == of:
            self.told = tenth
            self.say(f"  {done}/{of} {community}")


def _places(out: Path, count: int) -> list[Path]:
    if count == 1:
        return [out]
    return [out.with_stem(f"{out.stem}-{number + 1}") for number in range(count)]


def _write_plan(
    place: Path,
    layer: Layer,
    units: Units,
    drawn: Plan,
    findings: Iterable[Finding],
    options: Namespace,
    say: Say,
) -> None:
    columns = {name: values for name, values in layer.columns.items() if name != "grid"}
    layers.write(place, layer.shapes, {**columns, "grid": drawn.grid}, layer.crs)
    measures = drawn.measures
    _write_json(place.with_suffix(".measures.json"), _measures(place, drawn, units, findings))
    say(
        f"写出 {place.name}：{measures.general} 个综合网格，{measures.in_band:.1%} 合规模，"
        f"边界 {measures.on_street:.0%} 在街道上，{len(drawn.gave_way)} 处让了步"
    )
    if options.from_plan:
        say(f"换网格的 {measures.moved_households:.0f} 户（{measures.moved_share:.1%}）")
    for one in drawn.gave_way[:_TOLD]:
        say(f"  {sentence(one)}")


def _measures(
    place: Path, drawn: Plan, units: Units, findings: Iterable[Finding]
) -> Mapping[str, object]:
    totals = asdict(drawn.measures)
    grids = totals.pop("grids")
    return {
        "plan": place.name,
        "seed": drawn.rules.seed,
        "rules": asdict(drawn.rules),
        "measures": list(units.measures),
        "totals": totals,
        "grids": grids,
        "gave_way": [{**asdict(one), "sentence": sentence(one)} for one in drawn.gave_way],
        "findings": [asdict(finding) for finding in findings],
    }
