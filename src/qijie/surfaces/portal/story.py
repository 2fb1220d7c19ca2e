"""One matter as the person who reported it reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from qijie.issues.rules.holding import NOBODY_SENT
from qijie.issues.rules.matter import Clock, Matter, Order
from qijie.issues.rules.moments import moment_in_words
from qijie.issues.rules.table import TRANSITIONS
from qijie.issues.rules.vocabulary import ClockKind, Move, OrderState, State, Urgency
from qijie.records.models import Event

_DATES = (
    "{first_answer}",
    "{outlook}",
    "{urge_answer}",
    "{confirm_window_span}",
    "{call_back_span}",
)
TITLES: Mapping[Move, str] = {
    Move.REPORT: "我们收到了",
    Move.ADD: "您补充了情况",
    Move.WITHDRAW: "您撤回了",
    Move.URGE: "催办",
    Move.ANSWER: "催办有了答复",
    Move.ACCEPT: "已受理",
    Move.DIRECT_URGENT: "按紧急直接派给{unit}",
    Move.VOID: "没有受理",
    Move.OBJECT: "您提出了异议",
    Move.ABOUT: "交给不相干的一级来办",
    Move.MOVE: "转给地点所在的地方办",
    Move.REFUSE_MOVE: "归哪里办，请上级定",
    Move.ASK_CHECK: "请网格员先去现场看看",
    Move.CHECK: "网格员到现场看过了",
    Move.MERGE: "和同一件事合在一起办",
    Move.UNMERGE: "改为单独办",
    Move.FOLLOW: "合在一起的事办结了",
    Move.ASK_RECLASSIFY: "正在核对属于哪一类",
    Move.RECLASSIFY: "调整了类别",
    Move.FILE: "已立案",
    Move.SOLVE: "当场解决",
    Move.CONVENE: "召集几方一起到现场",
    Move.DISPATCH: "已交给{unit}去办",
    Move.SIGN: "{unit}接手了",
    Move.MAKE_SAFE: "现场已先排除危险",
    Move.DONE: "{unit}说办好了",
    Move.RETURN_ORDER: "{unit}退了回来，要换人办",
    Move.RULE_ON_RETURNS: "上级定了由谁办",
    Move.ADD_ORDER: "加派了人手",
    Move.RECALL: "换一个单位办",
    Move.WAIVE: "有一项协助不再需要",
    Move.FALL_BACK: "正在重新安排",
    Move.COMPLETE: "办完了，等核实",
    Move.RAISE: "您说的有危险，按紧急办",
    Move.SEEM: "受理席在核对您说的是不是工作人员",
    Move.NOT_MEANT: "核对过，不涉及工作人员",
    Move.REGRID: "这里的网格作了调整，事情照常办",
    Move.WHISTLE: "请上一级出面",
    Move.REFER: "转给了别的单位依法办理",
    Move.ASK_HANG_UP: "承办单位申请先放一放",
    Move.HANG_UP: "暂时办不了，先挂账",
    Move.RESUME: "恢复办理",
    Move.ASK_EXTEND: "承办单位申请延期",
    Move.EXTEND: "批准延期",
    Move.DECLINE: "没有批准申请，继续办",
    Move.SUPERVISE: "上级在督办",
    Move.SEND_BACK: "核实没通过，退回重做",
    Move.CLOSE: "核实过了，已办结",
    Move.CONFIRM: "您确认解决了，已办结",
    Move.AUTO_CONFIRM: "没等到您的回复，先结案",
    Move.JUDGE: "您作了评价",
    Move.NOT_REACHED: "没有人在期限内回访到您",
    Move.FINAL_ANSWER: "给您的书面答复",
    Move.REOPEN: "重新办理",
    Move.APPEAL: "承办单位对超时提出申诉（不影响给您的结果）",
    Move.REVIEW_APPEAL: "申诉在复核（不影响给您的结果）",
}
_NAMES_A_DATE = frozenset(
    row.move for row in TRANSITIONS if any(blank in row.sentence_for_reporter for blank in _DATES)
)
_OVERTAKEN = "后来转为紧急，当时告诉您的时间不再算数。"
# The unit's own words are told where they are the outcome; other notes among staff are not.
_OUTCOMES = frozenset({Move.DONE})
_SOMEBODY = "承办单位"
_ANSWERS = {"is_solved": ("没有解决", "解决了"), "is_satisfied": ("不满意", "满意")}

STATE_WORDS: Mapping[State, str] = {
    State.REPORTED: "已收到，等待受理",
    State.ACCEPTED: "已受理，正在立案",
    State.FILED: "已立案，正在安排人办",
    State.DISPATCHED: "正在办理",
    State.HANDLED: "办完了，正在核实",
    State.SUSPENDED: "暂时挂账",
    State.CLOSED: "已办结",
    State.VOIDED: "没有受理",
    State.MERGED: "合在一起办",
    State.REFERRED: "已转出",
}
_NOW: Mapping[State, str] = {
    State.REPORTED: "等待受理",
    State.ACCEPTED: "正在立案",
    State.FILED: "正在安排由谁去办",
    State.DISPATCHED: "正在办理",
    State.HANDLED: "另一个人正在核实",
    State.SUSPENDED: "先放一放，到日子恢复办理",
}
_AHEAD = ("交给能办的单位去办", "办完由另一个人核实", "请您评价")
_STILL_AHEAD: Mapping[State, Sequence[str]] = {
    State.REPORTED: _AHEAD,
    State.ACCEPTED: _AHEAD,
    State.FILED: _AHEAD[1:],
    State.DISPATCHED: _AHEAD[1:],
    State.HANDLED: _AHEAD[2:],
    State.SUSPENDED: _AHEAD[1:],
}


def state_words(matter: Matter, events: Sequence[Event]) -> str:
    """Where it stands, as the resident would say it."""
    if matter.state is State.VOIDED and events[-1].verb == Move.WITHDRAW:
        return "已按您的要求撤回"
    if matter.state is State.HANDLED and matter.is_on_the_spot:
        return "办完了，等您确认"
    if matter.state is State.DISPATCHED and is_untaken(matter):
        return "已派出，等人接手"
    return STATE_WORDS[matter.state]


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    standing: str
    text: str = ""
    at: datetime | None = None
    photos: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """The one date the resident is given."""

    label: str
    due_at: datetime
    is_late: bool
    on_the_spot: str = ""
    """Of danger: who was sent, and by when somebody is there."""


Photos = Mapping[UUID, Sequence[Mapping[str, object]]]


def steps(
    matter: Matter, events: Sequence[Event], names: Mapping[UUID, str], photos: Photos
) -> list[Step]:
    """Every move so far, what happens now, what still comes.

    names: order id to who handles it. photos: event id to what stands under its step.
    """
    turned = _turned_urgent(events)
    told = [
        Step(
            _title(event, matter, names),
            "done",
            _text(event, is_overtaken=number < turned),
            event.at,
            photos.get(event.pk, ()),
        )
        for number, event in enumerate(events)
    ]
    return [*told, *_now(matter, names), *_next(matter)]


def _turned_urgent(events: Sequence[Event]) -> int:
    """The place of the event that made it urgent, the last time: dates told before it hold no
    more."""
    raised = [number for number, event in enumerate(events) if event.verb == Move.RAISE]
    made = (
        number
        for number, event in enumerate(events)
        if event.verb == Move.DIRECT_URGENT or event.facts.get("urgency") == Urgency.URGENT
    )
    return raised[-1] if raised else next(made, 0)


def _title(event: Event, matter: Matter, names: Mapping[UUID, str]) -> str:
    order = matter.order(event.order_id) or _opened_by(event, matter)
    unit = names.get(order.id, "") if order else ""
    return TITLES[Move(event.verb)].format(unit=unit or _SOMEBODY)


def _opened_by(event: Event, matter: Matter) -> Order | None:
    """A dispatch names no order: it opens them, at its own moment."""
    opened = [order for order in matter.orders if order.is_main and order.sent_at == event.at]
    return opened[-1] if opened else None


def _text(event: Event, *, is_overtaken: bool) -> str:
    """What the reporter was told then; outcomes and the reporter's own moves in their own words."""
    lines = [_OVERTAKEN if is_overtaken and event.verb in _NAMES_A_DATE else event.sentence]
    if event.verb in _OUTCOMES:
        lines.append(event.words)
    if event.actor_kind == "reporter" and event.verb != Move.REPORT:
        lines.insert(0, _own_words(event))
    return "\n".join(line for line in lines if line)


