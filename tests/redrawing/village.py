"""A made-up community of twelve blocks, four across and three down, with streets between.

杏林社区 lies in 青石街道 beside the town, in three grids: the two western columns, the two eastern
ones but for the last row, and that last row's two blocks. Every block holds three buildings of 40
households; the first block is the compound 杏林苑. 丁一, 丁二 and 丁三 work its grids, 丁四 leads
them, 丁五 sits at its desk.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role, Viewer
from qijie.accounts.models import User
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.kernel.ids import new_id
from qijie.redrawing.actions.drawing import plan_row, put_drawing
from qijie.redrawing.models import Plan, Run
from qijie.redrawing.queries.ground import grids_then, ground_of
from qijie.redrawing.rules import Order, Purpose, RunState
from qijie.redrawing.rules.units import made
from qijie.redrawing.rules.values import bare_units, graph_of_json
from qijie.teams.models import Holding, Post
from qijie.teams.queries import viewer_for
from qijie.territory.drawing import model
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.reasons import gave_way
from qijie.territory.models import Building, Node, StreetLine
from tests import town

CODE = f"{town.STREET}003"
WEST_GRID, EAST_GRID, SOUTH_GRID = (f"{CODE}00{number}" for number in (1, 2, 3))
FOURTH, FIFTH = f"{CODE}004", f"{CODE}005"
COMPOUND = f"{WEST_GRID}-c01"
COLUMNS, ROWS = 4, 3
WEST, SOUTH, STEP = 114.0500, 30.0500, 0.0016
HOUSEHOLDS = 40
OF_BLOCK = 3 * HOUSEHOLDS
# Far enough that the day has not come whenever the tests run.
DAY, LATER_DAY, LAST_DAY = date(2030, 3, 1), date(2030, 6, 1), date(2030, 9, 1)
# Block (column, row from the north) to the grid it lies in.
TODAY = {
    (column, row): WEST_GRID if column < 2 else SOUTH_GRID if row == 2 else EAST_GRID
    for column in range(COLUMNS)
    for row in range(ROWS)
}
NAMES = {WEST_GRID: "第一网格", EAST_GRID: "第二网格", SOUTH_GRID: "第三网格"}
PEOPLE = (
    ("xinglin-1", "丁一", Role.GRID_WORKER, Level.GRID, WEST_GRID),
    ("xinglin-2", "丁二", Role.GRID_WORKER, Level.GRID, EAST_GRID),
    ("xinglin-3", "丁三", Role.GRID_WORKER, Level.GRID, SOUTH_GRID),
    ("xinglin-4", "丁四", Role.LEAD, Level.COMMUNITY, CODE),
    ("xinglin-5", "丁五", Role.DESK, Level.COMMUNITY, CODE),
)
Place = tuple[int, int]
P, T = ParamSpec("P"), TypeVar("T")


def corner(column: float, row: float) -> tuple[float, float]:
    """The north-west corner of a block; rows count from the north."""
    return WEST + column * STEP, SOUTH + (ROWS - row) * STEP


def box(column: float, row: float, width: float = 1, height: float = 1) -> Polygon:
    west, north = corner(column, row)
    east, south = corner(column + width, row + height)
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = 4490
    return area


def whole(*places: Place) -> MultiPolygon:
    area = box(*places[0])
    for place in places[1:]:
        area = area.union(box(*place))
    return area if isinstance(area, MultiPolygon) else MultiPolygon(area, srid=4490)


def point_in(place: Place) -> Coordinate:
    lon, lat = corner(place[0] + 0.5, place[1] + 0.5)
    return Coordinate(lon, lat, CoordinateSystem.CGCS2000)


def lay_streets() -> list[int]:
    """As the owner, committed: the app role may only read the base map."""
    lines = [(corner(c, -0.2), corner(c, ROWS + 0.2)) for c in range(COLUMNS + 1)]
    lines += [(corner(-0.2, r), corner(COLUMNS + 0.2, r)) for r in range(ROWS + 1)]
    rows = [
        StreetLine(street_class="residential", line=LineString(*line, srid=4490)) for line in lines
    ]
    return [row.pk for row in StreetLine.objects.using("owner").bulk_create(rows)]


def build(since: date = town.SINCE) -> None:
    """Plants the village in the test's own transaction."""
    street = Node.objects.get(path=town.STREET)
    every = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
    community = _node(CODE, "community", "杏林社区", street, whole(*every), since)
    grids = {
        code: _node(code, "grid", NAMES[code], community, whole(*_places(code)), since)
        for code in NAMES
    }
    compound = _node(COMPOUND, "compound", "杏林苑", grids[WEST_GRID], whole((0, 0)), since)
    number = 0
    for place in every:
        for slot in range(3):
            number += 1
            grid = grids[TODAY[place]]
            Building.objects.create(
                code=f"{CODE}-b{number:05d}",
                path=f"{grid.path}-b{number:04d}",
                name=f"杏林{number}栋",
                grid=grid,
                compound=compound if place == (0, 0) else None,
                footprint=box(place[0] + 0.15 + 0.25 * slot, place[1] + 0.3, 0.15, 0.3),
                use="residential",
                floors=6,
                units=2,
                households=HOUSEHOLDS,
                valid_from=since,
            )
    for username, name, role, level, path in PEOPLE:
        post = Post.objects.create(
            code=f"{role}-{path[-6:]}",
            kind=role,
            title=f"杏林社区{NAMES.get(path, '')}{name}岗",
            role=role,
            level=level,
            path=path,
            valid_from=since,
        )
        user = User.objects.create(username=username, name=name, password="!")
        Holding.objects.create(post=post, user=user, from_on=since)


