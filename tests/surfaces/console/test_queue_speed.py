"""How the list's questions are answered among many matters of others: by the index of one's own
place, and never by looking through the rest.
"""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from qijie.access.scope import scope
from qijie.issues.models import Issue
from qijie.issues.queries import Filters, page_of
from qijie.issues.queries.lists import narrowed
from qijie.kernel.codes import Level
from qijie.surfaces.console.desk import View, matters_in
from qijie.surfaces.console.queries import load_below, tab_counts
from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MANY = 8000
_MANY = """
    INSERT INTO issues_issue
    SELECT (one).* FROM generate_series(1, %s) n, LATERAL (
        SELECT jsonb_populate_record(pattern, jsonb_build_object(
            'id', gen_random_uuid(), 'number', 'many-' || n, 'words', '很多件中的第' || n || '件',
            'street_code', CASE WHEN n %% 20 = 0 THEN street_code ELSE %s END,
            'community_code', CASE WHEN n %% 20 = 0 THEN community_code ELSE %s END,
            'state', CASE WHEN n / 20 %% 4 = 0 THEN 'reported' ELSE 'closed' END,
            'due_at', CASE WHEN n / 20 %% 4 = 0 THEN now() - n * interval '1 minute' END,
            'reported_at', now() - n * interval '10 minutes')) AS one
        FROM issues_issue pattern WHERE number = 'many-0'
    ) made
"""


@pytest.fixture(scope="module", autouse=True)
def many_matters(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Committed by the owner, as the statistics have to know of them, and taken away again."""
    with django_db_blocker.unblock():
        owner = connections["owner"]
        grid = town.Node.objects.using("owner").get(path=town.GRID_1)
        pattern = Issue(
            number="many-0",
            words="the pattern of all",
            region_code=town.DISTRICT,
            street_code=town.STREET,
            community_code=town.HUAIYIN,
            grid=grid,
            path=town.GRID_1,
            level="community",
            family="city_management",
            channel="worker",
            urgency="normal",
            state="closed",
            appeal="none",
            reported_at=timezone.now(),
        )
        try:
            pattern.save(using="owner", force_insert=True)
            with owner.cursor() as cursor:
                cursor.execute(_MANY, [MANY, town.NEXT_STREET, town.NEXT_COMMUNITY])
                cursor.execute("ANALYZE issues_issue")
            yield
        finally:
            with owner.cursor() as cursor:
                cursor.execute("DELETE FROM issues_issue WHERE number LIKE 'many-%'")
                cursor.execute("ANALYZE issues_issue")


class Plans:
    """Explains every question about matters that is asked while it listens."""

    def __init__(self) -> None:
        self.plans: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip("( ").startswith("SELECT") and '"issues_issue"' in sql:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                self.plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)


def plans_of(username: str, ask) -> list[str]:
    viewer, plans = acts.viewer(username), Plans()
    with scope(viewer), connections["default"].execute_wrapper(plans):
        ask(viewer)
    assert plans.plans
    return plans.plans


def listed(view: View, by: str, filters: Filters = Filters()):  # noqa: B008
    def ask(viewer) -> None:
        now = timezone.now()
        first = page_of(narrowed(matters_in(view, viewer, now), filters, now), by=by)
        # Nothing waits for who only looks on; the question's plan is tried all the same.
        assert first.older or view is View.WAITING
        page_of(narrowed(matters_in(view, viewer, now), filters, now), by=by, after=first.older)

    return ask


@pytest.mark.parametrize(
    ("username", "own_place"),
    [
        ("wang", town.HUAIYIN),
        ("song", town.HUAIYIN),
        ("wu", town.STREET),
        ("xu", town.STREET),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(listed(View.WAITING, "due"), id="waiting by urgency"),
        pytest.param(listed(View.OVERDUE, "due"), id="overdue"),
        pytest.param(listed(View.ALL, "newest"), id="all, newest first"),
        pytest.param(listed(View.ALL, "newest", Filters(words="很多件中的")), id="by words"),
        pytest.param(lambda viewer: tab_counts(viewer, timezone.now()), id="counts"),
        pytest.param(
            lambda viewer: load_below(town.HUAIYIN, Level.COMMUNITY, viewer, timezone.now()),
            id="counts by grid",
        ),
    ],
)
def test_matters_are_reached_by_the_index_of_ones_own_place(
    username: str, own_place: str, ask
) -> None:
    for plan in plans_of(username, ask):
        assert "Seq Scan on issues_issue" not in plan, plan
        conditions = [line for line in plan.splitlines() if "Index Cond" in line]
        # What is urgent is few enough to be found by an index of its own.
        is_urgent = "issue_urgent" in plan
        # So is what waits for somebody through orders of their own alone.
        by_orders = any("u0.issue_id" in condition for condition in conditions)
        by_place = any(own_place in condition for condition in conditions)
        assert is_urgent or by_orders or by_place, plan
