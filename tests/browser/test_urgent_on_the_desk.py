"""Danger reaches whoever sits at the desk: a count in the title, a sound where it was allowed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    BREACHES,
    DESK,
    PHONE,
    House,
    Visitor,
    axe_findings,
    files_a_call,
)

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


@pytest.mark.parametrize(
    ("size", "address"), [(DESK, "/console/?view=open"), (PHONE, "/console/report/")]
)
def test_a_new_danger_is_counted_and_heard_without_reloading(
    visitor: Visitor, house: House, size: dict[str, int], address: str
) -> None:
    page = visitor("desk-008001", size)
    page.add_init_script(COUNTS_TONES)
    page.clock.install()
    page.goto(address)
    before = urgent_in_title(page)
    sound = page.get_by_role("button", name="紧急事项响铃")
    assert sound.get_attribute("aria-pressed") == "false"

    report_danger(visitor, "楼道里有煤气味")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) "))
    assert page.evaluate("tones") == 0
    if "view=open" in address:
        expect(page.locator("tr.row-urgent")).to_have_count(before + 1)

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


def test_it_is_said_in_words_and_one_press_leads_there_without_losing_what_was_typed(
    visitor: Visitor, house: House
) -> None:
    page = visitor("desk-008001", DESK)
    page.clock.install()
    page.goto("/console/report/")
    page.fill("textarea[name=words]", "正在接的电话")
    page.locator("textarea[name=words]").blur()
    report_danger(visitor, "二号楼电梯里困了人")
    page.locator("textarea[name=words]").focus()
    page.clock.fast_forward(HALF_A_MINUTE)
    said = page.get_by_role("status").filter(has_text="新来一件紧急事项")
    expect(said).to_contain_text("二号楼电梯里困了人")
    expect(page.locator("textarea[name=words]")).to_be_focused()
    for scheme in ("light", "dark"):
        assert axe_findings(page, scheme) == [], scheme
    said.get_by_role("link").click()
    page.get_by_role("heading", name="二号楼电梯里困了人").wait_for()
    expect(page.locator(".toast-urgent")).to_have_count(0)
    page.goto("/console/report/")
    expect(page.locator("textarea[name=words]")).to_have_value("正在接的电话")


def test_what_one_has_just_reported_is_counted_and_no_news(visitor: Visitor, house: House) -> None:
    page = visitor("worker-008001001", PHONE)
    with page.expect_response("**/field/urgent/"):
        page.goto("/field/report/")
    page.fill("textarea[name=words]", "三楼阳台着火")
    page.check("input[name=urgent]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/matters/**")
    expect(page.locator("[data-urgent-now] [data-matter]").first).to_be_attached()
    assert page.url.split("/matters/")[1][:36] in page.locator("[data-urgent-now]").get_attribute(  # type: ignore[operator]
        "data-urgent-now"
    )
    expect(page.locator(".toast-urgent")).to_have_count(0)


def test_ones_own_danger_is_no_news_in_another_tab(visitor: Visitor, house: House) -> None:
    page = visitor("desk-008001", DESK)
    page.clock.install()
    page.goto("/console/?view=open")
    before = urgent_in_title(page)
    other = page.context.new_page()
    other.goto("/console/report/")
    other.fill("textarea[name=words]", "四楼着火了")
    other.get_by_role("button", name="登记", exact=True).click()
    other.locator("button[name=danger][value=yes]").click()
    other.wait_for_url("**/matters/**")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) "))
    expect(page.locator("tr.row-urgent")).to_have_count(before + 1)
    expect(page.locator(".toast-urgent")).to_have_count(0)
    other.close()


def test_it_is_said_inside_an_open_dialog(visitor: Visitor, house: House) -> None:
    page = visitor("desk-008001", DESK)
    page.clock.install()
    files_a_call(page, "门口的台阶松了")
    page.locator(".case-moves .actions a").first.click()
    page.locator("dialog[open]").wait_for()
    report_danger(visitor, "配电箱冒火花")
    page.clock.fast_forward(HALF_A_MINUTE)
    said = page.locator("dialog[open]").get_by_role("alert")
    expect(said).to_contain_text("配电箱冒火花")
    page.keyboard.press("Escape")
    expect(page.locator(".toast-urgent")).to_be_visible()


def test_it_asks_only_where_it_is_seen_and_somebody_is_signed_in(
    visitor: Visitor, house: House
) -> None:
    page = visitor("desk-008001", DESK)
    page.clock.install()
    page.goto("/console/report/")
    page.fill("textarea[name=words]", "写到一半")
    before, asked = urgent_in_title(page), asks_of(page)
    turn(page, "hidden")
    report_danger(visitor, "锅炉房漏气")
    page.clock.fast_forward(10 * HALF_A_MINUTE)
    assert asked == []
    turn(page, "visible")
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) "))
    assert len(asked) == 1

    page.context.clear_cookies(name="qijie")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator(".toast-urgent")).to_contain_text("登录已经结束，紧急事项不再更新")
    page.clock.fast_forward(4 * HALF_A_MINUTE)
    assert len(asked) == 2
    expect(page.locator("textarea[name=words]")).to_have_value("写到一半")


def asks_of(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/urgent/" in one.url else None)
    return asked


def turn(page: Page, state: str) -> None:
    """The tab is put away or taken up, as the browser would tell it."""
    page.evaluate(
        """state => {
          const get = () => state === "hidden";
          Object.defineProperty(document, "hidden", { configurable: true, get });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_the_phone_counts_too_and_leads_there(visitor: Visitor, house: House) -> None:
    page = visitor("worker-008001001", PHONE)
    page.clock.install()
    with page.expect_response("**/field/urgent/"):
        page.goto("/field/me/")
    page.wait_for_load_state("networkidle")
    before = urgent_in_title(page)
    report_danger(visitor, "井盖没了，有人掉下去")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page).to_have_title(re.compile(rf"^\({before + 1}\) "))
    assert axe_findings(page, "light") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".toast-urgent").get_by_role("link").click()
    page.wait_for_url("**/field/matters/**")
    assert "井盖没了" in page.inner_text("main")
