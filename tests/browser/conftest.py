"""The house as a visitor meets it: the demo, served by `qijie serve`, driven by Chromium."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from qijie.accounts.demo import PASSWORD
from qijie.setup.preparation import COLLECT
from qijie.setup.testing import environment_for_tests
from tests.web.site import DIRECT

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).parent / "vendor/axe-core/axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ABOUT_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What can differ by night: `tests.ui.test_colours` holds the dark scheme to colours alone."""
LOADED = (("migrate",), ("load-refdata",), ("load-profile",), ("load-drawing",), ("load-matters",))
BREACHES: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
"""What the browser refused by the content policy."""
ERRORS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
"""What went wrong in the page's scripts or in what it loads, as its console shows it."""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}


@dataclass(frozen=True)
class House:
    url: str
    environment: dict[str, str]

    def run_worker_once(self) -> None:
        """What the worker does in its rounds, without waiting for them."""
        code = (
            "import django; django.setup();"
            "from django.utils import timezone; from qijie.outbound.worker import turn;"
            "from qijie.outbound.darkroom import develop_waiting;"
            "turn(timezone.now()); all(iter(lambda: develop_waiting(timezone.now()), 0))"
        )
        subprocess.run([sys.executable, "-c", code], env=self.environment, check=True, cwd=ROOT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    var, port = tmp_path_factory.mktemp("var"), _free_port()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    environment = {
        **os.environ,
        **environment_for_tests(f"house_{worker}", LOADED),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT / "src"),
        "QIJIE_DEMO": "true",
        "QIJIE_SECRET_KEY": "a key for tests only, as long as the check wants it",
        "QIJIE_VAR": str(var),
        "QIJIE_PHOTO_FOLDER": str(var / "photos"),
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "qijie.cli"]
    subprocess.run([*command, *COLLECT], env=environment, check=True, cwd=ROOT)
    log = (var / "web.log").open("w")
    serving = subprocess.Popen(
        [*command, "serve", "--workers", "1"], env=environment, cwd=ROOT, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    _wait_until_it_answers(f"{address}/health/", serving, var / "web.log")
    yield House(address, environment)
    serving.terminate()
    serving.wait()


def _wait_until_it_answers(url: str, serving: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and serving.poll() is None:
        try:
            with DIRECT.open(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"The house does not answer:\n{log.read_text()[-3000:]}")


Visitor = Callable[..., Page]


@pytest.fixture
def visitor(browser: Browser, house: House) -> Iterator[Visitor]:
    """Opens a page for somebody: `visitor("desk-008001", DESK)`; no name is a resident."""
    contexts: list[BrowserContext] = []

    def visit(username: str = "", size: dict[str, int] = DESK, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=house.url,
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="zh-CN",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        breaches = BREACHES[page] = []
        errors = ERRORS[page] = []
        page.on("console", lambda message: _note(message, breaches, errors))
        page.on("pageerror", lambda error: errors.append(str(error)))
        if username:
            sign_in(page, username)
        return page

    yield visit
    for context in contexts:
        context.close()


def _note(message: ConsoleMessage, breaches: list[str], errors: list[str]) -> None:
    if "Content Security Policy" in message.text:
        breaches.append(message.text)
    elif message.type == "error":
        errors.append(message.text)


def sign_in(page: Page, username: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/(field|console)/"))


def files_a_call(page: Page, words: str) -> None:
    """A clerk takes down what was said; the matter's page is open then."""
    page.goto("/console/report/")
    page.fill("textarea[name=words]", words)
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/matters/**")


def axe_findings(page: Page, scheme: str) -> list[str]:
    """What axe finds by day; by night, what it finds in the colours."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']}))"
        ".violations.map(v => [v.id, v.help, v.nodes.map(n => n.target.join(' '))])",
        RULES if scheme == "light" else ABOUT_COLOUR,
    )
    return [json.dumps(finding, ensure_ascii=False) for finding in found]
