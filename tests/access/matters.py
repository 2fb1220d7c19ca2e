"""Twenty matters over the town's two streets, in every shape the walls must tell apart."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from uuid import UUID

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM, Viewer, reporter_of
from qijie.boards.actions import order_file
from qijie.boards.rules import Paper
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.models import WorkOrder
from qijie.issues.rules.vocabulary import Channel, ReturnReason
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.ids import new_id
from qijie.outbound.actions import deliver
from qijie.records import actions as records
from qijie.records.actions import AccessNote
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.photos import a_photo

AT = town.NOW
_number = count(1)


def report(place: Coordinate | None, *, by: Viewer = INTAKE, photo: bool = False, **facts) -> UUID:
    """A report with contact and, if asked, a photo; without a place it belongs to the street."""
    number = next(_number)
    new = NewReport(
        key=new_id(),
        words=f"第 {number} 件：楼下有情况",
        channel=Channel.PORTAL if by is INTAKE else Channel.WORKER,
        place=place,
        path="" if place else town.STREET,
        name="李青" if by is INTAKE else "",
        phone="13912345678" if by is INTAKE else "",
        email="resident@example.org" if by is INTAKE else "",
    )
    photos = [a_photo(number)] if photo else []
    with scope(by):
        receipt = actions.report(replace(new, **facts), by=by, at=AT, photos=photos)
    return receipt.issue_id


def as_post(username: str, act: Callable[..., object], issue_id: UUID, **facts: object) -> None:
    viewer = town.viewer(username)
    with scope(viewer):
        act(issue_id, by=viewer, at=AT, **facts)


def file(issue_id: UUID, desk: str = "wang") -> UUID:
    as_post(desk, actions.accept, issue_id)
    as_post(desk, actions.file, issue_id, condition="rubbish-1")
    return issue_id


def dispatch(issue_id: UUID, unit: str, desk: str = "wang", dispatcher: str = "zhao") -> UUID:
    unit_id = OrgUnit.objects.get(code=unit).pk
    as_post(dispatcher, actions.dispatch, file(issue_id, desk), unit_id=unit_id)
    return issue_id


def order_of(issue_id: UUID, username: str) -> UUID:
    with scope(town.viewer(username)):
        return WorkOrder.objects.filter(issue=issue_id).latest("sent_at").pk


def make_matters() -> dict[str, UUID]:
    """Twenty matters by what is special about each, with orders, photos, notices, looks."""
    known = {"category": town.RUBBISH}
    made = {
        "new in grid 1": report(town.IN_GRID_1),
        "new in grid 1 with photo": report(town.IN_GRID_1, photo=True),
        "new in grid 2": report(town.IN_GRID_2),
        "new in grid 3": report(town.IN_GRID_3),
        "new in grid 3 with photo": report(town.IN_GRID_3, photo=True),
        "new in the next street": report(town.IN_NEXT_STREET),
        "new in the next street with photo": report(town.IN_NEXT_STREET, photo=True),
        "of no known place": report(None),
        "reported by a worker elsewhere": report(
            town.IN_NEXT_STREET, by=town.viewer("chen"), **known
        ),
        "filed in grid 1": file(report(town.IN_GRID_1, **known)),
        "filed in grid 2": file(report(town.IN_GRID_2, **known)),
        "filed in the next street": file(report(town.IN_NEXT_STREET, **known), "qian"),
        "with the sanitation unit": dispatch(report(town.IN_GRID_1, **known), town.SANITATION),
        "with the property unit": dispatch(report(town.IN_GRID_2, **known), town.PROPERTY),
        "returned by the property unit": dispatch(report(town.IN_GRID_2, **known), town.PROPERTY),
        "solved by the worker": report(town.IN_GRID_1, **known),
        "about the property unit": report(
            town.IN_GRID_1, about_unit_id=_unit(town.PROPERTY), about_level=Level.COMMUNITY
        ),
        "about the street office": report(
            town.IN_GRID_1, about_unit_id=_unit(town.STREET_OFFICE), about_level=Level.STREET
        ),
        "about the desk": report(
            town.IN_GRID_2, about_post_id=_post("desk"), about_level=Level.COMMUNITY
        ),
        "about the worker of grid 1": report(
            town.IN_GRID_1, about_post_id=_post("worker-1"), about_level=Level.GRID
        ),
    }
    _go_on(made)
    return made


def _unit(code: str) -> UUID:
    return OrgUnit.objects.get(code=code).pk


def _post(code: str) -> UUID:
    return Post.objects.get(code=code).pk


def _go_on(made: dict[str, UUID]) -> None:
    as_post("chen", actions.solve, made["solved by the worker"], words="已当场清走")
    returned = made["returned by the property unit"]
    as_post(
        "luo",
        actions.return_order,
        returned,
        order_id=order_of(returned, "luo"),
        reason=ReturnReason.NOT_OURS,
        words="不在物业范围，建议环卫承办",
    )
    first = reporter_of(made["new in grid 1"])
    with scope(first):
        actions.add(made["new in grid 1"], by=first, at=AT, words="今天又多了")
    deliver(AT)
    for username in ("wang", "qian"):
        with scope(town.viewer(username)):
            note = AccessNote("not_visible", "console:matter", str(new_id()))
            records.note_access([note], viewer=town.viewer(username), address="10.0.0.1", at=AT)
        with scope(town.viewer(username)):
            where = town.HUAIYIN if username == "wang" else town.NEXT_COMMUNITY
            order_file(where, town.TODAY, Paper.A3, by=town.viewer(username), at=AT)
    with scope(SYSTEM):
        for where in (town.STREET, town.NEXT_STREET, town.DISTRICT):
            order_file(where, town.TODAY, Paper.A3, by=SYSTEM, at=AT)
    # Delivered notices are gone from the outbox; something must wait there too.
    as_post("wang", actions.accept, made["new in grid 2"], category=town.NOISE)
