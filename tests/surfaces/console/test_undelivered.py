"""Mails that did not arrive are the system administrator's task; opened matters are read."""

from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.models import User
from qijie.outbound.models import Letter
from qijie.outbound.queries import notices_for
from qijie.outbound.worker import turn
from tests import town
from tests.outbound import matters

pytestmark = pytest.mark.django_db


def desk_of(username: str, settings: Settings) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), settings.AUTHENTICATION_BACKENDS[-1])
    return client


def given_up() -> UUID:
    with scope(SYSTEM):
        return Letter.objects.create(
            region_code=town.DISTRICT,
            reporter_of_id=matters.reported(category="", at=town.NOW),
            to="reporter@example.org",
            subject="您反映的事项有新进展",
            body="内容",
            failure="邮件服务器拒收（550）。",
            made_at=town.NOW,
            given_up_at=town.NOW,
        ).pk


def test_the_reason_is_shown_but_no_address(settings: Settings) -> None:
    given_up()
    page = desk_of("han", settings).get("/console/undelivered/").content.decode()
    assert "550" in page
    assert "@example.org" in page
    assert "reporter@" not in page


def test_a_letter_is_sent_again_or_dropped(settings: Settings) -> None:
    letter_id, client = given_up(), desk_of("han", settings)
    client.post("/console/undelivered/", {"letter": str(letter_id), "do": "again"})
    with scope(SYSTEM):
        assert Letter.objects.get().given_up_at is None
        Letter.objects.update(given_up_at=town.NOW)
    client.post("/console/undelivered/", {"letter": str(letter_id), "do": "drop"})
    with scope(SYSTEM):
        assert not Letter.objects.exists()
    gone = client.post("/console/undelivered/", {"letter": str(letter_id), "do": "drop"})
    assert gone.status_code == 422
    assert "没有找到这封邮件" in gone.content.decode()


def test_nobody_else_sees_them(settings: Settings) -> None:
    given_up()
    assert desk_of("wang", settings).get("/console/undelivered/").status_code == 404


def test_opening_a_matter_reads_what_was_told_of_it(settings: Settings) -> None:
    issue_id = matters.reported(category="", at=town.NOW)
    turn(town.NOW)
    desk = town.viewer("wang")
    desk_of("wang", settings).get(f"/console/matters/{issue_id}/")
    with scope(desk):
        assert notices_for(desk).filter(read_at__isnull=False).count() == 1
