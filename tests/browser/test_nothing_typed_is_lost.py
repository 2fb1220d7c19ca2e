"""A session that ended, a network that is gone, a server in trouble: nothing typed is lost, and
what was sent again took effect once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from qijie.accounts.demo import PASSWORD
from tests.browser.conftest import DESK, PHONE, House, Visitor
from tests.browser.test_one_matter_all_the_way_round import a_photo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK_CLERK, WORKER = "desk-008001", "worker-008001001"
AGAIN = "dialog.sign-in-again"
WORDS = "楼道灯不亮，老人看不清台阶"
LEFT = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("qijie", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("photos");
    asked.onsuccess = () => done(asked.result);
  });
  const count = await new Promise((done) => {
    const asked = base.transaction("photos").objectStore("photos").count();
    asked.onsuccess = () => done(asked.result);
  });
  base.close();
  const drafts = [...Object.keys(sessionStorage), ...Object.keys(localStorage)];
  return [count, drafts.filter((key) => key.startsWith("qijie.draft.")).length];
}"""


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="qijie")


def sign_in_again(page: Page, username: str) -> None:
    page.fill(f"{AGAIN} input[name=login]", username)
    page.fill(f"{AGAIN} input[name=password]", PASSWORD)
    page.click(f"{AGAIN} form button[type=submit]")


def posts_of(page: Page, part: str) -> list[int]:
    """The answers to what the page posts there from now on."""
    answers: list[int] = []
    page.on(
        "response",
        lambda one: (
            answers.append(one.status)
            if one.request.method == "POST" and part in one.url and "/account/" not in one.url
            else None
        ),
    )
    return answers


def fill_registration(page: Page, words: str = WORDS) -> None:
    page.goto("/console/report/")
    page.fill("textarea[name=words]", words)
    page.fill("input[name=place_words]", "武展社区")


def register(page: Page) -> None:
    page.get_by_role("button", name="登记", exact=True).click()


def open_addition(page: Page) -> None:
    """A matter of one's own and the dialog of an addition to it."""
    fill_registration(page)
    register(page)
    page.wait_for_url("**/matters/**")
    page.get_by_role("link", name="补充情况", exact=True).click()
    page.locator("dialog[open] [name=words]").fill("老人摔过一次")


# The session has ended


