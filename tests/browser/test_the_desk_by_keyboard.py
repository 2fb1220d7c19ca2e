"""The desk without a mouse: where the focus goes, what Enter takes, how call follows call."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    BREACHES,
    DESK,
    ERRORS,
    PHONE,
    House,
    Visitor,
    axe_findings,
    files_a_call,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CLERK = "desk-008001"
CHOSEN = "document.querySelector('select[name=category]').selectedOptions[0]?.text"
HOLDS_FIRST = """() => {
  const [dialog, held] = [document.querySelector("dialog[open]"), document.activeElement];
  const fields = dialog.querySelectorAll(".dialog-body :is(input, select, textarea)");
  const seen = [...fields].filter((one) => one.type !== "hidden" && one.type !== "file");
  const first = seen.find((one) => one.type !== "radio" || one.checked) ?? seen[0];
  return first ? held === first || held.name === first.name : !held.closest(".dialog-head");
}"""


def opens_the_form(page: Page) -> None:
    page.goto("/console/report/")


def test_call_follows_call_without_a_mouse(visitor: Visitor, house: House) -> None:
    page = visitor(CLERK, DESK)
    opens_the_form(page)
    words = page.locator("textarea[name=words]")
    expect(words).to_be_focused()
    page.keyboard.type("路灯不亮，晚上看不清")
    proposed = page.get_by_role("list", name="找到的类别").get_by_role("button")
    assert proposed.first.inner_text() == "路灯"
    assert page.evaluate(CHOSEN) == "以后由受理席定"
    proposed.first.press("Enter")
    assert page.evaluate(CHOSEN) == "路灯"
    page.locator("select[name=path]").select_option(index=1)
    page.locator("input[name=place_words]").press("Enter")
    page.wait_for_url("**/matters/**")
    again = page.get_by_role("link", name="再登记一件")
    expect(again).to_be_focused()
    receipt = page.get_by_role("region", name="已登记，编号")
    expect(receipt).to_contain_text("现在由")
    expect(receipt).to_contain_text("前")
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert axe_findings(page, "light") == []
    again.press("Enter")
    page.wait_for_url("**/report/**near=420103008001")
    expect(words).to_be_focused()
    expect(words).to_have_value("")
    assert page.evaluate(CHOSEN) == "以后由受理席定"
    expect(page.locator(".draft-told")).to_have_count(0)


def test_enter_takes_the_very_name_and_not_the_first_that_holds_it(
    visitor: Visitor, house: House
) -> None:
    page = visitor(CLERK, DESK)
    opens_the_form(page)
    page.get_by_label("类别").first.fill("路灯")
    page.keyboard.press("Enter")
    assert page.evaluate(CHOSEN) == "路灯"

    files_a_call(page, "门口的台阶松了")
    page.locator(".case-moves").get_by_role("link", name="改类", exact=True).click()
    box = page.locator("dialog[open] input[type=search]").first
    expect(box).to_be_focused()
    box.fill("路灯")
    box.press("Enter")
    assert page.evaluate(CHOSEN) == "路灯"


def test_where_nothing_is_found_what_was_chosen_stays(visitor: Visitor, house: House) -> None:
    page = visitor(CLERK, DESK)
    files_a_call(page, "门口的台阶松了")
    page.locator(".case-moves").get_by_role("link", name="改类", exact=True).click()
    box = page.locator("dialog[open] input[type=search]").first
    box.fill("路灯")
    box.press("Enter")
    for words in ("没有这样的类别", ""):
        box.fill(words)
        assert page.evaluate(CHOSEN) == "路灯"
    assert BREACHES[page] == []


def test_an_error_in_a_dialog_leads_to_its_field(visitor: Visitor, house: House) -> None:
    page = visitor(CLERK, DESK)
    files_a_call(page, "门口的台阶松了")
    page.locator(".case-moves").get_by_role("link", name="不予受理", exact=True).click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="不予受理").click()
    error = dialog.get_by_role("link", name="理由").first
    error.press("Enter")
    expect(dialog.locator("select[name=reason]")).to_be_focused()


def test_enter_in_a_field_does_not_answer_the_question_of_danger(
    visitor: Visitor, house: House
) -> None:
    page = visitor(CLERK, PHONE)
    opens_the_form(page)
    page.fill("textarea[name=words]", "楼道里有煤气味")
    place = page.locator("input[name=place_words]")
    place.press("Enter")
    asked = page.get_by_role("group", name="听起来有危险，是不是？")
    expect(asked).to_be_focused()
    expect(page.locator(".error-summary, .entry-error")).to_have_count(0)
    assert axe_findings(page, "light") == []
    with page.expect_response("**/console/report/") as answer:
        place.press("Enter")
    assert answer.value.status == 422
    asked.get_by_role("button", name="是，按紧急报").click()
    page.wait_for_url("**/matters/**")
    expect(page.locator(".case-head")).to_contain_text("紧急")


def test_each_dialog_takes_the_focus_to_its_first_field_and_gives_it_back(
    visitor: Visitor, house: House
) -> None:
    page = visitor(CLERK, DESK)
    files_a_call(page, "门口的台阶松了")
    page.goto(page.url.split("?")[0])
    page.wait_for_load_state("networkidle")
    openers = page.locator(".case-moves .actions a")
    assert openers.count() > 0
    for number in range(openers.count()):
        opener = openers.nth(number)
        opener.focus()
        page.keyboard.press("Enter")
        page.locator("dialog[open]").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.evaluate(HOLDS_FIRST), opener.inner_text()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
    assert (BREACHES[page], ERRORS[page]) == ([], [])

    more = page.locator(".case-moves .actions a", has_text="补充情况")
    more.press("Enter")
    page.locator("dialog[open]").get_by_role("button", name="补充情况", exact=True).click()
    page.locator("dialog[open] .error-summary").wait_for()
    page.get_by_role("button", name="先不办").click()
    expect(more).to_be_focused()

    more.press("Enter")
    page.locator("dialog[open] textarea").fill("石板也裂了")
    page.locator("dialog[open]").get_by_role("button", name="补充情况", exact=True).click()
    page.locator(".timeline", has_text="石板也裂了").wait_for()
    expect(page.get_by_role("heading", name="可办的事")).to_be_focused()
