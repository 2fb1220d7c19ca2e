"""A resident says whom it is about, or her words do: who may read it then."""

import re

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.issues.actions import accept_by_rule
from qijie.issues.models import Issue
from qijie.issues.queries.outlines import outlines_for
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.surfaces.portal.resident import REPORT, a_report, hand_in, id_of

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def sees(name: str, token: str) -> bool:
    with scope(town.viewer(name)):
        return Issue.objects.filter(pk=id_of(token)).exists()


def stored(token: str) -> Issue:
    with scope(town.viewer("zheng")):
        return Issue.objects.get(pk=id_of(token))


def test_the_form_asks_in_one_line_whether_it_is_about_staff(client: Client) -> None:
    page = client.get(REPORT).content.decode()
    assert "这是反映工作人员、岗位或单位的" in page
    assert "槐荫物业" in page


def test_begun_on_a_grid_the_form_offers_the_posts_of_the_place(client: Client) -> None:
    page = client.get(REPORT, {"grid": town.GRID_1}).content.decode()
    assert "槐荫社区第一网格网格员" in page
    assert "柳溪社区第一网格网格员" not in page


def test_a_tick_alone_keeps_it_from_the_whole_community(client: Client) -> None:
    token = hand_in(client, about_staff="on", about_words="管我们楼的那个人")
    assert not any(sees(name, token) for name in ("chen", "song", "wang", "zhao", "zhou", "luo"))
    assert stored(token).level == "street"
    assert stored(token).about_words == "管我们楼的那个人"


def test_a_chosen_post_is_enough_without_the_tick(client: Client) -> None:
    post = Post.objects.get(code="worker-1")
    token = hand_in(client, grid=town.GRID_1, about=f"post:{post.pk}")
    assert not sees("chen", token)
    assert sees("wang", token)
    assert stored(token).about_post_id == post.pk
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{id_of(token)}/").content.decode()
    assert re.search(r"反映的是谁.{0,80}槐荫社区第一网格网格员", page, re.DOTALL)


def test_a_chosen_unit_hides_from_the_communitys_own_desk(client: Client) -> None:
    unit = OrgUnit.objects.get(code=town.PROPERTY)
    token = hand_in(client, about_staff="on", about=f"unit:{unit.pk}")
    assert not sees("wang", token)
    assert sees("zheng", token)


def test_an_unknown_choice_is_said_in_words(client: Client) -> None:
    answer = client.post(REPORT, a_report(about="unit:nonsense"))
    assert answer.status_code == 422
    assert "没有这一个" in answer.content.decode()


def test_the_complaint_about_the_worker_does_not_reach_the_worker(client: Client) -> None:
    words = "我们网格员陈静态度恶劣，上门推我"
    for category in ("", town.RUBBISH):
        token = hand_in(client, words=words, category=category)
        assert not sees("chen", token)
        assert sees("wang", token)
    assert not accept_by_rule(id_of(token), at=town.NOW)


def test_the_desk_reads_who_may_be_meant_and_by_which_word(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    token = hand_in(client, words="网格员说垃圾桶满了")
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{id_of(token)}/").content.decode()
    assert "槐荫社区第一网格网格员（原话“网格员”）" in page


def test_once_the_desk_has_accepted_it_the_proposal_is_gone(client: Client) -> None:
    token = hand_in(client, words="网格员说垃圾桶满了")
    client.force_login(town.user("wang"))
    taken = client.post(
        f"/console/matters/{id_of(token)}/accept/",
        {"category": town.RUBBISH, "path": town.GRID_1, "urgency": "normal"},
    )
    assert taken.status_code == 302
    assert sees("chen", token)


def test_words_that_name_the_desk_go_to_the_desk_above(client: Client) -> None:
    token = hand_in(client, words="王芳接电话骂人")
    assert not sees("wang", token)
    assert stored(token).level == "street"


def test_the_grid_learns_of_an_unread_report_only_when_and_roughly_where(client: Client) -> None:
    token = hand_in(client, words="楼道里有人吵架", category="", place_words="槐荫苑1栋楼下")
    client.force_login(town.user("chen"))
    page = client.get("/field/").content.decode()
    assert "待受理的反映" in page
    assert "槐荫社区第一网格" in page
    assert "吵架" not in page
    assert "槐荫苑1栋楼下" not in page
    assert client.get(f"/field/matters/{id_of(token)}/").status_code == 404
    assert client.get(f"/field/matters/{id_of(token)}/solve/").status_code == 404


def test_what_seems_to_be_about_her_is_not_even_outlined(client: Client) -> None:
    hand_in(client, words="网格员骂人", category="")
    chen = town.viewer("chen")
    with scope(chen):
        assert not outlines_for(chen)


def test_what_she_reported_herself_she_reads(client: Client) -> None:
    client.force_login(town.user("chen"))
    answer = client.post("/field/report/", {"words": "路面有个坑", "path": town.GRID_1})
    assert answer.status_code in (302, 303)
    assert "路面有个坑" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("words", ["陈静态度恶劣不理人", "槐荫社区第一网格网格员不理人"])
def test_a_place_in_words_alone_hides_nothing_of_who_is_named(client: Client, words: str) -> None:
    """No desk looks a second time when it says which grid it was."""
    worker = Post.objects.get(code="worker-1")
    token = hand_in(client, words=words, place_words="槐荫社区", category="")
    assert [hint[0] for hint in stored(token).hints] == [str(worker.pk)]
    assert not sees("chen", token)
