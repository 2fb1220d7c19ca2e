"""No input ends in a 500: every door × somebody let in and somebody who is not × odd input.

What is filled in is what the page itself asks for, and every name a view reads besides, so a new
field is tried the moment it stands on a page.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from qijie.access.doors import DOORS
from qijie.access.permissions import Door, Who
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Family
from qijie.surfaces.console.report import DeskReportForm
from qijie.surfaces.portal.forms import ReportForm as PortalReportForm
from qijie.ui.moves.forms import CloseForm
from qijie.web.input import TYPED
from tests import town
from tests.access.house import (
    ANONYMOUS,
    NO_POST,
    STAFF,
    address,
    as_served,
    client_of,
    clients,
    is_let_in,
    values,
)
from tests.architecture.source import SRC
from tests.sampling import case

__all__ = ["as_served", "clients", "values"]
pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]
FORM = "application/x-www-form-urlencoded"
_READ = re.compile(r'\b(?:GET|POST|query|sent)\.get(?:list)?\("(\w+)"')
READ = {
    name
    for path in sorted(SRC.glob("qijie/surfaces/**/*.py"))
    for name in _READ.findall(path.read_text())
}
_FIELD = re.compile(r'<(?:input|textarea|select|button)\b[^>]*?\bname="([^"]+)"')
# As they stand in an address or a form, in bytes.
ODD = {
    "NUL": b"%00",
    "not UTF-8": quote_from_bytes("灯不亮".encode("gbk")).encode(),
    "cut UTF-8": b"%E4%BD",
    "half of a pair": b"%ED%A0%80",
    "control": b"%01%7F%C2%85%E2%80%AE",
    "huge number": b"9" * 400,
    "beyond 63 bits": b"9223372036854775808",
    "no number": b"NaN",
    "digits of another script": quote("²٣").encode(),
    "first day": b"0001-01-01",
    "last day": b"9999-12-31",
    "deep": b"[" * 3_000,
    "long words": quote("灯" * 3_000).encode(),
}
MET_FIRST = ("wu", "wang", "sun", "chen", *STAFF)
SLOW = "console:board_pdf"
CHOSEN = (forms.HiddenInput, forms.RadioSelect, forms.Select)
HEADERS = {
    "HTTP_REFERER": "http://testserver/\0\xff",
    "HTTP_HX_CURRENT_URL": "%FF%00",
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true",
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_TARGET": "\xff\0",
    "HTTP_ACCEPT": "\xff\0;q=x",
    "HTTP_ACCEPT_LANGUAGE": "\xff" * 600,
    "HTTP_IF_MODIFIED_SINCE": "Mon, 32 Foo 99999 99:99:99 GMT",
    "HTTP_IF_NONE_MATCH": '"\xff',
    "HTTP_RANGE": "bytes=9-1",
    "HTTP_USER_AGENT": "\0" * 10,
    "HTTP_X_FORWARDED_FOR": "[::::], 999.1.1.1%\0",
}


def knockers(door: Door) -> tuple[str, str]:
    """Two who are let in, those who see the matter first; else somebody who is not."""
    if door.who is not Who.STAFF:
        return "wang", ANONYMOUS
    first, second, *_ = [*(name for name in MET_FIRST if is_let_in(door, name)), NO_POST]
    return first, second


def names_asked(client: Client, url: str) -> list[str]:
    page = client.get(url).content.decode(errors="replace")
    return sorted({*_FIELD.findall(page), *READ} - {"csrfmiddlewaretoken"})


def sent(names: list[str], value: bytes) -> bytes:
    return b"&".join(quote(name).encode() + b"=" + value for name in names)


def answered(door: Door, half: int, clients: dict[str, Client], url: str) -> Iterator[str]:
    """What was tried, and the status: in turn by one and the other, as a form and as a query."""
    people = knockers(door)
    names = {name: names_asked(clients[name], url) for name in people}
    # In four that follow each other, each of the two sends a form and a query.
    tried = [one for one in enumerate(ODD.items()) if one[0] // 4 % 2 == half]
    for number, (what, value) in tried[: 4 if door.url_name == SLOW else None]:
        name, is_form = people[number % 2], number // 2 % 2 == 0
        # Signing out would end the session the next doors are tried with.
        client = client_of(name) if door.url_name == "account_logout" else clients[name]
        filled = sent(names[name], value)
        if is_form:
            answer = client.post(url, filled, FORM)
        else:
            answer = client.get(url, QUERY_STRING=filled.decode())
        yield f"{answer.status_code} {'POST' if is_form else 'GET'} {what} as {name}"


def halves() -> Iterator[Any]:
    """Each door with one half of what is odd, the next door with the other."""
    for turn, door in enumerate(DOORS):
        for half in (0, 1):
            yield case(door, half, name=f"{door.url_name}-{half}", kept=turn % 2 == half)


@pytest.mark.parametrize(("door", "half"), list(halves()))
def test_nothing_typed_ends_in_a_500(
    door: Door, half: int, clients: dict[str, Client], values: dict[str, object]
) -> None:
    told = list(answered(door, half, clients, address(door, values)))
    assert told
    assert [one for one in told if one >= "5"] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.url_name)
def test_no_header_and_no_cookie_ends_in_a_500(
    door: Door, clients: dict[str, Client], values: dict[str, object]
) -> None:
    if door.url_name in ("account_logout", SLOW):
        return
    name, url = knockers(door)[0], address(door, values)
    kept = clients[name].cookies.output(header="", sep=";").replace("\r\n", "")
    odd = f'{kept}; theme="\\000"; text_size=\xff\xfe; qijie-device=\xe9:1:2; messages=[[['
    assert clients[name].get(url, **{**HEADERS, "HTTP_COOKIE": odd}).status_code < 500


@pytest.mark.parametrize(
    ("url_name", "name"),
    [("portal:report", ANONYMOUS), ("field:report", "sun"), ("console:report", "wang")],
)
def test_one_hidden_field_that_failed_does_not_break_the_others(
    url_name: str, name: str, clients: dict[str, Client]
) -> None:
    good = {"words": "灯不亮", "lon": "114.27", "lat": "30.59", "system": "wgs84"}
    for field in ("lon", "lat", "system", "category", "path", "grid", "key"):
        for value in ("", "9" * 400):
            answer = clients[name].post(reverse(url_name), {**good, field: value})
            assert answer.status_code < 500, (field, value)


def test_a_form_reads_no_field_that_failed(clients: dict[str, Client]) -> None:
    for field in ("lon", "lat", "system"):
        data = {"words": "灯不亮", "lon": "114.27", "lat": "30.59", "system": "wgs84", field: "\0"}
        assert not DeskReportForm(data, viewer=town.viewer("wang")).is_valid()
        assert not PortalReportForm(data).is_valid()


@pytest.mark.parametrize("field", ["grid", "lon", "system", "key", "danger", "held"])
def test_what_nobody_types_is_refused_whole_and_nothing_is_made(
    field: str, clients: dict[str, Client]
) -> None:
    answer = clients[ANONYMOUS].post(reverse("portal:report"), {"words": "灯不亮", field: "a\0"})
    assert answer.status_code == 400
    assert "有一项内容损坏了" in answer.content.decode()


def test_words_with_a_sign_nobody_sees_come_back_with_their_field_named(
    clients: dict[str, Client],
) -> None:
    answer = clients[ANONYMOUS].post(reverse("portal:report"), {"words": "灯\0不亮"})
    assert answer.status_code == 422
    assert "发生了什么第 2 个字是看不见的控制字符" in answer.content.decode()


@pytest.mark.parametrize("charset", ["gbk", "hex", "utf-7", "unicode_escape", "utf-16", "nonsense"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_another_encoding_is_refused(charset: str, kind: str, clients: dict[str, Client]) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\n\\ud800\r\n--x--\r\n'
    answer = clients[ANONYMOUS].generic(
        "POST", reverse("portal:report"), body, f"{kind}; charset={charset}"
    )
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "disposition",
    [
        b'name="photos"; filename="\xff\xfe.jpg"',
        b"name=\"photos\"; filename*=utf-8''%00%FF.jpg",
        b'name="photos"; filename="' + b"a" * 3000 + b'.jpg"',
        b'name="photos"; filename="../../&#0;.jpg"',
        b'name="\0"; filename="a.jpg"',
        b'name="words\0"',
        b"name=",
        b"",
    ],
)
def test_an_upload_may_be_called_anything(disposition: bytes, clients: dict[str, Client]) -> None:
    body = b"--x\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\n\0\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    assert clients[ANONYMOUS].post(reverse("portal:report"), body, kind).status_code < 500


@pytest.mark.parametrize("path", ["/m/%00/", "/g/%00/", "/m/%FF/", "/console/place/%00/", "/%00"])
def test_no_address_ends_in_a_500(path: str, clients: dict[str, Client]) -> None:
    for name in (ANONYMOUS, "wang"):
        assert clients[name].get(path).status_code in (400, 404, 302)


def forms_of_ours(of: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in of.__subclasses__():
        if form.__module__.startswith("qijie."):
            yield form
        yield from forms_of_ours(form)


def test_the_edge_knows_every_name_of_what_people_type() -> None:
    typed = {
        name
        for form in forms_of_ours(forms.Form)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, CHOSEN)
    }
    assert typed - TYPED == set()
    # Two are searched for outside a form; allauth adds the third when its form is made.
    assert TYPED - typed == {"q", "who", "login"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-01-01"])
def test_a_day_beyond_all_reckoning_is_a_sentence(day: str, values: dict[str, object]) -> None:
    issue = Issue.objects.using("owner").get(pk=values["issue_id"])
    issue.family = Family.DISPUTE
    typed = {"is_standard_met": "on", "follow_up_on": day, "words": "已看过"}
    form = CloseForm(typed, issue=issue, at=town.NOW)
    assert "请检查" in form.errors["follow_up_on"][0]


def test_the_name_of_a_form_before_a_field_hides_no_words_from_it(
    clients: dict[str, Client], values: dict[str, object]
) -> None:
    typed = {"act": "hand_over", "hand_over-username": "wang\0", "hand_over-from_on": "2026-06-01"}
    answer = clients["cao"].post(reverse("console:post", args=[values["post_id"]]), typed)
    assert answer.status_code == 422
    assert "接任人用户名第 5 个字是看不见的控制字符" in answer.content.decode()