def _own_words(event: Event) -> str:
    said = [
        words[event.facts[name] is True] for name, words in _ANSWERS.items() if name in event.facts
    ]
    if event.words:
        said.append(event.words)
    return f"您说：{'，'.join(said)}" if said else ""


def _now(matter: Matter, names: Mapping[UUID, str]) -> Iterator[Step]:
    if matter.state.is_end:
        return
    unit = handled_by(matter, names)
    if matter.state is State.DISPATCHED and unit:
        yield Step(f"已派给{unit}，等其接手" if is_untaken(matter) else f"{unit}正在办理", "now")
    elif matter.state is State.HANDLED and matter.is_on_the_spot:
        yield Step("等您确认是否解决", "now")
    else:
        yield Step(_NOW[matter.state], "now")


def is_untaken(matter: Matter) -> bool:
    """Whether whoever was sent has not taken it on yet."""
    return matter.main_order is not None and matter.main_order.state is OrderState.SENT


def _next(matter: Matter) -> Iterator[Step]:
    if matter.state is State.HANDLED and matter.is_on_the_spot:
        return
    for title in _STILL_AHEAD.get(matter.state, ()):
        yield Step(title, "next")


def handled_by(matter: Matter, names: Mapping[UUID, str]) -> str:
    """The unit or post whose main order it is, empty while nobody is sent."""
    order = matter.main_order
    if order is None or matter.state in NOBODY_SENT:
        return ""
    return names.get(order.id, "")


