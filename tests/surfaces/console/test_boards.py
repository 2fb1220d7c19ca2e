"""Notice boards at the desk: who may print what, the list, the PDF, a whole street's file."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.boards.actions import draw_file
from qijie.boards.models import BoardFile
from qijie.boards.rules import FileState
from qijie.kernel.ids import new_id
from qijie.teams.models import Holding
from qijie.territory.actions import redraw_grid
from tests import town
from tests.boards.print import read, words_on
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_QUERIES = 16 + 2
STAFF = ("chen", "song", "wang", "zhao", "zhou", "sun", "wu", "xu", "han", "cao", "deng", "qian")


def url(path: str, rest: str = "") -> str:
    return f"/console/boards/{path}/{rest}"


def order(client: Client, username: str, path: str, **sent: str) -> HttpResponse:
    client.force_login(town.user(username))
    today = timezone.localdate().isoformat()
    return client.post(url(path), {"size": "a4", "on": today} | sent)


def files() -> list[BoardFile]:
    with scope(SYSTEM):
        return list(BoardFile.objects.order_by("asked_at"))


def test_a_place_leads_to_its_boards(client: Client) -> None:
    for path in (town.STREET, town.HUAIYIN, town.GRID_1):
        assert f'href="{url(path)}"' in acts.page(client, "wu", f"/console/territory/{path}/")
    assert "公示牌" not in acts.page(client, "wu", f"/console/territory/{town.DISTRICT}/")


def test_every_grid_stands_there_with_its_people_both_papers_and_its_page(client: Client) -> None:
    Holding.objects.filter(post__code="worker-2").update(to_on=timezone.localdate())
    shown = acts.page(client, "wu", url(town.STREET))
    for words in (
        "槐荫社区 第一网格",
        "槐荫社区 第二网格",
        "柳溪社区 第一网格",
        "陈静",
        "1 个空岗",
    ):
        assert words in shown
    for grid in (town.GRID_1, town.GRID_2, town.GRID_3):
        for link in (url(grid, "a3.pdf"), url(grid, "a4.pdf"), f"/grids/{grid}/"):
            assert f'href="{link}"' in shown


@pytest.mark.parametrize("username", STAFF)
def test_the_board_of_a_grid_is_for_all_staff_as_it_hangs_on_a_wall(
    client: Client, username: str
) -> None:
    client.force_login(town.user(username))
    assert client.get(url(town.GRID_1)).status_code == 200


def test_the_pdf_is_the_grids_board_of_the_day(client: Client) -> None:
    client.force_login(town.user("chen"))
    response = client.get(url(town.GRID_1, "a3.pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    [page] = read(response.content).pages
    assert "网格员陈静" in words_on(page)
    assert float(page.mediabox.width) == pytest.approx(1190.55, abs=1)


@pytest.mark.parametrize(
    "rest",
    [
        f"{town.GRID_1}/a5.pdf",
        f"{town.HUAIYIN}/a3.pdf",
        "429901009/",
        f"{town.DISTRICT}/",
        f"{town.GRID_1}/a3.pdf?on=2020-01-01",
    ],
)
def test_what_has_no_board_is_not_found(client: Client, rest: str) -> None:
    assert acts.status(client, "wu", f"/console/boards/{rest}") == 404


def test_a_future_drawing_can_be_printed_ahead(client: Client) -> None:
    later = timezone.localdate() + timedelta(days=20)
    redraw_grid(code=town.GRID_2, boundary=town.square(1), on=later)
    now = acts.page(client, "wu", url(town.STREET))
    assert f'href="{url(town.STREET)}?on={later}"' in now
    then = acts.page(client, "wu", url(town.STREET, f"?on={later}"))
    assert f'href="{url(town.GRID_2, "a3.pdf")}?on={later}"' in then
    assert "这些公示牌写的是" in then


@pytest.mark.parametrize(
    ("username", "path", "may"),
    [
        ("wu", town.STREET, True),
        ("xu", town.STREET, True),
        ("wu", town.HUAIYIN, True),
        ("wang", town.HUAIYIN, True),
        ("song", town.HUAIYIN, True),
        ("wang", town.STREET, False),
        ("wang", town.LIUXI, False),
        ("chen", town.HUAIYIN, False),
        ("zhou", town.HUAIYIN, False),
        ("sun", town.STREET, False),
        ("han", town.STREET, False),
        ("qian", town.STREET, False),
    ],
)
def test_a_whole_file_is_ordered_by_those_who_answer_for_the_whole(
    client: Client, username: str, path: str, may: bool
) -> None:
    assert ("一个文件</button>" in acts.page(client, username, url(path))) == may
    response = order(client, username, path)
    made = files()
    if may:
        assert response.status_code == 302
        assert response["Location"] == f"/console/boards/files/{made[0].pk}/"
        assert (made[0].path, made[0].paper) == (path, "a4")
    else:
        assert response.status_code == 422
        assert "您可以从下面逐个打印网格的公示牌。" in response.content.decode()
        assert made == []


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"size": "a5"}, "纸张只有 A3 和 A4 两种，请选一种。"),
        ({"on": "明天"}, "公示日期“明天”应写成 2026-06-01 的样子，请检查。"),
        ({"on": "2020-01-01"}, "公示日期 2020-01-01 已经过去，请选今天或以后的日子。"),
    ],
)
def test_a_bad_order_is_a_sentence_and_nothing_is_made(
    client: Client, sent: dict[str, str], sentence: str
) -> None:
    response = order(client, "wu", town.STREET, **sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert files() == []


def test_ordering_twice_leads_to_the_same_file(client: Client) -> None:
    assert (
        order(client, "wu", town.STREET)["Location"] == order(client, "xu", town.STREET)["Location"]
    )


def test_the_file_tells_how_far_it_is_and_asks_again_by_itself(client: Client) -> None:
    page = order(client, "wu", town.STREET)["Location"]
    with scope(SYSTEM):
        BoardFile.objects.update(state=FileState.RUNNING, done=2)
    shown = client.get(page).content.decode()
    assert '<progress max="3" value="2">' in shown
    assert "已排好 2 页，共 3 页" in shown
    assert 'hx-trigger="every 2s"' in shown
    assert '<noscript><meta http-equiv="refresh"' in shown
    part = client.get(page, headers={"HX-Request": "true", "HX-Target": "file-progress"})
    assert "<html" not in part.content.decode()
    assert '<progress max="3" value="2">' in part.content.decode()


def test_a_made_file_is_fetched_and_asks_no_more(client: Client) -> None:
    page = order(client, "wu", town.STREET)["Location"]
    assert client.get(f"{page[:-1]}.pdf").status_code == 404
    draw_file(files()[0].pk)
    shown = client.get(page).content.decode()
    assert "hx-trigger" not in shown
    assert "http-equiv" not in shown
    response = client.get(f"{page[:-1]}.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert len(read(response.content).pages) == 3
    assert "已做好" in client.get(url(town.STREET)).content.decode()


def test_a_file_under_way_can_be_cancelled(client: Client) -> None:
    page = order(client, "wu", town.STREET)["Location"]
    assert client.post(page)["Location"] == page
    assert files()[0].state == FileState.CANCELLED
    assert "已取消" in client.get(page).content.decode()


def test_a_failed_file_says_why(client: Client) -> None:
    page = order(client, "wu", town.STREET)["Location"]
    with scope(SYSTEM):
        BoardFile.objects.update(state=FileState.FAILED, failure="制作时出了差错，请再做一次。")
    assert "制作时出了差错，请再做一次。" in client.get(page).content.decode()


@pytest.mark.parametrize("username", ["wang", "chen", "qian", "han"])
def test_a_streets_file_is_absent_for_whoever_does_not_answer_for_the_street(
    client: Client, username: str
) -> None:
    page = order(client, "wu", town.STREET)["Location"]
    client.force_login(town.user(username))
    for address in (page, f"{page[:-1]}.pdf"):
        assert client.get(address).status_code == 404
    assert client.post(page).status_code == 404
    assert files()[0].state == FileState.WAITING
    assert client.get(f"/console/boards/files/{new_id()}/").status_code == 404
    assert len(acts.access_entries("not_visible") + acts.access_entries("denied")) == 4


def test_the_list_costs_few_queries(client: Client) -> None:
    client.force_login(town.user("wu"))
    with CaptureQueriesContext(connection) as found:
        client.get(url(town.STREET))
    assert len(found) <= MOST_QUERIES, [query["sql"][:80] for query in found]
