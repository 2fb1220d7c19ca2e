"""Every URL × everybody: who is let in is what the tables say, and nothing answers 500.

Made from the resolver and the two tables, so a new page is tried the moment it has a URL; one whose
parameters `tests.access.house` does not know fails here until somebody says what to put there.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from qijie.access.doors import DOORS, door_of
from qijie.access.form_keys import HEADER
from qijie.access.permissions import Door, Who, may
from qijie.kernel.ids import new_id
from qijie.web.headers import FOUND
from tests import town
from tests.access.house import (
    ANONYMOUS,
    EVERYBODY,
    NO_POST,
    STAFF,
    URLS,
    address,
    as_served,
    client_of,
    clients,
    is_let_in,
    values,
)
from tests.keyed import keys_in_words
from tests.sampling import case

__all__ = ["as_served", "clients", "values"]
pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]

SEEING = {"chen", "song", "wang", "zhao", "sun", "zhou", "wu", "xu"}
"""Those whose posts open the one matter the doors lead to."""
SEEING_STREET_FILES = {"wu", "xu"}
HIDDEN_FROM = {"run_id": {"qian"}, "plan_id": {"qian"}}
"""The drawing lies in one community: whoever draws next door is let in, and must not see it."""
_VARYING = re.compile(r'"csrf-token" content="\w+"|[0-9a-f]{8}-[0-9a-f-]{27}')
# What a page may answer to somebody it lets in: shown, moved on, or what was sent is not enough.
LET_IN = {
    HTTPStatus.OK,
    HTTPStatus.NO_CONTENT,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.NOT_MODIFIED,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
# Sign-in's pages also say 404 to somebody who has no second factor yet.
SIGNING_IN = LET_IN | {HTTPStatus.NOT_FOUND}


def subject_hidden(door: Door, name: str) -> str:
    """The parameter that names what this person may not see behind a door that lets them in."""
    converters = URLS[door.url_name].pattern.converters
    if "issue_id" in converters and name not in SEEING:
        return "issue_id"
    if "file_id" in converters and name not in SEEING_STREET_FILES:
        return "file_id"
    return next((one for one in converters if name in HIDDEN_FROM.get(one, ())), "")


def asks_for_a_move(door: Door) -> bool:
    return bool({"move", "word"} & URLS[door.url_name].pattern.converters.keys())


def ask(client: Client, method: str, url: str) -> HttpResponse:
    response: HttpResponse = client.get(url) if method == "GET" else client.post(url, {})
    return response


def log_of(door: Door, name: str) -> list[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT kind, subject FROM records_accessentry WHERE door = %s AND user_id"
            " IS NOT DISTINCT FROM %s ORDER BY at",
            [door.url_name, None if name == ANONYMOUS else town.user(name).pk],
        )
        return list(cursor.fetchall())


def times_denied() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(times), 0) FROM records_miss WHERE kind = 'denied'")
        return int(cursor.fetchone()[0])


def test_every_url_has_a_door_and_every_door_a_url() -> None:
    assert URLS.keys() == {door.url_name for door in DOORS}


def everybody_at(door: Door) -> tuple[str, ...]:
    """A door that asks for no post is tried by one with, two without, and one signed out."""
    return EVERYBODY if door.who is Who.STAFF else ("wang", "han", NO_POST, ANONYMOUS)


ALWAYS = {"wu", "qian", NO_POST, ANONYMOUS}
"""At every door: who sees most, who sees nothing of this street, who has no post, who is nobody."""


def cases() -> Iterator[Any]:
    """The other roles take turns: each stands before a third of the doors."""
    for turn, door in enumerate(DOORS):
        for number, name in enumerate(everybody_at(door)):
            kept = door.who is not Who.STAFF or name in ALWAYS or (turn + number) % 3 == 0
            yield case(door, name, name=f"{door.url_name}-{name}", kept=kept)


@pytest.mark.slow
@pytest.mark.parametrize(("door", "name"), list(cases()))
def test_a_door_opens_to_whom_the_table_says(
    door: Door, name: str, clients: dict[str, Client], values: dict[str, object]
) -> None:
    url = address(door, values)
    # Signing out would end the session the next doors are tried with.
    client = client_of(name) if door.url_name == "account_logout" else clients[name]
    before = log_of(door, name)
    answers = {method: ask(client, method, url) for method in ("GET", "POST")}
    logged = log_of(door, name)[len(before) :]
    for method, answer in answers.items():
        judge(door, name, method, answer)
        look_at_headers(door, method, answer)
    if door.who is Who.STAFF and name != ANONYMOUS and not is_let_in(door, name):
        assert logged == [("denied", url[:64])] * 2
    elif is_let_in(door, name) and (hidden := subject_hidden(door, name)):
        asked = [a for a in answers.values() if a.status_code != HTTPStatus.METHOD_NOT_ALLOWED]
        assert logged == [("not_visible", str(values[hidden]))] * len(asked)


def look_at_headers(door: Door, method: str, answer: HttpResponse) -> None:
    """What only some may see is kept by nobody and found by no search engine."""
    told, status = f"{method} {door.url_name}", answer.status_code
    is_public = door.who in (Who.ANYONE, Who.INTAKE) and method == "GET" and status < 400
    assert is_public or answer["Cache-Control"] == "private, no-store", told
    assert ("X-Robots-Tag" in answer) is not (door.url_name in FOUND and status == HTTPStatus.OK)
    assert "geolocation=(self)" in answer["Permissions-Policy"], told
    if door.who is Who.LINK_HOLDER or door.url_name == "account_activate":
        assert answer["Referrer-Policy"] == "strict-origin", told


def judge(door: Door, name: str, method: str, answer: HttpResponse) -> None:
    status, told = answer.status_code, f"{method} {door.url_name} as {name}"
    if door.who is Who.SIGNING_IN:
        assert status in SIGNING_IN, told
    elif door.who is Who.STAFF and name == ANONYMOUS:
        assert status == HTTPStatus.FOUND, told
        assert answer["Location"].startswith(reverse("account_login")), told
    elif not is_let_in(door, name):
        assert status == HTTPStatus.NOT_FOUND, told
    elif subject_hidden(door, name):
        assert status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED), told
    elif asks_for_a_move(door) and name != "wu":
        # A move the rules offer this post nothing of looks as absent as the matter would.
        assert status in LET_IN | {HTTPStatus.NOT_FOUND}, told
    else:
        assert status in LET_IN, told


_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_ACTION = re.compile(r'\baction="([^"]*)"')


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.url_name)
def test_what_is_sent_through_a_door_has_a_key(
    door: Door, clients: dict[str, Client], values: dict[str, object]
) -> None:
    """Refused without one, whatever the page behind; and each form shown brings one."""
    url = address(door, values)
    let_in = [name for name in everybody_at(door) if is_let_in(door, name)]
    let_in = [name for name in let_in if not subject_hidden(door, name)][:3]
    if not door.keyless:
        for name in let_in:
            assert clients[name].post(url, headers={HEADER: ""}).status_code == 400, name
    shown = [clients[name].get(url) for name in let_in if door.who is not Who.SIGNING_IN]
    for answer in shown:
        for form in _FORM.findall(
            "" if answer.streaming else answer.content.decode("utf8", "replace")
        ):
            assert keys_in_words(form) or not writes(form, url), form[:200]


def writes(form: str, url: str) -> bool:
    """Whether a form posts through a door that wants a key."""
    if 'method="post"' not in form:
        return False
    said = _ACTION.search(form.split(">", 1)[0])
    to = (said.group(1) if said else "") or url
    door = door_of(resolve(to.split("?")[0]).view_name)
    return door is not None and not door.keyless


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.url_name)
def test_a_door_leads_nowhere_for_what_does_not_exist(
    door: Door, clients: dict[str, Client], values: dict[str, object]
) -> None:
    if not URLS[door.url_name].pattern.converters:
        return
    nowhere: dict[str, object] = {
        "issue_id": new_id(),
        "photo_id": new_id(),
        "post_id": new_id(),
        "user_id": new_id(),
        "file_id": new_id(),
        "run_id": new_id(),
        "plan_id": new_id(),
        "size": "a5",
        "token": "no-such-token",
        "move": "no-such-move",
        "word": "no-such-move",
        "path": "999999",
        "code": "999999-b99999",
        "grid": "999999",
        "z": 99,
        "x": 10**9,
        "y": 10**9,
    }
    for method in ("GET", "POST"):
        for name in URLS[door.url_name].pattern.converters:
            url = address(door, values | {name: nowhere[name]})
            status = ask(clients["wang"], method, url).status_code
            assert status < HTTPStatus.INTERNAL_SERVER_ERROR, url
            assert status not in (HTTPStatus.OK, HTTPStatus.FOUND) or name in "zxy", url


@pytest.mark.parametrize(
    "door", [d for d in DOORS if d.who is Who.LINK_HOLDER], ids=lambda d: d.url_name
)
def test_a_guessed_link_is_denied_and_counted(
    door: Door, clients: dict[str, Client], values: dict[str, object]
) -> None:
    url = address(door, values | {"token": "AAAAAAAAAAAAAAAAAAAAAA"})
    logged, counted = log_of(door, ANONYMOUS), times_denied()
    assert ask(clients[ANONYMOUS], "GET", url).status_code == HTTPStatus.NOT_FOUND
    assert log_of(door, ANONYMOUS) == logged
    assert times_denied() == counted + 1


def test_what_is_hidden_and_what_does_not_exist_look_the_same(
    clients: dict[str, Client], values: dict[str, object]
) -> None:
    def seen(issue_id: object) -> tuple[int, str, dict[str, str]]:
        answer = clients["qian"].get(reverse("console:matter", kwargs={"issue_id": issue_id}))
        page = _VARYING.sub("", answer.content.decode())
        varying = {"Content-Length", "Expires", "Last-Modified"}
        return answer.status_code, page, {k: v for k, v in answer.items() if k not in varying}

    hidden, absent = seen(values["issue_id"]), seen(new_id())
    assert hidden[0] == HTTPStatus.NOT_FOUND
    for shown, other in zip(hidden, absent, strict=True):
        assert shown == other


def test_no_staff_page_of_another_street_names_the_matter(
    clients: dict[str, Client], values: dict[str, object]
) -> None:
    """By list as by id: the outsider's every page, searched for the number, the words, the id."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT number, words FROM issues_issue WHERE id = %s", [values["issue_id"]])
        number, words = cursor.fetchone()
    looked = 0
    for door in DOORS:
        if door.who is Who.STAFF and not URLS[door.url_name].pattern.converters:
            page = clients["qian"].get(address(door, values)).content.decode()
            looked += 1
            for telling in (number, words, str(values["issue_id"]), "13912345678"):
                assert telling not in page, door.url_name
    assert looked > 10


