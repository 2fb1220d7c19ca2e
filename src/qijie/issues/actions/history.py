"""Writes whole histories at once: matters that were played by the rules, or come from elsewhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from qijie.issues.actions.advance import clock_timer
from qijie.issues.actions.rows import deadline_row, event_rows, order_rows, put_on_issue
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.rules.matter import Outcome
from qijie.kernel.ids import new_id
from qijie.records.models import DailyCounter, Event, Timer

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """A matter's row as described by its report, and everything the rules led it through."""

    issue: Issue
    outcomes: Sequence[Outcome]


def put_histories(told: Sequence[Told], *, at: datetime, using: str) -> None:
    """Inserts matters with orders, clocks, events and the timers still running at `at`.

    Row for row what the actions would have left, as a test shows. Runs as the loading role.
    """
    events = [row for one in told for row in _played(one)]
    with transaction.atomic(using=using):
        masters_first = sorted(told, key=lambda one: one.issue.master_id is not None)
        _insert(Issue, [one.issue for one in masters_first], using)
        _insert(WorkOrder, [row for one in told for row in _orders(one)], using)
        _insert(Deadline, [row for one in told for row in _deadlines(one)], using)
        _insert(Event, events, using)
        _insert(
            Timer,
            [
                timer
                for one in told
                if (timer := clock_timer(one.issue, one.outcomes[-1].matter, at))
            ],
            using,
        )
        _count_numbers(told, using)


def _insert(model: type, rows: Sequence[object], using: str) -> None:
    model.objects.using(using).bulk_create(rows, batch_size=_BATCH)  # type: ignore[attr-defined]


def _played(one: Told) -> list[Event]:
    """The events in order; each is written with the place the matter had when it happened."""
    rows: list[Event] = []
    for outcome in one.outcomes:
        put_on_issue(one.issue, outcome.matter)
        rows += event_rows(one.issue, outcome)
    return rows


def _orders(one: Told) -> list[WorkOrder]:
    return order_rows(one.issue, one.outcomes[-1].matter.orders)


def _deadlines(one: Told) -> list[Deadline]:
    clocks = one.outcomes[-1].matter.clocks
    return [deadline_row(one.issue, n, clock, new_id()) for n, clock in enumerate(clocks)]


def _count_numbers(told: Sequence[Told], using: str) -> None:
    """So that the next report of such a day goes on counting where this stopped."""
    given = Counter(
        (one.issue.region_code, timezone.localdate(one.issue.reported_at)) for one in told
    )
    DailyCounter.objects.using(using).bulk_create(
        DailyCounter(region_code=region, on=on, series="matter", last=last)
        for (region, on), last in given.items()
    )
