import pytest
from django.test import Client

from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
LOG = "/console/access-log/"


def revealed(client: Client) -> str:
    issue_id = acts.reported("不该进日志的话", phone="13912345678")
    client.force_login(town.user("wang"))
    client.post(f"/console/matters/{issue_id}/reporter/", {"purpose": "回访"})
    return str(issue_id)


def test_the_log_says_who_looked_at_which_fields_and_why_and_no_more(client: Client) -> None:
    issue_id = revealed(client)
    shown = acts.page(client, "deng", LOG)
    for words in ("王芳", "查看反映人", "称呼、电话、邮箱", "回访", issue_id, "console:reporter"):
        assert words in shown
    assert "13912345678" not in shown
    assert "不该进日志的话" not in shown


def test_the_log_is_narrowed_by_kind(client: Client) -> None:
    revealed(client)
    acts.status(client, "qian", "/console/territory/checks/")
    shown = acts.page(client, "deng", f"{LOG}?kind=denied")
    assert "钱多" in shown
    assert "王芳" not in shown


@pytest.mark.parametrize("username", ["wang", "wu", "xu", "han", "cao", "qian"])
def test_nobody_else_reads_the_log(client: Client, username: str) -> None:
    assert acts.status(client, username, LOG) == 404


def test_strangers_who_were_refused_stand_there_as_a_count(client: Client) -> None:
    for number in range(7):
        Client().get(f"/m/nonsense{number}/", REMOTE_ADDR="203.0.113.7")
    revealed(client)
    shown = " ".join(acts.page(client, "deng", LOG).split())
    assert "没有登录的人被拒绝" in shown
    assert "203.0.113.7</th> <td>被拒绝</td>" in shown
    assert '<td data-label="次数" class="number">7</td>' in shown
    assert "nonsense" not in shown
    assert "203.0.113.7" not in acts.page(client, "deng", f"{LOG}?kind=reveal")


def test_a_spoilt_cursor_gets_a_sentence(client: Client) -> None:
    assert "翻页位置无效" in acts.page(client, "deng", f"{LOG}?after=zzz")
