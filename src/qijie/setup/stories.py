"""Made-up matters, played by the pure rules over a seeded clock. No database here.

Each story is a list of steps somebody takes after a while. A story stops where its next step would
lie in the future, so the demo shows matters in every state, some of them late.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from qijie.issues.rules import facts as f
from qijie.issues.rules.book import Book
from qijie.issues.rules.decide import Refused, apply, report
from qijie.issues.rules.matter import Act, Actor, Matter, Outcome
from qijie.issues.rules.vocabulary import (
    Channel,
    ClockKind,
    Family,
    Move,
    Receiver,
    ReturnReason,
    Urgency,
    VoidReason,
)
from qijie.kernel.calendars import SHANGHAI, WorkCalendar
from qijie.kernel.codes import Level, ancestors
from qijie.kernel.ids import RANDOM_BYTES, uuid7

FIRST_DAYS_BACK = 45
SLOW_SHARE, SLOWNESS = 0.14, 9.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What a matter may be about: words of the profile over a category and condition."""

    family: Family
    category: str
    condition: str
    unit_kind: str
    words: str
    solved: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it may be: a building's grid and a point in it."""

    grid_path: str
    lon: float
    lat: float
    address: str


@dataclass(frozen=True, slots=True)
class UnitAt:
    id: UUID
    kind: str
    path: str
    level: Level


@dataclass(frozen=True)
class Cast:
    """Everybody who may act: actors by post, and the units orders can go to."""

    actors: Sequence[Actor]
    units: Sequence[UnitAt]

    def over(self, path: str, role: str, level: Level) -> Actor:
        covering = (path, *ancestors(path))
        return next(
            a for a in self.actors if a.role == role and a.level == level and a.path in covering
        )

    def of_unit(self, unit_id: UUID | None) -> Actor:
        return next(a for a in self.actors if a.role == "handler" and a.unit_id == unit_id)

    def units_of(self, kind: str, path: str) -> list[UnitAt]:
        """Units of a kind that serve a place, the nearest first; the committee where none does."""
        covering = (path, *ancestors(path))
        serving = [unit for unit in self.units if unit.path in covering]
        wanted = [unit for unit in serving if unit.kind == kind] or [
            unit for unit in serving if unit.kind == "community_committee"
        ]
        return sorted(wanted, key=lambda unit: -len(unit.path))


