import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Category, Issue, Reporter
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.keyed import key_in
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REPORT = "/console/report/"


def call(client: Client, username: str = "wang", **changes: Any) -> HttpResponse:
    client.force_login(town.user(username))
    said = {
        "key": str(uuid4()),
        "channel": "hotline",
        "urgency": "normal",
        "words": "电梯停了，老人下不了楼",
        "place_words": "槐荫苑1栋",
        "path": town.GRID_1,
        "name": "李阿姨",
        "phone": "139 1234 5678",
    }
    return client.post(REPORT, said | changes)


def matters(username: str = "wu") -> list[Issue]:
    with scope(acts.viewer(username)):
        return list(Issue.objects.order_by("id"))


def test_a_call_becomes_a_matter_with_its_caller(client: Client) -> None:
    response = call(client)
    [issue] = matters()
    assert response["Location"] == f"/console/matters/{issue.pk}/?registered=yes"
    assert (issue.channel, issue.state, issue.path) == ("hotline", "reported", town.GRID_1)
    assert issue.has_reporter
    shown = client.get(response["Location"]).content.decode()
    assert f'已登记，编号 <span class="number">{issue.number}</span>' in shown
    assert "现在由 社区受理席 办。" in shown
    assert "受理：" in shown
    again = f"/console/report/?channel=hotline&amp;near={town.HUAIYIN}"
    assert f'href="{again}" data-focus' in shown
    assert "答应居民" not in client.get(f"/console/matters/{issue.pk}/").content.decode()
    assert "139****5678" in shown


@pytest.mark.parametrize("channel", ["hotline", "desk", "visit"])
def test_the_desk_says_how_it_came(client: Client, channel: str) -> None:
    call(client, channel=channel)
    assert [issue.channel for issue in matters()] == [channel]


def test_a_point_on_the_map_decides_the_grid(client: Client) -> None:
    place = town.IN_GRID_2
    call(client, lon=str(place.lon), lat=str(place.lat), system="cgcs2000")
    assert [issue.path for issue in matters()] == [town.GRID_2]


def test_sending_twice_makes_one_matter(client: Client) -> None:
    key = str(uuid4())
    first, second = call(client, key=key), call(client, key=key)
    assert first["Location"] == second["Location"]
    assert len(matters()) == 1


def test_an_address_left_out_before_is_added_to_the_callers_contact(client: Client) -> None:
    key = str(uuid4())
    call(client, key=key)
    again = call(client, key=key, email="li@example.cn")
    [issue] = matters()
    assert again["Location"] == f"/console/matters/{issue.pk}/?registered=yes"
    with scope(SYSTEM):
        assert Reporter.objects.get(issue=issue).email == "li@example.cn"


@pytest.mark.parametrize(
    ("first", "changes", "named"),
    [
        ({}, {"channel": "visit"}, "怎么来的"),
        ({}, {"about": "somebody"}, "反映的是谁"),
        ({"name": "", "phone": ""}, {"phone": "13912345678"}, "电话"),
    ],
)
def test_what_is_not_taken_is_named_and_may_be_registered_as_another(
    client: Client, first: dict[str, str], changes: dict[str, str], named: str
) -> None:
    key = str(uuid4())
    call(client, key=key, **first)
    asked = call(client, key=key, **first | changes)
    assert asked.status_code == 422
    assert f"“{named}”" in asked.content.decode()
    assert len(matters()) == 1
    fresh = key_in(asked)
    assert fresh != key
    assert call(client, key=fresh, **first | changes).status_code in (200, 302)
    assert len(matters()) == 2


def test_a_matter_about_a_unit_starts_one_level_above_and_is_hidden_from_it(
    client: Client,
) -> None:
    unit = OrgUnit.objects.get(code=town.PROPERTY)
    call(client, about=f"unit:{unit.pk}", words="物业乱收停车费")
    [issue] = matters("wu")
    assert issue.level == "street"
    assert acts.status(client, "luo", f"/console/matters/{issue.pk}/") == 404
    assert "物业乱收停车费" not in acts.page(client, "luo", "/console/?view=all")
    assert "物业乱收停车费" in acts.page(client, "zheng", "/console/")


def test_a_desk_takes_down_no_complaint_about_itself(client: Client) -> None:
    post = Post.objects.get(code="desk")
    response = call(client, about=f"post:{post.pk}", words="受理席态度不好")
    assert response.status_code == 422
    assert "反映您自己岗位的，请转上一级登记" in response.content.decode()
    assert matters("wu") == []


