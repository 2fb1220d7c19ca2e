"""May this person do this now, and what follows: the three questions the other rooms ask."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from qijie.access.viewer import Side
from qijie.issues.rules.book import Book
from qijie.issues.rules.deadlines import Turning, turn
from qijie.issues.rules.effects.intake import received
from qijie.issues.rules.ended import with_levels
from qijie.issues.rules.facts import Facts, ReportFacts, from_json, to_json
from qijie.issues.rules.guards import Case
from qijie.issues.rules.matter import Act, Actor, EventValue, Hand, Matter, Notice, Order, Outcome
from qijie.issues.rules.needs import Need
from qijie.issues.rules.relations import holds_order, relations
from qijie.issues.rules.table import ROWS, TRANSITIONS, Target, Transition
from qijie.issues.rules.telling import notices
from qijie.issues.rules.vocabulary import Move, OrderState, Relation, State, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.refusal import Refusal


class Refused(Refusal):
    """A move that may not be; `field` names the box of the form that has to change, if one does."""

    def __init__(self, code: str, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.field = field

    def said_by(self, book: Book, urgency: Urgency) -> "Refused":
        """The same with its blanks filled from the book: a city's own limits."""
        return Refused(self.code, self.sentence.format_map(book.spans_of(urgency)), self.field)


@dataclass(frozen=True, slots=True)
class Offer:
    """One button: pressable, or greyed with the sentence that says why not."""

    move: Move
    button: str
    is_allowed: bool
    why_not: str
    needs: tuple[Need, ...]
    order_id: UUID | None = None


_AT_ONCE = tuple(row for row in TRANSITIONS if row.at_once)


# Buttons


def offers(matter: Matter, actor: Actor, now: datetime, book: Book) -> tuple[Offer, ...]:
    """Every move this actor could ever make on this matter, in the order of the table."""
    return tuple(
        offer
        for rows in _rows_open_to(relations(matter, actor)).values()
        for offer in _offers_of(rows, matter, actor, now, book)
    )


@cache
def _rows_open_to(related: frozenset[Relation]) -> Mapping[Move, tuple[Transition, ...]]:
    """The rows such an actor might use, by move; a report and what follows by itself are not."""
    found: dict[Move, tuple[Transition, ...]] = {}
    for row in TRANSITIONS:
        if row.sources and not row.at_once and related.intersection(row.who):
            found[row.move] = (*found.get(row.move, ()), row)
    return found


def _offers_of(
    rows: Sequence[Transition], matter: Matter, actor: Actor, now: datetime, book: Book
) -> Iterator[Offer]:
    if not rows[0].is_order_move:
        yield _offer(rows, Case(matter, actor, now, book.numbers), book)
        return
    orders = [order for order in matter.orders if _is_actors_to_move(rows, order, actor)]
    fitting = [order for order in orders if order.state in rows[0].order_sources]
    for order in fitting or orders[-1:]:
        yield _offer(rows, Case(matter, actor, now, book.numbers, order), book)
    if not orders:
        yield _offer(rows, Case(matter, actor, now, book.numbers), book)


def _is_actors_to_move(rows: Sequence[Transition], order: Order, actor: Actor) -> bool:
    return rows[0].who != (Relation.UNIT_OF_ORDER,) or holds_order(actor, order)


def _offer(rows: Sequence[Transition], case: Case, book: Book) -> Offer:
    row, objection = _best(rows, case)
    return Offer(
        move=row.move,
        button=row.button,
        is_allowed=objection is None,
        why_not=str(objection.said_by(book, case.matter.urgency)) if objection else "",
        needs=row.needs,
        order_id=case.order.id if case.order else None,
    )


# Moves


def report(act: Act[ReportFacts], book: Book) -> Outcome:
    """The matter a report brings into being, at its first state, with its first event."""
    row = ROWS[Move.REPORT][0]
    bare = received(act)
    _refuse_missing(row, bare, act, book)
    return _settled(*_advanced(bare, row, act, book, is_new=True), book)


def apply(matter: Matter, act: Act[Facts], book: Book) -> Outcome:
    """The matter after the act, the events it leaves and who is told. Raises Refused."""
    row = _row_for(matter, act, book)
    if type(act.facts) is not row.brings:
        raise TypeError(f"{act.move} brings {row.brings.__name__}, got {act.facts!r}")
    _refuse_missing(row, matter, act, book)
    return _settled(*_advanced(matter, row, act, book), book)


def replay(events: Iterable[EventValue], book: Book) -> Matter:
    """The matter its history tells of: equal to the one the last event left."""
    history = [event for event in events if not event.follows]
    matter = report(_report_of(history[0]), book).matter
    for event in history[1:]:
        matter = apply(matter, act_of(event), book).matter
    return matter


def act_of(event: EventValue) -> Act[Facts]:
    facts = from_json(ROWS[event.move][0].brings, event.facts)
    return Act(event.move, event.actor, event.at, facts, event.words, event.device_at)


def _report_of(event: EventValue) -> Act[ReportFacts]:
    facts = from_json(ReportFacts, event.facts)
    return Act(event.move, event.actor, event.at, facts, event.words, event.device_at)


# Which row


def _row_for(matter: Matter, act: Act[Facts], book: Book) -> Transition:
    order = _order_meant(matter, act)
    rows = _rows_open_to(relations(matter, act.actor, order)).get(act.move)
    if rows is None:
        raise Refused("no_relation", f"您的岗位不能对本事项“{act.move.label}”，请联系负责的岗位。")
    row, objection = _best(rows, Case(matter, act.actor, act.at, book.numbers, order))
    if objection:
        raise objection.said_by(book, matter.urgency)
    return row


