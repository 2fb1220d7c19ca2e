"""Putting a plan into force from a day, and taking that back until the day."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.boards.actions import drop_files, order_file
from qijie.boards.rules import Paper
from qijie.kernel.calendars import SHANGHAI
from qijie.kernel.refusal import Refusal
from qijie.records import actions as records
from qijie.records.models import Timer
from qijie.redrawing.actions.locking import locked_plan
from qijie.redrawing.actions.telling import told_of_adoption, told_of_withdrawal
from qijie.redrawing.models import Plan
from qijie.redrawing.queries.pending import candidates
from qijie.redrawing.queries.prospect import NextGrid, Prospect
from qijie.redrawing.rules import PlanState
from qijie.teams.actions import NewPost, reassign, undo_reassign
from qijie.teams.models import Post
from qijie.territory.actions import GridDrawing, Written, redraw_community, take_back
from qijie.territory.models import Node

REGRID_TIMER = "regrid"


@transaction.atomic
def adopt(
    plan_id: UUID,
    *,
    on: date,
    holders: Mapping[int, UUID],
    reason: str = "",
    version: int,
    by: Viewer,
    at: datetime,
    boards: bool = True,
) -> Plan:
    """Puts a plan into force from a day to come: grids, homes, compounds, posts, all in advance.

    holders: who works in a new grid (its number), where not whoever works today where most of its
    homes lie. reason: why grids out of band are adopted all the same. boards: have the notice
    boards of that day made.
    Raises NotVisible, Outdated, or Refusal naming what to mend; then nothing has changed.
    """
    plan = locked_plan(plan_id, by, version=version, adopting=True)
    if plan.state != PlanState.DRAFT:
        raise Refusal(f"方案目前“{PlanState(plan.state).label}”，只有草案可以采用。")
    _wait_for_others(plan)
    prospect = Prospect(plan, on, timezone.localdate(at))
    _refuse(prospect, holders, reason)
    written = [
        redraw_community(
            path=path, drawings=list(map(_drawing, grids)), ended=_ended(prospect, path), on=on
        )
        for path in prospect.communities
        if (grids := prospect.to_write(path))
    ]
    staffed = _reassigned(prospect, holders, written, by)
    plan.state, plan.in_force_on, plan.reason = PlanState.ADOPTED, on, reason
    plan.adopted_by_id, plan.adopted_at, plan.version = by.user_id, at, plan.version + 1
    plan.codes = {str(number): code for number, code in prospect.coded.codes.items()}
    plan.successors = prospect.successors
    plan.before = {"tree": [asdict(one) for one in written], "posts": staffed}
    plan.save()
    _set_timer(plan, on)
    if boards:
        order_file(plan.run.path, on, Paper.A3, by, at)
    _tell(plan, told_of_adoption(prospect, staffed["made"]["posts"]), at)
    return plan


@transaction.atomic
def withdraw(plan_id: UUID, *, by: Viewer, at: datetime) -> Plan:
    """Takes an adoption back, up to the day before it: every row is again as it was.

    Raises NotVisible, or Refusal from the day on.
    """
    plan = locked_plan(plan_id, by, version=None, adopting=True)
    if plan.state != PlanState.ADOPTED or plan.in_force_on is None:
        raise Refusal(f"方案目前“{PlanState(plan.state).label}”，没有可以撤回的采用。")
    if plan.in_force_on <= timezone.localdate(at):
        raise Refusal(f"方案已于 {plan.in_force_on} 启用，不能撤回；如需调整，请另行划分。")
    _wait_for_others(plan)
    told = told_of_withdrawal(plan, timezone.localdate(at))
    undo_reassign(plan.before["posts"])
    for written in reversed(plan.before["tree"]):
        take_back(written)
    plan.state, plan.version = PlanState.WITHDRAWN, plan.version + 1
    plan.withdrawn_by_id, plan.withdrawn_at = by.user_id, at
    plan.save()
    with scope(SYSTEM):
        records.drop_timers(plan.pk, REGRID_TIMER, at)
    drop_files(plan.run.path, plan.in_force_on, at)
    _tell(plan, told, at)
    return plan


def _wait_for_others(plan: Plan) -> None:
    """Two who redraw one place at once take turns: whoever is second sees what the first did.

    A street holds its communities, so both lock the street first.
    """
    list(
        Node.objects.select_for_update()
        .filter(path=plan.street_code, valid_to__isnull=True)
        .values_list("pk")
    )


def _refuse(prospect: Prospect, holders: Mapping[int, UUID], reason: str) -> None:
    for objection in prospect.objections():
        raise Refusal(objection)
    if prospect.out_of_band and not reason.strip():
        named = "、".join(map(str, prospect.out_of_band))
        raise Refusal(f"第 {named} 格不在规模范围内，如仍要采用，请写明理由。")
    if not any(prospect.to_write(path) for path in prospect.communities):
        raise Refusal("本方案与现有网格完全相同，不需要采用。")
    known = candidates(prospect.plan.run.path, prospect.today)
    new = {grid.number for grid in prospect.grids if grid.is_new}
    for number, user_id in holders.items():
        if number not in new:
            raise Refusal(f"第 {number} 号不是新设网格，其岗位的交接请在岗位页办理。")
        if user_id not in known:
            raise Refusal(f"第 {number} 格所选的人不是本街道的网格员，请另选一位。")


def _drawing(grid: NextGrid) -> GridDrawing:
    return GridDrawing(grid.code, grid.name, grid.kind, grid.boundary, grid.building_codes)


def _ended(prospect: Prospect, community: str) -> list[str]:
    return [node.code for node in prospect.ended if node.code.startswith(community)]


def _reassigned(
    prospect: Prospect, holders: Mapping[int, UUID], written: Sequence[Written], by: Viewer
) -> dict[str, Any]:
    ended = {post.pk: post for post in prospect.posts_ended}
    opened = [
        NewPost(post.like, post.path, post.code, post.title, post.holder_id)
        for post in prospect.posts_opened(holders)
    ]
    for renamed in (one.renamed for one in written):
        for old, new in sorted(renamed.items()):
            for post in prospect.posts.get(old, ()):
                ended[post.pk] = post
                opened += [_same_post(post, new)] if new else []
    return reassign(ended=list(ended), opened=opened, on=prospect.on, by=by)


def _same_post(post: Post, path: str) -> NewPost:
    """A micro-grid's post, which goes with its micro-grid into another grid."""
    main = [h for h in post.holders_today if not h.is_stand_in]  # type: ignore[attr-defined]
    return NewPost(post, path, f"{post.code}-{path}", post.title, main[0].user_id if main else None)


def _set_timer(plan: Plan, on: date) -> None:
    due_at = datetime.combine(on, time(), SHANGHAI)
    timer = Timer(
        region_code=plan.region_code, subject_id=plan.pk, purpose=REGRID_TIMER, due_at=due_at
    )
    # A timer follows a matter; this one follows none, so it is the system's.
    with scope(SYSTEM):
        records.set_timers([timer])


def _tell(plan: Plan, told: Sequence[Mapping[str, str]], at: datetime) -> None:
    if told:
        records.tell_later(told, region_code=plan.region_code, subject_id=plan.pk, at=at)
