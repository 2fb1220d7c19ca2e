"""What a desk has before it, as conditions on matters: read off the viewer's posts alone."""

from datetime import datetime

from django.db.models import Q, QuerySet

from qijie.access.viewer import HeldPost, Role, Viewer
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.queries import visible_to
from qijie.issues.rules.vocabulary import ENDS, OrderState, State
from qijie.kernel.codes import Level, is_within
from qijie.kernel.words import Word
from qijie.outbound.rules import HOLDER_OF_STATE

_COLUMN = {
    Level.DISTRICT: "region_code",
    Level.STREET: "street_code",
    Level.COMMUNITY: "community_code",
}
_OPEN_ORDER = (OrderState.SENT, OrderState.SIGNED)
_OVERSEERS = frozenset({Role.LEAD, Role.LEADER, Role.GRID_WORKER})


class View(Word):
    WAITING = "waiting", "等我办"
    OPEN = "open", "在办"
    OVERDUE = "overdue", "超期"
    ALL = "all", "全部"


def matters_in(view: View, viewer: Viewer, now: datetime) -> QuerySet[Issue]:
    if view is View.WAITING:
        return waiting_for(viewer, now)
    home = at_home(viewer)
    if view is View.OPEN:
        return home.exclude(state__in=ENDS)
    return home.filter(overdue(now)) if view is View.OVERDUE else home


def at_home(viewer: Viewer) -> QuerySet[Issue]:
    """Visible matters, told in one column where the posts allow it.

    Who may see a matter is an “or” of relations, which no index can put in order; almost every
    viewer's own territory is one place, and naming it lets an index do so.
    """
    matters = visible_to(viewer)
    if all(post.role is Role.HANDLER for post in viewer.posts):
        return matters.filter(pk__in=_orders(viewer).values("issue_id"))
    places = topmost(viewer)
    if len(places) == 1 and not viewer.handling_unit_ids:
        return matters.filter(_lies_in(places[0]))
    return matters


def topmost(viewer: Viewer) -> list[HeldPost]:
    """Territorial posts, one a place, without those that lie within another's territory."""
    held = sorted((p for p in viewer.posts if p.is_territorial), key=lambda p: len(p.path))
    tops: list[HeldPost] = []
    for post in held:
        if not any(is_within(post.path, top.path) for top in tops):
            tops.append(post)
    return tops


def _lies_in(post: HeldPost) -> Q:
    if post.level is Level.GRID:
        return Q(grid_id__in=post.grid_ids)
    if post.level is Level.CITY:
        return Q(region_code__startswith=post.path)
    return Q(**{_COLUMN[post.level]: post.path})


def overdue(now: datetime) -> Q:
    return Q(due_at__lte=now) & ~Q(state=State.SUSPENDED)


def waiting_for(viewer: Viewer, now: datetime) -> QuerySet[Issue]:
    """Matters whose next step is one of the viewer's posts' to make.

    Somebody's clock runs on each of them, so the small index of running clocks is enough.
    """
    steps = Q(pk__in=[])
    for post in viewer.posts:
        steps |= _step_of(post, now)
    if not viewer.handling_unit_ids:
        return at_home(viewer).filter(steps, due_at__isnull=False)
    return visible_to(viewer).filter(steps, due_at__isnull=False)


def _step_of(post: HeldPost, now: datetime) -> Q:
    if post.role is Role.HANDLER:
        return Q(pk__in=_open_orders_of(post).values("issue_id"))
    if post.role in _OVERSEERS:
        return _lies_in(post) & ~Q(state__in=ENDS)
    states = [state for state, role in HOLDER_OF_STATE.items() if role is post.role]
    holds = Q(level=post.level, state__in=states)
    if post.role is Role.SUPERVISOR:
        below = [level for level in Level if level <= post.level]
        holds |= Q(level__in=below) & overdue(now)
        holds |= Q(level=post.level) & _stood_in_for()
    return _lies_in(post) & holds if states else Q(pk__in=[])


def _stood_in_for() -> Q:
    """Steps whose own seat is the accused: the supervisor of that rung takes them."""
    steps = Q(pk__in=[])
    for state, role in HOLDER_OF_STATE.items():
        steps |= Q(state=state, stand_in_roles__contains=role.value)
    return steps


def _orders(viewer: Viewer) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(unit_id__in=viewer.handling_unit_ids)


def _open_orders_of(post: HeldPost) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(unit_id=post.unit_id, state__in=_OPEN_ORDER)
