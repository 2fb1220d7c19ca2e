"""A grid's public page: what anybody may know, read without any scope."""

import re
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.boards.actions import count_solved
from qijie.boards.rules import months_before
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import State
from qijie.teams.models import Holding, Post
from qijie.territory.actions import redraw_grid
from qijie.territory.models import Node
from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
# The gate opens its transaction and names its scope: two statements beside the page's own.
MOST_QUERIES = 8 + 4
WORDS = "三楼老人的药吃完了"


def url(code: str = town.GRID_1) -> str:
    return f"/grids/{code}/"


def page(client: Client, code: str = town.GRID_1) -> str:
    response = client.get(url(code))
    assert response.status_code == 200
    return response.content.decode()


def main(shown: str) -> str:
    return re.sub(r"\s+", " ", shown[shown.index("<main") : shown.index("</main>")])


def closed_last_month(count: int, category: str = town.RUBBISH) -> None:
    month = months_before(timezone.localdate(), 1)[0]
    at = datetime(month.year, month.month, 15, 12, tzinfo=town.SHANGHAI)
    for _ in range(count):
        issue_id = acts.reported(WORDS, category=category)
        with scope(SYSTEM):
            Issue.objects.filter(pk=issue_id).update(state=State.CLOSED, closed_at=at)
    count_solved(timezone.now())


def test_it_says_what_the_board_says_without_signing_in(client: Client) -> None:
    Post.objects.filter(code="worker-1").update(duty_phone="027-85559999", office_hours="全天")
    shown = main(page(client))
    for words in ("槐荫社区 第一网格", "青石街道", "400 户", "2 栋楼", "网格员", "陈静", "全天"):
        assert words in shown
    assert 'href="tel:027-85559999"' in shown
    assert "<h1>" in shown


def test_the_map_is_drawn_into_the_page_and_named(client: Client) -> None:
    shown = main(page(client))
    assert "<title>槐荫社区 第一网格的边界和周围街道</title>" in shown
    drawn = "".join(re.findall(r'class="map-neighbour-name"[^>]*>([^<]*)<', shown))
    assert drawn == "第二网格"
    assert "style=" not in shown


def test_a_vacancy_is_said(client: Client) -> None:
    Holding.objects.filter(post__code="worker-1").update(to_on=timezone.localdate())
    shown = main(page(client))
    assert "<strong>暂缺</strong>" in shown
    assert "请找社区总网格长 宋佳" in shown


def test_reporting_from_it_begins_with_the_grid_as_the_place(client: Client) -> None:
    shown = main(page(client))
    [link] = re.findall(r'href="(/report/\?grid=\d+)"', shown)
    form = client.get(link).content.decode()
    assert f'name="grid" value="{town.GRID_1}"' in form
    assert "二维码所在：<strong>示范区 青石街道 槐荫社区 第一网格</strong>" in form
    assert "不是这里" in form
    assert "二维码所在" not in client.get("/report/").content.decode()


def _sent(client: Client, **more: str) -> Issue:
    link = f"/report/?grid={town.GRID_1}"
    form = client.get(link).context["form"]
    data = {"key": str(uuid4()), "words": "灯不亮", "grid": form["grid"].value()}
    response = client.post("/report/", data | more)
    assert response.status_code == 303, response.content.decode()
    with scope(SYSTEM):
        return Issue.objects.latest("reported_at")


def test_a_report_begun_on_a_grids_page_reaches_that_grid(client: Client) -> None:
    issue = _sent(client)
    assert (issue.path, issue.place_words) == (town.GRID_1, "示范区 青石街道 槐荫社区 第一网格")


@pytest.mark.parametrize("place", ["三号楼", "槐荫社区三号楼", "槐荫路1号", "菜场后门"])
def test_whatever_else_is_written_of_the_place_the_grid_stays(client: Client, place: str) -> None:
    issue = _sent(client, place_words=place)
    assert (issue.path, issue.place_words) == (town.GRID_1, place)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"place_words": "柳溪社区门口"}, town.LIUXI),
        ({"place_words": "菜场后门", "not_here": "on"}, town.STREET),
        ({"place_unknown": "on"}, town.STREET),
        ({"place_words": "菜场后门", "grid": "429901001001999"}, town.STREET),
    ],
)
def test_another_place_lets_the_grid_go(client: Client, more: dict[str, str], path: str) -> None:
    assert _sent(client, **more).path == path


def test_not_here_asks_where_then_and_keeps_what_was_said(client: Client) -> None:
    typed = {"key": str(uuid4()), "words": "灯不亮", "grid": town.GRID_1, "not_here": "on"}
    answer = client.post("/report/", typed)
    form = answer.content.decode()
    assert answer.status_code == 422
    assert "请写下地点" in form
    assert "二维码所在：" in form
    assert 'name="not_here" checked' in re.sub(r'(name="not_here")[^>]*?(checked)', r"\1 \2", form)


