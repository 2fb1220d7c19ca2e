"""Limits, deadlines and the time between two moments, in the four units of the field.

An *urgent hour* is an hour on the wall clock, a *natural day* is 24 of them. A *working hour* is an
hour of office time; a *working day* is the office time of one whole day, so a matter that starts at
16:00 with two working days is due at 16:00 two working days later. A start outside office hours
counts from the next opening. Amounts are counted in whole minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from qijie.kernel.calendars import SHANGHAI, WorkCalendar

_MINUTES_PER_HOUR = 60
_MINUTES_PER_NATURAL_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_NOTHING = timedelta()


class LimitUnit(StrEnum):
    URGENT_HOUR = "urgent_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    NATURAL_DAY = "natural_day"

    @property
    def is_working(self) -> bool:
        """Whether only office time counts."""
        return self in (LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY)


_UNIT_ZH = {
    LimitUnit.URGENT_HOUR: "小时",
    LimitUnit.WORKING_HOUR: "个工作小时",
    LimitUnit.WORKING_DAY: "个工作日",
    LimitUnit.NATURAL_DAY: "个自然日",
}


@dataclass(frozen=True, slots=True)
class Limit:
    value: Decimal | int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise ValueError(f"a limit must be more than nothing, got {self.value}")

    @classmethod
    def of_minutes(cls, minutes: int) -> "Limit":
        """A wall-clock limit shorter than the unit's whole hours, such as ten minutes."""
        hours = (Decimal(minutes) / _MINUTES_PER_HOUR).quantize(Decimal("0.0001"))
        return cls(hours, LimitUnit.URGENT_HOUR)

    @property
    def words(self) -> str:
        """How the limit is said to a person: `2 个工作日`, `10 分钟`."""
        minutes = _whole_minutes(Decimal(self.value) * _MINUTES_PER_HOUR)
        if self.unit is LimitUnit.URGENT_HOUR and minutes % _MINUTES_PER_HOUR:
            return f"{minutes} 分钟"
        if self.unit is LimitUnit.WORKING_HOUR and minutes % _MINUTES_PER_HOUR:
            return f"{minutes} 分钟办公时间"
        return f"{Decimal(self.value).normalize():f} {_UNIT_ZH[self.unit]}"


