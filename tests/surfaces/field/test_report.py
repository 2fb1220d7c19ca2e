from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.records.models import Attachment
from qijie.surfaces.field import categories
from tests import town
from tests.keyed import key_in
from tests.surfaces.field import acts

pytestmark = pytest.mark.django_db
REPORT = "/field/report/"


def hand_in(client: Client, username: str = "chen", **typed: object) -> HttpResponse:
    client.force_login(town.user(username))
    fields = {"category": town.RUBBISH, "path": town.GRID_1, "key": str(uuid4()), **typed}
    return client.post(REPORT, fields)  # type: ignore[arg-type,return-value]


def all_matters() -> list[Issue]:
    with scope(SYSTEM):
        return list(Issue.objects.order_by("reported_at"))


def photos_of(issue: Issue) -> list[str]:
    with scope(SYSTEM):
        rows = Attachment.objects.filter(subject_id=issue.pk)
        return list(rows.values_list("purpose", flat=True))


def test_a_category_and_the_own_grid_are_enough(client: Client) -> None:
    answer = hand_in(client)
    (issue,) = all_matters()
    assert answer["Location"] == f"/field/matters/{issue.pk}/?reported"
    assert (issue.state, issue.channel, issue.category_id) == ("reported", "worker", town.RUBBISH)
    assert issue.path == town.GRID_1
    assert issue.reported_by_id == town.user("chen").pk


def test_words_without_a_category_are_enough(client: Client) -> None:
    hand_in(client, category="", words="菜场门口有人占道")
    (issue,) = all_matters()
    assert (issue.words, issue.category_id) == ("菜场门口有人占道", None)


def test_a_building_says_where_it_is(client: Client) -> None:
    hand_in(client, path=f"{town.GRID_1}-b0002")
    (issue,) = all_matters()
    assert issue.place_words == "青石街槐荫路2号槐荫苑2栋"
    assert issue.grid is not None
    assert issue.grid.path == town.GRID_1
    assert issue.point is not None


def test_the_phones_position_counts_before_the_preselected_grid(client: Client) -> None:
    here = town.IN_GRID_2
    hand_in(client, lon=here.lon, lat=here.lat, system="wgs84")
    (issue,) = all_matters()
    assert issue.path == town.GRID_2


def test_a_chosen_building_counts_before_the_phones_position(client: Client) -> None:
    here = town.IN_GRID_2
    hand_in(client, path=f"{town.GRID_1}-b0001", lon=here.lon, lat=here.lat, system="wgs84")
    (issue,) = all_matters()
    assert issue.path == town.GRID_1


def test_solved_on_the_spot_is_reported_and_handled_in_one_submit(client: Client) -> None:
    hand_in(client, solved="on", words="已当场清走", photos=acts.a_photo())
    (issue,) = all_matters()
    assert (issue.state, issue.is_on_the_spot, issue.answered_level) == ("handled", True, "grid")
    assert acts.events(issue.pk, "chen") == ["report", "solve"]
    assert photos_of(issue) == ["after"]


def test_solved_without_a_word_how_changes_nothing(client: Client) -> None:
    answer = hand_in(client, solved="on", words="")
    assert answer.status_code == 422
    assert "请写一句怎么解决的。" in answer.content.decode()
    assert all_matters() == []


def test_solved_without_a_category_changes_nothing_and_keeps_the_words(client: Client) -> None:
    answer = hand_in(client, solved="on", category="", words="已劝离占道摊贩")
    assert answer.status_code == 422
    assert "已劝离占道摊贩" in answer.content.decode()
    assert all_matters() == []


def test_a_repeated_delivery_answers_the_same_matter(client: Client) -> None:
    key = str(uuid4())
    first = hand_in(client, key=key)
    again = hand_in(client, key=key)
    assert first["Location"] == again["Location"]
    assert len(all_matters()) == 1


