from uuid import uuid4

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, reporter_of
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.rules.vocabulary import Channel, Evidence
from tests import town
from tests.photos import a_photo

pytestmark = pytest.mark.django_db


def test_a_matter_goes_all_the_way_round() -> None:
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
    desk, dispatcher = town.viewer("wang"), town.viewer("zhao")
    with scope(desk):
        actions.accept(receipt.issue_id, by=desk, at=at)
        actions.file(receipt.issue_id, by=desk, at=at, condition="rubbish-1")
    with scope(dispatcher):
        from qijie.teams.models import OrgUnit

        unit = OrgUnit.objects.get(code=town.SANITATION)
        issue = actions.dispatch(receipt.issue_id, by=dispatcher, at=at, unit_id=unit.pk)
    handler = town.viewer("sun")
    with scope(handler):
        order = issue.orders.get()
        actions.sign(receipt.issue_id, order_id=order.pk, by=handler, at=at)
        actions.done(
            receipt.issue_id,
            order_id=order.pk,
            by=handler,
            at=at,
            words="已清运",
            photos=[a_photo()],
            evidence=[Evidence.PHOTO_AFTER],
        )
    verifier = town.viewer("zhou")
    with scope(verifier):
        issue = actions.close(receipt.issue_id, by=verifier, at=at, is_standard_met=True)
    assert issue.state == "closed"
    reporter = reporter_of(receipt.issue_id)
    with scope(reporter):
        issue = actions.judge(
            receipt.issue_id, by=reporter, at=at, is_solved=True, is_satisfied=True
        )
    assert issue.verdict == "solved"
