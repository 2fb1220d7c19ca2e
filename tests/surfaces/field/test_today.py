import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.rules.vocabulary import Urgency
from tests import town
from tests.surfaces.field import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = "/field/"


def page(client: Client, username: str, query: str = "") -> str:
    client.force_login(town.user(username))
    return client.get(TODAY + query).content.decode()


def test_a_worker_finds_the_matters_of_her_grid_and_no_other(client: Client) -> None:
    acts.reported("第一网格的垃圾")
    acts.reported("第二网格的垃圾", place=town.IN_GRID_2)
    shown = page(client, "chen")
    assert "第一网格的垃圾" in shown
    assert "第二网格的垃圾" not in shown


def test_a_lead_finds_the_matters_of_every_grid_below(client: Client) -> None:
    acts.reported("第一网格的垃圾")
    acts.reported("第二网格的垃圾", place=town.IN_GRID_2)
    acts.reported("柳溪的垃圾", place=town.IN_GRID_3)
    shown = page(client, "song")
    assert "第一网格的垃圾" in shown
    assert "第二网格的垃圾" in shown
    assert "柳溪的垃圾" not in shown


def test_what_is_overdue_comes_before_what_is_due_later(client: Client) -> None:
    acts.reported("刚刚报的")
    acts.reported("上个月报的", at=acts.a_while_ago(days=20))
    shown = page(client, "chen")
    assert shown.index("已超期") < shown.index("上个月报的") < shown.index("刚刚报的")


def test_an_urgent_matter_says_so(client: Client) -> None:
    acts.reported("井盖没了", urgency=Urgency.URGENT)
    shown = page(client, "chen")
    assert "紧急，先看这里" in shown
    assert "【紧急：井盖没了、有人会掉下去】" in shown


def test_a_matter_a_unit_is_on_leaves_the_list_and_stays_in_sight(client: Client) -> None:
    acts.dispatched(words="派给环卫的垃圾")
    assert "派给环卫的垃圾" not in page(client, "chen")
    assert "派给环卫的垃圾" in page(client, "chen", "?tab=others")


def test_a_handler_starts_with_the_orders_of_the_unit(client: Client) -> None:
    acts.dispatched(words="环卫的单")
    acts.dispatched(town.PROPERTY, words="物业的单", category=town.NOISE)
    shown = page(client, "sun")
    assert "环卫的单" in shown
    assert "物业的单" not in shown
    assert "待签收" in shown


def test_an_order_done_is_gone_from_the_list(client: Client) -> None:
    issue_id = acts.dispatched(town.PROPERTY, words="物业的单", category=town.NOISE)
    handler, order_id = acts.viewer("luo"), acts.order_of(issue_id, "luo")
    with scope(handler):
        at = acts.a_while_ago(minutes=1)
        actions.sign(issue_id, order_id=order_id, by=handler, at=at)
        actions.done(issue_id, order_id=order_id, by=handler, at=at, words="已劝导")
    assert "物业的单" not in page(client, "luo")


def test_my_reports_tell_their_last_step(client: Client) -> None:
    client.force_login(town.user("chen"))
    client.post(
        "/field/report/", {"category": town.LAMP, "words": "3栋路灯不亮", "path": town.GRID_1}
    )
    shown = page(client, "chen", "?tab=mine")
    assert "3栋路灯不亮" in shown
    assert "上报" in shown


def test_the_tabs_count_what_waits(client: Client) -> None:
    for number in range(3):
        acts.reported(f"第{number}件")
    assert '待办<span class="count">3<' in page(client, "chen")


def test_an_empty_day_says_what_to_do_next(client: Client) -> None:
    shown = page(client, "chen")
    assert "没有等您办的事项" in shown
    assert "上报一件事" in shown


def test_a_matter_about_the_worker_is_not_in_her_list(client: Client) -> None:
    from uuid import uuid4

    from qijie.access.viewer import INTAKE
    from qijie.issues.actions import NewReport
    from qijie.issues.rules.vocabulary import Channel
    from qijie.kernel.codes import Level
    from qijie.teams.models import Post

    new = NewReport(
        key=uuid4(),
        words="网格员态度不好",
        channel=Channel.PORTAL,
        category=town.ADVICE,
        place=town.IN_GRID_1,
        about_post_id=Post.objects.get(code="worker-1").pk,
        about_level=Level.GRID,
    )
    with scope(INTAKE):
        actions.report(new, by=INTAKE, at=acts.a_while_ago(minutes=5))
    assert "网格员态度不好" not in page(client, "chen")


def test_the_outsider_has_no_list_of_this_kind(client: Client) -> None:
    client.force_login(town.user("qian"))
    assert client.get(TODAY).status_code == 404


def test_nobody_signed_in_is_led_to_sign_in(client: Client) -> None:
    answer = client.get(TODAY)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("broken", ["?after=%E5%9D%8F", "?tab=nothing", "?before=e30="])
def test_a_broken_address_shows_the_first_page(client: Client, broken: str) -> None:
    acts.reported("第一网格的垃圾")
    assert "第一网格的垃圾" in page(client, "chen", broken)


def test_more_matters_than_a_page_holds_are_reached_by_the_pager(client: Client) -> None:
    for number in range(33):
        acts.reported(f"第{number:02}件", at=acts.a_while_ago(minutes=60 - number))
    first = page(client, "chen")
    assert "第00件" in first
    assert "第32件" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "第32件" in client.get(TODAY + older).content.decode()


@pytest.mark.parametrize(
    ("username", "query"),
    [("chen", ""), ("chen", "?tab=mine"), ("sun", ""), ("song", "?tab=others")],
)
def test_the_page_costs_the_same_for_one_matter_and_for_twelve(
    client: Client,
    username: str,
    query: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        acts.reported(f"第{number}件")
        acts.dispatched(words=f"派出第{number}件")
    client.force_login(town.user(username))
    # Ten of the page's own; beside them this test's transaction makes the gate use a savepoint.
    # What waits for a desk is read by the system, which costs the grid's first page five.
    outlines = 5 if username == "chen" and not query else 0
    with django_assert_max_num_queries(10 + 2 + outlines):
        assert client.get(TODAY + query).status_code == 200
