"""`qijie draw plan`: a file of units becomes the same file with a `grid` column."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from qijie.territory.drawing import intake, layers, placing, writing
from qijie.territory.drawing.command import TOLD, Say, band, read, write_json
from qijie.territory.drawing.graph import ACROSS_METRES, graph_of
from qijie.territory.drawing.intake import UnitColumns
from qijie.territory.drawing.layers import Layer
from qijie.territory.drawing.mending import Finding, Unusable
from qijie.territory.drawing.model import HOUSEHOLDS, Balance, Graph, Numbers, Plan, Rules, Units
from qijie.territory.drawing.planes import Plane, plane_of
from qijie.territory.drawing.planning import plan, plans, replan
from qijie.territory.drawing.reasons import sentence
from qijie.territory.drawing.writing import Target


def draw(options: Namespace, say: Say) -> None:
    out = writing.target(options.out, (options.units, options.from_plan))
    rules = _rules(options)
    if options.plans > 1 and options.from_plan:
        raise Unusable("--plans 和 --from 不能同时用：从旧方案出发只有一个改动最少的新方案。")
    layer = read(options.units, options, say)
    table, renamed = _fitted(out, layer)
    plane = plane_of(layer.shapes, layer.crs, layer.title)
    units, found = intake.units_in(layer, plane, _unit_chosen(options, rules))
    findings = [*layer.findings, *found]
    _refuse_empty(layer, units)
    graph, apart = _graph(units)
    findings += apart
    for finding in findings[:TOLD]:
        say(f"  {finding.sentence}")
    say(
        f"共 {units.households.sum():.0f} 户，{len(set(units.communities))} 个社区，"
        f"{len(graph.pairs)} 对相邻地块"
    )
    if any(_is_grid(name) for name in layer.columns):
        say(f"{layer.title} 原有的“grid”列由新方案取代")
    made = _made(options, units, graph, rules, plane, say)
    for sentence_of_name in renamed:
        say(sentence_of_name)
    if len(made) < options.plans:
        say(f"要 {options.plans} 个方案，只找到 {len(made)} 个不同的")
    for drawn, place in zip(made, _places(out, options.plans), strict=False):
        for told in writing.write(place, layer.shapes, _with_grid(table, drawn), layer.crs):
            say(told)
        _write_measures(place.path, units, drawn, findings, options, say)


def _refuse_empty(layer: Layer, units: Units) -> None:
    if not units.households.sum() > 0:
        raise Unusable(
            f"{layer.title} 里一户也没有，划不出网格；请核对户数列，"
            "或核对楼栋和社区是不是同一个地方、同一个坐标系。"
        )


def _graph(units: Units) -> tuple[Graph, list[Finding]]:
    """Who borders on whom, also across a street that nobody drew as ground."""
    graph = graph_of(units, across_metres=ACROSS_METRES)
    if not len(graph.across):
        return graph, []
    low, high = graph.across.min(), graph.across.max()
    sentence = (
        f"{len(graph.across)} 对地块之间隔着 {low:.1f}–{high:.1f} 米没有画成面的地方"
        "（多半是道路），按隔街相邻处理。"
    )
    return graph, [Finding("units", "", sentence, False)]


def _rules(options: Namespace) -> Rules:
    low, high = band(options)
    others = [_balance(text) for text in options.balance]
    return Rules(
        balances=(Balance(HOUSEHOLDS, low, high), *others),
        seed=options.seed,
        price=options.price,
        most_moved=options.most_moved,
    )


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
    layer = read(options.from_plan, options, say)
    grid = intake.grids_in(layer)
    areas = placing.areas_of(layer, plane)
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


def _places(out: Target, count: int) -> list[Target]:
    if count == 1:
        return [out]
    return [out.with_stem(f"{out.path.stem}-{number + 1}") for number in range(count)]


def _is_grid(name: str) -> bool:
    """Formats that do not tell small from capital letters hold only one such column."""
    return name.lower() == "grid"


def _fitted(out: Target, layer: Layer) -> tuple[pa.Table, list[str]]:
    """The layer's columns and an empty `grid`, before an hour is spent on what cannot be kept."""
    others = [name for name in layer.columns if not _is_grid(name)]
    empty = pa.nulls(len(layer), pa.int32())
    table = layer.table.select(others).append_column("grid", empty)
    return writing.fitted(out, table, layer.shapes)


def _with_grid(table: pa.Table, drawn: Plan) -> pa.Table:
    return table.set_column(table.num_columns - 1, table.column_names[-1], pa.array(drawn.grid))


def _write_measures(
    place: Path,
    units: Units,
    drawn: Plan,
    findings: Iterable[Finding],
    options: Namespace,
    say: Say,
) -> None:
    measures = drawn.measures
    write_json(place.with_suffix(".measures.json"), _measures(place, drawn, units, findings))
    kept = f"，{measures.in_band:.1%} 合规模，边界 {measures.on_street:.0%} 在街道上"
    say(
        f"写出 {place.name}：{measures.general} 个综合网格{kept if measures.general else ''}，"
        f"{len(drawn.gave_way)} 处让了步"
    )
    if options.from_plan:
        say(f"换网格的 {measures.moved_households:.0f} 户（{measures.moved_share:.1%}）")
    for one in drawn.gave_way[:TOLD]:
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
