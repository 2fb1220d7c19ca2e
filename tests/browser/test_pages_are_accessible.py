"""Every page, phone and desk, light and dark: axe finds nothing, nothing scrolls sideways."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BREACHES, DESK, PHONE, Visitor, axe_findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO_SEES_WHAT = {
    "": ["/", "/report/", "/privacy/", "/account/login/", "/no-such-page/"],
    "worker-008001001": ["/field/", "/field/report/", "/field/me/"],
    "handler-committee-008001": ["/field/"],
    "desk-008001": [
        "/console/",
        "/console/report/",
        "/console/territory/",
        "/console/territory/420103/",
        "/console/territory/420103008/",
        "/console/territory/420103008001/",
        "/console/territory/420103008001001/",
        "/console/notices/",
        "/console/me/",
    ],
    "supervisor-008": ["/console/?view=all", "/console/territory/checks/?path=420103008"],
    "security-admin-420103": ["/console/posts/", "/console/posts/?view=vacant"],
    "audit-admin-420103": ["/console/access-log/"],
}


def settled(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for element in page.query_selector_all("grid-map"):
        element.wait_for_element_state("stable")


def first_matter(page: Page, address: str) -> str:
    page.goto(address)
    links = page.locator("a[href*='/matters/']")
    return str(links.first.get_attribute("href"))


def judge(page: Page, address: str) -> None:
    settled(page, address)
    assert axe_findings(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{address} scrolls sideways by {wide} px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("username", WHO_SEES_WHAT, ids=lambda name: name or "resident")
def test_pages_are_accessible(
    visitor: Visitor, username: str, size: dict[str, int], scheme: str
) -> None:
    page = visitor(username, size, scheme)
    for address in WHO_SEES_WHAT[username]:
        judge(page, address)


@pytest.mark.parametrize("username", WHO_SEES_WHAT, ids=lambda name: name or "resident")
def test_pages_keep_the_content_policy(visitor: Visitor, username: str) -> None:
    """Without axe, which sets styles of its own."""
    page = visitor(username, DESK)
    for address in WHO_SEES_WHAT[username]:
        settled(page, address)
    assert BREACHES[page] == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("username", "list_page"),
    [("desk-008001", "/console/?view=all"), ("worker-008001001", "/field/")],
)
def test_a_matter_and_its_moves_are_accessible(
    visitor: Visitor, username: str, list_page: str, size: dict[str, int]
) -> None:
    page = visitor(username, size)
    matter = first_matter(page, list_page)
    judge(page, matter)
    moves = page.locator(f"a[href^='{matter}']").evaluate_all("all => all.map(a => a.href)")
    forms = sorted({url for url in moves if re.search(r"/matters/[^/]+/[a-z_]+/", url)})
    for url in forms:
        judge(page, url)
