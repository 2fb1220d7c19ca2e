"""A point found by an address goes with that address; a printed code's grid is said in words."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visitor, axe_findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OTHER = "别处的车棚"
DROPPED = "先前按地址标的点已去掉"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def found_by_words(visitor: Visitor) -> Page:
    """A report with a point that an address was looked up for, kept as a draft."""
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", "楼道灯不亮")
    page.fill("input[name=place_words]", "1号")
    page.get_by_role("button", name="查找这个地址").click()
    page.locator("place-picker .place-found button").first.click()
    expect(page.locator("input[name=lon]")).not_to_have_value("")
    page.locator("input[name=place_words]").blur()
    expect(page.locator("form[data-draft-kept]")).to_have_count(1)
    return page


def point_goes(page: Page) -> None:
    expect(page.locator("input[name=lon]")).not_to_have_value("")
    page.fill("input[name=place_words]", OTHER)
    is_gone(page)


def is_gone(page: Page) -> None:
    expect(page.locator(".place-said")).to_contain_text(DROPPED)
    expect(page.locator("input[name=lon]")).to_have_value("")
    expect(page.get_by_role("button", name="去掉标的点")).to_be_hidden()


def test_after_a_reload_other_words_still_take_the_point_away(visitor: Visitor) -> None:
    page = found_by_words(visitor)
    page.reload()
    point_goes(page)


def test_a_draft_whose_words_are_others_brings_no_point(visitor: Visitor) -> None:
    page = found_by_words(visitor)
    page.evaluate(
        """words => {
          for (const [name, kept] of Object.entries(sessionStorage)) {
            if (!name.startsWith("qijie.draft.")) continue;
            const draft = JSON.parse(kept);
            draft.fields.place_words = words;
            sessionStorage.setItem(name, JSON.stringify(draft));
          }
        }""",
        OTHER,
    )
    page.reload()
    expect(page.locator("input[name=place_words]")).to_have_value(OTHER)
    is_gone(page)


def test_after_another_fields_error_and_after_back_it_is_known_too(visitor: Visitor) -> None:
    page = found_by_words(visitor)
    page.goto("/privacy/")
    page.go_back()
    expect(page.locator("input[name=lon]")).not_to_have_value("")
    page.get_by_text("想让我们联系您").click()
    page.fill("input[name=phone]", "12345")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_selector(".error-summary")
    point_goes(page)


def test_a_printed_code_says_where_it_stands_and_keeps_its_grid(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    page.goto("/report/?grid=420103008001001")
    line = page.locator(".note", has_text="二维码所在：")
    assert re.search(r"二维码所在：.*第一网格", line.inner_text())
    for scheme in SCHEMES:
        assert axe_findings(page, scheme) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = line.locator("label").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.fill("textarea[name=words]", "楼道灯不亮")
    page.fill("input[name=place_words]", "三号楼门口")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    assert "三号楼门口" in page.inner_text("main")
