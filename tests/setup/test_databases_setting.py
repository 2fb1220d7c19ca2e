import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import _queries

from config.databases import PREPARED, WAIT_SECONDS, databases
from qijie.issues.models import Issue
from tests.surfaces.console import acts

APP = "postgresql://qijie_app@/qijie?host=%2Frun%2FQijie"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (APP, ("qijie", "qijie_app", "", "/run/Qijie", "")),
        ("postgresql://a@%2Frun%2FQijie/town", ("town", "a", "", "/run/Qijie", "")),
        ("postgres://a:p%40ss@db.example:6432/town", ("town", "a", "p@ss", "db.example", "6432")),
        ("postgresql://[::1]:5433/town", ("town", "", "", "::1", "5433")),
    ],
)
def test_an_address_is_read(url: str, expected: tuple[str, ...]) -> None:
    entry = databases({"DATABASE_URL": url})["default"]
    assert tuple(entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected


def test_other_parts_of_the_address_reach_the_driver() -> None:
    url = "postgresql://a@db/town?sslmode=verify-full&connect_timeout=5"
    options = databases({"DATABASE_URL": url, "DATABASE_POOL_MAX": "0"})["default"]["OPTIONS"]
    assert options == {"sslmode": "verify-full", "connect_timeout": "5", **PREPARED}


@pytest.mark.parametrize(
    ("environ", "pool"),
    [
        ({}, {"min_size": 2, "max_size": 8}),
        ({"DATABASE_POOL_MAX": "20", "DATABASE_POOL_MIN": "4"}, {"min_size": 4, "max_size": 20}),
        ({"DATABASE_POOL_MAX": "1"}, {"min_size": 1, "max_size": 1}),
        ({"DATABASE_POOL_MAX": "0"}, None),
    ],
)
def test_the_app_has_a_pool_and_the_owner_none(
    environ: dict[str, str], pool: dict[str, int] | None
) -> None:
    found = databases({"DATABASE_URL": APP, "OWNER_DATABASE_URL": APP, **environ})
    waits = {"timeout": WAIT_SECONDS, "reconnect_timeout": WAIT_SECONDS}
    assert found["default"]["OPTIONS"].get("pool") == (pool and pool | waits)
    assert found["default"]["CONN_HEALTH_CHECKS"]
    assert "pool" not in found["owner"]["OPTIONS"]


def test_without_an_address_settings_still_load() -> None:
    found = databases({})
    assert set(found) == {"default"}
    assert found["default"]["NAME"] == ""


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": "mysql://a@b/c"}, "DATABASE_URL 不是 PostgreSQL 地址"),
        ({"DATABASE_URL": "postgresql://a@b/"}, "DATABASE_URL 不是 PostgreSQL 地址"),
        ({"DATABASE_URL": "postgresql://a@b:99999/c"}, "DATABASE_URL 的端口"),
        ({"DATABASE_URL": APP, "OWNER_DATABASE_URL": "x"}, "OWNER_DATABASE_URL 不是"),
        ({"DATABASE_URL": APP, "DATABASE_POOL_MAX": "many"}, "DATABASE_POOL_MAX 应是"),
    ],
)
def test_a_wrong_address_is_told_by_its_name(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        databases(environ)


@pytest.mark.django_db
def test_a_statement_that_comes_again_is_planned_once() -> None:
    with connection.cursor() as cursor:
        for number in range(4):
            cursor.execute("SELECT %s::int + 1 AS planned_once", [number])
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s AND NOT from_sql",
            ["%planned_once"],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_a_matters_row_is_taken_apart_once() -> None:
    acts.reported("三号楼楼道灯不亮")
    before = _queries._query2pg.cache_info()
    acts.reported("四号楼楼道灯不亮")
    assert _queries._query2pg.cache_info().misses == before.misses
    assert len(Issue._meta.concrete_fields) < _queries.MAX_CACHED_STATEMENT_PARAMS
