"""Whether words tell of a danger to life, and what is to be done before anything is written down.

The lexicon is data. A pattern is alternatives joined by `/`, groups of them joined by `+`: each
group in its turn, with at most a few characters between, within one sentence; or joined by `&`:
each group somewhere in the sentence, in whatever order. A harmless pattern takes away the danger
found where it overlaps: 煤气费 is not gas; one that begins with `~` takes away all of its clause:
演练, 去年.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

SELF_HARM = "self_harm"
MOST_SHOWN = 2
"""Kinds of danger a page says what to do about: who is in danger reads no more."""
_GAP = 8
_BREAKS = "[^。！？；!?;\n]"
_SENTENCE = re.compile(f"{_BREAKS}+")
_CLAUSE = re.compile("[^。！？；!?;，,\n]*")
_SPACES = re.compile(r"[^\S\n]+")
_WHOLE_CLAUSE = "~"
_ANY_ORDER = "&"
_GROUPS = re.compile("[+&]")


@dataclass(frozen=True, slots=True)
class Call:
    label: str
    number: str
    """Empty where it differs from place to place and the profile does not know it."""


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger: how people say it, what to do now, whom to call."""

    code: str
    name: str
    advice: tuple[str, ...]
    calls: tuple[Call, ...]
    patterns: tuple[str, ...]
    harmless: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Categories that are this danger even when nothing is written."""

    @property
    def is_self_harm(self) -> bool:
        """Somebody who thinks of dying is spoken to as a person, never filed as a kind."""
        return self.code == SELF_HARM


def danger_of(row: Mapping[str, Any]) -> Danger:
    return Danger(
        code=row["code"],
        name=row["name"],
        advice=tuple(row["advice"]),
        calls=tuple(Call(label, number) for label, number in row["calls"]),
        patterns=tuple(row["patterns"]),
        harmless=tuple(row["harmless"]),
        categories=tuple(row["categories"]),
    )


def dangers_in(words: str, category: str, lexicon: Sequence[Danger]) -> list[Danger]:
    """The dangers the words or the category tell of, in the lexicon's order."""
    plain = _plain(words)
    return [one for one in lexicon if category in one.categories or _is_told(one, plain)]


def _plain(words: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", words).casefold())


def _is_told(danger: Danger, words: str) -> bool:
    found = list(_spans(danger.patterns, words))
    if not found:
        return False
    harmless = list(_spans(danger.harmless, words))
    return any(not _is_covered(span, harmless) for span in found)


def _spans(patterns: tuple[str, ...], words: str) -> Iterator[tuple[int, int]]:
    for pattern in _possible(patterns, words):
        if _ANY_ORDER in pattern:
            yield from _together(pattern, words)
            continue
        for match in _compiled(pattern.removeprefix(_WHOLE_CLAUSE)).finditer(words):
            is_whole = pattern.startswith(_WHOLE_CLAUSE)
            yield _clause_around(match.start(), words) if is_whole else match.span()


def _possible(patterns: tuple[str, ...], words: str) -> list[str]:
    """Those whose first group has a word that stands here, a few of a thousand."""
    begun = _by_first_letter(patterns)
    at = {
        number for letter in set(words) for word, number in begun.get(letter, ()) if word in words
    }
    return [patterns[number] for number in sorted(at)]


@cache
def _by_first_letter(patterns: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """Each word of each pattern's first group, with the pattern's place."""
    found = defaultdict(list)
    for number, pattern in enumerate(patterns):
        first = _GROUPS.split(pattern.removeprefix(_WHOLE_CLAUSE), maxsplit=1)[0]
        for word in first.split("/"):
            found[word[:1]].append((word, number))
    return dict(found)


def _together(pattern: str, words: str) -> Iterator[tuple[int, int]]:
    """Where one sentence has a word of each group, from the first to the last of them."""
    groups = [_compiled(group) for group in pattern.split(_ANY_ORDER)]
    if not all(group.search(words) for group in groups):
        return
    for sentence in _SENTENCE.finditer(words):
        found = [group.search(words, *sentence.span()) for group in groups]
        spans = [one.span() for one in found if one]
        if len(spans) == len(groups):
            yield min(start for start, _ in spans), max(end for _, end in spans)


def _clause_around(at: int, words: str) -> tuple[int, int]:
    return next(each.span() for each in _CLAUSE.finditer(words) if each.end() >= at)


def _is_covered(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    groups = ("|".join(map(re.escape, group.split("/"))) for group in pattern.split("+"))
    return re.compile(f"{_BREAKS}{{0,{_GAP}}}?".join(f"(?:{group})" for group in groups))
