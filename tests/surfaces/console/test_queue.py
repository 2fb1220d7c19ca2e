import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
QUEUE = "/console/"
# What a request costs around the page: a savepoint and its release stand for BEGIN and COMMIT.
MOST_QUERIES = 12 + 2


def test_a_desk_finds_what_waits_to_be_accepted_or_filed(client: Client) -> None:
    acts.reported("刚报上来的")
    acts.accepted(words="受理了还没立案的")
    acts.filed(words="已经立案的")
    shown = acts.page(client, "wang", QUEUE)
    assert "刚报上来的" in shown
    assert "受理了还没立案的" in shown
    assert "已经立案的" not in shown


def test_a_dispatcher_finds_what_is_filed_and_nothing_else(client: Client) -> None:
    acts.accepted(words="还没立案的")
    acts.filed(words="等派单的")
    shown = acts.page(client, "zhao", QUEUE)
    assert "等派单的" in shown
    assert "还没立案的" not in shown


def test_a_verifier_finds_what_was_handled(client: Client) -> None:
    acts.handled(words="等核查的")
    acts.dispatched(words="还在处置的")
    shown = acts.page(client, "zhou", QUEUE)
    assert "等核查的" in shown
    assert "还在处置的" not in shown


def test_a_desk_of_another_level_waits_for_nothing_here(client: Client) -> None:
    acts.reported("社区的事")
    assert "社区的事" not in acts.page(client, "zheng", QUEUE)
    assert "社区的事" in acts.page(client, "zheng", f"{QUEUE}?view=open")


def test_a_supervisor_finds_what_is_overdue_on_every_level_below(client: Client) -> None:
    acts.reported("刚刚报的")
    acts.reported("二十天没人理的", at=acts.ago(days=20))
    shown = acts.page(client, "wu", QUEUE)
    assert "二十天没人理的" in shown
    assert "刚刚报的" not in shown


@pytest.mark.parametrize("username", ["song", "xu"])
def test_a_lead_and_a_leader_find_all_that_is_open_in_their_territory(
    client: Client, username: str
) -> None:
    acts.reported("刚报的")
    acts.handled(words="等核查的")
    shown = acts.page(client, username, QUEUE)
    assert "刚报的" in shown
    assert "等核查的" in shown


def test_a_handler_finds_the_orders_of_the_unit_alone(client: Client) -> None:
    acts.dispatched(words="环卫的单")
    acts.dispatched(town.PROPERTY, words="物业的单", category=town.NOISE)
    shown = acts.page(client, "sun", QUEUE)
    assert "环卫的单" in shown
    assert "物业的单" not in shown


def test_the_outsider_finds_nothing_on_any_tab(client: Client) -> None:
    acts.reported("别处看不到的")
    for view in ("waiting", "open", "overdue", "all"):
        assert "别处看不到的" not in acts.page(client, "qian", f"{QUEUE}?view={view}")


@pytest.mark.parametrize("username", ["han", "cao", "deng"])
def test_the_administrators_have_no_desk(client: Client, username: str) -> None:
    assert acts.status(client, username, QUEUE) == 404


def test_an_unknown_person_is_sent_to_sign_in(client: Client) -> None:
    response = client.get(QUEUE)
    assert response.status_code == 302
    assert "/account/login/" in response["Location"]


def test_a_row_says_number_place_category_and_who_holds_the_step(client: Client) -> None:
    waiting, sent = acts.reported(), acts.dispatched(words="派出去的")
    shown = acts.page(client, "wang", f"{QUEUE}?view=all")
    assert acts.seen(waiting).number in shown
    assert "槐荫社区 第一网格" in shown
    assert "暴露垃圾" in shown
    assert "社区受理席" in shown
    assert acts.seen(sent).number in shown
    assert "青石环卫所" in shown


@pytest.mark.parametrize(
    ("query", "kept", "left_out"),
    [
        ("state=reported", "刚报的", "立案的"),
        ("family=neighbourhood", "吵", "刚报的"),
        ("level=street", "", "刚报的"),
        (f"place={town.LIUXI}", "柳溪的", "刚报的"),
        ("due=overdue", "早超期的", "刚报的"),
        ("q=立案", "立案的", "刚报的"),
    ],
)
def test_a_filter_narrows_the_list(client: Client, query: str, kept: str, left_out: str) -> None:
    acts.reported("刚报的")
    acts.filed(words="立案的")
    acts.reported("吵", category=town.NOISE)
    acts.reported("柳溪的", place=town.IN_GRID_3)
    acts.reported("早超期的", at=acts.ago(days=20))
    shown = acts.page(client, "wu", f"{QUEUE}?view=all&{query}")
    assert kept in shown
    assert left_out not in shown


