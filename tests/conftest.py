"""The suite's database: a migrated clone of its own for each process, dropped at the end.

The town is built once, as the role that may, and committed; each test then runs as the app role in
a transaction that is rolled back.
"""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections

from config.databases import databases
from qijie.setup.testing import environment_for_tests

os.environ.update(environment_for_tests(os.environ.get("PYTEST_XDIST_WORKER", "main")))
os.environ["DATABASE_POOL_MAX"] = "0"
# pytest-django read the settings before this file could say where the database is.
settings.DATABASES = databases(os.environ)
connections.settings = connections.configure_settings(settings.DATABASES)
for connection in connections.all(initialized_only=True):
    del connections[connection.alias]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    from tests.town import build_town

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        build_town()
    yield


@pytest.fixture(autouse=True)
def _photos_in_a_folder_of_the_test(settings: object, tmp_path: object) -> None:
    settings.PHOTO_FOLDER = tmp_path  # type: ignore[attr-defined]
