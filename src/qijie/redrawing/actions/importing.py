"""A plan drawn elsewhere, from the command line for instance, taken in to be put into force."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
from django.db import transaction

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.codes import Level, path_at
from qijie.kernel.refusal import Refusal
from qijie.redrawing.actions.drawing import names_of, plan_row, put_drawing
from qijie.redrawing.models import Run
from qijie.redrawing.queries.ground import grids_then, ground_of
from qijie.redrawing.rules import Order, Purpose, RunState
from qijie.redrawing.rules.units import Ground, Made, made_of
from qijie.redrawing.rules.values import rules_of
from qijie.territory.drawing import intake, layers
from qijie.territory.drawing.enclosures import EVERYWHERE
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.model import Numbers, Plan, Units
from qijie.territory.drawing.planes import plane_of
from qijie.territory.drawing.reasons import gave_way


@transaction.atomic
def take_in(
    file: Path, *, path: str, as_of: date, at: datetime, name: str = "", order: Order | None = None
) -> Run:
    """A run with one plan from a file of units with a `grid` column; buildings come from here.

    path: the community or street it covers; the file's communities are codes or names below it.
    Runs as the system. Raises Refusal with a sentence for a file that cannot be used.
    """
    asked = order or Order(plans=1)
    with scope(SYSTEM):
        ground = ground_of(path, as_of, at)
        then = grids_then(path, as_of)
        run = _run(path, as_of, at, asked)
        names = names_of(run)
        whole, grid = _read(file, ground, names)
        run.save(force_insert=True)
        graph = graph_of(whole.units)
        put_drawing(run, whole, graph, then)
        rules = rules_of(asked.balances, asked.seed, asked.price, asked.most_moved)
        measures = measure(whole.units, graph, grid, rules)
        why = gave_way(whole.units, graph, grid, rules, measures=measures)
        plan = plan_row(run, Plan(grid, rules, measures, why), 1, names, whole.units, whole.today)
        plan.name = (name or f"导入：{file.name}")[:80]
        plan.save(force_insert=True)
        run.save()
    return run


def _run(path: str, as_of: date, at: datetime, order: Order) -> Run:
    return Run(
        region_code=path[:6],
        street_code=path_at(path, Level.STREET) or "",
        community_code=path_at(path, Level.COMMUNITY) or "",
        path=path,
        purpose=Purpose.IMPORTED,
        as_of=as_of,
        rules=order.to_json(),
        asked_at=at,
        ended_at=at,
        state=RunState.DONE,
    )


def _read(file: Path, ground: Ground, names: dict[str, str]) -> tuple[Made, Numbers]:
    try:
        layer = layers.read(file)
        plane = plane_of(layer.shapes, layer.crs, layer.title)
        units, findings = intake.units_in(layer, plane, intake.UnitColumns())
        grid = intake.grids_in(layer)
    except Unusable as unusable:
        raise Refusal(str(unusable)) from unusable
    units = _known_here(units, names, layer.title)
    if not (grid > 0).all():
        row = int(np.flatnonzero(grid <= 0)[0]) + 1
        raise Refusal(f"{layer.title} 第 {row} 个地块没有网格号，请补全 grid 列。")
    whole = made_of(units, ground, plane, findings)
    housed = {code for codes in whole.building_codes for code in codes}
    if left := sorted(set(ground.building_codes) - housed):
        raise Refusal(
            f"楼栋 {left[0]} 等 {len(left)} 栋不在 {layer.title} 的任何地块里，"
            "请用同一份楼栋数据重新划分。"
        )
    return whole, grid.astype(np.int32)


def _known_here(units: Units, names: dict[str, str], title: str) -> Units:
    """With the paths of this place's communities, which the file may call by name or code."""
    paths = {name: path for path, name in names.items()} | {path: path for path in names}
    strange = sorted(set(units.communities) - paths.keys())
    if len(names) == 1 and set(units.communities) == {EVERYWHERE}:
        paths, strange = {EVERYWHERE: next(iter(names))}, []
    if strange:
        raise Refusal(f"{title} 里的社区“{strange[0]}”不在这里，请用本地社区的名称或 12 位编码。")
    if missing := sorted(names.keys() - {paths[one] for one in units.communities}):
        raise Refusal(f"{title} 缺少社区“{names[missing[0]]}”，请补全或只导入单个社区。")
    return replace(units, communities=tuple(paths[one] for one in units.communities))
