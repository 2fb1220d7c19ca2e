import pytest
from django.test import Client
from django.utils import timezone

from qijie.territory.actions import redraw_grid
from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
CHECKS = "/console/territory/checks/"


def test_a_whole_tree_is_said_to_be_whole(client: Client) -> None:
    assert "都没有发现问题" in acts.page(client, "wu", f"{CHECKS}?path={town.STREET}")


def test_a_finding_names_the_place_says_the_cure_and_leads_there(client: Client) -> None:
    too_wide = town.square(0, columns=2)
    redraw_grid(code=town.GRID_1, boundary=too_wide, on=timezone.localdate())
    shown = acts.page(client, "wu", f"{CHECKS}?path={town.HUAIYIN}")
    assert "“第一网格”与相邻区域的边界有重叠或缝隙，请修正边界" in shown
    assert f'href="/console/territory/{town.GRID_1}/"' in shown


def test_a_district_asks_for_a_street_first(client: Client) -> None:
    shown = acts.page(client, "han", CHECKS)
    assert "检查一次只做一个街道或社区" in shown
    assert f"?path={town.STREET}" in shown


@pytest.mark.parametrize(
    ("path", "sentence"), [("abc", "不合规则"), ("429901009", "没有编码为 429901009 的地方")]
)
def test_a_path_that_is_none_is_said(client: Client, path: str, sentence: str) -> None:
    assert sentence in acts.page(client, "wu", f"{CHECKS}?path={path}")


@pytest.mark.parametrize("username", ["wang", "sun", "chen", "deng"])
def test_others_do_not_check(client: Client, username: str) -> None:
    assert acts.status(client, username, CHECKS) == 404
