"""The only writers of what is left behind."""

from qijie.records.actions.keys import Earlier, KeyReused, claim, is_claimed, take_more
from qijie.records.actions.left_behind import (
    LINK_LIFETIME,
    AccessNote,
    append,
    claim_outbox,
    claim_timers,
    drop_timers,
    give_link,
    note_access,
    postpone,
    queue_job,
    queue_job_again,
    rung,
    set_timers,
    tell_later,
    told,
    try_again,
)
from qijie.records.actions.misses import count_misses
from qijie.records.actions.numbers import next_number
from qijie.records.actions.photos import (
    attach,
    attach_to_first,
    begin_on,
    put_off,
    refuse,
    show,
)
from qijie.records.actions.sent_forms import hold_form, keep_form

__all__ = [
    "LINK_LIFETIME",
    "AccessNote",
    "Earlier",
    "KeyReused",
    "append",
    "attach",
    "attach_to_first",
    "begin_on",
    "claim",
    "claim_outbox",
    "claim_timers",
    "count_misses",
    "drop_timers",
    "give_link",
    "hold_form",
    "is_claimed",
    "keep_form",
    "next_number",
    "note_access",
    "postpone",
    "put_off",
    "queue_job",
    "queue_job_again",
    "refuse",
    "rung",
    "set_timers",
    "show",
    "take_more",
    "tell_later",
    "told",
    "try_again",
]
