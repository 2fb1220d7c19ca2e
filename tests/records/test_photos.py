"""Photos at the door: what is one comes out clean, what is none is refused in a sentence."""

import io
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from qijie.kernel.refusal import Refusal
from qijie.records.decode_photo import MAX_PIXELS, MAX_SIDE_PIXELS
from qijie.records.photos import MAX_BYTES, Photo, path_of, store, take_in
from tests.records.samples import (
    encoded,
    heic,
    jpeg_with_position,
    picture,
    png_that_claims,
    polyglot,
)


def opened(photo: Photo) -> Image.Image:
    image = Image.open(io.BytesIO(photo.content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "raw", "size"),
    [
        ("a.jpg", encoded(picture(), "JPEG"), (640, 480)),
        ("a.png", encoded(picture(), "PNG"), (640, 480)),
        ("a.webp", encoded(picture(), "WEBP"), (640, 480)),
        ("a.heic", heic(), (320, 200)),
        ("see-through.png", encoded(picture(mode="RGBA"), "PNG"), (640, 480)),
        ("grey.jpg", encoded(picture(mode="L"), "JPEG"), (640, 480)),
        ("print.jpg", encoded(picture(mode="CMYK"), "JPEG"), (640, 480)),
        ("few-colours.png", encoded(picture(mode="P"), "PNG"), (640, 480)),
        ("one-pixel.png", encoded(picture(1, 1), "PNG"), (1, 1)),
        ("真的是照片.exe", encoded(picture(), "JPEG"), (640, 480)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_photo_of_any_kind_becomes_a_jpeg(name: str, raw: bytes, size: tuple[int, int]) -> None:
    photo = take_in(raw, name)
    image = opened(photo)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (photo.width, photo.height) == size


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    raw = jpeg_with_position()
    assert b"Canary" in raw
    photo = take_in(raw, "a.jpg")
    image = opened(photo)
    assert dict(image.getexif()) == {}
    assert "comment" not in image.info
    assert b"Exif" not in photo.content
    assert b"anary" not in photo.content
    assert image.size == (300, 400), "turned as its orientation said"


def test_what_was_hidden_in_a_photo_is_gone() -> None:
    photo = take_in(polyglot(), "a.jpg")
    for hidden in (b"script", b"php", b"PK\x03\x04", b"canary", b"/bin/sh"):
        assert hidden not in photo.content


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    photo = take_in(encoded(picture(4000, 3000), "JPEG"), "a.jpg")
    assert (photo.width, photo.height) == (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS * 3 // 4)


REFUSED = {
    "empty.jpg": (b"", "空文件"),
    "words.jpg": ("这是一段文字".encode() * 100, "不是能打开的照片"),
    "page.jpg": (b"<html><body>hello</body></html>", "不是能打开的照片"),
    "half.jpg": (encoded(picture(), "JPEG")[:2000], "不是能打开的照片"),
    "half.png": (encoded(picture(), "PNG")[:2000], "不是能打开的照片"),
    "half.heic": (heic()[: len(heic()) // 2], "不是能打开的照片"),
    "header-only.jpg": (b"\xff\xd8\xff\xe0", "不是能打开的照片"),
    "moving.gif": (encoded(picture(), "GIF"), "不是能打开的照片"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "不是能打开的照片"),
    "paper.pdf": (encoded(picture(), "PDF"), "不是能打开的照片"),
    "archive.jpg": (b"PK\x03\x04" + b"\0" * 500, "不是能打开的照片"),
    "bomb.png": (png_that_claims(50_000, 50_000), "超过 4000 万像素"),
    "just-over.png": (png_that_claims(8_000, 5_001), "超过 4000 万像素"),
    "lying.png": (png_that_claims(6_000, 6_000), "不是能打开的照片"),
    "eleven.jpg": (encoded(picture(), "JPEG") + b"\0" * (11 * 1024 * 1024), "超过 10 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_a_sentence_that_names_it(name: str) -> None:
    raw, why = REFUSED[name]
    with pytest.raises(Refusal) as refused:
        take_in(raw, name)
    sentence = refused.value.sentence
    assert name in sentence
    assert why in sentence
    assert "请" in sentence


def test_the_bounds_are_those_that_were_told() -> None:
    assert (MAX_BYTES, MAX_PIXELS) == (10 * 1024 * 1024, 40_000_000)


def test_a_photo_lies_under_its_hash_and_no_name_from_outside_reaches_the_disk() -> None:
    photo = take_in(encoded(picture(), "JPEG"), "../../etc/passwd.jpg")
    digest = store(photo)
    assert digest == sha256(photo.content).hexdigest()
    stored = path_of(digest)
    assert stored.read_bytes() == photo.content
    assert stored.is_relative_to(settings.PHOTO_FOLDER)
    assert not stat.S_IMODE(stored.stat().st_mode) & 0o111, "nothing there can be run"


def test_the_same_photo_is_kept_once_and_no_draft_is_left() -> None:
    photo = take_in(encoded(picture(), "JPEG"), "a.jpg")
    assert store(photo) == store(photo)
    files = [path for path in Path(settings.PHOTO_FOLDER).rglob("*") if path.is_file()]
    assert files == [path_of(store(photo))]
