"""The worker's day: which matters wait for this viewer, by what is due first."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from qijie.access.viewer import Role, Viewer
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.queries import Page, page_of, visible_to
from qijie.issues.queries.orders import open_orders_of
from qijie.issues.queries.standing import standing_of
from qijie.issues.rules.holding import NOBODY_SENT
from qijie.issues.rules.vocabulary import ENDS, Standing, State, Urgency
from qijie.kernel.codes import Level
from qijie.records.models import Event

PAGE_SIZE = 30
BADGE_MOST = 99
_COLUMN_OF_LEVEL = {
    Level.COMMUNITY: "community_code",
    Level.STREET: "street_code",
    Level.DISTRICT: "region_code",
}


class Tab(StrEnum):
    GRID = "grid"
    """Nobody has been sent yet: the worker of the grid may still settle it on the spot."""
    ORDERS = "orders"
    """Sent to the viewer's unit or post, to be signed for or handled."""
    HANDLED_BY_OTHERS = "others"
    """In the viewer's grids, and a unit is on it."""
    MINE = "mine"
    """Reported by the viewer."""


def matters(tab: Tab, viewer: Viewer) -> QuerySet[Issue]:
    return _MATTERS[tab](viewer)


def _untaken(viewer: Viewer) -> QuerySet[Issue]:
    return _of_my_grids(viewer).filter(state__in=NOBODY_SENT)


def _handled_by_others(viewer: Viewer) -> QuerySet[Issue]:
    mine = open_orders_of(viewer).values("issue_id")
    return _of_my_grids(viewer).filter(state=State.DISPATCHED).exclude(pk__in=mine)


def all_shown(viewer: Viewer) -> QuerySet[Issue]:
    """What stands on any of the lists."""
    grids = _in_my_grids(viewer)
    shown = Q(pk__in=open_orders_of(viewer).values("issue_id"))
    if grids:
        shown |= grids & Q(state__in=[*NOBODY_SENT, State.DISPATCHED])
    shown |= Q(participant_ids__overlap=list(viewer.post_ids), reported_by_id=viewer.user_id)
    return visible_to(viewer).filter(shown)


def _of_my_grids(viewer: Viewer) -> QuerySet[Issue]:
    here = _in_my_grids(viewer)
    return visible_to(viewer).filter(here) if here else Issue.objects.none()


def _in_my_grids(viewer: Viewer) -> Q:
    """Empty for whoever serves no grid."""
    here = Q()
    for post in viewer.posts:
        if post.role not in (Role.GRID_WORKER, Role.LEAD):
            continue
        if post.level is Level.GRID:
            here |= Q(grid_id__in=post.grid_ids)
        elif column := _COLUMN_OF_LEVEL.get(post.level):
            here |= Q(**{column: post.path})
    return here


def _with_my_orders(viewer: Viewer) -> QuerySet[Issue]:
    return visible_to(viewer).filter(pk__in=open_orders_of(viewer).values("issue_id"))


def _reported(viewer: Viewer) -> QuerySet[Issue]:
    # The reporter's posts are participants of the matter, and that column has an index.
    mine = visible_to(viewer).filter(participant_ids__overlap=list(viewer.post_ids))
    return mine.filter(reported_by_id=viewer.user_id)


def _reported_and_open(viewer: Viewer) -> QuerySet[Issue]:
    return _reported(viewer).exclude(state__in=[state.value for state in ENDS])


_MATTERS: Mapping[Tab, Callable[[Viewer], QuerySet[Issue]]] = {
    Tab.GRID: _untaken,
    Tab.ORDERS: _with_my_orders,
    Tab.HANDLED_BY_OTHERS: _handled_by_others,
    Tab.MINE: _reported,
}
_COUNTED = {**_MATTERS, Tab.MINE: _reported_and_open}


def tabs_of(viewer: Viewer) -> tuple[Tab, ...]:
    """The lists that can ever hold something for these posts, the first being the one to open."""
    in_grids = bool(viewer.roles & {Role.GRID_WORKER, Role.LEAD})
    if not in_grids:
        return (Tab.ORDERS, Tab.MINE)
    if viewer.handling_unit_ids:
        return (Tab.ORDERS, Tab.GRID, Tab.HANDLED_BY_OTHERS, Tab.MINE)
    return (Tab.GRID, Tab.ORDERS, Tab.HANDLED_BY_OTHERS, Tab.MINE)


def counts(viewer: Viewer) -> Counter[str]:
    """How many wait in each tab, counted no further than a badge can show; one query."""
    capped = [
        _COUNTED[tab](viewer).order_by().values_list(Value(tab.value))[: BADGE_MOST + 1]
        for tab in tabs_of(viewer)
    ]
    rows = capped[0].union(*capped[1:], all=True)
    return Counter(tab for (tab,) in rows)


def list_of(tab: Tab, viewer: Viewer, *, after: str, before: str) -> Page:
    by = "newest" if tab is Tab.MINE else "due"
    return page_of(matters(tab, viewer), after=after, before=before, size=PAGE_SIZE, by=by)


def is_urgent(issue: Issue) -> bool:
    return issue.urgency == Urgency.URGENT and not State(issue.state).is_end


@dataclass(frozen=True, slots=True)
class Group:
    """Matters that fall due in the same stretch of time."""

    title: str
    tone: str
    rows: tuple[Issue, ...]


def by_due(issues: Iterable[Issue], now: datetime) -> list[Group]:
    """Urgent, overdue, today, later; only those that hold something, in the order given."""
    today = timezone.localdate(now)
    stretches: dict[str, list[Issue]] = {"urgent": [], "overdue": [], "today": [], "later": []}
    for issue in issues:
        name = "urgent" if is_urgent(issue) else _stretch_of(issue, now, today)
        stretches[name].append(issue)
    return [Group(*_STRETCHES[name], tuple(rows)) for name, rows in stretches.items() if rows]


def _stretch_of(issue: Issue, now: datetime, today: date) -> str:
    if standing_of(issue, now) == Standing.OVERDUE:
        return "overdue"
    is_later = issue.due_at is None or timezone.localdate(issue.due_at) > today
    return "later" if is_later else "today"


_STRETCHES = {
    "urgent": ("紧急，先看这里", "late"),
    "overdue": ("已超期", "late"),
    "today": ("今天到期", "soon"),
    "later": ("以后到期", "plain"),
}


def my_orders_on(issues: Sequence[Issue], viewer: Viewer) -> dict[UUID, WorkOrder]:
    """The viewer's open order of each matter, by matter; one query."""
    orders = open_orders_of(viewer).filter(issue__in=[issue.pk for issue in issues])
    return {order.issue_id: order for order in orders}


def last_steps(issues: Sequence[Issue]) -> dict[UUID, Event]:
    """What happened last to each matter, by matter; one query."""
    events = Event.objects.filter(subject_id__in=[issue.pk for issue in issues])
    latest = events.order_by("subject_id", "-sequence").distinct("subject_id")
    return {event.subject_id: event for event in latest}
