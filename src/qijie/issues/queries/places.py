"""Where matters lie, for whoever draws grids: counts and points, never words or people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import ENDS, State

_OPEN = tuple(state.value for state in State if state not in ENDS)


@dataclass(frozen=True, slots=True)
class Spot:
    """One matter's place."""

    issue_id: UUID
    grid_path: str
    lon: float | None
    lat: float | None
    """CGCS2000; None where only the grid is known."""


def open_in_grids(paths: Collection[str]) -> list[Spot]:
    """Open matters of these grids in the viewer's scope, the oldest first; one query."""
    found = Issue.objects.filter(path__in=paths, grid__isnull=False, state__in=_OPEN)
    rows = found.order_by("reported_at", "id").values_list("id", "path", "point")
    return [_spot(*row) for row in rows]


def reported_within(community_codes: Collection[str], since: datetime) -> list[Spot]:
    """Matters of these communities reported since a moment, one query."""
    found = Issue.objects.filter(community_code__in=community_codes, reported_at__gte=since)
    rows = found.order_by("reported_at", "id").values_list("id", "path", "point")
    return [_spot(*row) for row in rows]


def _spot(issue_id: UUID, path: str, point: object) -> Spot:
    lon, lat = (point.x, point.y) if point is not None else (None, None)  # type: ignore[attr-defined]
    return Spot(issue_id, path, lon, lat)
