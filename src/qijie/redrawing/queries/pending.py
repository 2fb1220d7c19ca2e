"""What waits for its day, and who may be put into a new grid."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.redrawing.models import Plan
from qijie.redrawing.rules import PlanState
from qijie.teams.queries import posts_of_places


def pending_over(communities: Sequence[str], today: date) -> list[Plan]:
    """Adopted plans whose day is to come and that touch one of these communities."""
    streets = {community[:9] for community in communities}
    found = Plan.objects.filter(
        state=PlanState.ADOPTED, in_force_on__gt=today, street_code__in=streets
    ).filter(Q(community_code="") | Q(community_code__in=communities))
    return list(found.defer("before").order_by("in_force_on"))


def candidates(path: str, today: date) -> dict[UUID, str]:
    """Who may be put into a new grid: whoever works in a grid of this street today; id to name."""
    street = path[:9]
    found: dict[UUID, str] = {}
    for post in posts_of_places([street], Level.GRID, today):
        if post.role == Role.GRID_WORKER:
            for holding in post.holders_today:  # type: ignore[attr-defined]
                found[holding.user_id] = holding.user.name
    return dict(sorted(found.items(), key=lambda one: one[1]))
