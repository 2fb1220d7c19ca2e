from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from qijie.issues.rules.vocabulary import Urgency
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.console import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DIALOG = {"HX-Request": "true", "HX-Target": "move-room"}


def url(issue_id: UUID, move: str) -> str:
    return f"/console/matters/{issue_id}/{move}/"


def send(
    client: Client, username: str, issue_id: UUID, move: str, data: dict[str, object], **more: str
) -> HttpResponse:
    client.force_login(town.user(username))
    seen = {"seen": acts.seen(issue_id, username).version}
    return client.post(url(issue_id, move), seen | data, headers=more)


def test_accepting_leads_back_to_the_case(client: Client) -> None:
    issue_id = acts.reported()
    response = send(client, "wang", issue_id, "accept", {"urgency": "normal"})
    assert response.status_code == 302
    assert response["Location"] == f"/console/matters/{issue_id}/"
    assert acts.seen(issue_id).state == "accepted"


def test_a_move_in_the_dialog_sends_the_whole_page_on(client: Client) -> None:
    issue_id = acts.reported()
    response = send(client, "wang", issue_id, "accept", {"urgency": "normal"}, **DIALOG)
    assert response["HX-Redirect"] == f"/console/matters/{issue_id}/"
    assert acts.seen(issue_id).state == "accepted"


def test_the_dialog_is_a_part_and_the_page_is_whole(client: Client) -> None:
    issue_id = acts.reported()
    part = acts.page(client, "wang", url(issue_id, "accept"), **DIALOG)
    assert part.count("<dialog") == 1
    assert "<html" not in part
    assert "<html" in acts.page(client, "wang", url(issue_id, "accept"))


def test_filing_offers_the_categorys_conditions(client: Client) -> None:
    issue_id = acts.accepted()
    assert "暴露垃圾，一般情形（4 工作小时）" in acts.page(client, "wang", url(issue_id, "file"))
    send(client, "wang", issue_id, "file", {"condition": "rubbish-1"})
    assert acts.seen(issue_id).state == "filed"


def test_dispatching_suggests_the_unit_of_the_responsibility_list(client: Client) -> None:
    issue_id = acts.filed()
    shown = acts.page(client, "zhao", url(issue_id, "dispatch"))
    assert "按权责清单建议：青石环卫所" in shown
    unit = OrgUnit.objects.get(code=town.SANITATION)
    send(client, "zhao", issue_id, "dispatch", {"unit": unit.pk})
    assert acts.seen(issue_id).state == "dispatched"


def test_an_order_is_recalled_by_the_dispatcher(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    send(client, "zhao", issue_id, f"recall/?order={order}", {"words": "派错了"})
    send(client, "zhao", issue_id, "recall", {"words": "派错了", "order": order})
    assert acts.seen(issue_id).state == "filed"


@pytest.mark.parametrize(
    ("username", "make", "move", "data", "sentence"),
    [
        ("wang", acts.reported, "void", {"words": "不归我们管"}, "请从清单中选择不予受理的理由。"),
        ("wang", acts.reported, "void", {"reason": "outside"}, "请填写向反映人说明。"),
        ("zhao", acts.filed, "dispatch", {"words": "尽快"}, "请选择主办单位。"),
        ("zhou", acts.handled, "close", {"words": "看过了"}, "请确认已达到结案标准"),
        ("zhou", acts.handled, "send_back", {"words": ""}, "请填写哪里不合格。"),
        ("wang", acts.reported, "accept", {"urgency": "normal", "words": "字" * 501}, "最多 500"),
        (
            "wang",
            acts.reported,
            "accept",
            {"urgency": "normal", "words": "说\u202e明"},
            "改变文字方向的隐藏字符",
        ),
    ],
)
def test_what_is_missing_is_said_what_was_typed_stays_and_nothing_changes(
    client: Client,
    username: str,
    make: object,
    move: str,
    data: dict[str, str],
    sentence: str,
) -> None:
    issue_id = make()  # type: ignore[operator]
    before = acts.seen(issue_id, username).version
    response = send(client, username, issue_id, move, data)
    shown = response.content.decode()
    assert response.status_code == 422
    assert sentence in shown
    assert data.get("words", "")[:20] in shown
    assert acts.seen(issue_id, username).version == before


def test_the_slower_of_two_desks_is_told_and_keeps_its_words(client: Client) -> None:
    issue_id = acts.reported()
    client.force_login(town.user("wang"))
    old = acts.seen(issue_id).version
    client.post(url(issue_id, "accept"), {"seen": old, "urgency": "normal"})
    response = client.post(
        url(issue_id, "void"), {"seen": old, "reason": "outside", "words": "不在本市"}
    )
    shown = response.content.decode()
    assert response.status_code == 422
    assert "这件事项刚刚由别人办理过" in shown
    assert "不在本市" in shown
    assert "已受理" in shown
    assert f'name="seen" value="{acts.seen(issue_id).version}"' in shown
    assert acts.seen(issue_id).state == "accepted"


def test_a_post_that_may_not_is_told_and_offered_no_button(client: Client) -> None:
    issue_id = acts.reported()
    shown = acts.page(client, "zhao", url(issue_id, "accept"))
    assert "您的岗位不能对本事项“受理”" in shown
    assert 'type="submit">受理' not in shown
    send(client, "zhao", issue_id, "accept", {"urgency": "normal"})
    assert acts.seen(issue_id).state == "reported"


@pytest.mark.parametrize("move", ["withdraw", "judge", "confirm", "object"])
def test_nobody_speaks_for_the_reporter_at_a_desk(client: Client, move: str) -> None:
    assert acts.status(client, "wang", url(acts.reported(), move)) == 404


@pytest.mark.parametrize("move", ["fly", "whistle", "auto_confirm"])
def test_a_move_no_page_knows_is_not_found(client: Client, move: str) -> None:
    assert acts.status(client, "wang", url(acts.reported(), move)) == 404


def test_the_outsider_can_neither_look_nor_move(client: Client) -> None:
    issue_id = acts.reported()
    assert acts.status(client, "qian", url(issue_id, "accept")) == 404
    response = client.post(url(issue_id, "accept"), {"urgency": "normal"})
    assert response.status_code == 404
    assert acts.seen(issue_id).state == "reported"
    assert client.post(url(uuid4(), "accept")).status_code == 404


@pytest.mark.parametrize("sent", ["\0", "none", "类" * 500], ids=["nought", "unknown", "long"])
@pytest.mark.parametrize("move", ["reclassify", "ask_reclassify", "direct_urgent"])
def test_a_category_that_is_none_goes_back_to_its_form(
    client: Client, move: str, sent: str
) -> None:
    """Other choices of the form hang on it and are read before all of it is cleaned."""
    if move == "direct_urgent":
        issue_id = acts.reported("有人在这里，请快来", urgency=Urgency.URGENT, category="")
    else:
        issue_id = acts.filed()
    answer = send(client, "wang", issue_id, move, {"category": sent, "words": "灯不亮"})
    assert answer.status_code == 422
    assert "category" in answer.context["form"].errors
