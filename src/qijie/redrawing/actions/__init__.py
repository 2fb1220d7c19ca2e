"""The only writers of drawings, one function per verb."""

from qijie.redrawing.actions.adopting import adopt, withdraw
from qijie.redrawing.actions.editing import (
    Edited,
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
