"""The backup page is right: its commands save and restore everything, and end with code 0."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from qijie.access.walls import defects
from qijie.setup import database
from qijie.setup.cluster import Cluster, binaries
from qijie.setup.places import checkout
from tests.access.own_database import own_database

__all__ = ["own_database"]
pytestmark = pytest.mark.slow
HOME = Path(__file__).resolve().parents[2]
COUNTS = """
    SELECT c.relname, (xpath('/row/n/text()', query_to_xml(
        format('SELECT count(*) AS n FROM %I', c.relname), false, true, '')))[1]::text::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""


@pytest.fixture
def cluster() -> Cluster:
    return Cluster.of(checkout())


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    name = f"qijie_test_restored_{os.getpid()}"
    database.drop(cluster, name)
    database.bootstrap(cluster, name)
    yield name
    database.drop(cluster, name)


def block(title: str) -> str:
    """The commands under one heading of the page."""
    page = (HOME / "docs" / "how-to" / "backup.md").read_text()
    found = re.search(rf"^## {title}$.*?^```sh\n(.*?)^```$", page, re.M | re.S)
    assert found, title
    return found.group(1)


def run(commands: str, folder: Path, environment: dict[str, str]) -> None:
    own = folder / "bin"
    own.mkdir(exist_ok=True)
    qijie = own / "qijie"
    qijie.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qijie.cli "$@"\n')
    qijie.chmod(0o755)
    path = f"{own}:{binaries()}:{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env=os.environ | environment | {"PATH": path, "PYTHONPATH": str(HOME / "src")},
        check=True,
    )


def counts(cluster: Cluster, name: str) -> dict[str, int]:
    with psycopg.connect(cluster.url(database.MIGRATE, name)) as line:
        return {str(table): int(count) for table, count in line.execute(COUNTS).fetchall()}


def test_what_the_page_says_saves_and_restores_everything(
    own_database: None,
    django_db_blocker: DjangoDbBlocker,
    cluster: Cluster,
    empty: str,
    tmp_path: Path,
) -> None:
    source = str(settings.DATABASES["default"]["NAME"])
    photos, restored = tmp_path / "photos", tmp_path / "restored"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(b"evidence")
    keys = {"QIJIE_SECRET_KEY": "kept apart from the rest, as the page says, and long enough"}
    before = counts(cluster, source)
    assert before["teams_post"] > 0

    saved_from = database.environment(cluster, source)
    run(block("Save"), tmp_path, saved_from | {"QIJIE_PHOTO_FOLDER": str(photos)})
    restored_to = database.environment(cluster, empty) | keys
    run(
        block("Restore"),
        tmp_path,
        restored_to | {"QIJIE_PHOTO_FOLDER": str(restored), "QIJIE_VAR": str(tmp_path / "var")},
    )

    assert counts(cluster, empty) == before
    assert (restored / "one.jpg").read_bytes() == b"evidence"
    with django_db_blocker.unblock():
        line = connection.copy()
        line.settings_dict = {**connection.settings_dict, "NAME": empty}
        assert defects(line) == []
        line.close()
