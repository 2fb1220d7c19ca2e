"""What a browser gets: the weight of a resident's scripts, the wait for the desk's map."""

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Response, sync_playwright

from bench.figures import Figure, median
from bench.sizes import Sizes
from bench.stage import Served, served
from qijie.accounts.models import User

CHROMIUM = which("chromium-headless-shell") or "/usr/bin/chromium"
SOFTWARE_ONLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
READY = "grid-map[data-map-ready]"
# The demo district's street with its communities, seen from its own desk.
STREET, STREET_DESK = "420103008", "desk-008"


def measure(sizes: Sizes) -> list[Figure]:
    with served() as server:
        return [_script_weight(server), *_map_wait(server, min(sizes.repeats, 5))]


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(SOFTWARE_ONLY))
        yield browser.new_page(viewport={"width": 1440, "height": 900})
        browser.close()


def _script_weight(server: Served) -> Figure:
    scripts: list[Response] = []
    with _page() as page:
        page.on("response", lambda r: scripts.append(r) if _is_script(r) else None)
        page.goto(f"{server.address}/report/", wait_until="networkidle")
        weight = sum(len(gzip.compress(script.body())) for script in scripts)
    note = f"{len(scripts)} files"
    return Figure("report page, scripts after gzip", weight / 1000, "kB", at_most=60, note=note)


def _is_script(response: Response) -> bool:
    return response.request.resource_type == "script"


def _map_wait(server: Served, repeats: int) -> list[Figure]:
    waits, session = [], _session(server)
    for _ in range(repeats):
        with _page() as page:
            page.context.add_cookies([session])
            begun = time.perf_counter()
            page.goto(f"{server.address}/console/territory/{STREET}/")
            page.wait_for_selector(READY)
            waits.append(time.perf_counter() - begun)
    return [
        Figure("desk's map of a street, ready, median", median(waits), "s", at_most=5),
        Figure("desk's map of a street, ready, slowest", max(waits), "s", note="an empty cache"),
    ]


def _session(server: Served) -> dict[str, str]:
    client = Client()
    client.force_login(User.objects.get(username=STREET_DESK), settings.AUTHENTICATION_BACKENDS[-1])
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": server.address}
