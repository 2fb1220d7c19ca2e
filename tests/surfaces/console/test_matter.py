import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from qijie.kernel.codes import Level
from qijie.records.models import Attachment
from qijie.teams.models import OrgUnit
from tests import town
from tests.photos import a_photo, look_at_all
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_QUERIES = 15 + 2


def url(issue_id: object) -> str:
    return f"/console/matters/{issue_id}/"


def test_a_case_shows_words_place_orders_clocks_and_history(client: Client) -> None:
    issue_id = acts.dispatched(words="楼道里堆满纸箱", place_words="3栋2单元")
    shown = acts.page(client, "wang", url(issue_id))
    for words in ("楼道里堆满纸箱", "3栋2单元", "第一网格", "暴露垃圾", "青石环卫所", "待签收"):
        assert words in shown
    for move in ("上报", "受理", "立案", "派单"):
        assert f"<strong>{move}" in shown


def test_a_deadline_explains_itself(client: Client) -> None:
    issue_id = acts.filed()
    assert "限时 4 个工作小时" in acts.page(client, "wang", url(issue_id))


def test_the_next_step_is_a_button_and_the_others_say_why_not(client: Client) -> None:
    issue_id = acts.reported()
    shown = acts.page(client, "wang", url(issue_id))
    assert f'href="{url(issue_id)}accept/"' in shown
    assert f'href="{url(issue_id)}file/"' not in shown
    assert "事项目前“已上报”，不能立案" in shown


def test_nobody_holds_a_closed_matter_and_its_first_order_is_no_second_round(
    client: Client,
) -> None:
    shown = acts.page(client, "wang", url(acts.closed()))
    assert "已结案" in shown
    assert "现在由" not in shown
    assert " 轮</span>" not in shown


def test_a_post_is_offered_its_own_steps_alone(client: Client) -> None:
    issue_id = acts.filed()
    assert f"{url(issue_id)}dispatch/" in acts.page(client, "zhao", url(issue_id))
    assert f"{url(issue_id)}dispatch/" not in acts.page(client, "wang", url(issue_id))


def test_the_outsider_finds_no_case_and_the_miss_is_remembered(client: Client) -> None:
    issue_id = acts.reported()
    assert acts.status(client, "qian", url(issue_id)) == 404
    assert acts.status(client, "qian", url(uuid4())) == 404
    assert str(issue_id) in [entry.subject for entry in acts.access_entries("not_visible")]


def test_the_map_is_the_same_address_asked_for_as_geojson(client: Client) -> None:
    issue_id = acts.reported()
    client.force_login(town.user("wang"))
    response = client.get(url(issue_id), headers={"Accept": "application/geo+json"})
    features = json.loads(response.content)["features"]
    assert [one["properties"]["id"] for one in features] == [town.GRID_1, "spot"]
    assert features[1]["geometry"]["coordinates"] == [
        town.IN_GRID_1.lon,
        pytest.approx(town.IN_GRID_1.lat),
    ]
    assert response["Cache-Control"] == "private, no-store"


def test_the_map_has_a_written_twin(client: Client) -> None:
    shown = acts.page(client, "wang", url(acts.reported()))
    assert f"东经 {town.IN_GRID_1.lon:.6f}，北纬 {town.IN_GRID_1.lat:.6f}" in shown


def test_a_place_nobody_knows_is_said(client: Client) -> None:
    assert "青石街道，没有说更细的地点" in acts.page(
        client, "zheng", url(acts.reported(place=None))
    )


def test_the_reporter_is_masked_for_the_supervision_side(client: Client) -> None:
    issue_id = acts.reported(name="张小明", phone="13912345678", email="ming@example.cn")
    shown = acts.page(client, "wang", url(issue_id))
    assert "张*" in shown
    assert "139****5678" in shown
    assert "13912345678" not in shown
    assert "ming@" not in shown


@pytest.mark.parametrize("username", ["zhao", "sun", "song", "xu"])
def test_the_handled_side_sees_nothing_of_the_reporter(client: Client, username: str) -> None:
    issue_id = acts.dispatched(name="张小明", phone="13912345678")
    shown = acts.page(client, username, url(issue_id))
    assert "联系方式不对您的岗位显示" in shown
    assert "张*" not in shown
    assert "139" not in shown.split("反映人</h2>")[1]


def test_photos_are_shown_to_whoever_sees_the_case(client: Client) -> None:
    issue_id = acts.reported(photos=(a_photo(),))
    with acts.scope(acts.viewer("wang")):
        photo = Attachment.objects.get(subject_id=issue_id)
    assert acts.status(client, "wang", f"{url(issue_id)}photos/{photo.pk}/") == 404
    assert "照片正在检查" in acts.page(client, "wang", url(issue_id))
    look_at_all()
    assert "照片正在检查" not in acts.page(client, "wang", url(issue_id))
    response = client.get(f"{url(issue_id)}photos/{photo.pk}/")
    assert Image.open(BytesIO(response.content)).format == "JPEG"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert acts.status(client, "qian", f"{url(issue_id)}photos/{photo.pk}/") == 404


def test_a_photo_of_another_matter_is_not_found(client: Client) -> None:
    mine, other = acts.reported(), acts.reported(photos=(a_photo(),))
    with acts.scope(acts.viewer("wang")):
        photo = Attachment.objects.get(subject_id=other)
    assert acts.status(client, "wang", f"{url(mine)}photos/{photo.pk}/") == 404


def test_a_matter_about_a_unit_is_hidden_from_it(client: Client) -> None:
    issue_id = acts.dispatched()
    assert acts.status(client, "sun", url(issue_id)) == 200
    with acts.scope(acts.viewer("wang")):
        unit = OrgUnit.objects.get(code=town.SANITATION)
    about = acts.reported(about_unit_id=unit.pk, about_level=Level.STREET)
    assert acts.status(client, "sun", url(about)) == 404


def test_a_case_costs_few_queries(client: Client) -> None:
    issue_id = acts.handled(phone="13912345678", photos=(a_photo(), a_photo(2)))
    client.force_login(town.user("wang"))
    with CaptureQueriesContext(connection) as found:
        client.get(url(issue_id))
    assert len(found) <= MOST_QUERIES
