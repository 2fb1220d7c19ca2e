"""Doing things in tests as the person who does them, in that person's scope."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from qijie.access.scope import scope
from qijie.redrawing import actions
from qijie.redrawing.models import Plan
from qijie.teams.queries import posts_at
from qijie.territory.queries import children
from tests import town
from tests.redrawing import village
from tests.redrawing.village import DAY

LEADER = "xu"


def adopted(
    plan: Plan,
    on: date = DAY,
    *,
    by: str = LEADER,
    holders: Mapping[int, UUID] | None = None,
    reason: str = "试行",
    at: datetime = town.NOW,
) -> Plan:
    leader = town.viewer(by)
    with scope(leader):
        return actions.adopt(
            plan.pk,
            on=on,
            holders=holders or {},
            reason=reason,
            version=plan.version,
            by=leader,
            at=at,
        )


def withdrawn(plan: Plan, *, by: str = LEADER, at: datetime = town.NOW) -> Plan:
    leader = town.viewer(by)
    with scope(leader):
        return actions.withdraw(plan.pk, by=leader, at=at)


def moved(
    plan: Plan, places: Sequence[village.Place], to: int | None, by: str = "xinglin-4"
) -> actions.Edited:
    """By 丁四, who leads the village's grids: every unit of these blocks goes to one grid."""
    found = village.place_of(plan.run)
    positions = [at for at, place in enumerate(found) if place in places]
    lead = village.viewer(by)
    with scope(lead):
        return actions.move(
            plan.pk, positions=positions, to=to, version=plan.version, by=lead, at=town.NOW
        )


def noon(on: date) -> datetime:
    return datetime.combine(on, town.NOW.timetz()) + timedelta(hours=3)


def codes(on: date) -> dict[str, int]:
    """Households of each grid of the village on a day."""
    return {node.code: node.households for node in children(village.CODE, on)}


def workers(path: str, on: date) -> list[str]:
    """Main holders of a grid's worker posts."""
    return [
        holding.user.name
        for post in posts_at(path, on)
        if post.role == "grid_worker"
        for holding in post.holders_today  # type: ignore[attr-defined]
        if not holding.is_stand_in
    ]
