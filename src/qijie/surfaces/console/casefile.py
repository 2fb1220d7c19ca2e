"""Everything a case page shows of one matter, as plain values for the templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from qijie.access.accused import is_near
from qijie.access.fields import Purpose, shown
from qijie.access.permissions import SUPERVISION
from qijie.access.viewer import Side, Viewer
from qijie.issues.models import Deadline, Issue, Reporter
from qijie.issues.queries import accused_of, history_of, matter_of
from qijie.issues.queries.concerned import about_in_words
from qijie.issues.queries.offers import offers_for
from qijie.issues.queries.orders import NamedOrder, named_orders
from qijie.issues.queries.waiting import holder_of
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.ended import worked_words
from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.naming import asked_of
from qijie.issues.rules.standing import standing
from qijie.issues.rules.vocabulary import ClockKind, Move, State, Urgency
from qijie.kernel.codes import Level, is_within
from qijie.records.models import Attachment
from qijie.records.queries import photos_of
from qijie.territory.borders import collection, drawn_node, feature
from qijie.territory.models import Node
from qijie.territory.queries import lineage
from qijie.ui.history import entries, reporter_hidden_from
from qijie.ui.moves import FORMS
from qijie.ui.photos import as_shown

REPORTERS_OWN = frozenset({Move.WITHDRAW, Move.OBJECT, Move.CONFIRM, Move.JUDGE})
"""Said by the reporter alone: a desk that wrote down a call must not judge in the caller's name."""
STAFF_MOVES = frozenset(FORMS) - REPORTERS_OWN

_MAIN_MOVES = frozenset(
    {
        Move.DIRECT_URGENT,
        Move.ACCEPT,
        Move.FILE,
        Move.DISPATCH,
        Move.SIGN,
        Move.MAKE_SAFE,
        Move.DONE,
        Move.CLOSE,
        Move.ANSWER,
    }
)
_ICONS = {
    Move.ACCEPT: "check",
    Move.VOID: "close",
    Move.FILE: "edit",
    Move.DISPATCH: "send",
    Move.DIRECT_URGENT: "warning",
    Move.RECALL: "back",
    Move.SIGN: "order-signed",
    Move.MAKE_SAFE: "shield",
    Move.DONE: "order-done",
    Move.RETURN_ORDER: "back",
    Move.CLOSE: "check",
    Move.SEND_BACK: "back",
    Move.FINAL_ANSWER: "message",
    Move.SOLVE: "check",
    Move.URGE: "bell",
    Move.ADD: "edit",
    Move.ABOUT: "shield",
    Move.NOT_MEANT: "check",
    Move.MOVE: "forward",
    Move.REFUSE_MOVE: "back",
    Move.RECLASSIFY: "edit",
    Move.ASK_RECLASSIFY: "edit",
    Move.DECLINE: "close",
}
_SETTLED = {
    State.REPORTED: "按原话提示，请核对；受理即视为不涉及",
    State.ACCEPTED: "按原话提示，请核对；立案即视为不涉及",
}
_TO_SETTLE = "按原话提示，核对之前其看不到这件事项"
_RANKS = {"primary": 0, "plain": 1, "danger": 2}


