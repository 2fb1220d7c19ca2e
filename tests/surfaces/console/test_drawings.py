"""The planner's list, the order, and the plans of a drawing side by side."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.redrawing.models import Run
from qijie.redrawing.rules import Purpose, RunState
from tests import town
from tests.surfaces.console import acts, drawn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DRAWINGS = "/console/drawings/"
# The frame around every page asks eight times: who, which posts, what is unread.
LIST_QUERIES, DRAWING_QUERIES = 12, 16
PLANNERS = ["wang", "zhao", "song", "xu", "zheng", "he"]
OTHERS = ["chen", "sun", "luo", "zhou", "wu", "feng", "han", "cao", "deng"]
ORDER = {
    "path": town.HUAIYIN,
    "purpose": "new",
    "households_wanted": "on",
    "households_low": "300",
    "households_high": "500",
    "households_weight": "1",
    "plans": "2",
    "seed": "7",
}


def address(run: Run) -> str:
    return reverse("console:drawing", args=[run.pk])


def ordered(client: Client, username: str = "wang", **typed: str) -> HttpResponse:
    client.force_login(town.user(username))
    sent = {key: value for key, value in (ORDER | typed).items() if value != ""}
    answer: HttpResponse = client.post(DRAWINGS, sent)
    return answer


def runs() -> list[Run]:
    with scope(SYSTEM):
        return list(Run.objects.order_by("asked_at"))


# Who may


@pytest.mark.parametrize("username", PLANNERS)
def test_whoever_may_draw_finds_the_page_in_the_navigation(client: Client, username: str) -> None:
    shown = acts.page(client, username, "/console/me/")
    assert f'href="{DRAWINGS}"' in shown
    assert "开始划分" in acts.page(client, username, DRAWINGS)


@pytest.mark.parametrize("username", OTHERS)
def test_nobody_else_finds_any_of_it(client: Client, username: str) -> None:
    run = drawn.run()
    assert f'href="{DRAWINGS}"' not in acts.page(client, username, "/console/me/")
    assert acts.status(client, username, DRAWINGS) == 404
    assert acts.status(client, username, address(run)) == 404
    assert ordered(client, username).status_code == 404
    assert runs() == [run]


def test_the_outsider_sees_nothing_by_list_and_nothing_by_id(client: Client) -> None:
    run = drawn.run()
    assert "槐荫" not in acts.page(client, "qian", DRAWINGS)
    assert acts.status(client, "qian", address(run)) == 404
    cancelling = reverse("console:drawing_cancel", args=[run.pk])
    assert client.post(cancelling).status_code == 404
    logged = [entry.subject for entry in acts.access_entries("not_visible")]
    assert logged == [str(run.pk)] * 2


# The order


def test_a_planner_may_draw_only_what_is_theirs(client: Client) -> None:
    shown = acts.page(client, "wang", DRAWINGS)
    assert "槐荫社区" in shown
    assert "柳溪社区" not in shown
    assert "榆林社区" not in shown
    assert "柳溪社区" in acts.page(client, "zheng", DRAWINGS)


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "还没有划过网格" in acts.page(client, "wang", DRAWINGS)


def test_a_place_in_the_address_opens_the_form_with_it(client: Client) -> None:
    drawn.run()
    shown = acts.page(client, "zheng", f"{DRAWINGS}?path={town.LIUXI}")
    assert f'<option value="{town.LIUXI}" selected>' in shown
    assert '<details class="sheet drawing-order" id="order" open>' in shown


def test_an_order_waits_for_the_worker_with_everything_asked_for(client: Client) -> None:
    answer = ordered(
        client,
        purpose="change",
        most_moved="120",
        price="5",
        people_wanted="on",
        people_low="800",
        people_high="1250",
        people_weight="2",
    )
    (run,) = runs()
    assert answer["Location"] == address(run)
    assert (run.path, run.state, run.purpose) == (town.HUAIYIN, RunState.WAITING, Purpose.CHANGE)
    balances = [(one["measure"], one["low"], one["high"], one["weight"]) for one in _balances(run)]
    assert balances == [("households", 300, 500, 1), ("people", 800, 1250, 2)]
    assert (run.rules["plans"], run.rules["seed"]) == (2, 7)
    assert (run.rules["price"], run.rules["most_moved"]) == (0.2, 120)


def _balances(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.rules["balances"]
    return found


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"path": ""}, "请选择要划分的街道或社区"),
        ({"path": town.LIUXI}, "不在您可以划分的范围内"),
        ({"path": "'; --"}, "不在您可以划分的范围内"),
        ({"purpose": ""}, "请选择重新划分还是动态调整"),
        ({"purpose": "imported"}, "没有“imported”这种划法"),
        ({"households_wanted": ""}, "请至少勾选一项要均衡的工作量"),
        ({"households_low": ""}, "勾选了户数，请填写户数下限"),
        ({"households_high": "许多"}, "户数上限应是 0 到 100000 之间的数字"),
        ({"households_low": "500", "households_high": "300"}, "户数上限 300 应大于下限 500"),
        ({"households_low": "-1"}, "户数下限应是 0 到 100000 之间的数字"),
        ({"households_low": "nan"}, "户数下限应是 0 到 100000 之间的数字"),
        ({"households_weight": "9"}, "户数分量没有“9”这一档"),
        ({"matters_wanted": "on"}, "勾选了每月事项，请填写每月事项下限"),
        ({"plans": "0"}, "要几份方案应是 1 到 5 之间的整数"),
        ({"plans": ""}, "请填写要几份方案"),
        ({"plans": "六"}, "要几份方案应是 1 到 5 之间的整数"),
        ({"seed": "99999999999"}, "随机种子应是 0 到 2147483647 之间的整数"),
        ({"most_moved": "-5"}, "最多调整户数应是 0 到 10000000 之间的整数"),
        ({"price": "8"}, "取舍应是 1 到 5 之间的整数"),
    ],
)
def test_a_bad_order_is_refused_with_a_sentence_and_keeps_what_was_typed(
    client: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = ordered(client, **{"plans": "4", "seed": "1234", **typed})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in shown
    assert 'value="1234"' in shown or "seed" in typed
    assert runs() == []


def test_a_second_drawing_of_a_place_waits_for_the_first(client: Client) -> None:
    ordered(client)
    answer = ordered(client)
    assert answer.status_code == 422
    assert "还差一点" in answer.content.decode()
    assert len(runs()) == 1


# The list


def test_the_list_has_place_wish_and_state_and_asks_as_often_for_many(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = drawn.run(at=timezone.now() - timedelta(days=1))
    drawn.plan(first)
    for hour in range(12):
        drawn.run(RunState.FAILED, at=timezone.now() - timedelta(hours=hour))
    client.force_login(town.user("wang"))
    with django_assert_max_num_queries(LIST_QUERIES):
        shown = client.get(DRAWINGS).content.decode()
    for words in ("槐荫社区", "户数 300–500", "已完成", "未完成"):
        assert words in shown


def test_older_drawings_are_a_page_further(client: Client) -> None:
    made = [drawn.run(at=timezone.now() - timedelta(hours=hour)) for hour in range(22)]
    first = acts.page(client, "wang", DRAWINGS)
    assert address(made[0]) in first
    assert address(made[21]) not in first
    after = first.split("?after=")[1].split('"')[0]
    second = acts.page(client, "wang", f"{DRAWINGS}?after={after}")
    assert address(made[20]) in second
    assert address(made[0]) not in second


def test_a_cursor_that_is_none_is_named(client: Client) -> None:
    assert "翻页位置无效" in acts.page(client, "wang", f"{DRAWINGS}?after=xyz")


# One drawing


def test_a_running_drawing_shows_its_progress_and_works_without_scripts(client: Client) -> None:
    run = drawn.run(RunState.RUNNING, done_parts=3, of_parts=12, now_words="正在划分槐荫社区")
    shown = acts.page(client, "wang", address(run))
    assert 'value="25"' in shown
    assert "正在划分槐荫社区" in shown
    assert f'<a class="button" href="{address(run)}">' in shown


def test_progress_asks_for_itself_until_the_drawing_has_ended(client: Client) -> None:
    run = drawn.run(RunState.RUNNING, done_parts=6, of_parts=12)
    client.force_login(town.user("wang"))
    asked = {"HX-Request": "true", "HX-Target": "drawing-progress"}
    going = client.get(address(run), headers=asked)
    assert "<html" not in going.content.decode()
    assert "hx-get" in going.content.decode()
    assert "HX-Refresh" not in going
    with scope(SYSTEM):
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE)
    assert client.get(address(run), headers=asked)["HX-Refresh"] == "true"


def test_a_waiting_drawing_is_cancelled_and_a_done_one_is_not(client: Client) -> None:
    client.force_login(town.user("wang"))
    waiting, done = drawn.run(RunState.WAITING), drawn.run()
    for run in (waiting, done):
        client.post(reverse("console:drawing_cancel", args=[run.pk]))
    states = {run.pk: run.state for run in runs()}
    assert states == {waiting.pk: RunState.CANCELLED, done.pk: RunState.DONE}
    assert "没有留下方案" in acts.page(client, "wang", address(waiting))


def test_a_failure_is_told_in_its_own_sentence(client: Client) -> None:
    run = drawn.run(RunState.FAILED, failure="槐荫社区没有楼栋，请先载入楼栋再划。")
    shown = acts.page(client, "wang", address(run))
    assert "槐荫社区没有楼栋，请先载入楼栋再划。" in shown
    assert f"?path={town.HUAIYIN}#order" in shown


def test_plans_stand_side_by_side_and_the_best_of_a_row_is_marked(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = drawn.run(findings=[{"kind": "mended", "sentence": "两条街道的缺口已接上。", "keys": []}])
    today, other = drawn.plan(run, drawn.WEST), drawn.plan(run, drawn.TOP, 2)
    client.force_login(town.user("wang"))
    with django_assert_max_num_queries(DRAWING_QUERIES):
        shown = client.get(address(run)).content.decode()
    assert shown.count('class="plan-picture"') == 2
    for plan in (today, other):
        assert reverse("console:plan", args=[plan.pk]) in shown
    moved = shown.split("换网格的户")[1].split("</tr>")[0]
    best, worse = moved.split("</td>")[:2]
    assert 'aria-label="最好"' in best
    assert "0 户" in best
    assert 'aria-label="最好"' not in worse
    assert "两条街道的缺口已接上。" in shown


def test_rules_that_gave_way_lead_to_their_grid(client: Client) -> None:
    run = drawn.run()
    sentence = "槐荫社区第 2 格超出 60 户：这一片的总量不能整分。"
    gave_way = [{"rule": "size", "grid": 2, "sentence": sentence}]
    plan = drawn.plan(run, gave_way=gave_way)
    shown = acts.page(client, "wang", address(run))
    assert sentence in shown
    assert f"{reverse('console:plan', args=[plan.pk])}?grid=2#blocks" in shown


def test_who_would_lose_their_grid_is_named(client: Client) -> None:
    run = drawn.run()
    drawn.plan(run, [1] * drawn.COUNT)
    shown = acts.page(client, "wang", address(run))
    assert "1 位：陈静" in shown or "1 位：刘洋" in shown


# From the territory page


def test_a_place_offers_to_be_drawn_to_whoever_may(client: Client) -> None:
    place = reverse("console:place", args=[town.HUAIYIN])
    link = f'href="{DRAWINGS}?path={town.HUAIYIN}#order"'
    assert link in acts.page(client, "wang", place)
    assert link not in acts.page(client, "wu", place)
    assert link not in acts.page(client, "qian", place)
