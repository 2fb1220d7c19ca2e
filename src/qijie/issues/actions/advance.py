"""The one way a matter moves: lock, ask, save, write the event. Private to `actions`."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qijie.access.permissions import may
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Kind, Viewer
from qijie.issues.actions.rows import (
    DEADLINE_CHANGES,
    ORDER_CHANGES,
    deadline_row,
    event_rows,
    order_rows,
    put_on_issue,
    told_rows,
)
from qijie.issues.actions.seeming import newly_named
from qijie.issues.actors import actors_of
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.queries.aiming import who_looks
from qijie.issues.queries.book import book, lexicon
from qijie.issues.queries.lists import visible_to
from qijie.issues.queries.matter import matter_of
from qijie.issues.rules.danger import dangers_in
from qijie.issues.rules.decide import Refused, apply
from qijie.issues.rules.facts import Facts, RegridFacts, SeemFacts
from qijie.issues.rules.matter import Act, Actor, Clock, Matter, Outcome
from qijie.issues.rules.naming import answered_by, asked_about
from qijie.issues.rules.relations import relations
from qijie.issues.rules.table import ROWS
from qijie.issues.rules.vocabulary import Move, State, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.kernel.ids import new_id
from qijie.records import actions as records
from qijie.records.models import Event, Timer
from qijie.records.photos import Photo
from qijie.territory.queries import locate, node_at

CLOCK_TIMER = "clock"
GIVES_AWAY = frozenset({Move.ABOUT, Move.MOVE, Move.REFUSE_MOVE})
SAYS_HOW_IT_IS = frozenset(
    {Move.ADD, Move.URGE, Move.OBJECT, Move.CHECK, Move.JUDGE, Move.REOPEN, Move.SUPERVISE}
)
"""Moves whose words tell how it is there now; the others tell what was done about it."""
DueWork = tuple[str, datetime]
"""A timer's purpose and its moment."""


class NotVisible(LookupError):
    """No such matter for this viewer; the answer is the same 404 either way."""


def acting_as(viewer: Viewer, matter: Matter, move: Move, order_id: UUID | None = None) -> Actor:
    """The post in which the viewer may make this move; else the first, to be refused in words."""
    actors = actors_of(viewer)
    if not actors:
        raise NotVisible(matter.id)
    wanted = {relation for row in ROWS[move] for relation in row.who}
    order = matter.order(order_id)
    return next((actor for actor in actors if relations(matter, actor, order) & wanted), actors[0])


@transaction.atomic
def advance(
    issue_id: UUID,
    move: Move,
    facts: Facts,
    *,
    by: Viewer,
    at: datetime,
    words: str = "",
    seen: int | None = None,
    device_at: datetime | None = None,
    photos: Sequence[Photo] = (),
    photo_purpose: str = "evidence",
    is_danger: bool | None = None,
) -> Issue:
    """Moves one matter.

    seen: the version the person decided on; an older one is refused, since a colleague was faster.
    is_danger: what was answered where words of danger were asked about; None where nobody asked.
    Raises NotVisible, or Refused with a sentence; then nothing has changed.
    """
    issue = _locked(issue_id, by)
    if seen is not None and seen != issue.version:
        raise Refused("moved_meanwhile", "这件事项刚刚由别人办理过。请看最新情况，再决定是否继续。")
    _ask_access(by, move)
    orders = list(WorkOrder.objects.filter(issue=issue).order_by("sent_at", "id"))
    deadlines = list(Deadline.objects.filter(issue=issue).order_by("position"))
    matter = matter_of(issue, orders, deadlines)
    actor = acting_as(by, matter, move, getattr(facts, "order_id", None))
    act = Act(move=move, actor=actor, at=at, facts=facts, words=words, device_at=device_at)
    outcome = apply(matter, act, book())
    # Nobody may write a row they could not see: what a move gives away, the system's hand writes.
    with scope(SYSTEM) if move in GIVES_AWAY else nullcontext():
        events = save(issue, outcome, before=matter, at=at, deadlines=deadlines)
    if photos:
        records.attach(
            photos,
            region_code=issue.region_code,
            subject_id=issue.pk,
            event_id=events[0].pk,
            purpose=photo_purpose,
            from_reporter=by.kind is Kind.REPORTER,
            at=at,
        )
    added = words if by.kind is Kind.REPORTER else ""
    issue = _kept_from_those_named(issue, was_at=matter.path, added=added, at=at)
    if matter.state.is_end and not outcome.matter.state.is_end:
        issue = _on_today_s_ground(issue, at)
    return _raised(issue, words, at, is_danger) if move in SAYS_HOW_IT_IS else issue


