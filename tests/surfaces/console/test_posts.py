"""The security administrator's pages: who holds which post, hand it over, find it a stand-in."""

from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from qijie.access.viewer import Role
from qijie.accounts.models import User
from qijie.surfaces.console.paging import PAGE_SIZE
from qijie.teams.models import Holding, Post
from qijie.teams.queries import viewer_for
from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
POSTS = "/console/posts/"
LIST_QUERIES, POST_QUERIES = 12, 13
NOBODY_ELSE = ["chen", "song", "wang", "zhao", "sun", "zhou", "wu", "xu", "han", "deng", "qian"]


def day(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def address(code: str = "desk") -> str:
    return reverse("console:post", args=[Post.objects.get(code=code).pk])


def confine_to(path: str) -> None:
    """The security administrator's territory becomes this one."""
    Post.objects.filter(code="security").update(path=path)


def handed_over(
    client: Client, to: str = "liu", on: object = None, code: str = "desk"
) -> HttpResponse:
    client.force_login(town.user("cao"))
    typed = {"hand_over-username": to, "hand_over-from_on": str(on or day(7))}
    pressed = {"act": "hand_over", "confirmed": "yes"}
    answer: HttpResponse = client.post(address(code), pressed | typed)
    return answer


def stood_in(
    client: Client, who: str = "liu", from_on: object = None, to_on: object = None
) -> HttpResponse:
    client.force_login(town.user("cao"))
    typed = {
        "stand_in-username": who,
        "stand_in-from_on": str(from_on or day(1)),
        "stand_in-to_on": str(to_on or day(4)),
    }
    answer: HttpResponse = client.post(address(), {"act": "stand_in", "confirmed": "yes"} | typed)
    return answer


def holdings(code: str = "desk") -> list[tuple[str, date, date | None, bool]]:
    rows = Holding.objects.filter(post__code=code).order_by("from_on")
    return list(rows.values_list("user__username", "from_on", "to_on", "is_stand_in"))


def is_at_the_desk(username: str, on: date) -> bool:
    return Role.DESK in viewer_for(town.user(username), on).roles


# Who may


@pytest.mark.parametrize("username", NOBODY_ELSE)
def test_nobody_else_is_shown_the_posts_or_may_change_them(client: Client, username: str) -> None:
    assert acts.status(client, username, POSTS) == 404
    assert acts.status(client, username, address()) == 404
    typed = {"act": "hand_over", "hand_over-username": "liu", "hand_over-from_on": str(day(7))}
    assert client.post(address(), typed).status_code == 404
    assert holdings() == [("wang", town.SINCE, None, False)]


def test_the_security_administrator_lands_on_the_posts(client: Client) -> None:
    client.force_login(town.user("cao"))
    assert client.get("/home/")["Location"] == POSTS


def test_a_post_outside_the_territory_is_not_there_and_the_try_is_logged(client: Client) -> None:
    confine_to(town.STREET)
    outside = Post.objects.get(code="next-desk")
    assert "榆林社区受理席" not in acts.page(client, "cao", POSTS)
    assert acts.status(client, "cao", address("next-desk")) == 404
    assert handed_over(client, code="next-desk").status_code == 404
    assert holdings("next-desk") == [("qian", town.SINCE, None, False)]
    logged = [entry.subject for entry in acts.access_entries("not_visible")]
    assert logged == [str(outside.pk)] * 2


def test_another_post_of_the_administrator_opens_no_more_territory(client: Client) -> None:
    confine_to(town.STREET)
    leader = Post.objects.get(code="leader")
    Post.objects.filter(pk=leader.pk).update(path=town.NEXT_STREET)
    Holding.objects.create(post=leader, user=town.user("cao"), from_on=town.SINCE, is_stand_in=True)
    assert acts.status(client, "cao", address("next-desk")) == 404


# The list


def test_the_list_names_post_place_level_holder_and_stand_in(client: Client) -> None:
    stood_in(client, "liu", day(0), day(3))
    shown = acts.page(client, "cao", f"{POSTS}?q=槐荫社区受理席")
    for words in ("槐荫社区受理席", "青石街道 槐荫社区", "社区", "王芳", "代班：刘洋", "1月1日"):
        assert words in shown
    assert "派单席" not in shown


@pytest.mark.parametrize(
    ("query", "found", "left_out"),
    [
        (f"path={town.HUAIYIN}", "槐荫社区第一网格网格员", "柳溪社区第一网格网格员"),
        (f"path={town.NEXT_STREET}", "白杨街道派单席", "青石街道派单席"),
        ("q=赵敏", "槐荫社区派单席", "槐荫社区受理席"),
        ("q=核查员", "青石街道核查员", "槐荫社区受理席"),
        (f"q=核查员&path={town.HUAIYIN}", "槐荫社区核查员", "青石街道核查员"),
    ],
)
def test_the_list_is_narrowed_by_place_and_words(
    client: Client, query: str, found: str, left_out: str
) -> None:
    shown = acts.page(client, "cao", f"{POSTS}?{query}")
    assert found in shown
    assert left_out not in shown


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("path=4201", "“4201”不在您的辖区内"),
        (f"path={town.CITY}", "不在您的辖区内"),
        ("q=%00", "控制字符"),
        ("after=%00", "不能识别的字符"),
        ("path=%00", "不能识别的字符"),
        (f"q={'长' * 61}", "最多 60 个字"),
    ],
)
def test_what_cannot_be_looked_for_gets_a_sentence(
    client: Client, query: str, sentence: str
) -> None:
    shown = acts.page(client, "cao", f"{POSTS}?{query}")
    assert sentence in shown
    assert "王芳" not in shown


