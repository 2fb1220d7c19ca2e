"""After an objection the next actor and clock are right and said, upheld or refused."""

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.queries.waiting import holders_of, waiting_for
from qijie.issues.rules.vocabulary import VoidReason
from tests import town
from tests.surfaces.portal.resident import bring_to_close, hand_in, id_of, post_of, the_issue

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _void(token: str, username: str) -> None:
    desk = post_of(username)
    with scope(desk):
        actions.void(
            id_of(token), by=desk, at=timezone.now(), reason=VoidReason.NOT_FOUND, words="没有看到"
        )


def _objected(client: Client) -> str:
    token = hand_in(client)
    _void(token, "wang")
    client.post(f"/m/{token}/object/", {"words": "晚上才有"})
    return token


def _who_waits(token: str) -> set[str]:
    found = set()
    for username in ("wang", "zhao", "zhou", "zheng", "he", "feng"):
        viewer = post_of(username)
        with scope(viewer):
            if waiting_for(viewer, timezone.now()).filter(pk=id_of(token)).exists():
                found.add(username)
    return found


def _holder(token: str) -> str:
    issue = the_issue(token)
    with scope(post_of("zheng")):
        return holders_of([issue])[issue.pk]


def _page(client: Client, token: str) -> str:
    return client.get(f"/m/{token}/").content.decode()


def test_objected_it_waits_for_the_desk_one_level_up(client: Client) -> None:
    token = _objected(client)
    assert _holder(token) == "街道受理席"
    assert _who_waits(token) == {"zheng"}
    assert "最晚审核完的时间" in _page(client, token)


def test_upheld_it_goes_on_with_a_date_at_every_step(client: Client) -> None:
    token, desk = _objected(client), post_of("zheng")
    with scope(desk):
        actions.accept(id_of(token), by=desk, at=timezone.now())
    assert "最晚定下办理期限的时间" in _page(client, token)
    with scope(desk):
        actions.file(id_of(token), by=desk, at=timezone.now(), condition="rubbish-1")
    assert "最晚办好的日子" in _page(client, token)
    assert _holder(token) == "街道派单席"
    assert _who_waits(token) == {"he"}


def test_refused_it_waits_for_nobody_and_says_what_is_left(client: Client) -> None:
    token = _objected(client)
    _void(token, "zheng")
    issue, page = the_issue(token), _page(client, token)
    assert (issue.state, issue.due_at) == ("voided", None)
    assert _who_waits(token) == set()
    assert _holder(token) == ""
    assert "可依法申请行政复议" in page
    assert "最晚" not in page
    assert f"/m/{token}/object/" not in page


def test_an_objection_to_a_final_answer_is_handled_one_level_up(client: Client) -> None:
    token = hand_in(client)
    bring_to_close(token)
    client.post(f"/m/{token}/judge/", {"is_solved": "no", "is_satisfied": "no"})
    assert _who_waits(token) == {"zhou"}
    client.force_login(town.user("zhou"))
    answered = client.post(f"/console/matters/{id_of(token)}/final_answer/", {"words": "无法再做"})
    assert answered.status_code == 302
    client.logout()
    assert _who_waits(token) == set()
    client.post(f"/m/{token}/object/", {"words": "还能做"})
    assert _holder(token) == "街道派单席"
    assert _who_waits(token) == {"he"}
    assert "最晚办好的日子" in _page(client, token)
    assert the_issue(token).level == "street"
