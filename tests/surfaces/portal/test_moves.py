"""The reporter's own moves, one page each."""

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Move, VoidReason
from qijie.records.models import Attachment, Event
from qijie.surfaces.portal.moves import CONSEQUENCES
from tests import town
from tests.surfaces.portal.resident import (
    a_picture,
    bring_to_close,
    hand_in,
    id_of,
    post_of,
    stored,
    the_issue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STAFF_MOVES = ("accept", "void", "file", "dispatch", "sign", "done", "solve", "close", "send_back")


def make(client: Client, token: str, move: str, **typed: object) -> HttpResponse:
    return client.post(f"/m/{token}/{move}/", typed)


def moved(client: Client, token: str, move: str, **typed: object) -> Issue:
    answer = make(client, token, move, **typed)
    assert answer.status_code == 303, answer.content.decode()
    assert answer.url == f"/m/{token}/?done={move}"
    thanks = client.get(answer.url).context["thanks"]
    assert thanks
    assert "办好" not in thanks or move == "reopen"
    return the_issue(token)


def last_event(token: str) -> Event:
    with scope(SYSTEM):
        event = Event.objects.filter(subject_id=id_of(token)).order_by("sequence").last()
    assert event is not None
    return event


def voided(client: Client) -> str:
    token, desk = hand_in(client), post_of("wang")
    with scope(desk):
        actions.void(
            id_of(token),
            by=desk,
            at=timezone.now(),
            reason=VoidReason.NOT_FOUND,
            words="没有看到",
        )
    return token


def solved_on_the_spot(client: Client) -> str:
    token, worker = hand_in(client, category=town.NOISE), post_of("chen")
    with scope(worker):
        actions.solve(
            id_of(token),
            by=worker,
            at=timezone.now(),
            words="说好了",
            category=town.NOISE,
        )
    return token


def closed(client: Client) -> str:
    token = hand_in(client)
    bring_to_close(token)
    return token


def test_more_may_be_added_with_photos(client: Client) -> None:
    token = hand_in(client)
    moved(client, token, "add", words="又多了两袋", photos=[a_picture()])
    assert last_event(token).words == "又多了两袋"
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=id_of(token), from_reporter=True).count() == 1
    assert "您说：又多了两袋" in client.get(f"/m/{token}/").content.decode()


def test_a_report_may_be_withdrawn(client: Client) -> None:
    token = hand_in(client)
    assert moved(client, token, "withdraw").state == "voided"
    page = client.get(f"/m/{token}/").content.decode()
    assert "已按您的要求撤回" in page


def test_it_may_be_urged_once_a_day(client: Client) -> None:
    token = hand_in(client)
    moved(client, token, "urge", words="老人走不了路")
    assert last_event(token).sentence.startswith("已催办，社区受理席须在")
    assert "明天可以再催" in client.get(f"/m/{token}/?done=urge").content.decode()
    again = make(client, token, "urge", words="再催一次")
    assert again.status_code == 422
    page = again.content.decode()
    assert "今天已经催办过 1 次" in page
    assert "再催一次" in page
    assert last_event(token).words == "老人走不了路"


def test_a_refusal_may_be_objected_to_with_a_reason(client: Client) -> None:
    token = voided(client)
    issue = moved(client, token, "object", words="垃圾还在那里")
    assert (issue.state, issue.level) == ("reported", "street")


def test_what_was_solved_on_the_spot_may_be_confirmed(client: Client) -> None:
    token = solved_on_the_spot(client)
    issue = moved(client, token, "confirm", is_satisfied="yes", words="谢谢")
    assert (issue.state, issue.verdict) == ("closed", "solved")


def test_what_was_solved_on_the_spot_may_be_denied(client: Client) -> None:
    token = solved_on_the_spot(client)
    issue = moved(client, token, "judge", is_solved="no", words="晚上又吵了")
    assert (issue.state, issue.verdict) == ("handled", "not_solved")


def test_the_two_questions_may_be_answered_once(client: Client) -> None:
    token = closed(client)
    assert moved(client, token, "judge", is_solved="yes", is_satisfied="no").verdict == "solved"
    page = client.get(f"/m/{token}/").content.decode()
    assert "您说：解决了，不满意" in page
    assert client.get(f"/m/{token}/").context["questions"] is None
    assert make(client, token, "judge", is_solved="no").status_code == 422
    assert the_issue(token).verdict == "solved"


def test_the_first_question_must_be_answered(client: Client) -> None:
    token = closed(client)
    answer = make(client, token, "judge", words="还行")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择“解决了”或“没有解决”" in page
    assert "还行" in page
    assert the_issue(token).verdict == ""


