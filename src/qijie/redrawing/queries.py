"""Reads of drawings: what was ordered, plans side by side, what an adoption would do."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from qijie.access.permissions import ADOPT_GRIDS, DRAW_GRIDS
from qijie.access.viewer import Viewer
from qijie.kernel.codes import Level
from qijie.redrawing import rules
from qijie.redrawing.models import Plan, Run
from qijie.territory.models import Node


def may_draw(viewer: Viewer, path: str) -> bool:
    """May order, change and cancel drawings of this community or street."""
    return rules.may(viewer, DRAW_GRIDS, path, Level.COMMUNITY)


def may_adopt(viewer: Viewer, path: str) -> bool:
    return rules.may(viewer, ADOPT_GRIDS, path, Level.STREET)


def places_to_draw(viewer: Viewer, on: date) -> list[Node]:
    """Streets and communities the viewer may order a drawing for, in the order of their paths."""
    raise NotImplementedError


def runs_of(viewer: Viewer) -> QuerySet[Run]:
    """Drawings the viewer may see, the newest first, without their graphs."""
    raise NotImplementedError


def run_for(viewer: Viewer, run_id: UUID) -> Run | None:
    """One of them; None for an id that does not exist or may not be seen."""
    raise NotImplementedError


def plans_of(run: Run) -> list[Plan]:
    """The plans of a drawing side by side, by number; without what undoing needs."""
    raise NotImplementedError


def plan_for(viewer: Viewer, plan_id: UUID) -> Plan | None:
    """A plan with its run; None for an id that does not exist or may not be seen."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in a grid, today or from the day."""

    post_id: UUID | None
    """None for a post that is not set up yet."""
    title: str
    user_id: UUID | None
    name: str
    """Empty where nobody holds the post."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One grid of a plan, as the table beside the map shows it."""

    number: int
    community: str
    community_name: str
    kind: str
    """general, dedicated or undeveloped"""
    code: str
    """The code it continues; empty for a grid that will get a new one."""
    name: str
    units: int
    loads: tuple[float, ...]
    """In the order of the run's measures, households first."""
    compactness: float
    on_street: float
    pieces: int
    in_band: bool
    is_locked: bool
    households_before: int
    """Of the grid whose code it continues; 0 for a new one."""
    workers: tuple[Worker, ...]
    """Who works today in the grid it continues, or for a new one where most of its homes lie."""


@dataclass(frozen=True, slots=True)
class EndedGrid:
    """A grid of today that nothing continues: whoever works there loses the post."""

    code: str
    name: str
    households: int
    workers: tuple[Worker, ...]
    goes_to: int
    """The number of the grid that takes most of its homes."""


@dataclass(frozen=True, slots=True)
class PlanTable:
    measures: tuple[str, ...]
    """The keys of `rules.MEASURES` the loads are in."""
    grids: tuple[GridRow, ...]
    ended: tuple[EndedGrid, ...]


def plan_table(plan: Plan, on: date) -> PlanTable:
    """Every grid of a plan with its measures, the code it continues and who works there on a day.

    A fixed number of queries, whatever the size of the plan.
    """
    raise NotImplementedError


def plan_blocks(plan: Plan) -> str:
    """The blocks as GeoJSON text: position, key, grid, today (code), households, words.

    Rounded to 0.1 m; counts only, nobody's name.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Change:
    """What an adoption would do to one grid."""

    row: GridRow
    code: str
    """The code it will have, continued or new."""
    is_new: bool
    is_unchanged: bool
    """Same border, same homes: nothing is written for it."""
    workers_before: tuple[Worker, ...]
    workers_after: tuple[Worker, ...]
    """By default: whoever works where most of its homes lie today."""
    matters_in: int
    """Open matters that will move into it."""


@dataclass(frozen=True, slots=True)
class PostChange:
    title: str
    holder: str
    grid_code: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the adopt page shows before anybody decides."""

    changes: tuple[Change, ...]
    ended: tuple[EndedGrid, ...]
    posts_ended: tuple[PostChange, ...]
    posts_opened: tuple[PostChange, ...]
    matters_moving: int
    """Open matters that lie in another grid from that day."""
    out_of_band: tuple[int, ...]
    """Grid numbers for which a written reason is needed."""
    objections: tuple[str, ...]
    """Sentences that say why it cannot be adopted as it is; empty when it can."""


def preview(plan: Plan, on: date, today: date) -> Preview:
    """What adopting a plan from a day would do; writes nothing."""
    raise NotImplementedError


def pending(path: str, today: date) -> list[Plan]:
    """Adopted plans that touch this community or street and whose day is still to come."""
    raise NotImplementedError


def steps_of(plan: Plan, at_most: int = 50) -> list[dict[str, Any]]:
    """The last changes by hand, the latest first: sequence, verb, words, at, is_undone."""
    raise NotImplementedError
