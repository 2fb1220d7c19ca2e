"""Reads only the pages of drawings need: blocks as they are drawn, and who works where today."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.contrib.gis.db.models.functions import AsWKB

from qijie.access.viewer import Role
from qijie.redrawing.models import Block, Plan, Run
from qijie.redrawing.rules import HOUSEHOLDS, MEASURES, Order
from qijie.surfaces.console.drawing_pictures import shapes_from
from qijie.teams.queries import roster
from qijie.territory.borders import GeoJson, collection, feature
from qijie.territory.drawing.model import Shapes
from qijie.territory.drawing.numbering import matched
from qijie.territory.models import Node
from qijie.territory.queries import nodes

_GRAPH_PARTS = ("pairs", "border_metres", "edge", "area", "perimeter_metres", "street_metres")
_SQUARE_METRE_DIGITS = 1


@dataclass(frozen=True, slots=True)
class TodayGrid:
    """A grid as it is before a plan, and who works in it."""

    code: str
    name: str
    worker: str
    """Names of today's grid workers; empty where the post is vacant."""


def blocks_of(run: Run) -> list[Block]:
    return list(Block.objects.filter(run=run).defer("shape", "building_codes"))


def drawn_blocks(run: Run) -> tuple[list[Block], Shapes]:
    """The blocks with their shapes; one query."""
    found = Block.objects.filter(run=run).defer("shape", "building_codes")
    blocks = list(found.annotate(raw=AsWKB("shape")))
    return blocks, shapes_from(bytes(block.raw) for block in blocks)  # type: ignore[attr-defined]


def block_name(block: Block) -> str:
    return f"{block.position + 1} 号地块"


def names_of_communities(run: Run) -> dict[str, str]:
    """Name by path of every community a run covers."""
    found = nodes(run.as_of).filter(kind__in=("community", "village"), path__startswith=run.path)
    return dict(found.values_list("path", "name"))


def today_grids(run: Run, on: date) -> dict[str, TodayGrid]:
    """By code, the grids in force when the run was ordered with who works there on a day."""
    found = nodes(run.as_of).filter(kind="grid", path__startswith=run.path)
    workers: dict[str, list[str]] = defaultdict(list)
    for post in roster([run.path], on).filter(role=Role.GRID_WORKER):
        workers[post.path] += [one.user.name for one in getattr(post, "holders_today", [])]
    named = found.values_list("code", "path", "name", "parent__name")
    return {
        code: TodayGrid(code, f"{community}{name}", "、".join(workers[path]))
        for code, path, name, community in named
    }


def continued(plan: Plan, blocks: Sequence[Block]) -> dict[int, str]:
    """The code each grid of a plan goes on with, as long as one does."""
    codes = sorted({block.today_grid for block in blocks if block.today_grid})
    place = {code: number for number, code in enumerate(codes, start=1)}
    old = np.array([place.get(block.today_grid, 0) for block in blocks], dtype=np.int32)
    households = np.array([block.loads[0] for block in blocks], dtype=np.float64)
    goes_on = matched(old, np.array(plan.grid, dtype=np.int32), households)
    return {grid: codes[number - 1] for grid, number in goes_on.items()}


def ended(goes_on: dict[int, str], blocks: Sequence[Block]) -> list[str]:
    """Codes of today that no grid goes on with: whoever works there has no grid left."""
    kept = set(goes_on.values())
    return sorted({block.today_grid for block in blocks if block.today_grid} - kept)


def units_json(plan: Plan, state: dict[str, Any], on: date) -> str:
    """Everything the editor needs in one answer: blocks, borders, limits, names, the plan itself.

    The members beside the features are foreign to GeoJSON, which RFC 7946 allows.
    """
    run = plan.run
    blocks = Block.objects.filter(run=run).defer("shape").annotate(drawn=GeoJson("shape"))
    features = [_unit_feature(block) for block in blocks]
    first = Order.from_json(run.rules)
    order = list(MEASURES)
    more = {
        "graph": {part: _rounded(run.graph[part]) for part in _GRAPH_PARTS},
        "balances": [
            {"measure": order.index(one.measure), "low": one.low, "high": one.high}
            for one in first.balances
        ],
        "communities": names_of_communities(run),
        "grids": {
            code: {"name": grid.name, "worker": grid.worker}
            for code, grid in today_grids(run, on).items()
        },
        "state": state,
    }
    members = json.dumps(more, ensure_ascii=False, separators=(",", ":"))
    return f"{collection(features)[:-1]},{members[1:]}"


def _unit_feature(block: Block) -> str:
    properties: dict[str, object] = {
        "name": block_name(block),
        "community": block.community_code,
        "loads": block.loads,
        "dedicated": block.dedicated,
        "today": block.today_grid,
    }
    drawn: str = block.drawn  # type: ignore[attr-defined]
    text = feature(drawn, properties)
    return f'{{"id":{block.position},{text[1:]}'


def _rounded(values: list[Any]) -> list[Any]:
    is_plain = not values or isinstance(values[0], list | int)
    return values if is_plain else [round(value, _SQUARE_METRE_DIGITS) for value in values]
