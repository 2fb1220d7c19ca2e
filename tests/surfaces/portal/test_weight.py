"""What the report page makes a phone load."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db

MOST_BYTES = 60_000
PAGES = ("/", "/report/", "/privacy/")


def scripts_of(page: str) -> set[Path]:
    """The files of every script tag and of every module they bring along."""
    seen: set[Path] = set()
    for name in re.findall(r'<script[^>]* src="/static/([^"]+)"', page):
        found = finders.find(name)
        assert found, name
        _with_imports(Path(found), seen)
    return seen


def _with_imports(script: Path, seen: set[Path]) -> None:
    if script in seen:
        return
    seen.add(script)
    for name in re.findall(r'(?:from|import)\s*\(?"(\./[^"]+)"', script.read_text("utf-8")):
        _with_imports((script.parent / name).resolve(), seen)


def test_the_report_page_sends_at_most_sixty_kilobytes_of_script(client: Client) -> None:
    scripts = scripts_of(client.get("/report/").content.decode())
    assert {"htmx.min.js", "light-map.js", "category-search.js"} <= {one.name for one in scripts}
    assert sum(len(gzip.compress(one.read_bytes(), 9)) for one in scripts) <= MOST_BYTES


@pytest.mark.parametrize("url", PAGES)
def test_nothing_is_asked_of_another_host(client: Client, url: str) -> None:
    page = client.get(url).content.decode()
    loaded = re.findall(r'<(?:script|img|link|use|iframe)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    assert [one for one in loaded if not one.startswith("/")] == []
