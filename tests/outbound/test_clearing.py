"""What has served its time is deleted in small batches; nothing that is still needed."""

from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound.actions import clear, clearing
from qijie.outbound.models import Notice
from qijie.outbound.worker import turn
from qijie.records.actions import queue_job
from qijie.records.models import Event, IntakeKey, LinkToken, Timer
from tests.outbound import matters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def counts() -> dict[str, int]:
    with scope(SYSTEM):
        kinds = (Timer, IntakeKey, LinkToken, Notice, Event)
        return {kind.__name__: kind.objects.count() for kind in kinds}


def test_nothing_young_is_cleared(at: datetime) -> None:
    matters.closed(at=at)
    turn(at)
    before = counts()
    clear(at)
    assert counts() == before


def test_old_rows_go_and_the_history_stays(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "BATCH", 2)
    for _ in range(3):
        matters.closed(at=at)
    turn(at)
    with scope(SYSTEM):
        Timer.objects.update(done_at=at)
        Notice.objects.update(read_at=at)
    Session.objects.create(session_key="old", session_data="", expire_date=at)
    history = counts()["Event"]
    late = at + timedelta(days=max(settings.KEPT_DAYS.values()) + 1)
    cleared = clear(late)
    left = counts()
    assert (left["Timer"], left["IntakeKey"], left["Notice"]) == (0, 0, 0)
    assert left["Event"] == history
    assert left["LinkToken"] > 0
    assert not Session.objects.filter(session_key="old").exists()
    assert cleared["records_timer"] >= 3


def test_a_running_timer_is_never_cleared(at: datetime) -> None:
    matters.reported(category="", at=at)
    clear(at + timedelta(days=5000))
    with scope(SYSTEM):
        assert Timer.objects.filter(done_at__isnull=True).exists()


def test_finished_jobs_go_and_waiting_ones_stay(at: datetime) -> None:
    with connection.cursor() as cursor:
        for status in ("todo", "succeeded"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
                " VALUES ('default', %s, '{}', %s::procrastinate_job_status)",
                [f"{status}-{uuid4()}", status],
            )
        cursor.execute("UPDATE procrastinate_events SET at = %s", [at])
        clear(at + timedelta(days=settings.KEPT_DAYS["jobs"] + 1))
        cursor.execute("SELECT status::text FROM procrastinate_jobs")
        assert "todo" in {status for (status,) in cursor.fetchall()}


def test_jobs_an_older_version_left_for_letters_are_gone_after_migrating() -> None:
    migration = import_module("qijie.outbound.migrations.0004_no_job_for_a_letter")
    queue_job("outbound.send_letter", queue="default", letter_id="1")
    queue_job("boards.draw_file", queue="drawing", file_id="1")
    with connection.cursor() as cursor:
        cursor.execute(migration.DROP_JOBS)
    assert [job.task_name for job in ProcrastinateJob.objects.all()] == ["boards.draw_file"]
