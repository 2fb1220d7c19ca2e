"""What happens when a clock reaches half, four fifths or its end without anybody moving."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.actions.advance import CLOCK_TIMER, clock_timer, moments_of
from qijie.issues.actions.closing import auto_confirm, not_reached
from qijie.issues.actions.failing import leave_for_later
from qijie.issues.actions.intake import ACCEPT_TIMER, accept_by_rule
from qijie.issues.models import Issue
from qijie.issues.queries.book import book
from qijie.issues.queries.matter import matter_of
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.vocabulary import Audience, ClockKind, Move, Urgency
from qijie.records import actions as records
from qijie.records.models import Timer

_BATCH = 20
_log = logging.getLogger(__name__)


def ring(now: datetime) -> int:
    """Serves a batch of due timers, each in the transaction of its effect; returns how many.

    A timer whose matter somebody is moving right now waits for the next round: whoever moves it
    holds the matter and wants its timers, so waiting for the matter here would be a deadlock.
    """
    with scope(SYSTEM):
        timers = records.claim_timers(now, _BATCH, purposes=(ACCEPT_TIMER, CLOCK_TIMER))
        served = [timer for timer in timers if _is_served(timer, now)]
        records.rung(served, now)
    return len(served)


def _is_served(timer: Timer, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _serve(timer, now)
    except Exception:
        # One broken matter must not stop everybody else's clocks; it is tried again later.
        _log.exception("Timer %s of %s failed", timer.purpose, timer.subject_id)
        leave_for_later(timer, now, number="时钟不走", what="有一件事项的定时工作")
        return False


def _serve(timer: Timer, now: datetime) -> bool:
    free = Issue.objects.select_for_update(skip_locked=True, of=("self",))
    issue = free.select_related("master").filter(pk=timer.subject_id).first()
    if issue is None:
        return not Issue.objects.filter(pk=timer.subject_id).exists()
    if timer.purpose == ACCEPT_TIMER:
        accept_by_rule(issue.pk, at=now)
    elif timer.purpose == CLOCK_TIMER:
        _clock_rang(issue, timer.due_at, now)
    return True


def _clock_rang(issue: Issue, since: datetime, now: datetime) -> None:
    """Everything that came due since the timer was set for, however late it is served."""
    matter = matter_of(issue)
    due = {clock: passed for clock in matter.clocks if (passed := _passed(clock, since, now))}
    if _is_moved_by_itself(issue, due, now):
        return
    for clock, moment in due.items():
        if told := _warnings(clock, moment, matter.urgency):
            records.tell_later(told, region_code=issue.region_code, subject_id=issue.pk, at=now)
    _wind_again(issue, matter, now)


def _passed(clock: Clock, since: datetime, now: datetime) -> datetime | None:
    """The last moment of a running clock that came in this stretch; earlier ones need no word."""
    if not clock.is_running:
        return None
    return max((at for at in moments_of(clock) if since <= at <= now), default=None)


# What happens by itself when such a clock has run out.
_BY_ITSELF = {ClockKind.CONFIRM_WINDOW: auto_confirm, ClockKind.CALL_BACK_WINDOW: not_reached}


def _is_moved_by_itself(issue: Issue, due: Iterable[Clock], now: datetime) -> bool:
    over = {clock.kind for clock in due if clock.due_at <= now}
    return any(kind in over and _is_done(move, issue, now) for kind, move in _BY_ITSELF.items())


def _is_done(move: Callable[..., Issue], issue: Issue, now: datetime) -> bool:
    try:
        move(issue.pk, at=now)
    except Refused:
        return False
    return True


def _warnings(clock: Clock, moment: datetime, urgency: Urgency) -> list[dict[str, str]]:
    """Half and four fifths go to whoever holds the step; the end also to the supervisor."""
    if clock.kind.is_window:
        return []
    # An order's clock is the concern of the unit that has this order, not of the others.
    audiences = [Audience.UNIT if clock.order_id else Audience.NEXT_HOLDER]
    if moment >= clock.due_at:
        audiences.append(Audience.SUPERVISOR)
    return [
        {
            "audience": audience.value,
            "move": Move.URGE.value,
            "order": str(clock.order_id or ""),
            "sentence": _sentence(clock, moment, urgency),
        }
        for audience in audiences
    ]


def _sentence(clock: Clock, moment: datetime, urgency: Urgency) -> str:
    if moment >= clock.due_at:
        return f"{clock.kind.label}时限已到，请尽快办理。"
    percents = book().warnings(clock.kind, urgency)
    used = percents[-1] if moment == clock.soon_at else percents[0]
    return f"{clock.kind.label}时限已用{used}%，请留意。"


def _wind_again(issue: Issue, matter: Matter, now: datetime) -> None:
    timer = clock_timer(issue, matter, now)
    if timer is not None:
        records.set_timers([timer])
