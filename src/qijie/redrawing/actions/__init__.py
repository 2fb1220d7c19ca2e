"""The only writers of drawings, one function per verb."""

from qijie.redrawing.actions.adopting import adopt, withdraw
from qijie.redrawing.actions.editing import (
    Edited,
    NotVisible,
    Outdated,
    lock,
    merge,
    move,
    split,
    undo,
    unlock,
)
from qijie.redrawing.actions.ordering import cancel, go_on, order

__all__ = [
    "Edited",
    "NotVisible",
    "Outdated",
    "adopt",
    "cancel",
    "go_on",
    "lock",
    "merge",
    "move",
    "order",
    "split",
    "undo",
    "unlock",
    "withdraw",
]
