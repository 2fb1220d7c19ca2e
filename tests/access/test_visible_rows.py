"""What the database shows each viewer, table by table, against an oracle that knows no SQL.

The oracle reads every row as the migrator and decides in Python; the viewer reads as the app role.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from qijie.access.policies import POLICED
from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, NOBODY, SYSTEM, Kind, Role, Side, Viewer, reporter_of
from qijie.accounts.models import User
from qijie.issues.models import Issue, Reporter
from qijie.issues.queries import visible_to
from qijie.kernel.codes import Level
from qijie.teams.models import Holding, OrgUnit, Post
from tests import town
from tests.access.drawings import make_drawings
from tests.access.matters import make_matters

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]

Row = Mapping[str, Any]
TABLES = {policed.table: policed for policed in POLICED}
STAFF_OF_STREET = ("chen", "liu", "ma", "song", "wang", "zhao", "zhou", "sun", "luo")
STAFF_ABOVE = ("wu", "zheng", "he", "feng", "xu")
OTHERS = ("qian", "han", "cao", "deng", "two_hats")
CAST = (*STAFF_OF_STREET, *STAFF_ABOVE, *OTHERS)


@pytest.fixture(scope="module")
def made(own_database: None) -> dict[str, UUID]:
    _give_two_hats()
    make_drawings()
    return make_matters()


@pytest.fixture(scope="module")
def rows(made: dict[str, UUID]) -> dict[str, list[Row]]:
    return {table: list(_read(table)) for table in TABLES}


def _give_two_hats() -> None:
    """张帆 handles for the sanitation unit here and sits at the next community's desk there."""
    two = User.objects.create(username="two_hats", name="张帆", password="!")
    handler = Post.objects.create(
        code="handler-3",
        kind="handler",
        title="青石环卫所副经办",
        role=Role.HANDLER,
        level=Level.STREET,
        path=town.STREET,
        unit=OrgUnit.objects.get(code=town.SANITATION),
        valid_from=town.SINCE,
    )
    desk = Post.objects.get(code="next-desk")
    Holding.objects.create(post=handler, user=two, from_on=town.SINCE)
    Holding.objects.create(post=desk, user=two, from_on=town.SINCE, is_stand_in=True)


def _read(table: str) -> Iterator[Row]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
        names = [column.name for column in cursor.description]
        yield from (dict(zip(names, values, strict=True)) for values in cursor.fetchall())


def viewers(made: Mapping[str, UUID]) -> dict[str, Viewer]:
    cast = {username: town.viewer(username) for username in CAST}
    return cast | {
        "nobody": NOBODY,
        "intake": INTAKE,
        "system": SYSTEM,
        "reporter": reporter_of(made["new in grid 1 with photo"]),
    }


# The oracle


def may_see_matter(viewer: Viewer, matter: Row) -> bool:
    if viewer.kind is Kind.SYSTEM:
        return True
    if viewer.kind is Kind.REPORTER:
        return bool(matter["id"] == viewer.matter_id)
    if _is_about(viewer, matter):
        return False
    return any(
        (_covers(post, matter) and not _waits_for_a_desk(post, matter))
        or (post.role is Role.HANDLER and post.unit_id in matter["unit_ids"])
        or post.post_id in matter["participant_ids"]
        for post in viewer.posts
        if not _stands_beside_or_below(post, matter)
    )


def _waits_for_a_desk(post: Any, matter: Row) -> bool:
    """A resident's report of no category, read by nobody yet: not for those of the grid."""
    if post.role not in (Role.GRID_WORKER, Role.LEAD):
        return False
    is_open = matter["category_id"] is None and matter["accepted_at"] is None
    return bool(matter["channel"] == "portal" and is_open)


_LADDER = ["grid", "community", "street", "district", "city"]


def _stands_beside_or_below(post: Any, matter: Row) -> bool:
    where = matter["about_path"]
    if not where or not matter["hidden_level"]:
        return False
    is_low = _LADDER.index(post.level) <= _LADDER.index(matter["hidden_level"])
    return is_low and (post.path.startswith(where) or where.startswith(post.path))


def _is_about(viewer: Viewer, matter: Row) -> bool:
    units = {post.unit_id for post in viewer.posts} - {None}
    posts = {post.post_id for post in viewer.posts}
    was_it = viewer.user_id in matter["about_user_ids"]
    return was_it or matter["about_unit_id"] in units or matter["about_post_id"] in posts


