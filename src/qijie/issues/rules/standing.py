"""How a deadline stands at a moment, and once it has stopped, whether it was kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.vocabulary import ClockKind, Move, OrderState, Standing, State


def standing(clock: Clock, now: datetime) -> Standing:
    if clock.stopped_at is not None:
        return _at_its_end(clock)
    if clock.paused_at is not None:
        return Standing.PAUSED
    return _by_moments(clock.due_at, clock.soon_at, now)


def _at_its_end(clock: Clock) -> Standing:
    """Only what was done was done in time: an order given back is no order kept."""
    if clock.is_met:
        return Standing.MISSED if clock.was_late else Standing.MET
    return Standing.ENDED_LATE if clock.was_late else Standing.ENDED


def pressing(matter: Matter) -> Clock | None:
    """The running clock that ends first; windows only close a right and press nobody."""
    running = (clock for clock in matter.clocks if clock.is_running and not clock.kind.is_window)
    return min(
        running, key=lambda clock: (clock.due_at, clock.soon_at or clock.due_at), default=None
    )


def standing_by(
    state: State, due_at: datetime | None, soon_at: datetime | None, now: datetime
) -> Standing | None:
    """How a matter stands by the moments kept of its pressing clock; None where none runs."""
    if state is State.SUSPENDED:
        return Standing.PAUSED
    return _by_moments(due_at, soon_at, now) if due_at else None


def _by_moments(due_at: datetime, soon_at: datetime | None, now: datetime) -> Standing:
    if now > due_at:
        return Standing.OVERDUE
    return Standing.DUE_SOON if soon_at is not None and now >= soon_at else Standing.ON_TIME


# The moves that do what a clock of the matter times; any other end of it leaves that undone.
_DECISIONS = frozenset(
    {
        Move.ACCEPT,
        Move.VOID,
        Move.DIRECT_URGENT,
        Move.FILE,
        Move.SOLVE,
        Move.CONVENE,
        Move.WHISTLE,
        Move.MERGE,
        Move.REFER,
    }
)
_DONE_BY: Mapping[ClockKind, frozenset[Move]] = {
    ClockKind.ACCEPT: _DECISIONS,
    ClockKind.FIRST_ANSWER: _DECISIONS | {Move.ANSWER},
    ClockKind.FILE: frozenset({Move.FILE, Move.SOLVE, Move.CONVENE, Move.WHISTLE}),
    ClockKind.NAME_OWNER: frozenset(
        {Move.DISPATCH, Move.RULE_ON_RETURNS, Move.SOLVE, Move.CONVENE, Move.RECLASSIFY}
    ),
    ClockKind.HANDLE: frozenset({Move.COMPLETE, Move.SOLVE}),
    ClockKind.MAKE_SAFE: frozenset({Move.MAKE_SAFE, Move.COMPLETE, Move.SOLVE}),
    ClockKind.RULING: frozenset({Move.RULE_ON_RETURNS}),
    ClockKind.VERIFY: frozenset({Move.CLOSE, Move.SEND_BACK}),
    ClockKind.URGE_ANSWER: frozenset({Move.ANSWER}),
    ClockKind.SUPERVISE_ANSWER: frozenset({Move.ANSWER}),
    ClockKind.CALL_BACK: frozenset({Move.REOPEN, Move.SEND_BACK, Move.FINAL_ANSWER}),
    ClockKind.FOLLOW_UP: frozenset({Move.ANSWER}),
    ClockKind.REVIEW: frozenset({Move.RESUME}),
}


def judged(before: Matter, after: Matter, move: Move) -> Matter:
    """The clocks this move stopped, each with whether what it timed was done."""
    was_live = [clock.is_live for clock in before.clocks]
    clocks = [
        replace(clock, is_met=_is_kept(clock, after, move))
        if clock.stopped_at is not None and was
        else clock
        for clock, was in zip(after.clocks, was_live, strict=False)
    ]
    return replace(after, clocks=(*clocks, *after.clocks[len(clocks) :]))


def _is_kept(clock: Clock, matter: Matter, move: Move) -> bool:
    order = matter.order(clock.order_id)
    if clock.is_replaced:
        return False
    if order is None:
        return move in _DONE_BY.get(clock.kind, frozenset())
    if clock.kind is ClockKind.MAKE_SAFE and order.made_safe_at is not None:
        # What was made safe before the clock began was another danger.
        return order.made_safe_at >= clock.started_at or order.state is OrderState.DONE
    if clock.kind in (ClockKind.SIGN, ClockKind.CONVENE_ANSWER) and order.signed_at is not None:
        return True
    return order.state is OrderState.DONE
