"""Matters by words: in what was said, where it is, what kind it is, whose it is, or its number."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qijie.issues.models import Category
from qijie.teams.models import OrgUnit
from qijie.territory.queries import nodes

_MOST_WORDS, _MOST_NAMED, _LEAST_CHARS = 6, 40, 2
_BETWEEN = re.compile(r"[\s,，、;；()（）]+")
_PART_OF_NUMBER = re.compile(r"[0-9-]{4,}")
_PIECES = re.compile(r"[0-9]+|[^\W\d]+")
"""A place may be written with or without a space between a name and its number."""
_DIVISIONS = ("street", "community")


@dataclass(frozen=True, slots=True)
class _Named:
    """What is called so: each with its name or names in one text."""

    kinds: list[tuple[str, str]]
    places: list[tuple[str, str]]
    units: list[tuple[str, str]]


def holding(words: str, on: date, placed_in: Callable[[str], Q]) -> Q:
    """What holds every word, in whichever column; at most three queries.

    placed_in: the condition of a matter in the division of a path.
    """
    parts = [part for part in _BETWEEN.split(words) if part][:_MOST_WORDS]
    named = _named([part for part in parts if len(part) >= _LEAST_CHARS], on)
    found = Q()
    for part in parts:
        found &= _holding(part, named, placed_in)
    return Q(number=words) | found if found else Q(words__contains=words)


def _holding(part: str, named: _Named, placed_in: Callable[[str], Q]) -> Q:
    found = Q(words__contains=part) | Q(place_words__contains=part)
    if len(pieces := _PIECES.findall(part)) > 1:
        found |= _all(Q(place_words__contains=piece) for piece in pieces)
    if _PART_OF_NUMBER.fullmatch(part):
        found |= Q(number__contains=part)
    if kinds := _called(part, named.kinds):
        found |= Q(category_id__in=kinds)
    if units := _called(part, named.units):
        found |= Q(unit_ids__overlap=units)
    for path in _called(part, named.places):
        found |= placed_in(path)
    return found


def _all(conditions: Iterable[Q]) -> Q:
    every = Q()
    for condition in conditions:
        every &= condition
    return every


def _called(part: str, named: list[tuple[str, str]]) -> list[str]:
    """None where so many are called so that the word says nothing."""
    found = [key for key, name in named if part in name]
    return found if len(found) <= _MOST_NAMED else []


def _named(parts: list[str], on: date) -> _Named:
    if not parts:
        return _Named([], [], [])
    by_name = Q()
    plain = Q()
    for part in parts:
        by_name |= Q(name__contains=part)
        plain |= Q(plain_name__contains=part)
    kinds = Category.objects.filter(by_name | plain).values_list("code", "name", "plain_name")
    places = nodes(on).filter(by_name, kind__in=_DIVISIONS).values_list("path", "name")
    units = OrgUnit.objects.filter(by_name).values_list("pk", "name")
    return _Named(
        [(code, f"{name}\n{plain_name}") for code, name, plain_name in kinds],
        list(places),
        [(str(pk), name) for pk, name in units],
    )
