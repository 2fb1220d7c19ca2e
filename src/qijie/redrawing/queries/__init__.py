"""Reads of drawings: what was ordered, plans side by side, what an adoption would do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from qijie.access.permissions import ADOPT_GRIDS, DRAW_GRIDS
from qijie.access.viewer import Kind, Viewer
from qijie.kernel.codes import Level
from qijie.redrawing import rules
from qijie.redrawing.models import Block, Plan, PlanStep, Run
from qijie.redrawing.queries.pending import candidates as candidates
from qijie.redrawing.queries.pending import pending_over
from qijie.redrawing.queries.prospect import NextGrid, PostToOpen, Prospect
from qijie.redrawing.queries.tables import EndedGrid as EndedGrid
from qijie.redrawing.queries.tables import GridRow as GridRow
from qijie.redrawing.queries.tables import PlanTable as PlanTable
from qijie.redrawing.queries.tables import Worker as Worker
from qijie.redrawing.queries.tables import plan_table as plan_table
from qijie.redrawing.queries.tables import worker_of
from qijie.territory.borders import GeoJson
from qijie.territory.models import Node
from qijie.territory.queries import in_divisions_of, nodes, within

_PLACES = ("street", "town", "community", "village")


def may_draw(viewer: Viewer, path: str) -> bool:
    """May order, change and cancel drawings of this community or street."""
    return rules.may(viewer, DRAW_GRIDS, path, Level.COMMUNITY)


def may_adopt(viewer: Viewer, path: str) -> bool:
    return rules.may(viewer, ADOPT_GRIDS, path, Level.STREET)


def places_to_draw(viewer: Viewer, on: date) -> list[Node]:
    """Streets and communities the viewer may order a drawing for, in the order of their paths."""
    inside = Q(pk__in=[])
    for path in rules.places_of(viewer, DRAW_GRIDS, Level.COMMUNITY):
        inside |= within(path)
    found = nodes(on).filter(inside, kind__in=_PLACES).defer("boundary")
    return list(found.order_by("path"))


# Who sees which: wall 1's predicate, the same the row policies re-check


def plans_seen_by(viewer: Viewer) -> QuerySet[Plan]:
    """Plans of the viewer's own divisions, and those put into force over a community of theirs."""
    if viewer.kind is Kind.SYSTEM:
        return Plan.objects.all()
    if viewer.kind is not Kind.STAFF:
        return Plan.objects.none()
    streets = {path[:9] for path in viewer.paths_at(Level.COMMUNITY)}
    adopted = Q(adopted_at__isnull=False, community_code="", street_code__in=streets)
    return Plan.objects.filter(in_divisions_of(viewer) | adopted)


def runs_seen_by(viewer: Viewer) -> QuerySet[Run]:
    if viewer.kind is Kind.SYSTEM:
        return Run.objects.all()
    if viewer.kind is not Kind.STAFF:
        return Run.objects.none()
    plans = plans_seen_by(viewer).order_by().values("run")
    return Run.objects.filter(in_divisions_of(viewer) | Q(pk__in=plans))


def runs_of(viewer: Viewer) -> QuerySet[Run]:
    """Drawings the viewer may see, the newest first, without their graphs."""
    return runs_seen_by(viewer).defer("graph").order_by("-asked_at", "-id")


def run_for(viewer: Viewer, run_id: UUID) -> Run | None:
    """One of them; None for an id that does not exist or may not be seen."""
    return runs_of(viewer).filter(pk=run_id).first()


def plans_of(run: Run) -> list[Plan]:
    """The plans of a drawing side by side, by number; without what undoing needs."""
    return list(run.plans.defer("before").order_by("number"))


def plan_for(viewer: Viewer, plan_id: UUID) -> Plan | None:
    """A plan with its run; None for an id that does not exist or may not be seen."""
    return plans_seen_by(viewer).select_related("run").filter(pk=plan_id).first()


def plan_blocks(plan: Plan) -> str:
    """The blocks as GeoJSON text: position, key, grid, today (code), households, words.

    Rounded to 0.1 m; counts only, nobody's name.
    """
    shown = Block.objects.filter(run=plan.run_id).annotate(outline=GeoJson("shape")).defer("shape")
    features = [
        f'{{"type":"Feature","id":{block.position},"geometry":{block.outline},'
        f'"properties":{json.dumps(_properties(block, plan), ensure_ascii=False)}}}'
        for block in shown.order_by("position")
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _properties(block: Block, plan: Plan) -> dict[str, Any]:
    return {
        "position": block.position,
        "key": block.key,
        "grid": plan.grid[block.position],
        "today": block.today_grid,
        "community": block.community_code,
        "households": round(block.loads[0]),
        "loads": [round(load, 2) for load in block.loads],
        "buildings": len(block.building_codes),
        "dedicated": bool(block.dedicated),
    }


@dataclass(frozen=True, slots=True)
class Change:
    """What an adoption would do to one grid."""

    row: GridRow
    code: str
    """The code it will have, continued or new."""
    name: str
    households: int
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
    prospect = Prospect(plan, on, today)
    table = plan_table(plan, today)
    rows = {row.number: row for row in table.grids}
    opened = prospect.posts_opened({})
    return Preview(
        changes=tuple(
            _change(grid, rows[grid.number], prospect, opened) for grid in prospect.grids
        ),
        ended=table.ended,
        posts_ended=tuple(
            PostChange(post.title, worker_of(post).name, post.path.split("-")[0])
            for post in prospect.posts_ended
        ),
        posts_opened=tuple(PostChange(new.title, new.holder_name, new.path) for new in opened),
        matters_moving=sum(prospect.matters_in.values()),
        out_of_band=prospect.out_of_band,
        objections=tuple(prospect.objections()),
    )


def _change(
    grid: NextGrid, row: GridRow, prospect: Prospect, opened: Sequence[PostToOpen]
) -> Change:
    before = () if grid.is_new else row.workers
    after = tuple(
        Worker(None, new.title, new.holder_id, new.holder_name)
        for new in opened
        if new.number == grid.number and new.is_worker
    )
    return Change(
        row=row,
        code=grid.code,
        name=grid.name,
        households=grid.households,
        is_new=grid.is_new,
        is_unchanged=not grid.is_changed,
        workers_before=before,
        workers_after=after if grid.is_new else before,
        matters_in=prospect.matters_in[grid.number],
    )


def pending(path: str, today: date) -> list[Plan]:
    """Adopted plans that touch this community or street and whose day is still to come."""
    if len(path) == 12:
        return pending_over([path], today)
    communities = nodes(today).filter(kind__in=["community", "village"], parent__path=path)
    return pending_over(list(communities.values_list("path", flat=True)), today)


@dataclass(frozen=True, slots=True)
class Step:
    sequence: int
    verb: rules.Verb
    words: str
    at: Any
    by_id: UUID | None
    is_undone: bool


def steps_of(plan: Plan, at_most: int = 50) -> list[Step]:
    """The last changes by hand, the latest first."""
    found = list(PlanStep.objects.filter(plan=plan).order_by("-sequence")[:at_most])
    undone = {step.undoes for step in found}
    return [
        Step(
            step.sequence,
            rules.Verb(step.verb),
            rules.step_words(step.verb, step.before, step.after, step.undoes),
            step.at,
            step.by_id,
            step.sequence in undone,
        )
        for step in found
    ]
