"""The demonstration's stories put straight into the database, as the loader puts them."""

from collections.abc import Sequence

from django.contrib.gis.geos import Point

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.actions.rows import deadline_row, order_rows, put_on_issue
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.kernel.ids import new_id
from qijie.setup.stories import Played
from qijie.territory.models import Node


def lay_down(stories: Sequence[Played]) -> list[Issue]:
    grids = dict(Node.objects.filter(kind="grid").values_list("path", "pk"))
    issues = [_issue(each, f"T{i}", grids) for i, each in enumerate(stories)]
    with scope(SYSTEM):
        Issue.objects.bulk_create(sorted(issues, key=lambda issue: issue.master_id is not None))
        for issue, each in zip(issues, stories, strict=True):
            WorkOrder.objects.bulk_create(order_rows(issue, each.matter.orders))
            Deadline.objects.bulk_create(
                deadline_row(issue, position, clock, new_id())
                for position, clock in enumerate(each.matter.clocks)
            )
    return issues


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
