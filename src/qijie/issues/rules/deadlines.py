"""Starting, stopping, pausing and recomputing clocks, and how a clock stands at a moment.

A matter's handling deadline counts from filing and never moves because of who works on it; each
order's own deadline counts from its own dispatch, so nobody inherits another's lateness. The date
promised to the resident is the matter's handling deadline plus the time to verify, worked out when
a handling clock first starts, and moves only with the rows of the table that say so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from qijie.issues.rules.book import Book
from qijie.issues.rules.clockwork import CLOCKS_OF_ORDER, ClockEffect, Span, Turn
from qijie.issues.rules.facts import Classified, Facts, end_of
from qijie.issues.rules.guards import Case
from qijie.issues.rules.matter import Act, Clock, Matter, Order, Pause
from qijie.issues.rules.moments import moment_in_words
from qijie.issues.rules.standing import judged
from qijie.issues.rules.vocabulary import ClockKind, Family, OrderState, Stage, Urgency
from qijie.kernel.working_time import (
    Limit,
    LimitUnit,
    due_at,
    explain,
    halved,
    moment_at_share,
    resume_due_at,
)


@dataclass(frozen=True, slots=True)
class Turning:
    """One row's clock effects at work: the matter before, the act, and the book."""

    before: Matter
    act: Act[Facts]
    book: Book


def handling_due_at(matter: Matter) -> datetime | None:
    clock = matter.live(ClockKind.HANDLE)
    return clock.due_at if clock else None


def turn(matter: Matter, effects: Iterable[ClockEffect], turning: Turning) -> Matter:
    """The matter with its clocks as the row says; clocks of ended orders stop by themselves."""
    for effect in effects:
        if effect.when is None or effect.when.holds(_case(matter, turning)):
            turned = _TURNS[effect.turn](matter, effect, turning)
            is_moved = turned.clocks != matter.clocks
            promises = effect.promises or matter.promised_at is None
            matter = _promised(turned, turning.book) if is_moved and promises else turned
    return judged(turning.before, _stop_ended_orders(matter, turning.act.at), turning.act.move)


def reckoned_later(matter: Matter, facts: Classified, book: Book) -> bool:
    """Whether another class would make the matter's handling deadline later than it is."""
    clock = matter.live(ClockKind.HANDLE)
    if clock is None:
        return False
    return _reckoned_again(clock, classified(matter, facts), book).due_at > clock.due_at


def classified(matter: Matter, facts: Classified) -> Matter:
    """A condition belongs to its category: another category without one leaves it open."""
    is_other = facts.category is not None and facts.category != matter.category
    return replace(
        matter,
        family=facts.family or matter.family,
        category=facts.category or matter.category,
        condition=facts.condition or (None if is_other else matter.condition),
        urgency=facts.urgency or matter.urgency,
    )


# Which limit, and in which words it came about


@dataclass(frozen=True, slots=True)
class _Rule:
    limit: Limit
    words: str
    is_half: bool = False


def _rule_of(kind: ClockKind, matter: Matter, book: Book) -> _Rule | None:
    if kind is ClockKind.HANDLE:
        return _handling_rule(matter, book)
    if kind is ClockKind.MAKE_SAFE:
        return _making_safe_rule(matter, book)
    return _Rule(book.limit(kind, matter.urgency), f"{kind.label}时限（{matter.urgency.label}）")


def _making_safe_rule(matter: Matter, book: Book) -> _Rule | None:
    """The condition's own. What is urgent always has one, and by the wall clock: a stage reckoned
    in working time could end tomorrow."""
    condition = book.condition(matter.condition)
    staged = condition.limit_of(Stage.MAKE_SAFE) if condition else None
    if matter.urgency is not Urgency.URGENT:
        return _Rule(staged, f"立案条件 {matter.condition} 的止险时限") if staged else None
    own = staged or (condition.limit if condition else None)
    if own and own.unit is LimitUnit.URGENT_HOUR:
        return _Rule(own, f"立案条件 {matter.condition} 的紧急时限")
    return _Rule(
        book.limit(ClockKind.MAKE_SAFE, Urgency.URGENT), "条件未设紧急时限，按紧急止险时限"
    )


def _handling_rule(matter: Matter, book: Book) -> _Rule:
    condition = book.condition(matter.condition)
    limit = condition and (condition.limit or condition.limit_of(Stage.RESTORE))
    if limit:
        return _Rule(limit, f"立案条件 {matter.condition} 的处置时限")
    family = matter.family or Family.OTHER
    return _Rule(book.family_limits[family], f"条件未设时限，按“{family.label}”大类默认时限")


