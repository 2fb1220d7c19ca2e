"""The reference values a decision needs, as the rules' `Book`.

Calendars and clock defaults change with a release of reference data, so a process keeps them for a
minute; a condition is read when a decision asks for it.
"""

import time as clock
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import Q

from qijie.issues.models import Condition, Reference
from qijie.issues.queries.matter import limit_of
from qijie.issues.rules.book import (
    DEFAULT_LIMITS,
    FAMILY_DEFAULTS,
    Book,
    ConditionRule,
    Numbers,
    StageLimit,
)
from qijie.issues.rules.danger import Danger, danger_of
from qijie.issues.rules.naming import Titles
from qijie.issues.rules.vocabulary import ClockKind, Evidence, Family, Stage, Urgency
from qijie.kernel.calendars import (
    STANDARD_OFFICE_HOURS,
    CalendarOverride,
    DayKind,
    OfficeHours,
    WorkCalendar,
    build_calendar,
)
from qijie.kernel.working_time import Limit, LimitUnit

CLOCKS, FAMILIES, OFFICE_HOURS, OVERRIDES = "clocks", "families", "office_hours", "overrides"
DANGERS, NUMBERS, TITLES = "dangers", "numbers", "titles"
CALENDAR_YEARS = range(2020, 2041)
_KEEP_SECONDS = 60
_kept: tuple[float, Book] | None = None

Rows = Sequence[Mapping[str, str]]
Made = TypeVar("Made")


class ConditionsOnDemand(Mapping[str, ConditionRule]):
    """Reads a condition the first time a decision asks for it."""

    def __init__(self) -> None:
        self._known: dict[str, ConditionRule | None] = {}

    def __getitem__(self, code: str) -> ConditionRule:
        if code not in self._known:
            rows = Condition.objects.filter(Q(pk=code) | Q(follows=code)).order_by("follows")
            self._known[code] = condition_rule(list(rows))
        rule = self._known[code]
        if rule is None:
            raise KeyError(code)
        return rule

    def __iter__(self) -> Iterator[str]:
        return iter(Condition.objects.values_list("pk", flat=True))

    def __len__(self) -> int:
        return Condition.objects.count()


def condition_rule(rows: Sequence[Condition]) -> ConditionRule | None:
    """A condition with the stages that follow it; None for no rows.

    rows: the chosen condition first. A staged condition's handling limit is its last stage's.
    """
    if not rows:
        return None
    limits = [(row.stage, limit_of(row.limit_value, row.limit_unit)) for row in rows]
    return ConditionRule(
        code=rows[0].pk,
        category=rows[0].category_id,
        limit=limits[-1][1],
        stages=tuple(StageLimit(Stage(stage), limit) for stage, limit in limits if stage and limit),
        evidence=tuple(Evidence(word) for word in rows[-1].evidence),
    )


def book() -> Book:
    """The rules' reference values as loaded; the standard's own defaults where nothing is."""
    return replace(_current()[1], conditions=ConditionsOnDemand())


def read_at() -> float:
    """When the values in force were read, by the monotonic clock: another for each reading."""
    return _current()[0]


def _current() -> tuple[float, Book]:
    global _kept
    now = clock.monotonic()
    if _kept is None or now - _kept[0] > _KEEP_SECONDS:
        _kept = (now, _read("default"))
    return _kept


_lists: dict[str, tuple[float, Any]] = {}


def lexicon() -> tuple[Danger, ...]:
    """The dangers as loaded, kept as long as the book is."""
    return _kept_list(DANGERS, lambda rows: tuple(danger_of(row) for row in rows))


def titles() -> Mapping[str, Titles]:
    """What people call each kind of unit or post, as loaded; kept as long as the book is."""
    return _kept_list(
        TITLES,
        lambda rows: {
            row["kind"]: Titles(tuple(row["words"]), row["by_short_name"]) for row in rows
        },
    )


