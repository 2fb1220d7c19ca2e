"""The only writers of the tree."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction
from django.db.models import Q

from qijie.kernel.codes import building_path, compound_path, micro_grid_path
from qijie.kernel.refusal import Refusal
from qijie.territory.models import SRID, Building, Node, StreetLine
from qijie.territory.queries import in_force

_BATCH = 1000


def plant(nodes: Iterable[Node], *, using: str) -> list[Node]:
    """Inserts nodes of one rung; their parents must be there already."""
    return Node.objects.using(using).bulk_create(nodes, batch_size=_BATCH)


def build(buildings: Iterable[Building], *, using: str) -> int:
    return len(Building.objects.using(using).bulk_create(buildings, batch_size=_BATCH))


def lay_streets(lines: Iterable[StreetLine], *, using: str) -> int:
    """Replaces the base map's streets."""
    StreetLine.objects.using(using).all().delete()
    return len(StreetLine.objects.using(using).bulk_create(lines, batch_size=_BATCH))


@transaction.atomic
def redraw_grid(*, code: str, boundary: GEOSGeometry, on: date) -> Node:
    """Gives a grid a new border from a day; yesterday's drawing keeps its row and its matters.

    boundary: a (multi)polygon labelled EPSG:4490. Buildings follow to the new row with their codes.
    Raises Refusal when the grid is not in force that day, or was drawn that very day.
    """
    if boundary.srid != SRID:
        raise Refusal(
            f"网格 {code} 的新边界没有标明坐标系 CGCS2000（EPSG:{SRID}），请标明后再提交。"
        )
    shape = boundary if isinstance(boundary, MultiPolygon) else _multi(boundary, code)
    if shape.empty or not shape.valid:
        why = shape.valid_reason
        raise Refusal(f"网格 {code} 的新边界是空的或自相交（{why}），请改正后再提交。")
    current = Node.objects.select_for_update().filter(in_force(on), kind="grid", code=code).first()
    if current is None:
        raise Refusal(f"{on} 没有编码为 {code} 的网格，请核对编码和日期。")
    if current.valid_from >= on:
        raise Refusal(
            f"网格“{current.name}”自 {current.valid_from} 起启用，新边界须从更晚的日期起。"
        )
    old_id = current.pk
    Node.objects.filter(pk=old_id).update(valid_to=on)
    current.pk = None
    current.boundary, current.valid_from, current.valid_to = shape, on, None
    current.save(force_insert=True)
    _rehouse(old_id, current, on)
    return current


def _multi(boundary: GEOSGeometry, code: str) -> MultiPolygon:
    if not isinstance(boundary, Polygon):
        raise Refusal(f"网格 {code} 的新边界应为面，收到的是 {boundary.geom_type}。")
    return MultiPolygon(boundary, srid=SRID)


def _rehouse(old_grid_id: int, grid: Node, on: date) -> None:
    staying = list(Building.objects.filter(in_force(on), grid_id=old_grid_id))
    Building.objects.filter(pk__in=[building.pk for building in staying]).update(valid_to=on)
    for building in staying:
        building.pk = None
        building.grid, building.valid_from, building.valid_to = grid, on, None
    Building.objects.bulk_create(staying, batch_size=_BATCH)


# Drawing the grids of a community anew, from a day to come


@dataclass(frozen=True, slots=True)
class GridDrawing:
    """One grid as it is to be from a day on."""

    code: str
    name: str
    grid_kind: str
    boundary: MultiPolygon
    building_codes: frozenset[str]


@dataclass(slots=True)
class Written:
    """What a drawing anew left behind, enough to take every row of it back."""

    closed: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)
    """By table: id, and the last day the row said before."""
    made: dict[str, list[int]] = field(default_factory=dict)
    """By table, in the order the rows were made."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Old path to new path of every micro-grid that lies in another grid now."""

    def close(self, rows: Sequence[Node] | Sequence[Building], on: date) -> None:
        for row in rows:
            before = row.valid_to.isoformat() if row.valid_to else None
            self.closed.setdefault(row._meta.db_table, []).append((row.pk, before))
        for model in (Node, Building):
            ids = [row.pk for row in rows if isinstance(row, model)]
            model.objects.filter(pk__in=ids).update(valid_to=on)

    def make(self, rows: Sequence[Node] | Sequence[Building]) -> None:
        for model in (Node, Building):
            mine = [row for row in rows if isinstance(row, model)]
            model.objects.bulk_create(mine, batch_size=_BATCH)  # type: ignore[arg-type]
            self.made.setdefault(model._meta.db_table, []).extend(row.pk for row in mine)


@transaction.atomic
def redraw_community(
    *, path: str, drawings: Sequence[GridDrawing], ended: Collection[str], on: date
) -> Written:
    """Draws grids of a community anew from a day on: borders, homes, compounds, micro-grids.

    drawings: grids whose border or homes change, and new ones; together with `ended`, the codes
    nothing continues, they must account for every home of the grids they touch. Rows of yesterday
    end on that day and say otherwise what they said. Raises Refusal for a home left over.
    """
    community = Node.objects.select_for_update().get(in_force(on), path=path)
    codes = {drawing.code for drawing in drawings} | set(ended)
    old = list(Node.objects.filter(in_force(on), kind="grid", parent__path=path, code__in=codes))
    below = list(Node.objects.filter(in_force(on), parent__in=old).order_by("path"))
    homes = list(Building.objects.filter(in_force(on), grid__in=old).order_by("path"))
    _refuse_homeless(homes, drawings)
    written = Written()
    written.close(old, on)
    written.close(below, on)
    written.close(homes, on)
    grids = {drawing.code: _grid_of(drawing, community, homes, on) for drawing in drawings}
    written.make(list(grids.values()))
    nests = _Nests(path, grids, drawings, homes)
    renewed = {node.pk: nests.renewed(node, on) for node in below}
    written.make([node for node in renewed.values() if node is not None])
    written.renamed = _renamed(below, renewed)
    written.make(nests.rehoused(renewed, on))
    return written


