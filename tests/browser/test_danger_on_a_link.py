"""Danger told on the private link, on a phone: what to do, one press, nothing typed is lost."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BREACHES, PHONE, Visitor, axe_findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRE = "三楼着火了，烟很大"


def looks_right(page: Page) -> None:
    assert BREACHES[page] == []
    for scheme in ("light", "dark"):
        assert axe_findings(page, scheme) == [], (page.url, scheme)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def handed_in(page: Page) -> str:
    page.goto("/report/?grid=420103008001001")
    page.fill("textarea[name=words]", "楼道灯不亮，晚上看不清")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/m/**")
    return page.url.split("?")[0]


def say(page: Page, address: str, words: str, button: str) -> None:
    page.goto(address)
    page.fill("textarea[name=words]", words)
    page.locator("main form").get_by_role("button", name=button).click()


def test_the_days_urging_is_used_up_and_there_is_a_fire(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    link = handed_in(page)
    page.goto(f"{link}urge/")
    looks_right(page)
    # Two pages of the form are open; the second is sent after the first was taken.
    other = page.context.new_page()
    other.goto(f"{link}urge/")
    say(page, f"{link}urge/", "", "催办")
    page.wait_for_url("**/?done=urge")
    other.fill("textarea[name=words]", FIRE)
    other.locator("main form").get_by_role("button", name="催办").click()
    other.get_by_role("heading", name="先保证安全").wait_for()
    BREACHES[other] = []
    looks_right(other)
    other.get_by_role("button", name="确有危险").click()
    other.wait_for_url("**/?done=urge**")
    looks_right(other)
    shown = other.inner_text("main")
    assert all(words in shown for words in ("119", "已转为紧急", FIRE))
    other.goto(f"{link}add/")
    assert other.input_value("textarea[name=words]") == ""


def test_a_matter_that_is_over_leads_to_a_report_of_its_own(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    link = handed_in(page)
    open_since = page.context.new_page()
    open_since.goto(f"{link}add/")
    say(page, f"{link}withdraw/", "不用了", "撤回")
    page.wait_for_url("**/?done=withdraw")
    open_since.fill("textarea[name=words]", FIRE)
    open_since.locator("main form").get_by_role("button", name="补充情况").click()
    anew = open_since.get_by_role("button", name="作为新的紧急情况另报一件")
    anew.wait_for()
    BREACHES[open_since] = []
    looks_right(open_since)
    anew.click()
    open_since.wait_for_url("**/?done=report")
    assert open_since.url.split("?")[0] != link
    looks_right(open_since)
    assert "119" in open_since.inner_text("main")