def test_a_repeated_delivery_of_something_solved_does_nothing_twice(client: Client) -> None:
    key = str(uuid4())
    for _ in range(2):
        answer = hand_in(client, key=key, solved="on", words="已当场清走", photos=acts.a_photo())
        assert answer.status_code == 302
    (issue,) = all_matters()
    assert acts.events(issue.pk, "chen") == ["report", "solve"]
    assert photos_of(issue) == ["after"]


def test_a_photo_missing_before_is_added_to_the_report(client: Client) -> None:
    key = str(uuid4())
    hand_in(client, key=key)
    for _ in range(2):
        again = hand_in(client, key=key, photos=acts.a_photo())
        assert again.status_code == 302
    (issue,) = all_matters()
    assert photos_of(issue) == ["report"]


def test_urgent_under_a_used_key_is_taken_in_as_its_own_once(client: Client) -> None:
    key = str(uuid4())
    hand_in(client, key=key)
    for _ in range(2):
        assert hand_in(client, key=key, urgent="on").status_code == 302
    assert sorted(issue.urgency for issue in all_matters()) == ["normal", "urgent"]


def test_solved_under_a_used_key_is_not_silently_dropped(client: Client) -> None:
    key = str(uuid4())
    hand_in(client, key=key)
    answer = hand_in(client, key=key, solved="on")
    assert answer.status_code == 422
    assert "“当场已解决”" in answer.content.decode()
    (issue,) = all_matters()
    assert (issue.state, issue.urgency) == ("reported", "normal")


