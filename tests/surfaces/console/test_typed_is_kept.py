"""A form whose session has ended, or whose token is too old, loses nothing and does nothing."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from tests import town

pytestmark = pytest.mark.django_db

REPORT, HERE = "/console/report/", "http://testserver"
WORDS = "电梯停了，<b>老人</b>下不了楼"


def typed(**more: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "channel": "hotline",
        "urgency": "normal",
        "words": WORDS,
        "path": town.GRID_1,
        **more,
    }


def pk_of(username: str) -> str:
    return str(town.user(username).pk)


def by_script(client: Client, made_for: str, **more: Any) -> HttpResponse:
    return client.post(REPORT, typed(), headers={"X-Qijie-Page": made_for, **more})


def stored() -> int:
    with scope(SYSTEM):
        return Issue.objects.count()


def hidden_in(answer: HttpResponse) -> dict[str, str]:
    page = answer.content.decode()
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def signed_in(username: str = "wang", **how: Any) -> Client:
    client = Client(**how)
    client.force_login(town.user(username))
    return client


# By script


def test_a_page_whose_session_ended_is_told_so_and_nothing_is_done() -> None:
    answer = by_script(Client(), pk_of("wang"))
    assert (answer.status_code, answer["X-Qijie-Who"]) == (401, "")
    assert answer["X-Qijie-Token"]
    assert stored() == 0


def test_a_page_made_for_somebody_else_is_told_so_and_nothing_is_done() -> None:
    answer = by_script(signed_in("zheng"), pk_of("wang"))
    assert (answer.status_code, answer["X-Qijie-Who"]) == (401, pk_of("zheng"))
    assert stored() == 0


def test_an_answer_that_leads_elsewhere_is_named_not_followed() -> None:
    answer = by_script(signed_in(), pk_of("wang"))
    assert answer.status_code == 204
    assert answer["X-Qijie-Go"].startswith("/console/matters/")
    assert stored() == 1


def test_a_list_that_asks_for_news_is_told_so_too() -> None:
    answer = Client().get(
        "/console/", headers={"X-Qijie-Page": pk_of("wang"), "HX-Request": "true"}
    )
    assert answer.status_code == 401


def test_a_token_too_old_is_renewed_for_a_script() -> None:
    client = signed_in(enforce_csrf_checks=True)
    first = by_script(client, pk_of("wang"))
    assert (first.status_code, first["X-Qijie-Again"]) == (403, "yes")
    again = by_script(client, pk_of("wang"), **{"X-CSRFToken": first["X-Qijie-Token"]})
    assert again.status_code == 204


def test_pages_say_for_whom_they_are_made() -> None:
    page = signed_in().get(REPORT).content.decode()
    assert f'<meta name="made-for" content="{pk_of("wang")}">' in page
    assert f'<input type="hidden" name="posted_for" value="{pk_of("wang")}">' in page
    assert '<meta name="made-for" content="">' in Client().get("/report/").content.decode()


# Without script


def test_without_script_the_typed_words_stand_in_the_page_and_nowhere_else() -> None:
    form = typed(posted_for=pk_of("wang"), code="123456")
    answer = Client().post(REPORT, form, headers={"Origin": HERE})
    assert answer.status_code == 401
    assert answer["Cache-Control"] == "private, no-store"
    kept = hidden_in(answer)
    assert kept["words"] == "电梯停了，&lt;b&gt;老人&lt;/b&gt;下不了楼"
    assert kept["posted_for"] == pk_of("wang")
    assert "code" not in kept
    assert 'href="/account/login/" target="_blank"' in answer.content.decode()
    assert stored() == 0


def test_after_signing_in_the_same_form_is_one_press_away() -> None:
    client = signed_in(enforce_csrf_checks=True)
    form = typed(posted_for=pk_of("wang"), csrfmiddlewaretoken="x" * 64)
    answer = client.post(REPORT, form, headers={"Origin": HERE})
    assert answer.status_code == 403
    kept = hidden_in(answer)
    kept["words"] = WORDS
    assert client.post(REPORT, kept, headers={"Origin": HERE}).status_code == 302
    assert stored() == 1


def test_nobody_is_shown_what_another_typed() -> None:
    client = signed_in("zheng", enforce_csrf_checks=True)
    answer = client.post(REPORT, typed(posted_for=pk_of("wang")), headers={"Origin": HERE})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "这一页是别人填的，没有发送" in page
    assert "老人" not in page


def test_another_site_gets_no_form_to_be_pressed() -> None:
    client = signed_in(enforce_csrf_checks=True)
    answer = client.post(REPORT, typed(), headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 403
    assert "老人" not in answer.content.decode()
    assert "再发一次" not in answer.content.decode()


def test_a_password_is_never_written_into_a_page() -> None:
    form = {"login": "wang", "password": town.PASSWORD}
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", form, headers={"Origin": HERE})
    assert answer.status_code == 403
    assert town.PASSWORD not in answer.content.decode()
