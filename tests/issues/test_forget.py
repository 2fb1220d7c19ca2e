from datetime import timedelta
from uuid import uuid4

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM, reporter_of
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.actions.retention import KEPT_FOR, forget_contacts
from qijie.issues.models import Reporter
from qijie.issues.rules.vocabulary import Channel
from tests import town

pytestmark = pytest.mark.django_db
LATER = town.NOW + KEPT_FOR + timedelta(days=1)


def reported(*, is_over: bool) -> Reporter:
    new = NewReport(
        key=uuid4(),
        words="楼道灯不亮",
        channel=Channel.PORTAL,
        place=town.IN_GRID_1,
        name="李青",
        phone="13912345678",
    )
    with scope(INTAKE):
        issue_id = actions.report(new, by=INTAKE, at=town.NOW).issue_id
    if is_over:
        resident = reporter_of(issue_id)
        with scope(resident):
            actions.withdraw(issue_id, by=resident, at=town.NOW)
    with scope(SYSTEM):
        return Reporter.objects.get(pk=issue_id)


def contact(reporter: Reporter) -> tuple[str, str]:
    with scope(SYSTEM):
        reporter.refresh_from_db()
    return reporter.name, reporter.phone


def test_contact_details_of_an_old_ended_matter_are_forgotten() -> None:
    over = reported(is_over=True)
    assert forget_contacts(LATER) == 1
    assert contact(over) == ("", "")
    assert forget_contacts(LATER) == 0


def test_contact_details_are_kept_while_a_matter_is_open_or_young() -> None:
    still_open, over = reported(is_over=False), reported(is_over=True)
    assert forget_contacts(LATER) == 1
    assert contact(still_open) == ("李青", "13912345678")
    assert forget_contacts(town.NOW) == 0
    assert contact(over) == ("", "")