def _raised(issue: Issue, words: str, at: datetime, is_danger: bool | None) -> Issue:
    """What is open turns urgent by words that tell of danger, unless it was said to be over; once
    made safe, danger confirmed to be there now is an alarm again."""
    is_over = is_danger is False
    if is_over or State(issue.state).is_end:
        return issue
    dangers = dangers_in(words, "", lexicon())
    is_again = issue.urgency == Urgency.URGENT
    if not dangers and not (is_again and issue.hinted_ids):
        return issue
    matter = matter_of(issue)
    # Whoever was sent may have been named just now: then nobody is on the way any more.
    if is_again and matter.is_alarm and matter.is_kept_from_all_sent:
        return _alarmed(issue, "派去的人可能就是反映的人，要另外派人去，按紧急办。", at)
    if not dangers or (is_again and (matter.is_alarm or not is_danger)):
        return issue
    kinds = "、".join(danger.name for danger in dangers)
    said = "反映人说现在就有危险" if is_danger else "后来说的话像有危险"
    since = "止险以后" if matter.is_made_safe else ""
    what = f"{since}又有险情，重新按紧急办" if is_again else "按紧急办"
    return _alarmed(issue, f"{said}：“{kinds}”，{what}。", at)


def _alarmed(issue: Issue, why: str, at: datetime) -> Issue:
    return advance(issue.pk, Move.RAISE, Facts(), by=SYSTEM, at=at, words=why)


def _kept_from_those_named(issue: Issue, *, was_at: str, added: str, at: datetime) -> Issue:
    """At another place, or by words added, more may be meant: they wait until a desk has looked.

    Whichever move brought it there, also the one that ended it or came after its end, so that none
    can forget it.
    """
    if issue.path == was_at and not added.strip():
        return issue
    named = newly_named(issue, was_at=was_at, added=added, at=at)
    if not named:
        return issue
    ids = [hint.id for hint in named]
    on, here = timezone.localdate(at), Level(issue.level)
    level, waiting = who_looks((*issue.hinted_ids, *ids), issue.path, here, on)
    ids = [one for one in ids if one in waiting]
    if not ids:
        return issue
    facts = SeemFacts(hinted_ids=tuple(ids), level=level)
    with scope(SYSTEM):
        kept = advance(issue.pk, Move.SEEM, facts, by=SYSTEM, at=at)
        kept.hints = asked_about(kept.hints, named, kept.path)
        kept.save(update_fields=["hints"])
    return kept


def _on_today_s_ground(issue: Issue, at: datetime) -> Issue:
    """What ended kept the grid of its day; opened again, it belongs to whoever works there now."""
    if issue.point is None or issue.grid_id is None:
        return issue
    place = Coordinate(issue.point.x, issue.point.y, CoordinateSystem.CGCS2000)
    found = locate(place, timezone.localdate(at))
    if found is None or found.grid_id is None or found.path == issue.path:
        return issue
    words = f"网格调整：由 {issue.path} 转到“{found.name}”（{found.path}）。"
    facts = RegridFacts(grid_path=found.path)
    return advance(issue.pk, Move.REGRID, facts, by=SYSTEM, at=at, words=words)


def _locked(issue_id: UUID, by: Viewer) -> Issue:
    issue = visible_to(by).select_for_update(of=("self",)).filter(pk=issue_id).first()
    if issue is None:
        raise NotVisible(issue_id)
    return issue