def test_a_move_in_a_dialog_goes_once_after_signing_in_again(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    open_addition(page)
    end_session(page)
    answers = posts_of(page, "/add/")
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_selector(f"{AGAIN} form")
    expect(page.locator("dialog[open] [name=words]")).to_have_value("老人摔过一次")
    sign_in_again(page, DESK_CLERK)
    page.locator(".timeline", has_text="老人摔过一次").wait_for()
    assert page.inner_text("main").count("老人摔过一次") == 1
    assert [status < 300 for status in answers] == [False, True]


def test_a_registration_goes_once_after_signing_in_again(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    fill_registration(page)
    end_session(page)
    answers = posts_of(page, "/report/")
    register(page)
    page.wait_for_selector(f"{AGAIN} form")
    page.fill(f"{AGAIN} input[name=login]", DESK_CLERK)
    page.fill(f"{AGAIN} input[name=password]", "not the password")
    page.click(f"{AGAIN} form button[type=submit]")
    page.locator(f"{AGAIN} .note", has_text="用户名或密码不对").wait_for()
    sign_in_again(page, DESK_CLERK)
    page.wait_for_url("**/matters/**")
    assert WORDS in page.inner_text("main")
    assert answers == [401, 204]


def test_whoever_else_signs_in_does_not_send_it(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    fill_registration(page)
    end_session(page)
    answers = posts_of(page, "/report/")
    register(page)
    page.wait_for_selector(f"{AGAIN} form")
    sign_in_again(page, "dispatcher-008001")
    page.locator(AGAIN, has_text="现在登录的是另一个人").wait_for()
    page.get_by_role("button", name="退出那个人，换我登录").click()
    page.wait_for_selector(f"{AGAIN} input[name=login]")
    sign_in_again(page, DESK_CLERK)
    page.wait_for_url("**/matters/**")
    assert answers == [401, 204]


def test_not_signing_in_leaves_the_form_as_it_was(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    fill_registration(page)
    end_session(page)
    register(page)
    page.get_by_role("button", name="先不登录").click()
    expect(page.locator(".not-sent")).to_contain_text("登录后再发一次")
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)


def test_a_sign_in_in_another_tab_does_not_cost_the_form(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    fill_registration(page)
    end_session(page)
    other = page.context.new_page()
    other.goto("/account/login/")
    other.fill("input[name=login]", DESK_CLERK)
    other.fill("input[name=password]", PASSWORD)
    other.click("main button[type=submit]")
    other.wait_for_url("**/console/**")
    answers = posts_of(page, "/report/")
    register(page)
    page.wait_for_url("**/matters/**")
    assert answers == [403, 204]


# Left at once


def test_what_was_typed_on_the_private_link_outlives_an_instant_reload_and_back(
    visitor: Visitor,
) -> None:
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.check("input[name=place_unknown]")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    page.get_by_role("link", name="补充情况").click()
    words = page.locator("textarea[name=words]")
    words.fill("三楼也不亮")
    page.reload()
    expect(words).to_have_value("三楼也不亮")
    words.fill("三楼、四楼也不亮")
    page.get_by_role("link", name="先不办，回去").click()
    page.wait_for_load_state()
    page.go_back()
    expect(words).to_have_value("三楼、四楼也不亮")
    page.get_by_role("button", name="补充情况").click()
    page.get_by_text("补充的情况已收到").wait_for()
    page.get_by_role("link", name="补充情况").click()
    expect(words).to_have_value("")


def test_what_was_typed_in_a_dialog_outlives_an_instant_reload(visitor: Visitor) -> None:
    page = visitor(DESK_CLERK, DESK)
    open_addition(page)
    page.reload()
    page.get_by_role("link", name="补充情况", exact=True).click()
    expect(page.locator("dialog[open] [name=words]")).to_have_value("老人摔过一次")


# The network, the server

BREAKS: dict[str, Callable[[Route], Any]] = {
    "no network": lambda route: route.abort("internetdisconnected"),
    "the server away": lambda route: route.fulfill(status=503, body=""),
    "the server broken": lambda route: route.fulfill(status=500, body=""),
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_a_form_that_did_not_get_through_says_so_and_goes_again(
    visitor: Visitor, broken: Callable[[Route], Any]
) -> None:
    page = visitor(DESK_CLERK, DESK)
    fill_registration(page)
    page.route("**/console/report/", broken, times=1)
    register(page)
    page.wait_for_selector(".not-sent")
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)
    page.get_by_role("button", name="再发一次").click()
    page.wait_for_url("**/matters/**")


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_a_dialog_that_did_not_get_through_says_so_and_goes_again(
    visitor: Visitor, broken: Callable[[Route], Any]
) -> None:
    page = visitor(DESK_CLERK, DESK)
    open_addition(page)
    page.route("**/add/**", broken, times=1)
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_role("button", name="再发一次").click()
    page.locator(".timeline", has_text="老人摔过一次").wait_for()


# Photos


def photos(page: Page, count: int) -> None:
    expect(page.locator("photo-field .photos li")).to_have_count(count)


def test_photos_outlive_no_network_a_reload_and_another_fields_error(
    visitor: Visitor, house: House
) -> None:
    page = visitor("", PHONE)
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.fill("input[name=place_words]", "万松街菜场后门")
    page.set_input_files("input[type=file]", a_photo())  # type: ignore[arg-type]
    photos(page, 1)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".not-sent")).to_contain_text("没有网络，已保存在手机上，联网后请再按提交")
    page.context.set_offline(False)
    page.reload()
    photos(page, 1)
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)
    page.get_by_text("想让我们联系您").click()
    page.fill("input[name=phone]", "12345")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_selector(".error-summary")
    photos(page, 1)
    page.fill("input[name=phone]", "")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/m/**")
    shows_one_photo(page, house)
    assert page.evaluate(LEFT) == [0, 0]


def shows_one_photo(page: Page, house: House) -> None:
    """Once it has been looked at."""
    house.run_worker_once()
    page.reload()
    expect(page.locator("main img")).to_have_count(1)


def worker_page(visitor: Visitor, username: str = WORKER) -> Page:
    page = visitor(username, PHONE)
    page.goto("/field/report/")
    page.fill("textarea[name=words]", WORDS)
    page.set_input_files("input[type=file]", a_photo())  # type: ignore[arg-type]
    photos(page, 1)
    page.locator("textarea[name=words]").blur()
    return page


def test_a_workers_photo_goes_once_after_signing_in_again(visitor: Visitor, house: House) -> None:
    page = worker_page(visitor)
    end_session(page)
    answers = posts_of(page, "/field/")
    page.locator("main form[data-draft] button[type=submit]").last.click()
    page.wait_for_selector(f"{AGAIN} form")
    photos(page, 1)
    sign_in_again(page, WORKER)
    page.wait_for_url("**/matters/**")
    assert [status < 300 for status in answers] == [False, True]
    shows_one_photo(page, house)
    assert page.evaluate(LEFT) == [0, 0]


def test_a_worker_without_a_network_keeps_all_and_sends_later(visitor: Visitor) -> None:
    page = worker_page(visitor)
    page.context.set_offline(True)
    page.locator("main form[data-draft] button[type=submit]").last.click()
    expect(page.locator(".not-sent")).to_contain_text("已保存在手机上")
    page.context.set_offline(False)
    page.reload()
    photos(page, 1)
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)
    page.locator("main form[data-draft] button[type=submit]").last.click()
    page.wait_for_url("**/matters/**")


def test_nothing_of_a_worker_is_left_after_signing_out(visitor: Visitor) -> None:
    page = worker_page(visitor)
    page.goto("/field/me/")
    assert page.evaluate(LEFT) == [1, 1]
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/login/**")
    assert page.evaluate(LEFT) == [0, 0]


def test_the_next_worker_on_the_same_phone_finds_nothing(visitor: Visitor) -> None:
    page = worker_page(visitor)
    end_session(page)
    page.goto("/account/login/")
    page.fill("input[name=login]", "worker-008001002")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/field/**")
    page.goto("/field/report/")
    page.wait_for_selector("photo-field[data-live]")
    expect(page.locator("textarea[name=words]")).to_have_value("")
    photos(page, 0)
    assert page.evaluate(LEFT) == [0, 0]
