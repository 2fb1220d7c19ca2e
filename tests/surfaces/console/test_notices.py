import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.outbound.actions import deliver
from qijie.outbound.queries import notices_for
from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
NOTICES = "/console/notices/"


def told(words: str = acts.WORDS) -> None:
    acts.reported(words)
    deliver(timezone.now())


def ids(username: str) -> list[str]:
    viewer = acts.viewer(username)
    with scope(viewer):
        return [str(pk) for pk in notices_for(viewer).values_list("pk", flat=True)]


def test_whoever_holds_the_next_step_is_told_and_sees_how_many(client: Client) -> None:
    told("水管爆了")
    shown = acts.page(client, "wang", NOTICES)
    assert "水管爆了" in shown
    assert '<span class="count">1' in shown
    assert "水管爆了" not in acts.page(client, "zhao", NOTICES)
    assert "水管爆了" not in acts.page(client, "qian", NOTICES)


def test_what_was_read_leaves_the_list_and_stays_among_all(client: Client) -> None:
    told("水管爆了")
    client.force_login(town.user("wang"))
    response = client.post(NOTICES, {"notice": ids("wang")}, follow=True)
    shown = response.content.decode()
    assert "1 条通知已标为已读" in shown
    assert "水管爆了" not in shown
    assert "水管爆了" in client.get(f"{NOTICES}?view=all").content.decode()


def test_nobody_reads_for_another(client: Client) -> None:
    told()
    client.force_login(town.user("qian"))
    response = client.post(NOTICES, {"notice": ids("wang")}, follow=True)
    assert "0 条通知已标为已读" in response.content.decode()
    assert acts.WORDS in acts.page(client, "wang", NOTICES)


def test_pages_of_notices_follow_each_other(client: Client) -> None:
    for number in range(60):
        acts.reported(f"第{number:02}件")
    deliver(timezone.now())
    client.force_login(town.user("wang"))
    first = client.get(NOTICES).context["page"]
    second = client.get(f"{NOTICES}?after={first.older}").context["page"]
    assert (len(first.rows), len(second.rows), second.older) == (50, 10, "")
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)


def test_a_spoilt_cursor_gets_a_sentence(client: Client) -> None:
    assert "翻页位置无效" in acts.page(client, "wang", f"{NOTICES}?after=zzz")
