"""What happened stands in the order it happened in, whatever the clocks of the hosts say."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.queries import history_of
from qijie.issues.rules.vocabulary import Channel
from qijie.records.queries import CLOCKS_APART
from tests import town

pytestmark = pytest.mark.django_db
BEHIND = (timedelta(minutes=65), timedelta(days=3), CLOCKS_APART)


@pytest.mark.parametrize("behind", BEHIND)
def test_a_step_of_a_host_whose_clock_is_behind_is_shown_in_its_place(
    client: Client, behind: timedelta
) -> None:
    at = town.NOW
    new = NewReport(
        key=uuid4(),
        words="楼下垃圾三天没清",
        channel=Channel.PORTAL,
        category=town.RUBBISH,
        place=town.IN_GRID_1,
    )
    with scope(INTAKE):
        receipt = actions.report(new, by=INTAKE, at=at)
    desk = town.viewer("wang")
    with scope(desk):
        actions.accept(receipt.issue_id, by=desk, at=at - behind, words="值班的钟慢了")
        issue = actions.file(receipt.issue_id, by=desk, at=at, condition="rubbish-1")
        assert [event.verb for event in history_of(issue)] == ["report", "accept", "file"]
    page = unescape(client.get(f"/m/{receipt.token}/").content.decode())
    assert "已受理" in page
    client.force_login(town.user("wang"))
    case = unescape(client.get(f"/console/matters/{issue.pk}/").content.decode())
    assert "值班的钟慢了" in case
