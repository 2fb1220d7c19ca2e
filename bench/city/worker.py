"""The worker's own work: telling, ringing, counting; as `qijie worker` does it, in this process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from bench.figures import Figure
from bench.statements import captured
from qijie.boards.actions import count_solved
from qijie.issues.actions.clocks import ring
from qijie.outbound.actions import deliver

_BATCH, _REPEATS = 100, 3
_TIMERS = 60

# News of the last events, as `append` writes it with them.
_NEWS = """
    INSERT INTO records_outboxentry (id, region_code, subject_id, at, told, tries)
    SELECT e.id, e.region_code, e.subject_id, e.at, jsonb_build_array(jsonb_build_object(
        'audience', 'next_holder', 'move', e.verb, 'order', '', 'sentence', '')), 0
    FROM (
        SELECT DISTINCT ON (i.id) e.* FROM issues_issue i
        JOIN records_event e ON e.subject_id = i.id
        WHERE i.due_at IS NOT NULL ORDER BY i.id DESC, e.sequence DESC LIMIT %s
    ) e
"""
_UNTELL = """
    DELETE FROM outbound_notice WHERE event_id IN (SELECT id FROM records_outboxentry)
"""
_DUE = """
    UPDATE records_timer SET due_at = %s WHERE id IN (
        SELECT id FROM records_timer WHERE done_at IS NULL ORDER BY due_at LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Work:
    batch_milliseconds: float
    """One round of telling that many."""
    timer_milliseconds: float
    """One timer with its effect."""
    claimed: int
    first_count: int
    """Statements that wrote counts of solved matters, the first time and the second."""
    second_count: int
    count_seconds: float


def measured() -> Work:
    now = timezone.now()
    told = min(_told(now) for _ in range(_REPEATS))
    _prepare(_DUE, [now - timedelta(minutes=1), _TIMERS])
    rung, begun = 0, time.perf_counter()
    while rung < _TIMERS and (count := ring(now)):
        rung += count
    rounds = (time.perf_counter() - begun) * 1000
    first, _ = _counted(now)
    second, seconds = _counted(now)
    return Work(
        batch_milliseconds=told,
        timer_milliseconds=rounds / max(rung, 1),
        claimed=rung,
        first_count=first,
        second_count=second,
        count_seconds=seconds,
    )


def figures(small: Work, large: Work) -> list[Figure]:
    return [
        Figure(
            f"a batch of {_BATCH} told",
            large.batch_milliseconds,
            "ms",
            at_most=1000,
            note=f"{small.batch_milliseconds:.0f} ms in the demo",
        ),
        Figure(
            "the same against the demo",
            large.batch_milliseconds / small.batch_milliseconds,
            at_most=3,
        ),
        Figure("timers rung", large.claimed, at_least=_TIMERS),
        Figure(
            "a timer with its effect against the demo",
            large.timer_milliseconds / small.timer_milliseconds,
            at_most=3,
            note=f"{large.timer_milliseconds:.1f} ms against {small.timer_milliseconds:.1f} ms",
        ),
        Figure(
            "what the nightly count writes the second time",
            large.second_count,
            "statements",
            at_most=0,
            note=f"{large.first_count} the first time; {large.count_seconds:.1f} s",
        ),
    ]


def _prepare(sql: str, parameters: Sequence[int | datetime]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)


def _told(now: datetime) -> float:
    """Milliseconds for a full batch."""
    _prepare(_NEWS, [_BATCH])
    _prepare(_UNTELL, [])
    begun = time.perf_counter()
    if deliver(now) != _BATCH:
        raise RuntimeError("A batch was not told whole.")
    return (time.perf_counter() - begun) * 1000


def _counted(now: datetime) -> tuple[int, float]:
    """How many statements wrote, and how long it took."""
    begun = time.perf_counter()
    with captured() as statements:
        count_solved(now)
    writing = [sql for sql, _ in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    return len(writing), time.perf_counter() - begun
