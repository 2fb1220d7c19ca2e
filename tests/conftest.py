"""The suite's database: a migrated clone of its own for each process, dropped at the end.

The town is built once, as the role that may, and committed; each test then runs as the app role in
a transaction that is rolled back.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import django.test
import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker, Settings

from config.databases import databases
from qijie.kernel.kept import forget_all
from qijie.setup.testing import environment_for_tests
from tests.budget import Budget
from tests.keyed import KeyedClient
from tests.town import STREET, build_town

os.environ.update(environment_for_tests(os.environ.get("PYTEST_XDIST_WORKER", "main")))
os.environ["DATABASE_POOL_MAX"] = "0"
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# pytest-django read the settings before this file could say where the database is.
settings.DATABASES = databases(os.environ)
settings.SECRET_KEY = "a key for tests only, as long as the check wants it"
# Tests sign most people in without a code; those about the second factor switch it on.
settings.MFA_REQUIRED = False
# What a test changes, the next page shows; tests of drawn pages switch this on.
settings.PAGES_DRAWN_ONCE = False
connections.settings = connections.configure_settings(settings.DATABASES)
for connection in connections.all(initialized_only=True):
    del connections[connection.alias]
# Whatever test posts a form does as the product's pages do: under a key.
django.test.Client = KeyedClient  # type: ignore[misc]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Budget(), "budget")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: their driver leaves a loop running in the process, and Django then refuses
    the database to whatever is no browser test."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        build_town()


@pytest.fixture(autouse=True)
def _a_place_of_its_own(settings: Settings, tmp_path: Path) -> None:
    forget_all()
    settings.PHOTO_FOLDER = tmp_path / "photos"
    settings.BOARD_FOLDER = tmp_path / "boards"
    settings.HOME_PATH = STREET


# The browser without a window: what pages do is the same, at half of the processor's time.
CHROMIUM = which("chromium-headless-shell") or "/usr/bin/chromium"
# Without the background flags Chromium knocks at its maker's doors at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
# Only the grid map asks for WebGL; for every other page drawing by shaders costs twice as much.
PLAIN = (*FLAGS, "--disable-software-rasterizer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[[tuple[str, ...]], Browser]]:
    """Chromium with some flags, one for each set of them; a second driver would refuse to start."""
    with sync_playwright() as playwright:
        opened: dict[tuple[str, ...], Browser] = {}

        def with_flags(flags: tuple[str, ...]) -> Browser:
            if flags not in opened:
                opened[flags] = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=list(flags)
                )
            return opened[flags]

        yield with_flags
        for one in opened.values():
            one.close()


@pytest.fixture
def browser(
    request: pytest.FixtureRequest, chromium: Callable[[tuple[str, ...]], Browser]
) -> Browser:
    """One for all tests of a process; those marked `webgl` have another, which draws maps."""
    return chromium(FLAGS if request.node.get_closest_marker("webgl") else PLAIN)