def test_the_handled_side_is_shown_no_contact_on_any_page(
    clients: dict[str, Client], values: dict[str, object]
) -> None:
    staff_doors = [door for door in DOORS if door.who is Who.STAFF]
    for name in ("chen", "song", "zhao", "sun", "xu"):
        for door in staff_doors:
            page = clients[name].get(address(door, values)).content.decode(errors="replace")
            assert "13912345678" not in page, f"{door.url_name} as {name}"


@pytest.mark.parametrize(
    ("url_name", "let_in"),
    [
        ("console:access_log", {"deng"}),
        ("console:post", {"cao"}),
        ("console:reporter", {"wang", "zhou", "wu", "qian"}),
        ("console:territory_checks", {"han", "wu", "xu"}),
        ("field:today", {"chen", "song", "sun"}),
        ("console:queue", set(STAFF) - {"han", "cao", "deng"}),
    ],
)
def test_the_doors_that_matter_most_are_named_by_hand(url_name: str, let_in: set[str]) -> None:
    """The matrix above follows the table; here the table itself is held to what was meant."""
    [door] = [door for door in DOORS if door.url_name == url_name]
    assert {name for name in EVERYBODY if is_let_in(door, name)} == let_in


def test_every_door_asks_for_a_verb_somebody_has() -> None:
    for door in DOORS:
        if door.who is Who.STAFF:
            assert any(may(town.viewer(name), door.verb) for name in STAFF), door.url_name
        else:
            assert door.verb == "", door.url_name


def test_the_matter_behind_the_doors_is_there(values: dict[str, object]) -> None:
    assert isinstance(values["issue_id"], UUID)
