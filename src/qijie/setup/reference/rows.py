"""The rows of `refdata/` as frozen values. Columns are described in docs/reference/refdata.md."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from qijie.access.viewer import Role, Side
from qijie.issues.rules.vocabulary import Stage
from qijie.kernel.calendars import DayKind
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit


class Evidence(StrEnum):
    """What is accepted as showing that it is done: any one of those named, never a photo alone."""

    NONE = "none"
    PHOTO_AFTER = "photo_after"
    PHOTO_BEFORE_AFTER = "photo_before_after"
    RECORD = "record"
    OWN_LOOK = "own_look"
    OTHER_SIDE = "other_side"


class Wording(StrEnum):
    """Where a condition's words come from: keywords of the source, or written here."""

    TAGS = "tags"
    OURS = "ours"


class StandardKind(StrEnum):
    COMPONENT = "component"
    MATTER = "matter"
    OWN = "own"


class SuccessorBasis(StrEnum):
    """Who says which 2026 class follows: the catalogue's crosswalk, or our reading of the name."""

    CROSSWALK = "crosswalk"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class SourceRow:
    code: str
    name_zh: str
    standing_zh: str


@dataclass(frozen=True, slots=True)
class DangerRow:
    """A danger to life as people write it, what to do, whom to call."""

    code: str
    name_zh: str
    advice_zh: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    patterns: tuple[str, ...]
    harmless: tuple[str, ...]
    categories: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class TitleRow:
    """What people call a kind of unit or post. `by_short_name`: a name without its place counts."""

    kind: str
    titles: tuple[str, ...]
    by_short_name: bool
    source: str


@dataclass(frozen=True, slots=True)
class FamilyRow:
    code: str
    name_zh: str
    resident_wording_zh: str
    default_limit: Limit
    default_unit_kind: str
    order: int
    is_simple: bool
    source: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    code: str
    family: str
    name_zh: str
    resident_name_zh: str
    keywords: tuple[str, ...]
    main_unit_kind: str
    is_urgent: bool
    standard: str
    standard_kind: StandardKind
    standard_code: str
    successor_codes: tuple[str, ...]
    successor_name_zh: str
    successor_basis: SuccessorBasis | None
    source: str


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One defect a worker can choose. `limit` None: unset, the family's default applies."""

    code: str
    category: str
    wording_zh: str
    wording: Wording
    limit: Limit | None
    stage: Stage | None
    follows: str
    evidence: tuple[Evidence, ...]
    close_standard_zh: str
    source: str

    @property
    def is_choosable(self) -> bool:
        """A restore stage is not chosen: it opens when the stage it follows is done."""
        return self.stage is not Stage.RESTORE


@dataclass(frozen=True, slots=True)
class UnitKindRow:
    code: str
    name_zh: str
    levels: tuple[Level, ...]
    side: Side
    source: str


@dataclass(frozen=True, slots=True)
class PostKindRow:
    """`role` None: the post exists and has its place, but does not sign in."""

    code: str
    name_zh: str
    levels: tuple[Level, ...]
    role: Role | None
    side: Side
    needs_mfa: bool
    duty_zh: str
    source: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """`warn_percent`: shares of the limit after which the holder is warned."""

    code: str
    name_zh: str
    starts_zh: str
    ends_zh: str
    holder_zh: str
    limit: Limit
    warn_percent: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """How often or how much; only the warnings are more than one number."""

    code: str
    name_zh: str
    values: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ResponsibilityRow:
    """`subject` is a category or a family; `level` is how far up a whistle may go."""

    subject: str
    main_unit_kind: str
    assisting_unit_kinds: tuple[str, ...]
    level: Level
    may_summon: tuple[str, ...]
    worker_may_zh: str
    source: str


@dataclass(frozen=True, slots=True)
class OfficeHoursRow:
    """An empty `territory_path` means everywhere that has no hours of its own."""

    code: str
    territory_path: str
    opens: time
    closes: time
    source: str


@dataclass(frozen=True, slots=True)
class DayRow:
    on: date
    kind: DayKind
    name_zh: str
    of_notice: bool
    source: str