def test_back_from_a_question_the_grid_is_still_said(client: Client) -> None:
    typed = {"key": str(uuid4()), "words": "网格员骂人", "grid": town.GRID_1}
    assert "您说的是不是" in client.post("/report/", typed).content.decode()
    back = client.post("/report/", typed | {"danger": "back"}).content.decode()
    assert "二维码所在：<strong>示范区" in back


def test_a_point_set_on_the_map_goes_before_the_grid(client: Client) -> None:
    point = town.IN_GRID_3
    sent = {"lon": str(point.lon), "lat": str(point.lat), "system": "cgcs2000"}
    assert _sent(client, **sent).path == town.GRID_3


@pytest.mark.parametrize("grid", ["", "429901001001999", "x" * 400, town.HUAIYIN])
def test_a_grid_that_is_none_begins_an_ordinary_report(client: Client, grid: str) -> None:
    response = client.get("/report/", {"grid": grid})
    assert response.status_code == 200
    assert response.context["form"]["place_words"].value() is None


def test_what_was_solved_is_counted_and_never_told(client: Client) -> None:
    closed_last_month(3)
    closed_last_month(2, town.LAMP)
    shown = main(page(client))
    assert re.search(r"垃圾没人清</dt><dd>3 件", shown)
    assert re.search(r"路灯不亮</dt><dd>少于 3 件", shown)
    assert WORDS not in shown
    with scope(SYSTEM):
        for number, issue_id in Issue.objects.values_list("number", "id"):
            assert number not in shown
            assert str(issue_id) not in shown


def test_the_page_reads_no_policed_table(client: Client) -> None:
    closed_last_month(3)
    with CaptureQueriesContext(connection) as found:
        page(client)
    asked = " ".join(query["sql"] for query in found)
    assert not re.search(r"issues_issue|records_event|issues_reporter|boards_boardfile", asked)


def test_nothing_solved_yet_is_said(client: Client) -> None:
    assert "还没有办结的事" in main(page(client))


def test_an_ended_grid_leads_to_those_that_took_over(client: Client) -> None:
    today = timezone.localdate()
    Node.objects.filter(code=town.GRID_1).update(valid_to=today)
    redraw_grid(code=town.GRID_2, boundary=town.square(0, columns=2), on=today)
    shown = main(page(client))
    assert "这个网格已在" in shown
    assert f'href="{url(town.GRID_2)}"' in shown
    assert "有事找谁" not in shown
    assert "/report/?grid=" not in shown


def test_a_change_to_come_is_announced(client: Client) -> None:
    later = timezone.localdate() + timedelta(days=12)
    redraw_grid(code=town.GRID_1, boundary=town.square(0), on=later)
    assert "这个网格的边界有调整" in main(page(client))
    Node.objects.filter(code=town.GRID_3).update(valid_to=later)
    assert "这个网格撤销" in main(page(client, town.GRID_3))


def test_a_grid_to_come_says_from_when(client: Client) -> None:
    Node.objects.create(
        code=f"{town.HUAIYIN}009",
        path=f"{town.HUAIYIN}009",
        kind="grid",
        name="新网格",
        parent=Node.objects.get(path=town.HUAIYIN),
        grid_kind="undeveloped",
        valid_from=date(2100, 1, 1),
    )
    shown = main(page(client, f"{town.HUAIYIN}009"))
    assert "从 2100年1月1日 起启用" in shown
    assert "边界图正在绘制" in shown


@pytest.mark.parametrize("code", ["429901001001999", town.HUAIYIN, "x", "9" * 90])
def test_a_code_no_grid_ever_had_is_not_found(client: Client, code: str) -> None:
    assert client.get(url(code)).status_code == 404


def test_it_may_be_kept_for_minutes_and_leaves_no_cookie(client: Client) -> None:
    response = client.get(url())
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" in response["Vary"]
    assert not client.cookies


def test_it_costs_few_queries(client: Client) -> None:
    closed_last_month(3)
    with CaptureQueriesContext(connection) as found:
        client.get(url())
    assert len(found) <= MOST_QUERIES, [query["sql"][:80] for query in found]
    with CaptureQueriesContext(connection) as found:
        client.get(url())
    own = [q for q in found if not re.match(r"SAVEPOINT|RELEASE|SELECT set_config", q["sql"])]
    assert len(own) <= 8, [query["sql"][:80] for query in own]


def test_the_numbers_for_danger_stand_above_the_report_button(client: Client) -> None:
    shown = main(page(client))
    assert all(f'href="tel:{number}"' in shown for number in (110, 119, 120))
    assert shown.index('href="tel:119"') < shown.index("我要反映一件事")
