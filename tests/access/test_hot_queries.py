"""The queries behind every list and map go through their index, as the app role, behind the walls.

Row security keeps an operator from its index unless PostgreSQL trusts it not to leak; a lost mark
or a changed predicate would show only on a city's amount of rows, so it is looked for here.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection, connections
from django.db.models import QuerySet

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.queries import Filters, page_of, visible_to
from qijie.issues.queries.lists import narrowed, urgent_open
from qijie.issues.queries.waiting import waiting_for
from qijie.kernel.codes import level_of_path
from qijie.kernel.ids import new_id
from qijie.outbound.queries import events_told, notices_for
from qijie.records.models import OutboxEntry
from qijie.records.queries import history_of, subject_of_link
from qijie.teams.models import OrgUnit
from qijie.territory.queries import locate, locate_many, subtree
from tests import town

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]

MATTERS, STREETS, GRIDS = 24_000, 30, 2_000
# A generated city: numbers only, nothing from outside.
NODES = f"""
    INSERT INTO territory_node (code, path, kind, name, parent_id, grid_kind, boundary, households,
        is_illustrative, valid_from)
    SELECT code, code, 'grid', '某网格', NULL, 'general', ST_Multi(ST_MakeEnvelope(
            114.1 + 0.004 * (n % 50), 30.1 + 0.004 * (n / 50),
            114.104 + 0.004 * (n % 50), 30.104 + 0.004 * (n / 50), 4490)), 400, true, '2026-01-01'
    FROM (SELECT n, '429901' || lpad((3 + n % {STREETS})::text, 3, '0') || '001'
        || lpad((n / {STREETS} + 1)::text, 3, '0') AS code
        FROM generate_series(0, {GRIDS - 1}) n) numbered
"""  # noqa: S608
ISSUES = f"""
    INSERT INTO issues_issue (id, number, region_code, street_code, community_code, grid_id, path,
        level, point, place_words, unit_ids, participant_ids, family, words, channel, urgency,
        state, reported_at, due_at, has_reporter, round, rework_count, reopen_count, return_count,
        suspension_count, urge_count, awaits_look, is_extended, objection_used, final_answer_given,
        final_answer_objected, is_final_review, is_on_the_spot, is_sampled, answered_level,
        worked_level, whistled_from, resume_to, verdict, appeal, hands, requests, version)
    SELECT gen_random_uuid(), 'S' || m, '429901', left(g.path, 9), left(g.path, 12), g.id, g.path,
        'community', ST_Centroid(g.boundary), '', CASE WHEN m % 400 = 0 THEN ARRAY[%s::uuid]
        ELSE ARRAY[gen_random_uuid()] END, '{{}}', 'other', CASE WHEN m % 5000 = 0
        THEN '树上有马蜂窝' ELSE '路灯不亮第' || md5(m::text) || '次' END, 'portal', 'normal',
        'reported', timestamptz '2026-11-18 09:00+08' - m * interval '1 minute',
        CASE WHEN m % 3 = 0 THEN timestamptz '2026-11-18 09:00+08' + m * interval '1 minute' END,
        false, 0, 0, 0, 0, 0, 0, false, false, false, false, false, false, false, false, '', '',
        '{{}}', '', '', 'none', '[]', '[]', 1
    FROM generate_series(1, {MATTERS}) m
    JOIN (SELECT *, row_number() OVER (ORDER BY path) AS place FROM territory_node
          WHERE kind = 'grid') g ON g.place = 1 + (m * 7919) % {GRIDS}
"""  # noqa: S608
ORDERS = """
    INSERT INTO issues_workorder (id, region_code, issue_id, unit_id, is_main, purpose, state,
        round, level, sent_at, return_reason)
    SELECT gen_random_uuid(), region_code, id, unit_ids[1], true, 'share', 'sent', 0, '',
        reported_at, '' FROM issues_issue
"""
EVENTS = """
    INSERT INTO records_event (id, region_code, street_code, community_code, grid_id, subject_id,
        sequence, at, verb, from_state, to_state, level, actor_kind, actor_title, actor_side,
        words, sentence, facts, follows)
    SELECT gen_random_uuid(), region_code, street_code, community_code, grid_id, id, 1, reported_at,
        'report', '', 'reported', 'community', 'reporter', '', '', words, '', '{}', false
    FROM issues_issue
