"""How a matter ends and may come back: send back, close, confirm, reopen."""

from datetime import date, datetime
from uuid import UUID

from qijie.access.viewer import SYSTEM, Viewer
from qijie.issues.actions.advance import advance
from qijie.issues.models import Issue
from qijie.issues.rules.facts import CloseFacts, ConfirmFacts, Facts, JudgeFacts, SendBackFacts
from qijie.issues.rules.vocabulary import Move
from qijie.kernel.ids import new_id


def send_back(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str, seen: int | None = None
) -> Issue:
    facts = SendBackFacts(order_id=new_id())
    return advance(issue_id, Move.SEND_BACK, facts, by=by, at=at, words=words, seen=seen)


def close(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    is_standard_met: bool,
    words: str = "",
    follow_up_on: date | None = None,
    seen: int | None = None,
) -> Issue:
    facts = CloseFacts(is_standard_met=is_standard_met, follow_up_on=follow_up_on)
    return advance(issue_id, Move.CLOSE, facts, by=by, at=at, words=words, seen=seen)


def confirm(
    issue_id: UUID, *, by: Viewer, at: datetime, is_satisfied: bool | None, words: str = ""
) -> Issue:
    facts = ConfirmFacts(is_satisfied=is_satisfied)
    return advance(issue_id, Move.CONFIRM, facts, by=by, at=at, words=words)


def judge(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    is_solved: bool | None,
    is_satisfied: bool | None,
    words: str = "",
    is_danger: bool | None = None,
) -> Issue:
    """The reporter's answer to the two questions at the end."""
    facts = JudgeFacts(is_solved=is_solved, is_satisfied=is_satisfied)
    return advance(issue_id, Move.JUDGE, facts, by=by, at=at, words=words, is_danger=is_danger)


def auto_confirm(issue_id: UUID, *, at: datetime) -> Issue:
    return advance(issue_id, Move.AUTO_CONFIRM, Facts(), by=SYSTEM, at=at)


def final_answer(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str, seen: int | None = None
) -> Issue:
    """What can and cannot be done, in writing; open to one objection one level up."""
    return advance(issue_id, Move.FINAL_ANSWER, Facts(), by=by, at=at, words=words, seen=seen)


def not_reached(issue_id: UUID, *, at: datetime) -> Issue:
    """A call-back nobody made in its time ends with an event of its own."""
    return advance(issue_id, Move.NOT_REACHED, Facts(), by=SYSTEM, at=at)


def reopen(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    words: str,
    seen: int | None = None,
    is_danger: bool | None = None,
) -> Issue:
    return advance(
        issue_id,
        Move.REOPEN,
        Facts(),
        by=by,
        at=at,
        words=words,
        seen=seen,
        is_danger=is_danger,
    )
