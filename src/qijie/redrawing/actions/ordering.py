"""Ordering a drawing, going on from a plan, cancelling."""

from datetime import date, datetime
from math import isfinite
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qijie.access.permissions import DRAW_GRIDS
from qijie.access.viewer import Viewer
from qijie.kernel.codes import Level, path_at
from qijie.kernel.refusal import Refusal
from qijie.records.actions import queue_job
from qijie.redrawing.actions.locking import locked_plan, locked_run
from qijie.redrawing.models import Run
from qijie.redrawing.queries import may_draw, runs_of
from qijie.redrawing.rules import (
    MEASURES,
    MOST_PLANS,
    MOST_SEED,
    Order,
    Purpose,
    RunState,
    post_that_may,
)
from qijie.territory.models import Node
from qijie.territory.queries import node_at

DRAW, QUEUE = "redrawing.draw", "drawing"
_PLACES = ("street", "town", "community", "village")
_HIGHEST_PRICE = 100.0


@transaction.atomic
def order(
    *, path: str, purpose: Purpose, order: Order, as_of: date, by: Viewer, at: datetime
) -> Run:
    """Queues a drawing of a community or a whole street; the worker draws it.

    Raises Refusal for a place that is none or not the viewer's, bands that are none, a seed or a
    number of plans out of range, or while another drawing of the place is being computed.
    """
    if purpose is Purpose.IMPORTED:
        raise Refusal("导入的方案不需要计算，请选择“重新划分”或“动态调整”。")
    place = _place(path, as_of, by)
    _refuse_bad(order, as_of, timezone.localdate(at))
    _refuse_second(place, by)
    run = Run(
        region_code=path[:6],
        street_code=path_at(path, Level.STREET) or "",
        community_code=path_at(path, Level.COMMUNITY) or "",
        path=path,
        purpose=purpose,
        as_of=as_of,
        rules=order.to_json(),
        asked_by_id=by.user_id,
        asked_post_id=post_that_may(by, DRAW_GRIDS, path, Level.COMMUNITY),
        asked_at=at,
        state=RunState.WAITING,
    )
    run.save(force_insert=True)
    _queue(run)
    return run


@transaction.atomic
def cancel(run_id: UUID, *, by: Viewer, at: datetime) -> Run:
    """A waiting drawing is cancelled at once, a running one as soon as the worker looks.

    Raises Refusal for one that has ended; NotVisible for one the viewer may not see.
    """
    run = locked_run(run_id, by)
    if not RunState(run.state).is_open:
        raise Refusal(f"这次划分目前“{RunState(run.state).label}”，没有可以取消的计算。")
    if run.state == RunState.WAITING:
        # A run that already has plans only wanted one more.
        run.state = RunState.DONE if run.going_on else RunState.CANCELLED
        run.ended_at, run.going_on = at, {}
    else:
        run.cancel_asked_at = at
    run.save()
    return run


@transaction.atomic
def go_on(
    plan_id: UUID, *, price: float, most_moved: int | None, version: int, by: Viewer, at: datetime
) -> Run:
    """Lets the machine go on from a plan: locks are kept, the result is one more plan of the run.

    The run is queued once more, with progress and cancel as before. Raises Outdated, Refusal.
    """
    plan = locked_plan(plan_id, by, version=version)
    run = locked_run(plan.run_id, by)
    if RunState(run.state).is_open:
        raise Refusal("这次划分正在计算，请等它完成或先取消。")
    _refuse_bad_price(price, most_moved)
    run.going_on = {
        "plan": str(plan.pk),
        "version": plan.version,
        "grid": plan.grid,
        "locked": plan.locked,
        "price": price,
        "most_moved": most_moved,
        "at": at.isoformat(),
    }
    run.state, run.cancel_asked_at, run.failure = RunState.WAITING, None, ""
    run.done_parts = run.of_parts = 0
    run.save()
    _queue(run)
    return run


def _queue(run: Run) -> None:
    queue_job(DRAW, queue=QUEUE, run_id=str(run.pk))


def _place(path: str, as_of: date, by: Viewer) -> Node:
    place = node_at(path, as_of)
    if place is None or place.kind not in _PLACES:
        raise Refusal(f"范围：{as_of} 没有编码为 {path} 的社区或街道，请重新选择。")
    if not may_draw(by, path):
        raise Refusal(f"范围：“{place.name}”不在您的管辖范围内，请选择本社区或本街道。")
    return place


def _refuse_second(place: Node, by: Viewer) -> None:
    Node.objects.select_for_update().only("pk").get(pk=place.pk)
    open_states = [RunState.WAITING.value, RunState.RUNNING.value]
    if runs_of(by).filter(path=place.path, state__in=open_states).exists():
        raise Refusal(f"“{place.name}”已有一次划分正在排队或计算，请等它完成或先取消。")


def _refuse_bad(order: Order, as_of: date, today: date) -> None:
    if as_of > today:
        raise Refusal(f"数据日期 {as_of} 晚于今天，请改为今天或更早。")
    if not 1 <= order.plans <= MOST_PLANS:
        raise Refusal(f"方案数是 {order.plans}，应在 1 至 {MOST_PLANS} 之间。")
    if not 0 <= order.seed <= MOST_SEED:
        raise Refusal(f"种子是 {order.seed}，应在 0 至 {MOST_SEED} 之间。")
    _refuse_bad_price(order.price, order.most_moved)
    if not order.balances:
        raise Refusal("没有选择要均衡的指标，请至少选择一项，例如户数。")
    named = [balance.measure for balance in order.balances]
    if unknown := set(named) - MEASURES.keys():
        raise Refusal(f"没有“{'、'.join(sorted(unknown))}”这项指标，请在列表中选择。")
    if len(set(named)) < len(named):
        raise Refusal("同一项指标选了两次，请去掉重复的一项。")
    for balance in order.balances:
        label = MEASURES[balance.measure]
        if not (isfinite(balance.high) and 0 <= balance.low < balance.high):
            raise Refusal(f"{label}的下限 {balance.low:g} 应小于上限 {balance.high:g}，且不为负。")
        if not (isfinite(balance.weight) and balance.weight > 0):
            raise Refusal(f"{label}的权重应大于 0。")


def _refuse_bad_price(price: float, most_moved: int | None) -> None:
    if not (isfinite(price) and 0 <= price <= _HIGHEST_PRICE):
        raise Refusal(f"换网格的代价是 {price:g}，应在 0 至 {_HIGHEST_PRICE:g} 之间。")
    if most_moved is not None and most_moved < 0:
        raise Refusal(f"最多换网格的户数是 {most_moved}，不能为负。")
