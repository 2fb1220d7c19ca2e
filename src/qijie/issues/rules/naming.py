"""Whom a report's words seem to name. A proposal with its reason, never a decision.

A proposal is cheap: the desk reads on, and whoever is named waits until it has. So a word that
merely mentions somebody (“网格员说垃圾桶满了”) proposes as well. What everybody's complaint is made
of (物业) proposes only under a full name. Which words are whose is data.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call a kind of unit or post, as `refdata/titles.csv` has it."""

    words: tuple[str, ...] = ()
    by_short_name: bool = True
    """Whether a name without its place is enough."""


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


def hints(
    text: str, around: Iterable[Named], titles: Mapping[str, Titles], places: Sequence[str] = ()
) -> tuple[Hint, ...]:
    """One hint for each post or unit some word of the text may mean, by its longest word.

    titles: by kind of unit or post. places: names of the divisions around, which a short name
    leaves out.
    """
    plain = "".join(text.split())
    called = ((one, _called(one, titles.get(one.kind, Titles()), places)) for one in around)
    found = ((one, _longest(plain, words)) for one, words in called)
    return tuple(Hint(one.id, one.name or word, word, one.is_unit) for one, word in found if word)


def _called(one: Named, titles: Titles, places: Sequence[str]) -> set[str]:
    words = {one.name, *titles.words, *one.holders}
    if titles.by_short_name:
        words.add(_short(one.name, places))
    return {word for word in words if len(word) >= SHORTEST}


def _short(name: str, places: Sequence[str]) -> str:
    for place in places:
        name = name.replace(place, "")
    return name


def _longest(text: str, words: Iterable[str]) -> str:
    return max((word for word in words if word in text), key=len, default="")
