"""The door through which `refdata/` and a profile's overlay become frozen values."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from qijie.kernel.calendars import CalendarOverride, OfficeHours, WorkCalendar, build_calendar
from qijie.kernel.codes import is_within
from qijie.kernel.working_time import Limit
from qijie.setup.reference import builders
from qijie.setup.reference.cells import Cells
from qijie.setup.reference.checks import Entry, Tables, cross_defects
from qijie.setup.reference.defects import ReferenceError
from qijie.setup.reference.rows import (
    CategoryRow,
    ClockRow,
    ConditionRow,
    DangerRow,
    DayRow,
    FamilyRow,
    NumberRow,
    OfficeHoursRow,
    PostKindRow,
    ResponsibilityRow,
    SourceRow,
    TitleRow,
    UnitKindRow,
)
from qijie.setup.reference.tables import Findings, Shape, read_table

Row = TypeVar("Row")


class Coded(Protocol):
    @property
    def code(self) -> str: ...


CodedRow = TypeVar("CodedRow", bound=Coded)


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data of one place. Equal versions mean equal data."""

    version: str
    sources: tuple[SourceRow, ...]
    families: tuple[FamilyRow, ...]
    categories: tuple[CategoryRow, ...]
    conditions: tuple[ConditionRow, ...]
    unit_kinds: tuple[UnitKindRow, ...]
    post_kinds: tuple[PostKindRow, ...]
    clocks: tuple[ClockRow, ...]
    numbers: tuple[NumberRow, ...]
    responsibility: tuple[ResponsibilityRow, ...]
    office_hours: tuple[OfficeHoursRow, ...]
    days: tuple[DayRow, ...]
    dangers: tuple[DangerRow, ...]
    titles: tuple[TitleRow, ...]

    def family(self, code: str) -> FamilyRow:
        return _by_code(self.families, code)

    def category(self, code: str) -> CategoryRow:
        return _by_code(self.categories, code)

    def condition(self, code: str) -> ConditionRow:
        return _by_code(self.conditions, code)

    def clock(self, code: str) -> ClockRow:
        return _by_code(self.clocks, code)

    def conditions_of(self, category: str) -> tuple[ConditionRow, ...]:
        """The category's conditions, the restore stages among them."""
        return tuple(row for row in self.conditions if row.category == category)

    def limit_of(self, condition: ConditionRow) -> Limit:
        """The condition's limit, or its family's default where it is unset."""
        return (
            condition.limit or self.family(self.category(condition.category).family).default_limit
        )

    def responsibility_for(self, category: CategoryRow) -> ResponsibilityRow:
        """The category's own line; else its family's line with the category's main unit."""
        by_subject = {row.subject: row for row in self.responsibility}
        if category.code in by_subject:
            return by_subject[category.code]
        line = by_subject[category.family]
        return ResponsibilityRow(
            subject=category.code,
            main_unit_kind=category.main_unit_kind,
            assisting_unit_kinds=tuple(
                kind for kind in line.assisting_unit_kinds if kind != category.main_unit_kind
            ),
            level=line.level,
            may_summon=line.may_summon,
            worker_may_zh=line.worker_may_zh,
            source=line.source,
        )

    def office_hours_at(self, path: str = "") -> tuple[OfficeHours, ...]:
        """The hours of the nearest territory on the path that has its own, else the general."""
        owners = {row.territory_path for row in self.office_hours}
        near = [owner for owner in owners if owner and is_within(path, owner)]
        owner = max(near, key=len, default="")
        return tuple(
            sorted(
                OfficeHours(row.opens, row.closes)
                for row in self.office_hours
                if row.territory_path == owner
            )
        )

    def calendar(self, years: Iterable[int], path: str = "") -> WorkCalendar:
        overrides = [
            CalendarOverride(row.on, row.kind, row.name_zh, row.of_notice) for row in self.days
        ]
        return build_calendar(years, self.office_hours_at(path), overrides)


def read_reference(folder: Path, overlay: Path | None = None) -> Reference:
    """The folder's data, with a profile's files of the same names laid over it.

    In the overlay a row with a known key replaces the whole row, a new key is added at the end, and
    a key with a leading `-` removes the row. Raises ReferenceError naming every defect at once.
    """
    findings = Findings()

    def entries(shape: Shape, build: Callable[[Cells], Row]) -> tuple[Entry[Row], ...]:
        rows = read_table(folder, overlay, shape, findings)
        return tuple(Entry(row, build(Cells(row, findings))) for row in rows)

    tables = Tables(
        sources=entries(builders.SOURCES, builders.source),
        families=entries(builders.FAMILIES, builders.family),
        categories=entries(builders.CATEGORIES, builders.category),
        conditions=entries(builders.CONDITIONS, builders.condition),
        unit_kinds=entries(builders.UNIT_KINDS, builders.unit_kind),
        post_kinds=entries(builders.POST_KINDS, builders.post_kind),
        clocks=entries(builders.CLOCKS, builders.clock),
        numbers=entries(builders.NUMBERS, builders.number),
        responsibility=entries(builders.RESPONSIBILITY, builders.responsibility),
        office_hours=entries(builders.OFFICE_HOURS, builders.office_hours),
        days=entries(builders.DAYS, builders.day),
        dangers=entries(builders.DANGERS, builders.danger),
        titles=entries(builders.TITLES, builders.title),
    )
    defects = [*findings.defects, *cross_defects(tables)]
    if defects:
        raise ReferenceError(defects)
    return _frozen(tables)


def _by_code(rows: Iterable[CodedRow], code: str) -> CodedRow:
    for row in rows:
        if row.code == code:
            return row
    raise KeyError(code)


def _frozen(tables: Tables) -> Reference:
    return Reference(
        version=_version(tables),
        sources=_values(tables.sources),
        families=_values(tables.families),
        categories=_values(tables.categories),
        conditions=_values(tables.conditions),
        unit_kinds=_values(tables.unit_kinds),
        post_kinds=_values(tables.post_kinds),
        clocks=_values(tables.clocks),
        numbers=_values(tables.numbers),
        responsibility=_values(tables.responsibility),
        office_hours=_values(tables.office_hours),
        days=_values(tables.days),
        dangers=_values(tables.dangers),
        titles=_values(tables.titles),
    )


def _values(entries: tuple[Entry[Row], ...]) -> tuple[Row, ...]:
    return tuple(entry.value for entry in entries)


def _version(tables: Tables) -> str:
    digest = hashlib.sha256()
    for name in Tables.__dataclass_fields__:
        for entry in getattr(tables, name):
            digest.update(f"{name}{sorted(entry.row.cells.items())}".encode())
    return digest.hexdigest()[:12]
