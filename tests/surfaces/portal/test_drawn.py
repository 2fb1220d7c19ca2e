"""Pages drawn once for all strangers: nothing of one reader is ever in another's page."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from qijie.surfaces.portal import drawn
from tests import town
from tests.accounts.people import signed_in
from tests.keyed import key_in

pytestmark = pytest.mark.django_db
PAGES = ("/", "/report/", "/privacy/", f"/grids/{town.GRID_1}/")
_TOKENS = re.compile(r'name="csrf(?:middleware)?-?token" (?:value|content)="(\w+)"')


@pytest.fixture(autouse=True)
def _drawn_once(settings: Settings) -> None:
    settings.PAGES_DRAWN_ONCE = True


def _page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asked_for_again_asks_the_database_nothing(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = Client().get(path)
    # The gate's own: two savepoints in a test, the scope before and after.
    with django_assert_num_queries(4):
        second = Client().get(path)
    assert first.headers == second.headers
    assert _without_keys(first.content.decode()) == _without_keys(second.content.decode())


def _without_keys(page: str) -> str:
    return re.sub(r'(?:value|content)="[\w-]{20,}"', "", page)


def test_each_reader_has_keys_of_their_own_and_they_work() -> None:
    readers = [Client(enforce_csrf_checks=True) for _ in range(3)]
    pages = [(reader, reader.get("/report/")) for reader in readers]
    keys = [key_in(page) for _, page in pages]
    tokens = [set(_TOKENS.findall(page.content.decode())) for _, page in pages]
    assert len(set(keys)) == 3
    assert all(len(one) == 1 for one in tokens)
    assert len(set.union(*tokens)) == 3
    for (reader, _), key, token in zip(pages, keys, tokens, strict=True):
        typed = {"words": "路灯不亮。", "place_unknown": "on", "form_key": key}
        assert reader.post("/report/", typed).status_code == 403
        answer = reader.post("/report/", {**typed, "csrfmiddlewaretoken": token.pop()})
        assert answer.status_code == 303


def test_each_look_is_a_page_of_its_own() -> None:
    for name, value, mark in (
        ("theme", "dark", 'data-theme="dark"'),
        ("text_size", "large", 'data-text="large"'),
    ):
        chosen = Client()
        chosen.cookies[name] = value
        assert mark in _page(chosen, "/")
        assert mark not in _page(Client(), "/")


def test_odd_looks_do_not_fill_the_memory() -> None:
    for number in range(5):
        odd = Client()
        odd.cookies["theme"] = f"odd{number}"
        _page(odd, "/")
    assert len(drawn._pages) == 1


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_signed_in_has_a_page_of_their_own(path: str) -> None:
    _page(Client(), path)
    desk = signed_in("wang")
    page = _page(desk, path)
    assert drawn._MARK not in page
    assert page != _page(Client(), path)
    assert _page(Client(), path).count('name="made-for" content=""') == 1


def test_a_report_begun_on_a_grids_page_knows_the_grid_and_the_next_reader_does_not() -> None:
    begun = _page(Client(), f"/report/?grid={town.GRID_1}")
    assert "第一网格" in begun
    assert "第一网格" not in _page(Client(), "/report/")


def test_a_form_looked_back_at_is_nobody_elses() -> None:
    _page(Client(), "/report/")
    key = str(uuid4())
    looked_back = Client().get("/report/", headers={"X-Form-Key": key}).content.decode()
    assert key in looked_back
    assert key not in _page(Client(), "/report/")


def test_what_is_not_there_is_not_kept() -> None:
    for _ in range(2):
        assert Client().get("/grids/000000000000000/").status_code == 404
    assert len(drawn._pages) == 0
