"""Open matters move with their ground when grids are drawn anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qijie.access.viewer import SYSTEM
from qijie.issues.actions.advance import advance
from qijie.issues.models import Issue
from qijie.issues.rules.facts import RegridFacts
from qijie.issues.rules.vocabulary import Move


def regrid(
    issue_id: UUID,
    *,
    grid_path: str,
    words: str,
    ended_posts: Sequence[UUID] = (),
    to_post: UUID | None = None,
    at: datetime,
) -> Issue:
    """Puts an open matter into the grid its place lies in from that day; nobody outside is told.

    ended_posts: posts that ended with their grid; what they still hold of it goes to `to_post`.
    Raises Refused for a matter that ended or lies in no grid.
    """
    facts = RegridFacts(grid_path=grid_path, ended_posts=tuple(ended_posts), to_post=to_post)
    return advance(issue_id, Move.REGRID, facts, by=SYSTEM, at=at, words=words)
