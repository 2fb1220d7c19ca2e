"""Matters as far along as the worker's tests need them."""

from datetime import datetime
from uuid import UUID, uuid4

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.rules.vocabulary import Channel, Evidence
from qijie.teams.models import OrgUnit
from tests import town
from tests.photos import a_photo


def reported(
    words: str = "楼下垃圾三天没清",
    *,
    category: str = town.RUBBISH,
    email: str = "",
    at: datetime,
) -> UUID:
    new = NewReport(
        key=uuid4(),
        words=words,
        channel=Channel.PORTAL,
        category=category,
        place=town.IN_GRID_1,
        email=email,
    )
    with scope(INTAKE):
        return actions.report(new, by=INTAKE, at=at).issue_id


def dispatched(*, at: datetime) -> UUID:
    issue_id = reported(at=at)
    desk, dispatcher = town.viewer("wang"), town.viewer("zhao")
    with scope(desk):
        actions.accept(issue_id, by=desk, at=at)
        actions.file(issue_id, by=desk, at=at, condition="rubbish-1")
    with scope(dispatcher):
        unit = OrgUnit.objects.get(code=town.SANITATION)
        actions.dispatch(issue_id, by=dispatcher, at=at, unit_id=unit.pk)
    return issue_id


def closed(*, at: datetime) -> UUID:
    issue_id = dispatched(at=at)
    handler, verifier = town.viewer("sun"), town.viewer("zhou")
    with scope(handler):
        order_id = WorkOrder.objects.get(issue=issue_id).pk
        actions.sign(issue_id, order_id=order_id, by=handler, at=at)
        actions.done(
            issue_id,
            order_id=order_id,
            by=handler,
            at=at,
            words="已清运",
            photos=[a_photo()],
            evidence=[Evidence.PHOTO_AFTER],
        )
    with scope(verifier):
        actions.close(issue_id, by=verifier, at=at, is_standard_met=True)
    return issue_id


def solved(*, at: datetime) -> UUID:
    """Solved by the worker of the grid, and not drawn into the sample."""
    issue_id, worker = reported(at=at), town.viewer("chen")
    with scope(worker):
        actions.solve(issue_id, by=worker, at=at, words="已当场清走")
    leave_out_of_sample(issue_id)
    return issue_id


def leave_out_of_sample(issue_id: UUID) -> None:
    """One matter in twenty is drawn by its id; which one, no test can choose."""
    with scope(SYSTEM):
        Issue.objects.filter(pk=issue_id).update(is_sampled=False)
