"""Where it is, said by a worker: the grid, one of its buildings, or the phone's position."""

import re
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.db.models.functions import Centroid
from django.db.models import Q

from qijie.access.viewer import Role, Viewer
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.territory.queries import buildings, nodes, within

Choice = tuple[str, str]
_BUILDINGS_AT_MOST = 400
_NUMBER = re.compile("([0-9]+)")


@dataclass(frozen=True, slots=True)
class Where:
    point: Coordinate | None
    path: str
    words: str


def choices(viewer: Viewer, on: date) -> list[Choice | tuple[str, list[Choice]]]:
    """The viewer's grids, the own one first, then their buildings grid by grid; two queries.

    Empty for posts without a territory of grids: they say the place by position.
    """
    paths = [
        post.path
        for post in viewer.posts
        if post.role in (Role.GRID_WORKER, Role.LEAD)
        and post.level in (Level.GRID, Level.COMMUNITY)
    ]
    if not paths:
        return []
    below = Q()
    for path in paths:
        below |= within(path)
    grids = nodes(on).filter(below, kind="grid").select_related("parent").order_by("path")
    names = {
        grid.pk: (grid.path, f"{grid.parent.name}{grid.name}" if grid.parent else grid.name)
        for grid in grids.only("path", "name", "parent__name")
    }
    return [*names.values(), *_buildings_by_grid(names, on)]


def _buildings_by_grid(
    names: dict[int, tuple[str, str]], on: date
) -> list[tuple[str, list[Choice]]]:
    rows = buildings(on).filter(grid__in=names).order_by("path")
    groups: dict[int, list[Choice]] = {}
    found = list(rows.values_list("path", "name", "address", "grid_id")[:_BUILDINGS_AT_MOST])
    found.sort(key=lambda row: (in_counting_order(row[2] or ""), in_counting_order(row[1])))
    for path, name, address, grid_id in found:
        groups.setdefault(grid_id, []).append((path, f"{name}（{address}）" if address else name))
    # Grid by grid in the order of the grids themselves.
    return [(f"{names[grid][1]}的楼栋", groups[grid]) for grid in names if grid in groups]


def in_counting_order(name: str) -> list[tuple[bool, int, str]]:
    """A key by which 2栋 comes before 10栋."""
    parts = (part for part in _NUMBER.split(name) if part)
    return [(False, int(p), "") if p.isdecimal() else (True, 0, p) for p in parts]


def of(path: str, here: Coordinate | None, on: date) -> Where:
    """A chosen building says it best, then the phone, then the grid."""
    if "-b" in path and (building := _building(path, on)):
        return building
    if here is not None:
        return Where(here, "", "")
    return Where(None, path, "")


def _building(path: str, on: date) -> Where | None:
    found = buildings(on).filter(path=path).annotate(middle=Centroid("footprint")).first()
    if found is None:
        return None
    middle = found.middle
    point = Coordinate(middle.x, middle.y, CoordinateSystem.CGCS2000)
    return Where(point, "", f"{found.address}{found.name}")
