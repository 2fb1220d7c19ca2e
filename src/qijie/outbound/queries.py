"""Who has to be told of an act, as posts; and what a post has not read yet."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from qijie.access.accused import is_named, is_near
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role, Viewer
from qijie.issues.models import Issue, Reporter, WorkOrder
from qijie.issues.queries import accused_of, visible_to
from qijie.issues.queries.orders import open_orders
from qijie.issues.queries.waiting import seat_of
from qijie.issues.rules.holding import ORDERS_HOLD, Seat
from qijie.issues.rules.vocabulary import Audience
from qijie.kernel.codes import Level
from qijie.kernel.kept import Kept
from qijie.outbound.models import Letter, Notice
from qijie.outbound.rules import desks_between, page_of_matter, seats_from
from qijie.records.models import Event, OutboxEntry
from qijie.teams.models import Post
from qijie.teams.queries import emails_of_posts, holdings_of_users, posts_over

UNDELIVERED_AT_MOST = 200
_NEVER_NOBODY = frozenset({Audience.NEXT_HOLDER, Audience.DESK})
_TIME_TO_TAKE_IN_HAND = timedelta(seconds=5)


def posts_of_audience(
    audience: Audience, issue: Issue, order_id: UUID | None, on: date
) -> set[UUID]:
    """Post ids; empty for the reporter, who is no post. Whoever must not see it is not told."""
    found = _audience(audience, issue, order_id, on)
    seen = found - _kept_out(issue, found, on) if found else found
    if found and not seen and audience in _NEVER_NOBODY:
        # The step waits for somebody who may not see it: then the next desk that may is told.
        return _nearest_that_sees(issue, Role.DESK, on)
    return seen


def _nearest_that_sees(issue: Issue, role: Role, on: date) -> set[UUID]:
    for seat in seats_from(role, Level(issue.level)):
        found = _seated(issue, [seat], on)
        if seen := found - _kept_out(issue, found, on):
            return seen
    return set()


def _kept_out(issue: Issue, post_ids: set[UUID], on: date) -> set[UUID]:
    accused = accused_of(issue)
    if not (accused.path or accused.post_id or accused.unit_id or issue.hinted_ids):
        return set()
    theirs = Post.objects.filter(holdings__in=holdings_of_users(accused.user_ids, on))
    held_by_accused = set(theirs.values_list("pk", flat=True))
    return {
        post.pk
        for post in Post.objects.filter(pk__in=post_ids)
        if post.pk in held_by_accused
        or post.pk in issue.hinted_ids
        or post.unit_id in issue.hinted_ids
        or is_near(accused, Level(post.level), post.path)
        or is_named(accused, post.pk, post.unit_id, None)
    }


def _audience(audience: Audience, issue: Issue, order_id: UUID | None, on: date) -> set[UUID]:
    if audience is Audience.NEXT_HOLDER:
        return _next_holders(issue, on)
    if audience is Audience.UNIT:
        return _handlers(open_orders(issue.pk, order_id))
    if audience is Audience.DESK:
        return _nearest(issue, Role.DESK, on)
    if audience is Audience.SUPERVISOR:
        return _nearest(issue, Role.SUPERVISOR, on)
    if audience is Audience.LEVELS_BETWEEN:
        return _seated(issue, desks_between(tuple(map(Level, issue.whistled_from))), on)
    return set()


def _next_holders(issue: Issue, on: date) -> set[UUID]:
    if issue.state == ORDERS_HOLD:
        return _handlers(open_orders(issue.pk))
    seat = seat_of(issue)
    if seat is not None and seat.role is Role.SUPERVISOR:
        return _nearest(issue, Role.SUPERVISOR, on)
    return _seated(issue, [seat], on) if seat else set()


def _nearest(issue: Issue, role: Role, on: date) -> set[UUID]:
    """The posts of a role on the matter's own rung, or on the first above that has any."""
    for seat in seats_from(role, Level(issue.level)):
        if found := _seated(issue, [seat], on):
            return found
    return set()


def _handlers(orders: QuerySet[WorkOrder]) -> set[UUID]:
    units, posts = set(), set()
    for unit_id, post_id in orders.values_list("unit_id", "post_id"):
        units.add(unit_id)
        posts.add(post_id)
    handlers = Post.objects.filter(
        Q(unit_id__in=units - {None}, role=Role.HANDLER) | Q(pk__in=posts - {None})
    )
    return set(handlers.values_list("pk", flat=True))


