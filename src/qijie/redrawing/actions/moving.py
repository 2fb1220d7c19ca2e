"""On the day: open matters go where their ground went."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum, auto
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role
from qijie.issues.actions.failing import leave_for_later
from qijie.issues.actions.regridding import regrid
from qijie.issues.models import Issue
from qijie.issues.queries.places import Spot, open_in_grids
from qijie.issues.rules.decide import Refused
from qijie.records import actions as records
from qijie.records.models import Timer
from qijie.redrawing.actions.adopting import REGRID_TIMER
from qijie.redrawing.models import Plan
from qijie.redrawing.rules import PlanState
from qijie.teams.models import Post
from qijie.teams.queries import posts_at
from qijie.territory.models import Node
from qijie.territory.queries import locate_many

_BATCH = 40
_log = logging.getLogger(__name__)


def move_matters(now: datetime) -> int:
    """Moves a batch of the open matters of a plan whose day has come; returns how many.

    The plan's timer stays until none is left, so that a long list keeps nobody else waiting. A
    matter somebody is moving right now waits for the next round; one that cannot be moved is tried
    again in growing pauses, and becomes the system administrators' task.
    """
    with scope(SYSTEM):
        timers = records.claim_timers(now, 1, purposes=(REGRID_TIMER,))
        return sum(_served(timer, now) for timer in timers)


def _served(timer: Timer, now: datetime) -> int:
    plan = Plan.objects.filter(pk=timer.subject_id, state=PlanState.ADOPTED).first()
    try:
        with transaction.atomic():
            moving = list(_moving(plan, now)) if plan else []
    except Exception:
        # One broken plan must not stop the others.
        _log.exception("What plan %s moves was not found out", timer.subject_id)
        _leave(timer, now)
        return 0
    if plan is None or not moving:
        records.rung([timer], now)
        return 1
    moved, failed = 0, 0
    for spot, to in moving:
        outcome = _moved(spot, to, plan, now)
        moved += outcome is Outcome.MOVED
        failed += outcome is Outcome.FAILED
        if moved == _BATCH:
            break
    if failed and not moved:
        _leave(timer, now)
    return moved


def _leave(timer: Timer, now: datetime) -> None:
    leave_for_later(timer, now, number="网格调整没有完成", what="网格调整后有事项转不到新网格，")


def _moving(plan: Plan, now: datetime) -> Iterator[tuple[Spot, str]]:
    """Open matters of the grids drawn or ended whose place lies in another grid now."""
    today = timezone.localdate(now)
    spots = open_in_grids([*plan.codes.values(), *plan.successors])
    placed = [spot for spot in spots if spot.lon is not None and spot.lat is not None]
    found = locate_many([s.lon or 0.0 for s in placed], [s.lat or 0.0 for s in placed], today)
    at = {spot.issue_id: where[1] for spot, where in zip(placed, found, strict=True) if where}
    for spot in spots:
        to = at.get(spot.issue_id) or plan.successors.get(spot.grid_path, spot.grid_path)
        if to != spot.grid_path:
            yield spot, to


class Outcome(Enum):
    MOVED = auto()
    BUSY = auto()
    """Somebody is moving the matter right now."""
    FAILED = auto()


def _moved(spot: Spot, to: str, plan: Plan, now: datetime) -> Outcome:
    try:
        with transaction.atomic():
            free = Issue.objects.select_for_update(skip_locked=True, of=("self",))
            if not free.filter(pk=spot.issue_id).exists():
                return Outcome.BUSY
            _move(spot, to, plan, now)
    except Refused as refused:
        _log.warning("Matter %s may not move to grid %s: %s", spot.issue_id, to, refused)
        return Outcome.FAILED
    except Exception:
        # One broken matter must not keep the others in a grid that is gone.
        _log.exception("Matter %s was not moved to grid %s", spot.issue_id, to)
        return Outcome.FAILED
    return Outcome.MOVED


def _move(spot: Spot, to: str, plan: Plan, now: datetime) -> None:
    today = timezone.localdate(now)
    names = _names([spot.grid_path, to], today)
    ended = Post.objects.filter(path=spot.grid_path, valid_to=plan.in_force_on)
    regrid(
        spot.issue_id,
        grid_path=to,
        words=f"网格调整：由“{names[spot.grid_path]}”（{spot.grid_path}）"
        f"转到“{names[to]}”（{to}）。",
        ended_posts=tuple(ended.values_list("pk", flat=True)),
        to_post=_worker_of(to, today),
        at=now,
    )


def _names(codes: list[str], today: date) -> dict[str, str]:
    """The latest name of each grid, ended ones included."""
    found: dict[str, str] = defaultdict(str)
    rows = Node.objects.filter(code__in=codes, kind="grid", valid_from__lte=today)
    found.update(rows.order_by("valid_from").values_list("code", "name"))
    return found


def _worker_of(path: str, today: date) -> UUID | None:
    posts = posts_at(path, today).filter(role=Role.GRID_WORKER)
    return next((post.pk for post in posts), None)
