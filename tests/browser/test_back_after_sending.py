"""Back after sending: the form says that it went, and pressing once more leads to its receipt."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, Visitor, files_a_call

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "三号楼门口的垃圾桶满了两天"


def goes_back(page: Page, button: str) -> None:
    """From the receipt to the form, and with one press to the receipt again."""
    receipt = page.url.split("?")[0]
    page.go_back()
    told = page.locator("main [data-form-sent]")
    expect(told).to_contain_text("这一份已经交上去了")
    assert told.get_by_role("link").first.get_attribute("href").split("?")[0] in receipt  # type: ignore[union-attr]
    page.get_by_role("button", name=button, exact=True).last.click()
    page.wait_for_url(re.compile(re.escape(receipt)))
    assert "没有再做一遍" in page.inner_text("body")


def test_a_resident_is_led_to_the_receipt(visitor: Visitor, house: House) -> None:
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    goes_back(page, "提交")


def test_a_worker_is_led_to_the_matter(visitor: Visitor, house: House) -> None:
    page = visitor("worker-008001001", PHONE)
    page.goto("/field/report/")
    page.fill("textarea[name=words]", WORDS)
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/matters/**")
    told, first = (page.locator(name).first.bounding_box() for name in (".toast", "main section"))
    assert told is not None
    assert first is not None
    assert told["y"] + told["height"] <= first["y"]
    goes_back(page, "提交")


def test_the_desk_is_led_to_the_matter(visitor: Visitor, house: House) -> None:
    page = visitor("desk-008001", DESK)
    files_a_call(page, WORDS)
    goes_back(page, "登记")


def test_another_report_is_begun_on_a_new_page(visitor: Visitor, house: House) -> None:
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    first = page.url
    page.go_back()
    page.get_by_role("link", name="再报另一件").click()
    expect(page.locator("[data-form-sent]")).to_have_count(0)
    expect(page.locator("textarea[name=words]")).to_have_value("")
    page.fill("textarea[name=words]", "四号楼的路灯不亮")
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    assert page.url.split("?")[0] != first.split("?")[0]


def test_another_matter_typed_into_the_form_that_went_is_taken_as_one(
    visitor: Visitor, house: House
) -> None:
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    first = page.url
    page.go_back()
    expect(page.locator("main [data-form-sent]")).to_be_visible()
    page.fill("textarea[name=words]", "三号楼门口的井盖没有了")
    expect(page.locator("[data-form-sent]")).to_contain_text("会作为另一份交上去")
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("button[name=danger][value=yes]").click()
    page.wait_for_url("**/m/**")
    assert page.url.split("?")[0] != first.split("?")[0]
    assert "井盖没有了" in page.inner_text("main")
