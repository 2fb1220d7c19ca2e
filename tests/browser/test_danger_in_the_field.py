"""A worker reports a fire on the phone: what to do first, and on the receipt."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BREACHES, PHONE, Visitor, axe_findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def looks_right(page: Page) -> None:
    assert BREACHES[page] == []
    for scheme in ("light", "dark"):
        assert axe_findings(page, scheme) == [], (page.url, scheme)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_fire_on_the_workers_phone(visitor: Visitor) -> None:
    page = visitor("worker-008001001", PHONE)
    page.goto("/field/report/")
    page.fill("textarea[name=words]", "三楼着火了，烟很大")
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("heading", name="现在先这样做").wait_for()
    assert "写的像是“" in page.inner_text("main")
    looks_right(page)
    page.check("input[name=urgent]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/field/matters/**")
    assert "119" in page.inner_text("main")
    looks_right(page)