_BATCH_SECONDS, _BATCH_MOST = 60, 2000
_posts_seated = Kept[frozenset[UUID]](_BATCH_SECONDS, _BATCH_MOST)
_told_at = Kept[list[tuple[Role, list[str]]]](_BATCH_SECONDS, _BATCH_MOST)


def begin_batch() -> None:
    """News told together sees the posts and their holders as they are now, each asked for once."""
    _posts_seated.forget()
    _told_at.forget()


def _seated(issue: Issue, seats: Iterable[Seat], on: date) -> set[UUID]:
    found: set[UUID] = set()
    for seat in seats:
        found |= _posts_seated.get(
            (issue.path, seat, on), partial(_read_seat, issue.path, seat, on)
        )
    return found


def _read_seat(path: str, seat: Seat, on: date) -> frozenset[UUID]:
    return frozenset(posts_over(path, seat.role, seat.level, on).values_list("pk", flat=True))


def emails_by_page(
    post_ids: Collection[UUID], matter_id: UUID, on: date
) -> list[tuple[str, list[str]]]:
    """The pages on which the posts told work on the matter, with their holders' addresses."""
    told = frozenset(post_ids)
    by_role = _told_at.get((told, on), partial(_read_emails, told, on))
    return [(page_of_matter(role, matter_id), emails) for role, emails in by_role]


def _read_emails(post_ids: frozenset[UUID], on: date) -> list[tuple[Role, list[str]]]:
    roles: dict[Role, list[UUID]] = {}
    for post_id, role in Post.objects.filter(pk__in=post_ids).values_list("pk", "role"):
        roles.setdefault(Role(role), []).append(post_id)
    return [(role, emails_of_posts(posts, on)) for role, posts in roles.items()]


@dataclass(frozen=True, slots=True)
class Reached:
    """Where an event left its matter, and by whose hand."""

    state: str
    by_user_id: UUID | None


def events_told(entries: Sequence[OutboxEntry]) -> dict[UUID, Reached]:
    """The event each entry tells of, by its id; a clock's entry has no event and no row here.

    An entry carries its event's subject and time: by id alone every month ever would be read.
    """
    if not entries:
        return {}
    events = Event.objects.filter(
        pk__in=[entry.pk for entry in entries],
        subject_id__in={entry.subject_id for entry in entries},
        at__in={entry.at for entry in entries},
    )
    found = events.values_list("pk", "to_state", "actor_user_id")
    return {pk: Reached(state, by_user_id) for pk, state, by_user_id in found}


def letters_without_contact() -> QuerySet[Letter]:
    """Letters to a reporter who no longer leaves that address."""
    contact = Reporter.objects.filter(issue_id=OuterRef("reporter_of_id"), email=OuterRef("to"))
    return Letter.objects.filter(~Exists(contact), reporter_of_id__isnull=False)


def undelivered(region_codes: Collection[str]) -> list[Letter]:
    """What was given up, for whoever administers these counties; the newest first."""
    with scope(SYSTEM):
        letters = Letter.objects.filter(given_up_at__isnull=False, region_code__in=region_codes)
        return list(letters.order_by("-given_up_at")[:UNDELIVERED_AT_MOST])


def notices_for(viewer: Viewer) -> QuerySet[Notice]:
    """What was told about a matter ends with the right to see it; other news has its own page."""
    mine = Notice.objects.filter(post_id__in=viewer.post_ids)
    if viewer.user_id is not None:
        mine = mine.exclude(by_user_id=viewer.user_id)
    matter = visible_to(viewer).filter(pk=OuterRef("subject_id"))
    return mine.filter(~Q(page="") | Exists(matter)).order_by("-at", "-id")


def unread_for(viewer: Viewer) -> QuerySet[Notice]:
    """Notices that wait to be read, in no order."""
    return notices_for(viewer).filter(read_at__isnull=True).order_by()


def jobs_under_way() -> QuerySet[ProcrastinateJob]:
    """Jobs that somebody began some seconds ago or earlier, alive or not."""
    just_begun = ProcrastinateEvent.objects.filter(
        job=OuterRef("pk"), type="started", at__gt=Now() - _TIME_TO_TAKE_IN_HAND
    )
    return ProcrastinateJob.objects.filter(~Exists(just_begun), status="doing")
