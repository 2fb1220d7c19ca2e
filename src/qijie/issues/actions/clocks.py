"""What happens when a clock reaches half, four fifths or its end without anybody moving."""

from datetime import datetime

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.actions.advance import CLOCK_TIMER, moments_of, next_moment
from qijie.issues.actions.closing import auto_confirm
from qijie.issues.actions.intake import ACCEPT_TIMER, accept_by_rule
from qijie.issues.models import Issue
from qijie.issues.queries.matter import matter_of
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.vocabulary import Audience, ClockKind, Move
from qijie.records import actions as records
from qijie.records.models import Timer

_BATCH = 50


def ring(now: datetime) -> int:
    """Serves a batch of due timers, each in the transaction of its effect; returns how many."""
    with scope(SYSTEM):
        timers = records.claim_timers(now, _BATCH)
        records.rung(timers, now)
        for timer in timers:
            _serve(timer, now)
    return len(timers)


def _serve(timer: Timer, now: datetime) -> None:
    if timer.purpose == ACCEPT_TIMER:
        accept_by_rule(timer.subject_id, at=now)
    elif timer.purpose == CLOCK_TIMER:
        _clock_rang(timer, now)


def _clock_rang(timer: Timer, now: datetime) -> None:
    issue = Issue.objects.select_related("master").filter(pk=timer.subject_id).first()
    if issue is None:
        return
    matter = matter_of(issue)
    due = [
        clock for clock in matter.clocks if clock.is_running and timer.due_at in moments_of(clock)
    ]
    if any(clock.kind is ClockKind.CONFIRM_WINDOW and clock.due_at <= now for clock in due):
        if _confirmed_by_itself(issue, now):
            return
    told = [warning for clock in due for warning in _warnings(clock, timer.due_at)]
    if told:
        records.tell_later(told, region_code=issue.region_code, subject_id=issue.pk, at=now)
    _wind_again(issue, matter, now)


def _confirmed_by_itself(issue: Issue, now: datetime) -> bool:
    try:
        auto_confirm(issue.pk, at=now)
    except Refused:
        return False
    return True


def _warnings(clock: Clock, moment: datetime) -> list[dict[str, str]]:
    """Half and four fifths go to whoever holds the step; the end also to the supervisor."""
    if clock.kind.is_window:
        return []
    audiences = [Audience.NEXT_HOLDER]
    if moment >= clock.due_at:
        audiences.append(Audience.SUPERVISOR)
    return [
        {
            "audience": audience.value,
            "move": Move.URGE.value,
            "order": str(clock.order_id or ""),
            "sentence": _sentence(clock, moment),
        }
        for audience in audiences
    ]


def _sentence(clock: Clock, moment: datetime) -> str:
    if moment >= clock.due_at:
        return f"{clock.kind.label}时限已到，请尽快办理。"
    share = "八成" if moment == clock.soon_at else "一半"
    return f"{clock.kind.label}时限已用{share}，请留意。"


def _wind_again(issue: Issue, matter: Matter, now: datetime) -> None:
    moment = next_moment(matter, now)
    if moment is not None:
        records.set_timers(
            [
                Timer(
                    region_code=issue.region_code,
                    subject_id=issue.pk,
                    purpose=CLOCK_TIMER,
                    due_at=moment,
                )
            ]
        )
