"""Back, fill in what was missing, send again: what is more is taken in, or it is said that not."""

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.records.models import Attachment, Event
from tests.surfaces.portal.resident import (
    REPORT,
    a_picture,
    a_report,
    id_of,
    stored,
    the_issue,
    token_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def photos(token: str) -> int:
    with scope(SYSTEM):
        return Attachment.objects.filter(subject_id=id_of(token)).count()


def test_a_contact_and_a_photo_missing_before_are_taken_in(client: Client) -> None:
    typed = a_report()
    first = client.post(REPORT, typed)
    more = {"name": "老李", "phone": "13912345678", "email": "li@example.com"}
    second = client.post(REPORT, typed | more | {"photos": a_picture()})
    assert (second.status_code, second.url) == (303, first.url)
    token = token_in(first.url)
    reporter = the_issue(token).reporter
    assert (reporter.name, reporter.phone, reporter.email) == tuple(more.values())
    assert photos(token) == 1
    with scope(SYSTEM):
        moves = Event.objects.filter(subject_id=id_of(token)).order_by("sequence")
        assert list(moves.values_list("verb", flat=True)) == ["report", "add"]


def test_what_was_taken_in_besides_takes_effect_once(client: Client) -> None:
    typed = a_report()
    client.post(REPORT, typed)
    client.post(REPORT, typed | {"phone": "13912345678", "photos": a_picture()})
    before = stored()
    again = client.post(REPORT, typed | {"phone": "13912345678", "photos": a_picture()})
    assert again.status_code == 303
    assert stored() == before


def test_a_second_photo_is_added_to_the_first(client: Client) -> None:
    typed = a_report()
    first = client.post(REPORT, typed | {"photos": [a_picture()]})
    client.post(REPORT, typed | {"photos": [a_picture(), a_picture("2.jpg", (300, 500))]})
    assert photos(token_in(first.url)) == 2


def test_photos_forgotten_on_the_way_back_are_no_other_report(client: Client) -> None:
    typed = a_report()
    first = client.post(REPORT, typed | {"photos": a_picture()})
    assert client.post(REPORT, typed).url == f"{first.url}&again=yes"
    assert photos(token_in(first.url)) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"words": "另一件事"}, "情况"),
        ({"place_words": "菜场后门"}, "地点"),
        ({"category": ""}, "类别"),
        ({"about_staff": "on"}, "反映的是谁"),
        ({"about_words": "管我们楼的网格员", "asked": "yes"}, "反映的是谁"),
        ({"phone": "13900000000"}, "电话"),
        ({"lon": "", "lat": "", "system": ""}, "图上的位置"),
    ],
)
def test_what_is_said_otherwise_is_named_and_nothing_of_it_is_taken(
    client: Client, changes: dict[str, str], named: str
) -> None:
    typed = a_report(phone="13912345678")
    client.post(REPORT, typed)
    before = stored()
    asked = client.post(REPORT, typed | {"email": "li@example.com"} | changes)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert f"“{named}”" in page
    assert "没有收下" in page
    assert "“邮箱”" in page, "what could have been added is named too: it was not taken either"
    assert stored() == before


def test_a_contact_left_empty_now_takes_nothing_away(client: Client) -> None:
    typed = a_report(phone="13912345678", name="老李")
    first = client.post(REPORT, typed)
    again = client.post(REPORT, typed | {"phone": "", "name": ""})
    assert (again.status_code, again.url) == (303, f"{first.url}&again=yes")
    more = client.post(REPORT, typed | {"phone": "", "email": "li@example.com"})
    assert more.status_code == 303
    reporter = the_issue(token_in(first.url)).reporter
    assert (reporter.phone, reporter.email) == ("13912345678", "li@example.com")


def test_more_photos_than_a_report_holds_are_not_taken(client: Client) -> None:
    def pictures(first: int, last: int) -> list[object]:
        return [a_picture(f"{n}.jpg", (100 + n, 100)) for n in range(first, last)]

    typed = a_report()
    first = client.post(REPORT, typed | {"photos": pictures(0, 5)})
    asked = client.post(REPORT, typed | {"photos": pictures(5, 7)})
    assert asked.status_code == 409
    assert "“照片”" in asked.content.decode()
    assert photos(token_in(first.url)) == 5


def test_danger_under_a_used_key_is_taken_in_as_its_own_once_and_said_so(client: Client) -> None:
    typed = a_report()
    first = client.post(REPORT, typed)
    fire = typed | {"words": "三楼着火了，烟很大"}
    stop = client.post(REPORT, fire)
    assert (stop.status_code, "119" in stop.content.decode()) == (200, True)
    second = client.post(REPORT, fire | {"danger": "yes"})
    assert second.status_code == 303
    assert second.url.split("?")[0] != first.url.split("?")[0]
    page = client.get(second.url).content.decode()
    assert "先前那一份也在" in page
    assert "作为新的一件按紧急收下" in page
    before = stored()
    again = client.post(REPORT, fire | {"danger": "yes"})
    assert (again.status_code, stored()) == (303, before)
    with scope(SYSTEM):
        assert sorted(Issue.objects.values_list("urgency", flat=True)) == ["normal", "urgent"]


def test_only_the_danger_said_besides_is_a_report_of_its_own_too(client: Client) -> None:
    typed = a_report()
    client.post(REPORT, typed)
    assert client.post(REPORT, typed | {"danger": "yes"}).status_code == 303