def _kept_list(name: str, made_of: Callable[[Sequence[Mapping[str, Any]]], Made]) -> Made:
    now = clock.monotonic()
    if name not in _lists or now - _lists[name][0] > _KEEP_SECONDS:
        rows = Reference.objects.filter(name=name).values_list("rows", flat=True).first()
        _lists[name] = (now, made_of(rows or ()))
    made: Made = _lists[name][1]
    return made


def forget_book() -> None:
    """For whoever just loaded reference data in this very process."""
    global _kept
    _kept = None
    _lists.clear()


def loaded_book(using: str) -> Book:
    """The whole book at once, every condition in it, for whoever decides hundreds of times."""
    rows: dict[str, list[Condition]] = defaultdict(list)
    for row in Condition.objects.using(using).order_by("follows"):
        rows[row.follows or row.pk].append(row)
    rules = {code: rule for code, group in rows.items() if (rule := condition_rule(group))}
    return _read(using, rules)


def _read(using: str, conditions: Mapping[str, ConditionRule] | None = None) -> Book:
    loaded: dict[str, Rows] = dict(Reference.objects.using(using).values_list("name", "rows"))
    return book_of(
        conditions=conditions,
        clocks=loaded.get(CLOCKS, ()),
        families=loaded.get(FAMILIES, ()),
        office_hours=loaded.get(OFFICE_HOURS, ()),
        overrides=loaded.get(OVERRIDES, ()),
        numbers=loaded.get(NUMBERS, ()),
    )


def book_of(
    *,
    clocks: Rows = (),
    families: Rows = (),
    office_hours: Rows = (),
    overrides: Rows = (),
    numbers: Rows = (),
    conditions: Mapping[str, ConditionRule] | None = None,
) -> Book:
    limits = {(ClockKind(row["kind"]), Urgency(row["urgency"])): _limit(row) for row in clocks}
    own = {Family(row["family"]): _limit(row) for row in families if row["value"]}
    return Book(
        calendars=_calendars(office_hours, overrides),
        limits={**DEFAULT_LIMITS, **limits},
        conditions=conditions or {},
        family_limits={**FAMILY_DEFAULTS, **own},
        numbers=_numbers(numbers),
        warn_percent={
            (ClockKind(row["kind"]), Urgency(row["urgency"])): _percents(row) for row in clocks
        },
    )


def _numbers(rows: Rows) -> Numbers:
    """As loaded; a number that is not among them keeps its default."""
    said = {row["code"]: tuple(int(word) for word in row["value"].split()) for row in rows}
    usual = Numbers()
    return Numbers(
        urges_a_day=said.get("urges_a_day", (usual.urges_a_day,))[0],
        suspensions=said.get("suspensions", (usual.suspensions,))[0],
        reopenings=said.get("reopenings", (usual.reopenings,))[0],
        sampled_percent=said.get("sampled_percent", (usual.sampled_percent,))[0],
        warn_percent=said.get("warn_percent", usual.warn_percent),
    )


def _percents(row: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(sorted(int(percent) for percent in row.get("warn", "").split()))


def _limit(row: Mapping[str, str]) -> Limit:
    return Limit(Decimal(row["value"]), LimitUnit(row["unit"]))


def _calendars(office_hours: Rows, overrides: Rows) -> dict[str, WorkCalendar]:
    days = [
        CalendarOverride(
            date.fromisoformat(row["on"]),
            DayKind(row["kind"]),
            row["name_zh"],
            # Rows stored before the column was there say nothing of it.
            row.get("of_notice") == "yes",
        )
        for row in overrides
    ]
    by_path = {
        path: [
            OfficeHours(time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))
            for row in rows
        ]
        for path, rows in groupby(
            sorted(office_hours, key=lambda row: row["path"]), key=lambda row: row["path"]
        )
    }
    by_path.setdefault("", list(STANDARD_OFFICE_HOURS))
    return {path: build_calendar(CALENDAR_YEARS, hours, days) for path, hours in by_path.items()}