def _node(
    path: str, kind: str, name: str, parent: Node, boundary: MultiPolygon, since: date
) -> Node:
    return Node.objects.create(
        code=path,
        path=path,
        kind=kind,
        name=name,
        parent=parent,
        grid_kind="general" if kind == "grid" else "",
        boundary=boundary,
        households=OF_BLOCK * len(_places(path)) if kind == "grid" else 0,
        valid_from=since,
    )


def _places(code: str) -> list[Place]:
    return [place for place, grid in TODAY.items() if grid == code]


def seen_by_the_system(act: Callable[P, T]) -> Callable[P, T]:
    @wraps(act)
    def seen(*args: P.args, **kwargs: P.kwargs) -> T:
        with scope(SYSTEM):
            return act(*args, **kwargs)

    return seen


def viewer(username: str, on: date = town.TODAY) -> Viewer:
    return viewer_for(User.objects.get(username=username), on)


@seen_by_the_system
def run(at: datetime = town.NOW, as_of: date = town.TODAY, order: Order | None = None) -> Run:
    """A drawing of the village that is done, its units made as the worker makes them."""
    drawn = Run(
        region_code=CODE[:6],
        street_code=town.STREET,
        community_code=CODE,
        path=CODE,
        purpose=Purpose.NEW,
        as_of=as_of,
        rules=(order or Order()).to_json(),
        asked_at=at,
        state=RunState.DONE,
    )
    drawn.save(force_insert=True)
    units = made(ground_of(CODE, as_of, at), 500.0)
    put_drawing(drawn, units, graph_of(units.units), grids_then(CODE, as_of))
    drawn.save()
    return drawn


@seen_by_the_system
def place_of(run_: Run) -> list[Place]:
    """Column and row of each block, by its position."""
    found = []
    for block in run_.blocks.order_by("position"):
        middle = block.shape.point_on_surface
        found.append(
            (int((middle.x - WEST) / STEP), ROWS - 1 - int((middle.y - SOUTH) / STEP)),
        )
    return found


@seen_by_the_system
def plan(numbers: dict[Place, int], run_: Run | None = None, at: datetime = town.NOW) -> Plan:
    """A plan of the village with these grids, measured as the machine measures its own."""
    drawn = run_ or run(at)
    order = Order.from_json(drawn.rules)
    rows = list(drawn.blocks.order_by("position").values())
    units, graph = bare_units(rows, drawn.graph["measures"]), graph_of_json(drawn.graph)
    grid = np.array([numbers[place] for place in place_of(drawn)], dtype=np.int32)
    rules = model.Rules(balances=order.balances)
    measures = measure(units, graph, grid, rules)
    why = gave_way(units, graph, grid, rules, measures=measures)
    today = [row["today_grid"] for row in rows]
    by_machine = model.Plan(grid, rules, measures, why)
    made_plan = plan_row(drawn, by_machine, drawn.plans.count() + 1, {}, units, today)
    made_plan.save(force_insert=True)
    return made_plan


FOUR_COLUMNS = {(c, r): c + 1 for c in range(COLUMNS) for r in range(ROWS)}
"""Four grids of 360 households; nothing of today's third grid is left to continue it."""


def report(
    place: Place | None,
    *,
    path: str = "",
    at: datetime = town.NOW,
    by: str = "xinglin-1",
    phone: str = "",
) -> Issue:
    new = actions.NewReport(
        key=new_id(),
        words="垃圾没人清",
        channel=Channel.WORKER,
        category=town.RUBBISH,
        place=point_in(place) if place else None,
        path=path,
        phone=phone,
    )
    reporter = viewer(by)
    with scope(reporter):
        receipt = actions.report(new, by=reporter, at=at)
        return Issue.objects.get(pk=receipt.issue_id)
