"""Each file's columns, and one row of it as a frozen value."""

from qijie.access.viewer import Role, Side
from qijie.issues.rules.vocabulary import Stage
from qijie.kernel.calendars import DayKind
from qijie.kernel.codes import Level
from qijie.setup.reference.cells import Cells
from qijie.setup.reference.rows import (
    CategoryRow,
    ClockRow,
    ConditionRow,
    DangerRow,
    DayRow,
    Evidence,
    FamilyRow,
    NumberRow,
    OfficeHoursRow,
    PostKindRow,
    ResponsibilityRow,
    SourceRow,
    StandardKind,
    SuccessorBasis,
    TitleRow,
    UnitKindRow,
    Wording,
)
from qijie.setup.reference.tables import Shape

SOURCES = Shape("sources.csv", ("code", "name_zh", "standing_zh"))
FAMILIES = Shape(
    "families.csv",
    (
        "code",
        "name_zh",
        "resident_wording_zh",
        "default_limit_value",
        "default_limit_unit",
        "default_unit_kind",
        "order",
        "is_simple",
        "source",
    ),
)
CATEGORIES = Shape(
    "categories.csv",
    (
        "code",
        "family",
        "name_zh",
        "resident_name_zh",
        "keywords",
        "main_unit_kind",
        "is_urgent",
        "standard",
        "standard_kind",
        "standard_code",
        "successor_codes",
        "successor_name_zh",
        "successor_basis",
        "source",
    ),
)
CONDITIONS = Shape(
    "conditions.csv",
    (
        "code",
        "category",
        "wording_zh",
        "wording",
        "limit_value",
        "limit_unit",
        "stage",
        "follows",
        "evidence",
        "close_standard_zh",
        "source",
    ),
)
UNIT_KINDS = Shape(
    "unit_kinds.csv",
    (
        "code",
        "name_zh",
        "levels",
        "side",
        "source",
    ),
)
POST_KINDS = Shape(
    "post_kinds.csv",
    (
        "code",
        "name_zh",
        "levels",
        "role",
        "side",
        "needs_mfa",
        "duty_zh",
        "source",
    ),
)
NUMBERS = Shape("numbers.csv", ("code", "name_zh", "value", "source"))
CLOCKS = Shape(
    "clocks.csv",
    (
        "code",
        "name_zh",
        "starts_zh",
        "ends_zh",
        "holder_zh",
        "limit_value",
        "limit_unit",
        "warn_percent",
        "source",
    ),
)
RESPONSIBILITY = Shape(
    "responsibility.csv",
    (
        "subject",
        "main_unit_kind",
        "assisting_unit_kinds",
        "level",
        "may_summon",
        "worker_may_zh",
        "source",
    ),
)
OFFICE_HOURS = Shape(
    "calendars/office_hours.csv",
    (
        "code",
        "territory_path",
        "opens",
        "closes",
        "source",
    ),
)
DAYS = Shape(
    "calendars/overrides.csv",
    (
        "on",
        "kind",
        "name_zh",
        "of_notice",
        "source",
    ),
)

DANGERS = Shape(
    "danger.csv",
    (
        "code",
        "name_zh",
        "advice_zh",
        "calls",
        "patterns",
        "harmless",
        "categories",
        "source",
    ),
)
TITLES = Shape("titles.csv", ("kind", "titles", "by_short_name", "source"))


def title(cells: Cells) -> TitleRow:
    return TitleRow(
        kind=cells.code("kind"),
        titles=cells.words("titles"),
        by_short_name=cells.yes("by_short_name"),
        source=cells.code("source"),
    )


def danger(cells: Cells) -> DangerRow:
    return DangerRow(
        code=cells.code("code"),
        name_zh=cells.text("name_zh"),
        advice_zh=tuple(cells.text("advice_zh").split("|")),
        calls=cells.calls("calls"),
        patterns=cells.words("patterns"),
        harmless=cells.words("harmless"),
        categories=cells.words("categories"),
        source=cells.code("source"),
    )


def source(cells: Cells) -> SourceRow:
    return SourceRow(cells.code("code"), cells.text("name_zh"), cells.text("standing_zh"))


