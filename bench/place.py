"""A made-up district of many grids, its posts and its matters, for measuring only.

Its borders wind like real ones: a grid has about as many corners as one of the demo district's.
"""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connections, transaction
from django.utils import timezone

from bench.sizes import Sizes
from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, Role, Viewer
from qijie.accounts.models import User
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.models import Category, Issue
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.teams.queries import viewer_for
from qijie.territory.models import SRID, Node

CITY, DISTRICT, STREET = "4299", "429902", "429902001"
COMMUNITY, GRID = f"{STREET}001", f"{STREET}001001"
WEST, SOUTH, STEP = 114.0, 30.0, 0.003
# 22 corners a grid is the demo district's average.
CORNERS_A_SIDE = 6
SINCE = date(2024, 1, 1)
SUPERVISOR, DESK, COMMUNITY_DESK, WORKER, HANDLER = (
    "bench-supervisor",
    "bench-desk",
    "bench-community-desk",
    "bench-worker",
    "bench-handler",
)
VIEWERS = (SUPERVISOR, DESK, COMMUNITY_DESK, WORKER, HANDLER)
_POSTS = (
    (SUPERVISOR, Role.SUPERVISOR, Level.DISTRICT, DISTRICT),
    (DESK, Role.DESK, Level.STREET, STREET),
    (COMMUNITY_DESK, Role.DESK, Level.COMMUNITY, COMMUNITY),
    (WORKER, Role.GRID_WORKER, Level.GRID, GRID),
    (HANDLER, Role.HANDLER, Level.STREET, STREET),
)


def build(sizes: Sizes) -> None:
    """Committed, by the role that may."""
    with transaction.atomic(using="owner"):
        _plant(sizes.streets)
        unit = OrgUnit.objects.using("owner").create(
            code="bench-unit", name="环卫所", kind="sanitation", level=Level.STREET, path=STREET
        )
        for username, role, level, path in _POSTS:
            _appoint(username, role, level, path, unit if role is Role.HANDLER else None)
    _multiply(_first_matter(), sizes, unit.pk)


def viewer(username: str) -> Viewer:
    return viewer_for(User.objects.get(username=username), timezone.localdate())


def extent(streets: int) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return WEST, SOUTH, WEST + 10 * STEP, SOUTH + 10 * streets * STEP


def point_in_first_grid() -> Coordinate:
    return Coordinate(WEST + STEP / 2, SOUTH + STEP / 2, CoordinateSystem.CGCS2000)


def _plant(streets: int) -> None:
    district = _branch(CITY, "city", "测量市", None)
    district = _branch(DISTRICT, "district", "测量区", district)
    grids = []
    for s in range(streets):
        street = _branch(f"{DISTRICT}{s + 1:03}", "street", f"第{s + 1}街道", district)
        for c in range(10):
            community = _branch(f"{street.path}{c + 1:03}", "community", f"{c + 1}社区", street)
            grids += [_grid(community, column, s * 10 + c) for column in range(10)]
    Node.objects.using("owner").bulk_create(grids)


def _branch(path: str, kind: str, name: str, parent: Node | None) -> Node:
    return Node.objects.using("owner").create(
        code=path.ljust(12, "0"), path=path, kind=kind, name=name, parent=parent, valid_from=SINCE
    )


def _grid(community: Node, column: int, row: int) -> Node:
    path = f"{community.path}{column + 1:03}"
    return Node(
        code=path,
        path=path,
        kind="grid",
        name=f"第{column + 1}网格",
        parent=community,
        grid_kind="general",
        boundary=MultiPolygon(Polygon(_ring(column, row)), srid=SRID),
        households=400,
        valid_from=SINCE,
    )


def _ring(column: int, row: int) -> list[tuple[float, float]]:
    south, north = _across(column, row), _across(column, row + 1)
    west, east = _upward(column, row), _upward(column + 1, row)
    corners = dict.fromkeys([*south, *east, *reversed(north), *reversed(west)])
    return [*corners, next(iter(corners))]


def _across(column: int, row: int) -> list[tuple[float, float]]:
    """The border between two grids, the same points for both: no gaps, no overlaps."""
    return [(WEST + (column + t) * STEP, SOUTH + (row + _bend(t, row)) * STEP) for t in _shares()]


def _upward(column: int, row: int) -> list[tuple[float, float]]:
    return [
        (WEST + (column + _bend(t, column)) * STEP, SOUTH + (row + t) * STEP) for t in _shares()
    ]


def _shares() -> Iterator[float]:
    return (step / (CORNERS_A_SIDE - 1) for step in range(CORNERS_A_SIDE))


