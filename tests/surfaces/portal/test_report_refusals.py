"""Every wrong report: a sentence that says how to mend it, the words kept, nothing stored."""

import io
import struct
import zlib
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests import town
from tests.surfaces.portal.resident import REPORT, WORDS, a_picture, a_report, stored

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def refused(client: Client, **changes: Any) -> HttpResponse:
    before = stored()
    answer = client.post(REPORT, a_report(**changes))
    assert answer.status_code == 422
    assert stored() == before
    return answer


def text_of(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def a_huge_picture() -> bytes:
    """A PNG whose header claims 8000 × 6000 pixels; nobody has to draw them."""
    header = struct.pack(">IIBBBBB", 8000, 6000, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, io.SEEK_END)
    for kind, body in chunks:
        check = struct.pack(">I", zlib.crc32(kind + body))
        out.write(struct.pack(">I", len(body)) + kind + body + check)
    return out.getvalue()


WRONG = {
    "an unknown category": ({"category": "no-such"}, "所选类别不存在或已停用，请重新选择"),
    "a category out of all measure": ({"category": "x" * 999}, "没有这个类别"),
    "a point outside the served area": ({"lon": "121.5", "lat": "31.2"}, "不在本平台服务的区域内"),
    "a coordinate without its system": ({"system": ""}, "坐标没有注明坐标系"),
    "an unknown system": ({"system": "bd09"}, "坐标系“bd09”不认识"),
    "longitude and latitude swapped": ({"lon": "30.002", "lat": "114.002"}, "经纬度可能写反了"),
    "a longitude without a latitude": ({"lat": ""}, "纬度“”不是数字"),
    "a coordinate that is no number": ({"lon": "abc"}, "经度“abc”不是数字"),
    "a coordinate that is not finite": ({"lon": "nan"}, "不是数字"),
    "a control character": ({"words": "垃圾\x07没清"}, "发生了什么第 3 个字是看不见的控制字符"),
    "a nought in the words": ({"words": "垃圾\x00没清"}, "看不见的控制字符"),
    "a nought in the category": ({"category": "a\x00b"}, "类别里有看不见的特殊字符"),
    "a nought in the phone": ({"phone": "139\x0012345678"}, "电话里有看不见的特殊字符"),
    "a bidi character": ({"place_words": "一号\u202e楼"}, "在哪里第 3 个字是改变文字方向"),
    "a place of many lines": ({"place_words": "长" * 201}, "在哪里有 201 个字，最多 200 个字"),
    "a bad phone": ({"phone": "12345"}, "不是大陆的手机或固定电话号码"),
    "a phone without its area code": ({"phone": "85481234"}, "缺少区号"),
    "a phone as long as a novel": ({"phone": "1" * 41}, "请只填一个号码"),
    "a bad e-mail": ({"email": "li.example"}, "name@example.com"),
    "a name too long": ({"name": "李" * 41}, "怎么称呼您有 41 个字"),
    "neither words nor category": ({"words": " ", "category": ""}, "请写一句发生了什么"),
    "no place and no excuse": (
        {"lon": "", "lat": "", "system": "", "place_words": ""},
        "请写下地点，或者在图上点一下",
    ),
    "no key": ({"key": ""}, "提交编号丢失了"),
    "a key that is none": ({"key": "123"}, "提交编号丢失了"),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_report_is_refused_in_a_sentence(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = refused(client, **changes)
    assert sentence in text_of(answer)
    assert "还差一点，没有提交成功" in text_of(answer)


@pytest.mark.parametrize("changes", [changes for changes, _ in WRONG.values()], ids=WRONG)
def test_what_was_typed_is_kept(client: Client, changes: dict[str, str]) -> None:
    kept = {
        "words": WORDS,
        "place_words": "槐荫苑1栋楼下",
        "name": "老李",
        "email": "li@example.com",
    }
    typed = kept | changes
    page = text_of(refused(client, **typed))
    for field in kept:
        assert typed[field].strip() in page


def test_the_chosen_category_and_the_point_are_kept(client: Client) -> None:
    answer = refused(client, phone="12")
    page = answer.content.decode()
    assert f'<option value="{town.RUBBISH}" selected data-name=' in page
    assert answer.context["form"]["lon"].value() == str(town.IN_GRID_1.lon)


def test_a_mended_report_with_the_same_key_goes_through(client: Client) -> None:
    typed = a_report(phone="12")
    assert client.post(REPORT, typed).status_code == 422
    assert client.post(REPORT, typed | {"phone": "13912345678"}).status_code == 303


def test_a_megabyte_of_text_is_told_how_much_too_long_it_is(client: Client) -> None:
    page = text_of(refused(client, words="很" * 349_526))
    assert "发生了什么有 349526 个字，最多 2000 个字" in page


PICTURES = {
    "a text called a photo": (b"not a photo", "不是能打开的照片，请选择 JPG"),
    "an empty file": (b"", "是空文件，请重新选择"),
    "a picture above forty megapixels": (a_huge_picture(), "4000 万像素，请用较小的尺寸重拍"),
    "a file above ten megabytes": (b"\xff\xd8" + b"0" * 10_500_000, "超过 10 MB"),
}


@pytest.mark.parametrize(("content", "sentence"), PICTURES.values(), ids=PICTURES)
def test_a_photo_that_is_none_is_refused_by_its_name(
    client: Client, content: bytes, sentence: str
) -> None:
    photo = SimpleUploadedFile("垃圾.jpg", content, "image/jpeg")
    page = text_of(refused(client, photos=[a_picture(), photo]))
    assert sentence in page
    assert "垃圾.jpg" in page
    assert "照片要重新选一下" in page


def test_a_seventh_photo_is_too_many(client: Client) -> None:
    photos = [a_picture(f"{number}.jpg", (8, 8)) for number in range(7)]
    assert "照片最多 6 张，现在选了 7 张" in text_of(refused(client, photos=photos))


def test_a_missing_token_keeps_the_words_on_the_phone_and_says_how_to_go_on() -> None:
    client = Client(enforce_csrf_checks=True)
    before = stored()
    answer = client.post(REPORT, a_report())
    page = text_of(answer)
    assert answer.status_code == 403
    assert "再交一次就行" in page
    assert f'href="{REPORT}"' in page
    assert stored() == before
