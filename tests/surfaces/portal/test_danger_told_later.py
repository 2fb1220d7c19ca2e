"""Danger in any form of the private link: what to do comes first, and no refusal swallows it."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from qijie.access.form_keys import FIELD
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Move, VoidReason
from qijie.records.models import Attachment, Event
from tests import town
from tests.keyed import key_in
from tests.page_forms import forms_on
from tests.surfaces.portal.resident import (
    REPORT,
    a_picture,
    accept_and_file,
    bring_to_close,
    dispatch,
    hand_in,
    id_of,
    post_of,
    the_issue,
    token_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FIRE = "三楼着火了，烟很大"
PAST = "昨天着火已经扑灭，墙还是黑的，还有煤气味"
CALL = 'href="tel:119"'


def verbs(token: str) -> list[str]:
    with scope(SYSTEM):
        found = Event.objects.filter(subject_id=id_of(token)).order_by("sequence")
        return list(found.values_list("verb", flat=True))


def newest() -> Issue:
    with scope(SYSTEM):
        return Issue.objects.order_by("-reported_at", "-id")[0]


def send(client: Client, token: str, move: str, **typed: object) -> HttpResponse:
    return client.post(f"/m/{token}/{move}/", typed)


def shown(answer: HttpResponse) -> str:
    return answer.content.decode()


def press(client: Client, answer: HttpResponse, button: str) -> HttpResponse:
    """Presses a button of the stop page: its own form goes, with all that is in it."""
    form = next(
        form
        for form in forms_on(shown(answer))
        if any((one.name, one.value) == ("danger", button) for one in form.controls)
    )
    return client.post(form.action, {**form.filled(), "danger": button})


def urged(client: Client) -> str:
    token = hand_in(client)
    send(client, token, "urge", words="")
    return token


def voided(client: Client) -> str:
    token, desk = hand_in(client), post_of("wang")
    with scope(desk):
        actions.void(
            id_of(token), by=desk, at=timezone.now(), reason=VoidReason.NOT_FOUND, words="没有看到"
        )
    return token


def closed(client: Client) -> str:
    token = hand_in(client)
    bring_to_close(token)
    return token


def withdrawn(client: Client) -> str:
    token = hand_in(client)
    send(client, token, "withdraw", words="")
    return token


@pytest.mark.parametrize("move", ["add", "urge", "withdraw", "object", "reopen", "confirm"])
def test_whatever_the_form_what_to_do_stands_before_its_answer(client: Client, move: str) -> None:
    token = hand_in(client)
    before = verbs(token)
    answer = send(client, token, move, words=FIRE)
    assert CALL in shown(answer)
    assert FIRE in shown(answer)
    assert verbs(token) == before


def test_the_stop_page_carries_on_what_was_typed_photos_too(client: Client) -> None:
    token = hand_in(client)
    stop = send(client, token, "add", words=FIRE, photos=[a_picture()])
    assert "1 张照片也收好了" in shown(stop)
    back = press(client, stop, "back")
    assert (back.status_code, CALL in shown(back)) == (200, True)
    assert FIRE in shown(back)
    assert "已经收好您选的 1 张照片" in shown(back)
    press(client, stop, "yes")
    assert verbs(token)[-2:] == [Move.ADD, Move.RAISE]
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=id_of(token)).count() == 1


def test_what_is_over_is_said_to_be_over_and_raises_nothing(client: Client) -> None:
    token = hand_in(client)
    answer = press(client, send(client, token, "add", words=PAST), "no")
    assert (answer.status_code, verbs(token)[-1]) == (303, Move.ADD)
    assert the_issue(token).urgency == "normal"
    page = shown(client.get(answer.url))
    assert CALL not in page
    assert "紧急" not in page.split("<main")[1].split("</main>")[0]


def test_the_days_urging_is_used_up_and_danger_is_heard_all_the_same(client: Client) -> None:
    token = urged(client)
    answer = press(client, send(client, token, "urge", words=FIRE), "yes")
    assert (answer.status_code, verbs(token)[-2:]) == (303, [Move.ADD, Move.RAISE])
    page = shown(client.get(answer.url))
    assert CALL in page
    assert "今天已经催办过" in page
    assert "已转为紧急" in page
    assert FIRE in page


def test_the_same_press_twice_says_it_once(client: Client) -> None:
    token = urged(client)
    page = f"/m/{token}/urge/"
    typed = {"words": FIRE, "danger": "yes", FIELD: key_in(client.get(f"/m/{token}/add/"))}
    first, second = (client.post(page, typed) for _ in range(2))
    assert second.url == f"{first.url}&again=yes"
    assert verbs(token).count(Move.ADD) == 1


def test_no_danger_after_all_and_the_limit_speaks_with_the_words_kept(client: Client) -> None:
    token = urged(client)
    answer = press(client, send(client, token, "urge", words=PAST), "no")
    assert answer.status_code == 422
    assert "今天已经催办过 1 次" in shown(answer)
    assert PAST in shown(answer)
    assert verbs(token)[-1] == Move.URGE


@pytest.mark.parametrize("move", ["withdraw", "confirm"])
def test_in_danger_nothing_is_withdrawn_or_confirmed_away(client: Client, move: str) -> None:
    token = hand_in(client, category=town.NOISE)
    if move == "confirm":
        worker = post_of("chen")
        with scope(worker):
            actions.solve(
                id_of(token), by=worker, at=timezone.now(), words="说好了", category=town.NOISE
            )
    # What was said to be done is not: somebody is sent again.
    state = "filed" if move == "confirm" else the_issue(token).state
    answer = press(client, send(client, token, move, words=FIRE), "yes")
    assert (the_issue(token).state, the_issue(token).urgency) == (state, "urgent")
    assert "您说现在有危险，所以没有" in shown(client.get(answer.url))


@pytest.mark.parametrize("move", ["add", "urge", "object", "judge"])
def test_too_long_a_text_is_taken_whole_with_the_numbers(client: Client, move: str) -> None:
    words = FIRE + "嗯" * 1000
    token = voided(client) if move == "object" else hand_in(client)
    if move == "judge":
        bring_to_close(token)
    answer = press(client, send(client, token, move, words=words, is_solved="no"), "yes")
    assert answer.status_code == 303
    assert CALL in shown(client.get(answer.url))
    with scope(SYSTEM):
        told = Event.objects.filter(subject_id=id_of(token)).values_list("words", flat=True)
        assert sum(one.count("嗯") for one in told) == 1000


@pytest.mark.parametrize("over", [voided, closed, withdrawn])
def test_what_is_over_is_reported_anew_in_one_press(client: Client, over: object) -> None:
    token = over(client)  # type: ignore[operator]
    old = the_issue(token)
    stop = send(client, token, "urge", words=FIRE)
    assert "作为新的紧急情况另报一件" in shown(stop)
    answer = press(client, stop, "yes")
    assert answer.status_code == 303
    new = newest()
    assert new.pk != old.pk
    assert token_in(answer.url) != token
    assert (new.urgency, new.place_words, new.grid_id) == ("urgent", old.place_words, old.grid_id)
    assert FIRE in new.words
    assert old.number in new.words
    assert CALL in shown(client.get(answer.url))


def test_what_was_about_staff_is_about_staff_anew(client: Client) -> None:
    token = hand_in(client, about_staff="on", about_words="管我们楼的网格员")
    send(client, token, "withdraw", words="")
    press(client, send(client, token, "urge", words=FIRE), "yes")
    assert newest().hidden_level == the_issue(token).hidden_level is not None


def test_a_verdict_with_danger_is_kept_and_the_danger_offered_as_a_new_matter(
    client: Client,
) -> None:
    token = closed(client)
    answer = press(client, send(client, token, "judge", words=FIRE, is_solved="no"), "yes")
    assert the_issue(token).verdict == "not_solved"
    page = client.get(answer.url)
    assert CALL in shown(page)
    press(client, page, "yes")
    assert newest().urgency == "urgent"
    assert "另报一件" not in shown(client.get(f"/m/{token}/"))


def test_more_of_what_is_urgent_is_not_asked_about_and_not_overstated(client: Client) -> None:
    token = hand_in(client, words=FIRE, danger="yes")
    answer = send(client, token, "add", words="火烧到四楼了")
    page = shown(client.get(answer.url))
    assert "转为紧急" not in page
    assert "本来就按紧急在办" in page
    assert CALL in page


def test_the_urge_page_always_shows_the_numbers_in_one_line(client: Client) -> None:
    token = urged(client)
    for _ in range(2):
        page = shown(client.get(f"/m/{token}/urge/"))
        assert all(f'href="tel:{number}"' in page for number in (110, 119, 120))


def test_a_report_of_many_words_is_told_what_to_do(client: Client) -> None:
    words = FIRE + "很" * 2000
    answer = client.post(REPORT, {"words": words, "danger": "yes"})
    assert answer.status_code == 303
    assert "现在先这样做" in shown(client.get(answer.url))


def test_an_order_under_way_is_raised_though_urged_today(client: Client) -> None:
    token = urged(client)
    accept_and_file(token)
    dispatch(token)
    press(client, send(client, token, "urge", words=FIRE), "yes")
    assert the_issue(token).urgency == "urgent"


def test_danger_where_it_was_done_and_judged_promises_minutes_and_no_working_day(
    client: Client,
) -> None:
    token = hand_in(client, category=town.NOISE)
    worker = post_of("chen")
    with scope(worker):
        actions.solve(id_of(token), by=worker, at=timezone.now(), words="说好了")
    answer = press(client, send(client, token, "judge", words=FIRE, is_solved="no"), "yes")
    page = shown(client.get(answer.url))
    assert "最晚答复您的时间" in page
    assert "到现场，先把危险排除" in page
    assert "已转为紧急" in page
    assert "正在安排人去" in page
    assert "工作日" not in page
