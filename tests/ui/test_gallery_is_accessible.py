"""axe and a few measures of its kind over every part, at two widths and in both schemes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import axe_findings

FRAMES = ("console", "field", "portal")
SIZES = {360: 800, 1440: 900}
TARGET_PX = 44

pytestmark = pytest.mark.browser

CONTROLS = "a, button, summary, input, select, textarea"
IN_RUNNING_TEXT = "p a, dd a, .rows a, .trail a, .error-summary a, .mark-out"
WITHIN_A_TARGET = "label input, photo-field[data-live] input[type=file], .unseen, .skip"
SMALL_TARGETS = """([controls, exempt, least]) => [...document.querySelectorAll(controls)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(exempt))
  .filter((one) => one.getBoundingClientRect().height < least)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)}`)"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(params=SIZES)
def sized_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size = {"width": request.param, "height": SIZES[request.param]}
    context = browser.new_context(
        viewport=size, reduced_motion="reduce", has_touch=request.param == 360
    )
    yield context.new_page()
    context.close()


@pytest.mark.webgl
@pytest.mark.parametrize("frame", FRAMES)
def test_axe_finds_nothing_wrong(sized_page: Page, gallery_url: str, frame: str) -> None:
    sized_page.goto(f"{gallery_url}/?frame={frame}")
    sized_page.wait_for_selector("photo-field[data-live]")
    for scheme in ("light", "dark"):
        assert axe_findings(sized_page, scheme) == [], scheme
    assert sized_page.evaluate(TOO_WIDE) == 0


@pytest.mark.webgl
@pytest.mark.parametrize("frame", ["field", "portal"])
def test_a_thumb_can_hit_everything(page: Page, gallery_url: str, frame: str) -> None:
    page.goto(f"{gallery_url}/?frame={frame}")
    page.wait_for_selector("photo-field[data-live]")
    exempt = f"{IN_RUNNING_TEXT}, {WITHIN_A_TARGET}"
    assert page.evaluate(SMALL_TARGETS, [CONTROLS, exempt, TARGET_PX]) == []


@pytest.mark.webgl
@pytest.mark.parametrize("frame", FRAMES)
def test_large_text_stays_within_a_narrow_phone(page: Page, gallery_url: str, frame: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.context.add_cookies([{"name": "text_size", "value": "large", "url": gallery_url}])
    page.goto(f"{gallery_url}/?frame={frame}")
    assert page.locator("html[data-text=large]").count() == 1
    assert page.evaluate(TOO_WIDE) == 0


def test_the_readers_scheme_wins_over_the_systems(page: Page, gallery_url: str) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    page.context.add_cookies([{"name": "theme", "value": "light", "url": gallery_url}])
    page.goto(f"{gallery_url}/?frame=portal")
    assert page.evaluate(ground) == "rgb(239, 242, 240)"


def test_what_may_not_be_done_is_one_line_that_opens_and_says_why(
    page: Page, gallery_url: str
) -> None:
    page.goto(f"{gallery_url}/?frame=console")
    line = page.locator(".cannot > summary")
    assert "结案" in line.inner_text()
    assert page.locator(".actions").get_by_text("结案", exact=True).count() == 0
    reason = page.get_by_text("主办单位没有反馈", exact=False)
    assert not reason.is_visible()
    line.press("Enter")
    assert reason.is_visible()
    assert page.url.endswith("frame=console")


def test_a_dialog_takes_the_focus_and_gives_it_back(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/?frame=console")
    opener = page.locator("[data-dialog=void-dialog]")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#void-dialog")
    assert dialog.is_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert opener.evaluate("opener => opener === document.activeElement")


def test_the_error_summary_has_the_focus_and_leads_to_each_field(
    page: Page, gallery_url: str
) -> None:
    page.goto(f"{gallery_url}/?frame=portal")
    summary = page.locator(".error-summary")
    assert summary.evaluate("one => one === document.activeElement")
    links = summary.locator("a")
    assert links.count() == page.locator(".error-summary ~ .entry .entry-error").count() > 0
    for link in links.all():
        link.click()
        expect(page.locator(str(link.get_attribute("href")))).to_be_focused()
    words = page.locator("#id_words")
    described = str(words.get_attribute("aria-describedby")).split()
    assert [page.locator(f"#{part}").count() for part in described] == [1, 1]
    assert words.get_attribute("aria-invalid") == "true"


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/done")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_search_box_answers_to_the_slash_key_but_not_while_typing(
    page: Page, gallery_url: str
) -> None:
    page.goto(f"{gallery_url}/?frame=console")
    page.locator("#id_phone").focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "id_phone"
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