def _covers(post: Any, matter: Row) -> bool:
    nowhere = {Role.HANDLER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    if post.role in nowhere:
        return False
    return bool(matter["path"].startswith(post.path))


def may_see_drawing(viewer: Viewer, table: str, row: Row, rows: Mapping[str, list[Row]]) -> bool:
    """Whoever draws there; once adopted, every community below as well. A grid's worker never."""
    if viewer.kind is not Kind.STAFF:
        return viewer.kind is Kind.SYSTEM
    if table == "redrawing_plan":
        return _draws_at(viewer, row) or (row["adopted_at"] is not None and _is_over(viewer, row))
    plans, runs = rows["redrawing_plan"], rows["redrawing_run"]
    if table == "redrawing_run":
        return _draws_at(viewer, row) or any(
            may_see_drawing(viewer, "redrawing_plan", plan, rows)
            for plan in plans
            if plan["run_id"] == row["id"]
        )
    above = "redrawing_plan" if table == "redrawing_planstep" else "redrawing_run"
    key_of = "plan_id" if table == "redrawing_planstep" else "run_id"
    [parent] = [one for one in (*plans, *runs) if one["id"] == row[key_of]]
    return may_see_drawing(viewer, above, parent, rows)


def _divisions(viewer: Viewer) -> list[str]:
    return [p.path for p in viewer.posts if p.is_territorial and p.level is not Level.GRID]


def _draws_at(viewer: Viewer, row: Row) -> bool:
    place = row["community_code"] or row["street_code"]
    return any(place.startswith(path) for path in _divisions(viewer))


def _is_over(viewer: Viewer, row: Row) -> bool:
    return not row["community_code"] and any(
        path.startswith(row["street_code"]) for path in _divisions(viewer)
    )


def _covers_division(post: Any, row: Row) -> bool:
    """Whole communities, streets and counties: a grid's own post answers for none of them."""
    return post.level is not Level.GRID and _covers(post, row)


def may_see(viewer: Viewer, table: str, row: Row, matters: Mapping[UUID, Row]) -> bool:
    if table == "issues_issue":
        return may_see_matter(viewer, row)
    if table == "records_accessentry":
        return Role.AUDIT_ADMIN in viewer.roles
    if table in ("records_outboxentry", "outbound_letter"):
        return viewer.kind is Kind.SYSTEM
    if table == "boards_boardfile":
        return viewer.kind is Kind.SYSTEM or any(_covers_division(p, row) for p in viewer.posts)
    if table == "outbound_notice":
        return viewer.kind is Kind.SYSTEM or row["post_id"] in viewer.post_ids
    matter = matters[row.get("issue_id") or row["subject_id"]]
    if not may_see_matter(viewer, matter):
        return False
    if table == "issues_reporter" and viewer.kind is Kind.STAFF:
        return any(p.side is Side.SUPERVISION and _covers(p, matter) for p in viewer.posts)
    return True


def key(table: str, row: Row) -> object:
    return row["issue_id"] if table == "issues_reporter" else row["id"]


@pytest.mark.parametrize("name", [*CAST, "nobody", "intake", "system", "reporter"])
def test_a_viewer_sees_exactly_the_rows_its_posts_open(
    name: str, made: dict[str, UUID], rows: dict[str, list[Row]]
) -> None:
    viewer = viewers(made)[name]
    matters = {row["id"]: row for row in rows["issues_issue"]}
    expected = {
        table: {
            key(table, row)
            for row in rows[table]
            if (
                may_see_drawing(viewer, table, row, rows)
                if table.startswith("redrawing_")
                else may_see(viewer, table, row, matters)
            )
        }
        for table in TABLES
    }
    with scope(viewer), connections["default"].cursor() as cursor:
        seen = {}
        for table in TABLES:
            column = "issue_id" if table == "issues_reporter" else "id"
            cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608
            seen[table] = {value for (value,) in cursor.fetchall()}
    assert seen == expected


def test_the_seeded_rows_leave_no_table_and_hardly_a_viewer_untried(
    made: dict[str, UUID], rows: dict[str, list[Row]]
) -> None:
    assert all(rows.values()), "every policed table has rows to be hidden"
    assert len(rows["issues_issue"]) == len(made) == 20
    matters = rows["issues_issue"]
    seeing = {
        name: sum(may_see_matter(viewer, matter) for matter in matters)
        for name, viewer in viewers(made).items()
    }
    assert seeing["system"] == 20
    assert seeing["nobody"] == seeing["intake"] == seeing["han"] == seeing["deng"] == 0
    assert seeing["reporter"] == 1
    assert len({seeing[name] for name in CAST}) >= 7


@pytest.mark.parametrize("name", [*CAST, "nobody", "intake", "system", "reporter"])
def test_wall_one_asks_for_every_row_that_wall_two_shows(name: str, made: dict[str, UUID]) -> None:
    """So that neither wall hides what the other one shows, and a list is never silently short."""
    viewer = viewers(made)[name]
    with scope(viewer):
        behind_both = set(visible_to(viewer).values_list("pk", flat=True))
        behind_one = set(Issue.objects.values_list("pk", flat=True))
    assert behind_both == behind_one


def test_a_matter_about_a_unit_is_hidden_from_its_handler_and_its_head(
    made: dict[str, UUID],
) -> None:
    for username, about in (
        ("luo", "about the property unit"),
        ("xu", "about the street office"),
        ("wang", "about the desk"),
        ("chen", "about the worker of grid 1"),
    ):
        viewer = town.viewer(username)
        with scope(viewer):
            assert not Issue.objects.filter(pk=made[about]).exists(), username
            assert made[about] not in set(visible_to(viewer).values_list("pk", flat=True))
    with scope(town.viewer("wu")):
        assert Issue.objects.filter(pk=made["about the street office"]).exists()


def test_a_handler_with_a_desk_elsewhere_learns_no_reporters_contact_here(
    made: dict[str, UUID],
) -> None:
    two_hats = town.viewer("two_hats")
    with scope(two_hats):
        here, there = made["with the sanitation unit"], made["filed in the next street"]
        assert Issue.objects.filter(pk__in=[here, there]).count() == 2
        assert not Reporter.objects.filter(pk=here).exists()
        assert Reporter.objects.filter(pk=there).exists()
