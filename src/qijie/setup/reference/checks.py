"""What one row says about another: known parents and units, stages, sides, gaps."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from qijie.access.viewer import SIDE_OF_ROLE, Side
from qijie.issues.rules.naming import SHORTEST
from qijie.issues.rules.vocabulary import Family, Stage
from qijie.kernel.codes import level_of_path
from qijie.kernel.refusal import Refusal
from qijie.setup.reference.defects import Defect
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
    TitleRow,
    UnitKindRow,
)
from qijie.setup.reference.tables import RawRow

Row = TypeVar("Row")

FAMILY_CODES = tuple(family.value for family in Family)
PHOTOS = frozenset({Evidence.PHOTO_AFTER, Evidence.PHOTO_BEFORE_AFTER})
CLOCK_CODES = (
    "accept",
    "accept_urgent",
    "file",
    "name_owner",
    "sign",
    "convene_answer",
    "convene_answer_urgent",
    "help_acknowledge",
    "rule_on_returns",
    "verify",
    "first_answer",
    "urge_answer",
    "call_back",
    "call_back_window",
    "confirm",
    "object_window",
    "reopen_window",
    "hang_up_review",
    "first_answer_urgent",
    "file_urgent",
    "sign_urgent",
    "urge_answer_urgent",
    "make_safe_urgent",
    "call_back_urgent",
)

NUMBER_CODES = ("urges_a_day", "suspensions", "reopenings", "sampled_percent", "warn_percent")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Row]):
    """A value with the row it was read from."""

    row: RawRow
    value: Row


@dataclass(frozen=True, slots=True)
class Tables:
    sources: tuple[Entry[SourceRow], ...]
    families: tuple[Entry[FamilyRow], ...]
    categories: tuple[Entry[CategoryRow], ...]
    conditions: tuple[Entry[ConditionRow], ...]
    unit_kinds: tuple[Entry[UnitKindRow], ...]
    post_kinds: tuple[Entry[PostKindRow], ...]
    clocks: tuple[Entry[ClockRow], ...]
    numbers: tuple[Entry[NumberRow], ...]
    responsibility: tuple[Entry[ResponsibilityRow], ...]
    office_hours: tuple[Entry[OfficeHoursRow], ...]
    days: tuple[Entry[DayRow], ...]
    dangers: tuple[Entry[DangerRow], ...]
    titles: tuple[Entry[TitleRow], ...]


def cross_defects(tables: Tables) -> Iterator[Defect]:
    for check in _CHECKS:
        yield from check(tables)


def _unknown_sources(tables: Tables) -> Iterator[Defect]:
    known = {entry.value.code for entry in tables.sources}
    for entry in _sourced(tables):
        if (name := entry.row.cells["source"].strip()) and name not in known:
            yield entry.row.defect("source", f"出处“{name}”不在 sources.csv 中", "请先登记这个出处")


def _sourced(tables: Tables) -> Iterator[Entry[object]]:
    for name in Tables.__dataclass_fields__:
        if name != "sources":
            yield from getattr(tables, name)


def _missing_codes(tables: Tables) -> Iterator[Defect]:
    families = {entry.value.code for entry in tables.families}
    clocks = {entry.value.code for entry in tables.clocks}
    yield from _missing("families.csv", "code", FAMILY_CODES, families)
    numbers = {entry.value.code for entry in tables.numbers}
    yield from _missing("clocks.csv", "code", CLOCK_CODES, clocks)
    yield from _missing("numbers.csv", "code", NUMBER_CODES, numbers)
    listed = {entry.value.subject for entry in tables.responsibility}
    yield from _missing("responsibility.csv", "subject", FAMILY_CODES, listed)


def _missing(file: str, column: str, needed: Iterable[str], present: set[str]) -> Iterator[Defect]:
    for code in needed:
        if code not in present:
            yield Defect(file, None, column, f"缺少“{code}”", "这一行不能删去，请补上")


def _category_defects(tables: Tables) -> Iterator[Defect]:
    families = {entry.value.code for entry in tables.families}
    chosen = Counter(
        entry.value.category for entry in tables.conditions if entry.value.is_choosable
    )
    for entry in tables.categories:
        category = entry.value
        if category.family and category.family not in families:
            problem = f"大类“{category.family}”不存在"
            yield entry.row.defect("family", problem, "请改为 families.csv 中的代码")
        if not chosen[category.code]:
            problem = f"“{category.code}”没有可选的立案条件"
            yield entry.row.defect("code", problem, "请在 conditions.csv 中至少写一条")
        if bool(category.successor_codes) != bool(category.successor_basis):
            problem = "后继代码和依据只填了一个"
            yield entry.row.defect("successor_basis", problem, "请两格都填或都不填")


def _condition_defects(tables: Tables) -> Iterator[Defect]:
    categories = {entry.value.code for entry in tables.categories}
    worded: set[tuple[str, str]] = set()
    for entry in tables.conditions:
        condition = entry.value
        if condition.category and condition.category not in categories:
            problem = f"类别“{condition.category}”不存在"
            yield entry.row.defect("category", problem, "请改为 categories.csv 中的代码")
        if set(condition.evidence) <= PHOTOS:
            problem = "只收照片"
            yield entry.row.defect(
                "evidence", problem, "请加上 own_look、other_side 或 record，任一项即可反馈"
            )
        if (condition.category, condition.wording_zh) in worded:
            problem = f"同一类别里已有“{condition.wording_zh}”"
            yield entry.row.defect("wording_zh", problem, "请写得能与其他条件区分开")
        worded.add((condition.category, condition.wording_zh))


def _stage_defects(tables: Tables) -> Iterator[Defect]:
    by_code = {entry.value.code: entry.value for entry in tables.conditions}
    for entry in tables.conditions:
        condition = entry.value
        first = by_code.get(condition.follows)
        if condition.stage is not Stage.RESTORE:
            if condition.follows:
                problem = "只有修复阶段才接在别的条件之后"
                yield entry.row.defect("follows", problem, "请清空这一格或把 stage 改为 restore")
        elif (
            first is None
            or first.stage is not Stage.MAKE_SAFE
            or first.category != condition.category
        ):
            problem = f"修复阶段要接在同一类别的止险条件之后，“{condition.follows}”不是"
            yield entry.row.defect("follows", problem, "请填写 stage 为 make_safe 的条件代码")


def _unit_kind_defects(tables: Tables) -> Iterator[Defect]:
    known = {entry.value.code for entry in tables.unit_kinds}
    named: list[tuple[RawRow, str, tuple[str, ...]]] = []
    for family in tables.families:
        named.append((family.row, "default_unit_kind", (family.value.default_unit_kind,)))
    for category in tables.categories:
        named.append((category.row, "main_unit_kind", (category.value.main_unit_kind,)))
    for entry in tables.responsibility:
        named.append((entry.row, "main_unit_kind", (entry.value.main_unit_kind,)))
        named.append((entry.row, "assisting_unit_kinds", entry.value.assisting_unit_kinds))
        named.append((entry.row, "may_summon", entry.value.may_summon))
    for row, column, codes in named:
        for code in codes:
            if code and code not in known:
                problem = f"单位类型“{code}”不存在"
                yield row.defect(column, problem, "请改为 unit_kinds.csv 中的代码")


def _responsibility_defects(tables: Tables) -> Iterator[Defect]:
    main = {entry.value.code: entry.value.main_unit_kind for entry in tables.categories}
    main |= {entry.value.code: entry.value.default_unit_kind for entry in tables.families}
    for entry in tables.responsibility:
        duty = entry.value
        if not duty.subject:
            continue
        if duty.subject not in main:
            problem = f"“{duty.subject}”既不是类别也不是大类"
            yield entry.row.defect("subject", problem, "请改为已有的代码")
        elif duty.main_unit_kind and duty.main_unit_kind != main[duty.subject]:
            problem = f"主办“{duty.main_unit_kind}”与分类表中的“{main[duty.subject]}”不一致"
            yield entry.row.defect("main_unit_kind", problem, "请改成一致")


def _post_defects(tables: Tables) -> Iterator[Defect]:
    for entry in tables.post_kinds:
        post = entry.value
        side = SIDE_OF_ROLE[post.role] if post.role else Side.NONE
        if post.side is not side:
            role = post.role.value if post.role else "空"
            problem = f"角色“{role}”应属于“{side.value}”，写成了“{post.side.value}”"
            yield entry.row.defect("side", problem, "监督、指挥两侧不能混同，请更正")


def _title_defects(tables: Tables) -> Iterator[Defect]:
    known = {entry.value.code for entry in tables.unit_kinds}
    known |= {entry.value.code for entry in tables.post_kinds}
    for entry in tables.titles:
        if entry.value.kind and entry.value.kind not in known:
            problem = f"单位或岗位类型“{entry.value.kind}”不存在"
            cure = "请改为 unit_kinds.csv 或 post_kinds.csv 中的代码"
            yield entry.row.defect("kind", problem, cure)
        for word in entry.value.titles:
            if len(word) < SHORTEST:
                problem = f"“{word}”太短，几乎每句话里都有"
                yield entry.row.defect("titles", problem, f"请写至少 {SHORTEST} 个字的叫法")


def _office_hours_defects(tables: Tables) -> Iterator[Defect]:
    last_close: dict[str, OfficeHoursRow] = {}
    for entry in sorted(tables.office_hours, key=lambda e: (e.value.territory_path, e.value.opens)):
        hours = entry.value
        if hours.territory_path and not _is_path(hours.territory_path):
            problem = f"“{hours.territory_path}”不是区划路径"
            yield entry.row.defect("territory_path", problem, "请填写如 420103 的路径，或留空")
        if hours.closes <= hours.opens:
            yield entry.row.defect("closes", "下班不晚于上班", "请更正时刻")
        before = last_close.get(hours.territory_path)
        if before and hours.opens < before.closes:
            yield entry.row.defect("opens", f"与“{before.code}”的时段重叠", "请更正时刻")
        last_close[hours.territory_path] = hours
    if "" not in last_close:
        file = "calendars/office_hours.csv"
        yield Defect(file, None, "territory_path", "没有通用的办公时间", "请补上路径留空的行")


def _is_path(path: str) -> bool:
    try:
        level_of_path(path)
    except Refusal:
        return False
    return True


_CHECKS: tuple[Callable[[Tables], Iterator[Defect]], ...] = (
    _unknown_sources,
    _missing_codes,
    _category_defects,
    _condition_defects,
    _stage_defects,
    _unit_kind_defects,
    _responsibility_defects,
    _post_defects,
    _title_defects,
    _office_hours_defects,
)
