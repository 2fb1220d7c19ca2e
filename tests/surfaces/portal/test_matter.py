"""The page behind the private link."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.rules.vocabulary import Channel, Move, ReturnReason, State, VoidReason
from qijie.records.models import AccessEntry, LinkToken, Miss
from qijie.surfaces.portal import story
from tests import town
from tests.photos import a_photo, look_at_all
from tests.surfaces.portal.resident import (
    WORDS,
    a_picture,
    accept_and_file,
    bring_to_close,
    dispatch,
    hand_in,
    id_of,
    post_of,
    sign_and_do,
    the_issue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = ("王芳", "赵敏", "周平", "孙伟", "陈静")


def page_of(client: Client, token: str) -> str:
    answer = client.get(f"/m/{token}/")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def buttons(client: Client, token: str) -> list[str]:
    return [action["label"] for action in client.get(f"/m/{token}/").context["actions"]]


def step_titles(client: Client, token: str, standing: str = "done") -> list[str]:
    steps = client.get(f"/m/{token}/").context["steps"]
    return [step.title for step in steps if step.standing == standing]


def test_it_shows_what_was_said_where_and_the_photos(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    look_at_all()
    page = page_of(client, token)
    for words in (WORDS, "槐荫苑1栋楼下", "槐荫社区 第一网格", "垃圾没人清", "您交的照片"):
        assert words in page


def test_before_anybody_decided_it_names_the_time_of_the_first_answer(client: Client) -> None:
    assert "最晚答复您的时间" in page_of(client, hand_in(client))


def test_once_filed_it_promises_the_one_date(client: Client) -> None:
    token = hand_in(client)
    accept_and_file(token)
    promise = client.get(f"/m/{token}/").context["promise"]
    assert promise.label == "最晚办好的日子"
    assert promise.due_at == the_issue(token).promised_at
    assert not promise.is_late


def test_a_broken_promise_is_said_openly(client: Client) -> None:
    at = timezone.now() - timedelta(days=30)
    new = NewReport(
        key=uuid4(),
        words=WORDS,
        channel=Channel.PORTAL,
        category=town.RUBBISH,
        place=town.IN_GRID_1,
    )
    with scope(INTAKE):
        token = actions.report(new, by=INTAKE, at=at).token
    accept_and_file(token, at)
    assert "已经过了答应您的时间" in page_of(client, token)


def test_every_step_is_told_in_plain_words(client: Client) -> None:
    token = hand_in(client)
    bring_to_close(token)
    assert step_titles(client, token) == [
        "我们收到了",
        "已受理",
        "已立案",
        "已交给青石环卫所去办",
        "青石环卫所接手了",
        "青石环卫所说办好了",
        "办完了，等核实",
        "核实过了，已办结",
    ]
    page = page_of(client, token)
    assert "社区已受理您反映的事项" in page
    assert "已清运并冲洗" in page


def test_a_place_known_by_its_printed_code_is_said_once(client: Client) -> None:
    gone = {"lon": "", "lat": "", "system": "", "place_words": ""}
    page = page_of(client, hand_in(client, grid=town.GRID_1, **gone))
    said = page[page.index("在哪里") : page.index("什么时候交的")]
    assert said.count("第一网格") == 1


def test_what_still_comes_is_listed_and_shrinks(client: Client) -> None:
    token = hand_in(client)
    assert step_titles(client, token, "now") == ["等待受理"]
    assert step_titles(client, token, "next")[0] == "交给能办的单位去办"
    accept_and_file(token)
    dispatch(token)
    assert step_titles(client, token, "now") == ["已派给青石环卫所，等其接手"]
    assert "已派给<strong>青石环卫所</strong>，等其接手" in page_of(client, token)
    assert step_titles(client, token, "next") == ["办完由另一个人核实", "请您评价"]


def test_it_names_the_unit_and_nobody_by_name(client: Client) -> None:
    token = hand_in(client)
    accept_and_file(token)
    sign_and_do(token, dispatch(token))
    page = page_of(client, token)
    assert "由<strong>青石环卫所</strong>办理" in page
    assert [name for name in NAMES if name in page] == []


def test_notes_among_staff_stay_among_staff(client: Client) -> None:
    token = hand_in(client)
    accept_and_file(token)
    order_id, handler = dispatch(token), post_of("sun")
    with scope(handler):
        actions.return_order(
            id_of(token),
            order_id=order_id,
            by=handler,
            at=timezone.now(),
            reason=ReturnReason.NOT_OURS,
            words="应由物业承办",
        )
    page = page_of(client, token)
    assert "青石环卫所退了回来，要换人办" in page
    assert "应由物业承办" not in page
    assert "desk's own note" not in page


def test_another_reporters_words_and_contact_are_nowhere(client: Client) -> None:
    hand_in(client, words="隔壁老周说的", phone="13900000000", name="周先生")
    page = page_of(client, hand_in(client, phone="13812345678"))
    assert "隔壁老周说的" not in page
    assert "周先生" not in page
    assert "13900000000" not in page


def test_the_reporters_own_number_is_not_shown_either(client: Client) -> None:
    assert "13812345678" not in page_of(client, hand_in(client, phone="13812345678"))


def test_what_may_be_done_are_buttons_and_the_resident_reads_no_state_machine(
    client: Client,
) -> None:
    token = hand_in(client)
    assert buttons(client, token) == ["补充情况", "催办", "撤回"]
    page = page_of(client, token)
    for machine in ("现在还不能做的事", "事项目前", "的事项可以"):
        assert machine not in page


def test_there_is_one_date_while_a_clock_runs(client: Client) -> None:
    token = hand_in(client)
    assert 'class="promise"' in page_of(client, token)
    desk = post_of("wang")
    with scope(desk):
        actions.accept(id_of(token), by=desk, at=timezone.now(), category=town.RUBBISH)
    assert 'class="promise"' in page_of(client, token)


def test_a_refused_report_says_why_and_that_it_may_be_objected_to(client: Client) -> None:
    token, desk = hand_in(client), post_of("wang")
    with scope(desk):
        actions.void(
            id_of(token),
            by=desk,
            at=timezone.now(),
            reason=VoidReason.NOT_PUBLIC,
            words="可以贴寻物启事",
        )
    page = page_of(client, token)
    assert "不属于社区治理事项" in page
    assert "可以贴寻物启事" in page
    assert buttons(client, token) == ["提出异议"]


def test_solved_on_the_spot_waits_for_the_reporters_word(client: Client) -> None:
    token, worker = hand_in(client, category=town.NOISE), post_of("chen")
    with scope(worker):
        actions.solve(
            id_of(token),
            by=worker,
            at=timezone.now(),
            words="当场清走了",
            category=town.NOISE,
            photos=[a_photo()],
        )
    page = page_of(client, token)
    assert "办完了，等您确认" in page
    assert "当场清走了" in page
    assert "照片正在检查" in page
    look_at_all()
    assert "办完后的照片" in page_of(client, token)
    assert buttons(client, token)[:2] == ["确认已解决", "没有解决，我来评价"]


def test_a_closed_matter_asks_its_two_questions_on_the_page(client: Client) -> None:
    token = hand_in(client)
    bring_to_close(token)
    page = page_of(client, token)
    assert "问题解决了吗？" in page
    assert "您对办理过程满意吗？" in page
    assert f'action="/m/{token}/judge/"' in page
    assert client.get(f"/m/{token}/").context["promise"] is None


def test_every_move_and_state_has_its_plain_words() -> None:
    assert set(story.TITLES) == set(Move)
    assert set(story.STATE_WORDS) == set(State)


@pytest.mark.parametrize("token", ["nonsense", "A" * 22, "A" * 300, "垃圾", "%3Cb%3E"])
def test_an_unknown_link_is_explained(client: Client, token: str) -> None:
    answer = client.get(f"/m/{token}/")
    assert answer.status_code == 404
    assert "复制时少了几个字" in answer.content.decode()


def test_an_expired_link_is_explained_and_opens_nothing(client: Client) -> None:
    token = hand_in(client)
    LinkToken.objects.update(expires_at=timezone.now())
    answer = client.get(f"/m/{token}/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "已经过期" in page
    assert WORDS not in page


def test_links_that_open_nothing_are_counted_and_fill_no_log(client: Client) -> None:
    token = hand_in(client)
    for number in range(300):
        client.get(f"/m/{token[:-3]}{number:03d}/", REMOTE_ADDR="203.0.113.7")
    for number in range(40):
        client.get(f"/m/nonsense/urge/?{number}", REMOTE_ADDR=f"2001:db8:1::{number:x}")
    client.get(f"/m/{token}/photos/{uuid4()}/", REMOTE_ADDR="203.0.113.7")
    with scope(post_of("deng")):
        assert not AccessEntry.objects.exists()
        told = list(Miss.objects.order_by("-times").values_list("kind", "network", "times"))
    assert told == [
        ("denied", "203.0.113.7", 300),
        ("denied", "2001:db8:1::/48", 40),
        ("not_visible", "203.0.113.7", 1),
    ]


def test_callers_of_ever_more_networks_are_counted_together(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qijie.records.actions.misses.MOST_NETWORKS", 3)
    for number in [*range(20), 0]:
        client.get("/m/nonsense/", REMOTE_ADDR=f"203.0.113.{number}")
    with scope(post_of("deng")):
        told = dict(Miss.objects.values_list("network", "times"))
    assert told == {"203.0.113.0": 2, "203.0.113.1": 1, "203.0.113.2": 1, "": 17}


def test_nobody_looks_a_matter_up_by_its_number(client: Client) -> None:
    issue = the_issue(hand_in(client))
    for guess in (issue.number, str(issue.pk)):
        assert client.get(f"/m/{guess}/").status_code == 404


def test_a_desk_signed_in_sees_no_more_through_a_wrong_link(client: Client) -> None:
    client.force_login(town.user("qian"))
    hand_in(client)
    assert client.get("/m/nonsense/").status_code == 404


def test_the_page_is_kept_by_no_cache_and_found_by_no_search(client: Client) -> None:
    answer = client.get(f"/m/{hand_in(client)}/")
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert answer["Referrer-Policy"] == "strict-origin"


def test_the_page_costs_few_queries_however_long_the_story(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    token = hand_in(client, photos=[a_picture(), a_picture("b.jpg")])
    bring_to_close(token)
    with django_assert_max_num_queries(14):
        client.get(f"/m/{token}/")


def test_strange_words_are_shown_as_words(client: Client) -> None:
    token = hand_in(client, words="<script>alert(1)</script>")
    page = client.get(f"/m/{token}/").content.decode()
    assert "<script>alert" not in page
    assert re.search(r"&lt;script&gt;alert", page)


def test_the_secret_is_not_kept(client: Client) -> None:
    token = hand_in(client)
    with scope(SYSTEM):
        kept = [bytes(one) for one in LinkToken.objects.values_list("token_hash", flat=True)]
    assert token.encode() not in kept