def _clock(
    rule: _Rule, kind: ClockKind, start: datetime, matter: Matter, book: Book, order_id: UUID | None
) -> Clock:
    calendar = book.calendar(matter.path)
    due = due_at(start, rule.limit, calendar)
    percents = book.warnings(kind, matter.urgency)

    def at_percent(percent: int) -> datetime:
        return moment_at_share(start, rule.limit, Decimal(percent) / 100, calendar)

    return Clock(
        kind=kind,
        order_id=order_id,
        started_at=start,
        due_at=due,
        limit=rule.limit,
        warn_at=at_percent(percents[0]) if len(percents) > 1 else None,
        soon_at=at_percent(percents[-1]),
        rule=rule.words,
        is_half=rule.is_half,
        calendar_version=calendar.version,
        explanation=explain(start, rule.limit, due, calendar),
    )


def _clock_until(
    kind: ClockKind, start: datetime, until: datetime, percents: tuple[int, ...]
) -> Clock:
    whole = until - start
    return Clock(
        kind=kind,
        started_at=start,
        due_at=until,
        warn_at=start + whole * percents[0] / 100 if len(percents) > 1 else None,
        soon_at=start + whole * percents[-1] / 100,
        rule=f"{kind.label}：指定日期",
        explanation=f"经办人指定的日期，到 {moment_in_words(until)}。",
    )


# Turns


def _case(matter: Matter, turning: Turning) -> Case:
    act = turning.act
    return Case(matter, act.actor, act.at, turning.book.numbers)


