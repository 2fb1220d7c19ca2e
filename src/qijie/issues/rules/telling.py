"""Who learns of a move, and the reporter's sentence with its blanks filled in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from qijie.issues.rules.book import Book
from qijie.issues.rules.facts import Facts
from qijie.issues.rules.holding import ORDERS_HOLD, next_seat
from qijie.issues.rules.matter import Act, Matter, Notice
from qijie.issues.rules.moments import moment_in_words
from qijie.issues.rules.table import Transition
from qijie.issues.rules.vocabulary import LEVEL_LABELS, Audience, ClockKind, Family, Urgency
from qijie.kernel.calendars import SHANGHAI

READS_THE_SENTENCE = frozenset({Audience.REPORTER, Audience.PARTIES, Audience.FOLLOWERS})
_LAST_REMEDY = "此为最终答复，如仍不同意，可依法申请行政复议、提起行政诉讼或仲裁。"


def notices(
    row: Transition, before: Matter, after: Matter, act: Act[Facts], book: Book
) -> tuple[Notice, ...]:
    spans = book.spans_of(after.urgency)
    sentence = row.sentence_for_reporter.format_map({**blanks(after, act), **spans})
    return tuple(
        notice for audience in row.tells for notice in _to(audience, sentence, before, after, act)
    )


def _to(
    audience: Audience, sentence: str, before: Matter, after: Matter, act: Act[Facts]
) -> Iterator[Notice]:
    if audience is Audience.UNIT:
        yield from (Notice(audience, act.move, order_id) for order_id in _touched(before, after))
    elif _is_there(audience, before):
        words = sentence if audience in READS_THE_SENTENCE else ""
        yield Notice(audience, act.move, sentence=words)


def _is_there(audience: Audience, matter: Matter) -> bool:
    if audience is Audience.REPORTER:
        return matter.has_reporter
    return audience is not Audience.PARTIES or matter.family is Family.DISPUTE


def _touched(before: Matter, after: Matter) -> Iterator[UUID]:
    """The orders this move opened or changed; where it touched none, every open one."""
    changed = [order for order in after.orders if order not in before.orders]
    return (order.id for order in changed or after.open_orders)


def blanks(matter: Matter, act: Act[Facts]) -> dict[str, str]:
    """What the placeholders of a sentence stand for after the move."""
    facts = act.facts
    return {
        "level": LEVEL_LABELS[matter.level],
        "words": _as_sentence(act.words),
        "outlook": _outlook(matter),
        "until": _day_in_words(facts.until) if facts.until else "",
        "reason": getattr(getattr(facts, "reason", None), "label", ""),
        "receiver": getattr(getattr(facts, "receiver", None), "label", ""),
        "remedy": _remedy(matter),
        "place": getattr(facts, "place_name", ""),
        "urged": _urged(matter),
        **{kind.value: _due_in_words(matter, kind) for kind in ClockKind},
    }


def _urged(matter: Matter) -> str:
    """Who has the matter and owes the answer to an urging."""
    if matter.state is ORDERS_HOLD:
        return "承办方"
    roles = matter.stand_in_roles.split()
    seat = next_seat(matter.state, matter.level, is_timed=True, stood_in_for=roles)
    return seat.words if seat else "该办的人"


def _outlook(matter: Matter) -> str:
    """The day it is to be done by; of danger first by when somebody is there, and no day."""
    if matter.urgency is Urgency.URGENT and not matter.is_made_safe:
        until = _due_in_words(matter, ClockKind.MAKE_SAFE)
        return f"最晚{until}到现场，先把危险排除" if until else "正按紧急办理"
    return f"预计{moment_in_words(matter.promised_at)}前办结" if matter.promised_at else ""


def _as_sentence(words: str) -> str:
    said = words.strip()
    return said if not said or said[-1] in "。！？；…" else f"{said}。"


def _day_in_words(until: datetime) -> str:
    """A date named as a deadline ends with its midnight; people say the day."""
    day = (until - timedelta(seconds=1)).astimezone(SHANGHAI)
    return f"{day.month}月{day.day}日"


def _due_in_words(matter: Matter, kind: ClockKind) -> str:
    clock = matter.live(kind)
    return moment_in_words(clock.due_at) if clock else ""


def _remedy(matter: Matter) -> str:
    until = _due_in_words(matter, ClockKind.OBJECTION_WINDOW)
    return f"如不同意，可在{until}前提出一次异议。" if until else _LAST_REMEDY
