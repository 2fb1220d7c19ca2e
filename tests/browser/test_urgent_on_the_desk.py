"""Danger reaches whoever sits at the desk: a count in the title, a sound where it was allowed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BREACHES, DESK, PHONE, House, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COUNTS_TONES = """
window.tones = 0;
const { start } = AudioScheduledSourceNode.prototype;
AudioScheduledSourceNode.prototype.start = function (...at) {
  window.tones += 1;
  return start.apply(this, at);
};
"""
HALF_A_MINUTE = 31_000


def urgent_in_title(page: Page) -> int:
    found = re.match(r"\((\d+)\) ", page.title())
    return int(found[1]) if found else 0


def report_danger(visitor: Visitor, words: str) -> None:
    page = visitor("worker-008001001", PHONE)
    page.goto("/field/report/")
    page.fill("textarea[name=words]", words)
    page.check("input[name=urgent]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/matters/**")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_new_danger_is_counted_and_heard_without_reloading(
    visitor: Visitor, house: House, size: dict[str, int]
) -> None:
    page = visitor("desk-008001", size)
    page.add_init_script(COUNTS_TONES)
    page.clock.install()
    page.goto("/console/")
    before = urgent_in_title(page)
    sound = page.get_by_role("button", name="紧急事项响铃")
    assert sound.get_attribute("aria-pressed") == "false"

    report_danger(visitor, "楼道里有煤气味")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) "))
    assert page.evaluate("tones") == 0

    sound.focus()
    page.keyboard.press("Enter")
    expect(sound).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("tones > 0")
    once = page.evaluate("tones")
    report_danger(visitor, "三楼着火了")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page).to_have_title(re.compile(rf"^\({before + 2}\) "))
    assert page.evaluate("tones") == 2 * once

    page.reload()
    expect(sound).to_have_attribute("aria-pressed", "true")
    sound.press("Enter")
    page.reload()
    expect(sound).to_have_attribute("aria-pressed", "false")
    assert BREACHES[page] == []
