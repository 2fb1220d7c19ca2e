"""What a row of the table does to the clocks, as data: read aloud, `starts(ACCEPT)`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from qijie.issues.rules.guards import Guard
from qijie.issues.rules.vocabulary import ClockKind, Purpose


class Turn(Enum):
    START = "起算"
    STOP = "停止"
    PAUSE = "暂停"
    GO_ON = "续算"
    RELEASE = "照原期限续算"
    RECOMPUTE = "重算"
    EXTEND = "延至"
    HASTEN = "自此刻缩短"
    TIME_ORDERS = "新工单起算"
    START_ORDERS = "在办工单起算"


class Span(Enum):
    RULE = ""
    HALF = "（时限减半）"
    NAMED = "（到指定日期）"
    AFTER_FOLLOW_UP = "（有协议回访日期的，自该日起）"


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """No kinds means every clock of the matter. A live clock of a kind is never started twice.

    With `promises` the date promised to the resident is set anew; `when` is asked after the move.
    """

    turn: Turn
    kinds: tuple[ClockKind, ...] = ()
    span: Span = Span.RULE
    of_this_order: bool = False
    promises: bool = False
    when: Guard | None = None

    @property
    def words(self) -> str:
        kinds = "、".join(kind.label for kind in self.kinds) or "全部"
        if self.turn is Turn.TIME_ORDERS:
            kinds = "签收、处置等"
        extra = "，承诺日期随之确定" if self.promises else ""
        return f"{self.turn.value}{kinds}{self.span.value}{extra}"


# Which clocks a new order gets; 止险 only where the condition has that stage.
CLOCKS_OF_ORDER: Mapping[Purpose, tuple[ClockKind, ...]] = {
    Purpose.SHARE: (ClockKind.SIGN, ClockKind.MAKE_SAFE, ClockKind.HANDLE),
    Purpose.MAKE_SAFE: (ClockKind.SIGN, ClockKind.MAKE_SAFE),
    Purpose.FORCE: (ClockKind.CONVENE_ANSWER,),
}


def starts(*kinds: ClockKind, when: Guard | None = None, promises: bool = False) -> ClockEffect:
    return ClockEffect(Turn.START, kinds, when=when, promises=promises)


def starts_half(kind: ClockKind, promises: bool = False) -> ClockEffect:
    return ClockEffect(Turn.START, (kind,), Span.HALF, promises=promises)


def starts_until(kind: ClockKind) -> ClockEffect:
    return ClockEffect(Turn.START, (kind,), Span.NAMED)


def starts_after_follow_up(kind: ClockKind) -> ClockEffect:
    return ClockEffect(Turn.START, (kind,), Span.AFTER_FOLLOW_UP)


def starts_for_orders(kind: ClockKind) -> ClockEffect:
    """Of every order still open that has such a clock and none of it running."""
    return ClockEffect(Turn.START_ORDERS, (kind,))


def stops(*kinds: ClockKind, of_this_order: bool = False) -> ClockEffect:
    return ClockEffect(Turn.STOP, kinds, of_this_order=of_this_order)


def stops_all() -> ClockEffect:
    return ClockEffect(Turn.STOP)


def pauses_all() -> ClockEffect:
    return ClockEffect(Turn.PAUSE)


def goes_on() -> ClockEffect:
    """What was paused runs on with what was left of it."""
    return ClockEffect(Turn.GO_ON, promises=True)


def releases() -> ClockEffect:
    """What was held runs on towards the deadline it always had."""
    return ClockEffect(Turn.RELEASE)


def recomputes(kind: ClockKind) -> ClockEffect:
    return ClockEffect(Turn.RECOMPUTE, (kind,), promises=True)


def hastens(*kinds: ClockKind) -> ClockEffect:
    """Reckoned anew from this moment, the matter's and its orders', where that ends sooner."""
    return ClockEffect(Turn.HASTEN, kinds)


def extends(kind: ClockKind) -> ClockEffect:
    return ClockEffect(Turn.EXTEND, (kind,), Span.NAMED, promises=True)


def times_new_orders() -> ClockEffect:
    return ClockEffect(Turn.TIME_ORDERS)


def times_new_orders_half() -> ClockEffect:
    return ClockEffect(Turn.TIME_ORDERS, span=Span.HALF)
