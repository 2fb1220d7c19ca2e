"""A resident's phone, the desk, the dispatcher, the unit's phone, the verifier, and back."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from qijie.accounts.demo import PASSWORD
from tests.browser.conftest import DESK, PHONE, House, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "二楼到三楼的楼道灯不亮，老人下楼看不清台阶"


def a_photo() -> dict[str, object]:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 100)).save(content, "JPEG")
    return {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def report_as_resident(page: Page) -> tuple[str, str]:
    """The private link and the number."""
    page.goto("/report/")
    page.fill("textarea[name=words]", WORDS)
    page.fill("input[name=place_words]", "万松街示范")
    page.get_by_role("button", name="查找这个地址").click()
    page.locator("place-picker [role=option], place-picker li button").first.click()
    page.get_by_text("从全部类别里选").click()
    page.select_option("select[name=category]", "neighbourhood-lighting")
    page.set_input_files("input[type=file]", a_photo())  # type: ignore[arg-type]
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/m/**")
    number = page.locator("text=/420103-\\d{8}-\\d{5}-\\d/").first.inner_text()
    return page.url, number.rsplit(" ", 1)[-1]


def open_matter(page: Page, number: str) -> None:
    page.goto(f"/console/find/?q={number}")
    page.wait_for_url("**/matters/**")


def make_move(page: Page, label: str, **filled: str) -> None:
    page.get_by_role("link", name=label, exact=True).or_(
        page.get_by_role("button", name=label, exact=True)
    ).first.click()
    for name, value in filled.items():
        box = page.locator(f"[name={name}]").last
        if box.evaluate("el => el.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def submit(page: Page) -> None:
    """Sends the open form and waits for the page that follows."""
    with page.expect_event("load"):
        page.locator("dialog[open] form, main form").locator("button[type=submit]").last.click()


def community_of(page: Page) -> str:
    """The account suffix of the community a resident's matter fell into, such as `008001`."""
    text = page.inner_text("main")
    names = page.evaluate("fetch('/api/places/420103008/children.geojson').then(r => r.json())")
    found = next(f for f in names["features"] if f["properties"]["name"] in text)
    return str(found["properties"]["path"])[6:]


def test_a_matter_goes_all_the_way_round(visitor: Visitor, house: House) -> None:
    resident = visitor("", PHONE)
    link, number = report_as_resident(resident)
    house.run_worker_once()
    resident.goto(link)
    community = community_of(resident)

    desk = visitor(f"desk-{community}", DESK)
    open_matter(desk, number)
    assert WORDS in desk.inner_text("main")
    make_move(desk, "受理")
    submit(desk)
    make_move(desk, "立案", condition="neighbourhood-lighting-1")
    submit(desk)

    dispatcher = visitor(f"dispatcher-{community}", DESK)
    open_matter(dispatcher, number)
    make_move(dispatcher, "派单")
    submit(dispatcher)

    unit = visitor(f"handler-property-{community}", PHONE)
    unit.goto("/field/")
    unit.locator("tr", has_text=WORDS).get_by_role("link").first.click()
    with unit.expect_navigation():
        make_move(unit, "签收")
    make_move(unit, "反馈", words="已更换灯具，当晚恢复照明")
    unit.set_input_files("input[type=file]", a_photo())  # type: ignore[arg-type]
    expect(unit.locator("photo-field .photos li")).to_have_count(1)
    # The session ends under the form; the photo and the words go once, after signing in again.
    unit.context.clear_cookies(name="qijie")
    unit.locator("main form button[type=submit]").last.click()
    unit.fill("dialog.sign-in-again input[name=login]", f"handler-property-{community}")
    unit.fill("dialog.sign-in-again input[name=password]", PASSWORD)
    unit.click("dialog.sign-in-again form button[type=submit]")
    unit.wait_for_url(re.compile(r"/field/matters/[0-9a-f-]+/$"))
    assert unit.inner_text("main").count("已更换灯具，当晚恢复照明") == 1

    verifier = visitor(f"verifier-{community}", DESK)
    open_matter(verifier, number)
    make_move(verifier, "结案")
    verifier.locator("[name=is_standard_met]").check()
    submit(verifier)

    resident.goto(link)
    assert "已办结" in resident.inner_text("main")
    resident.get_by_label("解决了", exact=True).check()
    resident.get_by_label("满意", exact=True).check()
    resident.get_by_role("button", name="提交评价").click()
    resident.wait_for_url("**done=judge**")
    assert "您的评价已收到" in resident.inner_text("main")
