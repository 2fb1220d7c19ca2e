"""Where a matter ended: the level that answered, and the highest whose unit worked on it.

Two facts, because a desk may answer what a higher unit did. Only the second may be called
小事不出网格, 大事不出社区. Both are told from the matter alone, so its history gives them again.
"""

from collections.abc import Iterator
from dataclasses import replace

from qijie.issues.rules.matter import Matter, Order
from qijie.issues.rules.vocabulary import LEVEL_LABELS, OrderState, State
from qijie.kernel.codes import Level

_STAYED = {Level.GRID: "事不出网格", Level.COMMUNITY: "事不出社区"}


def with_levels(matter: Matter) -> Matter:
    return replace(matter, answered_level=_answered(matter), worked_level=_worked(matter))


def _answered(matter: Matter) -> Level | None:
    """The rung that ended it, from the moment it is handled; a follower's end is its master's."""
    is_over = matter.state is State.HANDLED or (
        matter.state.is_end and matter.state is not State.MERGED
    )
    return (matter.answered_level or matter.level) if is_over else None


def _worked(matter: Matter) -> Level | None:
    """Over every attempt; calling a higher level to the door by whistle counts as its work."""
    return max(_levels_at_work(matter), default=None)


def _levels_at_work(matter: Matter) -> Iterator[Level]:
    if matter.whistled_from:
        yield matter.level
    for order in matter.orders:
        if _was_worked_on(order):
            yield order.level or matter.level


def _was_worked_on(order: Order) -> bool:
    """Signed for, done or made safe; who signed and then gave the order back did no work."""
    if order.made_safe_at is not None or order.state is OrderState.DONE:
        return True
    return order.signed_at is not None and order.state is not OrderState.RETURNED


def worked_words(level: Level | None) -> str:
    """“街道”, or with the name of what was achieved: “网格（事不出网格）”."""
    if level is None:
        return "没有派人处置"
    stayed = _STAYED.get(level)
    return f"{LEVEL_LABELS[level]}（{stayed}）" if stayed else LEVEL_LABELS[level]
