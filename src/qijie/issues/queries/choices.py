"""What a person may choose from: categories, conditions, units."""

from collections.abc import Sequence
from itertools import groupby

from django.db.models import QuerySet

from qijie.issues.models import Category, Condition, Issue, Responsibility
from qijie.issues.queries.aiming import unconcerned_units
from qijie.issues.rules.danger import Danger
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.vocabulary import Family, Stage
from qijie.kernel.codes import Level
from qijie.kernel.kept import Kept
from qijie.teams.models import OrgUnit
from qijie.teams.queries import units_serving

Choice = tuple[str, str]
_EMERGENCY = "险情"
"""The catalogue's own keyword of a kind that any danger may be."""
_known = Kept[Category | None](seconds=60, most=1000)
Group = tuple[str, list[Choice]]


def categories() -> list[Group]:
    """Current categories grouped by family, in the catalogue's words."""
    rows = Category.objects.filter(is_current=True).values_list("family", "code", "name")
    by_family = groupby(sorted(rows, key=_family_order), key=lambda row: row[0])
    return [
        (Family(family).label, [(code, name) for _, code, name in group])
        for family, group in by_family
    ]


def known_category(code: str) -> Category | None:
    """The category of a code, None for no code; raises Refused for one that is not in use."""
    if not code:
        return None
    category = _known.get(code, lambda: _current(code))
    if category is None:
        raise Refused("unknown_category", "类别：所选类别不存在或已停用，请重新选择。", "category")
    return category


def _current(code: str) -> Category | None:
    return Category.objects.filter(pk=code, is_current=True).first()


def family_of(code: str) -> Family | None:
    category = known_category(code)
    return Family(category.family) if category else None


def _family_order(row: tuple[str, str, str]) -> int:
    return list(Family).index(Family(row[0]))


def conditions_of(category_id: str | None) -> list[Choice]:
    rows = Condition.objects.filter(category_id=category_id, is_current=True, follows="")
    return [(row.code, f"{row.wording}（{limit_words(row)}）") for row in rows]


def kinds_of(dangers: Sequence[Danger]) -> list[str]:
    """Codes of what the catalogue calls such dangers; where it knows none, of any emergency."""
    if not dangers or any(danger.is_self_harm for danger in dangers):
        return []
    known = Category.objects.filter(is_current=True)
    named = [code for danger in dangers for code in danger.categories]
    found = set(known.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    any_kind = known.filter(is_urgent=True, keywords__contains=[_EMERGENCY])
    return [code for code in named if code in found] or list(any_kind.values_list("pk", flat=True))


def condition_to_make_safe(category_id: str | None) -> str:
    """What danger of that kind is usually: the one condition whose first stage is to make safe."""
    staged = Condition.objects.filter(
        category_id=category_id, is_current=True, follows="", stage=Stage.MAKE_SAFE
    ).values_list("code", flat=True)[:2]
    return staged[0] if len(staged) == 1 else ""


def limit_words(row: Condition) -> str:
    if row.limit_value is None:
        return "时限未定，按大类办理"
    return f"{row.limit_value.normalize():f} {row.get_limit_unit_display()}"


def units_for(issue: Issue, thought: str = "") -> tuple[OrgUnit | None, QuerySet[OrgUnit]]:
    """The unit the responsibility list suggests, if any, and every unit that serves the place.

    thought: the category it is thought to be, where it has none of its own yet.
    """
    serving = units_serving(issue.path).order_by("name")
    if issue.about_unit_id:
        serving = serving.exclude(pk=issue.about_unit_id)
    if issue.about_path and issue.hidden_level:
        serving = unconcerned_units(serving, issue.about_path, Level(issue.hidden_level))
    category = issue.category or (Category.objects.filter(pk=thought).first() if thought else None)
    family = issue.family or (category.family if category else None)
    return _suggested(_main_unit_kind(category, family), serving), serving


def _suggested(kind: str, serving: QuerySet[OrgUnit]) -> OrgUnit | None:
    # The nearest of that kind: a community's own before the district's.
    return serving.filter(kind=kind).order_by("-path").first() if kind else None


def _main_unit_kind(category: Category | None, family: str | None) -> str:
    """A line of the category's own, else the category's unit, else the family's line; where
    neither is known, none."""
    own = Responsibility.objects.filter(category=category).first() if category else None
    if own is not None:
        return own.main_unit_kind
    if category and category.main_unit_kind:
        return category.main_unit_kind
    general = (
        Responsibility.objects.filter(category=None, family=family).first() if family else None
    )
    return general.main_unit_kind if general else ""
