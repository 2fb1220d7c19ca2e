"""An order from the dispatcher to the unit's phone, on to the verifier, and once returned."""

from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Issue, WorkOrder
from qijie.outbound.queries import notices_for
from qijie.outbound.worker import turn
from tests import town
from tests.surfaces.field import acts

pytestmark = pytest.mark.django_db


def state_of(issue_id: UUID) -> str:
    with scope(SYSTEM):
        return Issue.objects.get(pk=issue_id).state


def told(username: str) -> list[str]:
    viewer = acts.viewer(username)
    with scope(viewer):
        return list(notices_for(viewer).values_list("sentence", flat=True))


def link(page: str, word: str) -> str:
    """The address behind a button, as it stands on the page."""
    start = page.index(f"/{word}/?order=")
    start = page.rindex('"', 0, start) + 1
    return page[start : page.index('"', start)].replace("&amp;", "&")


def test_signed_for_done_with_a_photo_and_verified_by_somebody_else(client: Client) -> None:
    issue_id = acts.dispatched(words="3栋门口垃圾三天没清")
    turn(timezone.now())
    assert any(sentence.startswith("派单") for sentence in told("sun"))

    client.force_login(town.user("sun"))
    assert "3栋门口垃圾三天没清" in client.get("/field/").content.decode()
    page = client.get(f"/field/matters/{issue_id}/").content.decode()
    seen = acts.seen(issue_id, "sun").version
    signed = client.post(link(page, "sign"), {"seen": seen}, follow=True).content.decode()
    assert "已签收" in signed

    done = link(signed, "done")
    assert "以下任一项即可：处置后照片" in client.get(done).content.decode()
    without = client.post(done, {"words": "已清运"})
    assert without.status_code == 422
    seen = acts.seen(issue_id, "sun").version
    client.post(done, {"words": "已清运", "seen": seen, "photos": acts.a_photo()})
    assert state_of(issue_id) == "handled"
    assert "3栋门口垃圾三天没清" not in client.get("/field/").content.decode()

    turn(timezone.now())
    assert any(sentence.startswith("反馈") for sentence in told("zhou"))
    verifier = acts.viewer("zhou")
    with scope(verifier):
        actions.close(issue_id, by=verifier, at=timezone.now(), is_standard_met=True)
    assert state_of(issue_id) == "closed"


def test_returned_with_a_reason_it_is_the_dispatchers_again(client: Client) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user("sun"))
    page = client.get(f"/field/matters/{issue_id}/").content.decode()
    typed = {
        "reason": "not_ours",
        "words": "小区内归物业",
        "seen": acts.seen(issue_id, "sun").version,
    }
    client.post(link(page, "return_order"), typed)
    assert state_of(issue_id) == "filed"
    with scope(SYSTEM):
        order = WorkOrder.objects.get(issue=issue_id)
    assert (order.state, order.return_reason) == ("returned", "not_ours")
    turn(timezone.now())
    assert any(sentence.startswith("退单") for sentence in told("zhao"))


def test_two_colleagues_of_one_unit_do_not_undo_each_other(client: Client) -> None:
    issue_id = acts.dispatched(town.PROPERTY, category=town.NOISE)
    client.force_login(town.user("luo"))
    stale = acts.seen(issue_id, "luo").version
    page = client.get(f"/field/matters/{issue_id}/").content.decode()
    colleague = Client()
    colleague.force_login(town.user("luo"))
    colleague.post(link(page, "sign"), {"seen": stale})
    answer = client.post(
        link(page, "return_order"), {"reason": "not_ours", "words": "不归我们", "seen": stale}
    )
    assert "刚刚由别人办理过" in answer.content.decode()
    assert "不归我们" in answer.content.decode()
    assert state_of(issue_id) == "dispatched"
