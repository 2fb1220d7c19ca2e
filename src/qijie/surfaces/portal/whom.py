"""Whom a resident's words may mean, as far as anybody may know: asked in one line before sending.

A stranger learns nothing: units stand in the form's own list, posts and their holders on the
notice boards. Whoever is not named there is not asked about, by name or by title.
"""

from datetime import datetime

from django.utils import timezone

from qijie.boards.queries import posts_named
from qijie.issues.actions import NewReport
from qijie.issues.queries.concerned import POST, UNIT, Choice
from qijie.issues.queries.naming import hinted

MOST_ASKED = 3


def may_mean(new: NewReport, path: str, at: datetime) -> list[Choice]:
    """The form's choices the words may mean, the plainest first; none where one was chosen.

    path: where the report lies.
    """
    if new.about_post_id or new.about_unit_id:
        return []
    on = timezone.localdate(at)
    found = hinted(f"{new.words} {new.about_words}", path, on, place=new.place_words)
    on_boards = {post.pk for post in posts_named(path, on)} if found else set()
    known = [hint for hint in found if hint.is_unit or hint.id in on_boards]
    by_name = {hint.name: hint for hint in sorted(known, key=lambda hint: len(hint.words))}
    plainest = sorted(by_name.values(), key=lambda hint: -len(hint.words))[:MOST_ASKED]
    return [(f"{UNIT if hint.is_unit else POST}:{hint.id}", hint.name) for hint in plainest]