def test_a_number_is_found_however_it_is_written(client: Client) -> None:
    number = acts.seen(acts.reported("要找的")).number
    acts.reported("另一件")
    loose = number.replace("-", " ")
    shown = acts.page(client, "wang", f"{QUEUE}?view=all&q={loose}")
    assert "要找的" in shown
    assert "另一件" not in shown


@pytest.mark.parametrize(
    "q",
    ["航空路", "航空路12号", "12号 航空路", "漏水，航空路", "槐荫社区 漏水", "{tail}", "噪音 漏水"],
)
def test_the_search_looks_at_place_kind_and_the_end_of_a_number(client: Client, q: str) -> None:
    wanted = acts.seen(acts.reported("要找的漏水", category=town.NOISE, place_words="航空路 12 号"))
    acts.reported("另一件", place_words="槐荫路3号")
    typed = q.format(tail=wanted.number[-7:])
    shown = acts.page(client, "wang", f"{QUEUE}?view=all&q={quote(typed)}")
    assert "要找的漏水" in shown
    assert "另一件" not in shown


def test_hidden_characters_in_the_search_are_refused_in_a_sentence(client: Client) -> None:
    shown = acts.page(client, "wang", f"{QUEUE}?view=all&q=垃%00圾")
    assert "关键词第 2 个字是看不见的控制字符" in shown


def test_the_most_urgent_stands_first_where_it_waits(client: Client) -> None:
    acts.reported("可以慢慢来", at=acts.ago(minutes=1))
    acts.reported("等了九天", at=acts.ago(days=9))
    shown = acts.page(client, "wang", QUEUE)
    assert shown.index("等了九天") < shown.index("可以慢慢来")
    newest = acts.page(client, "wang", f"{QUEUE}?order=newest")
    assert newest.index("可以慢慢来") < newest.index("等了九天")


def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(client: Client) -> None:
    for number in range(120):
        acts.reported(f"第{number:03}件", at=acts.ago(minutes=200 - number))
    client.force_login(town.user("wang"))
    seen: list[str] = []
    url = f"{QUEUE}?view=all"
    while url:
        response = client.get(url)
        seen += [row["issue"].words for row in response.context["rows"]]
        older, last = response.context["page"].older, url
        url = f"{QUEUE}?view=all&after={older}" if older else ""
    assert seen == [f"第{number:03}件" for number in reversed(range(120))]
    newer = client.get(last).context["page"].newer
    back = client.get(f"{QUEUE}?view=all&before={newer}").context["rows"]
    assert [row["issue"].words for row in back] == seen[50:100]


def test_a_spoilt_cursor_gets_a_sentence(client: Client) -> None:
    assert "翻页位置无效" in acts.page(client, "wang", f"{QUEUE}?view=all&after=zzz")


def test_the_list_alone_is_sent_to_itself(client: Client) -> None:
    acts.reported("会更新的")
    part = acts.page(client, "wang", QUEUE, **{"HX-Request": "true", "HX-Target": "queue-list"})
    assert "会更新的" in part
    assert "<html" not in part
    assert 'hx-trigger="looked from:body"' in part


def test_the_list_brings_the_numbers_of_its_tabs_along(client: Client) -> None:
    def counts(shown: str) -> list[str]:
        return re.findall(r'<span class="count">(\d+)', shown)

    whole = acts.page(client, "wang", QUEUE)
    assert whole.count('id="queue-tabs"') == 1
    assert "hx-swap-oob" not in whole
    acts.reported("新来的一件")
    part = acts.page(client, "wang", QUEUE, **{"HX-Request": "true", "HX-Target": "queue-list"})
    assert 'id="queue-tabs"' in part
    assert 'hx-swap-oob="true"' in part
    assert counts(part) == counts(acts.page(client, "wang", QUEUE)) != counts(whole)


def test_a_hundred_rows_cost_no_more_queries_than_one(client: Client) -> None:
    client.force_login(town.user("wu"))
    acts.dispatched(words="第一件")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{QUEUE}?view=all&size=100")
    for number in range(99):
        acts.reported(f"第{number}件")
    acts.dispatched(words="又一件")
    with CaptureQueriesContext(connection) as many:
        response = client.get(f"{QUEUE}?view=all&size=100")
    assert len(response.context["rows"]) == 100
    assert len(many) == len(few) <= MOST_QUERIES


def test_a_badge_stops_counting_at_ninety_nine(client: Client) -> None:
    for number in range(101):
        acts.reported(f"第{number}件")
    assert "99+" in acts.page(client, "wang", QUEUE)


def test_an_empty_desk_says_so_and_where_to_look(client: Client) -> None:
    assert "现在没有等您办的事项" in acts.page(client, "zhao", QUEUE)
