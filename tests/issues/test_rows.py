"""A matter survives its rows: what the rules decided is what they are asked about next time."""

import pytest

from qijie.issues.actions.rows import deadline_row, order_rows, put_on_issue
from qijie.issues.models import Issue
from qijie.issues.queries.matter import matter_of
from qijie.issues.rules.matter import Matter
from qijie.kernel.ids import new_id
from tests.issues.test_demo_matters import stories

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def through_rows(matter: Matter, grid_id: int | None) -> Matter:
    issue = Issue(id=matter.id, grid_id=grid_id)
    put_on_issue(issue, matter)
    clocks = [deadline_row(issue, n, clock, new_id()) for n, clock in enumerate(matter.clocks)]
    return matter_of(issue, order_rows(issue, matter.orders), clocks)


def test_every_matter_of_the_demo_comes_back_from_its_rows_as_it_was() -> None:
    for played in stories():
        for outcome in played.outcomes:
            matter = outcome.matter
            assert through_rows(matter, 1 if matter.grid_path else None) == matter
