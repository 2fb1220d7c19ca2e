"""What is urgent stands in the frame of every page of the phone too."""

import re

import pytest
from django.test import Client

from qijie.issues.rules.vocabulary import Urgency
from tests import town
from tests.surfaces.field import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
URGENT = "/field/urgent/"


def said(client: Client, username: str, page: str = URGENT) -> list[str]:
    client.force_login(town.user(username))
    found = re.search(r'data-urgent-now="([^"]*)"', client.get(page).content.decode())
    return found[1].split() if found else ["nothing"]


def test_every_page_of_the_phone_asks_and_counts_what_is_urgent(client: Client) -> None:
    case = str(acts.reported("井盖没了", urgency=Urgency.URGENT))
    acts.reported("不急的")
    client.force_login(town.user("chen"))
    for page in ("/field/", "/field/report/", "/field/me/", f"/field/matters/{case}/"):
        shown = client.get(page).content.decode()
        assert '<urgent-watch class="urgent" src="/field/urgent/" every="30" asks-first>' in shown
    assert said(client, "chen") == [case]
    assert said(client, "liu") == []


def test_the_unit_that_was_sent_counts_its_own(client: Client) -> None:
    assert said(client, "sun") == []
    case = str(acts.dispatched(urgency=Urgency.URGENT))
    assert said(client, "sun") == [case]


def test_what_is_unchanged_costs_no_body(client: Client) -> None:
    acts.reported("井盖没了", urgency=Urgency.URGENT)
    client.force_login(town.user("chen"))
    tag = client.get(URGENT)["ETag"]
    assert client.get(URGENT, headers={"If-None-Match": tag}).status_code == 304