def test_other_content_under_a_used_key_is_asked_about_and_then_taken_as_new(
    client: Client,
) -> None:
    key = str(uuid4())
    hand_in(client, key=key)
    answer = hand_in(client, key=key, words="还有一堆旧家具")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "先前那一份已经收到；这一次的“情况”与它不同，没有收下。" in shown
    assert "还有一堆旧家具" in shown
    fresh = key_in(answer)
    assert UUID(fresh) != UUID(key)
    hand_in(client, key=fresh, words="还有一堆旧家具")
    assert len(all_matters()) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"category": "", "words": ""}, "请"),
        ({"category": "no-such"}, "所选类别不存在或已停用"),
        ({"words": "字" * 2001}, "最多 2000 个字"),
        ({"words": "坏\x07字"}, "情况"),
        ({"lon": "10", "lat": "10", "system": "wgs84"}, "经度"),
        ({"lon": "120.5", "lat": "31.5", "system": "wgs84"}, "不在本平台服务的区域内"),
        ({"lon": "114.0", "lat": "30.0", "system": "mars"}, "坐标系"),
        ({"path": "9999"}, "地点"),
        ({"key": "no-key"}, "请刷新页面后重新提交"),
    ],
)
def test_bad_input_is_answered_in_a_sentence_and_changes_nothing(
    client: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = hand_in(client, **typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "没有提交成功" in shown
    assert sentence in shown
    assert all_matters() == []


def test_a_photo_that_is_none_is_named_and_nothing_is_reported(client: Client) -> None:
    fake = acts.a_photo("说明.jpg")
    fake.file = type(fake.file)(b"no photo at all")
    fake.size = 15
    answer = hand_in(client, words="楼道堆物", photos=fake)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "不是能打开的照片" in shown
    assert "楼道堆物" in shown
    assert all_matters() == []


def test_htmx_gets_back_the_fields_alone_so_that_photos_stay(client: Client) -> None:
    client.force_login(town.user("chen"))
    answer = client.post(REPORT, {"words": ""}, headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "<!doctype" not in shown
    assert 'id="report-fields"' in shown
    assert 'type="file"' not in shown


def test_htmx_is_sent_on_to_the_matter(client: Client) -> None:
    client.force_login(town.user("chen"))
    typed = {"category": town.RUBBISH, "path": town.GRID_1}
    answer = client.post(REPORT, typed, headers={"HX-Request": "true"})
    (issue,) = all_matters()
    assert answer["HX-Redirect"] == f"/field/matters/{issue.pk}/?reported"


def test_the_own_grid_is_preselected_and_its_buildings_offered(client: Client) -> None:
    client.force_login(town.user("chen"))
    shown = client.get(REPORT).content.decode()
    assert f'<option value="{town.GRID_1}">槐荫社区第一网格' in shown
    assert "槐荫苑2栋（青石街槐荫路2号）" in shown
    assert town.GRID_2 not in shown
    assert shown.index(f'value="{town.GRID_1}"') < shown.index("槐荫苑1栋")


def test_what_i_reported_last_comes_first_among_the_categories(client: Client) -> None:
    hand_in(client, category=town.NOISE, words="太吵")
    shown = client.get(REPORT).content.decode()
    assert shown.index(f'value="{town.NOISE}"') < shown.index(f'value="{town.RUBBISH}"')


def test_a_search_finds_a_category_by_the_words_residents_use(client: Client) -> None:
    client.force_login(town.user("chen"))
    answer = client.get(
        REPORT, {"q": "没人清"}, headers={"HX-Request": "true", "HX-Target": "category-choices"}
    )
    shown = answer.content.decode()
    assert "暴露垃圾" in shown
    assert "路灯" not in shown
    assert "<!doctype" not in shown


def test_a_search_finds_the_very_name_first_then_names_that_begin_so_the_shorter_first() -> None:
    names = ("灯杆", "小区路灯", "路灯配电箱", "路灯井盖", "路灯", "暴露垃圾")
    rows = [(name, name, name, ["路灯"] if name == "灯杆" else []) for name in names]
    found = [name for _, name in categories.in_order(" 路灯 ", rows)]
    assert found == ["路灯", "路灯井盖", "路灯配电箱", "小区路灯", "灯杆"]


def test_a_search_keeps_the_category_already_chosen(client: Client) -> None:
    client.force_login(town.user("chen"))
    shown = client.get(REPORT, {"q": "路灯", "category": town.NOISE}).content.decode()
    assert f'value="{town.NOISE}"' in shown
    assert "checked" in shown


def test_a_search_that_finds_nothing_says_how_to_go_on(client: Client) -> None:
    client.force_login(town.user("chen"))
    assert "没有叫“火星”的类别" in client.get(REPORT, {"q": "火星"}).content.decode()


def test_a_handler_reports_without_the_switch_and_the_grid(client: Client) -> None:
    client.force_login(town.user("sun"))
    shown = client.get(REPORT).content.decode()
    assert "当场已解决" not in shown
    answer = hand_in(client, "sun", words="路边有树枝", category="", solved="on")
    assert answer.status_code == 302
    (issue,) = all_matters()
    assert issue.state == "reported"


def test_administrators_have_no_such_page(client: Client) -> None:
    client.force_login(town.user("han"))
    assert client.get(REPORT).status_code == 404


def test_the_form_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(town.user("chen"))
    with django_assert_max_num_queries(10 + 2):
        client.get(REPORT)


def test_reporting_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    hand_in(client)
    typed = {"category": town.RUBBISH, "path": town.GRID_1}
    # The transactions inside this test's own show as savepoints.
    with django_assert_max_num_queries(33):
        client.post(REPORT, typed)


GAS = "3栋楼道里煤气味很大，有人头晕"


def test_words_of_danger_are_asked_about_before_they_are_filed(client: Client) -> None:
    asked = hand_in(client, words=GAS)
    assert asked.status_code == 422
    assert "听起来有危险，是不是？" in asked.content.decode()
    assert all_matters() == []


@pytest.mark.parametrize(
    ("answer", "urgency"),
    [({"danger": "yes"}, "urgent"), ({"danger": "no"}, "normal"), ({"urgent": "on"}, "urgent")],
)
def test_the_answer_decides_how_urgent_it_is(
    client: Client, answer: dict[str, str], urgency: str
) -> None:
    hand_in(client, words=GAS, **answer)
    assert [issue.urgency for issue in all_matters()] == [urgency]


def test_what_was_solved_on_the_spot_is_no_danger_any_more(client: Client) -> None:
    hand_in(client, words="煤气味散了，阀门已关好", solved="on")
    assert [issue.urgency for issue in all_matters()] == ["normal"]