def _bend(share: float, seed: int) -> float:
    return 0.15 * math.sin(math.pi * share) * math.cos(7 * share + seed) * min(share, 1 - share)


def _appoint(username: str, role: Role, level: Level, path: str, unit: OrgUnit | None) -> None:
    user = User.objects.using("owner").create(username=username, name=username)
    post = Post.objects.using("owner").create(
        code=username,
        kind=role,
        title=username,
        role=role,
        level=level,
        path=path,
        unit=unit,
        valid_from=SINCE,
    )
    Holding.objects.using("owner").create(post=post, user=user, from_on=SINCE)


def category() -> str:
    """One that the responsibility list knows."""
    return str(Category.objects.filter(main_unit_kind="sanitation").values_list("pk", flat=True)[0])


def new_report(key: UUID | None = None) -> NewReport:
    return NewReport(
        key=key or uuid4(),
        words="楼下的垃圾三天没有清了，味道很大，请派人看看。",
        channel=Channel.PORTAL,
        category=category(),
        place=point_in_first_grid(),
        place_words="槐荫路 3 号楼前",
        phone="13900000000",
    )


def _first_matter() -> UUID:
    with scope(INTAKE):
        return actions.report(new_report(), by=INTAKE, at=_a_working_day_ago()).issue_id


def _a_working_day_ago() -> datetime:
    return timezone.now() - timedelta(days=1)


# Everything that differs from matter to matter; the other columns are the first matter's.
_DIFFERENT = {
    "id": "(lpad(to_hex((extract(epoch FROM r.at) * 1000)::bigint), 12, '0') || '7'"
    " || substr(md5(r.i::text), 1, 3) || 'a' || substr(md5(r.i::text), 4, 15))::uuid",
    "number": "'bench-' || r.i",
    "reported_at": "r.at",
    "state": "r.state",
    "due_at": "CASE WHEN r.state IN ('closed', 'voided') THEN NULL"
    " ELSE now() + (r.i % 500 - 250) * interval '1 hour' END",
    "grid_id": "n.id",
    "path": "n.path",
    "street_code": "left(n.path, 9)",
    "community_code": "left(n.path, 12)",
    "point": "ST_Centroid(n.boundary)",
    "words": "m.words || r.i",
    "unit_ids": "CASE WHEN r.i % 10 = 0 THEN ARRAY[%(unit)s]::uuid[] ELSE '{}' END",
    "participant_ids": "ARRAY[gen_random_uuid()]",
}
_MULTIPLY = """
    INSERT INTO issues_issue ({columns})
    SELECT {values}
    FROM (
        SELECT i, %(now)s - (i * 10 || ' minutes')::interval AS at,
            (ARRAY['reported', 'accepted', 'filed', 'dispatched', 'handled', 'voided']
             || array_fill('closed'::text, ARRAY[6]))[1 + i %% 12] AS state
        FROM generate_series(1, %(matters)s) AS i
    ) r
    JOIN (
        SELECT id, path, boundary, row_number() OVER (ORDER BY md5(path)) - 1 AS position,
            count(*) OVER () AS grids
        FROM territory_node WHERE kind = 'grid' AND path LIKE %(district)s
    ) n ON n.position = r.i %% n.grids
    CROSS JOIN (SELECT * FROM issues_issue WHERE id = %(first)s) m
"""
# The main order of every matter that a unit was given.
_ORDERS = """
    INSERT INTO issues_workorder (id, region_code, issue_id, unit_id, is_main, purpose, state,
        round, level, sent_at, return_reason)
    SELECT gen_random_uuid(), region_code, id, unit_ids[1], true, 'share',
        CASE WHEN due_at IS NULL THEN 'done' ELSE 'signed' END, 0, '', reported_at, ''
    FROM issues_issue WHERE unit_ids <> '{}'
"""


def _multiply(first: UUID, sizes: Sizes, unit: UUID) -> None:
    columns = [field.column for field in Issue._meta.concrete_fields]
    values = [_DIFFERENT.get(c, f"m.{c}").replace("r.i % ", "r.i %% ") for c in columns]
    statement = _MULTIPLY.format(columns=", ".join(columns), values=", ".join(values))
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            statement,
            {
                "unit": unit,
                "now": timezone.now(),
                "matters": sizes.matters,
                "district": f"{DISTRICT}%",
                "first": first,
            },
        )
        cursor.execute(_ORDERS)
        for table in ("issues_issue", "issues_workorder", "territory_node"):
            cursor.execute(f"VACUUM ANALYZE {table}")
