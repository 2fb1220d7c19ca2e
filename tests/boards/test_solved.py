"""What a public page may know of closed matters: counts of whole months, none below the floor."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connections, transaction

from qijie.access.scope import scope
from qijie.access.viewer import NOBODY, SYSTEM
from qijie.boards.actions import count_solved
from qijie.boards.models import Solved
from qijie.boards.queries import solved_in
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import State
from tests import town
from tests.access.matters import report

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 15, 10, tzinfo=town.SHANGHAI)


def closed(count: int, category: str, *, at: datetime = OCTOBER, **facts: object) -> None:
    for _ in range(count):
        issue_id = report(town.IN_GRID_1, category=category)
        with scope(SYSTEM):
            Issue.objects.filter(pk=issue_id).update(state=State.CLOSED, closed_at=at, **facts)


def counted(path: str = town.GRID_1) -> dict[str, dict[str, int | None]]:
    """As somebody without any scope reads it: by month, category in residents' words."""
    count_solved(town.NOW)
    with scope(NOBODY):
        assert not Issue.objects.exists()
        return {f"{one.month:%Y-%m}": dict(one.rows) for one in solved_in(path, town.TODAY)}


def test_closed_matters_are_counted_by_month_and_category() -> None:
    closed(3, town.RUBBISH)
    closed(4, town.LAMP, at=OCTOBER - timedelta(days=30))
    assert counted() == {"2026-10": {"垃圾没人清": 3}, "2026-09": {"路灯不亮": 4}}


def test_one_or_two_are_stored_without_their_number() -> None:
    closed(2, town.RUBBISH)
    assert counted() == {"2026-10": {"垃圾没人清": None}}
    closed(1, town.RUBBISH)
    assert counted() == {"2026-10": {"垃圾没人清": 3}}


def test_the_table_itself_refuses_a_small_number() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Solved.objects.bulk_create(
            [Solved(path=town.GRID_1, month=OCTOBER.date(), category_id=town.LAMP, count=1)]
        )


def test_the_running_month_and_what_is_older_than_half_a_year_are_left_out() -> None:
    closed(3, town.RUBBISH, at=datetime(2026, 11, 2, tzinfo=town.SHANGHAI))
    closed(3, town.RUBBISH, at=datetime(2026, 4, 30, tzinfo=town.SHANGHAI))
    assert counted() == {}


def test_a_month_ends_at_midnight_here_and_not_in_greenwich() -> None:
    closed(3, town.RUBBISH, at=datetime(2026, 10, 31, 23, 59, tzinfo=town.SHANGHAI))
    closed(3, town.LAMP, at=datetime(2026, 10, 1, 0, 0, tzinfo=town.SHANGHAI))
    assert counted() == {"2026-10": {"垃圾没人清": 3, "路灯不亮": 3}}


def test_quarrels_help_and_complaints_about_offices_are_not_counted() -> None:
    closed(3, town.QUARREL)
    closed(3, town.RUBBISH, family="help")
    closed(3, town.LAMP, about_post_id=town.user("wang").pk)
    closed(3, town.NOISE, about_unit_id=town.user("wang").pk)
    assert counted() == {}


def test_what_is_not_closed_is_not_counted_and_what_reopens_drops_out() -> None:
    closed(3, town.RUBBISH)
    report(town.IN_GRID_1, category=town.LAMP)
    assert counted() == {"2026-10": {"垃圾没人清": 3}}
    with scope(SYSTEM):
        Issue.objects.filter(category_id=town.RUBBISH).update(state=State.DISPATCHED)
    assert counted() == {}


def test_a_matter_of_a_micro_grid_counts_for_its_grid() -> None:
    closed(3, town.RUBBISH, path=f"{town.GRID_1}-m1")
    assert counted() == {"2026-10": {"垃圾没人清": 3}}


def test_a_matter_of_no_known_grid_counts_nowhere() -> None:
    closed(3, town.RUBBISH, path=town.STREET)
    assert counted() == {}
    assert not Solved.objects.exists()


def test_every_grid_has_its_own_counts() -> None:
    closed(3, town.RUBBISH)
    assert counted(town.GRID_2) == {}


def test_counting_twice_changes_nothing() -> None:
    closed(3, town.RUBBISH)
    assert counted() == counted()


def test_nothing_but_counts_stands_in_the_table() -> None:
    closed(3, town.RUBBISH)
    count_solved(town.NOW)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM boards_solved")
        assert [column.name for column in cursor.description] == [
            "path",
            "month",
            "count",
            "category_id",
        ]
