import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from qijie.web.away import server_error

pytestmark = pytest.mark.django_db


def test_an_unknown_page_says_so_in_plain_words(client: Client) -> None:
    answer = client.get("/no/such/page/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "没有这一页，或者它不向您开放" in page
    assert 'href="/"' in page


def test_absence_and_denial_read_the_same(client: Client) -> None:
    absent = client.get("/m/nonsense/")
    denied = client.get("/m/nonsense/add/")
    assert (absent.status_code, denied.status_code) == (404, 404)
    assert _main(absent.content.decode()) == _main(denied.content.decode())


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_the_servers_own_fault_is_told_without_touching_session_or_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/report/"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "重复提交也只算一次" in page
    assert "什么都没有改动" in page


def test_a_page_that_breaks_answers_in_chinese(client: Client, settings: Settings) -> None:
    settings.HOME_PATH = None
    client.raise_request_exception = False
    answer = client.get("/report/")
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.content.decode()


LISTED = re.compile(r'<li><a href="#([^"]+)">([^<]+)</a></li>')


def test_what_is_wrong_is_listed_above_the_form_and_leads_to_each_field(client: Client) -> None:
    key = str(uuid4())
    page = client.post("/report/", {"key": key, "phone": "12345"}).content.decode()
    summary = page[page.index("error-summary") :]
    listed = LISTED.findall(summary[: summary.index("</section>")])
    assert [target for target, _ in listed] == ["id_words", "id_place_words", "id_phone"]
    for target, sentence in listed:
        assert f' id="{target}"' in page
        assert unescape(sentence).endswith("。")