def test_a_matter_about_a_post_is_hidden_from_whoever_holds_it(client: Client) -> None:
    post = Post.objects.get(code="worker-1")
    call(client, about=f"post:{post.pk}", words="网格员从不上门")
    [issue] = matters("wu")
    assert issue.level == "community"
    assert acts.status(client, "chen", f"/console/matters/{issue.pk}/") == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"words": " "}, "请填写反映的情况。"),
        ({"words": "字" * 2001}, "反映的情况有 2001 个字，最多 2000 个字"),
        ({"words": "铃\x07响"}, "看不见的控制字符"),
        ({"place_words": "楼\u202e下"}, "改变文字方向的隐藏字符"),
        ({"phone": "12345"}, "不是大陆的手机或固定电话号码"),
        ({"email": "不是邮箱"}, "邮箱应写成 name@example.cn 的样子"),
        ({"lon": "114.002", "lat": "30.002", "system": ""}, "坐标没有注明坐标系"),
        ({"lon": "116.4", "lat": "39.9", "system": "wgs84"}, "不在本平台服务的区域内"),
        ({"lon": "三", "lat": "30", "system": "wgs84"}, "不是数字"),
        ({"channel": "pigeon"}, "怎么来的：没有这一项，请重新选择。"),
        ({"path": town.NEXT_GRID}, "所属网格或社区：没有这一项，请重新选择，或者不填。"),
        ({"category": "no-such"}, "类别：所选类别不存在或已停用，请重新选择。"),
        ({"about": f"unit:{UUID(int=0)}"}, "反映的是哪个单位或岗位：没有这一项"),
    ],
)
def test_bad_input_is_said_kept_and_changes_nothing(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    response = call(client, **changes)
    shown = response.content.decode()
    assert response.status_code == 422
    assert sentence in shown
    assert "李阿姨" in shown
    assert matters() == []


def test_a_photo_that_is_none_is_refused_and_the_words_stay(client: Client) -> None:
    response = call(client, photos=acts.not_a_photo())
    shown = response.content.decode()
    assert response.status_code == 422
    assert "病毒.jpg" in shown
    assert "电梯停了" in shown
    assert matters() == []


def test_the_choices_are_of_the_desks_own_place(client: Client) -> None:
    shown = acts.page(client, "wang", REPORT)
    assert "槐荫社区 第一网格" in shown
    assert "榆林社区" not in shown
    assert "青石环卫所" in shown


def test_the_next_call_finds_its_own_communitys_grids_first(client: Client) -> None:
    near = town.GRID_3[:12]
    shown = acts.page(client, "zheng", f"{REPORT}?near={near}&channel=visit")
    assert shown.index("柳溪社区 第一网格") < shown.index("槐荫社区 第一网格")
    assert re.search(r'value="visit"[^>]* checked', shown)
    plain = acts.page(client, "zheng", f"{REPORT}?near=x&channel=pigeon")
    assert plain.index("槐荫社区 第一网格") < plain.index("柳溪社区 第一网格")


def test_the_catalogue_is_offered_by_its_own_names_and_found_by_residents_words(
    client: Client,
) -> None:
    shown = acts.page(client, "wang", REPORT)
    rubbish = Category.objects.get(pk=town.RUBBISH)
    option = re.search(rf'<option value="{town.RUBBISH}"([^>]*)>([^<]*)', shown)
    assert option is not None
    assert option[2] == rubbish.name
    assert f'data-name="{rubbish.plain_name}"' in option[1]
    assert '<category-search words="id_words"' in shown


@pytest.mark.parametrize("username", ["han", "cao", "deng"])
def test_an_administrator_takes_no_calls(client: Client, username: str) -> None:
    assert acts.status(client, username, REPORT) == 404


GAS = "3栋楼道里煤气味很大，有人头晕"


def test_words_of_danger_are_asked_about_before_they_are_filed(client: Client) -> None:
    asked = call(client, words=GAS)
    shown = asked.content.decode()
    assert asked.status_code == 422
    assert GAS in shown
    assert "听起来有危险，是不是？" in shown
    assert "还差一点" not in shown
    assert re.findall(r'name="danger" value="(\w+)"', shown) == ["yes", "no"]
    assert "119" in shown
    assert matters() == []


@pytest.mark.parametrize("field", ["place_words", "about_words"])
def test_danger_written_beside_the_words_is_asked_about_too(client: Client, field: str) -> None:
    asked = call(client, **{"words": "快来人", field: GAS})
    assert asked.status_code == 422
    assert "听起来有危险，是不是？" in asked.content.decode()
    assert matters() == []


@pytest.mark.parametrize(
    ("answer", "urgency"),
    [
        ({"danger": "yes"}, "urgent"),
        ({"danger": "no"}, "normal"),
        ({"urgency": "urgent"}, "urgent"),
    ],
)
def test_the_answer_decides_how_urgent_it_is(
    client: Client, answer: dict[str, str], urgency: str
) -> None:
    assert call(client, words=GAS, **answer).status_code == 302
    assert [issue.urgency for issue in matters()] == [urgency]


def test_a_chosen_place_and_a_point_in_two_communities_are_asked_about(client: Client) -> None:
    there = {"lon": str(town.IN_GRID_3.lon), "lat": str(town.IN_GRID_3.lat), "system": "cgcs2000"}
    response = call(client, "zheng", path=town.GRID_1, **there)
    assert response.status_code == 422
    page = response.content.decode()
    assert "图上标的点却在柳溪社区，请选择以哪个为准。" in page
    assert matters() == []
    call(client, "zheng", path=town.GRID_1, which_holds="words", **there)
    [issue] = matters()
    assert (issue.path, issue.point) == (town.GRID_1, None)


def test_an_address_and_a_point_in_two_communities_are_asked_about(client: Client) -> None:
    there = {"lon": str(town.IN_GRID_3.lon), "lat": str(town.IN_GRID_3.lat), "system": "cgcs2000"}
    typed = {"path": "", "place_words": "槐荫路2号", **there}
    assert call(client, "zheng", **typed).status_code == 422
    call(client, "zheng", which_holds="point", **typed)
    assert [issue.path for issue in matters()] == [town.GRID_3]


# A place in words alone


def test_the_communitys_own_desk_begins_with_its_community(client: Client) -> None:
    shown = acts.page(client, "wang", REPORT)
    assert f'<option value="{town.HUAIYIN}" selected>槐荫社区（网格待定）</option>' in shown
    assert "不改就由您这里受理" in shown
    street = acts.page(client, "zheng", REPORT)
    assert "（网格待定）" not in street
    assert "不改就由您这里受理" not in street


def test_a_call_with_its_place_in_words_stays_with_who_took_it_down(client: Client) -> None:
    response = call(client, path=town.HUAIYIN, place_words="菜场后门")
    [issue] = matters()
    assert response["Location"] == f"/console/matters/{issue.pk}/?registered=yes"
    assert (issue.path, issue.level) == (town.HUAIYIN, "community")
    assert "139****5678" in client.get(response["Location"]).content.decode()


def test_a_point_goes_before_the_community_that_was_filled_in(client: Client) -> None:
    there = {"lon": str(town.IN_GRID_3.lon), "lat": str(town.IN_GRID_3.lat), "system": "cgcs2000"}
    answer = call(client, path=town.HUAIYIN, place_words="菜场后门", **there)
    assert answer.status_code == 200
    assert [issue.path for issue in matters()] == [town.GRID_3]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"path": "", "place_words": "菜场后门"}, "由那里或上一级的受理席办理"),
        (
            {"about": "somebody", "about_words": "穿红马甲的"},
            "这件事由上面一级办，您看不到它的进展",
        ),
    ],
)
def test_what_goes_to_another_desk_is_shown_once_as_it_was_typed(
    client: Client, changes: dict[str, str], why: str
) -> None:
    answer = call(client, **changes)
    [issue] = matters()
    shown = answer.content.decode()
    assert answer.status_code == 200
    for said in (issue.number, why, "电梯停了，老人下不了楼", "李阿姨", "13912345678"):
        assert said in shown
    assert 'data-draft-done="desk-report"' in shown
    assert "no-store" in answer["Cache-Control"]
    is_hidden = "about" in changes
    assert ("看这件事项" in shown) is not is_hidden
    there = acts.status(client, "wang", f"/console/matters/{issue.pk}/")
    assert there == (404 if is_hidden else 200)


def test_urgent_under_a_used_key_is_registered_as_its_own_once_and_said_so(client: Client) -> None:
    key = str(uuid4())
    call(client, key=key)
    for _ in range(2):
        taken = call(client, key=key, urgency="urgent")
        assert taken.status_code == 302
    assert [issue.urgency for issue in matters()] == ["normal", "urgent"]
    assert "已经作为新的一件按紧急收下" in client.get(taken["Location"]).content.decode()


def test_danger_is_asked_about_beside_the_advice_and_the_focus_goes_to_the_case(
    client: Client,
) -> None:
    fire = "三楼着火了，烟很大"
    asked = call(client, words=fire).content.decode()
    advice, question, words = (
        asked.index(part) for part in ("danger-steps", 'id="danger-title"', 'name="words"')
    )
    assert advice < question < words
    done = client.get(call(client, words=fire, danger="yes")["Location"]).content.decode()
    assert "再登记一件" in done
    assert re.findall(r"<(\w+) [^>]*data-focus", done) == ["h2"]