def test_vacant_posts_are_marked_and_have_their_tab(client: Client) -> None:
    Holding.objects.filter(post__code="desk").update(to_on=day(0))
    stood_in(client, "liu", day(0), day(3))
    assert ">空缺</span>" in acts.page(client, "cao", f"{POSTS}?q=槐荫社区受理席")
    vacant = acts.page(client, "cao", f"{POSTS}?view=vacant")
    assert "槐荫社区受理席" in vacant, "a stand-in does not fill a post"
    assert "代班：刘洋" in vacant
    assert "槐荫社区派单席" not in vacant


def test_a_closed_post_is_off_the_list_and_keeps_its_page_without_forms(client: Client) -> None:
    Post.objects.filter(code="desk").update(valid_to=day(0))
    assert "槐荫社区受理席" not in acts.page(client, "cao", POSTS)
    shown = acts.page(client, "cao", address())
    assert "已经撤销" in shown
    assert ">办理交接<" not in shown


def more_posts(count: int) -> None:
    Post.objects.bulk_create(
        Post(
            code=f"extra-{number:03}",
            kind="grid_worker",
            title=f"增设岗位 {number:03}",
            role=Role.GRID_WORKER,
            level="grid",
            path=town.GRID_1,
            valid_from=town.SINCE,
        )
        for number in range(count)
    )


def test_pages_follow_each_other_without_a_post_lost_or_repeated(client: Client) -> None:
    more_posts(PAGE_SIZE + 3)
    codes = sorted(f"extra-{number:03}" for number in range(PAGE_SIZE + 3))
    first = acts.page(client, "cao", f"{POSTS}?q=增设")
    second = acts.page(client, "cao", f"{POSTS}?q=增设&after={codes[PAGE_SIZE - 1]}")
    assert f"after={codes[PAGE_SIZE - 1]}" in first
    assert [code for code in codes if code in first] == codes[:PAGE_SIZE]
    assert "extra-052" in second
    assert "extra-000" not in second
    assert "下一页" not in second