def case_of(issue: Issue, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """The template's context; reads orders, clocks, events, photos and the reporter once each."""
    named = named_orders([issue.pk])
    orders = [each.order for each in named]
    deadlines = list(Deadline.objects.filter(issue=issue).order_by("position"))
    photos = list(photos_of(issue.pk))
    matter = matter_of(issue, orders, deadlines)
    names = {each.order.pk: each.holder for each in named}
    may_reveal = may_see_reporter(issue, viewer)
    return {
        "issue": issue,
        "facts": _facts(issue),
        "place_facts": _place_facts(issue),
        "photos": [_photo(issue, photo) for photo in photos if photo.purpose == "report"],
        "orders": [_order_row(each, matter, now) for each in named],
        "clocks": [_clock_row(c, now, names) for c in matter.clocks if c.is_live],
        "past_clocks": [_clock_row(c, now, names) for c in matter.clocks if not c.is_live],
        "entries": entries(
            history_of(issue),
            photos,
            lambda one: _photo_url(issue, one),
            viewer=viewer,
            holders=names,
            hidden_reporter=reporter_hidden_from(issue, viewer),
        ),
        "actions": actions_of(issue, names, staff_offers(matter, viewer, now)),
        "holder": holder_of(issue, named),
        "may_reveal": may_reveal,
        "contact": contact_as_shown(issue, viewer, Purpose.WORK) if may_reveal else None,
    }


def _facts(issue: Issue) -> list[dict[str, object]]:
    condition = issue.condition
    rows = [
        ("大类", issue.get_family_display(), ""),
        ("类别", issue.category.name if issue.category else "", ""),
        ("立案条件", condition.wording if condition else "", ""),
        ("结案标准", condition.close_standard if condition else "", ""),
        ("办理层级", issue.get_level_display(), ""),
        ("来源", issue.get_channel_display(), ""),
        ("反映人评价", issue.get_verdict_display(), ""),
        *_ended(issue),
        ("反映的是谁", about_in_words(issue), ""),
        ("反映人写的对象", issue.about_words, "反映人自己写的"),
        ("可能涉及", seemingly(issue), _SETTLED.get(State(issue.state), _TO_SETTLE)),
    ]
    return [{"label": label, "value": value, "note": note} for label, value, note in rows if value]


def _ended(issue: Issue) -> list[tuple[str, str, str]]:
    """Where it ended, in two facts: who answered, and whose unit worked on it."""
    if not issue.answered_level:
        return []
    worked = Level(issue.worked_level) if issue.worked_level else None
    return [
        ("答复层级", issue.get_answered_level_display(), ""),
        ("处置最高到", worked_words(worked), ""),
    ]


def seemingly(issue: Issue) -> str:
    """Whom the words seem to name and by which word, until a desk has decided."""
    waiting = {str(one) for one in issue.hinted_ids}
    asked = (one for one in asked_of(issue.hints) if one.id in waiting)
    return "；".join(f"{one.name}（原话“{one.words}”）" for one in asked)


def _place_facts(issue: Issue) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = [{"label": "地点描述", "value": issue.place_words}]
    if issue.grid:
        url = reverse("console:place", args=[issue.grid.path])
        facts.append({"label": "网格", "value": issue.grid.name, "url": url})
    if issue.point:
        where = f"东经 {issue.point.x:.6f}，北纬 {issue.point.y:.6f}"
        facts.append({"label": "坐标", "value": where, "note": "CGCS2000"})
    known = [fact for fact in facts if fact["value"]]
    return known or [{"label": "地点", "value": _widely(issue)}]


def _widely(issue: Issue) -> str:
    """The place it lies in, where nobody said more."""
    above = lineage(issue.path, timezone.localdate(issue.reported_at))
    return f"{above[-1].name}，没有说更细的地点" if above else "未标明"


def _photo(issue: Issue, photo: Attachment) -> dict[str, object]:
    return as_shown(photo, _photo_url(issue, photo), "上报时的现场照片")


def _photo_url(issue: Issue, photo: Attachment) -> str:
    return reverse("console:photo", args=[issue.pk, photo.pk])


def _clock_row(
    clock: Clock, now: datetime, holders: Mapping[UUID, str] | None = None
) -> dict[str, object]:
    return {
        "label": clock.kind.label,
        "holder": (holders or {}).get(clock.order_id, "") if clock.order_id else "",
        "due_at": clock.due_at,
        "standing": "" if clock.kind.is_window and not clock.is_live else standing(clock, now),
        "explanation": clock.explanation,
        "is_replaced": clock.is_replaced,
    }


def _order_row(named: NamedOrder, matter: Matter, now: datetime) -> dict[str, object]:
    own = [clock for clock in matter.clocks if clock.order_id == named.order.pk]
    live = min((clock for clock in own if clock.is_live), key=lambda c: c.due_at, default=None)
    handled = next((clock for clock in own if clock.kind is ClockKind.HANDLE), None)
    shown = live or handled
    return {
        "order": named.order,
        "holder": named.holder,
        "clock": _clock_row(shown, now) if shown else None,
    }


# What may be done next


def staff_offers(matter: Matter, viewer: Viewer, now: datetime) -> list[Offer]:
    """Where the words name nobody, nothing is to be looked into and the button stays away."""
    known = STAFF_MOVES if matter.hinted_ids else STAFF_MOVES - {Move.NOT_MEANT}
    return [offer for offer in offers_for(matter, viewer, now) if offer.move in known]


def actions_of(
    issue: Issue, holders: Mapping[UUID, str], offers: Sequence[Offer]
) -> list[dict[str, object]]:
    """The next step first, greyed ones last; otherwise in the table's order."""
    several = {offer.move for offer in offers if offer.order_id and _count(offers, offer.move) > 1}
    look = partial(_look, is_urgent=issue.urgency == Urgency.URGENT)
    ranked = sorted(offers, key=lambda offer: (not offer.is_allowed, _RANKS[look(offer)]))
    return [
        {
            "label": _label(offer, holders if offer.move in several else {}),
            "icon": _ICONS.get(offer.move, "forward"),
            "look": look(offer),
            "url": move_url(issue.pk, offer.move, offer.order_id),
            "why_not": offer.why_not,
            "name": offer.move.value,
        }
        for offer in ranked
    ]


def _label(offer: Offer, holders: Mapping[UUID, str]) -> str:
    holder = holders.get(offer.order_id) if offer.order_id else None
    return f"{offer.button}（{holder}）" if holder else offer.button


def _count(offers: Sequence[Offer], move: Move) -> int:
    return sum(1 for offer in offers if offer.move is move)


def _look(offer: Offer, *, is_urgent: bool) -> str:
    """Sending straight there is the next step of danger alone."""
    if offer.move is Move.VOID:
        return "danger"
    if offer.move is Move.DIRECT_URGENT and not is_urgent:
        return "plain"
    return "primary" if offer.move in _MAIN_MOVES else "plain"


def move_url(issue_id: UUID, move: Move, order_id: UUID | None = None) -> str:
    url = reverse("console:move", args=[issue_id, move.value])
    return f"{url}?order={order_id}" if order_id else url


# The reporter


def may_see_reporter(issue: Issue, viewer: Viewer) -> bool:
    """A supervision post over the place, and no hand of the same person in the handling."""
    accused = accused_of(issue)
    covers = any(
        post.role in SUPERVISION
        and is_within(issue.path, post.path)
        and not is_near(accused, post.level, post.path)
        for post in viewer.posts
    )
    doing = {Side.COMMAND.value, Side.FIELD.value, Side.UNIT.value}
    did = any(h["user"] == str(viewer.user_id) and h["side"] in doing for h in issue.hands)
    return covers and not did


CONTACT_FIELDS = ("name", "phone", "email")


def contact_of(issue: Issue) -> Reporter | None:
    return Reporter.objects.filter(issue=issue).first()


def contact_as_shown(issue: Issue, viewer: Viewer, purpose: Purpose) -> dict[str, str] | None:
    """Masked at work, whole for calling back; None where nothing was left."""
    contact = contact_of(issue)
    if contact is None or not (contact.name or contact.phone or contact.email):
        return None
    return {
        name: shown(viewer, f"issues_reporter.{name}", getattr(contact, name), purpose) or ""
        for name in CONTACT_FIELDS
    }


# The map


def case_map(issue: Issue, grid: Node | None) -> str:
    """The point and the grid it lies in, as GeoJSON."""
    features = []
    drawn = drawn_node(grid.path, grid.valid_from) if grid else None
    if drawn is not None:
        node, shape = drawn
        features.append(feature(shape, {"id": node.path, "label": node.name}))
    if issue.point is not None:
        spot = f'{{"type":"Point","coordinates":[{issue.point.x:.6f},{issue.point.y:.6f}]}}'
        features.append(feature(spot, {"id": "spot", "label": "事发地点", "status": "late"}))
    return collection(features)