def family(cells: Cells) -> FamilyRow:
    return FamilyRow(
        code=cells.code("code"),
        name_zh=cells.text("name_zh"),
        resident_wording_zh=cells.text("resident_wording_zh"),
        default_limit=cells.limit("default_limit_value", "default_limit_unit"),
        default_unit_kind=cells.code("default_unit_kind"),
        order=cells.number("order"),
        is_simple=cells.yes("is_simple"),
        source=cells.code("source"),
    )


def category(cells: Cells) -> CategoryRow:
    return CategoryRow(
        code=cells.code("code"),
        family=cells.code("family"),
        name_zh=cells.text("name_zh"),
        resident_name_zh=cells.text("resident_name_zh"),
        keywords=cells.words("keywords"),
        main_unit_kind=cells.code("main_unit_kind"),
        is_urgent=cells.yes("is_urgent"),
        standard=cells.text("standard"),
        standard_kind=cells.choice("standard_kind", StandardKind),
        standard_code=cells.text("standard_code"),
        successor_codes=cells.words("successor_codes"),
        successor_name_zh=cells.optional_text("successor_name_zh"),
        successor_basis=cells.optional_choice("successor_basis", SuccessorBasis),
        source=cells.code("source"),
    )


def condition(cells: Cells) -> ConditionRow:
    return ConditionRow(
        code=cells.code("code"),
        category=cells.code("category"),
        wording_zh=cells.text("wording_zh"),
        wording=cells.choice("wording", Wording),
        limit=cells.optional_limit("limit_value", "limit_unit"),
        stage=cells.optional_choice("stage", Stage),
        follows=cells.optional_text("follows"),
        evidence=cells.choices("evidence", Evidence),
        close_standard_zh=cells.text("close_standard_zh"),
        source=cells.code("source"),
    )


def unit_kind(cells: Cells) -> UnitKindRow:
    return UnitKindRow(
        code=cells.code("code"),
        name_zh=cells.text("name_zh"),
        levels=cells.choices("levels", Level),
        side=cells.choice("side", Side),
        source=cells.code("source"),
    )


def post_kind(cells: Cells) -> PostKindRow:
    return PostKindRow(
        code=cells.code("code"),
        name_zh=cells.text("name_zh"),
        levels=cells.choices("levels", Level),
        role=cells.optional_choice("role", Role),
        side=cells.choice("side", Side),
        needs_mfa=cells.yes("needs_mfa"),
        duty_zh=cells.text("duty_zh"),
        source=cells.code("source"),
    )


def clock(cells: Cells) -> ClockRow:
    return ClockRow(
        code=cells.code("code"),
        name_zh=cells.text("name_zh"),
        starts_zh=cells.text("starts_zh"),
        ends_zh=cells.text("ends_zh"),
        holder_zh=cells.text("holder_zh"),
        limit=cells.limit("limit_value", "limit_unit"),
        warn_percent=cells.percents("warn_percent"),
        source=cells.code("source"),
    )


WARNINGS, SHARE = "warn_percent", "sampled_percent"


def number(cells: Cells) -> NumberRow:
    code = cells.code("code")
    return NumberRow(
        code=code,
        name_zh=cells.text("name_zh"),
        values=_values_of(code, cells),
        source=cells.code("source"),
    )


def _values_of(code: str, cells: Cells) -> tuple[int, ...]:
    cells.text("value")
    if code == WARNINGS:
        return cells.percents("value")
    least, most = (0, 100) if code == SHARE else (1, 99)
    return (cells.number_within("value", least, most),)


def responsibility(cells: Cells) -> ResponsibilityRow:
    return ResponsibilityRow(
        subject=cells.code("subject"),
        main_unit_kind=cells.code("main_unit_kind"),
        assisting_unit_kinds=cells.words("assisting_unit_kinds"),
        level=cells.choice("level", Level),
        may_summon=cells.words("may_summon"),
        worker_may_zh=cells.text("worker_may_zh"),
        source=cells.code("source"),
    )


def office_hours(cells: Cells) -> OfficeHoursRow:
    return OfficeHoursRow(
        code=cells.code("code"),
        territory_path=cells.optional_text("territory_path"),
        opens=cells.clock_time("opens"),
        closes=cells.clock_time("closes"),
        source=cells.code("source"),
    )


def day(cells: Cells) -> DayRow:
    return DayRow(
        on=cells.day("on"),
        kind=cells.choice("kind", DayKind),
        name_zh=cells.text("name_zh"),
        of_notice=cells.yes("of_notice"),
        source=cells.code("source"),
    )
