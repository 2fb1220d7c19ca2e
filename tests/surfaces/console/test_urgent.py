"""What is urgent stands in the frame of every page of the desk, and is asked again by itself."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qijie.accounts.idle import _SEEN
from qijie.issues.rules.vocabulary import Urgency
from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
URGENT = "/console/urgent/"
PAGES = ("/console/", "/console/report/", "/console/notices/", "/console/me/")
BY_ITSELF = {"HX-Request": "true"}


def urgent(words: str = "三楼着火了", **more: object) -> str:
    return str(acts.reported(words, urgency=Urgency.URGENT, **more))  # type: ignore[arg-type]


def said(html: str) -> list[str]:
    found = re.search(r'data-urgent-now="([^"]*)"', html)
    return found[1].split() if found else ["nothing"]


def test_every_page_of_the_desk_counts_what_is_urgent_and_leads_there(client: Client) -> None:
    case, ordinary = urgent(), acts.reported()
    for page in (*PAGES, f"/console/matters/{ordinary}/"):
        shown = acts.page(client, "wang", page)
        assert said(shown) == [case], page
        assert f'<a class="button urgent-link" href="/console/matters/{case}/"' in shown
        assert 'every="30"' in shown


def test_the_number_and_the_band_on_top_of_the_list_are_the_same_matters(client: Client) -> None:
    urgent(at=acts.ago(minutes=9))
    urgent("煤气味")
    urgent("柳溪的火", place=town.IN_GRID_3)
    shown = acts.page(client, "wang", "/console/?view=open")
    assert len(said(shown)) == shown.count('class="row-urgent"') == 2
    assert set(said(shown)) == set(re.findall(r'row-urgent.*?id="matter-([^"]+)"', shown, re.S))
    assert 'href="/console/?view=open" data-urgent-all' in shown


def test_the_next_due_is_named_first(client: Client) -> None:
    later, sooner = urgent(at=acts.ago(minutes=1)), urgent("煤气味", at=acts.ago(minutes=8))
    assert said(acts.page(client, "wang", URGENT)) == [sooner, later]


def test_what_is_unchanged_costs_no_body(client: Client) -> None:
    urgent()
    client.force_login(town.user("wang"))
    first = client.get(URGENT, headers=BY_ITSELF)
    again = client.get(URGENT, headers={**BY_ITSELF, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    urgent("煤气味")
    newer = client.get(URGENT, headers={**BY_ITSELF, "If-None-Match": first["ETag"]})
    assert newer.status_code == 200
    assert len(said(newer.content.decode())) == 2
    assert len(newer.content) < 2_000


def test_one_query_looks_and_the_frame_asks_no_more_than_before(client: Client) -> None:
    for number in range(30):
        urgent(f"第{number}处着火")
    client.force_login(town.user("wang"))
    with CaptureQueriesContext(connection) as asked:
        client.get(URGENT, headers=BY_ITSELF)
    assert sum("issues_issue" in query["sql"] for query in asked) == 1
    with CaptureQueriesContext(connection) as framed:
        client.get("/console/me/")
    of_matters = [query["sql"] for query in framed if "issues_issue" in query["sql"]]
    assert len(of_matters) == 1
    assert "UNION ALL" in of_matters[0]


def test_asking_by_itself_keeps_nobody_signed_in(client: Client) -> None:
    client.force_login(town.user("wang"))
    client.get("/console/")
    session = client.session
    session[_SEEN] = before = int((timezone.now() - timedelta(minutes=30)).timestamp())
    session.save()
    client.get(URGENT, headers=BY_ITSELF)
    assert client.session[_SEEN] == before


def test_nobody_else_is_told(client: Client) -> None:
    urgent("柳溪的火", place=town.IN_GRID_3)
    assert said(acts.page(client, "wang", URGENT)) == []
    assert acts.status(client, "han", URGENT) == 404
    assert "<urgent-watch" not in acts.page(client, "han", "/console/me/")
    client.logout()
    assert client.get(URGENT).status_code == 302
    assert "urgent" not in client.get("/account/login/").content.decode()


def test_what_ended_is_not_counted(client: Client) -> None:
    acts.closed(urgency=Urgency.URGENT)
    assert said(acts.page(client, "wang", URGENT)) == []


def test_a_hundred_and_more_are_counted_no_further(client: Client) -> None:
    for number in range(101):
        urgent(f"第{number}处着火")
    assert "紧急 99+ 件" in acts.page(client, "wang", URGENT)
