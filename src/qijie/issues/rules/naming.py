"""Whom a report's words seem to name. A proposal with its reason, never a decision.

A proposal is cheap: the desk reads on, and whoever is named waits until it has. So a word that
merely mentions somebody (“网格员说垃圾桶满了”) proposes as well. What everybody's complaint is made
of (物业) proposes only under a full name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

SHORTEST = 2
# Everyday names of offices and titles, by kind of unit or post. Source: practice.
EVERYDAY: dict[str, tuple[str, ...]] = {
    "community_committee": ("居委会", "居委", "村委会"),
    "street_office": ("街道办", "办事处"),
    "urban_management": ("城管",),
    "police_station": ("派出所",),
    "grid_worker": ("网格员",),
    "grid_lead": ("网格长",),
    "lead": ("网格长",),
    "chief_grid_lead": ("总网格长",),
    "beat_officer": ("片警", "社区民警"),
    "leader": ("书记", "主任"),
    "desk": ("受理员",),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A post or unit of the place, with everything it may be called."""

    id: UUID
    name: str
    kind: str
    holders: tuple[str, ...] = ()
    is_unit: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """Who may be meant, and the word that says so."""

    id: UUID
    name: str
    words: str
    is_unit: bool = False


def hints(text: str, around: Iterable[Named], places: Sequence[str] = ()) -> tuple[Hint, ...]:
    """One hint for each post or unit some word of the text may mean, by its longest word.

    places: names of the divisions around, which a short name leaves out.
    """
    plain = "".join(text.split())
    found = ((one, _longest(plain, _called(one, places))) for one in around)
    return tuple(Hint(one.id, one.name or word, word, one.is_unit) for one, word in found if word)


def _called(one: Named, places: Sequence[str]) -> set[str]:
    short = one.name
    for place in places:
        short = short.replace(place, "")
    words = {one.name, *EVERYDAY.get(one.kind, ()), *one.holders}
    if one.kind != "property_firm" and one.kind != "property":
        words.add(short)
    return {word for word in words if len(word) >= SHORTEST}


def _longest(text: str, words: Iterable[str]) -> str:
    return max((word for word in words if word in text), key=len, default="")