def due_at(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """When the limit runs out, in Shanghai time.

    Working units end within office hours, at the closing rather than at the next opening.
    """
    return _advance(start, _amount(limit, calendar), limit.unit, calendar)


def working_time_between(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """The office time from start to end; nothing if the end is not after the start."""
    total = _NOTHING
    for opens, closes in _office_time(_local(start), calendar, until=_local(end).date()):
        total += max(min(closes, end) - opens, _NOTHING)
    return total


def time_between(
    start: datetime, end: datetime, unit: LimitUnit, calendar: WorkCalendar
) -> timedelta:
    """The time that counts for the unit: office time for working units, else the wall clock."""
    if unit.is_working:
        return working_time_between(start, end, calendar)
    return max(_local(end) - _local(start), _NOTHING)


def resume_due_at(
    due: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    limit: Limit,
    calendar: WorkCalendar,
) -> datetime:
    """The deadline after a pause: what was left when it was paused runs on from the resuming.

    A limit already run out before the pause stays run out, at the same moment.
    """
    if paused_at >= due:
        return _local(due)
    left = time_between(paused_at, due, limit.unit, calendar)
    return _advance(resumed_at, left, limit.unit, calendar)


def share_used(
    start: datetime, due: datetime, now: datetime, calendar: WorkCalendar, unit: LimitUnit
) -> float:
    """How much of the limit is gone: 0.0 at the start, 1.0 when due, more when late."""
    whole = time_between(start, due, unit, calendar)
    if not whole:
        return 1.0 if now >= due else 0.0
    return time_between(start, now, unit, calendar) / whole


def moment_at_share(
    start: datetime, limit: Limit, share: float | Decimal, calendar: WorkCalendar
) -> datetime:
    """When that share of the limit is used up: the moments of the 50 % and 80 % warnings."""
    minutes = _amount(limit, calendar) / timedelta(minutes=1)
    part = timedelta(minutes=_whole_minutes(Decimal(minutes) * Decimal(str(share))))
    return _advance(start, part, limit.unit, calendar)


def halved(limit: Limit) -> Limit:
    """Half the limit, for work sent back or reopened."""
    return Limit(Decimal(limit.value) / 2, limit.unit)


def _amount(limit: Limit, calendar: WorkCalendar) -> timedelta:
    minutes_of_one = {
        LimitUnit.URGENT_HOUR: _MINUTES_PER_HOUR,
        LimitUnit.WORKING_HOUR: _MINUTES_PER_HOUR,
        LimitUnit.WORKING_DAY: calendar.working_day_length // timedelta(minutes=1),
        LimitUnit.NATURAL_DAY: _MINUTES_PER_NATURAL_DAY,
    }
    return timedelta(minutes=_whole_minutes(Decimal(limit.value) * minutes_of_one[limit.unit]))


def _whole_minutes(minutes: Decimal) -> int:
    return int(minutes.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("working time needs aware datetimes")
    return moment.astimezone(SHANGHAI)


def _advance(
    start: datetime, amount: timedelta, unit: LimitUnit, calendar: WorkCalendar
) -> datetime:
    if not unit.is_working:
        return _local(start) + amount
    left = amount
    for opens, closes in _office_time(_local(start), calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("office time has no end")


def _office_time(
    start: datetime, calendar: WorkCalendar, until: date | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """The office stretches from the start on, the first one cut to what is left of it."""
    day = start.date()
    while until is None or day <= until:
        for opens, closes in calendar.office_intervals(day):
            if closes > start:
                yield max(opens, start), closes
        day += _ONE_DAY


def explain(start: datetime, limit: Limit, due: datetime, calendar: WorkCalendar) -> str:
    """One sentence a resident understands: the limit, from when, what was skipped, until when."""
    begin, end = _local(start), _local(due)
    if not limit.unit.is_working:
        note = "夜间和节假日照算" if limit.unit is LimitUnit.URGENT_HOUR else "含周末和节假日"
        return f"限时 {limit.words}（{note}），从 {_moment(begin)} 起算，到 {_until(begin, end)}。"
    counted_from = next(_office_time(begin, calendar))[0]
    clauses = [
        f"限时 {limit.words}",
        _from_when(begin, counted_from),
        *_skipped(counted_from.date(), end.date(), calendar),
        *_makeup(counted_from.date(), end.date(), calendar),
        f"到 {_until(begin, end)}",
        *_provisional(begin.date(), end.date(), calendar),
    ]
    return "，".join(clauses) + "。"


def _from_when(begin: datetime, counted_from: datetime) -> str:
    if counted_from == begin:
        return f"从 {_moment(begin)} 起算"
    return f"{_moment(begin)} 不在办公时间，从 {_until(begin, counted_from)} 起算"


def _moment(moment: datetime) -> str:
    return f"{moment.year}年{_day(moment.date())} {moment:%H:%M}"


def _until(begin: datetime, moment: datetime) -> str:
    if moment.year != begin.year:
        return _moment(moment)
    return f"{_day(moment.date())} {moment:%H:%M}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _days_from(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _skipped(first: date, last: date, calendar: WorkCalendar) -> list[str]:
    runs = _runs_of_days_off(first, last, calendar)
    named = [(name, run) for run in runs if (name := _holiday_name(run, calendar))]
    weekends = [run for run in runs if not _holiday_name(run, calendar)]
    parts = [f"{name}（{_span(run)}）" for name, run in named]
    if len(weekends) == 1:
        parts.append(f"周末（{_span(weekends[0])}）")
    elif weekends:
        parts.append(f"{len(weekends)} 个周末")
    return [f"跳过{'、'.join(parts)}"] if parts else []


def _runs_of_days_off(first: date, last: date, calendar: WorkCalendar) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in _days_from(first, last):
        if calendar.is_working_day(day):
            continue
        if runs and day - runs[-1][-1] == _ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _holiday_name(run: list[date], calendar: WorkCalendar) -> str:
    """The festivals of a run of days off, without the notes on how each day was moved."""
    names = dict.fromkeys(calendar.day_off_name(day).split("（")[0] for day in run)
    plain = [name for name in names if name and name not in ("休息日", "农历除夕")]
    return "、".join(plain)


def _span(run: list[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return _day(first)
    if first.month == last.month:
        return f"{_day(first)}至{last.day}日"
    return f"{_day(first)}至{_day(last)}"


def _makeup(first: date, last: date, calendar: WorkCalendar) -> list[str]:
    days = [_day(day) for day in _days_from(first, last) if day in calendar.makeup_days]
    return [f"{'、'.join(days)}调休上班照算"] if days else []


def _provisional(first: date, last: date, calendar: WorkCalendar) -> list[str]:
    years = sorted({day.year for day in (first, last) if calendar.is_provisional(day)})
    return [f"其中 {year} 年放假安排尚未公布，暂按预计推算" for year in years]