def _start(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    for kind in effect.kinds:
        if matter.live(kind) is None:
            clock = _new_clock(kind, matter, effect.span, turning)
            matter = replace(matter, clocks=(*matter.clocks, clock)) if clock else matter
    return matter


def _new_clock(kind: ClockKind, matter: Matter, span: Span, turning: Turning) -> Clock | None:
    at = turning.act.at
    if span is Span.NAMED:
        until = turning.act.facts.until
        percents = turning.book.warnings(kind, matter.urgency)
        return _clock_until(kind, at, until, percents) if until else None
    rule = _rule_of(kind, matter, turning.book)
    if rule is None:
        return None
    if span is Span.AFTER_FOLLOW_UP and matter.follow_up_on is not None:
        at = max(at, end_of(matter.follow_up_on))
    return _clock(_shared(rule, span is Span.HALF), kind, at, matter, turning.book, None)


def _shared(rule: _Rule, is_half: bool) -> _Rule:
    return _Rule(halved(rule.limit), f"{rule.words}减半", is_half=True) if is_half else rule


def _time_orders(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    known = {order.id for order in turning.before.orders}
    new = [order for order in matter.orders if order.id not in known and order.is_open]
    clocks = [
        _clock(
            _shared(rule, effect.span is Span.HALF),
            kind,
            order.sent_at,
            matter,
            turning.book,
            order.id,
        )
        for order in new
        for kind in _kinds_for(order, matter)
        if (rule := _rule_of(kind, matter, turning.book)) is not None
    ]
    return replace(matter, clocks=(*matter.clocks, *clocks))


def _start_orders(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    clocks = [
        _clock(rule, kind, turning.act.at, matter, turning.book, order.id)
        for order in matter.open_orders
        for kind in effect.kinds
        if kind in CLOCKS_OF_ORDER[order.purpose] and matter.live(kind, order.id) is None
        if (rule := _rule_of(kind, matter, turning.book)) is not None
    ]
    return replace(matter, clocks=(*matter.clocks, *clocks))


def _kinds_for(order: Order, matter: Matter) -> tuple[ClockKind, ...]:
    over = {ClockKind.SIGN} if order.state is OrderState.SIGNED else set()
    if matter.is_made_safe:
        over.add(ClockKind.MAKE_SAFE)
    return tuple(kind for kind in CLOCKS_OF_ORDER[order.purpose] if kind not in over)


def _stop(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    order_id = getattr(turning.act.facts, "order_id", None) if effect.of_this_order else None

    def is_meant(clock: Clock) -> bool:
        if not effect.kinds:
            return True
        return clock.kind in effect.kinds and clock.order_id == order_id

    return _change(matter, is_meant, lambda clock: replace(clock, stopped_at=turning.act.at))


def _pause(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    return _change(
        matter,
        lambda clock: clock.is_running,
        lambda clock: replace(clock, paused_at=turning.act.at),
    )


def _go_on(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    return _change(
        matter,
        lambda clock: clock.paused_at is not None,
        lambda clock: _resumed(clock, matter, turning),
    )


def _resumed(clock: Clock, matter: Matter, turning: Turning) -> Clock:
    if clock.paused_at is None:
        return clock
    pause = Pause(clock.paused_at, turning.act.at)
    later = _shifted(clock, pause, matter, turning.book)
    return replace(later, paused_at=None, pauses=(*clock.pauses, pause))


def _shifted(clock: Clock, pause: Pause, matter: Matter, book: Book) -> Clock:
    """The clock with every moment after the pause moved on; a date somebody named stays."""
    limit, calendar = clock.limit, book.calendar(matter.path)
    if limit is None:
        return clock

    def later(moment: datetime) -> datetime:
        return resume_due_at(moment, pause.from_at, pause.to_at, limit, calendar)

    due = later(clock.due_at)
    return replace(
        clock,
        due_at=due,
        warn_at=later(clock.warn_at) if clock.warn_at else None,
        soon_at=later(clock.soon_at) if clock.soon_at else None,
        explanation=f"{clock.explanation}{_pause_in_words(pause, due)}",
    )


def _pause_in_words(pause: Pause, due: datetime) -> str:
    since, until = moment_in_words(pause.from_at), moment_in_words(pause.to_at)
    return f"其间 {since} 至 {until} 暂停计时，顺延到 {moment_in_words(due)}。"


def _release(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    return _change(
        matter,
        lambda clock: clock.paused_at is not None,
        lambda clock: replace(clock, paused_at=None),
    )


def _recompute(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    """Every live clock of the kind again from its own start; the old one is kept, replaced."""
    old = [clock for clock in matter.clocks if clock.kind in effect.kinds and clock.is_live]
    new = [_reckoned_again(clock, matter, turning.book) for clock in old]
    return _with_instead(matter, old, new, turning.act.at)


def _reckoned_again(clock: Clock, matter: Matter, book: Book) -> Clock:
    rule = _shared(_handling_rule(matter, book), clock.is_half)
    fresh = _clock(rule, clock.kind, clock.started_at, matter, book, clock.order_id)
    for pause in clock.pauses:
        fresh = _shifted(fresh, pause, matter, book)
    return replace(fresh, pauses=clock.pauses, paused_at=clock.paused_at)


def _hasten(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    """Each running clock of the kinds that would end sooner if begun now; the old one is kept."""
    old, new = [], []
    for clock in matter.clocks:
        if clock.kind not in effect.kinds or not clock.is_running:
            continue
        rule = _rule_of(clock.kind, matter, turning.book)
        if rule is None:
            continue
        at, book = turning.act.at, turning.book
        fresh = _clock(rule, clock.kind, at, matter, book, clock.order_id)
        if fresh.due_at < clock.due_at:
            old.append(clock)
            new.append(fresh)
    return _with_instead(matter, old, new, turning.act.at)


def _with_instead(
    matter: Matter, old: Sequence[Clock], new: Sequence[Clock], at: datetime
) -> Matter:
    replaced = _change(
        matter,
        lambda clock: clock in old,
        lambda clock: replace(clock, stopped_at=at, is_replaced=True),
    )
    return replace(replaced, clocks=(*replaced.clocks, *new))


def _extend(matter: Matter, effect: ClockEffect, turning: Turning) -> Matter:
    """The matter's and its main order's deadline; the original is kept beside the new one."""
    until, main = turning.act.facts.until, matter.main_order
    if until is None:
        return matter
    meant = (None, main.id if main else None)
    return _change(
        matter,
        lambda clock: clock.kind in effect.kinds and clock.order_id in meant,
        lambda clock: _extended(clock, until),
    )


def _extended(clock: Clock, until: datetime) -> Clock:
    return replace(
        clock,
        due_at=max(until, clock.due_at),
        original_due_at=clock.original_due_at or clock.due_at,
        explanation=f"{clock.explanation}经批准延期到 {moment_in_words(until)}。",
    )


_TURNS: Mapping[Turn, Callable[[Matter, ClockEffect, Turning], Matter]] = {
    Turn.START: _start,
    Turn.TIME_ORDERS: _time_orders,
    Turn.START_ORDERS: _start_orders,
    Turn.STOP: _stop,
    Turn.PAUSE: _pause,
    Turn.GO_ON: _go_on,
    Turn.RELEASE: _release,
    Turn.RECOMPUTE: _recompute,
    Turn.EXTEND: _extend,
    Turn.HASTEN: _hasten,
}


def _change(
    matter: Matter, is_meant: Callable[[Clock], bool], changed: Callable[[Clock], Clock]
) -> Matter:
    clocks = (changed(c) if c.is_live and is_meant(c) else c for c in matter.clocks)
    return replace(matter, clocks=tuple(clocks))


def _stop_ended_orders(matter: Matter, at: datetime) -> Matter:
    ended = {order.id for order in matter.orders if not order.is_open}
    return _change(
        matter, lambda clock: clock.order_id in ended, lambda clock: replace(clock, stopped_at=at)
    )


def _promised(matter: Matter, book: Book) -> Matter:
    """The resident's one date: when handling is due, and after it the time to verify."""
    due = handling_due_at(matter)
    if due is None:
        return matter
    verify = book.limit(ClockKind.VERIFY, matter.urgency)
    return replace(matter, promised_at=due_at(due, verify, book.calendar(matter.path)))
