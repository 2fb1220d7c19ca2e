"""Whom a report's words seem to name. A proposal with its reason, never a decision.

A proposal is cheap: the desk reads on, and whoever is named waits until it has. So a word that
merely mentions somebody (“网格员说垃圾桶满了”) proposes as well. What everybody's complaint is made
of (物业) proposes only under a full name. Which words are whose is data.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any
from uuid import UUID

from qijie.issues.rules.folding import folded

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


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked about, as `Issue.hints` keeps it, and whether that is answered."""

    id: str
    name: str
    words: str
    path: str = ""
    """Where the matter lay when it was asked."""
    answered: int = 0
    """The version of the matter that answered it, for everything said until then."""


def asked_of(rows: Iterable[Sequence[Any]]) -> list[Asked]:
    return [Asked(*row) for row in rows]


def asked_about(rows: Iterable[Sequence[Any]], found: Iterable[Hint], path: str) -> list[list[Any]]:
    """The rows with those newly found at a path; who is asked about again stands once."""
    fresh = {str(hint.id): Asked(str(hint.id), hint.name, hint.words, path) for hint in found}
    kept = [asked for asked in asked_of(rows) if asked.id not in fresh]
    return [list(astuple(asked)) for asked in (*kept, *fresh.values())]


def answered_by(rows: Iterable[Sequence[Any]], territory: str, version: int) -> list[list[Any]]:
    """The rows after a desk has read on: it answers for whoever was asked about in its territory.

    Whom it does not know it cannot clear: they are forgotten, and asked about again over there.
    """
    known = [
        asked for asked in asked_of(rows) if asked.answered or asked.path.startswith(territory)
    ]
    return [list(astuple(replace(one, answered=one.answered or version))) for one in known]


@dataclass(frozen=True, slots=True)
class Called:
    """A post or unit and every word it goes by, the longest first."""

    one: Named
    words: tuple[str, ...]
    folds: tuple[str, ...] = field(init=False)
    """The same words as they are compared."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "folds", tuple(map(folded, self.words)))

    def word_in(self, plain: str) -> str:
        """The longest of the words that a folded text has; empty for none."""
        pairs = zip(self.words, self.folds, strict=True)
        return next((word for word, fold in pairs if fold and fold in plain), "")


def called(
    around: Iterable[Named], titles: Mapping[str, Titles], places: Sequence[str] = ()
) -> list[Called]:
    """What each of them goes by.

    titles: by kind of unit or post. places: names of the divisions around, which a short name
    leaves out.
    """
    return [Called(one, _words_of(one, titles.get(one.kind, Titles()), places)) for one in around]


def hints(text: str, around: Iterable[Called]) -> tuple[Hint, ...]:
    """One hint for each post or unit some word of the text may mean, by its longest word."""
    plain = folded(text)
    found = ((each.one, each.word_in(plain)) for each in around)
    return tuple(Hint(one.id, one.name or word, word, one.is_unit) for one, word in found if word)


def people_of(around: Iterable[Called]) -> list[Called]:
    """The posts under their full title and their holders' names alone.

    What is said of a place names buildings: 居委会门口, 网格员工作站. A person in it is meant.
    """
    return [Called(each.one, _full(each.one)) for each in around if not each.one.is_unit]


def _full(one: Named) -> tuple[str, ...]:
    return tuple(word for word in (one.name, *one.holders) if len(word) >= SHORTEST)


def _words_of(one: Named, titles: Titles, places: Sequence[str]) -> tuple[str, ...]:
    words = {one.name, *titles.words, *one.holders}
    if titles.by_short_name:
        words.add(_short(one.name, places))
    return tuple(sorted((w for w in words if len(w) >= SHORTEST), key=lambda w: (-len(w), w)))


def _short(name: str, places: Sequence[str]) -> str:
    for place in places:
        name = name.replace(place, "")
    return name
