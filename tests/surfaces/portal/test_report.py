from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records.models import Attachment, FreeNumber
from tests import town
from tests.keyed import key_in
from tests.surfaces.portal.resident import (
    REPORT,
    WORDS,
    a_picture,
    a_report,
    hand_in,
    stored,
    the_issue,
    token_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_anybody_may_open_the_form_without_an_account(client: Client) -> None:
    page = client.get(REPORT)
    assert page.status_code == 200
    assert "我要反映一件事" in page.content.decode()


def test_a_report_becomes_a_matter_of_the_grid_it_was_pointed_at(client: Client) -> None:
    issue = the_issue(hand_in(client))
    assert issue.words == WORDS
    assert issue.grid is not None
    assert issue.grid.path == town.GRID_1
    assert (issue.channel, issue.state) == ("portal", "reported")
    assert (issue.category_id, issue.place_words) == (town.RUBBISH, "槐荫苑1栋楼下")


def test_the_reporter_is_led_to_the_private_link_at_once(client: Client) -> None:
    answer = client.post(REPORT, a_report())
    assert answer.status_code == 303
    page = client.get(answer.url).content.decode()
    token = token_in(answer.url)
    assert "已收到" in page
    assert the_issue(token).number in page
    assert f"http://testserver/m/{token}/" in page
    assert "最晚答复您的时间" in page


def test_words_alone_without_a_point_go_to_the_desk_at_home(client: Client) -> None:
    token = hand_in(client, lon="", lat="", system="", category="", place_words="菜场后门")
    issue = the_issue(token)
    assert (issue.path, issue.grid) == (town.STREET, None)


def test_a_place_nobody_can_name_is_taken_when_they_say_so(client: Client) -> None:
    gone = {"lon": "", "lat": "", "system": "", "place_words": ""}
    assert the_issue(hand_in(client, **gone, place_unknown="on")).place_words == ""


def test_a_category_alone_says_enough(client: Client) -> None:
    assert the_issue(hand_in(client, words="")).family == "city_management"


def test_contact_is_kept_apart_with_the_version_of_the_notice(client: Client) -> None:
    contact = {"name": "老李", "phone": "１３９-1234 5678", "email": "li@example.com"}
    issue = the_issue(hand_in(client, **contact))
    assert (issue.reporter.name, issue.reporter.phone) == ("老李", "13912345678")
    assert issue.reporter.email == "li@example.com"
    assert issue.reporter.notice_version == "2026-11-27"


def test_where_no_numbers_can_be_laid_out_it_is_put_off_and_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are laid out on a connection of their own, which a database going down refuses."""
    client = Client(raise_request_exception=False)
    sent = a_report()
    with scope(SYSTEM):
        FreeNumber.objects.all().delete()
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    answer = client.post(REPORT, sent)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "您写的字还留在这台设备上" in answer.content.decode()
    monkeypatch.undo()
    assert client.post(REPORT, sent).status_code == 303


def test_photos_come_along(client: Client) -> None:
    token = hand_in(client, photos=[a_picture("1.jpg"), a_picture("2.jpg", (300, 500))])
    issue = the_issue(token)
    with scope(SYSTEM):
        photos = list(Attachment.objects.filter(subject_id=issue.pk))
    assert [photo.from_reporter for photo in photos] == [True, True]


def test_a_phones_own_position_may_be_given(client: Client) -> None:
    assert the_issue(hand_in(client, system="wgs84")).path == town.GRID_1


def test_a_second_press_gets_the_same_receipt_and_changes_nothing(client: Client) -> None:
    typed = a_report(phone="13912345678")
    first = client.post(REPORT, typed)
    before = stored()
    second = client.post(REPORT, typed)
    assert second.url == f"{first.url}&again=yes"
    assert stored() == before


def test_the_form_brings_a_key_of_its_own_for_browsers_without_script(client: Client) -> None:
    keys = {key_in(client.get(REPORT)) for _ in range(2)}
    assert len(keys) == 2


def test_other_words_under_the_same_key_are_asked_about_and_then_taken(client: Client) -> None:
    typed = a_report()
    client.post(REPORT, typed)
    before = stored()
    asked = client.post(REPORT, typed | {"words": "另一件事：路灯不亮"})
    page = asked.content.decode()
    assert asked.status_code == 409
    assert "再按一次“提交”" in page
    assert "另一件事：路灯不亮" in page
    assert stored() == before
    fresh = key_in(asked)
    assert fresh != typed["key"]
    again = client.post(REPORT, typed | {"words": "另一件事：路灯不亮", "key": fresh})
    assert again.status_code == 303


def test_the_category_is_a_plain_choice_in_groups(client: Client) -> None:
    page = client.get(REPORT).content.decode()
    assert '<optgroup label="街上的事：路、灯、井盖、垃圾、占道">' in page
    assert f'<option value="{town.RUBBISH}"' in page
    assert ">垃圾没人清</option>" in page


def test_reporting_leaves_no_session_and_one_cookie_only(client: Client) -> None:
    client.get(REPORT)
    hand_in(client)
    assert list(client.cookies) == ["qijie-csrf"]
    assert Session.objects.count() == 0


def test_a_report_costs_few_queries(client: Client) -> None:
    hand_in(client)
    with CaptureQueriesContext(connection) as captured:
        client.post(REPORT, a_report())
    statements = [query["sql"] for query in captured]
    # Inside the test's own transaction the request's BEGIN and COMMIT are savepoints.
    asking = [sql for sql in statements if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asking) <= 15, "\n".join(asking)


def test_the_form_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        client.get(REPORT)


def test_somebody_signed_in_reports_as_a_resident_too(client: Client) -> None:
    client.force_login(town.user("wang"))
    issue = the_issue(hand_in(client, key=str(uuid4())))
    assert (issue.channel, issue.reported_by_id) == ("portal", None)


IN_LIUXI = {"lon": str(town.IN_GRID_3.lon), "lat": str(town.IN_GRID_3.lat)}
OTHER_WORDS = pytest.mark.parametrize(
    "words", ["示范区青石街道槐荫路2号 3 单元", "槐荫路 1号门口", "槐荫社区 广场"]
)


@OTHER_WORDS
def test_words_and_a_point_in_two_communities_are_asked_about(client: Client, words: str) -> None:
    before = stored()
    answer = client.post(REPORT, a_report(place_words=words, **IN_LIUXI))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "写的地点在槐荫社区，图上标的点却在柳溪社区，请选择以哪个为准。" in page
    assert "以写的地址为准，去掉图上的点" in page
    assert stored() == before


def test_what_the_resident_says_holds_is_what_is_taken(client: Client) -> None:
    both = {"place_words": "槐荫路2号", **IN_LIUXI}
    pointed = the_issue(hand_in(client, **both, which_holds="point"))
    assert pointed.path == town.GRID_3
    written = the_issue(hand_in(client, **both, which_holds="words"))
    assert (written.path, written.point) == (town.HUAIYIN, None)


def test_words_that_name_no_known_place_leave_the_point_alone(client: Client) -> None:
    issue = the_issue(hand_in(client, place_words="菜场后门 12 号摊", **IN_LIUXI))
    assert issue.path == town.GRID_3


FOUND = "青石街槐荫路1号 槐荫苑1栋"


@pytest.mark.parametrize(
    ("came", "place_words", "has_point"),
    [
        (f"search:{FOUND}", f"{FOUND} 三单元", True),
        (f"search:{FOUND}", FOUND.replace(" ", "  "), True),
        (f"search:{FOUND}", "后门的车棚", False),
        (f"map:{FOUND}", "后门的车棚", True),
        ("", "后门的车棚", True),
    ],
)
def test_a_point_of_an_address_that_is_not_written_any_more_does_not_go_along(
    client: Client, came: str, place_words: str, has_point: bool
) -> None:
    issue = the_issue(hand_in(client, came=came, place_words=place_words))
    assert (issue.point is not None) is has_point
    assert issue.path == (town.GRID_1 if has_point else town.STREET)


def test_a_point_alone_whose_address_was_emptied_is_no_place(client: Client) -> None:
    answer = client.post(REPORT, a_report(came=f"search:{FOUND}", place_words=""))
    assert answer.status_code == 422
    assert "请写下地点" in answer.content.decode()