@dataclass
class Played:
    """One matter's story as it went: the acts, what each led to, and where the matter stands."""

    subject: Subject
    spot: Spot
    acts: list[Act[f.Facts]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def matter(self) -> Matter:
        return self.outcomes[-1].matter


@dataclass
class Play:
    """A story being told: what is known so far, the dice, and who is there."""

    cast: Cast
    book: Book
    dice: random.Random
    played: Played
    now: datetime
    masters: Sequence[Matter] = ()

    @property
    def matter(self) -> Matter:
        return self.played.matter

    def new_id(self) -> UUID:
        return uuid7(self.now, self.dice.randbytes(RANDOM_BYTES))

    def main_order_id(self) -> UUID:
        order = self.matter.main_order
        if order is None:
            raise Refused("no_order", "还没有主办工单。")
        return order.id

    def handler(self) -> Actor:
        order = self.matter.order(self.main_order_id())
        return self.cast.of_unit(order.unit_id if order else None)


Deed = tuple[Move, Actor, f.Facts, str]


@dataclass(frozen=True, slots=True)
class Step:
    deed: Callable[[Play], Deed]
    hours: tuple[float, float]


def _at_level(play: Play, role: str) -> Actor:
    return play.cast.over(play.matter.path, role, play.matter.level)


def _reporter(play: Play) -> Actor:
    return Actor.reporter(matter_id=play.matter.id)


def _accept(play: Play) -> Deed:
    return Move.ACCEPT, _at_level(play, "desk"), f.AcceptFacts(), ""


def _file(play: Play) -> Deed:
    condition = play.played.subject.condition
    facts = f.Classified(condition=condition or None)
    return Move.FILE, _at_level(play, "desk"), facts, ""


def _dispatch(play: Play) -> Deed:
    units = play.cast.units_of(play.played.subject.unit_kind, play.matter.path)
    unit = units[-1] if play.matter.return_count else units[0]
    order = f.OrderRequest(play.new_id(), unit_id=unit.id, is_main=True, level=unit.level)
    return Move.DISPATCH, _at_level(play, "dispatcher"), f.DispatchFacts((order,)), ""


def _sign(play: Play) -> Deed:
    return Move.SIGN, play.handler(), f.OrderFacts(play.main_order_id()), ""


def _return(play: Play) -> Deed:
    facts = f.ReturnFacts(
        play.main_order_id(), ReturnReason.OTHERS_FIRST, make_safe_order_id=play.new_id()
    )
    return Move.RETURN_ORDER, play.handler(), facts, "需要先由管线单位处理"


def _done(play: Play) -> Deed:
    condition = play.book.condition(play.matter.condition)
    evidence = condition.evidence if condition else ()
    facts = f.DoneFacts(play.main_order_id(), evidence=evidence)
    return Move.DONE, play.handler(), facts, play.played.subject.solved


def _send_back(play: Play) -> Deed:
    facts = f.SendBackFacts(play.new_id())
    return Move.SEND_BACK, _at_level(play, "verifier"), facts, "现场还有残留，请补做"


def _close(play: Play) -> Deed:
    visit = play.now.date() + timedelta(days=30)
    is_dispute = play.matter.family is Family.DISPUTE
    facts = f.CloseFacts(is_standard_met=True, follow_up_on=visit if is_dispute else None)
    return Move.CLOSE, _at_level(play, "verifier"), facts, "现场查看，已达到结案标准"


def _judge(play: Play) -> Deed:
    solved = play.dice.random() < 0.85
    facts = f.JudgeFacts(is_solved=solved, is_satisfied=solved)
    return Move.JUDGE, _reporter(play), facts, "" if solved else "过两天又这样了"


def _reopen(play: Play) -> Deed:
    return Move.REOPEN, _reporter(play), f.Facts(), "问题又出现了，请再看一看"


def _solve(play: Play) -> Deed:
    worker = play.cast.over(play.matter.path, "grid_worker", Level.GRID)
    facts = f.SolveFacts(order_id=play.new_id())
    return Move.SOLVE, worker, facts, play.played.subject.solved


def _confirm(play: Play) -> Deed:
    return Move.CONFIRM, _reporter(play), f.ConfirmFacts(is_satisfied=True), "谢谢"


def _auto_confirm(play: Play) -> Deed:
    return Move.AUTO_CONFIRM, Actor.system(), f.Facts(), ""


def _not_reached(play: Play) -> Deed:
    return Move.NOT_REACHED, Actor.system(), f.Facts(), ""


def _void(play: Play) -> Deed:
    facts = f.VoidFacts(VoidReason.NOT_FOUND)
    return Move.VOID, _at_level(play, "desk"), facts, "到现场查看，没有发现所说的情况"


def _object(play: Play) -> Deed:
    return Move.OBJECT, _reporter(play), f.Facts(), "你们去的时候正好没有，晚上才有"


def _withdraw(play: Play) -> Deed:
    return Move.WITHDRAW, _reporter(play), f.Facts(), "已经自己处理好了"


def _urge(play: Play) -> Deed:
    return Move.URGE, _reporter(play), f.Facts(), "请问什么时候能办"


def _ask_hang_up(play: Play) -> Deed:
    facts = f.HangUpFacts(review_on=play.now.date() + timedelta(days=25))
    return Move.ASK_HANG_UP, play.handler(), facts, "须等汛期过后才能开挖"


def _hang_up(play: Play) -> Deed:
    above = play.matter.level.above or play.matter.level
    supervisor = play.cast.over(play.matter.path, "supervisor", above)
    facts = f.HangUpFacts(review_on=play.now.date() + timedelta(days=24))
    return Move.HANG_UP, supervisor, facts, "同意挂账，到期复核"


def _refer(play: Play) -> Deed:
    facts = f.ReferFacts(
        Receiver.MEDIATION, "调解委员会收件 17 号", play.now.date() + timedelta(days=20)
    )
    return Move.REFER, _at_level(play, "desk"), facts, "双方同意由调解委员会调解"


def _merge(play: Play) -> Deed:
    near = [
        m
        for m in play.masters
        if m.level is play.matter.level
        and m.path[:12] == play.matter.path[:12]
        and not m.state.is_end
    ]
    if not near:
        raise Refused("no_master", "没有可并的主案。")
    master = play.dice.choice(near)
    facts = f.MergeFacts(master_id=master.id, master_state=master.state)
    return Move.MERGE, _at_level(play, "desk"), facts, "与已在办的事项是同一处"


INTAKE = (Step(_accept, (0.1, 0.9)), Step(_file, (0.2, 1.8)))
SENT = (*INTAKE, Step(_dispatch, (0.1, 1.2)))
SIGNED = (*SENT, Step(_sign, (0.2, 1.8)))
DONE = (*SIGNED, Step(_done, (2.0, 20.0)))
CLOSED = (*DONE, Step(_close, (1.0, 7.0)))
STORIES: Mapping[str, tuple[int, tuple[Step, ...]]] = {
    "reported": (14, ()),
    "accepted": (10, INTAKE[:1]),
    "filed": (10, INTAKE),
    "sent": (12, SENT),
    "signed": (22, SIGNED),
    "handled": (20, DONE),
    "closed": (55, CLOSED),
    "judged": (60, (*CLOSED, Step(_judge, (3.0, 60.0)))),
    "reopened": (8, (*CLOSED, Step(_reopen, (10.0, 90.0)))),
    "reopened and done": (
        8,
        (
            *CLOSED,
            Step(_reopen, (10.0, 60.0)),
            *SIGNED[2:],
            Step(_done, (2.0, 10.0)),
            Step(_close, (1.0, 5.0)),
        ),
    ),
    "sent back": (
        10,
        (*DONE, Step(_send_back, (1.0, 6.0)), Step(_sign, (0.2, 1.5)), Step(_done, (1.0, 6.0))),
    ),
    "returned": (
        10,
        (*SENT, Step(_return, (0.5, 1.8)), Step(_dispatch, (0.3, 1.0)), *SIGNED[3:], *DONE[4:]),
    ),
    "urged": (8, (*SIGNED, Step(_urge, (20.0, 40.0)), Step(_done, (2.0, 20.0)))),
    "solved": (16, (Step(_solve, (0.1, 2.0)),)),
    "confirmed": (24, (Step(_solve, (0.1, 2.0)), Step(_confirm, (1.0, 50.0)))),
    "unconfirmed": (10, (Step(_solve, (0.1, 2.0)), Step(_auto_confirm, (169.0, 170.0)))),
    "voided": (8, (Step(_void, (0.5, 3.0)),)),
    "objected": (4, (Step(_void, (0.5, 3.0)), Step(_object, (4.0, 60.0)))),
    "withdrawn": (5, (Step(_withdraw, (0.2, 5.0)),)),
    "suspended": (
        6,
        (*SIGNED, Step(_ask_hang_up, (3.0, 8.0)), Step(_hang_up, (1.0, 5.0))),
    ),
    "referred": (5, (*INTAKE[:1], Step(_refer, (2.0, 9.0)))),
    "merged": (6, (*INTAKE[:1], Step(_merge, (0.2, 1.5)))),
}
_ENDINGS = frozenset({_close, _judge, _confirm, _auto_confirm, _void, _withdraw, _refer, _merge})


def perform(
    *,
    seed: int,
    now: datetime,
    cast: Cast,
    book: Book,
    subjects: Sequence[Subject],
    spots: Sequence[Spot],
    region_code: str,
) -> list[Played]:
    """About 300 stories, oldest first; the same arguments always give the same stories."""
    dice = random.Random(seed)  # noqa: S311  # a demonstration, not a secret
    starts = sorted(_starts(dice, now, book.calendar(region_code)))
    told: list[Played] = []
    masters: list[Matter] = []
    for start, name in starts:
        subject, spot = dice.choice(subjects), dice.choice(spots)
        played = Played(subject, spot)
        play = Play(cast, book, dice, played, start, masters)
        _report(play, region_code)
        _go_on(play, STORIES[name][1], now)
        told.append(played)
        masters.append(played.matter)
    return told


def _starts(
    dice: random.Random, now: datetime, calendar: WorkCalendar
) -> Iterator[tuple[datetime, str]]:
    for name, (count, steps) in STORIES.items():
        for _ in range(count):
            back = dice.uniform(0.02 if not steps else 0.3, _days_back(steps))
            yield _by_day(now - timedelta(days=back), dice, now), name


def _days_back(steps: Sequence[Step]) -> float:
    """How long ago a story may begin: one that ends open must not lie about for weeks."""
    if steps and steps[-1].deed in _ENDINGS:
        return FIRST_DAYS_BACK
    return 4.0 + sum(longest for _, longest in (step.hours for step in steps)) / 12


def _by_day(at: datetime, dice: random.Random, now: datetime) -> datetime:
    """People report when they are awake."""
    day = at.astimezone(SHANGHAI)
    awake = day.replace(hour=dice.randint(7, 20), minute=dice.randint(0, 59), microsecond=0)
    return awake if awake < now else at.replace(microsecond=0)


def _report(play: Play, region_code: str) -> None:
    spot, subject = play.played.spot, play.played.subject
    is_worker = play.dice.random() < 0.35
    facts = f.ReportFacts(
        id=play.new_id(),
        region_code=region_code,
        path=spot.grid_path,
        grid_path=spot.grid_path,
        channel=Channel.WORKER
        if is_worker
        else play.dice.choice((Channel.PORTAL, Channel.HOTLINE)),
        family=subject.family,
        category=subject.category,
        urgency=Urgency.URGENT if subject.is_urgent else Urgency.NORMAL,
        has_reporter=not is_worker,
    )
    worker = play.cast.over(spot.grid_path, "grid_worker", Level.GRID)
    actor = worker if is_worker else Actor.reporter()
    act = Act(Move.REPORT, actor, play.now, facts, subject.words)
    play.played.acts.append(act)
    play.played.outcomes.append(report(act, play.book))


def _go_on(play: Play, steps: Sequence[Step], now: datetime) -> None:
    pace = SLOWNESS if play.dice.random() < SLOW_SHARE else 1.0
    for step in steps:
        play.now = _later(play, step, pace)
        if play.now >= now or not _take(play, step):
            break
    _end_call_back(play, now)


def _end_call_back(play: Play, now: datetime) -> None:
    """What the timer does with a call-back nobody made."""
    window = play.matter.running(ClockKind.CALL_BACK_WINDOW)
    if window is not None and window.due_at < now:
        play.now = window.due_at
        _take(play, Step(_not_reached, (0.0, 0.0)))


def _later(play: Play, step: Step, pace: float) -> datetime:
    after = play.now + timedelta(hours=play.dice.uniform(*step.hours) * pace)
    return _in_office(after, play.book.calendar(play.matter.path)).replace(microsecond=0)


def _in_office(at: datetime, calendar: WorkCalendar) -> datetime:
    """The moment itself in office hours, else some time after the next opening."""
    day: date = at.astimezone(SHANGHAI).date()
    while True:
        for opens, closes in calendar.office_intervals(day):
            if at < closes:
                late = timedelta(minutes=at.minute, seconds=at.second)
                return max(at, opens + late if at < opens else at)
        day += timedelta(days=1)


def _take(play: Play, step: Step) -> bool:
    """Whether the step could be taken; a story that the rules refuse ends where it stands."""
    try:
        move, actor, facts, words = step.deed(play)
        act = Act(move, actor, play.now, facts, words)
        outcome = apply(play.matter, act, play.book)
    except (Refused, StopIteration):
        return False
    play.played.acts.append(act)
    play.played.outcomes.append(outcome)
    return True
