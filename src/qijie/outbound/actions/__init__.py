"""The only writers of notices and letters, and what clears what has served its time."""

from qijie.outbound.actions.clearing import clear
from qijie.outbound.actions.letters import (
    MailServerAway,
    drop_letter,
    forget_letters,
    send_again,
    send_next,
)
from qijie.outbound.actions.telling import deliver, mark_read, mark_read_of

__all__ = [
    "MailServerAway",
    "clear",
    "deliver",
    "drop_letter",
    "forget_letters",
    "mark_read",
    "mark_read_of",
    "send_again",
    "send_next",
]
