"""Whom the words seem to name where the matter lies now. Private to `actions`.

A proposal reckoned at the report knows the people of that place alone. At another place, and with
every word the reporter adds, it is reckoned again; nobody is asked about twice.
"""

from datetime import datetime

from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from qijie.issues.queries.matter import history_of
from qijie.issues.queries.naming import hinted
from qijie.issues.rules.naming import Hint
from qijie.issues.rules.vocabulary import Channel, Move

_EVENTS_WITHOUT_MORE = 2
"""The report, and the move that is being made."""


def newly_named(issue: Issue, *, was_at: str, added: str, at: datetime) -> list[Hint]:
    """Whom nobody was asked about yet; empty where it was said outright whom it is about.

    was_at: the path before; in another place everything said is read again. added: what the
    reporter says now.
    """
    if issue.about_post_id or issue.about_unit_id:
        return []
    is_elsewhere = issue.path != was_at
    is_portal = issue.channel == Channel.PORTAL
    said = _everything_said(issue) if is_elsewhere else added
    place = issue.place_words if is_elsewhere and is_portal else ""
    asked = {known for known, _, _ in issue.hints}
    found = hinted(said, issue.path, timezone.localdate(at), place=place)
    return [hint for hint in found if str(hint.id) not in asked]


def as_kept(hints: list[Hint]) -> list[list[str]]:
    """With the word each goes by, as `Issue.hints` has it."""
    return [[str(hint.id), hint.name, hint.words] for hint in hints]


def _everything_said(issue: Issue) -> str:
    """By the reporter: what staff wrote down, somebody of the staff has read."""
    own = [issue.words, issue.about_words] if issue.channel == Channel.PORTAL else []
    if issue.version > _EVENTS_WITHOUT_MORE:
        with scope(SYSTEM):
            told = history_of(issue).filter(actor_kind="reporter").exclude(verb=Move.REPORT)
            own += told.values_list("words", flat=True)
    return " ".join(own)
