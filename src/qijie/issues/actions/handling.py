"""How a matter is handled: solve on the spot, dispatch, sign for, done, return, recall."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qijie.access.viewer import Viewer
from qijie.issues.actions.advance import advance
from qijie.issues.models import Issue
from qijie.issues.queries.choices import family_of
from qijie.issues.rules.facts import (
    DirectFacts,
    DispatchFacts,
    DoneFacts,
    OrderFacts,
    OrderRequest,
    ReturnFacts,
    SolveFacts,
)
from qijie.issues.rules.vocabulary import Evidence, Move, ReturnReason, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.ids import new_id
from qijie.records.photos import Photo


def solve(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    words: str,
    photos: Sequence[Photo] = (),
    evidence: Sequence[Evidence] = (),
    category: str = "",
    device_at: datetime | None = None,
    seen: int | None = None,
) -> Issue:
    """Solved on the spot by the grid's worker, or answered by the desk. A photo is evidence."""
    shown = {*evidence, *((Evidence.PHOTO_AFTER,) if photos else ())}
    facts = SolveFacts(
        order_id=new_id(),
        family=family_of(category),
        category=category or None,
        evidence=tuple(sorted(shown)),
        photos=tuple(new_id() for _ in photos),
    )
    return advance(
        issue_id,
        Move.SOLVE,
        facts,
        by=by,
        at=at,
        words=words,
        device_at=device_at,
        seen=seen,
        photos=photos,
        photo_purpose="after",
    )


def dispatch(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    unit_id: UUID | None = None,
    post_id: UUID | None = None,
    unit_level: Level | None = None,
    unit_path: str = "",
    words: str = "",
    seen: int | None = None,
) -> Issue:
    """Sends the main order to one unit or one post."""
    main = OrderRequest(
        id=new_id(),
        unit_id=unit_id,
        post_id=post_id,
        is_main=True,
        level=unit_level,
        path=unit_path,
    )
    facts = DispatchFacts(orders=(main,))
    return advance(issue_id, Move.DISPATCH, facts, by=by, at=at, words=words, seen=seen)


def direct_urgent(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    unit_id: UUID,
    unit_level: Level,
    category: str = "",
    condition: str = "",
    words: str = "",
    seen: int | None = None,
) -> Issue:
    """Sends an urgent matter straight to the unit on duty, without filing first."""
    order = OrderRequest(id=new_id(), unit_id=unit_id, is_main=True, level=unit_level)
    facts = DirectFacts(
        order=order,
        family=family_of(category),
        category=category or None,
        condition=condition or None,
        urgency=Urgency.URGENT,
    )
    return advance(issue_id, Move.DIRECT_URGENT, facts, by=by, at=at, words=words, seen=seen)


def sign(
    issue_id: UUID, *, order_id: UUID, by: Viewer, at: datetime, seen: int | None = None
) -> Issue:
    return advance(issue_id, Move.SIGN, OrderFacts(order_id=order_id), by=by, at=at, seen=seen)


def make_safe(
    issue_id: UUID, *, order_id: UUID, by: Viewer, at: datetime, words: str, seen: int | None = None
) -> Issue:
    """The danger is out of the way; what is broken is mended afterwards."""
    facts = OrderFacts(order_id=order_id)
    return advance(issue_id, Move.MAKE_SAFE, facts, by=by, at=at, words=words, seen=seen)


def done(
    issue_id: UUID,
    *,
    order_id: UUID,
    by: Viewer,
    at: datetime,
    words: str,
    evidence: Sequence[Evidence] = (),
    photos: Sequence[Photo] = (),
    device_at: datetime | None = None,
    seen: int | None = None,
) -> Issue:
    """The unit's outcome, with the evidence the filing condition asks for."""
    facts = DoneFacts(
        order_id=order_id,
        evidence=tuple(evidence),
        photos=tuple(new_id() for _ in photos),
    )
    return advance(
        issue_id,
        Move.DONE,
        facts,
        by=by,
        at=at,
        words=words,
        device_at=device_at,
        seen=seen,
        photos=photos,
        photo_purpose="after",
    )


def return_order(
    issue_id: UUID,
    *,
    order_id: UUID,
    by: Viewer,
    at: datetime,
    reason: ReturnReason | None,
    words: str = "",
    seen: int | None = None,
) -> Issue:
    facts = ReturnFacts(order_id=order_id, reason=reason, make_safe_order_id=new_id())
    return advance(issue_id, Move.RETURN_ORDER, facts, by=by, at=at, words=words, seen=seen)


def recall(
    issue_id: UUID,
    *,
    order_id: UUID,
    by: Viewer,
    at: datetime,
    words: str,
    seen: int | None = None,
) -> Issue:
    facts = OrderFacts(order_id=order_id)
    return advance(issue_id, Move.RECALL, facts, by=by, at=at, words=words, seen=seen)
