"""The catalogue in residents' words."""

from collections import defaultdict
from dataclasses import dataclass

from qijie.issues.models import Category
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
