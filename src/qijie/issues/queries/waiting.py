"""What waits for a viewer, as conditions on matters; and who has each matter, in words."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from qijie.access.viewer import HeldPost, Role, Viewer
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.queries.lists import Seen, visible_to
from qijie.issues.queries.orders import NamedOrder, named_orders, open_orders_of
from qijie.issues.rules.holding import (
    ORDERS_HOLD,
    Seat,
    holder_words,
    levels_held_by,
    next_seat,
    seats_stood_in_for,
    states_held_by,
)
from qijie.issues.rules.vocabulary import State
from qijie.kernel.codes import Level, is_within

_COLUMN = {
    Level.DISTRICT: "region_code",
    Level.STREET: "street_code",
    Level.COMMUNITY: "community_code",
}


def waiting_for(viewer: Viewer, now: datetime) -> QuerySet[Issue]:
    """Matters whose next step is one of the viewer's posts' to make, and no others.

    Somebody's clock runs on each of them, so the small index of running clocks is enough.
    """
    seated = Q(pk__in=[])
    for post in viewer.posts:
        seated |= _held_by_seat(post)
    seen = visible_to(viewer) if viewer.handling_unit_ids else at_home(viewer)
    timed = seen.filter(due_at__isnull=False)
    # Each half by an index of its own: an “or” of the two would read whatever is being handled.
    by_seat = timed.filter(seated).order_by().values("pk")
    by_order = Issue.objects.filter(
        state=ORDERS_HOLD, pk__in=open_orders_of(viewer).values("issue_id")
    )
    return timed.filter(pk__in=by_seat.union(by_order.values("pk"), all=True))


def _held_by_seat(post: HeldPost) -> Q:
    states = states_held_by(post.role)
    if not states:
        return Q(pk__in=[])
    held = Q(state__in=states) & ~Q(stand_in_roles__contains=post.role.value)
    if post.role is Role.SUPERVISOR:
        held |= _stood_in_for()
    return _lies_in(post) & held & Q(level__in=levels_held_by(Seat(post.role, post.level)))


def _stood_in_for() -> Q:
    """Steps whose own seat is the accused."""
    steps = Q(pk__in=[])
    for state, role in seats_stood_in_for().items():
        steps |= Q(state=state, stand_in_roles__contains=role.value)
    return steps


def at_home(viewer: Viewer) -> QuerySet[Issue]:
    """Visible matters, told in one column where the posts allow it.

    Who may see a matter is an “or” of relations, which no index can put in order; almost every
    viewer's own territory is one place, and naming it lets an index do so.
    """
    matters = visible_to(viewer)
    if all(post.role is Role.HANDLER for post in viewer.posts):
        sent = WorkOrder.objects.filter(unit_id__in=viewer.handling_unit_ids)
        return matters.filter(pk__in=sent.values("issue_id"))
    places = topmost(viewer)
    if len(places) == 1 and not viewer.handling_unit_ids:
        # What lies there is seen for that alone; told twice, PostgreSQL expects far fewer rows.
        return Issue.objects.filter(_lies_in(places[0]), Seen(viewer))
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


def holders_of(issues: Sequence[Issue]) -> dict[UUID, str]:
    """Who has to make the next step of each matter, in words; one query for a page of them."""
    sent = [issue.pk for issue in issues if issue.state == ORDERS_HOLD]
    by_issue: dict[UUID, list[NamedOrder]] = {}
    for named in named_orders(sent):
        by_issue.setdefault(named.order.issue_id, []).append(named)
    return {issue.pk: holder_of(issue, by_issue.get(issue.pk, ())) for issue in issues}


def seat_of(issue: Issue) -> Seat | None:
    """The post that makes the next step, if one does."""
    return next_seat(
        State(issue.state),
        Level(issue.level),
        is_timed=issue.due_at is not None,
        stood_in_for=issue.stand_in_roles.split(),
    )


def holder_of(issue: Issue, orders: Sequence[NamedOrder]) -> str:
    """The same for one matter whose orders are known."""
    return holder_words(
        State(issue.state),
        seat_of(issue),
        is_timed=issue.due_at is not None,
        of_open_orders=[each.holder for each in orders if each.is_open],
    )
