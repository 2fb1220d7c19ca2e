"""The one line before sending where the words name somebody: on a phone, without script too."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from tests.browser.conftest import PHONE, House, Visitor, axe_findings
from tests.photos import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GRID = "/report/?grid=420103008001001"
RUDE = "我们网格员态度恶劣，上门推我"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


LOOKS = """all => all.map(one => ({
  words: one.innerText.trim(),
  colour: getComputedStyle(one).backgroundColor,
  height: one.getBoundingClientRect().height,
}))"""
PHOTO: FilePayload = {"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}


def type_and_send(page: Page) -> None:
    page.goto(GRID)
    page.fill("textarea[name=words]", RUDE)
    page.set_input_files("input[name=photos]", PHOTO)
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="您说的是不是").wait_for()


def test_on_a_phone_one_press_answers_and_sends(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    type_and_send(page)
    assert "1 张照片也收好了" in page.inner_text("main")
    for scheme in SCHEMES:
        assert axe_findings(page, scheme) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    answers = page.locator("main button[name=about]")
    for number in range(answers.count()):
        box = answers.nth(number).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    looks = page.locator("main form button[type=submit]").evaluate_all(LOOKS)
    assert [look["words"][:2] for look in looks] == ["是，", "不是", "回去"]
    yes, no, back = looks
    assert yes["colour"] not in (no["colour"], back["colour"])
    assert yes["height"] >= no["height"] >= back["height"]
    answers.first.click()
    page.wait_for_url("**/m/**")
    assert RUDE in page.inner_text("main")
    page.goto(GRID)
    assert page.input_value("textarea[name=words]") == ""


def test_back_leads_to_the_form_as_it_was_typed(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    page.goto("/")
    page.goto(GRID)
    page.get_by_text("想让我们联系您").click()
    page.fill("input[name=phone]", "13912345678")
    page.fill("textarea[name=words]", RUDE)
    page.set_input_files("input[name=photos]", PHOTO)
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="您说的是不是").wait_for()
    page.go_back()
    page.get_by_role("heading", name="我要反映一件事").wait_for()
    assert page.input_value("textarea[name=words]") == RUDE
    assert page.input_value("input[name=phone]") == "13912345678"
    assert "已选 1 张" in page.inner_text("main")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("button", name="不是，照常交").click()
    page.wait_for_url("**/m/**")
    assert RUDE in page.inner_text("main")


def test_without_script_no_sends_it_with_its_photo(browser: Browser, house: House) -> None:
    context = browser.new_context(
        base_url=house.url,
        viewport=PHONE,  # type: ignore[arg-type]
        java_script_enabled=False,
        locale="zh-CN",
    )
    page = context.new_page()
    try:
        type_and_send(page)
        page.get_by_role("button", name="不是，照常交").click()
        page.wait_for_url("**/m/**")
        assert "照片正在检查" in page.inner_text("main")
    finally:
        context.close()
