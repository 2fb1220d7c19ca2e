from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import WorkOrder
from qijie.records.models import Attachment, Event
from tests import town
from tests.surfaces.field import acts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def press(
    client: Client, username: str, issue_id: UUID, word: str, **typed: object
) -> HttpResponse:
    client.force_login(town.user(username))
    order = f"?order={typed.pop('order')}" if "order" in typed else ""
    return client.post(f"/field/matters/{issue_id}/{word}/{order}", typed)  # type: ignore[arg-type,return-value]


def order_state(issue_id: UUID) -> str:
    with scope(SYSTEM):
        return WorkOrder.objects.get(issue=issue_id).state


def test_signing_takes_one_tap(client: Client) -> None:
    issue_id = acts.dispatched()
    answer = press(client, "sun", issue_id, "sign", order=acts.order_of(issue_id))
    assert answer["Location"] == f"/field/matters/{issue_id}/"
    assert order_state(issue_id) == "signed"


def test_done_asks_for_the_photo_the_condition_wants(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    press(client, "sun", issue_id, "sign", order=order)
    client.force_login(town.user("sun"))
    form = client.get(f"/field/matters/{issue_id}/done/?order={order}").content.decode()
    assert "以下任一项即可：处置后照片" in form
    refused = press(client, "sun", issue_id, "done", order=order, words="已清运")
    assert refused.status_code == 422
    assert "已清运" in refused.content.decode()
    assert order_state(issue_id) == "signed"


def test_done_with_a_photo_hands_the_matter_to_the_verifier(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    press(client, "sun", issue_id, "sign", order=order)
    answer = press(
        client, "sun", issue_id, "done", order=order, words="已清运", photos=acts.a_photo()
    )
    assert answer.status_code == 302
    assert acts.seen(issue_id, "chen").state == "handled"
    with scope(SYSTEM):
        assert Attachment.objects.get(subject_id=issue_id).purpose == "after"


def test_done_without_a_photo_says_what_shows_it(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    press(client, "sun", issue_id, "sign", order=order)
    said = {"order": order, "words": "已清运", "shown_by": "other_side"}
    refused = press(client, "sun", issue_id, "done", **said)
    assert "对方是谁、怎么确认的" in refused.content.decode()
    assert order_state(issue_id) == "signed"
    answer = press(client, "sun", issue_id, "done", **said, proof="店主张老板当面确认")
    assert answer.status_code == 302
    with scope(SYSTEM):
        event = Event.objects.filter(subject_id=issue_id, verb="done").get()
    assert event.words == "已清运\n凭证：对方确认，店主张老板当面确认"
    assert event.facts["evidence"] == ["other_side"]


def test_a_look_left_to_the_verifier_is_written_down_at_the_end(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    press(client, "sun", issue_id, "sign", order=order)
    press(client, "sun", issue_id, "done", order=order, words="已清运", shown_by="own_look")
    assert acts.seen(issue_id, "chen").state == "handled"
    client.force_login(town.user("zhou"))
    url = f"/console/matters/{issue_id}/close/"
    seen = acts.seen(issue_id, "chen").version
    refused = client.post(url, {"seen": seen, "is_standard_met": "on"})
    assert refused.status_code == 422
    assert "您到现场看到了什么" in refused.content.decode()
    client.post(url, {"seen": seen, "is_standard_met": "on", "words": "桶边干净"})
    assert acts.seen(issue_id, "chen").state == "closed"


def test_a_return_names_its_reason(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    refused = press(client, "sun", issue_id, "return_order", order=order, words="不归我们")
    assert "请从清单中选择退单理由。" in refused.content.decode()
    press(client, "sun", issue_id, "return_order", order=order, reason="not_ours", words="归物业")
    assert order_state(issue_id) == "returned"
    assert acts.seen(issue_id, "chen").state == "filed"


def test_a_worker_solves_what_somebody_else_reported(client: Client) -> None:
    issue_id = acts.reported()
    press(client, "chen", issue_id, "solve", words="已当场清走")
    assert acts.seen(issue_id, "chen").state == "handled"


def test_solving_what_is_filed_is_shown_by_any_of_what_it_accepts(client: Client) -> None:
    issue_id = acts.dispatched()
    refused = press(client, "chen", issue_id, "solve", words="已当场清走")
    assert refused.status_code == 422
    assert "请附一张照片，或选一种凭证" in refused.content.decode()
    said = {"words": "已当场清走", "shown_by": "record"}
    assert press(client, "chen", issue_id, "solve", **said).status_code == 422
    press(client, "chen", issue_id, "solve", **said, proof="清运单 12 号")
    assert acts.seen(issue_id, "chen").state == "handled"


def test_what_was_solved_without_a_photo_waits_for_a_look(client: Client) -> None:
    issue_id = acts.reported()
    press(client, "chen", issue_id, "solve", words="已当场清走", shown_by="own_look")
    solved = acts.seen(issue_id, "chen")
    assert (solved.is_sampled, solved.awaits_look) == (True, True)


def test_a_faster_colleague_is_named_and_the_words_stay(client: Client) -> None:
    issue_id = acts.dispatched(town.PROPERTY, category=town.NOISE)
    before = acts.seen(issue_id, "luo").version
    order, handler = acts.order_of(issue_id, "luo"), acts.viewer("luo")
    with scope(handler):
        actions.sign(issue_id, order_id=order, by=handler, at=acts.a_while_ago(seconds=30))
    answer = press(client, "luo", issue_id, "done", order=order, words="已上门劝导", seen=before)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "刚刚由别人办理过" in shown
    assert "槐荫物业经办" in shown
    assert "已上门劝导" in shown
    assert order_state(issue_id) == "signed"
    now = acts.seen(issue_id, "luo").version
    assert f'name="seen" value="{now}"' in shown
    press(client, "luo", issue_id, "done", order=order, words="已上门劝导", seen=now)
    assert order_state(issue_id) == "done"


def test_the_same_press_delivered_twice_is_one_move_and_no_quarrel(client: Client) -> None:
    issue_id = acts.reported()
    before = acts.seen(issue_id, "chen").version
    for _ in range(2):
        answer = press(client, "chen", issue_id, "solve", words="已当场清走", seen=before)
        assert answer.status_code == 302
    assert acts.events(issue_id, "chen").count("solve") == 1


def test_a_move_that_may_not_be_made_says_why_and_shows_no_form(client: Client) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user("sun"))
    order = acts.order_of(issue_id)
    shown = client.get(f"/field/matters/{issue_id}/done/?order={order}").content.decode()
    assert "工单目前“待签收”，不能反馈" in shown
    assert "<form" not in shown


@pytest.mark.parametrize(
    ("username", "word"),
    [("sun", "close"), ("chen", "dispatch"), ("chen", "no_such_move"), ("chen", "withdraw")],
)
def test_moves_of_other_posts_are_absent(client: Client, username: str, word: str) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user(username))
    assert client.get(f"/field/matters/{issue_id}/{word}/").status_code == 404


@pytest.mark.parametrize("word", ["solve", "sign", "done", "return_order"])
def test_the_outsider_gets_absence_for_every_move(client: Client, word: str) -> None:
    issue_id = acts.dispatched()
    answer = press(client, "qian", issue_id, word, words="我来办")
    assert answer.status_code == 404
    assert order_state(issue_id) == "sent"


def test_another_units_order_is_not_signed(client: Client) -> None:
    issue_id = acts.dispatched()
    order = acts.order_of(issue_id)
    assert press(client, "luo", issue_id, "sign", order=order).status_code == 404
    refused = press(client, "chen", issue_id, "sign", order=order)
    assert refused.status_code == 422
    assert order_state(issue_id) == "sent"


@pytest.mark.parametrize("order", ["", "not-an-id"])
def test_an_order_not_named_is_asked_for_in_a_sentence(client: Client, order: str) -> None:
    issue_id = acts.dispatched()
    answer = press(client, "sun", issue_id, "sign", order=order)
    assert answer.status_code == 422
    assert "工单" in answer.content.decode()
    assert order_state(issue_id) == "sent"


def test_htmx_gets_the_fields_alone_so_that_photos_stay(client: Client) -> None:
    issue_id = acts.reported()
    client.force_login(town.user("chen"))
    answer = client.post(
        f"/field/matters/{issue_id}/solve/", {"words": ""}, headers={"HX-Request": "true"}
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="move-fields"' in shown
    assert 'type="file"' not in shown
