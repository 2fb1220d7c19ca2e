"""`walls.defects` names what stands wrong before anything is served."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from qijie.access.grants import APP, LEAKPROOF
from qijie.access.policies import POLICED
from qijie.access.walls import defects, undeclared
from qijie.setup.cluster import Cluster
from qijie.setup.database import superuser
from qijie.setup.places import checkout

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture(scope="module")
def admin(own_database: None) -> Iterator[psycopg.Connection]:
    with superuser(Cluster.of(checkout()), settings.DATABASES["default"]["NAME"]) as connection:
        yield connection


@contextmanager
def broken(admin: psycopg.Connection, breaking: str, mending: str) -> Iterator[list[str]]:
    admin.execute(breaking.encode())
    try:
        yield defects(connections["default"])
    finally:
        admin.execute(mending.encode())
        assert defects(connections["default"]) == []


def test_a_sound_database_has_no_defect() -> None:
    assert defects(connections["default"]) == []


def test_serving_as_the_migrator_is_named() -> None:
    [sentence] = defects(connections["owner"])
    assert "qijie_migrate" in sentence
    assert "可绕过行级安全" in sentence
    assert APP in sentence


def test_serving_as_a_superuser_is_named(admin: psycopg.Connection) -> None:
    with admin_alias(admin):
        assert any("超级用户" in sentence for sentence in defects(connections["admin"]))


@contextmanager
def admin_alias(admin: psycopg.Connection) -> Iterator[None]:
    entry = settings.DATABASES["default"] | {"USER": admin.info.user}
    settings.DATABASES["admin"] = entry
    connections.settings = connections.configure_settings(settings.DATABASES)
    try:
        yield
    finally:
        connections["admin"].close()
        del connections["admin"]
        del settings.DATABASES["admin"]
        connections.settings = connections.configure_settings(settings.DATABASES)


def test_serving_as_an_owner_is_named(admin: psycopg.Connection) -> None:
    with broken(
        admin,
        f"CREATE TABLE left_over (); ALTER TABLE left_over OWNER TO {APP}",
        "DROP TABLE left_over",
    ) as found:
        assert any("拥有数据表" in sentence for sentence in found)


@pytest.mark.parametrize("function", LEAKPROOF)
def test_a_lost_leakproof_mark_is_named_with_its_cure(
    function: str, admin: psycopg.Connection
) -> None:
    mend = f"ALTER FUNCTION {function} LEAKPROOF"
    with broken(admin, f"ALTER FUNCTION {function} NOT LEAKPROOF", mend) as [sentence]:
        assert f"{mend};" in sentence


@pytest.mark.parametrize("table", [policed.table for policed in POLICED])
@pytest.mark.parametrize("wall", ["DISABLE", "NO FORCE"])
def test_a_table_without_its_wall_is_named(
    table: str, wall: str, admin: psycopg.Connection
) -> None:
    mend = wall.replace("DISABLE", "ENABLE").removeprefix("NO ")
    with broken(
        admin,
        f"ALTER TABLE {table} {wall} ROW LEVEL SECURITY",
        f"ALTER TABLE {table} {mend} ROW LEVEL SECURITY",
    ) as [sentence]:
        assert table in sentence
        assert "qijie migrate" in sentence


def test_a_missing_policy_is_named(admin: psycopg.Connection) -> None:
    with broken(
        admin,
        "ALTER POLICY qijie_update ON issues_issue RENAME TO put_aside",
        "ALTER POLICY put_aside ON issues_issue RENAME TO qijie_update",
    ) as [sentence]:
        assert "issues_issue" in sentence
        assert "qijie_update" in sentence


def test_a_policy_somebody_added_is_named_since_policies_add_up(admin: psycopg.Connection) -> None:
    with broken(
        admin,
        "CREATE POLICY for_a_moment ON issues_reporter USING (true)",
        "DROP POLICY for_a_moment ON issues_reporter",
    ) as [sentence]:
        assert "for_a_moment" in sentence
        assert "issues_reporter" in sentence


def test_a_table_nobody_declared_is_named() -> None:
    assert undeclared(["issues_issue", "territory_node", "issues_diary"]) == ["issues_diary"]
