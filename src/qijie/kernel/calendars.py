"""Which days and hours count as working time.

Days come from the State Council's yearly notice as the `holidays` package carries it, make-up
working days (调休) included; `refdata/calendars/` may override single days and gives office hours.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from importlib.metadata import version as version_of
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5


class DayKind(StrEnum):
    OFF = "off"
    WORKING = "working"


@dataclass(frozen=True, slots=True, order=True)
class OfficeHours:
    """One stretch of a working day; a lunch break is the gap between two of them."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True, order=True)
class CalendarOverride:
    """A day decided otherwise than the State Council's notice, or taken from it by hand."""

    on: date
    kind: DayKind
    name_zh: str
    is_of_notice: bool = False
    """It stands in that year's notice, so that the year is announced; a local day says nothing."""


STANDARD_OFFICE_HOURS = (
    OfficeHours(time(8, 30), time(12, 0)),
    OfficeHours(time(14, 0), time(17, 30)),
)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days and office hours of one place. Equal versions mean equal answers.

    A day outside the covered years is answered by the week alone, and as provisional: a deadline
    far ahead is a guess, not a fault.
    """

    version: str
    first_year: int
    last_year: int
    provisional_years: frozenset[int]
    office_hours: tuple[OfficeHours, ...]
    days_off: Mapping[date, str] = field(compare=False, repr=False)
    makeup_days: frozenset[date] = field(compare=False, repr=False)

    def is_working_day(self, day: date) -> bool:
        if day in self.makeup_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def is_provisional(self, day: date) -> bool:
        """Whether the year's notice is not out yet, so the day may still change."""
        return day.year in self.provisional_years or not self._covers(day)

    def day_off_name(self, day: date) -> str:
        """The holiday's name, or an empty string on a plain weekend or a working day."""
        return self.days_off.get(day, "")

    def office_intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The opening stretches of a day in Shanghai time, empty on a day off."""
        if not self.is_working_day(day):
            return ()
        return tuple(
            (
                datetime.combine(day, hours.opens, SHANGHAI),
                datetime.combine(day, hours.closes, SHANGHAI),
            )
            for hours in self.office_hours
        )

    @property
    def working_day_length(self) -> timedelta:
        """The office time in one working day: seven hours by the standard hours."""
        return sum((_length(hours) for hours in self.office_hours), timedelta())

    def _covers(self, day: date) -> bool:
        return self.first_year <= day.year <= self.last_year


def build_calendar(
    years: Iterable[int],
    office_hours: Sequence[OfficeHours] = STANDARD_OFFICE_HOURS,
    overrides: Sequence[CalendarOverride] = (),
) -> WorkCalendar:
    """The calendar of an unbroken run of years; overrides win over the package."""
    wanted = sorted(set(years))
    covered = range(wanted[0], wanted[-1] + 1)
    hours = _checked_hours(office_hours)
    days_off, makeup_days = _announced_days(covered)
    # Every yearly notice since 2001 has moved at least one weekend, and moved weekends are listed
    # only once the notice is out.
    announced = {day.year for day in makeup_days}
    announced |= {override.on.year for override in overrides if override.is_of_notice}
    for override in overrides:
        days_off.pop(override.on, None)
        makeup_days.discard(override.on)
        if override.kind is DayKind.OFF:
            days_off[override.on] = override.name_zh
        else:
            makeup_days.add(override.on)
    return WorkCalendar(
        version=_version(hours, overrides),
        first_year=covered.start,
        last_year=covered.stop - 1,
        provisional_years=frozenset(covered) - announced,
        office_hours=hours,
        days_off=MappingProxyType(days_off),
        makeup_days=frozenset(makeup_days),
    )


def _announced_days(covered: range) -> tuple[dict[date, str], set[date]]:
    # A make-up day in late December is listed under the holiday of the year after.
    china = holidays.country_holidays(
        "CN", years=range(covered.start, covered.stop + 1), language="zh_CN"
    )
    days_off = {day: name for day, name in china.items() if day.year in covered}
    return days_off, {day for day in china.weekend_workdays if day.year in covered}


def _checked_hours(office_hours: Sequence[OfficeHours]) -> tuple[OfficeHours, ...]:
    ordered = tuple(sorted(office_hours))
    if not ordered:
        raise ValueError("a calendar needs at least one stretch of office hours")
    if any(hours.opens >= hours.closes for hours in ordered):
        raise ValueError("office hours must close after they open")
    if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
        raise ValueError("office hours must not overlap")
    return ordered


def _length(hours: OfficeHours) -> timedelta:
    anchor = date(2000, 1, 1)
    return datetime.combine(anchor, hours.closes) - datetime.combine(anchor, hours.opens)


def _version(hours: Sequence[OfficeHours], overrides: Sequence[CalendarOverride]) -> str:
    facts = {
        "hours": [[str(stretch.opens), str(stretch.closes)] for stretch in hours],
        "overrides": [
            [str(o.on), o.kind.value, o.name_zh, *(["notice"] if o.is_of_notice else [])]
            for o in sorted(overrides)
        ],
    }
    digest = hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:8]
    return f"holidays-{version_of('holidays')}+{digest}"
