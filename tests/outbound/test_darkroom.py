"""The darkroom: photos come out clean, what is none is refused in words, nothing is lost."""

import io
import os
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.ids import new_id
from qijie.outbound import darkroom
from qijie.outbound.darkroom import Developed, Unreadable, develop, develop_waiting, sweep
from qijie.records import actions as records
from qijie.records.actions.photos import LATER
from qijie.records.hand import Kind, hand
from qijie.records.models import Attachment
from qijie.records.photo_size import AREA_PIXELS, LARGEST_PIXELS, SHORT_SIDE_PIXELS, fitted
from qijie.records.photos import FORGOTTEN_SECONDS, path_of, store, take_in, waiting_path
from qijie.records.queries import photos_that_count
from tests import town
from tests.records.samples import (
    encoded,
    heic,
    jpeg_with_position,
    picture,
    png_that_claims,
    polyglot,
)

pytestmark = pytest.mark.slow

AT = town.NOW
ROOT = Path(darkroom.__file__).parents[1]


def opened(photo: Developed) -> Image.Image:
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
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_photo_of_any_kind_becomes_a_jpeg(name: str, raw: bytes, size: tuple[int, int]) -> None:
    photo = develop(raw)
    image = opened(photo)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (photo.width, photo.height) == size


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    raw = jpeg_with_position()
    assert b"Canary" in raw
    photo = develop(raw)
    image = opened(photo)
    assert dict(image.getexif()) == {}
    assert "comment" not in image.info
    assert b"Exif" not in photo.content
    assert b"anary" not in photo.content
    assert image.size == (300, 400), "turned as its orientation said"


def test_what_was_hidden_in_a_photo_is_gone() -> None:
    photo = develop(polyglot())
    for hidden in (b"script", b"php", b"PK\x03\x04", b"canary", b"/bin/sh"):
        assert hidden not in photo.content


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    photo = develop(encoded(picture(4000, 3000), "JPEG"))
    assert (photo.width, photo.height) == (2048, 1536)


def test_a_long_screenshot_stays_readable() -> None:
    photo = develop(encoded(picture(1080, 18_000), "PNG"))
    assert photo.width >= 900
    assert photo.height / photo.width == pytest.approx(18_000 / 1080, rel=0.01)


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((640, 480), (640, 480)),
        ((1080, 9000), (1080, 9000)),
        ((18_000, 1080), (16_330, 980)),
        ((12_000, 2000), (6480, 1080)),
        ((6000, 6000), (1774, 1774)),
        ((1, 30_000), (1, 30_000)),
    ],
)
def test_the_bound_is_on_area_and_short_side(size: tuple[int, int], kept: tuple[int, int]) -> None:
    assert fitted(*size) == kept


