import io
import json
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
TURN_RIGHT = 6


def camera_photo(width: int = 3000, height: int = 2000) -> bytes:
    """A photo lying on its side, red at what is its left once upright, that knows where it was."""
    picture = Image.new("RGB", (width, height), (20, 90, 70))
    picture.paste((200, 30, 20), (0, height // 2, width, height))
    exif = Image.Exif()
    exif[ORIENTATION] = TURN_RIGHT
    exif[MAKER] = "phone"
    exif[GPS] = {1: "N", 2: (30.0, 35.0, 0.0)}
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif, quality=90)
    return written.getvalue()


def file(name: str, content: bytes, kind: str = "image/jpeg") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


@pytest.fixture
def gallery(page: Page, gallery_url: str) -> Page:
    page.goto(f"{gallery_url}/?frame=portal")
    page.wait_for_selector("photo-field[data-live]")
    return page


def sent(page: Page) -> list[dict[str, Any]]:
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/echo")
    return list(json.loads(page.locator("pre").inner_text())["files"])


def test_a_photo_is_made_small_upright_and_forgetful_before_it_is_sent(gallery: Page) -> None:
    gallery.set_input_files("#id_photos", file("现场.jpg", camera_photo()))
    expect(gallery.locator("photo-field .photos li")).to_have_count(1)
    (photo,) = sent(gallery)
    assert photo["format"] == "JPEG"
    assert (photo["width"], photo["height"]) == (1448, 2172)
    assert photo["exif"] == 0
    assert photo["corner"][0] > 150, "turned upright, the red half is on the left"


def test_a_long_screenshot_stays_readable(gallery: Page) -> None:
    written = io.BytesIO()
    Image.new("RGB", (1080, 18_000), "white").save(written, "PNG")
    gallery.set_input_files("#id_photos", file("聊天记录.png", written.getvalue(), "image/png"))
    expect(gallery.locator("photo-field .photos li")).to_have_count(1)
    (photo,) = sent(gallery)
    assert (photo["width"], photo["height"]) == (980, 16_330)


def test_a_second_choice_adds_to_the_first(gallery: Page) -> None:
    for name in ("一.jpg", "二.jpg"):
        gallery.set_input_files("#id_photos", file(name, camera_photo(300, 200)))
        expect(gallery.locator("photo-field")).not_to_have_attribute("aria-busy", "true")
    expect(gallery.locator("photo-field .photos li")).to_have_count(2)
    assert [photo["name"] for photo in sent(gallery)] == ["一.jpg", "二.jpg"]


def test_more_than_the_limit_is_left_out_and_said(gallery: Page) -> None:
    photos = [file(f"{number}.jpg", camera_photo(60, 40)) for number in range(5)]
    gallery.set_input_files("#id_photos", photos)
    expect(gallery.locator("photo-field .photos li")).to_have_count(3)
    expect(gallery.locator("photo-field [role=status]")).to_contain_text("多出的 2 张没有放入")


def test_a_file_that_is_no_photo_is_named_and_left_out(gallery: Page) -> None:
    gallery.set_input_files("#id_photos", file("账单.jpg", b"not a picture"))
    expect(gallery.locator("photo-field [role=status]")).to_contain_text("“账单.jpg”打不开")
    assert sent(gallery) == []


def test_a_photo_format_the_browser_cannot_read_goes_as_it_is_and_says_so(gallery: Page) -> None:
    gallery.set_input_files("#id_photos", file("IMG_1.HEIC", b"\0\0\0\x18ftypheic", "image/heic"))
    expect(gallery.locator("photo-field [role=status]")).to_contain_text("HEIC")
    chosen = gallery.locator("#id_photos").evaluate("input => input.files.length")
    assert chosen == 1


def test_a_removed_photo_is_not_sent(gallery: Page) -> None:
    photos = [file(f"{name}.jpg", camera_photo(60, 40)) for name in "ab"]
    gallery.set_input_files("#id_photos", photos)
    expect(gallery.locator("photo-field .photos li")).to_have_count(2)
    gallery.get_by_role("button", name="去掉第 1 张照片").click()
    assert [photo["name"] for photo in sent(gallery)] == ["b.jpg"]


CHOOSE = """async (name, content) => {
  content ??= await (await fetch("/data/photo.jpg")).blob();
  const basket = new DataTransfer();
  basket.items.add(new File([content], name, { type: "image/jpeg" }));
  const input = document.querySelector("#id_photos");
  input.files = basket.files;
  input.dispatchEvent(new Event("change"));
  return input.files.length;
}"""
PRESS = "document.querySelector('#id_photos').form.requestSubmit()"


def test_a_form_goes_once_its_photos_are_made_and_never_holds_them_as_the_camera_wrote_them(
    gallery: Page,
) -> None:
    held = gallery.evaluate(
        f"async () => {{ const n = await ({CHOOSE})('raw.jpg'); {PRESS}; {PRESS}; return n; }}"
    )
    assert held == 0
    gallery.wait_for_url("**/echo")
    (photo,) = json.loads(gallery.locator("pre").inner_text())["files"]
    assert (photo["name"], photo["exif"]) == ("raw.jpg", 0)


def test_a_press_is_not_carried_out_where_a_photo_could_not_be_read(gallery: Page) -> None:
    gallery.evaluate(f"async () => {{ await ({CHOOSE})('账单.jpg', 'x'); {PRESS}; }}")
    expect(gallery.locator("photo-field [role=status]")).to_contain_text("“账单.jpg”打不开")
    expect(gallery.locator("photo-field")).not_to_have_attribute("aria-busy", "true")
    assert "/echo" not in gallery.url


def test_a_choice_made_while_another_is_being_made_ready_takes_nothings_place(
    gallery: Page,
) -> None:
    names = ["一.jpg", "二.jpg", "三.jpg"]
    gallery.evaluate(
        f"async (names) => {{ for (const name of names) await ({CHOOSE})(name); }}", names
    )
    expect(gallery.locator("photo-field .photos li")).to_have_count(3)
    assert [photo["name"] for photo in sent(gallery)] == names
