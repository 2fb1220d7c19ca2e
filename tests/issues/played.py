"""The demonstration's stories put straight into the database, as the loader puts them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.contrib.gis.geos import Point

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.actions.rows import deadline_row, order_rows, put_on_issue
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.queries import matter_of
from qijie.issues.rules.matter import Matter
from qijie.kernel.ids import new_id
from qijie.setup.stories import Played
from qijie.territory.models import Node


def lay_down(stories: Sequence[Played]) -> list[Issue]:
    grids = dict(Node.objects.filter(kind="grid").values_list("path", "pk"))
    issues = [_issue(each, f"T{i}", grids) for i, each in enumerate(stories)]
    with scope(SYSTEM):
        Issue.objects.bulk_create(sorted(issues, key=lambda issue: issue.master_id is not None))
        told = list(zip(issues, stories, strict=True))
        WorkOrder.objects.bulk_create(
            order for issue, each in told for order in order_rows(issue, each.matter.orders)
        )
        Deadline.objects.bulk_create(
            deadline_row(issue, position, clock, new_id())
            for issue, each in told
            for position, clock in enumerate(each.matter.clocks)
        )
    return issues


def matters() -> dict[UUID, Matter]:
    """Every matter that lies there, read back with its orders and clocks in three queries."""
    orders: dict[UUID, list[WorkOrder]] = defaultdict(list)
    for order in WorkOrder.objects.order_by("sent_at", "id"):
        orders[order.issue_id].append(order)
    deadlines: dict[UUID, list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.order_by("position"):
        deadlines[row.issue_id].append(row)
    return {
        issue.pk: matter_of(issue, orders[issue.pk], deadlines[issue.pk])
        for issue in Issue.objects.all()
    }


def _issue(each: Played, number: str, grids: dict[str, int]) -> Issue:
    issue = Issue(
        id=each.matter.id,
        number=number,
        grid_id=grids.get(each.matter.grid_path or ""),
        point=Point(each.spot.lon, each.spot.lat, srid=4490),
        words=each.subject.words,
    )
    put_on_issue(issue, each.matter)
    return issue