def test_what_was_not_solved_may_be_reopened_with_a_reason(client: Client) -> None:
    token = closed(client)
    answer = make(client, token, "reopen", words="")
    assert answer.status_code == 422
    assert the_issue(token).state == "closed"
    issue = moved(client, token, "reopen", words="又堆了一堆")
    assert (issue.state, issue.reopen_count) == ("filed", 1)


@pytest.mark.parametrize("words", ["垃圾\x07", "一\u202e二", "长" * 1001])
def test_words_that_cannot_be_kept_are_refused_and_nothing_happens(
    client: Client, words: str
) -> None:
    token = hand_in(client)
    before = stored()
    answer = make(client, token, "add", words=words)
    assert answer.status_code == 422
    assert "补充的情况" in answer.content.decode()
    assert stored() == before


def test_a_photo_that_is_none_adds_nothing(client: Client) -> None:
    token = hand_in(client)
    before = stored()
    broken = a_picture("坏.jpg")
    broken.file.truncate(0)
    answer = make(client, token, "add", words="看图", photos=[broken])
    assert answer.status_code == 422
    assert "坏.jpg" in unescape(answer.content.decode())
    assert stored() == before


@pytest.mark.parametrize("move", STAFF_MOVES)
def test_moves_of_staff_do_not_exist_here(client: Client, move: str) -> None:
    token = hand_in(client)
    before = stored()
    assert client.get(f"/m/{token}/{move}/").status_code == 404
    assert make(client, token, move, words="我来").status_code == 404
    assert stored() == before


def test_an_unknown_move_does_not_exist(client: Client) -> None:
    assert client.get(f"/m/{hand_in(client)}/explode/").status_code == 404


@pytest.mark.parametrize("move", ["object", "confirm", "judge", "reopen"])
def test_a_move_that_may_not_be_made_yet_says_why(client: Client, move: str) -> None:
    token = hand_in(client)
    page = client.get(f"/m/{token}/{move}/")
    assert page.status_code == 200
    assert page.context["offer"].why_not in unescape(page.content.decode())
    assert "<form" not in page.content.decode()


@pytest.mark.parametrize("move", ["add", "urge", "withdraw"])
def test_a_move_says_what_follows_before_it_is_made(client: Client, move: str) -> None:
    token = hand_in(client)
    before = stored()
    page = client.get(f"/m/{token}/{move}/")
    assert page.context["consequence"] in page.content.decode()
    assert f'data-draft="{move}-{the_issue(token).number}"' in page.content.decode()
    assert stored() == before


def test_a_colleague_being_faster_is_said(client: Client) -> None:
    token = closed(client)
    seen = the_issue(token).version
    moved(client, token, "judge", is_solved="no")
    answer = make(client, token, "reopen", words="还在", seen=seen)
    assert answer.status_code == 422
    assert "刚刚由别人办理过" in answer.content.decode()
    assert the_issue(token).state == "closed"


def test_a_wrong_link_moves_nothing(client: Client) -> None:
    token = hand_in(client)
    assert make(client, "nonsense", "withdraw").status_code == 404
    assert the_issue(token).state == "reported"


def test_a_missing_token_moves_nothing_and_leads_back_to_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    token = hand_in(Client())
    answer = client.post(f"/m/{token}/withdraw/")
    assert answer.status_code == 403
    assert f'href="/m/{token}/withdraw/"' in answer.content.decode()
    assert the_issue(token).state == "reported"


def test_every_move_of_the_reporter_has_its_words(client: Client) -> None:
    token = hand_in(client)
    page = client.get(f"/m/{token}/")
    mine = {action["url"].split("/")[3] for action in page.context["actions"]}
    for move in CONSEQUENCES:
        assert client.get(f"/m/{token}/{move}/").status_code == 200
    assert mine <= set(CONSEQUENCES)
    assert set(CONSEQUENCES) == {
        Move.ADD,
        Move.WITHDRAW,
        Move.URGE,
        Move.OBJECT,
        Move.CONFIRM,
        Move.JUDGE,
        Move.REOPEN,
    }


def test_a_move_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    token = hand_in(client)
    with django_assert_max_num_queries(24):
        make(client, token, "urge")


def test_urging_thanks_with_a_date_and_not_with_an_end(client: Client) -> None:
    token = hand_in(client)
    answer = make(client, token, "urge")
    page = client.get(answer.url).content.decode()
    assert re.search(r"已替您催办，\d+月\d+日 \d\d:\d\d前会有答复。", page)
