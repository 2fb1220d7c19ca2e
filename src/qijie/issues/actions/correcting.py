"""What mends a wrong click: whom it is about, where it lies, what kind it is."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role, Viewer
from qijie.issues.actions.advance import NotVisible, advance
from qijie.issues.models import Issue
from qijie.issues.queries.aiming import concerned_in, rung_without
from qijie.issues.queries.choices import family_of
from qijie.issues.queries.lists import visible_to
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.facts import (
    AboutFacts,
    Classified,
    DeclineFacts,
    Facts,
    MoveFacts,
    RefuseMoveFacts,
)
from qijie.issues.rules.vocabulary import Move
from qijie.kernel.codes import Level, ancestors, path_at
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.teams.queries import lowest_desk, posts_with_roles_over
from qijie.territory.queries import level_of, locate, node_at


def about(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    post_id: UUID | None = None,
    unit_id: UUID | None = None,
    words: str = "",
    seen: int | None = None,
) -> Issue:
    """Says whom a matter is about, or, with nobody named, that it is about nobody after all."""
    path, on = _visible(issue_id, by).path, timezone.localdate(at)
    if post_id is None and unit_id is None:
        facts = AboutFacts(level=lowest_desk(path, on) or level_of(path))
    else:
        concerned = concerned_in(path, on, post_id=post_id, unit_id=unit_id)
        facts = AboutFacts(
            level=concerned.aim.level,
            post_id=post_id,
            unit_id=unit_id,
            user_ids=concerned.user_ids,
            path=concerned.path,
            hidden_level=concerned.aim.hidden_level,
            stand_in_roles=concerned.aim.stand_in_roles,
        )
    return advance(issue_id, Move.ABOUT, facts, by=by, at=at, words=words, seen=seen)


def not_meant(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str = "", seen: int | None = None
) -> Issue:
    """Says that those whom the words seem to name are not meant by what was said so far."""
    return advance(issue_id, Move.NOT_MEANT, Facts(), by=by, at=at, words=words, seen=seen)


@transaction.atomic
def move(
    issue_id: UUID, *, by: Viewer, at: datetime, path: str, words: str, seen: int | None = None
) -> Issue:
    """Puts a matter where it belongs: a community, or a grid of one."""
    issue, on = _visible(issue_id, by), timezone.localdate(at)
    node = node_at(path, on)
    if node is None:
        raise Refused("unknown_place", "改到哪里：没有这个社区或网格，请重新选择。", "path")
    if path_at(path, Level.DISTRICT) != issue.region_code:
        raise Refused("other_region", "改到哪里：不在本区，请改为转介给那里的单位。", "path")
    around = node.parent.name if node.kind == "grid" and node.parent else ""
    facts = MoveFacts(
        path=path,
        grid_path=path if node.kind == "grid" else None,
        level=_level_at(issue, path, on),
        place_name=f"{around}{node.name}",
        from_path=issue.path,
        from_point=f"{issue.point.x:.6f},{issue.point.y:.6f}" if issue.point else "",
    )
    moved = advance(issue_id, Move.MOVE, facts, by=by, at=at, words=words, seen=seen)
    _forget_wrong_point(moved, on)
    return moved


def _level_at(issue: Issue, path: str, on: date) -> Level:
    """The lowest desk there; what is about somebody does not come down by being moved."""
    lowest = lowest_desk(path, on) or level_of(path)
    if issue.hinted_ids:
        lowest = rung_without(issue.hinted_ids, path, lowest, on)
    return max(lowest, Level(issue.level)) if issue.about_path else lowest


def _forget_wrong_point(issue: Issue, on: date) -> None:
    """A point outside the new place was the mistake; the event keeps it."""
    if issue.point is None:
        return
    spot = Coordinate(issue.point.x, issue.point.y, CoordinateSystem.CGCS2000)
    found = locate(spot, on)
    if found is None or not found.path.startswith(issue.path):
        with scope(SYSTEM):
            Issue.objects.filter(pk=issue.pk).update(point=None)


def refuse_move(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str, seen: int | None = None
) -> Issue:
    """Once, with a reason; then the lowest desk over both places says where it belongs."""
    issue, on = _visible(issue_id, by), timezone.localdate(at)
    facts = RefuseMoveFacts(level=_common_desk(issue, on))
    return advance(issue_id, Move.REFUSE_MOVE, facts, by=by, at=at, words=words, seen=seen)


def _common_desk(issue: Issue, on: date) -> Level:
    """The lowest rung above the matter's whose desk covers both places."""
    common = set(ancestors(issue.moved_from)) & set(ancestors(issue.path))
    desks = posts_with_roles_over(issue.path, [Role.DESK], on)
    above = [
        Level(desk.level)
        for desk in desks
        if desk.path in common and Level(desk.level) > Level(issue.level)
    ]
    return min(above, default=Level(issue.level))


def ask_reclassify(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    category: str,
    condition: str = "",
    words: str,
    seen: int | None = None,
) -> Issue:
    """Proposed to a second person, where the deadline gets later."""
    facts = _classified(category, condition)
    return advance(issue_id, Move.ASK_RECLASSIFY, facts, by=by, at=at, words=words, seen=seen)


def reclassify(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    category: str,
    condition: str = "",
    words: str,
    seen: int | None = None,
) -> Issue:
    facts = _classified(category, condition)
    return advance(issue_id, Move.RECLASSIFY, facts, by=by, at=at, words=words, seen=seen)


def _classified(category: str, condition: str) -> Classified:
    return Classified(
        family=family_of(category), category=category or None, condition=condition or None
    )


def decline(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    request: Move,
    words: str,
    seen: int | None = None,
) -> Issue:
    """Says no to what a colleague asked for."""
    facts = DeclineFacts(request=request)
    return advance(issue_id, Move.DECLINE, facts, by=by, at=at, words=words, seen=seen)


def _visible(issue_id: UUID, by: Viewer) -> Issue:
    issue = visible_to(by).filter(pk=issue_id).first()
    if issue is None:
        raise NotVisible(issue_id)
    return issue
