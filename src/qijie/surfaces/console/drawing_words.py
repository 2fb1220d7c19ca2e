"""Figures of plans in words, side by side, the best of each row marked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qijie.redrawing.models import Plan, Run
from qijie.redrawing.queries import GridRow
from qijie.redrawing.rules import HOUSEHOLDS, MEASURES, Order, Purpose


@dataclass(frozen=True, slots=True)
class Cell:
    words: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of several plans."""

    label: str
    help: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Measure:
    label: str
    help: str
    words: Callable[[Plan], str]
    worth: Callable[[Plan], float] | None = None
    """The higher the better; None where neither is."""
    of_change: bool = False
    """Of interest only where grids of today are there to compare with."""


def share(value: float) -> str:
    return f"{value:.1%}"


def whole_share(value: float) -> str:
    """Beside the map, where the browser counts too and a tenth would differ by rounding."""
    return f"{value:.0%}"


def _share_of_general(plan: Plan, measure: str) -> str:
    """A share of nothing is no success."""
    return share(plan.measures[measure]) if plan.measures["general"] else "无"


def in_band_words(plan: Plan) -> str:
    of = plan.measures
    return f"{of['general'] - len(of['out_of_band'])} / {of['general']}"


def grids_words(plan: Plan) -> str:
    return f"{len(plan.measures['grids'])} 个"


def moved_words(plan: Plan) -> str:
    return f"{plan.moved_households:,.0f} 户"


def range_words(plan: Plan) -> str:
    measured = plan.measures["grids"]
    loads = [grid["loads"][0] for grid in measured if grid["kind"] == "general"]
    return f"{min(loads):,.0f}–{max(loads):,.0f} 户" if loads else "没有综合网格"


_MEASURES = (
    _Measure(
        "在范围内的网格",
        "综合网格中，各项工作量都在上下限之间的",
        in_band_words,
        lambda plan: plan.measures["in_band"],
    ),
    _Measure(
        "网格数", "综合、专属和待开发网格一共", lambda plan: f"{len(plan.measures['grids'])} 个"
    ),
    _Measure("户数最少和最多", "综合网格里最小的和最大的", range_words),
    _Measure(
        "偏离中间",
        "各格离上下限正中间平均差多少，越小越均匀",
        lambda plan: share(plan.measures["deviation"]),
        lambda plan: -round(plan.measures["deviation"], 3),
    ),
    _Measure(
        "紧凑度",
        "越接近 1 越像一个圆，走起来越近",
        lambda plan: f"{plan.measures['compactness']:.2f}",
        lambda plan: round(plan.measures["compactness"], 2),
    ),
    _Measure(
        "边界沿街",
        "网格之间的边界有多少落在街巷上",
        lambda plan: _share_of_general(plan, "on_street"),
        lambda plan: round(plan.measures["on_street"], 3),
    ),
    _Measure(
        "完整的街区",
        "没有被网格边界切开的街区",
        lambda plan: _share_of_general(plan, "whole_blocks"),
        lambda plan: round(plan.measures["whole_blocks"], 3),
    ),
    _Measure(
        "切开的小区",
        "一个网格装得下、却分在几个网格里的小区",
        lambda plan: f"{plan.measures['cut_compounds']} 个",
        lambda plan: -plan.measures["cut_compounds"],
    ),
    _Measure(
        "换网格的户",
        "不再由延续原网格的那一格管",
        moved_words,
        lambda plan: -round(plan.moved_households),
        of_change=True,
    ),
)


def side_by_side(plans: Sequence[Plan], *, has_grids: bool) -> list[Row]:
    return [
        row_of(
            measure.label,
            measure.help,
            [measure.words(plan) for plan in plans],
            [measure.worth(plan) for plan in plans] if measure.worth else [],
        )
        for measure in _MEASURES
        if has_grids or not measure.of_change
    ]


def row_of(label: str, explained: str, words: Sequence[str], worth: Sequence[float]) -> Row:
    """Marks the best; where all are alike there is none."""
    best = max(worth) if len(set(worth)) > 1 else None
    marks = [best is not None and one == best for one in worth] or [False] * len(words)
    return Row(label, explained, tuple(map(Cell, words, marks)))


def order_words(run: Run) -> str:
    """What was asked for, in one line."""
    if run.purpose == Purpose.IMPORTED:
        return "从文件导入"
    order = Order.from_json(run.rules)
    limits = [f"{MEASURES[one.measure]} {one.low:g}–{one.high:g}" for one in order.balances]
    return "，".join(limits)


def unit_of(measure: str) -> str:
    return {HOUSEHOLDS: "户", "people": "人", "matters": "件", "hectares": "公顷"}.get(measure, "")


def troubles_of(row: GridRow, columns: Sequence[str], order: Order) -> list[str]:
    """What is wrong with a grid, in the words the browser uses too."""
    found = [f"不连通（{row.pieces} 片）"] if row.pieces > 1 else []
    for one in order.balances if row.kind == "general" else ():
        load = row.loads[columns.index(one.measure)]
        what = "" if one.measure == HOUSEHOLDS else MEASURES[one.measure]
        if load > one.high:
            found.append(f"{what}超出 {load - one.high:,.0f} {unit_of(one.measure)}")
        if load < one.low:
            found.append(f"{what}不足 {one.low - load:,.0f} {unit_of(one.measure)}")
    return found


def community_of(code: str, places: Mapping[str, str]) -> str:
    """The name of the community a grid's code begins with."""
    return next((name for path, name in places.items() if code.startswith(path)), "")