def _order_meant(matter: Matter, act: Act[Facts]) -> Order | None:
    if not ROWS[act.move][0].is_order_move:
        return None
    order = matter.order(getattr(act.facts, "order_id", None))
    if order is None:
        raise Refused("no_such_order", "本事项没有这张工单，请刷新页面后重新选择。", "order_id")
    return order


def _best(rows: Sequence[Transition], case: Case) -> tuple[Transition, Refused | None]:
    """The first row that lets the case through, else the one it came furthest in, and why not."""
    furthest: tuple[int, Transition, Refused | None] = (-1, rows[0], None)
    for row in rows:
        objection, passed = _objection(row, case)
        if objection is None:
            return row, None
        if passed >= furthest[0]:
            furthest = (passed, row, objection)
    if furthest[0] == 0:
        return rows[0], Refused("wrong_state", _wrong_state(tuple(rows), case.matter.state))
    return furthest[1], furthest[2]


def _objection(row: Transition, case: Case) -> tuple[Refused | None, int]:
    """Why the row does not let the case through, and how many of its conditions held."""
    if case.matter.state not in row.sources:
        return Refused("wrong_state", _wrong_state((row,), case.matter.state)), 0
    if row.is_order_move and (case.order is None or case.order.state not in row.order_sources):
        return _wrong_order_state(row, case.order), 1
    for passed, guard in enumerate(row.guards):
        if not guard.holds(case):
            return Refused(guard.name, guard.why_not), 2 + passed
    return None, 2 + len(row.guards)


@cache
def _wrong_state(rows: tuple[Transition, ...], state: State) -> str:
    fitting = dict.fromkeys(source.label for row in rows for source in row.sources)
    return (
        f"事项目前“{state.label}”，不能{rows[0].move.label}；只有“{'、'.join(fitting)}”的事项可以。"
    )


def _wrong_order_state(row: Transition, order: Order | None) -> Refused:
    fitting = "、".join(state.label for state in row.order_sources)
    now = f"工单目前“{order.state.label}”" if order else "还没有工单"
    return Refused("wrong_order_state", f"{now}，不能{row.move.label}；只有“{fitting}”的工单可以。")


def _refuse_missing(row: Transition, matter: Matter, act: Act[Facts], book: Book) -> None:
    for need in row.needs:
        if not need.is_met(matter, act, book):
            raise Refused("missing_fact", need.missing, need.name).said_by(book, matter.urgency)


# What follows


def _advanced(
    matter: Matter, row: Transition, act: Act[Facts], book: Book, *, is_new: bool = False
) -> tuple[Matter, EventValue, tuple[Notice, ...]]:
    moved = _in_state(_with_order(row.effect(matter, act, book), row, act), row)
    timed = turn(moved, row.clocks, Turning(matter, act, book))
    after = with_levels(_signed_off(_with_hand(timed, matter, row, act)))
    event = EventValue(
        matter_id=after.id,
        sequence=after.version,
        move=act.move,
        from_state=None if is_new else matter.state,
        to_state=after.state,
        level=_level_of(after),
        actor=act.actor,
        at=act.at,
        device_at=act.device_at,
        words=act.words,
        order_id=getattr(act.facts, "order_id", None),
        facts=to_json(act.facts),
        follows=row.at_once,
    )
    return after, event, notices(row, matter, after, act, book)


def _level_of(matter: Matter) -> Level:
    """The rung the matter stands at; once handled or ended, the rung that ended it."""
    return matter.answered_level or matter.level


def _settled(matter: Matter, event: EventValue, told: tuple[Notice, ...], book: Book) -> Outcome:
    """With the derived moves that now hold made at once, each leaving its own event."""
    events = [event]
    while row := _due_at_once(matter, event.at, book):
        act = Act(row.move, Actor.system(), event.at, Facts())
        matter, follow, more = _advanced(matter, row, act, book)
        events.append(follow)
        told += more
    return Outcome(matter, tuple(events), told)


def _due_at_once(matter: Matter, now: datetime, book: Book) -> Transition | None:
    case = Case(matter, Actor.system(), now, book.numbers)
    due = (
        row
        for row in _AT_ONCE
        if matter.state in row.sources and all(guard.holds(case) for guard in row.guards)
    )
    return next(due, None)


def _with_order(matter: Matter, row: Transition, act: Act[Facts]) -> Matter:
    order = matter.order(getattr(act.facts, "order_id", None))
    if row.order_target is None or order is None or order.state is row.order_target:
        return matter
    if row.order_target is OrderState.SIGNED:
        moved = replace(order, state=row.order_target, signed_at=act.at)
    else:
        moved = replace(order, state=row.order_target, ended_at=act.at)
    return replace(
        matter, orders=tuple(moved if each.id == moved.id else each for each in matter.orders)
    )


def _in_state(matter: Matter, row: Transition) -> Matter:
    if row.target is Target.SAME:
        return matter
    if row.target is Target.BACK:
        return replace(matter, state=matter.resume_to or State.FILED, resume_to=None)
    return replace(matter, state=row.target)


def _with_hand(after: Matter, before: Matter, row: Transition, act: Act[Facts]) -> Matter:
    """Remembers on which side a person acted. Solving is handling, whoever's post does it."""
    used = relations(before, act.actor) & set(row.who)
    is_staff = bool(used - {Relation.REPORTER, Relation.ANYONE, Relation.SYSTEM})
    if act.actor.user_id is None or not is_staff:
        return after
    side = Side.FIELD if row.move is Move.SOLVE else act.actor.side
    hand = Hand(act.actor.user_id, side)
    return after if hand in after.hands else replace(after, hands=(*after.hands, hand))


def _signed_off(matter: Matter) -> Matter:
    is_over = matter.state is State.HANDLED or matter.state.is_end
    requests = () if is_over else matter.requests
    return replace(matter, version=matter.version + 1, requests=requests)
