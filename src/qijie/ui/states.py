"""How each state of a matter or an order looks: its word, its sign, its tone.

The sign carries the meaning without colour: a matter fills the four cells of a grid as it goes
round, and every way out of the loop has a sign of its own.
"""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "active", "soon", "late", "good"]
Kind = Literal["issue", "order"]


@dataclass(frozen=True, slots=True)
class Look:
    word: str
    icon: str
    tone: Tone


ISSUE_LOOKS = {
    "reported": Look("已上报", "cell-0", "active"),
    "accepted": Look("已受理", "cell-1", "active"),
    "filed": Look("已立案", "cell-2", "active"),
    "dispatched": Look("处置中", "cell-3", "active"),
    "handled": Look("待核查", "cell-4", "active"),
    "closed": Look("已结案", "cell-done", "good"),
    "suspended": Look("已挂账", "cell-pause", "soon"),
    "voided": Look("不予受理", "cell-void", "plain"),
    "merged": Look("已并案", "cell-merge", "plain"),
    "referred": Look("已转介", "cell-refer", "plain"),
}

ORDER_LOOKS = {
    "sent": Look("待签收", "order-sent", "soon"),
    "signed": Look("已签收", "order-signed", "active"),
    "done": Look("已反馈", "order-done", "good"),
    "returned": Look("已退单", "order-returned", "late"),
    "recalled": Look("已撤单", "order-recalled", "plain"),
    "waived": Look("已免除", "order-waived", "plain"),
}

STANDING_LOOKS = {
    "on_time": Look("按时", "clock", "plain"),
    "due_soon": Look("临期", "clock-half", "soon"),
    "overdue": Look("超期", "clock-late", "late"),
    "paused": Look("计时暂停", "clock-pause", "plain"),
    "met": Look("按时完成", "clock-met", "good"),
    "missed": Look("超期完成", "clock-late", "late"),
    "ended": Look("计时终止", "clock", "plain"),
    "ended_late": Look("终止时已超期", "clock-late", "late"),
}


def look_of(state: str, kind: Kind = "issue") -> Look:
    """Raise KeyError for a state nobody drew: a badge must never guess."""
    return (ORDER_LOOKS if kind == "order" else ISSUE_LOOKS)[state]
