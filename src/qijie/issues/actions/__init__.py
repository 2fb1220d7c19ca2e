"""The only writers of the closed loop: one function per business verb.

Each locks the matter, asks the rules, asks access, saves, and writes the event row, in one
transaction. Read them as sentences: `actions.accept(issue_id, by=viewer, at=now, ...)`.
"""

from qijie.issues.actions.closing import (
    auto_confirm,
    close,
    confirm,
    final_answer,
    judge,
    not_reached,
    reopen,
    send_back,
)
from qijie.issues.actions.correcting import (
    about,
    ask_reclassify,
    decline,
    move,
    not_meant,
    reclassify,
    refuse_move,
)
from qijie.issues.actions.handed_in import NewReport
from qijie.issues.actions.handling import (
    direct_urgent,
    dispatch,
    done,
    make_safe,
    recall,
    return_order,
    sign,
    solve,
)
from qijie.issues.actions.intake import (
    Receipt,
    accept,
    accept_by_rule,
    add,
    answer,
    file,
    hand_in,
    object_,
    report,
    urge,
    void,
    withdraw,
)

__all__ = [
    "NewReport",
    "Receipt",
    "about",
    "accept",
    "accept_by_rule",
    "add",
    "answer",
    "ask_reclassify",
    "auto_confirm",
    "close",
    "confirm",
    "decline",
    "direct_urgent",
    "dispatch",
    "done",
    "file",
    "final_answer",
    "hand_in",
    "judge",
    "make_safe",
    "move",
    "not_meant",
    "not_reached",
    "object_",
    "recall",
    "reclassify",
    "refuse_move",
    "reopen",
    "report",
    "return_order",
    "send_back",
    "sign",
    "solve",
    "urge",
    "void",
    "withdraw",
]
