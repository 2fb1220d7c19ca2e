"""`qijie migrate` while people work: it waits its turn, and nobody meets half a wall."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from qijie.access.grants import APP
from qijie.access.policies import POLICED
from qijie.setup import migrate
from qijie.setup.cluster import Cluster
from qijie.setup.database import MIGRATE
from qijie.setup.failures import SetupFailure
from qijie.setup.places import checkout
from qijie.setup.progress import Progress

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


@contextmanager
def as_role(role: str) -> Iterator[psycopg.Connection]:
    address = Cluster.of(checkout()).url(role, str(settings.DATABASES["default"]["NAME"]))
    with psycopg.connect(address, autocommit=True, application_name="nightly backup") as line:
        yield line


def migrated() -> str:
    told = io.StringIO()
    try:
        migrate.run(Progress(told))
    finally:
        connections["owner"].close()
    return told.getvalue()


def break_walls() -> None:
    with as_role(MIGRATE) as line:
        line.execute("SET ROLE qijie_owner")
        line.execute("ALTER POLICY qijie_select ON issues_issue USING (true)")
        line.execute("REVOKE SELECT ON issues_category FROM qijie_app")


def test_where_nothing_differs_no_table_is_touched() -> None:
    migrated()
    assert migrate.hand_over() == []


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("ALTER POLICY qijie_select ON issues_issue USING (true)", "issues_issue"),
        ("DROP POLICY qijie_update ON issues_issue", "issues_issue"),
        ("CREATE POLICY mine ON issues_issue USING (true)", "issues_issue"),
        ("ALTER TABLE records_timer NO FORCE ROW LEVEL SECURITY", "records_timer"),
        ("ALTER TABLE records_timer DISABLE ROW LEVEL SECURITY", "records_timer"),
        ("GRANT DELETE ON records_event TO qijie_app", "records_event"),
        ("GRANT SELECT ON issues_reporter TO PUBLIC", "issues_reporter"),
        ("REVOKE SELECT ON issues_category FROM qijie_app", "issues_category"),
    ],
)
def test_what_somebody_changed_by_hand_is_found_and_laid_anew(change: str, table: str) -> None:
    with as_role(MIGRATE) as line:
        line.execute("SET ROLE qijie_owner")
        line.execute(change)
    if change.startswith("CREATE POLICY"):
        # A policy that is not ours is reported, not removed: somebody meant something by it.
        assert migrate.hand_over() == [table]
        with as_role(MIGRATE) as line:
            line.execute("SET ROLE qijie_owner")
            line.execute(f"DROP POLICY mine ON {table}")
    assert migrate.hand_over() == [table]
    assert migrate.hand_over() == []


def test_a_backup_that_reads_delays_the_command_and_the_command_delays_nobody() -> None:
    migrated()
    break_walls()
    with as_role(MIGRATE) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM issues_issue")
        told = io.StringIO()
        waiting = threading.Thread(target=_run, args=(told,))
        waiting.start()
        with as_role(APP) as resident:
            resident.execute("SET statement_timeout = '5s'")
            while "网站照常" not in told.getvalue():
                resident.execute("SELECT count(*) FROM issues_issue")
        backup.execute("COMMIT")
        waiting.join(60)
    assert "nightly backup" in told.getvalue()
    assert "✓ 交给属主" in told.getvalue()
    assert migrate.hand_over() == []


def _run(told: io.StringIO) -> None:
    try:
        migrate.run(Progress(told))
    finally:
        connections["owner"].close()


def test_who_asks_meanwhile_sees_the_old_walls_or_the_new_ones() -> None:
    """Unscoped, every policed table is empty and every open one is there, whenever one looks."""
    migrated()
    for _ in range(3):
        break_walls()
        with as_role(MIGRATE) as line:
            # What the command is to mend is no fault of the command's.
            line.execute("SET ROLE qijie_owner")
            line.execute("GRANT SELECT ON issues_category TO qijie_app")
            line.execute("ALTER POLICY qijie_select ON issues_issue USING (false)")
        told = io.StringIO()
        running = threading.Thread(target=_run, args=(told,))
        running.start()
        with as_role(APP) as resident:
            while running.is_alive():
                for policed in POLICED[:4]:
                    found = resident.execute(f"SELECT count(*) FROM {policed.table}").fetchone()  # noqa: S608
                    assert found == (0,)
                seen = resident.execute("SELECT count(*) FROM issues_category").fetchone()
                assert seen != (0,)
        running.join(60)
        assert "✓ 交给属主" in told.getvalue()


def test_who_waits_in_vain_is_told_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PATIENCE_SECONDS", 0)
    migrated()
    break_walls()
    with as_role(MIGRATE) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM issues_issue")
        with pytest.raises(SetupFailure, match=r"没有改动.*nightly backup"):
            migrated()
    assert migrate.hand_over() == ["issues_category", "issues_issue"]
