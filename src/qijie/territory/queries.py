"""Reads of the tree: by code, by path, by point. One question, one query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from qijie.access.viewer import Viewer
from qijie.kernel.codes import GridCoding, Level, ancestors, level_of_path, path_at
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.kept import Kept
from qijie.territory.models import Building, Node


def coding() -> GridCoding:
    """How this place numbers its grids."""
    return GridCoding(settings.GRID_SUFFIX_WIDTH)


def level_of(path: str) -> Level:
    """The rung of a path in this place's coding; raises Refusal for one that is none."""
    return level_of_path(path, coding())


def in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def nodes(on: date) -> QuerySet[Node]:
    return Node.objects.filter(in_force(on))


def buildings(on: date) -> QuerySet[Building]:
    return Building.objects.filter(in_force(on))


def within(path: str) -> Q:
    """Rows whose path is `path` or below it: digits grow, or a dash begins a segment."""
    return Q(path=path) | Q(path__startswith=path if "-" not in path else f"{path}-")


def in_divisions_of(viewer: Viewer) -> Q:
    """Rows with region, street and community codes that lie in the divisions of a viewer's posts.

    Empty, and so false, for a viewer whose posts stand below the community.
    """
    seen = Q()
    by_column = {
        "region_code": viewer.paths_at(Level.DISTRICT),
        "street_code": viewer.paths_at(Level.STREET),
        "community_code": viewer.paths_at(Level.COMMUNITY),
    }
    for column, values in by_column.items():
        if values:
            seen |= Q(**{f"{column}__in": values})
    for city in viewer.paths_at(Level.CITY):
        seen |= Q(region_code__startswith=city)
    return seen


def subtree(path: str, on: date) -> QuerySet[Node]:
    return nodes(on).filter(within(path)).order_by("path")


def children(path: str, on: date) -> QuerySet[Node]:
    return nodes(on).filter(parent__path=path).order_by("path")


def lineage(path: str, on: date) -> list[Node]:
    """The nodes above a path and the one at it, the city first; one query."""
    found = nodes(on).filter(path__in=[*ancestors(path), path]).defer("boundary")
    return sorted(found, key=lambda node: len(node.path))


def node_at(path: str, on: date) -> Node | None:
    return nodes(on).filter(path=path).first()


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point lies: its grid, or the smallest division that holds it when no grid does."""

    node_id: int
    path: str
    name: str
    kind: str

    @property
    def grid_id(self) -> int | None:
        return self.node_id if self.kind == "grid" else None

    @property
    def region_code(self) -> str:
        return self.path[:6]

    @property
    def street_code(self) -> str:
        return path_at(self.path, Level.STREET) or ""

    @property
    def community_code(self) -> str:
        return path_at(self.path, Level.COMMUNITY) or ""


_LOCATE_GRID = """
    SELECT id, path, name, kind FROM territory_node
    WHERE kind = 'grid' AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
      AND boundary && ST_SetSRID(ST_MakePoint(%s, %s), 4490)
      AND ST_Intersects(boundary, ST_SetSRID(ST_MakePoint(%s, %s), 4490))
    ORDER BY path LIMIT 1
"""
_LOCATE_DIVISION = """
    SELECT id, path, name, kind FROM territory_node
    WHERE kind IN ('community', 'village', 'street', 'town', 'district')
      AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
      AND boundary && ST_SetSRID(ST_MakePoint(%s, %s), 4490)
      AND ST_Intersects(boundary, ST_SetSRID(ST_MakePoint(%s, %s), 4490))
    ORDER BY length(path) DESC, path LIMIT 1
"""
_LOCATE_MANY = """
    SELECT n.id, n.path
    FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p (lon, lat, position)
    LEFT JOIN LATERAL (
        SELECT id, path FROM territory_node
        WHERE kind = 'grid' AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
          AND boundary && ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490)
          AND ST_Intersects(boundary, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490))
        ORDER BY path LIMIT 1
    ) n ON true
    ORDER BY p.position
"""


def locate(place: Coordinate, on: date) -> Located | None:
    """The grid a point lies in on a day; outside every grid, the smallest division that holds it.

    One query for a point in a grid, two otherwise. A point on a shared border belongs to the grid
    with the lower code. None outside the whole tree.
    """
    stored = place.to_stored()
    point = [stored.lon, stored.lat]
    parameters: list[date | float] = [on, on, *point, *point]
    with connection.cursor() as cursor:
        cursor.execute(_LOCATE_GRID, parameters)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_LOCATE_DIVISION, parameters)
            row = cursor.fetchone()
    return Located(*row) if row else None


def locate_many(
    lons: Sequence[float], lats: Sequence[float], on: date
) -> list[tuple[int, str] | None]:
    """For CGCS2000 points, (grid id, path) or None each, in the order given; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCATE_MANY, [list(lons), list(lats), on, on])
        return [None if node_id is None else (node_id, path) for node_id, path in cursor]


_DOOR = re.compile(r"[一-鿿]{1,8}?(?:路|街|巷|里|大道)[0-9]+号")
_DIVISIONS_BEFORE = re.compile(r"^.*(?:[市区县镇乡]|街道|社区)(?=.*[0-9]号)")
_A_COMMUNITY = re.compile("社区|村")
_COMMUNITY_DIGITS = 12


_communities = Kept[dict[str, str]](seconds=60, most=2)


def communities_said(words: str, on: date) -> dict[str, str]:
    """Path and name of the communities an address speaks of: by name, or by the doors in it.

    Empty where it speaks of none that is known. One query for door numbers, none for names while
    the communities' names are kept.
    """
    words = re.sub(r"\s", "", words)
    doors = _DOOR.findall(_DIVISIONS_BEFORE.sub("", words))
    if not doors and not _A_COMMUNITY.search(words):
        return {}
    names = _communities.get(on, lambda: _communities_on(on))
    said = {path: name for path, name in names.items() if name in words}
    if doors:
        said |= {path: names[path] for path in _with_doors(doors, on) if path in names}
    return said


def _communities_on(on: date) -> dict[str, str]:
    found = nodes(on).filter(kind__in=("community", "village")).order_by("path")
    return dict(found.values_list("path", "name"))


def _with_doors(doors: Sequence[str], on: date) -> list[str]:
    at_doors = Q()
    for door in doors:
        at_doors |= Q(address__contains=door)
    of = Left("path", _COMMUNITY_DIGITS)
    paths = buildings(on).filter(at_doors).values_list(of, flat=True)
    return sorted(set(paths))
