"""The catalogue to choose from, by its own names or in residents' words."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from qijie.issues.models import Category
from qijie.issues.queries.book import read_at
from qijie.issues.rules.vocabulary import Family

FAMILY_WORDS = {
    Family.NEIGHBOURHOOD: "小区里、楼里的事",
    Family.CITY_MANAGEMENT: "街上的事：路、灯、井盖、垃圾、占道",
    Family.HAZARD: "看到不安全的地方",
    Family.HELP: "我或别人需要帮忙",
    Family.DISPUTE: "和别人有纠纷，想请人调解",
    Family.SERVICE: "办事、咨询、提建议",
    Family.OTHER: "说不清归谁管的事",
}
OFFICIAL = {family: family.label for family in Family}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    other: str
    """Its name in the other words, by which it is found as well."""
    keywords: str


def choices(*, officially: bool = False) -> list[tuple[str, list[Choice]]]:
    """Current categories in their families, by their own names or by plain ones; one query."""
    rows = Category.objects.filter(is_current=True).values_list(
        "family", "code", "plain_name", "name", "keywords"
    )
    by_family = defaultdict(list)
    for family, code, plain_name, name, keywords in rows:
        label, other = (name, plain_name) if officially else (plain_name, name)
        by_family[Family(family)].append(Choice(code, label, other, " ".join(keywords)))
    families = OFFICIAL if officially else FAMILY_WORDS
    return [(words, by_family[family]) for family, words in families.items() if by_family[family]]


_drawn: dict[bool, tuple[float, SafeString]] = {}


def options(chosen: str, *, officially: bool = False) -> SafeString:
    """The choices as grouped `<option>`s; hundreds, so drawn once for each reading of the book."""
    current = read_at()
    if officially not in _drawn or _drawn[officially][0] != current:
        found = choices(officially=officially)
        groups = ((words, _options_of(group)) for words, group in found)
        drawn = format_html_join("\n", '<optgroup label="{}">{}</optgroup>', groups)
        _drawn[officially] = current, drawn
    drawn = _drawn[officially][1]
    if not chosen:
        return drawn
    value = format_html('value="{}"', chosen)
    return SafeString(drawn.replace(value, f"{value} selected", 1))


def _options_of(group: list[Choice]) -> SafeString:
    told = ((one.code, one.other, one.keywords, one.label) for one in group)
    option = '<option value="{}" data-name="{}" data-words="{}">{}</option>'
    return format_html_join("", option, told)