def test_the_browsers_script_knows_the_same_bounds() -> None:
    script = (ROOT / "ui/static/ui/photo-field.js").read_text("utf-8")
    told = dict(re.findall(r"^const (\w+_PX) = ([\d_ *]+);$", script, re.MULTILINE))
    width, height = map(int, told["AREA_PX"].split("*"))
    assert width * height == AREA_PIXELS
    assert int(told["SHORT_SIDE_PX"]) == SHORT_SIDE_PIXELS
    assert int(told["LARGEST_PX"]) == LARGEST_PIXELS


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (encoded(picture(), "JPEG")[:2000], "照片打不开，请补一张"),
        (encoded(picture(), "PNG")[:2000], "照片打不开，请补一张"),
        (heic()[: len(heic()) // 2], "照片打不开，请补一张"),
        (png_that_claims(6_000, 6_000), "照片打不开，请补一张"),
        (png_that_claims(50_000, 50_000), "照片太大"),
        (b"<svg/>", "照片打不开，请补一张"),
    ],
)
def test_what_only_looked_like_a_photo_is_refused_in_words(raw: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        develop(raw)


def attached(raw: bytes, at: datetime = AT) -> Attachment:
    subject_id = new_id()
    photos = take_in([("a.jpg", raw)])
    with scope(SYSTEM):
        records.attach(
            photos,
            region_code=town.DISTRICT,
            subject_id=subject_id,
            event_id=new_id(),
            purpose="report",
            from_reporter=True,
            at=at,
        )
        return Attachment.objects.get(subject_id=subject_id)


def now(photo: Attachment) -> Attachment:
    with scope(SYSTEM):
        return Attachment.objects.get(pk=photo.pk)


def counts(photo: Attachment) -> bool:
    with scope(SYSTEM):
        return photos_that_count(photo.subject_id).exists()


HALF = encoded(picture(), "JPEG")[:2000]


@pytest.mark.django_db
def test_what_waits_is_looked_at_once_and_then_shown() -> None:
    photo = attached(encoded(picture(), "PNG"))
    assert photo.state == "waiting"
    assert counts(photo), "evidence that waits is evidence"
    assert develop_waiting(AT) == 1
    shown = now(photo)
    assert (shown.state, shown.media_type, shown.width_pixels) == ("shown", "image/jpeg", 640)
    assert path_of(shown.sha256).read_bytes().startswith(b"\xff\xd8\xff")
    assert not waiting_path(photo.waiting_name).exists()
    assert develop_waiting(AT) == 0


@pytest.mark.django_db
def test_what_is_refused_is_no_evidence_and_its_bytes_are_gone() -> None:
    photo = attached(HALF)
    assert develop_waiting(AT) == 1
    assert (now(photo).state, now(photo).refusal) == ("refused", "照片打不开，请补一张。")
    assert not counts(photo)
    assert not waiting_path(photo.waiting_name).exists()


@pytest.mark.django_db
def test_what_another_has_in_hand_is_left_to_them_and_what_they_let_go_is_free_at_once() -> None:
    photo, other = attached(encoded(picture(), "JPEG")), attached(encoded(picture(), "PNG"))
    with hand(Kind.PHOTO) as take:
        assert take(photo.pk)
        while develop_waiting(AT):
            pass
        assert (now(photo).state, now(other).state) == ("waiting", "shown")
    assert develop_waiting(AT) == 1
    assert now(photo).state == "shown"


def dies_over(photo: Attachment, at: datetime) -> bool:
    """Whether it could be begun on; nothing more is heard of who did."""
    return bool(records.begin_on([photo.pk], at))


@pytest.mark.django_db
def test_a_photo_its_worker_dies_of_waits_longer_each_time_and_is_given_up() -> None:
    photo, at, waits = attached(encoded(picture(), "JPEG")), AT, []
    for _ in range(darkroom.MOST_TRIES):
        assert dies_over(photo, at)
        waits.append(now(photo).look_at - at)
        at = now(photo).look_at
    assert waits == [timedelta(0), timedelta(minutes=1), timedelta(minutes=5)]
    assert develop_waiting(at) == 1
    assert now(photo).state == "refused"


@pytest.mark.django_db
def test_a_machine_too_busy_to_decode_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = attached(encoded(picture(), "JPEG"))
    with monkeypatch.context() as hurried:
        hurried.setattr(darkroom, "PATIENCE_SECONDS", 0)
        assert develop_waiting(AT) == 1
    assert now(photo).state == "waiting"
    assert develop_waiting(AT) == 0
    assert develop_waiting(AT + LATER) == 1
    assert now(photo).state == "shown"


@pytest.mark.django_db
def test_a_full_disk_leaves_it_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    photo = attached(encoded(picture(), "JPEG"))
    monkeypatch.setattr(darkroom, "store", full)
    assert develop_waiting(AT) == 1
    assert now(photo).state == "waiting"
    assert waiting_path(photo.waiting_name).exists()
    monkeypatch.setattr(darkroom, "store", store)
    assert develop_waiting(AT + LATER) == 1
    assert now(photo).state == "shown"


def age(path: Path) -> None:
    old = time.time() - FORGOTTEN_SECONDS - 60
    os.utime(path, (old, old))


@pytest.mark.django_db
def test_the_sweeper_takes_what_nobody_waits_for_and_half_files_after_an_hour() -> None:
    waited_for = attached(encoded(picture(), "JPEG"))
    (orphan,) = take_in([("b.jpg", encoded(picture(), "JPEG"))])
    (young,) = take_in([("c.jpg", encoded(picture(), "JPEG"))])
    half = settings.PHOTO_FOLDER / "drafts" / "tmp-half"
    half.write_bytes(b"half")
    for path in (waiting_path(waited_for.waiting_name), waiting_path(orphan.waiting_name), half):
        age(path)
    assert sweep() == 2
    assert waiting_path(waited_for.waiting_name).exists()
    assert waiting_path(young.waiting_name).exists()
    assert not waiting_path(orphan.waiting_name).exists()
    assert not half.exists()
