"""What somebody hands in, and what is made of the same thing handed in again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Kind, Viewer, reporter_of
from qijie.issues.actions.advance import advance
from qijie.issues.models import Reporter
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.facts import PhotoFacts
from qijie.issues.rules.vocabulary import Channel, Move, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.ids import new_id
from qijie.records import actions as records
from qijie.records.photos import MAX_PHOTOS, Photo
from qijie.records.said import PHOTOS, Said, said_in

CONTACT = ("name", "phone", "email")
_MAY_COME_LATER = frozenset({*CONTACT, PHOTOS})
_ABOUT = "反映的是谁"
LABELS = {
    "words": "情况",
    "channel": "怎么来的",
    "category": "类别",
    "place": "图上的位置",
    "path": "所属网格",
    "place_words": "地点",
    "urgency": "紧急程度",
    "name": "称呼",
    "phone": "电话",
    "email": "邮箱",
    "about_post_id": _ABOUT,
    "about_unit_id": _ABOUT,
    "about_level": _ABOUT,
    "is_about_staff": _ABOUT,
    "about_words": _ABOUT,
    "issue_id": "事项",
    "device_at": "填写时间",
    "is_solved": "当场已解决",
    "solved_words": "怎么解决的",
    PHOTOS: "照片",
}
"""What a page calls each part of a report."""


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody hands in, cleaned at the door."""

    key: UUID
    words: str
    channel: Channel
    category: str = ""
    place: Coordinate | None = None
    path: str = ""
    """A grid or building chosen from a list, where no point was given."""
    place_words: str = ""
    urgency: Urgency = Urgency.NORMAL
    name: str = ""
    phone: str = ""
    email: str = ""
    about_post_id: UUID | None = None
    about_unit_id: UUID | None = None
    about_level: Level | None = None
    is_about_staff: bool = False
    """Ticked, with or without somebody named."""
    about_words: str = ""
    issue_id: UUID | None = None
    """Made by a client that must name the matter before the server answers."""
    device_at: datetime | None = None
    is_solved: bool = False
    """Solved on the spot by whoever reports it: both take effect, or neither."""
    solved_words: str = ""


def as_its_own(new: NewReport, photos: Sequence[Photo]) -> NewReport:
    """The same under a key of its own, made of what it says: danger that comes under a key used
    with other words is refused nobody, and the same press twice is one report."""
    own = uuid5(new.key, said_in(new, new.key, photos).digest.hex())
    return replace(new, key=own, issue_id=None)


def take_more(
    new: NewReport,
    said: Said,
    earlier: records.Earlier,
    photos: Sequence[Photo],
    *,
    by: Viewer,
    at: datetime,
) -> None:
    """Takes in what was left empty the first time: contact, photos.

    Raises KeyReused, naming every part that is not taken; then nothing of this delivery is.
    """
    if not brings_more(earlier):
        return
    _refuse_what_is_other(said, earlier)
    with scope(SYSTEM):
        _add_contact(new, earlier)
    if PHOTOS in earlier.difference.more:
        known = earlier.parts.get(PHOTOS, ())
        prints = zip(photos, said.photos, strict=True)
        _add_photos([one for one, print_ in prints if print_ not in known], earlier, by, at)
    records.take_more(new.key, said, earlier)


def brings_more(earlier: records.Earlier) -> bool:
    """Whether this delivery says anything the earlier one did not; a contact left empty now takes
    away nothing of what was given."""
    return bool(earlier.difference.parts - (earlier.difference.less & set(CONTACT)))


def _refuse_what_is_other(said: Said, earlier: records.Earlier) -> None:
    found = earlier.difference
    other = found.other | (found.more - _MAY_COME_LATER) | (found.less - set(CONTACT))
    if len(said.with_earlier(earlier.parts).photos) > MAX_PHOTOS:
        other |= {PHOTOS}
    if other:
        raise not_taken(earlier, earlier.difference.parts)


def not_taken(earlier: records.Earlier, parts: frozenset[str]) -> records.KeyReused:
    """Says in words which parts of this delivery took no effect."""
    named = list(dict.fromkeys(label for part, label in LABELS.items() if part in parts))
    what = f"“{'”“'.join(named)}”" if named else "内容"
    return records.KeyReused(f"先前那一份已经收到；这一次的{what}与它不同，没有收下。", parts)


def _add_contact(new: NewReport, earlier: records.Earlier) -> None:
    more = {part: getattr(new, part) for part in CONTACT if part in earlier.difference.more}
    # Whoever left no contact at all was registered by staff without a reporter: a clock and a link
    # hang on there being one, so it is not slipped in here.
    if more and not Reporter.objects.filter(issue_id=earlier.subject_id).update(**more):
        raise not_taken(earlier, earlier.difference.parts)


def _add_photos(
    photos: Sequence[Photo], earlier: records.Earlier, by: Viewer, at: datetime
) -> None:
    if by.kind is Kind.STAFF:
        with scope(SYSTEM):
            records.attach_to_first(photos, subject_id=earlier.subject_id, purpose="report", at=at)
        return
    reporter = reporter_of(earlier.subject_id)
    facts = PhotoFacts(photos=tuple(new_id() for _ in photos))
    try:
        with scope(reporter):
            advance(
                earlier.subject_id,
                Move.ADD,
                facts,
                by=reporter,
                at=at,
                photos=photos,
                photo_purpose="report",
            )
    except Refused:
        raise not_taken(earlier, frozenset({PHOTOS})) from None