def promise(matter: Matter, names: Mapping[UUID, str], now: datetime) -> Promise | None:
    """First the date of the first answer, then the date it is to be done by; none once it is."""
    if matter.state.is_end:
        return None
    if matter.urgency is Urgency.URGENT and (clock := _soonest_answer(matter)):
        soonest = _promise(_ANSWERED[clock.kind], clock.due_at, now)
        return replace(soonest, on_the_spot=_on_the_spot(matter, names))
    if matter.state is State.HANDLED:
        return None
    paused = matter.running(ClockKind.REVIEW)
    if matter.state is State.SUSPENDED:
        return _promise("最晚恢复办理", paused.due_at, now) if paused else None
    if matter.urgency is Urgency.URGENT and not matter.is_made_safe:
        return None
    if matter.promised_at is not None:
        label = "最晚修好的日子" if matter.is_made_safe else "最晚办好的日子"
        return _promise(label, matter.promised_at, now)
    for kind in (ClockKind.FIRST_ANSWER, ClockKind.ACCEPT, ClockKind.FILE):
        if clock := matter.running(kind):
            return _promise(_PROMISED[kind], clock.due_at, now)
    return None


def _on_the_spot(matter: Matter, names: Mapping[UUID, str]) -> str:
    clock, unit = matter.running(ClockKind.MAKE_SAFE), handled_by(matter, names)
    if clock is None:
        return f"已派{unit}。" if unit else ""
    sent = f"已派{unit}，" if unit else "正在安排人去，"
    return f"{sent}最晚 {moment_in_words(clock.due_at)} 到现场，先把危险排除。"


def _soonest_answer(matter: Matter) -> Clock | None:
    """Whose ten minutes run, of a matter or of an order: danger is not answered with a day."""
    running = (one for one in matter.clocks if one.kind in _ANSWERED and one.is_running)
    return min(running, key=lambda one: one.due_at, default=None)


_ANSWERED = {
    ClockKind.FIRST_ANSWER: "最晚答复您的时间",
    ClockKind.ACCEPT: "最晚有人接手的时间",
    ClockKind.FILE: "最晚安排人去的时间",
    ClockKind.SIGN: "最晚有人接手的时间",
    ClockKind.CONVENE_ANSWER: "最晚有人到场的时间",
    ClockKind.MAKE_SAFE: "最晚到现场排除危险的时间",
    ClockKind.URGE_ANSWER: "最晚答复您的时间",
}
_PROMISED = {
    ClockKind.FIRST_ANSWER: "最晚答复您的时间",
    ClockKind.ACCEPT: "最晚审核完的时间",
    ClockKind.FILE: "最晚定下办理期限的时间",
}


def _promise(label: str, due_at: datetime, now: datetime) -> Promise:
    return Promise(label, due_at, is_late=now > due_at)
