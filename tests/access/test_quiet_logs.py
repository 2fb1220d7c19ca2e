"""What a resident wrote stays out of the database's log and out of ours, whatever fails."""

import logging
from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import Error, OperationalError, connection, transaction

from qijie.access.quiet import QuietFormatter, loud_settings
from qijie.access.walls import defects
from qijie.setup.cluster import SUPERUSER, Cluster
from qijie.setup.database import APP
from qijie.setup.places import checkout

# Each fails in its own way: a missing column, a check, a wrong type, a word too long.
FAILING = (
    "INSERT INTO outbound_letter (subject, body) VALUES (%s, '')",
    "INSERT INTO outbound_letter (region_code) VALUES (%s)",
    "SELECT %s::int",
    "SELECT %s::uuid",
    "SELECT * FROM nowhere WHERE words = %s",
)


@pytest.fixture
def canary() -> str:
    return f"邻居王某半夜打孩子 {uuid4().hex}"


def server_log() -> str:
    return Cluster.of(checkout()).log.read_text(errors="replace")


def address(role: str) -> str:
    return Cluster.of(checkout()).url(role, str(settings.DATABASES["default"]["NAME"]))


def fail(role: str, words: str) -> None:
    with psycopg.connect(address(role), autocommit=True) as line:
        for statement in FAILING:
            with pytest.raises(psycopg.Error):
                line.execute(statement.encode(), [words])
        cursor = psycopg.ClientCursor(line)
        for statement in FAILING:
            with suppress(psycopg.Error):
                cursor.execute(statement, [words])


@pytest.mark.parametrize("role", [APP, "qijie_migrate", "qijie_read"])
def test_a_failing_statement_leaves_no_words_in_the_servers_log(role: str, canary: str) -> None:
    fail(role, canary)
    assert canary not in server_log()


def test_without_our_settings_the_words_stand_there(canary: str) -> None:
    """So that the test above looks at the right file."""
    fail(SUPERUSER, canary)
    assert canary in server_log()


@pytest.mark.django_db
def test_the_check_names_what_is_not_in_force() -> None:
    assert loud_settings(connection) == []
    loud = connection.copy()
    loud.settings_dict = {**connection.settings_dict, "USER": SUPERUSER}
    try:
        assert "log_min_error_statement = error" in loud_settings(loud)
        assert any("居民写的话" in one for one in defects(loud))
    finally:
        loud.close()


@pytest.fixture
def formatter() -> logging.Formatter:
    (found,) = {
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, QuietFormatter)
    }
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FAILING)
def test_our_own_log_says_what_failed_without_the_words(
    formatter: logging.Formatter, statement: str, canary: str
) -> None:
    with pytest.raises(Error) as told, transaction.atomic():
        connection.cursor().execute(statement, [canary])
    outer = RuntimeError("around it")
    outer.__cause__ = told.value
    found = (RuntimeError, outer, told.value.__traceback__)
    record = logging.LogRecord("q", 40, "", 1, "failed: %s, %r", (told.value, told.value), found)
    line = formatter.format(record)
    assert "SQLSTATE" in line
    assert "test_quiet_logs.py" in line
    assert "around it" in line
    assert canary not in line


def test_our_own_log_says_why_there_is_no_connection(formatter: logging.Formatter) -> None:
    away = OperationalError("wrapped")
    away.__cause__ = psycopg.OperationalError("the server is starting up")
    line = formatter.format(
        logging.LogRecord("q", 40, "", 1, "failed", None, (OperationalError, away, None))
    )
    assert line.count("the server is starting up") == 2
