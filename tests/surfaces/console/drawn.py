"""槐荫社区 cut into eighteen blocks, and drawings of it, as the worker would leave them.

 0  1  2 | 3  4  5      six blocks a row, a street between the third and the fourth; each holds
 6  7  8 | 9 10 11      44 households, the middle one of the first row 60
12 13 14 |15 16 17
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.redrawing import actions
from qijie.redrawing.models import Block, Plan, Run
from qijie.redrawing.rules import MEASURES, Order, PlanState, Purpose, RunState
from qijie.redrawing.rules.values import graph_json, measures_json
from qijie.teams.queries import viewer_for
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import Balance, Rules, Units
from qijie.territory.queries import nodes
from tests import town

COLUMNS, ROWS = 6, 3
COUNT = COLUMNS * ROWS
HOUSEHOLDS, MORE = 44, 60
# Today's grids lie side by side; the plan's lie above each other in the west.
WEST = tuple(1 if at % COLUMNS < 3 else 2 for at in range(COUNT))
TOP = tuple(1 if at < 2 * COLUMNS and at % COLUMNS < 4 else 2 for at in range(COUNT))


def _bounds(at: int) -> tuple[float, float, float, float]:
    row, column = divmod(at, COLUMNS)
    wide, high = 2 * town.STEP / COLUMNS, town.STEP / ROWS
    west, north = town.WEST + column * wide, town.SOUTH + town.STEP - row * high
    return west, north - high, west + wide, north


def households(at: int) -> int:
    return MORE if at == 1 else HOUSEHOLDS


def units(count: int = COUNT) -> Units:
    """In a plane where a block is 128 by 148 metres."""
    boxes = [_plane_box(at) for at in range(count)]
    loads = np.zeros((count, len(MEASURES)))
    loads[:, 0] = [households(at) for at in range(count)]
    return Units(
        keys=tuple(f"u{at}" for at in range(count)),
        shapes=np.array(boxes, dtype=object),
        communities=(town.HUAIYIN,) * count,
        measures=tuple(MEASURES),
        loads=loads,
        blocks=tuple("west" if at % COLUMNS < 3 else "east" for at in range(count)),
    )


def _plane_box(at: int) -> shapely.Geometry:
    row, column = divmod(at, COLUMNS)
    return shapely.box(column * 128, -row * 148 - 148, column * 128 + 128, -row * 148)


def run(
    state: RunState = RunState.DONE,
    *,
    path: str = town.HUAIYIN,
    at: datetime | None = None,
    order: Order | None = None,
    **more: Any,
) -> Run:
    """A drawing with its blocks, without plans."""
    with scope(SYSTEM):
        made = Run.objects.create(
            region_code=town.DISTRICT,
            street_code=path[:9],
            community_code=path if len(path) == 12 else "",
            path=path,
            purpose=Purpose.NEW,
            as_of=timezone.localdate(),
            rules=(order or Order(balances=(Balance(high=500.0),))).to_json(),
            asked_by_id=town.user("wang").pk,
            asked_at=at or timezone.now(),
            state=state,
            **{"graph": _graph(), "grids_then": _grids_today(path), **more},
        )
        Block.objects.bulk_create([_block(made, at) for at in range(COUNT)])
    return made


def _grids_today(path: str) -> list[int]:
    found = nodes(timezone.localdate()).filter(kind="grid", path__startswith=path)
    return sorted(found.values_list("pk", flat=True))


def _graph() -> dict[str, Any]:
    found = units()
    middles = shapely.get_coordinates(shapely.centroid(found.shapes))
    return graph_json(graph_of(found), middles) | {"measures": list(MEASURES)}


def _block(made: Run, at: int) -> Block:
    box = Polygon.from_bbox(_bounds(at))
    box.srid = 4490
    loads = [float(households(at)), 0.0, 0.0, 0.0]
    return Block(
        run=made,
        position=at,
        key=f"u{at}",
        community_code=town.HUAIYIN,
        shape=MultiPolygon(box, srid=4490),
        loads=loads,
        block="west" if at % COLUMNS < 3 else "east",
        building_codes=[f"{town.HUAIYIN}-b0000{at + 1}"] if at < 2 else [],
        today_grid=town.GRID_1 if at % COLUMNS < 3 else town.GRID_2,
    )


def plan(of: Run | None = None, grid: Sequence[int] = TOP, number: int = 1, **more: Any) -> Plan:
    of = of or run()
    found = units()
    rules = Rules(balances=Order.from_json(of.rules).balances)
    today = np.array(WEST, dtype=np.int32)
    measured = measure(found, graph_of(found), np.array(grid, dtype=np.int32), rules, today)
    with scope(SYSTEM):
        return Plan.objects.create(
            run=of,
            region_code=of.region_code,
            street_code=of.street_code,
            community_code=of.community_code,
            number=number,
            name=f"方案{number}",
            state=PlanState.DRAFT,
            grid=list(grid),
            measures=measures_json(measured),
            moved_households=measured.moved_households,
            made_at=timezone.now(),
            **more,
        )


def again(one: Plan) -> Plan:
    with scope(SYSTEM):
        return Plan.objects.select_related("run").get(pk=one.pk)


def adopted(one: Plan) -> Plan:
    """Put into force by the street's leader from the fifth day on."""
    leader, now = viewer_for(town.user("xu"), timezone.localdate()), timezone.now()
    on = timezone.localdate() + timedelta(days=5)
    with scope(leader):
        return actions.adopt(
            one.pk, on=on, holders={}, reason="", version=one.version, by=leader, at=now
        )
