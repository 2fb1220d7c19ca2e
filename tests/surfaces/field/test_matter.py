from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.ids import new_id
from qijie.records.actions import attach
from qijie.records.models import AccessEntry, Attachment
from qijie.teams.models import OrgUnit
from tests import town
from tests.photos import a_photo, look_at_all
from tests.surfaces.field import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def page(client: Client, username: str, issue_id: object) -> str:
    client.force_login(town.user(username))
    return client.get(f"/field/matters/{issue_id}/").content.decode()


def test_it_says_what_where_and_until_when(client: Client) -> None:
    shown = page(client, "chen", acts.reported("楼下垃圾三天没清"))
    assert "暴露垃圾" in shown
    assert "第一网格" in shown
    assert "楼下垃圾三天没清" in shown
    assert "受理" in shown
    assert "还剩" in shown


def test_the_grids_worker_may_solve_it_and_greyed_moves_say_why(client: Client) -> None:
    issue_id = acts.reported()
    shown = page(client, "chen", issue_id)
    assert f'href="/field/matters/{issue_id}/solve/"' in shown
    handler_page = page(client, "sun", acts.dispatched())
    assert "工单目前“待签收”，不能反馈" in handler_page


def test_a_handler_signs_with_one_tap(client: Client) -> None:
    issue_id = acts.dispatched()
    shown = page(client, "sun", issue_id)
    assert f'action="/field/matters/{issue_id}/sign/?order={acts.order_of(issue_id)}"' in shown


def test_a_workers_own_report_may_be_added_to_and_withdrawn_others_may_not(
    client: Client,
) -> None:
    client.force_login(town.user("chen"))
    client.post("/field/report/", {"category": town.LAMP, "path": town.GRID_1})
    own = client.get("/field/?tab=mine").content.decode().split("/field/matters/")[1][:36]
    shown = page(client, "chen", own)
    assert "/withdraw/" in shown
    assert "/add/" in shown
    others = page(client, "chen", acts.reported())
    assert "/withdraw/" not in others
    assert "/add/" not in others
    client.post(f"/field/matters/{own}/withdraw/", {"words": "报重了"})
    assert acts.seen(UUID(own), "chen").state == "voided"


def test_the_office_on_duty_can_be_called(client: Client) -> None:
    OrgUnit.objects.filter(code=town.SANITATION).update(duty_phone="02785550101")
    assert 'href="tel:02785550101"' in page(client, "chen", acts.dispatched())


@pytest.mark.parametrize("username", ["chen", "sun", "wang"])
def test_how_to_reach_the_reporter_is_never_on_the_page(client: Client, username: str) -> None:
    issue_id = acts.dispatched(phone="13900001234", email="reporter@example.org")
    shown = page(client, username, issue_id)
    assert "13900001234" not in shown
    assert "reporter@example.org" not in shown


@pytest.mark.parametrize("username", ["qian", "ma", "luo"])
def test_whom_it_does_not_concern_gets_the_answer_of_absence(client: Client, username: str) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user(username))
    assert client.get(f"/field/matters/{issue_id}/").status_code == 404
    assert client.get(f"/field/matters/{uuid4()}/").status_code == 404
    with scope(acts.viewer("deng")):
        kinds = AccessEntry.objects.values_list("kind", "subject")
        assert ("not_visible", str(issue_id)) in kinds


def photo_on(issue_id: object) -> Attachment:
    with scope(SYSTEM):
        attach(
            [a_photo()],
            region_code=town.DISTRICT,
            subject_id=issue_id,  # type: ignore[arg-type]
            event_id=new_id(),
            purpose="report",
            from_reporter=True,
            at=acts.a_while_ago(minutes=5),
        )
    look_at_all()
    with scope(SYSTEM):
        return Attachment.objects.get(subject_id=issue_id)


def test_a_photo_is_shown_to_whom_the_matter_is(client: Client) -> None:
    issue_id = acts.reported()
    photo = photo_on(issue_id)
    client.force_login(town.user("chen"))
    answer = client.get(f"/field/matters/{issue_id}/photos/{photo.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_is_absent_for_others_and_under_another_matter(client: Client) -> None:
    issue_id, other = acts.reported(), acts.reported("另一件")
    photo = photo_on(issue_id)
    client.force_login(town.user("qian"))
    assert client.get(f"/field/matters/{issue_id}/photos/{photo.pk}/").status_code == 404
    client.force_login(town.user("chen"))
    assert client.get(f"/field/matters/{other}/photos/{photo.pk}/").status_code == 404


def test_the_page_costs_the_same_however_long_the_story(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user("sun"))
    with django_assert_max_num_queries(13 + 2):
        client.get(f"/field/matters/{issue_id}/")
