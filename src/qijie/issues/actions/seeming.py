"""Whom the words seem to name where the matter lies now. Private to `actions`.

A proposal reckoned at the report knows the people of that place alone. At another place, and with
every word the reporter adds, it is reckoned again. What a desk over those named has answered is
answered for the words it was answered on; whatever is said later asks again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.issues.queries.matter import history_of
from qijie.issues.queries.naming import hinted
from qijie.issues.rules.naming import Hint, asked_of
from qijie.issues.rules.vocabulary import Channel, Move

_EVENTS_WITHOUT_MORE = 2
"""The report, and the move that is being made."""


@dataclass(frozen=True, slots=True)
class _Said:
    """Words of the reporter and the version of the matter they made."""

    version: int
    words: str
    place: str = ""


def newly_named(issue: Issue, *, was_at: str, added: str, at: datetime) -> list[Hint]:
    """Whom no desk has cleared of these words yet and who does not wait already.

    was_at: the path before; in another place everything said is read again, unless it was said
    outright whom it is about. added: what the reporter says now.
    """
    is_elsewhere = issue.path != was_at and not (issue.about_post_id or issue.about_unit_id)
    said = _everything_said(issue) if is_elsewhere else iter([_Said(issue.version, added)])
    answered = {asked.id: asked.answered for asked in asked_of(issue.hints)}
    kept_from = {*issue.hinted_ids, issue.about_post_id, issue.about_unit_id}
    on = timezone.localdate(at)
    found: dict[UUID, Hint] = {}
    for each in said:
        for hint in hinted(each.words, issue.path, on, place=each.place):
            if hint.id not in kept_from and each.version > answered.get(str(hint.id), 0):
                found.setdefault(hint.id, hint)
    return list(found.values())


def _everything_said(issue: Issue) -> Iterator[_Said]:
    """By the reporter: what staff wrote down, somebody of the staff has read."""
    if issue.channel == Channel.PORTAL:
        yield _Said(1, f"{issue.words} {issue.about_words}", issue.place_words)
    if issue.version > _EVENTS_WITHOUT_MORE:
        with scope(SYSTEM):
            told = history_of(issue).filter(actor_kind="reporter").exclude(verb=Move.REPORT)
            later = list(told.values_list("sequence", "words"))
        yield from (_Said(version, words) for version, words in later)
