import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

HERE = {"longitude": 114.2612, "latitude": 30.5931, "accuracy": 12}


@pytest.fixture
def picker(page: Page, gallery_url: str) -> Page:
    page.goto(f"{gallery_url}/?frame=portal")
    page.locator("place-picker").scroll_into_view_if_needed()
    page.wait_for_selector("place-picker[data-map-ready]")
    return page


def said(page: Page) -> str:
    return page.locator(".place-said").inner_text()


def values(page: Page) -> list[str]:
    return [page.locator(f"[name={name}]").input_value() for name in ("lon", "lat", "system")]


def test_here_fills_the_place_and_says_where_that_is(picker: Page) -> None:
    picker.context.grant_permissions(["geolocation"])
    picker.context.set_geolocation(HERE)
    picker.get_by_role("button", name="用我现在的位置").click()
    expect(picker.locator(".place-said")).to_contain_text("您标的位置：商城社区第3网格")
    assert values(picker) == ["114.261200", "30.593100", "wgs84"]


def test_a_rough_position_asks_to_be_made_exact(picker: Page) -> None:
    picker.context.grant_permissions(["geolocation"])
    picker.context.set_geolocation({**HERE, "accuracy": 803})
    picker.get_by_role("button", name="用我现在的位置").click()
    expect(picker.locator(".place-said")).to_contain_text("只准到约 800 米")


def test_a_refused_position_says_what_to_do_instead(picker: Page) -> None:
    picker.get_by_role("button", name="用我现在的位置").click()
    expect(picker.locator(".place-said")).to_contain_text("没有允许本页使用位置")
    expect(picker.locator(".place-said")).to_contain_text("写下地址")
    assert values(picker) == ["", "", ""]


def test_an_address_is_looked_up_and_chosen_by_keyboard(picker: Page) -> None:
    picker.get_by_label("在哪里").fill("商城")
    picker.keyboard.press("Enter")
    found = picker.locator(".place-found button")
    expect(found).to_have_count(2)
    found.first.press("Enter")
    expect(picker.locator("[name=system]")).to_have_value("cgcs2000")
    assert picker.get_by_label("在哪里").input_value() == "商城社区 3 栋"
    assert found.count() == 0


def test_an_unknown_address_says_how_else_to_go_on(picker: Page) -> None:
    picker.get_by_label("在哪里").fill("没有这个地方")
    picker.get_by_role("button", name="查找这个地址").click()
    expect(picker.locator(".place-said")).to_contain_text("没有找到这个地址")


def test_an_empty_search_asks_for_words(picker: Page) -> None:
    picker.get_by_role("button", name="查找这个地址").click()
    assert "请先写下地址" in said(picker)


def test_a_tap_on_the_street_map_sets_the_pin(picker: Page) -> None:
    picker.locator("place-picker canvas").tap()
    expect(picker.locator("[name=system]")).to_have_value("cgcs2000")
    lon, lat, _ = values(picker)
    assert float(lon) == pytest.approx(114.264, abs=0.003)
    assert float(lat) == pytest.approx(30.594, abs=0.003)


def test_a_tap_before_the_map_has_come_sets_no_point(page: Page, gallery_url: str) -> None:
    waiting: list[Route] = []
    page.route("**/data/streets.geojson", lambda route: waiting.append(route))
    page.goto(f"{gallery_url}/?frame=portal")
    canvas = page.locator("place-picker canvas")
    canvas.scroll_into_view_if_needed()
    canvas.tap()
    canvas.press("Enter")
    assert values(page) == ["", "", ""]
    assert "街道图还没有打开" in said(page)
    for one in waiting:
        one.continue_()
    page.wait_for_selector("place-picker[data-map-ready]")
    canvas.tap()
    assert float(values(page)[0]) == pytest.approx(114.264, abs=0.003)


