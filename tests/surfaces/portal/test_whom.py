"""Words that seem to name somebody are asked about in one line before the report goes."""

from uuid import uuid4

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.rules.aim import WHO_SEES_IT
from qijie.issues.rules.naming import asked_of
from qijie.records.models import Attachment
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.surfaces.portal.resident import (
    REPORT,
    WORDS,
    a_picture,
    a_report,
    stored,
    the_issue,
    token_in,
)
from tests.surfaces.portal.test_danger import GAS, typed_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

RUDE = "我们网格员态度恶劣，上门推我"
QUESTION = "您说的是不是"


def asked(client: Client, **changes: object) -> str:
    """The page of the question; fails where nothing was asked."""
    answer = client.post(REPORT, a_report(**{"words": RUDE} | changes))
    page = answer.content.decode()
    assert answer.status_code == 200, answer.status_code
    assert QUESTION in page
    return page


def goes_at_once(client: Client, **changes: object) -> str:
    answer = client.post(REPORT, a_report(**changes))
    assert answer.status_code == 303, answer.content.decode()
    return token_in(answer.url)


def value_of(code: str) -> str:
    return f"post:{Post.objects.get(code=code).pk}"


def test_it_is_asked_in_one_line_and_nothing_is_stored_yet(client: Client) -> None:
    before = stored()
    page = asked(client)
    assert stored() == before
    assert f"{QUESTION}“槐荫社区第一网格网格员”？" in page
    yes = f'name="about" value="{value_of("worker-1")}"'
    assert f"{yes}>是，反映的就是槐荫社区第一网格网格员<" in page
    assert 'name="about" value="">不是，照常交<' in page


def test_yes_makes_it_a_matter_about_that_post_with_everything_typed(client: Client) -> None:
    key = str(uuid4())
    page = asked(client, key=key, phone="13912345678", category="", photos=[a_picture()])
    carried = typed_on(page)
    assert carried["key"] == key
    answer = client.post(REPORT, carried | {"about": value_of("worker-1")})
    issue = the_issue(token_in(answer.url))
    assert (issue.about_post_id, issue.words) == (Post.objects.get(code="worker-1").pk, RUDE)
    for where in (client.get(answer.url).content.decode(), page):
        assert WHO_SEES_IT in where
        assert "槐荫社区第一网格网格员" in where
    assert (issue.reporter.phone, issue.hints) == ("13912345678", [])
    with scope(SYSTEM):
        assert Attachment.objects.filter(subject_id=issue.pk).count() == 1


@pytest.mark.parametrize("answered", [{"about": ""}, {}], ids=["no", "sent-on"])
def test_no_and_just_sending_on_go_through(client: Client, answered: dict[str, str]) -> None:
    answer = client.post(REPORT, typed_on(asked(client)) | answered)
    issue = the_issue(token_in(answer.url))
    assert (issue.about_post_id, issue.about_unit_id, issue.words) == (None, None, RUDE)
    # The desk is still told whom the words may mean; whoever it is waits until it has looked.
    assert [asked.name for asked in asked_of(issue.hints)] == ["槐荫社区第一网格网格员"]


def test_a_unit_is_asked_about_by_its_name(client: Client) -> None:
    unit = OrgUnit.objects.get(code=town.STREET_OFFICE)
    page = asked(client, words="街道办不给盖章")
    assert f"{QUESTION}“青石街道办事处”？" in page
    answer = client.post(REPORT, typed_on(page) | {"about": f"unit:{unit.pk}"})
    assert the_issue(token_in(answer.url)).about_unit_id == unit.pk


def test_several_are_offered_each_by_itself(client: Client) -> None:
    page = asked(client, words="网格员和街道办都不管")
    assert "您说的是不是下面的哪一个？" in page
    assert ">是，反映的就是槐荫社区第一网格网格员<" in page
    assert ">是，反映的就是青石街道办事处<" in page


def test_what_was_said_of_it_in_a_word_of_ones_own_is_read_too(client: Client) -> None:
    asked(client, words=WORDS, about_staff="on", about_words="管我们楼的网格员")


def test_who_chose_somebody_is_not_asked(client: Client) -> None:
    unit = OrgUnit.objects.get(code=town.PROPERTY)
    goes_at_once(client, words=RUDE, about=f"unit:{unit.pk}")


def test_who_names_nobody_is_not_asked(client: Client) -> None:
    goes_at_once(client)


def test_nobody_in_danger_is_asked(client: Client) -> None:
    goes_at_once(client, words=f"{GAS}，网格员不管", danger="yes")


def test_after_no_danger_it_is_asked_and_that_answer_is_kept(client: Client) -> None:
    stop = client.post(REPORT, a_report(words=f"{GAS}，网格员不管")).content.decode()
    page = client.post(REPORT, typed_on(stop) | {"danger": "no"}).content.decode()
    assert QUESTION in page
    answer = client.post(REPORT, typed_on(page) | {"about": ""})
    assert the_issue(token_in(answer.url)).urgency == "normal"


def test_going_back_brings_the_form_as_it_was(client: Client) -> None:
    page = asked(client, photos=[a_picture()])
    back = client.post(REPORT, typed_on(page) | {"danger": "back"})
    form = back.content.decode()
    assert back.status_code == 200
    assert RUDE in form
    assert "已经收好您选的 1 张照片" in form


def test_what_has_to_be_mended_first_is_said_first(client: Client) -> None:
    typed = a_report(words=RUDE, place_words="", lon="", lat="", system="")
    answer = client.post(REPORT, typed)
    assert answer.status_code == 422
    assert QUESTION not in answer.content.decode()


def test_an_answer_outlives_another_fields_error(client: Client) -> None:
    answered = {"about": value_of("worker-1"), "email": "no address"}
    answer = client.post(REPORT, typed_on(asked(client)) | answered)
    form = answer.content.decode()
    assert answer.status_code == 422
    assert f'<option value="{value_of("worker-1")}" selected>' in form
    assert 'name="asked" value="yes"' in form


@pytest.mark.parametrize("name", ["赵敏", "周平", "吴越", "许诺", "韩冰"])
def test_who_stands_on_no_notice_board_is_not_confirmed_by_name(client: Client, name: str) -> None:
    board = client.get(f"/grids/{town.GRID_1}/").content.decode()
    assert name not in board
    goes_at_once(client, words=f"{name}态度恶劣")


@pytest.mark.parametrize("words", ["派单席不派单", "核查员没有来看", "督查员收了钱", "主任不见人"])
def test_titles_that_stand_on_no_notice_board_are_not_confirmed(client: Client, words: str) -> None:
    goes_at_once(client, words=words)


def test_a_name_of_the_board_is_asked_about_by_the_title_alone(client: Client) -> None:
    assert "陈静" in client.get(f"/grids/{town.GRID_1}/").content.decode()
    page = asked(client, words="陈静骂人")
    said = page.split("<h1", 1)[1].split("</h1>", 1)[0]
    assert "槐荫社区第一网格网格员" in said
    assert "陈静" not in said


def test_a_worker_of_another_grid_is_not_confirmed_here(client: Client) -> None:
    goes_at_once(client, words="刘洋骂人")


def test_an_administrator_cannot_be_made_the_answer(client: Client) -> None:
    answer = client.post(REPORT, a_report(words=RUDE, asked="yes", about=value_of("security")))
    assert answer.status_code == 422
    assert "没有这一个" in answer.content.decode()
