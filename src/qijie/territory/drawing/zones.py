"""The ground of each zone, shared out to units."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from qijie.territory.drawing.arrangement import (
    array_of,
    faces_of,
    members_of,
    noded,
    outlines,
    owner_of,
)
from qijie.territory.drawing.built import Buildings, Compounds
from qijie.territory.drawing.cells import Cells, borders, cells_of, grouped, samples
from qijie.territory.drawing.ground import Ground
from qijie.territory.drawing.homes import Parts
from qijie.territory.drawing.model import Numbers, Shapes


@dataclass(frozen=True)
class Drawn:
    """Faces of the last arrangement, each in one unit."""

    faces: Shapes
    ground: Numbers
    """The face of the ground each lies on."""
    unit: Numbers


def drawn_on(
    buildings: Buildings, compounds: Compounds, ground: Ground, parts: Parts, whole: float
) -> Drawn:
    zones = Zones(buildings, compounds, ground, parts)
    zones.put_together(whole)
    lines = zones.lines()
    crossed = _crossed(buildings.shapes, parts, np.concatenate([ground.lines, lines]))
    faces = ground.faces
    if len(lines) or len(crossed):
        faces = faces_of(noded(ground.lines, lines, outlines(buildings.shapes[crossed])))
    points = shapely.point_on_surface(faces)
    under = owner_of(points, ground.faces)
    faces, points, under = faces[under >= 0], points[under >= 0], under[under >= 0]
    unit = zones.units_at(points, ground.zone[under])
    part = np.append(parts.of_building[crossed], -1)[owner_of(points, buildings.shapes[crossed])]
    mine = np.flatnonzero(part >= 0)
    mine = mine[parts.community[part[mine]] == ground.community[under[mine]]]
    unit[mine] = zones.unit_of_part[part[mine]]
    return Drawn(faces, under, unit)


def _crossed(footprints: Shapes, parts: Parts, lines: Shapes) -> NDArray[np.intp]:
    """Buildings a line runs through, or all but."""
    found, _ = shapely.STRtree(lines).query(footprints, predicate="dwithin", distance=0.05)
    crossed = np.unique(found)
    inside: NDArray[np.intp] = crossed[parts.of_building[crossed] >= 0]
    return inside


class Zones:
    """The ground of each zone, shared out to units.

    Units are numbered by their first part; the ground of a zone nobody stands in by the number
    of parts plus that of the zone.
    """

    def __init__(
        self, buildings: Buildings, compounds: Compounds, ground: Ground, parts: Parts
    ) -> None:
        self.ground, self.parts = ground, parts
        self.shapes = ground.zone_shapes()
        self.seed_zone, self.seed_part, self.seed_shape = _seeds(
            buildings, compounds, ground, parts
        )
        self.rows = list(members_of(self.seed_zone, ground.zones))
        self.unit_of_part = np.arange(len(parts), dtype=np.int32)
        self.cells: dict[int, Cells] = {}

    def put_together(self, whole: float) -> None:
        self._join_small_blocks(whole)
        for zone in range(self.ground.zones):
            if len(self._units_in(zone)) > 1:
                self._join_in_zone(zone, whole)

    def _units_in(self, zone: int) -> NDArray[np.int32]:
        return np.unique(self.unit_of_part[self.seed_part[self.rows[zone]]])

    def _join_small_blocks(self, whole: float) -> None:
        blocks = int(self.ground.block.max(initial=-1)) + 1
        for members in members_of(self.parts.block, blocks):
            dedicated = any(self.parts.dedicated[part] for part in members)
            if len(members) and not dedicated and self.parts.households[members].sum() <= whole:
                self.unit_of_part[members] = members[0]

    def _join_in_zone(self, zone: int, whole: float) -> None:
        rows = self.rows[zone]
        points, owner = samples(self.seed_shape[rows])
        present, part = np.unique(self.seed_part[rows][owner], return_inverse=True)
        found = cells_of(points, part.astype(np.int32), present, self.shapes[zone])
        self.cells[zone] = found
        kinds = [self._kind(part, zone) for part in present.tolist()]
        load = [
            0.0 if kind.startswith("dedicated") else float(self.parts.households[part])
            for kind, part in zip(kinds, present.tolist(), strict=True)
        ]
        group = grouped(load, kinds, found.between, found.metres, whole)
        together = group != np.arange(len(group))
        self.unit_of_part[present[together]] = present[group[together]]

    def _kind(self, part: int, zone: int) -> str:
        """Parts of one kind may be put together; "" stays as it is."""
        if self.parts.zone[part] != zone or self.unit_of_part[part] != part:
            return ""
        if self.parts.dedicated[part]:
            return f"dedicated {self.parts.dedicated[part]}"
        return f"compound {self.parts.compound[part]}"

    def lines(self) -> Shapes:
        """Borders between units inside zones."""
        found = [
            borders(cell, self.unit_of_part[cell.parts], self.shapes[zone])
            for zone, cell in self.cells.items()
        ]
        return np.concatenate([array_of(()), *found])

    def units_at(self, points: Shapes, zone: Numbers) -> Numbers:
        """The unit the ground at each point belongs to; zone: of each point."""
        unit = self._only_units()[zone]
        for number, members in enumerate(members_of(zone, self.ground.zones)):
            if number in self.cells and len(members):
                cell = self.cells[number]
                nearest = cell.nearest(shapely.get_coordinates(points[members]))
                unit[members] = self.unit_of_part[cell.parts[nearest]]
        return unit

    def _only_units(self) -> Numbers:
        only = np.arange(self.ground.zones, dtype=np.int32) + len(self.parts)
        communities = self.ground.of_zones(self.ground.community).tolist()
        compounds = self.ground.of_zones(self.ground.compound).tolist()
        for zone, place in enumerate(zip(communities, compounds, strict=True)):
            present = self._units_in(zone)
            if len(present):
                only[zone] = present[0]
            elif place in self.parts.of_ground:
                only[zone] = self.unit_of_part[self.parts.of_ground[place]]
        return only


def _seeds(
    buildings: Buildings, compounds: Compounds, ground: Ground, parts: Parts
) -> tuple[Numbers, Numbers, Shapes]:
    """What the ground of each zone is nearest to: zone, part and outline of each.

    A building counts in the zone it stands in, and for the ground of its block outside all
    compounds. There a small compound counts with its whole outline instead.
    """
    placed = np.flatnonzero(parts.of_building >= 0)
    part, home = parts.of_building[placed], parts.home[placed]
    outside = _outside_zones(ground)
    block_zone = outside[ground.block[home]]
    walled = ground.compound[home] >= 0
    known = np.isin(part, list(parts.of_ground.values()))
    again = walled & ~known & (block_zone >= 0)
    pairs = _compounds_by_zone(ground, parts, outside)
    zone = [ground.zone[home], block_zone[again], pairs[:, 0]]
    shapes = [
        buildings.shapes[placed],
        buildings.shapes[placed[again]],
        compounds.shapes[pairs[:, 2]],
    ]
    return (
        np.concatenate(zone).astype(np.int32),
        np.concatenate([part, part[again], pairs[:, 1]]).astype(np.int32),
        np.concatenate(shapes),
    )


def _outside_zones(ground: Ground) -> Numbers:
    """For each block the zone of its ground outside all compounds, or -1."""
    found = np.full(int(ground.block.max(initial=-1)) + 1, -1, dtype=np.int32)
    outside = ground.compound < 0
    found[ground.block[outside]] = ground.zone[outside]
    return found


def _compounds_by_zone(ground: Ground, parts: Parts, outside: Numbers) -> Numbers:
    """(k, 3) zone outside, part, position of each small compound that lies in the zone's block."""
    rows = {
        (int(outside[block]), parts.of_ground[place], place[1])
        for block, *where in zip(
            ground.block.tolist(), ground.community.tolist(), ground.compound.tolist(), strict=True
        )
        if (place := (where[0], where[1])) in parts.of_ground and outside[block] >= 0
    }
    return np.array(sorted(rows), dtype=np.int32).reshape(-1, 3)
