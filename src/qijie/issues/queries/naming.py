"""The posts and units a report may name, read off the place it is about."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID

from django.db.models import Q

from qijie.issues.queries.book import titles
from qijie.issues.rules.naming import Called, Hint, Named, called, hints, people_of
from qijie.kernel.codes import Level, ancestors, path_at
from qijie.kernel.kept import Kept
from qijie.teams.queries import called_around
from qijie.territory.queries import communities_said, lineage

KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Around:
    """What is called something at a place, and the people of it by their full names alone."""

    everybody: list[Called]
    people: list[Called]


_around = Kept[_Around](KEPT_SECONDS, most=1000)


def hinted(text: str, path: str, on: date, *, place: str = "") -> tuple[Hint, ...]:
    """Whom the words seem to name; no query while what is called there is kept, else two a place.

    place: what was said of the place, read for people alone. Where the path is of no community,
    those spoken of are looked through too, which asks once or twice more.
    Who took over within the last minute may not be found by name yet: it is a proposal only.
    """
    if not f"{text}{place}".strip():
        return ()
    found: dict[UUID, Hint] = {}
    for where in (path, *_communities_in(f"{place} {text}", path, on)):
        around = _around.get((where, on), partial(_read, where, on))
        for hint in (*hints(text, around.everybody), *hints(place, around.people)):
            known = found.get(hint.id)
            if known is None or len(hint.words) > len(known.words):
                found[hint.id] = hint
    return tuple(found.values())


def _communities_in(words: str, path: str, on: date) -> list[str]:
    """The communities below a path that the words speak of; none where the path is more exact."""
    if path_at(path, Level.COMMUNITY):
        return []
    return [said for said in communities_said(words, on) if said.startswith(path)]


def _read(path: str, on: date) -> _Around:
    """By title, those over this very place and the offices of its community; by the holder's name
    anybody of the community.

    A place in words alone may lie anywhere below: there everybody goes by their full name and by
    the holder's, since no desk looks a second time when it says which grid it was.
    """
    community = path_at(path, Level.COMMUNITY)
    over = {*ancestors(path), path}
    inside = Q(path__in=over) | Q(path__startswith=community or path)
    named: dict[UUID, Named] = {}
    people: dict[UUID, list[str]] = {}
    for of, pk, name, kind, where in called_around(inside, on):
        if of == "holder":
            people.setdefault(pk, []).append(name)
        elif where in over or (of == "unit" and community):
            named[pk] = Named(pk, name, kind, is_unit=of == "unit")
        elif not community:
            named[pk] = Named(pk, name, "", is_unit=of == "unit")
    everybody = called(_with_people(named, people), titles(), _places(path, on))
    return _Around(everybody, people_of(everybody))


def _with_people(named: dict[UUID, Named], people: dict[UUID, list[str]]) -> list[Named]:
    """A post elsewhere in the community goes by its holder's name alone."""
    with_title = [replace(one, holders=tuple(people.get(one.id, ()))) for one in named.values()]
    by_name = [Named(pk, "", "", tuple(names)) for pk, names in people.items() if pk not in named]
    return [*with_title, *by_name]


def _places(path: str, on: date) -> list[str]:
    return sorted((node.name for node in lineage(path, on)), key=len, reverse=True)
