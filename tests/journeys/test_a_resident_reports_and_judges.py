"""From a resident's phone to the judged case and, where it was not solved, round again.

The resident goes over HTTP as a browser does, link by link; staff act by the actions.
"""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Evidence
from qijie.records.queries import subject_of_link
from qijie.teams.models import OrgUnit
from qijie.teams.queries import viewer_for
from tests import town
from tests.photos import a_photo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _static_files_by_their_plain_names(settings: Settings) -> None:
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


class Resident:
    """A browser that goes by what the pages say: it fills forms in and follows links."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.url, self.page = "", ""

    def open(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200
        self.url, self.page = url, answer.content.decode()
        return self.page

    def send(self, url: str, **typed: str) -> str:
        """Sends the open page's form, hidden fields and all, and follows where it leads."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)"(?: value="([^"]*)")?', self.page))
        answer = self.client.post(url, hidden | typed)
        assert answer.status_code == 303, answer.content.decode()
        return self.open(answer.url)

    @property
    def link(self) -> str:
        return self.url.split("?")[0]


def matter_behind(link: str) -> UUID:
    found = subject_of_link(link.split("/")[2], timezone.now())
    assert found is not None
    return found


def the_desk_accepts_and_files(matter: UUID) -> None:
    desk = viewer_for(town.user("wang"), timezone.localdate())
    with scope(desk):
        actions.accept(matter, by=desk, at=timezone.now())
        actions.file(matter, by=desk, at=timezone.now(), condition="rubbish-1")


def it_is_dispatched_and_done(matter: UUID) -> None:
    dispatcher = viewer_for(town.user("zhao"), timezone.localdate())
    unit = OrgUnit.objects.get(code=town.SANITATION)
    with scope(dispatcher):
        issue = actions.dispatch(matter, by=dispatcher, at=timezone.now(), unit_id=unit.pk)
        order_id = issue.orders.get(state="sent").pk
    handler = viewer_for(town.user("sun"), timezone.localdate())
    with scope(handler):
        actions.sign(matter, order_id=order_id, by=handler, at=timezone.now())
        actions.done(
            matter,
            order_id=order_id,
            by=handler,
            at=timezone.now(),
            words="已清运",
            photos=[a_photo()],
            evidence=[Evidence.PHOTO_AFTER],
        )


def somebody_else_closes_it(matter: UUID) -> Issue:
    verifier = viewer_for(town.user("zhou"), timezone.localdate())
    with scope(verifier):
        return actions.close(matter, by=verifier, at=timezone.now(), is_standard_met=True)


def reported(resident: Resident) -> UUID:
    resident.open("/")
    assert 'href="/report/"' in resident.page
    resident.open("/report/")
    page = resident.send(
        "/report/",
        words="楼下垃圾三天没清",
        place_words="槐荫苑1栋",
        lon=str(town.IN_GRID_1.lon),
        lat=str(town.IN_GRID_1.lat),
        system="wgs84",
        category=town.RUBBISH,
    )
    assert "已收到" in page
    return matter_behind(resident.link)


def brought_to_close(resident: Resident) -> UUID:
    matter = reported(resident)
    link = resident.link
    the_desk_accepts_and_files(matter)
    assert "最晚办好的日子" in resident.open(link)
    it_is_dispatched_and_done(matter)
    assert "另一个人正在核实" in resident.open(link)
    somebody_else_closes_it(matter)
    assert "问题解决了吗？" in resident.open(link)
    return matter


def test_a_resident_reports_it_is_done_and_the_two_questions_are_answered() -> None:
    resident = Resident()
    brought_to_close(resident)
    link = resident.link
    page = resident.send(f"{link}judge/", is_solved="yes", is_satisfied="yes")
    assert "您说：解决了，满意" in page
    assert "问题解决了吗？" not in page


def test_what_was_not_solved_goes_round_again() -> None:
    resident = Resident()
    matter = brought_to_close(resident)
    link = resident.link
    resident.send(f"{link}judge/", is_solved="no", is_satisfied="no", words="第二天又有了")
    assert "1个工作日内会有人联系您" in resident.page
    assert f'href="{link}reopen/"' in resident.page
    resident.open(f"{link}reopen/")
    page = resident.send(f"{link}reopen/", words="垃圾还在原地")
    assert "重新办理" in page
    assert "最晚办好的日子" in page
    it_is_dispatched_and_done(matter)
    closed_again = somebody_else_closes_it(matter)
    assert closed_again.reopen_count == 1
    page = resident.open(link)
    assert "问题解决了吗？" in page
    resident.send(f"{link}judge/", is_solved="yes", is_satisfied="yes")
    assert "您说：解决了，满意" in resident.page
