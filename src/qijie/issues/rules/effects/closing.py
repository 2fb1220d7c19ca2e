"""Verification, the reporter's word, and what may follow an end."""

from dataclasses import replace

from qijie.issues.rules.book import Book
from qijie.issues.rules.effects.orders import opened, recalled, sent
from qijie.issues.rules.facts import (
    CloseFacts,
    Facts,
    JudgeFacts,
    OrderRequest,
    ReviewAppealFacts,
    SendBackFacts,
)
from qijie.issues.rules.matter import Act, Matter
from qijie.issues.rules.relations import level_above
from qijie.issues.rules.vocabulary import Appeal, State, Urgency, Verdict
from qijie.kernel.codes import Level


def _unsolved(matter: Matter) -> Matter:
    """Open again: what was said and reached at the last end no longer holds."""
    return replace(
        matter,
        handled_at=None,
        closed_at=None,
        verdict=None,
        is_on_the_spot=False,
        is_sampled=False,
        awaits_look=False,
        answered_level=None,
        final_answer_given=False,
        follow_up_on=None,
    )


def send_back(matter: Matter, act: Act[SendBackFacts], book: Book) -> Matter:
    """Back to whoever handled it; the second time it is watched from one level up."""
    level = level_above(matter.level) if matter.rework_count else matter.level
    turn = matter.round + 1
    again = replace(
        _unsolved(matter), level=level, round=turn, rework_count=matter.rework_count + 1
    )
    last = matter.main_order
    if last is None:
        return again
    request = OrderRequest(act.facts.order_id, last.unit_id, last.post_id, level=last.level)
    return opened(again, sent(request, turn, act.at, is_main=True))


def close(matter: Matter, act: Act[CloseFacts], book: Book) -> Matter:
    return replace(matter, closed_at=act.at, follow_up_on=act.facts.follow_up_on)


def confirm(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, closed_at=act.at, verdict=Verdict.SOLVED)


def auto_confirm(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """Silence is not satisfaction: closed, and never counted as satisfied."""
    return replace(matter, closed_at=act.at, verdict=Verdict.UNCONFIRMED)


def judge(matter: Matter, act: Act[JudgeFacts], book: Book) -> Matter:
    return replace(matter, verdict=Verdict.SOLVED if act.facts.is_solved else Verdict.NOT_SOLVED)


def not_reached(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """Nobody called back in time: counted apart; a referred matter has no verdict to change."""
    is_judged = matter.verdict is Verdict.NOT_SOLVED
    return replace(matter, verdict=Verdict.NOT_REACHED) if is_judged else matter


def final_answer(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    taken_back = recalled(matter, matter.open_orders, act.at)
    closed_at = matter.closed_at or act.at
    return replace(taken_back, closed_at=closed_at, final_answer_given=True, resume_to=None)


def reopen(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """First where it was, then one level up, and the last time the district's final review.

    A matter that followed another was never handled itself, so this is no review of anything.
    """
    is_last = matter.reopen_count + 1 >= book.numbers.reopenings
    is_final = is_last and matter.state is State.CLOSED
    level = level_above(matter.level) if matter.reopen_count else matter.level
    return replace(
        _unsolved(matter),
        level=max(matter.level, Level.DISTRICT) if is_final else level,
        reopen_count=matter.reopen_count + 1,
        is_final_review=is_final,
        master_id=None,
        is_master_ended=False,
    )


def raised(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """Danger where it was said to be done: it is not, and nobody waits for a verdict on it. Whoever
    was sent and may not see it any more is not who goes there."""
    again = _unsolved(matter) if matter.state is State.HANDLED else matter
    if again.is_kept_from_all_sent:
        again = recalled(again, again.open_orders, act.at)
    return replace(again, urgency=Urgency.URGENT)


def appeal(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, appeal=Appeal.LODGED)


def review_appeal(matter: Matter, act: Act[ReviewAppealFacts], book: Book) -> Matter:
    """The first review only advises; the second, one level up, decides."""
    if matter.appeal is Appeal.LODGED:
        return replace(matter, appeal=Appeal.REVIEWED)
    return replace(matter, appeal=Appeal.UPHELD if act.facts.is_upheld else Appeal.REJECTED)
