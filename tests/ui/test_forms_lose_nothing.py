"""Drafts, one submission per press, and what htmx brings back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PRESS_THREE_TIMES = """() => {
  const button = document.querySelector("#live button");
  for (let press = 0; press < 3; press += 1) button.click();
}"""
KEPT = "JSON.stringify({...sessionStorage, ...localStorage})"


@pytest.fixture
def form(page: Page, gallery_url: str) -> Page:
    page.goto(f"{gallery_url}/page/live")
    page.wait_for_selector("input[data-submit-key][value], [data-submit-key]", state="attached")
    return page


def key(page: Page) -> str:
    return page.locator("[data-submit-key]").input_value()


def leave(page: Page) -> None:
    """Typing is kept when it pauses; leaving the field settles it at once."""
    page.locator("[name=words]").blur()
    page.wait_for_selector("form[data-draft-kept]")


def test_what_was_typed_is_there_again_after_a_reload(form: Page) -> None:
    form.locator("[name=words]").fill("楼道灯不亮")
    leave(form)
    first = key(form)
    form.reload()
    expect(form.locator("[name=words]")).to_have_value("楼道灯不亮")
    expect(form.locator(".draft-told")).to_contain_text("已恢复")
    assert key(form) == first, "a repeat of the same report is known by the same key"


def test_telephone_and_identity_numbers_never_rest_on_the_device(form: Page) -> None:
    form.locator("[name=contact]").fill("13900000000")
    form.locator("[name=words]").fill("请打 139 0000 0000，证件 420103199001010011，灯坏了")
    leave(form)
    kept = form.evaluate(KEPT)
    assert "灯坏了" in kept
    assert "13900000000" not in kept
    assert "139 0000" not in kept
    assert "42010319900101001" not in kept
    form.reload()
    expect(form.locator(".draft-told")).to_contain_text("电话和证件号码不会保存")
    expect(form.locator("[name=words]")).to_have_value("请打 〔号码〕，证件 〔号码〕，灯坏了")
    expect(form.locator(".draft-told")).to_contain_text("标着〔号码〕")


def test_a_draft_can_be_thrown_away(form: Page) -> None:
    form.locator("[name=words]").fill("写错了")
    leave(form)
    form.reload()
    form.get_by_role("button", name="清空重填").click()
    expect(form.locator("[name=words]")).to_have_value("")
    assert "写错了" not in form.evaluate(KEPT)


def test_the_draft_goes_when_the_server_has_it(form: Page, gallery_url: str) -> None:
    form.locator("[name=words]").fill("楼道灯不亮")
    leave(form)
    form.goto(f"{gallery_url}/page/done")
    assert "楼道灯" not in form.evaluate(KEPT)


def test_every_form_has_a_key_of_its_own(form: Page) -> None:
    first = key(form)
    assert UUID.fullmatch(first)
    form.reload()
    assert key(form) != first


def test_a_second_press_sends_nothing(form: Page) -> None:
    posts: list[str] = []
    form.on(
        "request", lambda request: posts.append(request.method) if "refuse" in request.url else None
    )
    form.locator("[name=words]").fill("短")
    form.evaluate(PRESS_THREE_TIMES)
    expect(form.locator(".error-summary")).to_be_visible()
    assert posts == ["POST"]


def test_a_refusal_is_swapped_in_and_takes_the_focus(form: Page) -> None:
    form.locator("[name=words]").fill("短")
    form.get_by_role("button", name="提交").click()
    expect(form.locator(".error-summary")).to_be_focused()


def test_a_broken_server_keeps_the_words_says_so_and_allows_another_try(form: Page) -> None:
    form.locator("[name=words]").fill("坏")
    first = key(form)
    form.get_by_role("button", name="提交").click()
    expect(form.locator(".not-sent")).to_contain_text("您填写的内容都在")
    expect(form.locator("[name=words]")).to_have_value("坏")
    expect(form.locator("form[data-sending]")).to_have_count(0)
    assert key(form) == first
    form.locator("[name=words]").fill("好")
    form.get_by_role("button", name="提交").click()
    expect(form.locator("p#live")).to_contain_text("收到了")


def test_no_network_is_said_and_loses_nothing(form: Page) -> None:
    form.locator("[name=words]").fill("好")
    form.context.set_offline(True)
    form.get_by_role("button", name="提交").click()
    expect(form.locator(".not-sent")).to_contain_text("没有网络，已保存在手机上")
    expect(form.locator("[name=words]")).to_have_value("好")


def test_a_toast_the_server_asks_for_is_shown_and_can_be_shut(form: Page) -> None:
    form.locator("[name=words]").fill("好")
    form.get_by_role("button", name="提交").click()
    toast = form.locator(".toast")
    expect(toast).to_contain_text("已提交")
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)


def posts_of(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    return sent


def test_what_has_to_wait_is_sent_again_by_itself_once(page: Page, gallery_url: str) -> None:
    sent = posts_of(page)
    page.goto(f"{gallery_url}/page/waiting")
    expect(page.locator("[data-send-again-told]")).to_have_text("2 秒后自动再交，请不要关这一页。")
    expect(page.locator("#live")).to_have_text("收到了")
    assert len(sent) == 1


def test_who_does_not_want_to_wait_presses_and_it_goes_once(page: Page, gallery_url: str) -> None:
    sent = posts_of(page)
    page.goto(f"{gallery_url}/page/waiting")
    page.get_by_role("button", name="现在再交").click()
    expect(page.locator("#live")).to_have_text("收到了")
    assert len(sent) == 1


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A browser in which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_the_report_form_is_whole(plain_page: Page, gallery_url: str) -> None:
    plain_page.goto(f"{gallery_url}/?frame=portal")
    expect(plain_page.locator("#id_photos")).to_be_visible()
    expect(plain_page.get_by_label("在哪里")).to_be_visible()
    expect(plain_page.locator(".photo-take")).to_be_hidden()
    expect(plain_page.locator("[data-text-size]").first).to_be_hidden()
