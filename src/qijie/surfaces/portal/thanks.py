"""What the page says after one of the reporter's own moves: what it has set going, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from qijie.issues.rules.matter import Matter
from qijie.issues.rules.moments import moment_in_words
from qijie.issues.rules.vocabulary import ClockKind, Move, Urgency
from qijie.records.models import Event
from qijie.surfaces.portal.moves import CONSEQUENCES

_SAID: Mapping[Move, str] = {
    Move.ADD: "补充的情况已收到，会交给正在办理的人。",
    Move.WITHDRAW: "已按您的要求撤回，不再办理。",
    Move.URGE: "已替您催办{until}。",
    Move.OBJECT: "异议已收到，由上一级重新审核{until}。",
    Move.CONFIRM: "您已确认解决，这件事办结了。",
    Move.JUDGE: "您的评价已收到。",
    Move.REOPEN: "已收到，会重新办理{until}。",
}
_AS_ADDED: Mapping[Move, str] = {
    Move.WITHDRAW: "您说现在有危险，所以没有撤回，您写的已作为补充情况收下。",
    Move.CONFIRM: "您说现在有危险，所以没有办结，您写的已作为补充情况收下。",
    Move.URGE: "今天已经催办过，没有再催；您写的已作为补充情况收下。",
}
_AGAIN = "明天可以再催。"
_ONLY_ADDED = "现在不能“{label}”，您写的已作为补充情况收下。"
_TURNED = "这件事已转为紧急，排在最前面，马上有人看。"
_STAYS = "这件事本来就按紧急在办，排在最前面。"
_ANSWERED_BY = {
    Move.URGE: ClockKind.URGE_ANSWER,
    Move.OBJECT: ClockKind.ACCEPT,
    Move.REOPEN: ClockKind.HANDLE,
}
_TELLS = frozenset({Move.ADD, Move.URGE, Move.OBJECT, Move.JUDGE, Move.REOPEN})


@dataclass(frozen=True, slots=True)
class Done:
    """What was pressed; with `as_added` its words were taken in as an addition instead."""

    move: Move
    as_added: bool = False
    is_danger: bool = False


def done_of(request: HttpRequest) -> Done | None:
    """The move whose thanks the page opens with."""
    word, known = request.GET.get("done", ""), {Move.REPORT, *CONSEQUENCES}
    if word not in {move.value for move in known}:
        return None
    return Done(
        Move(word),
        as_added=request.GET.get("as") == "add",
        is_danger=request.GET.get("danger") == "yes",
    )


def thanks(done: Done | None, value: Matter, events: Sequence[Event]) -> str:
    """What the resident's own move has set going, and until when."""
    if done is None or done.move is Move.REPORT:
        return ""
    said = _as_added(done.move) if done.as_added else _said(done.move, value)
    is_urgent = value.urgency is Urgency.URGENT and not value.state.is_end
    if not is_urgent or not (done.as_added or done.move in _TELLS):
        return said
    return said + (_TURNED if _has_turned(events) else _STAYS)


def _as_added(move: Move) -> str:
    return _AS_ADDED.get(move, _ONLY_ADDED.format(label=move.label))


def _said(move: Move, value: Matter) -> str:
    kind = _ANSWERED_BY.get(move)
    clock = value.live(kind) if kind else None
    until = f"，{moment_in_words(clock.due_at)}前会有答复" if clock else ""
    if move is Move.REOPEN and clock:
        until = f"，{moment_in_words(clock.due_at)}前办好"
    again = _AGAIN if move is Move.URGE and value.urgency is not Urgency.URGENT else ""
    return _SAID[move].format(until=until) + again


def _has_turned(events: Sequence[Event]) -> bool:
    """Whether the reporter's last words made it urgent."""
    last = max(at for at, event in enumerate(events) if event.actor_kind == "reporter")
    return any(event.verb == Move.RAISE for event in events[last + 1 :])
