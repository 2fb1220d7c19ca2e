"""A database of one module's own, for what must be committed to be tried."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from pytest_django import DjangoDbBlocker

from config.databases import databases
from qijie.setup.testing import environment_for_tests
from tests.town import STREET, build_town


@pytest.fixture(scope="module")
def own_database(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """`default` and `owner` point at a fresh clone with the town in it until the module ends."""
    module = request.module.__name__.rpartition(".")[2].removeprefix("test_")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    suite, photos, home = settings.DATABASES, settings.PHOTO_FOLDER, settings.HOME_PATH
    boards = settings.BOARD_FOLDER
    clone = environment_for_tests(f"{worker}_{module}")
    with django_db_blocker.unblock():
        _point_at(databases({**os.environ, **clone, "DATABASE_POOL_MAX": "0"}))
        # The suite sets these for each test; rows made once for a module need them too.
        settings.PHOTO_FOLDER, settings.HOME_PATH = tmp_path_factory.mktemp("photos"), STREET
        settings.BOARD_FOLDER = tmp_path_factory.mktemp("boards")
        try:
            build_town()
            yield
        finally:
            settings.PHOTO_FOLDER, settings.HOME_PATH = photos, home
            settings.BOARD_FOLDER = boards
            _point_at(suite)


def _point_at(addresses: dict[str, dict[str, object]]) -> None:
    connections.close_all()
    settings.DATABASES = addresses
    connections.settings = connections.configure_settings(settings.DATABASES)
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
