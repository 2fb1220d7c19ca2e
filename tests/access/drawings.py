"""Drawings of both streets, drafts and adopted ones, for the walls to tell apart."""

from django.contrib.gis.geos import MultiPolygon

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.redrawing.models import Block, Plan, PlanStep, Run
from qijie.redrawing.rules import PlanState, Purpose, RunState, Verb
from tests import town

PLACES = (town.HUAIYIN, town.LIUXI, town.STREET, town.NEXT_COMMUNITY, town.NEXT_STREET)


def make_drawings() -> None:
    """For each place one drawing with a draft, and one with a plan that was put into force."""
    with scope(SYSTEM):
        for path in PLACES:
            for state in (PlanState.DRAFT, PlanState.ADOPTED):
                _drawing(path, state)


def _drawing(path: str, state: PlanState) -> None:
    place = {
        "region_code": path[:6],
        "street_code": path[:9],
        "community_code": path if len(path) == 12 else "",
    }
    run = Run.objects.create(
        path=path,
        purpose=Purpose.NEW,
        as_of=town.TODAY,
        asked_at=town.NOW,
        state=RunState.DONE,
        **place,
    )
    is_adopted = state is PlanState.ADOPTED
    plan = Plan.objects.create(
        run=run,
        number=1,
        name="方案 1",
        state=state,
        grid=[1],
        made_at=town.NOW,
        in_force_on=town.TODAY if is_adopted else None,
        adopted_at=town.NOW if is_adopted else None,
        **place,
    )
    shape: MultiPolygon = town.square(0)
    Block.objects.create(
        run=run, position=0, key="1", community_code=town.HUAIYIN, shape=shape, loads=[1.0]
    )
    PlanStep.objects.create(plan=plan, sequence=1, verb=Verb.LOCK, at=town.NOW)
