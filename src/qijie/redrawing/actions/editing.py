"""Changing a plan by hand: each step recorded, measured at once, and to be undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction

from qijie.access.viewer import Viewer
from qijie.kernel.refusal import Refusal
from qijie.redrawing.actions.locking import NotVisible, Outdated, locked_plan
from qijie.redrawing.models import Plan, PlanStep, Run
from qijie.redrawing.rules import Order, PlanState, Verb
from qijie.redrawing.rules.changes import (
    Drawn,
    merged,
    moved,
    parted,
    put_back,
    with_lock,
    without_lock,
)
from qijie.redrawing.rules.splitting import halves
from qijie.redrawing.rules.values import (
    bare_units,
    gave_way_json,
    graph_of_json,
    locked_units,
    measures_json,
    numbers_of,
    rules_of,
)
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import Graph, Numbers, Rules, Units
from qijie.territory.drawing.reasons import gave_way, sentence
from qijie.territory.models import Node

__all__ = ["Edited", "NotVisible", "Outdated", "lock", "merge", "move", "split", "undo", "unlock"]

_COLUMNS = ("key", "community_code", "loads", "block", "compound", "dedicated", "today_grid")


@dataclass(frozen=True, slots=True)
class Edited:
    """The plan after a step."""

    plan: Plan
    changed: dict[int, int]
    """Position of every block that changed its grid, with the new number."""
    measures: dict[str, Any]
    """Of all grids, invalid ones included, as `Plan.measures`."""
    can_undo: bool


@dataclass(frozen=True, slots=True)
class _Land:
    """What a plan is measured on."""

    units: Units
    graph: Graph
    rules: Rules
    today: Numbers

    @classmethod
    def of(cls, run: Run) -> "_Land":
        rows = list(run.blocks.order_by("position").values(*_COLUMNS))
        order = Order.from_json(run.rules)
        today, _ = numbers_of([row["today_grid"] for row in rows])
        return cls(
            units=bare_units(rows, run.graph["measures"]),
            graph=graph_of_json(run.graph),
            rules=rules_of(order.balances, order.seed, order.price, order.most_moved),
            today=today,
        )


Change = Callable[[Drawn, _Land], Drawn]


def move(
    plan_id: UUID,
    *,
    positions: Sequence[int],
    to: int | None,
    version: int,
    by: Viewer,
    at: datetime,
) -> Edited:
    """Puts blocks into a grid of the same community; `to` None makes a new grid of them.

    Invalid results (in pieces, out of band) are taken and shown. Raises NotVisible, Outdated, and
    Refusal for blocks of another community, locked grids, or a plan that is no draft.
    """
    return _step(
        plan_id,
        Verb.MOVE,
        lambda drawn, land: moved(drawn, positions, to, land.units.communities),
        version=version,
        by=by,
        at=at,
    )


def merge(plan_id: UUID, *, grid: int, into: int, version: int, by: Viewer, at: datetime) -> Edited:
    """Puts one grid into another of the same community. Raises as `move`."""
    return _step(
        plan_id,
        Verb.MERGE,
        lambda drawn, land: merged(drawn, grid, into, land.units.communities),
        version=version,
        by=by,
        at=at,
    )


def split(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    """The machine splits a grid in two, each connected and of like size. Raises as `move`."""

    def change(drawn: Drawn, land: _Land) -> Drawn:
        column = land.units.measures.index(land.rules.balances[0].measure)
        half = halves(land.graph, drawn.members(grid), land.units.loads[:, column])
        return parted(drawn, grid, half)

    return _step(plan_id, Verb.SPLIT, change, version=version, by=by, at=at)


def lock(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    """Keeps a grid as it is, by hand and for the machine."""
    change: Change = lambda drawn, land: with_lock(drawn, grid)  # noqa: E731
    return _step(plan_id, Verb.LOCK, change, version=version, by=by, at=at)


def unlock(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    change: Change = lambda drawn, land: without_lock(drawn, grid)  # noqa: E731
    return _step(plan_id, Verb.UNLOCK, change, version=version, by=by, at=at)


@transaction.atomic
def undo(plan_id: UUID, *, version: int, by: Viewer, at: datetime) -> Edited:
    """Takes the last step back that was not taken back yet; again for the one before."""
    plan = _draft(plan_id, version, by)
    last = _last_to_undo(plan)
    if last is None:
        raise Refusal("没有可以撤销的改动。")
    was = {int(position): number for position, number in last.before["grid"].items()}
    after = put_back(_drawn(plan), was, last.before["locked"])
    return _put(plan, after, Verb.UNDO, by=by, at=at, undoes=last.sequence)


@transaction.atomic
def _step(
    plan_id: UUID, verb: Verb, change: Change, *, version: int, by: Viewer, at: datetime
) -> Edited:
    plan = _draft(plan_id, version, by)
    land = _Land.of(plan.run)
    drawn = _drawn(plan)
    after = change(drawn, land)
    if after == drawn:
        raise Refusal("所选地块已经在这个网格里，没有改动。")
    return _put(plan, after, verb, by=by, at=at, land=land)


def _draft(plan_id: UUID, version: int, by: Viewer) -> Plan:
    plan = locked_plan(plan_id, by, version=version)
    if plan.state != PlanState.DRAFT:
        raise Refusal(f"方案目前“{PlanState(plan.state).label}”，不能再改；请另行划分或接着计算。")
    return plan


def _drawn(plan: Plan) -> Drawn:
    return Drawn(tuple(plan.grid), frozenset(plan.locked))


def _put(
    plan: Plan,
    after: Drawn,
    verb: Verb,
    *,
    by: Viewer,
    at: datetime,
    undoes: int | None = None,
    land: _Land | None = None,
) -> Edited:
    before = _drawn(plan)
    changed = after.difference(before)
    land = land or _Land.of(plan.run)
    last = plan.steps.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    step = PlanStep(
        plan=plan,
        sequence=last + 1,
        verb=verb,
        before={"grid": before.difference(after), "locked": sorted(before.locked)},
        after={"grid": changed, "locked": sorted(after.locked)},
        undoes=undoes,
        by_id=by.user_id,
        at=at,
    )
    step.save(force_insert=True)
    plan.grid, plan.locked, plan.version = list(after.grid), sorted(after.locked), plan.version + 1
    if changed:
        _measure(plan, land)
    plan.save(
        update_fields=["grid", "locked", "version", "measures", "gave_way", "moved_households"]
    )
    return Edited(plan, changed, plan.measures, _last_to_undo(plan) is not None)


def _measure(plan: Plan, land: _Land) -> None:
    """Everything a plan says of itself, from its grids alone."""
    grid = np.array(plan.grid, dtype=np.int32)
    measures = measure(land.units, land.graph, grid, land.rules, land.today)
    given = gave_way(
        land.units,
        land.graph,
        grid,
        land.rules,
        locked=locked_units(grid, plan.locked),
        measures=measures,
    )
    names = _names(land.units)
    sentences = [sentence(replace(one, community=names[one.community])) for one in given]
    plan.measures = measures_json(measures)
    plan.gave_way = gave_way_json(given, sentences)
    plan.moved_households = measures.moved_households


def _names(units: Units) -> dict[str, str]:
    paths = set(units.communities)
    found = Node.objects.filter(path__in=paths, kind__in=["community", "village"])
    return dict.fromkeys(paths, "") | dict(found.order_by("valid_from").values_list("path", "name"))


def _last_to_undo(plan: Plan) -> PlanStep | None:
    steps = PlanStep.objects.filter(plan=plan)
    undone = steps.filter(undoes__isnull=False).values("undoes")
    free = steps.filter(undoes__isnull=True).exclude(sequence__in=undone)
    return free.order_by("-sequence").first()
