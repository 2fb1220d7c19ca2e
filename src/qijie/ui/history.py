"""A matter's events as the entries of `ui/parts/timeline.html` and the resident's steps."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qijie.issues.rules.vocabulary import Move
from qijie.records.models import Attachment, Event

PhotoUrl = Callable[[Attachment], str]

_ICONS = {
    Move.REPORT: "report",
    Move.DISPATCH: "send",
    Move.RETURN_ORDER: "back",
    Move.SEND_BACK: "back",
    Move.VOID: "close",
}


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
    events: Iterable[Event], photos: Sequence[Attachment], photo_url: PhotoUrl
) -> list[Entry]:
    """Oldest first. Photos stand with the event they came with: the one of the same moment."""
    shown = defaultdict(list)
    for photo in photos:
        shown[photo.at].append({"url": photo_url(photo), "label": "现场照片", "at": photo.at})
    return [_entry(event, tuple(shown.pop(event.at, ()))) for event in events]


def _entry(event: Event, photos: tuple[dict[str, object], ...]) -> Entry:
    move = Move(event.verb)
    return Entry(
        at=event.at,
        title=move.label,
        who="系统自动" if event.follows else event.actor_title,
        text=event.words,
        icon=_ICONS.get(move, "check"),
        photos=photos,
    )


def photo_of(photos: Iterable[Attachment], photo_id: UUID) -> Attachment | None:
    return next((photo for photo in photos if photo.pk == photo_id), None)
