"""The reference values a decision needs, handed in by whoever asks: limits and calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from qijie.issues.rules.vocabulary import ClockKind, Evidence, Family, Stage, Urgency
from qijie.kernel.calendars import WorkCalendar
from qijie.kernel.codes import ancestors
from qijie.kernel.working_time import Limit, LimitUnit


@dataclass(frozen=True, slots=True)
class StageLimit:
    stage: Stage
    limit: Limit


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """A filing condition: the defect a worker chose by its words, and the limit it carries."""

    code: str
    category: str
    limit: Limit | None = None
    stages: tuple[StageLimit, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def limit_of(self, stage: Stage) -> Limit | None:
        return next((step.limit for step in self.stages if step.stage is stage), None)


# Source: the normative defaults of the closed loop, as refdata/clocks.csv, families.csv and
# numbers.csv ship them; a city changes them there. They hold where no reference data is loaded.
DEFAULT_LIMITS: Mapping[tuple[ClockKind, Urgency], Limit] = {
    (ClockKind.ACCEPT, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_HOUR),
    (ClockKind.ACCEPT, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.FIRST_ANSWER, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_DAY),
    (ClockKind.FIRST_ANSWER, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.FILE, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.FILE, Urgency.NORMAL): Limit(2, LimitUnit.WORKING_HOUR),
    (ClockKind.NAME_OWNER, Urgency.NORMAL): Limit(3, LimitUnit.WORKING_DAY),
    (ClockKind.SIGN, Urgency.NORMAL): Limit(2, LimitUnit.WORKING_HOUR),
    (ClockKind.SIGN, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.MAKE_SAFE, Urgency.URGENT): Limit.of_minutes(30),
    (ClockKind.CONVENE_ANSWER, Urgency.NORMAL): Limit(2, LimitUnit.WORKING_HOUR),
    (ClockKind.CONVENE_ANSWER, Urgency.URGENT): Limit.of_minutes(30),
    (ClockKind.RULING, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_DAY),
    (ClockKind.VERIFY, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_DAY),
    (ClockKind.URGE_ANSWER, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_DAY),
    (ClockKind.URGE_ANSWER, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.CALL_BACK, Urgency.NORMAL): Limit(1, LimitUnit.WORKING_DAY),
    (ClockKind.CALL_BACK, Urgency.URGENT): Limit.of_minutes(10),
    (ClockKind.CALL_BACK_WINDOW, Urgency.NORMAL): Limit(3, LimitUnit.WORKING_DAY),
    (ClockKind.CONFIRM_WINDOW, Urgency.NORMAL): Limit(7, LimitUnit.NATURAL_DAY),
    (ClockKind.OBJECTION_WINDOW, Urgency.NORMAL): Limit(15, LimitUnit.NATURAL_DAY),
    (ClockKind.REOPEN_WINDOW, Urgency.NORMAL): Limit(15, LimitUnit.NATURAL_DAY),
    (ClockKind.REVIEW, Urgency.NORMAL): Limit(30, LimitUnit.NATURAL_DAY),
}

FAMILY_DEFAULTS: Mapping[Family, Limit] = {
    Family.CITY_MANAGEMENT: Limit(5, LimitUnit.WORKING_DAY),
    Family.NEIGHBOURHOOD: Limit(5, LimitUnit.WORKING_DAY),
    Family.DISPUTE: Limit(15, LimitUnit.WORKING_DAY),
    Family.SERVICE: Limit(3, LimitUnit.WORKING_DAY),
    Family.HAZARD: Limit(3, LimitUnit.WORKING_DAY),
    Family.HELP: Limit(2, LimitUnit.URGENT_HOUR),
    Family.OTHER: Limit(3, LimitUnit.WORKING_DAY),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How often and how much: `refdata/numbers.csv`.

    `reopenings` end with the district's final review. `sampled_percent` of the matters solved on
    the spot wait for a verifier's own look. `warn_percent` are the shares at which whoever holds a
    limit that has no line in clocks.csv is warned; the last is 临期.
    """

    urges_a_day: int = 1
    suspensions: int = 2
    reopenings: int = 3
    sampled_percent: int = 5
    warn_percent: tuple[int, ...] = (50, 80)

    @property
    def words(self) -> Mapping[str, str]:
        """Each as sentences say it, for blanks such as `{suspensions}`."""
        return {
            "urges_a_day": str(self.urges_a_day),
            "suspensions": str(self.suspensions),
            "reopenings": str(self.reopenings),
        }


def span_words(limit: Limit) -> str:
    """As people say it: 15天, 1个工作日, 10分钟."""
    if limit.unit is LimitUnit.NATURAL_DAY:
        return f"{limit.value:f}天" if isinstance(limit.value, Decimal) else f"{limit.value}天"
    return limit.words.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Book:
    """`calendars` is keyed by territory path; the nearest ancestor's wins, the empty key last."""

    calendars: Mapping[str, WorkCalendar]
    limits: Mapping[tuple[ClockKind, Urgency], Limit] = field(
        default_factory=lambda: DEFAULT_LIMITS
    )
    conditions: Mapping[str, ConditionRule] = field(default_factory=dict)
    family_limits: Mapping[Family, Limit] = field(default_factory=lambda: FAMILY_DEFAULTS)
    numbers: Numbers = Numbers()
    warn_percent: Mapping[tuple[ClockKind, Urgency], tuple[int, ...]] = field(default_factory=dict)

    def calendar(self, path: str) -> WorkCalendar:
        nearest_first = (path, *reversed(ancestors(path)), "")
        return next(self.calendars[key] for key in nearest_first if key in self.calendars)

    def limit(self, kind: ClockKind, urgency: Urgency) -> Limit:
        return self.limits.get((kind, urgency)) or self.limits[kind, Urgency.NORMAL]

    def warnings(self, kind: ClockKind, urgency: Urgency) -> tuple[int, ...]:
        """The percentages of the limit that are told, rising; the last is 临期."""
        own = self.warn_percent.get((kind, urgency)) or self.warn_percent.get(
            (kind, Urgency.NORMAL)
        )
        return own or self.numbers.warn_percent

    @property
    def spans(self) -> Mapping[str, str]:
        """Each limit and number as sentences say it, for blanks such as `{call_back_span}`."""
        return self.spans_of(Urgency.NORMAL)

    def spans_of(self, urgency: Urgency) -> Mapping[str, str]:
        """The same for a matter of that urgency: what is urgent is answered sooner."""
        known = {kind for kind, of in self.limits if of in (urgency, Urgency.NORMAL)}
        spans = {f"{kind.value}_span": span_words(self.limit(kind, urgency)) for kind in known}
        return {**spans, **self.numbers.words}

    def condition(self, code: str | None) -> ConditionRule | None:
        return self.conditions.get(code) if code else None