def test_a_long_list_costs_no_more_queries_than_a_short_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    more_posts(2 * PAGE_SIZE)
    client.force_login(town.user("cao"))
    for query in ("q=槐荫社区受理席", ""):
        with django_assert_num_queries(LIST_QUERIES):
            client.get(f"{POSTS}?{query}")


def test_the_page_of_a_post_costs_the_same_however_many_held_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for turn, username in enumerate(["liu", "ma", "chen", "liu", "ma"]):
        handed_over(client, username, day(turn + 1))
    for code in ("lead", "desk"):
        with django_assert_num_queries(POST_QUERIES):
            client.get(address(code))


# Handing over


def test_a_post_is_handed_over_on_a_day_and_not_before(client: Client) -> None:
    assert handed_over(client).status_code == 302
    assert is_at_the_desk("wang", day(6))
    assert not is_at_the_desk("liu", day(6))
    assert is_at_the_desk("liu", day(7))
    assert not is_at_the_desk("wang", day(7))


def test_a_hand_over_leaves_no_day_without_a_holder(client: Client) -> None:
    handed_over(client)
    assert holdings() == [("wang", town.SINCE, day(7), False), ("liu", day(7), None, False)]
    shown = acts.page(client, "cao", address())
    for words in ("王芳", "现任", "刘洋", "将任", "曹阳"):
        assert words in shown


def test_a_vacant_post_is_taken_up_today(client: Client) -> None:
    Holding.objects.filter(post__code="desk").update(to_on=day(-3))
    handed_over(client, on=day(0))
    assert is_at_the_desk("liu", day(0))


def test_a_holder_who_will_leave_is_relieved_before(client: Client) -> None:
    Holding.objects.filter(post__code="desk").update(to_on=day(30))
    handed_over(client)
    assert holdings() == [("wang", town.SINCE, day(7), False), ("liu", day(7), None, False)]


def test_a_change_is_told_and_stands_in_the_log(client: Client) -> None:
    answer = handed_over(client)
    assert f"自 {day(7)} 起由刘洋（liu）任职" in client.get(answer["Location"]).content.decode()
    [entry] = acts.access_entries("changed")
    assert (entry.subject, entry.region_code) == ("desk", town.DISTRICT)
    assert "刘洋（liu）" in entry.purpose
    assert "办理变更" in acts.page(client, "deng", "/console/access-log/?kind=changed")


