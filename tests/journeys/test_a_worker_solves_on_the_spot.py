"""A worker sees something, settles it there, and it ends with the reporter's word or in silence."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, reporter_of
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.outbound.worker import turn
from qijie.records.queries import history_of
from tests import town
from tests.keyed import key_in
from tests.outbound.matters import leave_out_of_sample
from tests.surfaces.field import acts

pytestmark = pytest.mark.django_db


def matter(issue_id: UUID) -> Issue:
    with scope(SYSTEM):
        return Issue.objects.get(pk=issue_id)


def story(issue_id: UUID) -> list[tuple[str, str]]:
    with scope(SYSTEM):
        return [(event.verb, event.to_state) for event in history_of(issue_id)]


def test_reported_and_solved_in_one_submit_it_closes_itself_after_seven_days(
    client: Client,
) -> None:
    client.force_login(town.user("chen"))
    form = client.get("/field/report/")
    typed = {
        "key": key_in(form),
        "category": town.RUBBISH,
        "path": f"{town.GRID_1}-b0001",
        "words": "已请保洁当场清走",
        "solved": "on",
        "photos": acts.a_photo(),
    }
    landed = client.post("/field/report/", typed, follow=True)
    shown = landed.content.decode()
    assert "已上报并当场办结" in shown
    assert "已请保洁当场清走" in shown
    issue_id = UUID(landed.redirect_chain[0][0].split("/")[3])
    leave_out_of_sample(issue_id)

    now = timezone.now()
    turn(now)
    turn(now + timedelta(days=6))
    assert matter(issue_id).state == "handled"
    turn(now + timedelta(days=8))
    closed = matter(issue_id)
    assert (closed.state, closed.verdict) == ("closed", "unconfirmed")
    assert (closed.answered_level, closed.worked_level) == ("grid", "grid")
    assert story(issue_id) == [
        ("report", "reported"),
        ("solve", "handled"),
        ("auto_confirm", "closed"),
    ]


def test_what_a_resident_reported_and_a_worker_solved_ends_with_the_residents_word(
    client: Client,
) -> None:
    issue_id = acts.reported("3栋门口垃圾三天没清", email="reporter@example.org")
    client.force_login(town.user("chen"))
    today = client.get("/field/").content.decode()
    assert f"/field/matters/{issue_id}/" in today
    page = client.get(f"/field/matters/{issue_id}/").content.decode()
    assert f'href="/field/matters/{issue_id}/solve/"' in page
    form = client.get(f"/field/matters/{issue_id}/solve/").content.decode()
    seen = form.split('name="seen" value="')[1].split('"')[0]
    client.post(
        f"/field/matters/{issue_id}/solve/",
        {"seen": seen, "words": "已当场清走", "photos": acts.a_photo()},
    )
    turn(timezone.now())
    reporter = reporter_of(issue_id)
    with scope(reporter):
        actions.confirm(issue_id, by=reporter, at=timezone.now(), is_satisfied=True)
    ended = matter(issue_id)
    assert (ended.state, ended.verdict) == ("closed", "solved")
    turn(timezone.now() + timedelta(days=8))
    assert story(issue_id)[-1] == ("confirm", "closed")


def test_a_phone_that_sends_everything_three_times_makes_one_matter(client: Client) -> None:
    client.force_login(town.user("chen"))
    typed = {
        "key": str(uuid4()),
        "category": town.RUBBISH,
        "path": town.GRID_1,
        "words": "已当场清走",
        "solved": "on",
    }
    places = {client.post("/field/report/", typed)["Location"] for _ in range(3)}
    assert len(places) == 1
    issue_id = UUID(places.pop().split("/")[3])
    assert story(issue_id) == [("report", "reported"), ("solve", "handled")]
