"""The catalogue in residents' words."""

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


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    words: str
    """What it is looked up by, beside its label."""


def choices() -> list[tuple[str, list[Choice]]]:
    """Current categories by their plain names, in the families of `FAMILY_WORDS`; one query."""
    rows = Category.objects.filter(is_current=True).values_list(
        "family", "code", "plain_name", "name", "keywords"
    )
    by_family = defaultdict(list)
    for family, code, plain_name, name, keywords in rows:
        by_family[Family(family)].append(Choice(code, plain_name, " ".join([name, *keywords])))
    return [
        (words, by_family[family]) for family, words in FAMILY_WORDS.items() if by_family[family]
    ]


_drawn: tuple[float, SafeString] | None = None


def options(chosen: str) -> SafeString:
    """The choices as grouped `<option>`s; hundreds, so drawn once for each reading of the book."""
    global _drawn
    current = read_at()
    if _drawn is None or _drawn[0] != current:
        groups = ((words, _options_of(group)) for words, group in choices())
        drawn = format_html_join("\n", '<optgroup label="{}">{}</optgroup>', groups)
        _drawn = current, drawn
    if not chosen:
        return _drawn[1]
    value = format_html('value="{}"', chosen)
    return SafeString(_drawn[1].replace(value, f"{value} selected", 1))


def _options_of(group: list[Choice]) -> SafeString:
    told = ((one.code, one.words, one.label) for one in group)
    return format_html_join("", '<option value="{}" data-words="{}">{}</option>', told)