@pytest.mark.parametrize(
    ("to", "ahead", "sentence"),
    [
        ("wang", 7, "王芳已经在岗"),
        ("cao", 7, "不能把岗位办给自己"),
        ("nobody-of-that-name", 7, "没有用户名为“nobody-of-that-name”"),
        ("ＷANG", 7, "王芳已经在岗"),
        ("retired", 7, "没有用户名为“retired”"),
        ("", 7, "请填写接任人用户名"),
        ("liu\0", 7, "控制字符"),
        ("liu", -1, "已经过去"),
        ("liu", 400, "太远"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused_and_keeps_what_was_typed(
    client: Client, to: str, ahead: int, sentence: str
) -> None:
    User.objects.create(username="retired", name="已离职", password="!", is_active=False)
    answer = handed_over(client, to, day(ahead))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in shown
    assert f'value="{day(ahead)}"' in shown
    assert not to or "\0" in to or f'value="{to}"' in shown
    assert holdings() == [("wang", town.SINCE, None, False)]
    assert acts.access_entries("changed") == []


@pytest.mark.parametrize("typed", ["明天", "2026-13-01", "0", "2026/12/01"])
def test_a_day_that_is_none_is_refused_and_kept(client: Client, typed: str) -> None:
    shown = handed_over(client, on=typed).content.decode()
    assert "交接日期应写成 2026-06-01 的样子" in shown
    assert f'value="{typed}"' in shown
    assert len(holdings()) == 1


def test_a_planned_hand_over_is_not_overtaken(client: Client) -> None:
    handed_over(client)
    assert "交接日期须晚于这一天" in handed_over(client, "ma", day(5)).content.decode()
    assert len(holdings()) == 2


@pytest.mark.parametrize("code", ["system", "audit"])
def test_no_one_administers_two_things_of_the_three(client: Client, code: str) -> None:
    other = "deng" if code == "system" else "han"
    shown = handed_over(client, other, code=code).content.decode()
    assert "不能由一人兼任" in shown
    assert len(holdings(code)) == 1


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [({"valid_to": 5}, "撤销，交接日期须早于"), ({"valid_from": 9}, "设立，交接日期不能早于")],
)
def test_a_post_is_handed_over_only_while_it_exists(
    client: Client, dates: dict[str, int], sentence: str
) -> None:
    moved = {name: day(ahead) for name, ahead in dates.items()}
    Post.objects.filter(code="desk").update(**moved)
    assert sentence in handed_over(client).content.decode()
    assert len(holdings()) == 1


# Standing in


def test_a_stand_in_works_for_its_days_beside_the_holder(client: Client) -> None:
    assert stood_in(client).status_code == 302
    assert [is_at_the_desk("liu", day(ahead)) for ahead in (0, 1, 3, 4)] == [0, 1, 1, 0]
    assert is_at_the_desk("wang", day(2))
    [entry] = acts.access_entries("changed")
    assert entry.purpose.startswith("代班")


@pytest.mark.parametrize(
    ("who", "from_on", "to_on", "sentence"),
    [
        ("liu", 4, 4, "须晚于开始日期"),
        ("liu", 4, 2, "须晚于开始日期"),
        ("wang", 1, 4, "已在“槐荫社区受理席”任职或代班"),
        ("cao", 1, 4, "不能把岗位办给自己"),
        ("liu", -2, 4, "已经过去"),
        ("liu", 1, 400, "太远"),
        ("", 1, 4, "请填写代班人用户名"),
    ],
)
def test_a_stand_in_that_cannot_be_is_refused_and_keeps_what_was_typed(
    client: Client, who: str, from_on: int, to_on: int, sentence: str
) -> None:
    answer = stood_in(client, who, day(from_on), day(to_on))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in shown
    for typed in (who, day(from_on), day(to_on)):
        assert not typed or f'value="{typed}"' in shown
    assert len(holdings()) == 1


def test_nobody_stands_in_twice_on_one_day(client: Client) -> None:
    stood_in(client)
    assert "任职或代班" in stood_in(client, from_on=day(3), to_on=day(6)).content.decode()
    assert stood_in(client, from_on=day(4), to_on=day(6)).status_code == 302


# Finding somebody


def test_somebody_is_found_by_part_of_a_name_and_put_into_a_form(client: Client) -> None:
    shown = acts.page(client, "cao", f"{address()}?who=刘")
    assert "刘洋" in shown
    assert "槐荫社区第二网格网格员" in shown
    assert "hand_over=liu#hand-over" in shown
    chosen = acts.page(client, "cao", f"{address()}?who=刘&stand_in=liu")
    assert 'name="stand_in-username" value="liu"' in chosen
    assert 'name="hand_over-username" value="liu"' not in chosen


@pytest.mark.parametrize(
    ("who", "sentence"), [("查无此人", "没有姓名或用户名含“查无此人”"), ("%00", "控制字符")]
)
def test_nobody_found_is_said(client: Client, who: str, sentence: str) -> None:
    assert sentence in acts.page(client, "cao", f"{address()}?who={who}")


def test_somebody_who_left_is_not_offered(client: Client) -> None:
    User.objects.create(username="retired", name="已离职", password="!", is_active=False)
    assert "hand_over=retired" not in acts.page(client, "cao", f"{address()}?who=离职")


def test_a_form_of_no_kind_changes_nothing(client: Client) -> None:
    client.force_login(town.user("cao"))
    assert client.post(address(), {"act": "abolish"}).status_code in (200, 422)
    assert len(holdings()) == 1
