"""Several workers share one outbox and one set of timers; nothing is done twice, nobody waits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from qijie.access.scope import SETTINGS, scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Deadline, Issue
from qijie.outbound.models import Notice
from qijie.outbound.worker import turn
from qijie.records.models import OutboxEntry
from tests import town
from tests.outbound import matters

pytestmark = pytest.mark.slow

TAKE_OUT = (
    "DELETE FROM outbound_notice WHERE subject_id = ANY(%s)",
    "DELETE FROM records_outboxentry WHERE subject_id = ANY(%s)",
    "DELETE FROM records_timer WHERE subject_id = ANY(%s)",
    "DELETE FROM records_event WHERE subject_id = ANY(%s)",
    "DELETE FROM records_linktoken WHERE subject_id = ANY(%s)",
    "DELETE FROM records_intakekey WHERE subject_id = ANY(%s)",
    "DELETE FROM issues_deadline WHERE issue_id = ANY(%s)",
    "DELETE FROM issues_workorder WHERE issue_id = ANY(%s)",
    "DELETE FROM issues_reporter WHERE issue_id = ANY(%s)",
    "DELETE FROM issues_issue WHERE id = ANY(%s)",
)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[UUID]]:
    """Matters that other connections see too; taken out again by the role that may."""
    made: list[UUID] = []
    with django_db_blocker.unblock():
        yield made
        with connections["owner"].cursor() as cursor:
            for statement in TAKE_OUT:
                cursor.execute(statement, [made])
        connections.close_all()


@contextmanager
def another_worker() -> Iterator[psycopg.Connection]:
    """A second connection in the worker's scope, in an open transaction."""
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "password", "host", "port"}
    }
    with psycopg.connect(**parameters) as other:
        other.execute(f"SELECT set_config('{SETTINGS[0]}', 'system', true)")
        yield other
        other.rollback()


def told(issue_ids: list[UUID]) -> list[UUID]:
    with scope(SYSTEM):
        rows = Notice.objects.filter(subject_id__in=issue_ids)
        return sorted(rows.values_list("subject_id", flat=True))


def test_an_entry_another_worker_is_telling_is_left_to_it(
    committed: list[UUID], at: datetime
) -> None:
    committed.append(matters.reported(category="", at=at))
    with another_worker() as other:
        other.execute("SELECT id FROM records_outboxentry FOR UPDATE")
        assert turn(at) == 0
        assert told(committed) == []
    assert turn(at) == 1
    assert told(committed) == committed


def test_a_timer_another_worker_is_serving_is_left_to_it(
    committed: list[UUID], at: datetime
) -> None:
    committed.append(matters.reported(category=town.RUBBISH, at=at))
    with another_worker() as other:
        other.execute("SELECT id FROM records_timer FOR UPDATE")
        turn(at)
        with scope(SYSTEM):
            assert Issue.objects.get(pk=committed[0]).state == "reported"
    turn(at)
    with scope(SYSTEM):
        assert Issue.objects.get(pk=committed[0]).state == "accepted"


def test_a_matter_somebody_is_moving_is_passed_over_without_waiting(
    committed: list[UUID], at: datetime
) -> None:
    committed.append(matters.reported("被别人办着的", category="", at=at))
    committed.append(matters.reported("没人动的", category="", at=at))
    turn(at)
    with scope(SYSTEM):
        due_at = Deadline.objects.get(issue=committed[1], kind="accept").due_at
    with another_worker() as other:
        other.execute("SELECT id FROM issues_issue WHERE id = %s FOR UPDATE", [committed[0]])
        turn(due_at)
        assert warned() == {committed[1]}
    turn(due_at)
    assert warned() == set(committed)


def warned() -> set[UUID]:
    with scope(SYSTEM):
        rows = Notice.objects.filter(sentence__contains="时限已到")
        return set(rows.values_list("subject_id", flat=True))


def test_four_workers_at_once_tell_and_accept_each_matter_once(
    committed: list[UUID], at: datetime
) -> None:
    committed += [matters.reported(category=town.RUBBISH, at=at) for _ in range(12)]

    def work(_: int) -> None:
        while turn(at):
            pass
        connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    work(0)
    with scope(SYSTEM):
        issues = Issue.objects.filter(pk__in=committed)
        assert {(issue.state, issue.version) for issue in issues} == {("accepted", 2)}
        assert not OutboxEntry.objects.filter(subject_id__in=committed).exists()
        heard = Notice.objects.filter(subject_id__in=committed)
        sentences = list(heard.values_list("subject_id", "sentence"))
    assert len(sentences) == len(set(sentences))
    accepted = [subject for subject, sentence in sentences if sentence.startswith("受理")]
    assert sorted(accepted) == sorted(committed)
