"""A call-back nobody makes ends by itself: no closed matter stands as overdue for ever."""

from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, reporter_of
from qijie.issues import actions
from qijie.issues.models import Deadline, Issue
from qijie.issues.queries import Filters
from qijie.issues.queries.lists import narrowed
from qijie.issues.queries.waiting import waiting_for
from qijie.issues.rules.vocabulary import ClockKind, Standing
from qijie.outbound.worker import turn
from qijie.records.models import Event, Timer
from tests import town
from tests.outbound import matters

pytestmark = pytest.mark.django_db

LATER = timedelta(days=40)


def _denied(at: datetime) -> UUID:
    """Closed, said to be not solved, and nobody calls."""
    issue_id = matters.closed(at=at)
    reporter = reporter_of(issue_id)
    with scope(reporter):
        actions.judge(issue_id, by=reporter, at=at, is_solved=False, is_satisfied=False)
    return issue_id


def _is_overdue(issue_id: UUID, now: datetime) -> bool:
    with scope(SYSTEM):
        mine = Issue.objects.filter(pk=issue_id)
        return narrowed(mine, Filters(due=Standing.OVERDUE), now).exists()


def _last_event(issue_id: UUID) -> Event:
    with scope(SYSTEM):
        return Event.objects.filter(subject_id=issue_id).order_by("-sequence")[0]


def test_it_is_late_first_and_ends_with_an_event_of_the_systems(at: datetime) -> None:
    issue_id = _denied(at)
    with scope(SYSTEM):
        window = Deadline.objects.get(issue=issue_id, kind=ClockKind.CALL_BACK_WINDOW)
    before = window.due_at - timedelta(seconds=1)
    turn(before)
    assert _is_overdue(issue_id, before)
    turn(window.due_at)
    assert not _is_overdue(issue_id, at + LATER)
    with scope(SYSTEM):
        issue = Issue.objects.get(pk=issue_id)
    assert (issue.state, issue.verdict, issue.due_at) == ("closed", "not_reached", None)
    event = _last_event(issue_id)
    assert (event.verb, event.actor_kind) == ("not_reached", "system")
    assert "未回访到" in event.sentence
    verifier = town.viewer("zhou")
    with scope(verifier):
        assert not waiting_for(verifier, at + LATER).filter(pk=issue_id).exists()


def test_a_worker_that_was_away_ends_it_all_the_same(at: datetime) -> None:
    issue_id = _denied(at)
    for _ in range(4):
        turn(at + LATER)
    assert _last_event(issue_id).verb == "not_reached"
    assert not _is_overdue(issue_id, at + LATER)


def test_those_that_ran_before_the_upgrade_end_as_well(at: datetime) -> None:
    issue_id = _denied(at)
    migration = import_module("qijie.issues.migrations.0007_call_backs_end")
    with scope(SYSTEM), connection.cursor() as cursor:
        windows = Deadline.objects.filter(issue=issue_id, kind=ClockKind.CALL_BACK_WINDOW)
        windows.update(stopped_at=at)
        Timer.objects.filter(subject_id=issue_id).update(done_at=at)
        for _ in range(2):
            cursor.execute(migration._WINDOWS)
        assert windows.filter(stopped_at=None).count() == 1
    turn(at + LATER)
    assert _last_event(issue_id).verb == "not_reached"
    assert not _is_overdue(issue_id, at + LATER)
