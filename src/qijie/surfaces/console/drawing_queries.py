"""Reads only the pages of drawings need: blocks as they are drawn, and who works where today."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.contrib.gis.db.models.functions import AsWKB

from qijie.access.viewer import Role
from qijie.redrawing.models import Block, Plan, Run
from qijie.redrawing.rules import HOUSEHOLDS, MEASURES, Order
from qijie.redrawing.rules.coding import continued_codes
from qijie.surfaces.console.drawing_pictures import shapes_from
from qijie.surfaces.console.drawing_words import unit_of
from qijie.teams.queries import roster
from qijie.territory.borders import GeoJson, collection, feature
from qijie.territory.drawing.model import Shapes
from qijie.territory.queries import nodes

_GRAPH_PARTS = ("pairs", "border_metres", "edge", "area", "perimeter_metres", "street_metres")


@dataclass(frozen=True, slots=True)
class TodayGrid:
    """A grid as it is before a plan, and who works in it."""

    community: str
    name: str
    worker: str
    """Names of today's grid workers; empty where the post is vacant."""

    @property
    def place(self) -> str:
        return f"{self.community}{self.name}"


def measures_of(run: Run) -> list[str]:
    """What the columns of a block's loads are."""
    return list(run.graph["measures"])


def drawn_blocks(run: Run) -> tuple[Sequence[Block], Shapes]:
    """The blocks with their shapes; one query."""
    found = Block.objects.filter(run=run).defer("shape", "building_codes")
    blocks = list(found.annotate(raw=AsWKB("shape")))
    return blocks, shapes_from(bytes(block.raw) for block in blocks)


def block_name(block: Block) -> str:
    return f"{block.position + 1} 号地块"


@dataclass(frozen=True, slots=True)
class Today:
    """A run's territory as it was when the run was ordered."""

    communities: dict[str, str]
    """Name by path."""
    grids: dict[str, TodayGrid]
    """By code."""


def today_of(run: Run, on: date) -> Today:
    """The grids in force when the run was ordered, with who works there on a day; 3 queries."""
    kinds = ("community", "village", "grid")
    found = nodes(run.as_of).filter(kind__in=kinds, path__startswith=run.path)
    workers: dict[str, list[str]] = defaultdict(list)
    for post in roster([run.path], on).filter(role=Role.GRID_WORKER):
        workers[post.path] += [one.user.name for one in getattr(post, "holders_today", [])]
    named = list(found.values_list("kind", "code", "path", "name", "parent__name"))
    return Today(
        {path: name for kind, _, path, name, _ in named if kind != "grid"},
        {
            code: TodayGrid(community, name, "、".join(workers[path]))
            for kind, code, path, name, community in named
            if kind == "grid"
        },
    )


def ended(plan: Plan, blocks: Sequence[Block]) -> list[str]:
    """Codes of today that no grid goes on with: whoever works there has no grid left."""
    today = [block.today_grid for block in blocks]
    kept = continued_codes(plan.grid, today, [block.loads[0] for block in blocks])
    return sorted({code for code in today if code} - set(kept.values()))


def units_json(plan: Plan, state: dict[str, Any], on: date) -> str:
    """Everything the editor needs in one answer: blocks, borders, limits, names, the plan itself.

    The members beside the features are foreign to GeoJSON, which RFC 7946 allows.
    """
    run = plan.run
    blocks = Block.objects.filter(run=run).defer("shape").annotate(drawn=GeoJson("shape"))
    features = [_unit_feature(block) for block in blocks]
    order, columns, today = Order.from_json(run.rules), measures_of(run), today_of(run, on)
    more = {
        "graph": {part: run.graph[part] for part in _GRAPH_PARTS},
        "balances": [
            {
                "measure": columns.index(one.measure),
                "low": one.low,
                "high": one.high,
                "label": "" if one.measure == HOUSEHOLDS else MEASURES[one.measure],
                "unit": unit_of(one.measure),
            }
            for one in order.balances
        ],
        "communities": today.communities,
        "grids": {code: asdict(grid) for code, grid in today.grids.items()},
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