def _ask_access(by: Viewer, move: Move) -> None:
    if by.kind is Kind.STAFF and not may(by, move.value):
        raise Refused("not_yours", f"您的岗位不办理“{move.label}”，请联系负责的岗位。")


def save(
    issue: Issue,
    outcome: Outcome,
    *,
    before: Matter | None,
    at: datetime,
    deadlines: Sequence[Deadline] = (),
    also: Sequence[DueWork] = (),
) -> list[Event]:
    """Writes what the rules decided: the matter, its orders and clocks, timers and events.

    Returns the events; the first is the move itself, the others follow from it.

    deadlines: the rows of `before.clocks`, in their order. also: timers besides the clocks' own.
    """
    matter = outcome.matter
    put_on_issue(issue, matter)
    if before is not None and matter.grid_path != before.grid_path:
        issue.grid_id = _drawing_of(matter, at)
    if before is not None and before.hinted_ids and not matter.hinted_ids:
        over = outcome.events[0].actor.path
        issue.hints = answered_by(issue.hints, over, matter.version)
    issue.save(force_insert=before is None)
    _save_orders(issue, matter, before)
    _save_clocks(issue, matter, before, deadlines)
    _set_timers(issue, matter, before, at, also)
    events = event_rows(issue, outcome)
    records.append(events, told_rows(outcome))
    return events


def _drawing_of(matter: Matter, at: datetime) -> int | None:
    """The grid a matter was moved to, as drawn on that day."""
    node = node_at(matter.grid_path, timezone.localdate(at)) if matter.grid_path else None
    return node.pk if node else None


def _save_orders(issue: Issue, matter: Matter, before: Matter | None) -> None:
    known = {order.id: order for order in before.orders} if before else {}
    changed = [o for o in matter.orders if o.id in known and known[o.id] != o]
    # What ended goes first: at no moment may two main orders be open.
    if changed:
        WorkOrder.objects.bulk_update(order_rows(issue, changed), ORDER_CHANGES)
    if fresh := [o for o in matter.orders if o.id not in known]:
        WorkOrder.objects.bulk_create(order_rows(issue, fresh))


def _save_clocks(
    issue: Issue, matter: Matter, before: Matter | None, rows: Sequence[Deadline]
) -> None:
    """Clocks are only ever appended to or changed in place, so their position names them."""
    known = before.clocks if before else ()
    changed = [
        deadline_row(issue, position, clock, rows[position].pk)
        for position, clock in enumerate(matter.clocks[: len(known)])
        if clock != known[position]
    ]
    if changed:
        Deadline.objects.bulk_update(changed, DEADLINE_CHANGES)
    fresh = enumerate(matter.clocks[len(known) :], start=len(known))
    Deadline.objects.bulk_create(
        deadline_row(issue, position, clock, new_id()) for position, clock in fresh
    )


def _set_timers(
    issue: Issue, matter: Matter, before: Matter | None, at: datetime, also: Sequence[DueWork]
) -> None:
    """For its clocks one timer a matter: the next moment that wants something said or done."""
    if before is not None:
        records.drop_timers(issue.pk, CLOCK_TIMER, at)
    clock = clock_timer(issue, matter, at)
    records.set_timers(
        [*(_timer(issue, purpose, due_at) for purpose, due_at in also), *([clock] if clock else [])]
    )


def _timer(issue: Issue, purpose: str, due_at: datetime) -> Timer:
    return Timer(region_code=issue.region_code, subject_id=issue.pk, purpose=purpose, due_at=due_at)


def clock_timer(issue: Issue, matter: Matter, after: datetime) -> Timer | None:
    """The timer of the next moment at which a clock wants something; None when none is left."""
    moment = _next_moment(matter, after)
    return _timer(issue, CLOCK_TIMER, moment) if moment else None


def moments_of(clock: Clock) -> tuple[datetime, ...]:
    return tuple(at for at in (clock.warn_at, clock.soon_at, clock.due_at) if at is not None)


def _next_moment(matter: Matter, after: datetime) -> datetime | None:
    moments = (at for clock in matter.clocks if clock.is_running for at in moments_of(clock))
    return min((at for at in moments if at > after), default=None)
