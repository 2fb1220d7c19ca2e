from uuid import UUID

import pytest
from django.test import Client

from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


def url(issue_id: UUID) -> str:
    return f"/console/matters/{issue_id}/reporter/"


def test_a_reason_shows_the_contact_and_is_remembered(client: Client) -> None:
    issue_id = acts.reported(name="张小明", phone=PHONE)
    client.force_login(town.user("wang"))
    response = client.post(url(issue_id), {"purpose": "电话核实地点"})
    shown = response.content.decode()
    assert PHONE in shown
    assert "张小明" in shown
    assert "no-store" in response["Cache-Control"]
    [entry] = acts.access_entries("reveal")
    assert entry.subject == str(issue_id)
    assert entry.purpose == "电话核实地点"
    assert entry.user_id == town.user("wang").pk
    assert "issues_reporter.phone" in entry.fields


def test_looking_without_saying_why_shows_and_remembers_nothing(client: Client) -> None:
    issue_id = acts.reported(phone=PHONE)
    client.force_login(town.user("wang"))
    assert PHONE not in client.get(url(issue_id)).content.decode()
    response = client.post(url(issue_id), {"purpose": " "})
    assert response.status_code == 422
    assert "请填写查看事由。" in response.content.decode()
    assert PHONE not in response.content.decode()
    assert acts.access_entries("reveal") == []


@pytest.mark.parametrize("username", ["zhao", "sun", "song", "xu", "chen", "qian"])
def test_nobody_but_the_supervision_side_of_the_place_may_ask(
    client: Client, username: str
) -> None:
    issue_id = acts.dispatched(phone=PHONE)
    client.force_login(town.user(username))
    response = client.post(url(issue_id), {"purpose": "想知道"})
    assert response.status_code == 404
    assert PHONE not in response.content.decode()