def take_back(written: Mapping[str, Any]) -> None:
    """Undoes a drawing anew whose day has not come: its rows go, the closed ones are reopened.

    written: as `Written`, also when it went through JSON. The database refuses to delete a row that
    was in force.
    """
    for model in (Building, Node):
        made = written["made"].get(model._meta.db_table, [])
        # A compound goes before the grid it lies in.
        for pk in reversed(made):
            model.objects.filter(pk=pk).delete()
    for model in (Building, Node):
        by_day: dict[str | None, list[int]] = {}
        for pk, before in written["closed"].get(model._meta.db_table, []):
            by_day.setdefault(before, []).append(pk)
        for before, ids in by_day.items():
            model.objects.filter(pk__in=ids).update(valid_to=before)


def _refuse_homeless(homes: Sequence[Building], drawings: Sequence[GridDrawing]) -> None:
    housed = {code for drawing in drawings for code in drawing.building_codes}
    if left := [home for home in homes if home.code not in housed]:
        raise Refusal(
            f"楼栋“{left[0].name or left[0].code}”等 {len(left)} 栋不在任何新网格里，请重新划分。"
        )


def _grid_of(drawing: GridDrawing, community: Node, homes: Sequence[Building], on: date) -> Node:
    return Node(
        code=drawing.code,
        path=drawing.code,
        kind="grid",
        name=drawing.name,
        parent=community,
        grid_kind=drawing.grid_kind,
        boundary=drawing.boundary,
        households=sum(home.households for home in homes if home.code in drawing.building_codes),
        is_illustrative=community.is_illustrative,
        valid_from=on,
    )


class _Nests:
    """Where everything below the grids goes, under paths that are free."""

    def __init__(
        self,
        path: str,
        grids: Mapping[str, Node],
        drawings: Sequence[GridDrawing],
        homes: Sequence[Building],
    ) -> None:
        self.grids, self.homes = grids, homes
        self.grid_of_home = {code: grids[d.code] for d in drawings for code in d.building_codes}
        below = Q(path__startswith=path) | Q(code__startswith=path)
        rows = Node.objects.filter(below, kind__in=["compound", "micro_grid"])
        self.taken = {word for pair in rows.values_list("path", "code") for word in pair}

    def renewed(self, node: Node, on: date) -> Node | None:
        """A compound or micro-grid as it is from that day; None for one whose ground is gone."""
        grid = self._grid_of(node)
        if grid is None:
            return None
        path = node.path if _grid_path(node.path) == grid.path else self._free(node, grid)
        return Node(
            code=node.code,
            path=path,
            kind=node.kind,
            name=node.name,
            parent=grid,
            boundary=node.boundary,
            households=node.households,
            is_illustrative=node.is_illustrative,
            valid_from=on,
            valid_to=node.valid_to,
        )

    def _grid_of(self, node: Node) -> Node | None:
        """Most of its households; without any, the grid it lies in; at last the same code."""
        shares: dict[str, int] = {}
        for home in self.homes:
            if home.compound_id == node.pk:
                code = self.grid_of_home[home.code].code
                shares[code] = shares.get(code, 0) + home.households
        if shares:
            return self.grids[min(shares, key=lambda code: (-shares[code], code))]
        middle = node.boundary.point_on_surface if node.boundary else None
        around = (
            grid
            for grid in self.grids.values()
            if middle and grid.boundary and grid.boundary.intersects(middle)
        )
        return next(around, self.grids.get(_grid_path(node.path)))

    def _free(self, node: Node, grid: Node) -> str:
        make = compound_path if node.kind == "compound" else micro_grid_path
        paths = (make(grid.path, number) for number in range(1, len(self.taken) + 2))
        path = next(path for path in paths if path not in self.taken)
        self.taken.add(path)
        return path

    def rehoused(self, renewed: Mapping[int, Node | None], on: date) -> list[Building]:
        taken: set[str] = set()
        return [self._rehoused(home, renewed, taken, on) for home in self.homes]

    def _rehoused(
        self, home: Building, renewed: Mapping[int, Node | None], taken: set[str], on: date
    ) -> Building:
        """The same building, in its grid of that day. It keeps its number where that is free."""
        grid = self.grid_of_home[home.code]
        segment = home.path.rpartition("-b")[2]
        number = int(segment) if segment.isdigit() else 1
        while (path := building_path(grid.path, number)) in taken:
            number += 1
        taken.add(path)
        return Building(
            code=home.code,
            path=path,
            name=home.name,
            address=home.address,
            grid=grid,
            compound=renewed.get(home.compound_id or 0, home.compound),
            footprint=home.footprint,
            use=home.use,
            floors=home.floors,
            units=home.units,
            households=home.households,
            valid_from=on,
            valid_to=home.valid_to,
        )


def _grid_path(path: str) -> str:
    return path.split("-")[0]


def _renamed(below: Sequence[Node], renewed: Mapping[int, Node | None]) -> dict[str, str]:
    """A micro-grid whose ground is gone goes by the empty path."""
    found = {}
    for node in below:
        now = renewed[node.pk]
        if node.kind == "micro_grid" and (now is None or now.path != node.path):
            found[node.path] = now.path if now else ""
    return found
