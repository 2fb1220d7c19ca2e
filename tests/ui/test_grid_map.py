import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.webgl]

READY = "grid-map[data-map-ready]"
HEARD = """name => {
  window.heard = [];
  document.addEventListener(name, (event) => {
    window.heard.push(event.detail);
    event.preventDefault();
  });
}"""


def middle_of(page: Page, selector: str) -> tuple[float, float]:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_map_draws_under_the_strict_policy_and_names_its_source(
    page: Page, gallery_url: str
) -> None:
    page.goto(f"{gallery_url}/?frame=console")
    page.wait_for_selector(READY)
    assert page.locator("grid-map .map-credit").inner_text() == "© OpenStreetMap contributors"
    assert page.locator("grid-map canvas").get_attribute("aria-label")
    assert not page.locator("grid-map[data-map-error]").count()


def test_a_tap_on_an_area_selects_it_and_follows_its_link(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/by-view")
    page.wait_for_selector(READY)
    page.evaluate(HEARD, "grid-map:select")
    page.mouse.click(*middle_of(page, "grid-map"))
    page.wait_for_selector("grid-map[selected=g5]")
    assert page.evaluate("heard[0].id") == "g5"
    assert page.evaluate("heard[0].href") == "#g5"
    assert not page.url.endswith("#g5"), "a listener may keep the page where it is"


def test_without_a_listener_the_link_of_an_area_is_followed(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/by-view")
    page.wait_for_selector(READY)
    page.mouse.click(*middle_of(page, "grid-map"))
    page.wait_for_url("**#g5")


def test_a_row_of_the_twin_marks_its_area(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/?frame=console")
    page.wait_for_selector(READY)
    page.locator("#grids-twin a", has_text="第3网格").focus()
    page.wait_for_selector("grid-map[selected=g3]")
    page.wait_for_selector("#grids-twin tr[data-feature=g3][aria-current=true]")


def test_a_map_without_a_twin_writes_its_own_list(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/by-view")
    page.wait_for_selector(READY)
    page.locator(".map-list summary").click()
    links = page.locator(".map-list a")
    expect(links).to_have_count(6)
    assert links.nth(2).inner_text() == "第3网格 · 3件超期"


def test_a_view_fetches_what_lies_in_it(page: Page, gallery_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{gallery_url}/page/by-view")
    page.wait_for_selector(READY)
    with page.expect_request(lambda request: "grids.geojson?in=" in request.url):
        page.locator("grid-map button[aria-label=放大]").click()
    boxes = [url.partition("in=")[2] for url in asked if "grids.geojson?in=" in url]
    assert len(set(boxes)) >= 2
    assert all(box.replace("%2C", ",").count(",") == 3 for box in boxes)


def test_missing_data_is_said_in_words(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/missing")
    page.wait_for_selector("grid-map[data-map-error]")
    assert "地图数据没有取到" in page.locator(".map-word").inner_text()


def test_missing_streets_leave_the_areas_and_say_so(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/broken-streets")
    page.wait_for_selector(READY)
    expect(page.locator(".map-word")).to_contain_text("街道底图暂时取不到")
    assert page.locator(".map-list li").count() == 7


@pytest.mark.parametrize("way", ["tap", "keyboard"])
def test_picking_fills_the_named_inputs(page: Page, gallery_url: str, way: str) -> None:
    page.goto(f"{gallery_url}/page/pick")
    page.wait_for_selector(READY)
    page.evaluate(HEARD, "grid-map:picked")
    if way == "tap":
        page.mouse.click(*middle_of(page, "grid-map"))
    else:
        page.locator("grid-map canvas").focus()
        page.keyboard.press("Enter")
    expect(page.locator("[name=system]")).to_have_value("cgcs2000")
    picked = page.evaluate("heard[0]")
    assert picked["lon"] == pytest.approx(114.26, abs=1e-4)
    assert picked["lat"] == pytest.approx(30.59, abs=1e-4)
    assert page.locator("[name=lon]").input_value() == f"{picked['lon']:.6f}"


def test_arrow_keys_move_the_map(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/pick")
    page.wait_for_selector(READY)
    page.evaluate(HEARD, "grid-map:picked")
    page.locator("grid-map canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate("heard.length") == 1
    assert page.evaluate("heard[0].lon") > 114.26


def test_a_removed_map_leaves_nothing_behind(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/by-view")
    page.wait_for_selector(".map-list")
    page.evaluate("document.querySelector('grid-map').remove()")
    assert page.locator(".map-list").count() == 0


def brightness(page: Page) -> int:
    """Of the ground in a corner of the map, as a person would see it."""
    with Image.open(io.BytesIO(page.locator("grid-map").screenshot())) as picture:
        return int(picture.convert("L").getpixel((12, 12)))


def test_the_map_follows_the_readers_choice_of_light_and_dark(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/pick")
    page.wait_for_selector(READY)
    assert brightness(page) > 200
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_selector(READY)
    assert brightness(page) < 60


def test_a_picked_point_can_be_taken_back(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/pick")
    page.wait_for_selector("grid-map[data-map-ready]")
    drop = page.get_by_role("button", name="去掉标的点")
    expect(drop).to_be_hidden()
    page.locator("grid-map canvas").click()
    expect(page.locator("[name=system]")).to_have_value("cgcs2000")
    drop.click()
    for name in ("lon", "lat", "system"):
        expect(page.locator(f"[name={name}]")).to_have_value("")


def test_a_place_chosen_after_the_point_stands_instead_of_it(page: Page, gallery_url: str) -> None:
    page.goto(f"{gallery_url}/page/pick")
    page.wait_for_selector("grid-map[data-map-ready]")
    page.locator("grid-map canvas").click()
    page.get_by_label("地点").fill("示范路 3 号")
    expect(page.locator(".map-word")).to_contain_text("图上标的点没有动")
    page.locator("[name=path]").select_option("2")
    expect(page.locator(".map-word")).to_contain_text("以选的为准")
    expect(page.locator("[name=lon]")).to_have_value("")