"""
STREET, COMMUNITY = "429901007", "429901007001"


@pytest.fixture(scope="module", autouse=True)
def _a_citys_amount(own_database: None) -> None:
    unit = OrgUnit.objects.get(code=town.SANITATION)
    with connections["owner"].cursor() as cursor:
        cursor.execute(NODES)
        cursor.execute(ISSUES.replace("%s", f"'{unit.pk}'"))
        cursor.execute(ORDERS)
        cursor.execute(EVENTS)
        cursor.execute("ANALYZE")


def desk_of(path: str) -> Viewer:
    desk = town.viewer("wang")
    post = replace(desk.posts[0], path=path, level=level_of_path(path))
    return replace(desk, posts=(post,))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@contextmanager
def explained(statements: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The plans of the queries run inside, after it is left; as the app role, scope and all."""
    plans: list[dict[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(table in sql for table in statements) and sql.lstrip().startswith("SELECT"):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                [(found,)] = cursor.fetchall()
            plans.extend(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def indexes(plans: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in plans if "Index Name" in node}


def conditions(plans: list[dict[str, Any]]) -> str:
    """What indexes were asked for."""
    return " ".join(node.get("Index Cond", "") for node in plans)


def whole_tables(plans: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"] for node in plans if node["Node Type"] == "Seq Scan"}


def plan_of(rows: QuerySet[Any], viewer: Viewer) -> list[dict[str, Any]]:
    with scope(viewer), explained(["issues_", "records_", "outbound_"]) as plans:
        list(rows[:50])
    assert plans
    return plans


def test_enough_rows_are_there_for_an_index_to_matter() -> None:
    with scope(town.viewer("wu")):
        assert WorkOrder.objects.count() < MATTERS
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM issues_issue")
        assert cursor.fetchone() == (MATTERS,)


@pytest.mark.parametrize("page", ["first", "later"])
def test_the_newest_of_a_community_come_by_an_index_in_order(page: str) -> None:
    desk = desk_of(COMMUNITY)
    with scope(desk), explained(["issues_issue"]) as plans:
        found = page_of(visible_to(desk))
        if page == "later":
            plans.clear()
            found = page_of(visible_to(desk), after=found.older)
    assert len(found.rows) == 50
    # Its own index, or the whole list's read in order until a page is full.
    assert indexes(plans) & {"issue_community_newest", "issue_newest"}
    assert "issues_issue" not in whole_tables(plans)


def test_the_most_urgent_of_a_community_come_by_an_index_in_order() -> None:
    desk = desk_of(COMMUNITY)
    with scope(desk), explained(["issues_issue"]) as plans:
        found = page_of(visible_to(desk), by="due")
    assert len(found.rows) == 50
    assert indexes(plans) & {"issue_community_due", "issue_due"}
    assert "issues_issue" not in whole_tables(plans)


@pytest.mark.parametrize(("by", "index"), [("newest", "issue_newest"), ("due", "issue_due")])
def test_a_districts_list_is_read_in_order_and_never_sorted_whole(by: str, index: str) -> None:
    """Whoever sees almost everything must not pay for everything to see one page."""
    district = desk_of(town.DISTRICT)
    with scope(district), explained(["issues_issue"]) as plans:
        found = page_of(visible_to(district), by=by)
        page_of(visible_to(district), by=by, after=found.older)
    assert len(found.rows) == 50
    assert indexes(plans) & {index}
    assert whole_tables(plans) <= {"issues_category"}


def test_what_is_overdue_in_a_street_comes_by_an_index() -> None:
    street = desk_of(STREET)
    late = narrowed(visible_to(street), Filters(due="overdue"), town.NOW + timedelta(hours=2))
    plans = plan_of(late.order_by("due_at", "id"), street)
    assert indexes(plans)
    assert whole_tables(plans) == set()


def test_a_units_matters_come_by_the_array_index() -> None:
    handler = town.viewer("sun")
    plans = plan_of(visible_to(handler).order_by("-reported_at", "-id"), handler)
    assert "issue_units" in indexes(plans)
    assert whole_tables(plans) == set()


def test_a_units_orders_come_by_their_index() -> None:
    handler = town.viewer("sun")
    orders = WorkOrder.objects.filter(unit_id__in=handler.handling_unit_ids, state="sent")
    plans = plan_of(orders.order_by("-sent_at"), handler)
    assert "order_of_unit" in indexes(plans)
    assert "issues_workorder" not in whole_tables(plans)


def test_words_are_found_by_the_trigram_index() -> None:
    district = desk_of(town.DISTRICT)
    found = narrowed(visible_to(district), Filters(words="马蜂窝"), town.NOW)
    plans = plan_of(found.order_by(), district)
    assert {"issue_words", "issue_place_words"} <= set(indexes(plans))
    assert whole_tables(plans) == set()
    with scope(district):
        assert found.count() == MATTERS // 5000


def test_a_maps_window_comes_by_the_spatial_index() -> None:
    district = desk_of(town.DISTRICT)
    window = Polygon.from_bbox((114.10, 30.10, 114.11, 30.11))
    window.srid = 4490
    inside = visible_to(district).filter(point__bboverlaps=window)
    plans = plan_of(inside.order_by(), district)
    assert "(point && " in conditions(plans)
    assert whole_tables(plans) == set()
    with scope(district):
        assert 0 < inside.count() < 500


def test_one_matter_and_its_history_come_by_key() -> None:
    desk = desk_of(COMMUNITY)
    with scope(desk):
        matter = visible_to(desk).first()
    assert matter is not None
    # Months without an event yet are read whole: there is nothing in them.
    full = {"issues_issue", f"records_event_{town.NOW:%Y%m}"}
    for rows in (visible_to(desk).filter(pk=matter.pk), history_of(matter.pk)):
        plans = plan_of(rows, desk)
        assert indexes(plans)
        assert whole_tables(plans) & full == set()


def test_unread_notices_and_links_come_by_their_index() -> None:
    desk = desk_of(COMMUNITY)
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    try:
        plans = plan_of(notices_for(desk).filter(read_at__isnull=True), desk)
        assert "notice_unread" in indexes(plans)
        with scope(desk), explained(["records_linktoken"]) as found:
            assert subject_of_link("unknown", town.NOW) is None
        assert indexes(found)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")


def test_a_point_is_located_by_the_spatial_index_in_one_query() -> None:
    inside = town.point_in(30, 30)
    with explained(["territory_node"]) as plans:
        located = locate(inside, town.TODAY)
    assert located is not None
    assert located.kind == "grid"
    assert "(boundary && " in conditions(plans)
    assert whole_tables(plans) == set()


def test_many_points_are_located_by_the_spatial_index() -> None:
    with explained(["territory_node"]) as plans:
        found = locate_many([114.1202, 114.1602], [30.1202, 30.1402], town.TODAY)
    assert all(found)
    assert "territory_node" not in whole_tables(plans)


def test_a_subtree_comes_by_its_path() -> None:
    with explained(["territory_node"]) as plans:
        assert list(subtree(STREET, town.TODAY))
    assert "node_subtree" in indexes(plans)
    assert whole_tables(plans) == set()


def test_without_its_own_predicate_a_list_would_read_every_row() -> None:
    """Why `visible_to` repeats what the policy says: the policy alone opens no index."""
    desk = desk_of(COMMUNITY)
    bare = plan_of(Issue.objects.filter(number=str(new_id())[:32]), desk)
    assert whole_tables(bare) == set(), "a leak-proof equality still may"
    unaided = plan_of(Issue.objects.order_by("words"), desk)
    assert "issues_issue" in whole_tables(unaided)


def test_the_events_of_news_are_read_in_their_own_month_alone() -> None:
    desk = desk_of(COMMUNITY)
    with scope(desk):
        matter = visible_to(desk).filter(reported_at__month=town.NOW.month)[0]
    entry = OutboxEntry(subject_id=matter.pk, at=matter.reported_at)
    with scope(SYSTEM), explained(["records_event"]) as plans:
        events_told([entry])
    read = {node["Relation Name"] for node in plans if "Relation Name" in node}
    assert read - {"issues_issue"} == {f"records_event_{matter.reported_at:%Y%m}"}
    assert "subject_id" in conditions(plans)


@contextmanager
def few_under_way() -> Iterator[None]:
    """As in a house that is some years old: almost everything is closed, a handful is suspended."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE issues_issue SET level = CASE WHEN right(number, 3) = '002' THEN 'district'"
            " ELSE 'community' END, state = CASE WHEN right(number, 3) = '000' THEN 'suspended'"
            " WHEN right(number, 2) = '01' THEN 'handled' ELSE 'closed' END,"
            " due_at = CASE WHEN right(number, 2) = '01' THEN reported_at END,"
            " urgency = CASE WHEN right(number, 1) = '0' THEN 'urgent' ELSE 'normal' END"
        )
        cursor.execute("VACUUM ANALYZE issues_issue")
    yield


def test_what_runs_a_clock_and_what_is_rare_come_by_their_own_indexes() -> None:
    """Last of all: it changes the city's matters."""
    desk = desk_of(town.DISTRICT)
    with few_under_way():
        waiting = plan_of(waiting_for(desk, town.NOW).order_by("due_at", "id"), desk)
        urgent = plan_of(urgent_open(visible_to(desk)), desk)
        rare = narrowed(visible_to(desk), Filters(states=("suspended",)), town.NOW)
        suspended = plan_of(rare.order_by("-reported_at", "-id"), desk)
        high = narrowed(visible_to(desk), Filters(level="district"), town.NOW)
        late = narrowed(visible_to(desk), Filters(due="overdue"), town.NOW)
        overdue = plan_of(late.order_by("due_at", "id")[:50], desk)
        high_up = plan_of(high.order_by("-reported_at", "-id"), desk)
    assert "issue_running" in indexes(waiting)
    assert "issue_by_state" in indexes(suspended)
    assert "issue_by_level" in indexes(high_up)
    assert indexes(overdue) & {"issue_region_due", "issue_due"}
    assert indexes(urgent) in ({"issue_urgent"}, {"issue_urgent_in_region"})
    for plan in (waiting, suspended, high_up):
        assert "issues_issue" not in whole_tables(plan)
