"""An order that came back: the history says to whom it went, the next dispatch who returned it."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.models import WorkOrder
from qijie.issues.rules.vocabulary import ReturnReason
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db


def _returned() -> UUID:
    issue_id, handler = acts.dispatched(), acts.viewer("sun")
    with scope(handler):
        actions.return_order(
            issue_id,
            order_id=WorkOrder.objects.get(issue=issue_id).pk,
            by=handler,
            at=timezone.now(),
            reason=ReturnReason.NOT_OURS,
            words="路面归市政",
        )
    return issue_id


def _plain(page: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "|", page))


@pytest.mark.parametrize(
    ("username", "url"), [("zhao", "/console/matters/"), ("sun", "/field/matters/")]
)
def test_the_history_says_to_whom_and_why_it_came_back(
    client: Client, username: str, url: str
) -> None:
    shown = acts.page(client, username, f"{url}{_returned()}/")
    assert "派单：青石环卫所" in shown
    assert "不属于本单位职责。路面归市政" in shown
    assert "按时完成" not in _plain(shown).partition("已退单")[0][-40:]


def test_a_recalled_order_is_named_in_the_history(client: Client) -> None:
    issue_id, dispatcher = acts.dispatched(), acts.viewer("zhao")
    with scope(dispatcher):
        order = WorkOrder.objects.get(issue=issue_id)
        actions.recall(
            issue_id, order_id=order.pk, by=dispatcher, at=timezone.now(), words="派错了"
        )
    assert "撤单：青石环卫所" in acts.page(client, "zhao", f"/console/matters/{issue_id}/")


def test_who_returned_it_is_marked_and_not_proposed_again(client: Client) -> None:
    issue_id = _returned()
    shown = acts.page(client, "zhao", f"/console/matters/{issue_id}/dispatch/")
    marked = "青石环卫所（已退回过：不属于本单位职责）"
    assert marked in shown
    assert f"按权责清单建议：{marked}" in shown
    assert not re.search(rf"<option[^>]*selected[^>]*>\s*{re.escape(marked)}", shown)
    assert "已退回过" not in acts.page(client, "zhao", f"/console/matters/{acts.filed()}/dispatch/")
