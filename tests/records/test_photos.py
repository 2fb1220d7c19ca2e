"""Photos at the door: headers alone are read, bytes lie on disk, the rest is refused in words."""

import io
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from qijie.kernel.refusal import Refusal
from qijie.records import photos
from qijie.records.decode_photo import MAX_PIXELS
from qijie.records.photo_headers import Header, header_of
from qijie.records.photos import MAX_BYTES, NoRoom, Photo, path_of, store, take_in, waiting_path
from tests.records.samples import encoded, heic, picture, png_that_claims


def one(raw: bytes, name: str = "a.jpg") -> Photo:
    (photo,) = take_in([(name, raw)])
    return photo


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("image/jpeg", encoded(picture(), "JPEG")),
        ("image/jpeg", encoded(picture(), "JPEG", progressive=True, comment=b"x" * 3000)),
        ("image/png", encoded(picture(), "PNG")),
        ("image/webp", encoded(picture(), "WEBP")),
        ("image/webp", encoded(picture(), "WEBP", lossless=True)),
        ("image/webp", encoded(picture(mode="RGBA"), "WEBP", exif=Image.Exif().tobytes())),
    ],
)
def test_a_header_says_the_kind_and_the_size(kind: str, raw: bytes) -> None:
    assert header_of(raw) == Header(kind, 640, 480)


def test_a_phones_own_format_says_its_size_too() -> None:
    assert header_of(heic()) == Header("image/heif", 320, 200)


def test_no_cut_header_is_an_error() -> None:
    for raw in (
        encoded(picture(), "JPEG"),
        encoded(picture(), "WEBP"),
        heic(),
        encoded(picture(), "PNG"),
    ):
        for length in range(700):
            header = header_of(raw[:length])
            assert header is None or header.pixels > 0


def test_bytes_lie_on_disk_as_they_came_before_anything_else_happens() -> None:
    raw = encoded(picture(), "JPEG")
    photo = one(raw, "../../etc/passwd.jpg")
    lying = waiting_path(photo.waiting_name)
    assert lying.read_bytes() == raw
    assert lying.is_relative_to(settings.PHOTO_FOLDER)
    assert not stat.S_IMODE(lying.stat().st_mode) & 0o111, "nothing there can be run"
    assert (photo.digest, photo.size_bytes) == (sha256(raw).hexdigest(), len(raw))


REFUSED = {
    "empty.jpg": (b"", "空文件"),
    "words.jpg": ("这是一段文字".encode() * 100, "不是能打开的照片"),
    "page.jpg": (b"<html><body>hello</body></html>", "不是能打开的照片"),
    "header-only.jpg": (b"\xff\xd8\xff\xe0", "不是能打开的照片"),
    "moving.gif": (encoded(picture(), "GIF"), "不是能打开的照片"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "不是能打开的照片"),
    "paper.pdf": (encoded(picture(), "PDF"), "不是能打开的照片"),
    "archive.jpg": (b"PK\x03\x04" + b"\0" * 500, "不是能打开的照片"),
    "bomb.png": (png_that_claims(50_000, 50_000), "超过 4000 万像素"),
    "just-over.png": (png_that_claims(8_000, 5_001), "超过 4000 万像素"),
    "eleven.jpg": (encoded(picture(), "JPEG") + b"\0" * (11 * 1024 * 1024), "超过 10 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_a_sentence_that_names_it(name: str) -> None:
    raw, why = REFUSED[name]
    with pytest.raises(Refusal) as refused:
        take_in([("good.jpg", encoded(picture(), "JPEG")), (name, raw)])
    sentence = refused.value.sentence
    assert name in sentence
    assert why in sentence
    assert "请" in sentence
    assert everything_on_disk() == [], "the good one beside it is not written either"


def test_what_they_cost_together_is_bound_in_pixels() -> None:
    heavy = png_that_claims(7_000, 5_000)
    with pytest.raises(Refusal) as refused:
        take_in([(f"{number}.png", heavy) for number in range(5)])
    assert "合起来有 17500 万像素，超过 15000 万像素" in refused.value.sentence
    assert everything_on_disk() == []


def test_the_bounds_are_those_that_were_told() -> None:
    assert (MAX_BYTES, MAX_PIXELS) == (10 * 1024 * 1024, 40_000_000)


def everything_on_disk() -> list[Path]:
    return [path for path in Path(settings.PHOTO_FOLDER).rglob("*") if path.is_file()]


def test_a_looked_at_photo_lies_under_its_hash_once_and_no_draft_is_left() -> None:
    content = encoded(picture(), "JPEG")
    assert store(content) == store(content) == sha256(content).hexdigest()
    assert everything_on_disk() == [path_of(store(content))]
    assert Image.open(io.BytesIO(path_of(store(content)).read_bytes())).format == "JPEG"


def test_a_disk_that_is_full_leaves_no_half_file_and_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)
    with pytest.raises(NoRoom) as refused:
        one(encoded(picture(), "JPEG"))
    assert "可以先不带照片提交" in refused.value.sentence
    assert everything_on_disk() == []
