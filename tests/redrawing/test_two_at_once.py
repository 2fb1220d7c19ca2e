"""Two people act on one place at one moment: one of them does, the other is told why not."""

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions
from qijie.redrawing.models import Plan, PlanStep
from qijie.redrawing.rules import PlanState
from qijie.territory.queries import children
from tests import town
from tests.access.own_database import own_database as own_database
from tests.records.side_by_side import side_by_side
from tests.redrawing import village
from tests.redrawing.acting import adopted
from tests.redrawing.village import DAY, FOUR_COLUMNS

pytestmark = pytest.mark.slow

TWO = {place: 1 if place[0] < 2 else 2 for place in FOUR_COLUMNS}


@pytest.fixture(autouse=True)
def _village() -> None:
    """Committed by `plans` instead, so that other connections see it."""


@pytest.fixture(scope="module")
def plans(own_database: None) -> list[Plan]:
    village.lay_streets()
    village.build()
    run = village.run()
    return [village.plan(FOUR_COLUMNS, run), village.plan(TWO, run)]


def test_of_two_changes_to_one_version_one_is_kept(plans: list[Plan]) -> None:
    lead = village.viewer("xinglin-4")

    def merge(number: int) -> actions.Edited:
        with scope(lead):
            return actions.merge(
                plans[0].pk, grid=2 + number, into=1, version=0, by=lead, at=town.NOW
            )

    done = side_by_side(2, merge)
    assert sorted(type(one).__name__ for one in done) == ["Edited", "Outdated"]
    with scope(SYSTEM):
        assert PlanStep.objects.filter(plan=plans[0]).count() == 1
        kept = Plan.objects.get(pk=plans[0].pk)
    with scope(lead):
        actions.undo(kept.pk, version=kept.version, by=lead, at=town.NOW)


def test_of_two_plans_of_one_place_one_is_put_into_force(plans: list[Plan]) -> None:
    with scope(SYSTEM):
        fresh = [Plan.objects.get(pk=plan.pk) for plan in plans]
    done = side_by_side(2, lambda number: adopted(fresh[number]))
    [won] = [one for one in done if isinstance(one, Plan)]
    [lost] = [one for one in done if isinstance(one, Refusal)]
    assert "涉及同一社区" in str(lost)
    with scope(SYSTEM):
        assert Plan.objects.filter(state=PlanState.ADOPTED).count() == 1
    assert {node.code for node in children(village.CODE, DAY)} == set(won.codes.values())
