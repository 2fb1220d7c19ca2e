"""A matter's events as the entries of `ui/parts/timeline.html` and the resident's steps."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qijie.access.fields import Purpose, shown
from qijie.access.viewer import Side, Viewer
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Move, ReturnReason, VoidReason
from qijie.records.models import Attachment, Event
from qijie.ui.photos import as_shown

PhotoUrl = Callable[[Attachment], str]

_ICONS = {
    Move.REPORT: "report",
    Move.DISPATCH: "send",
    Move.RETURN_ORDER: "back",
    Move.SEND_BACK: "back",
    Move.VOID: "close",
}


_REPORTERS_OWN = frozenset(
    {Move.REPORT, Move.ADD, Move.WITHDRAW, Move.URGE, Move.OBJECT, Move.REOPEN, Move.JUDGE}
)


def reporter_hidden_from(issue: Issue, viewer: Viewer) -> UUID | None:
    """The colleague who reported and whom these eyes must not learn; None where they may."""
    known = shown(viewer, "issues_issue.reported_by_id", issue.reported_by_id, Purpose.WORK)
    is_own = issue.reported_by_id == viewer.user_id
    return None if known or is_own else issue.reported_by_id


LOOKS = frozenset({Move.ABOUT.value, Move.NOT_MEANT.value})
"""Where a desk says whom the matter means; its words are for the supervision side."""
_NAMING = ("hinted_ids", "about_post_id", "about_unit_id", "about_user_ids")
_NAMING_ABOUT = ("post_id", "unit_id", "user_ids")


def reads_the_looks(viewer: Viewer, events: Iterable[Event]) -> bool:
    """Whether the desk's own words of whom the matter means may be read: by the supervision side,
    never by anybody it was ever asked or said to be about."""
    own = {str(one) for one in (*viewer.post_ids, *viewer.unit_ids, viewer.user_id)}
    is_judging = any(post.side is Side.SUPERVISION for post in viewer.posts)
    return is_judging and not any(own & _named_by(event) for event in events)


def _named_by(event: Event) -> set[str]:
    names = _NAMING_ABOUT if event.verb == Move.ABOUT else _NAMING
    found: set[str] = set()
    for value in map(event.facts.get, names):
        found |= set(value if isinstance(value, list) else [value] if value else [])
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    title: str
    who: str
    text: str
    icon: str
    photos: tuple[dict[str, object], ...] = ()
    tone: str = "plain"


def entries(
    events: Iterable[Event],
    photos: Sequence[Attachment],
    photo_url: PhotoUrl,
    *,
    viewer: Viewer,
    holders: Mapping[UUID, str],
    hidden_reporter: UUID | None = None,
) -> list[Entry]:
    """Oldest first. Photos stand with the event they came with.

    viewer: what the desk wrote when it looked whom the words mean is for its own side.
    holders: the unit or post of each order by its id, so that a dispatch says to whom.
    hidden_reporter: the member of staff who reported it and whose post these eyes must not learn.
    """
    told = list(events)
    by_event = photos_by_event(told, photos)
    unread = frozenset() if reads_the_looks(viewer, told) else LOOKS
    return [
        _entry(
            event,
            tuple(as_shown(one, photo_url(one), "现场照片") for one in by_event[event.pk]),
            title=_title(event, holders),
            text="" if event.verb in unread else _text(event),
            hidden_reporter=hidden_reporter,
        )
        for event in told
    ]


# Moves whose order may be anybody's; in the others whoever acts is the one whose order it is.
_NAMES_ITS_ORDER = frozenset({Move.SEND_BACK, Move.RECALL, Move.WAIVE})
_REASONS = {Move.RETURN_ORDER: ReturnReason, Move.VOID: VoidReason}


def _title(event: Event, holders: Mapping[UUID, str]) -> str:
    move = Move(event.verb)
    named = [name for order_id in _orders_of(event, move) if (name := holders.get(order_id))]
    return f"{move.label}：{'、'.join(named)}" if named else move.label


def _orders_of(event: Event, move: Move) -> Iterator[UUID]:
    """The orders a move opened, the main one first, or took back."""
    facts = event.facts
    opened = [*facts.get("orders", ()), *facts.get("forces", ())]
    if "order" in facts:
        opened.append(facts["order"])
    for one in sorted(opened, key=lambda one: not one.get("is_main")):
        yield UUID(one["id"])
    if move in _NAMES_ITS_ORDER and event.order_id:
        yield event.order_id


def _text(event: Event) -> str:
    """The words of the act, after the reason chosen from a list."""
    reasons, chosen = _REASONS.get(Move(event.verb)), event.facts.get("reason")
    reason = f"{reasons(chosen).label}。" if reasons and chosen else ""
    return f"{reason}{event.words}"


def photos_by_event(
    events: Sequence[Event], photos: Iterable[Attachment]
) -> defaultdict[UUID, list[Attachment]]:
    """The photos each event came with; of older rows, which name no event, by their moment."""
    moments = {event.at: event.pk for event in reversed(events)}
    found: defaultdict[UUID, list[Attachment]] = defaultdict(list)
    for photo in photos:
        event_id = photo.event_id or moments.get(photo.at)
        if event_id is not None:
            found[event_id].append(photo)
    return found


def _entry(
    event: Event,
    photos: tuple[dict[str, object], ...],
    *,
    title: str,
    text: str,
    hidden_reporter: UUID | None,
) -> Entry:
    move = Move(event.verb)
    is_hidden = move in _REPORTERS_OWN and event.actor_user_id == hidden_reporter is not None
    who = "工作人员" if is_hidden else event.actor_title
    return Entry(
        at=event.at,
        title=title,
        who="系统自动" if event.follows else who,
        text=text,
        icon=_ICONS.get(move, "check"),
        photos=photos,
    )


def photo_of(photos: Iterable[Attachment], photo_id: UUID) -> Attachment | None:
    """The photo by that id, once it may be served: never as it came."""
    shown = (photo for photo in photos if photo.state == Attachment.State.SHOWN)
    return next((photo for photo in shown if photo.pk == photo_id), None)