def test_a_draft_with_an_impossible_point_brings_none(picker: Page) -> None:
    picker.locator("place-picker canvas").tap()
    picker.evaluate(
        """() => {
          for (const [name, kept] of Object.entries(sessionStorage)) {
            if (!name.startsWith("qijie.draft.")) continue;
            const draft = JSON.parse(kept);
            if (draft.fields.lon) Object.assign(draft.fields, { lon: "0.0", lat: "0.0" });
            sessionStorage.setItem(name, JSON.stringify(draft));
          }
        }"""
    )
    picker.reload()
    picker.locator("place-picker").scroll_into_view_if_needed()
    picker.wait_for_selector("place-picker[data-map-ready]")
    assert values(picker) == ["", "", ""]
    picker.locator("place-picker canvas").tap()
    assert float(values(picker)[0]) == pytest.approx(114.264, abs=0.003)


def test_a_position_outside_the_country_is_not_taken(picker: Page) -> None:
    picker.context.grant_permissions(["geolocation"])
    picker.context.set_geolocation({"longitude": 0, "latitude": 0})
    picker.get_by_role("button", name="用我现在的位置").click()
    expect(picker.locator(".place-said")).to_contain_text("不在国内")
    assert values(picker) == ["", "", ""]


def test_arrow_keys_and_enter_set_the_pin_without_a_finger(picker: Page) -> None:
    canvas = picker.locator("place-picker canvas")
    canvas.focus()
    picker.keyboard.press("Enter")
    before = float(values(picker)[0])
    picker.keyboard.press("ArrowRight")
    picker.keyboard.press("+")
    picker.keyboard.press("Enter")
    assert float(values(picker)[0]) > before


def test_dragging_moves_the_map_and_sets_nothing(picker: Page) -> None:
    box = picker.locator("place-picker canvas").bounding_box()
    assert box is not None
    picker.mouse.move(box["x"] + 100, box["y"] + 100)
    picker.mouse.down()
    picker.mouse.move(box["x"] + 180, box["y"] + 140, steps=4)
    picker.mouse.up()
    assert values(picker) == ["", "", ""]


def found_by_words(picker: Page) -> None:
    picker.get_by_label("在哪里").fill("商城")
    picker.keyboard.press("Enter")
    picker.locator(".place-found button").first.click()
    expect(picker.locator("[name=system]")).to_have_value("cgcs2000")


def test_another_address_takes_the_point_back_that_the_first_one_set(picker: Page) -> None:
    found_by_words(picker)
    picker.get_by_label("在哪里").fill("示范十四路11号")
    assert values(picker) == ["", "", ""]
    assert "先前按地址标的点已去掉" in said(picker)
    expect(picker.get_by_role("button", name="去掉标的点")).to_be_hidden()


def test_the_same_address_said_more_exactly_keeps_its_point(picker: Page) -> None:
    found_by_words(picker)
    before = values(picker)
    picker.get_by_label("在哪里").press("End")
    picker.keyboard.type(" 二单元")
    assert values(picker) == before


def test_a_point_set_by_hand_is_asked_about_when_the_words_change(picker: Page) -> None:
    picker.get_by_label("在哪里").fill("商城社区")
    picker.locator("place-picker canvas").tap()
    expect(picker.locator(".place-said")).to_contain_text("您标的位置")
    picker.get_by_label("在哪里").fill("示范十四路11号")
    assert "图上标的点没有动，还在商城社区第3网格，商城路附近" in said(picker)
    assert values(picker)[2] == "cgcs2000"


def test_a_point_can_be_taken_back(picker: Page) -> None:
    drop = picker.get_by_role("button", name="去掉标的点")
    expect(drop).to_be_hidden()
    picker.locator("place-picker canvas").tap()
    drop.click()
    assert values(picker) == ["", "", ""]
    expect(picker.get_by_label("在哪里")).to_be_focused()


def test_a_form_begun_anew_has_no_point_left(picker: Page) -> None:
    picker.locator("place-picker canvas").tap()
    picker.locator("place-picker").evaluate("picker => picker.closest('form').reset()")
    assert values(picker) == ["", "", ""]
