"""From streets to units: blocks, compounds, and the ground around buildings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import (
    Neighbours,
    array_of,
    faces_of,
    members_of,
    neighbours_of,
    noded,
    outlines,
    owner_of,
    put_together,
)
from qijie.territory.drawing.cells import Cells, borders, cells_of, grouped, samples
from qijie.territory.drawing.ground import Ground, ground_of, hosts, strips
from qijie.territory.drawing.mending import Finding, extended, mended_communities, met
from qijie.territory.drawing.model import HOUSEHOLDS, Floats, Numbers, Shapes, Units

EVERYWHERE = "全部"
"""The one community of data that name none."""

_EMPTY_SQUARE_METRES = 5_000.0
"""Ground nobody lives on that is smaller joins a neighbour in its block."""
_FUSED_SHARE = 0.1
"""Footprints that lie on each other by more of the smaller one than this are one building."""


@dataclass(frozen=True)
class Buildings:
    """Footprints with what lives in them. All arrays have one length; none is ever cut."""

    keys: tuple[str, ...]
    shapes: Shapes
    loads: Floats
    """(n, measures), households first"""
    measures: tuple[str, ...] = (HOUSEHOLDS,)
    compounds: tuple[str, ...] = ()
    """The compound each stands in, "" for none; empty where unknown."""
    dedicated: tuple[str, ...] = ()
    """What makes it a dedicated grid, "" for nothing; empty where unknown."""

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Compounds:
    """Walled compounds (小区) with their ground."""

    keys: tuple[str, ...]
    """The words buildings call them by; unique."""
    shapes: Shapes
    dedicated: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)


def units_of(
    streets: Sequence[BaseGeometry],
    buildings: Buildings,
    communities: Mapping[str, Polygon | MultiPolygon],
    *,
    barriers: Sequence[BaseGeometry] = (),
    compounds: Compounds | None = None,
    paths: Sequence[LineString] = (),
    most: float = 500.0,
    whole: float = 100.0,
    reach: float = 20.0,
) -> tuple[Units, tuple[Finding, ...]]:
    """Units that cover every community, and what had to be decided on the way.

    barriers: rail and water, lines or areas. paths: ways inside compounds; they part large
    compounds only. most: a compound of at most so many households is one unit. whole: a block of
    at most so many stays whole, and houses of a larger one are put together up to it.
    reach: how far a dead end may be lengthened to meet the next street. No communities:
    everything is one.
    """
    buildings, compounds = _filled(buildings, compounds or Compounds((), array_of(())))
    roads, barred = array_of(streets), outlines(array_of(barriers))
    here = _near(roads, communities)
    roads, barred = roads[here], barred[_near(barred, communities)]
    if not communities:
        lines = np.concatenate([outlines(roads), barred])
        communities = {EVERYWHERE: built_up(lines, buildings.shapes)}
    communities, mended = mended_communities(communities)
    names, shapes = tuple(communities), array_of(communities.values())
    lines, joined = _connected(
        roads, (here + 1).tolist(), barred, outlines(shapes), buildings.shapes, reach
    )
    houses = shapely.point_on_surface(buildings.shapes)
    ground = ground_of(lines, shapes, compounds.shapes, array_of(paths), houses)
    parts = _parts_of(buildings, compounds, ground, most)
    drawn = _drawn(buildings, compounds, ground, parts, whole)
    findings = [
        *mended,
        *joined,
        *_outside(buildings, parts),
        *_astride(buildings, shapes, names, parts, ground),
    ]
    places = _places(buildings.shapes, ground, parts)
    return _units(names, buildings, ground, parts, drawn, places), tuple(sorted(findings))


def _near(lines: Shapes, communities: Mapping[str, BaseGeometry]) -> NDArray[np.intp]:
    """Positions of those that touch the ground to be drawn."""
    if not communities or not len(lines):
        return np.arange(len(lines))
    area = shapely.box(*shapely.total_bounds(array_of(communities.values()))).buffer(100)
    return np.flatnonzero(shapely.intersects(lines, area))


def _connected(
    roads: Shapes,
    numbers: Sequence[int],
    barred: Shapes,
    borders: Shapes,
    footprints: Shapes,
    reach: float,
) -> tuple[Shapes, tuple[Finding, ...]]:
    """Streets and barriers that meet where they were meant to."""
    others = np.concatenate([barred, borders])
    joins, joined = met(roads, others, numbers)
    more, lengthened = extended(roads, np.concatenate([others, joins]), footprints, reach)
    lines = np.concatenate([outlines(roads), barred, joins, more])
    return lines, (*joined, *lengthened)


def built_up(lines: Shapes, footprints: Shapes) -> Polygon | MultiPolygon:
    """Everything streets enclose and what stands beside, as one area without holes."""
    reach = 25.0
    around = shapely.buffer(footprints, reach, quad_segs=2)
    ground = shapely.union_all(np.concatenate([faces_of(noded(lines)), around]))
    closed = shapely.buffer(shapely.buffer(ground, reach), -reach)
    filled = shapely.union_all(
        [Polygon(part.exterior) for part in shapely.get_parts(closed)], grid_size=0.01
    )
    outline = shapely.simplify(filled, 1.0)
    return outline if isinstance(outline, Polygon | MultiPolygon) else MultiPolygon()


def _filled(buildings: Buildings, compounds: Compounds) -> tuple[Buildings, Compounds]:
    none, empty = ("",) * len(buildings), ("",) * len(compounds)
    return (
        replace(
            buildings,
            compounds=buildings.compounds or none,
            dedicated=buildings.dedicated or none,
        ),
        replace(compounds, dedicated=compounds.dedicated or empty),
    )


@dataclass(frozen=True)
class _Parts:
    """What never falls apart: one building, or everything of a small compound."""

    of_building: Numbers
    """(buildings,) -1 outside every community"""
    leader: Numbers
    """(buildings,) the largest of those that lie on each other"""
    home: Numbers
    """(buildings,) the face most of each lies on, -1 outside"""
    community: Numbers
    block: Numbers
    zone: Numbers
    """Where it is put together with neighbours; -1 for a compound of several zones."""
    households: Floats
    compound: tuple[str, ...]
    dedicated: tuple[str, ...]
    small: NDArray[np.bool_]
    """A whole compound of at most one grid's size."""
    of_ground: Mapping[tuple[int, int], int]
    """The part of a small compound, by community and position of the compound."""

    def __len__(self) -> int:
        return len(self.households)


def _parts_of(buildings: Buildings, compounds: Compounds, ground: Ground, most: float) -> _Parts:
    home = _homes(buildings, compounds, ground)
    leader = _leaders(buildings.shapes, home)
    home = home[leader]
    words = _words(buildings, compounds, ground, home)
    return _Gathering(buildings, compounds, ground, home, words, leader, most).parts()


def _homes(buildings: Buildings, compounds: Compounds, ground: Ground) -> Numbers:
    """The face most of each building lies on, among those of its compound if it reaches it.

    -1 where most of it lies outside every community.
    """
    building, face = shapely.STRtree(ground.faces).query(buildings.shapes, predicate="intersects")
    share = shapely.area(buildings.shapes)[building]
    partly = ~shapely.contains(ground.faces[face], buildings.shapes[building])
    share[partly] = shapely.area(
        shapely.intersection(buildings.shapes[building[partly]], ground.faces[face[partly]])
    )
    position = {key: number for number, key in enumerate(compounds.keys)}
    wanted = np.array([position.get(word, -2) for word in buildings.compounds], dtype=np.int32)
    own = ground.compound[face] == wanted[building]
    order = np.lexsort((-face, share, own & (share > 0)))
    home = np.full(len(buildings), -1, dtype=np.int32)
    home[building[order]] = face[order]
    inside = np.bincount(building, share, minlength=len(buildings))
    home[inside < shapely.area(buildings.shapes) / 2] = -1
    return home


def _places(footprints: Shapes, ground: Ground, parts: _Parts) -> Shapes:
    """For each building a point of it, or of the one it is fused with, on the face of its home."""
    places = shapely.point_on_surface(footprints)
    homes = ground.faces[parts.home]
    astray = (parts.home >= 0) & ~shapely.intersects(homes, places)
    common = shapely.intersection(footprints[astray], homes[astray])
    places[astray] = shapely.point_on_surface(common)
    return places[parts.leader]


def _words(
    buildings: Buildings, compounds: Compounds, ground: Ground, home: Numbers
) -> tuple[str, ...]:
    """The compound of each building: the one it stands in, else the one it names."""
    inside = np.where(home >= 0, ground.compound[home], -1).tolist()
    return tuple(
        compounds.keys[number] if number >= 0 else word
        for number, word in zip(inside, buildings.compounds, strict=True)
    )


def _fused(footprints: Shapes) -> Numbers:
    """Which buildings are one because they lie on each other; row houses that touch are not."""
    one, other = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    upper = one < other
    one, other = one[upper], other[upper]
    common = shapely.area(shapely.intersection(footprints[one], footprints[other]))
    area = shapely.area(footprints)
    fused = common > _FUSED_SHARE * np.minimum(area[one], area[other])
    pairs = (np.ones(int(fused.sum())), (one[fused], other[fused]))
    joined = coo_array(pairs, shape=(len(footprints), len(footprints)))
    labels: Numbers = connected_components(joined, directed=False)[1].astype(np.int32)
    return labels


def _leaders(footprints: Shapes, home: Numbers) -> Numbers:
    """The largest building of each cluster speaks for it: its home, compound and kind."""
    fused = _fused(footprints)
    order = np.lexsort((shapely.area(footprints), home >= 0))
    largest = np.zeros(len(fused), dtype=np.int32)
    largest[fused[order]] = order
    leaders: Numbers = largest[fused]
    return leaders


Tag = tuple[int, str, int]
"""Community, compound or "", building cluster or -1."""


class _Gathering:
    """Buildings become parts."""

    def __init__(
        self,
        buildings: Buildings,
        compounds: Compounds,
        ground: Ground,
        home: Numbers,
        words: tuple[str, ...],
        leader: Numbers,
        most: float,
    ) -> None:
        self.buildings, self.compounds, self.ground = buildings, compounds, ground
        self.home, self.words = home, words
        self.community = np.where(home >= 0, ground.community[home], -1)
        self.leader = leader
        self.small = self._small(most)
        self.kind = dict(zip(compounds.keys, compounds.dedicated, strict=True))

    def _small(self, most: float) -> set[tuple[int, str]]:
        total: dict[tuple[int, str], float] = {}
        for building, amount in enumerate(self.buildings.loads[:, 0].tolist()):
            place = self._place(building)
            total[place] = total.get(place, 0.0) + amount
        for community, number in self._grounds():
            total.setdefault((community, self.compounds.keys[number]), 0.0)
        dedicated = dict(zip(self.compounds.keys, self.compounds.dedicated, strict=True))
        return {
            (community, word)
            for (community, word), amount in total.items()
            if word and (amount <= most or dedicated.get(word))
        }

    def _grounds(self) -> list[tuple[int, int]]:
        pairs = np.column_stack([self.ground.community, self.ground.compound])
        found = np.unique(pairs[pairs[:, 1] >= 0], axis=0)
        return [(int(community), int(number)) for community, number in found]

    def _place(self, building: int) -> tuple[int, str]:
        leader = int(self.leader[building])
        return int(self.community[leader]), self.words[leader]

    def _tag(self, building: int) -> Tag:
        community, word = self._place(building)
        leader = int(self.leader[building])
        alone = self.buildings.dedicated[leader] not in ("", self.kind.get(word, ""))
        if (community, word) in self.small and not alone:
            return community, word, -1
        return community, word, leader

    def parts(self) -> _Parts:
        tags = [self._tag(building) for building in range(len(self.buildings))]
        ground = {
            (community, number): (community, self.compounds.keys[number], -1)
            for community, number in self._grounds()
            if (community, self.compounds.keys[number]) in self.small
        }
        ordered = sorted({tag for tag in [*tags, *ground.values()] if tag[0] >= 0})
        number_of = {tag: number for number, tag in enumerate(ordered)}
        of_building = np.array([number_of.get(tag, -1) for tag in tags], dtype=np.int32)
        return self._made(ordered, of_building, {at: number_of[t] for at, t in ground.items()})

    def _made(
        self, tags: list[Tag], of_building: Numbers, of_ground: Mapping[tuple[int, int], int]
    ) -> _Parts:
        inside = of_building >= 0
        loads = self.buildings.loads[inside, 0]
        households = np.bincount(of_building[inside], loads, len(tags)).astype(np.float64)
        leaders = np.array([leader for _, _, leader in tags], dtype=np.int32)
        home = np.where(leaders >= 0, self.home[leaders], self._home_of_compounds(tags))
        return _Parts(
            of_building,
            self.leader,
            self.home,
            np.array([community for community, _, _ in tags], dtype=np.int32),
            self.ground.block[home],
            np.where(leaders >= 0, self.ground.zone[home], -1).astype(np.int32),
            households,
            tuple(word for _, word, _ in tags),
            tuple(
                self.buildings.dedicated[leader] if leader >= 0 else self.kind.get(word, "")
                for _, word, leader in tags
            ),
            leaders < 0,
            of_ground,
        )

    def _home_of_compounds(self, tags: list[Tag]) -> Numbers:
        """A face of each small compound: its largest, or the one under its largest building."""
        area = shapely.area(self.ground.faces)
        number = {key: position for position, key in enumerate(self.compounds.keys)}
        best: dict[tuple[int, str], tuple[float, int]] = {}
        for face in np.flatnonzero(self.ground.compound >= 0).tolist():
            word = self.compounds.keys[self.ground.compound[face]]
            place = int(self.ground.community[face]), word
            best[place] = max(best.get(place, (0.0, 0)), (float(area[face]), -face))
        for building in np.flatnonzero(self.community >= 0).tolist():
            place = self._place(building)
            if place[1] not in number:
                size = float(self.buildings.shapes[building].area)
                found = size, -int(self.home[self.leader[building]])
                best[place] = max(best.get(place, (0.0, 0)), found)
        return np.array([-best[tag[:2]][1] if tag[2] < 0 else 0 for tag in tags], dtype=np.int32)


@dataclass(frozen=True)
class _Drawn:
    """Faces of the last arrangement, each in one unit."""

    faces: Shapes
    ground: Numbers
    """The face of the ground each lies on."""
    unit: Numbers


def _drawn(
    buildings: Buildings, compounds: Compounds, ground: Ground, parts: _Parts, whole: float
) -> _Drawn:
    zones = _Zones(buildings, compounds, ground, parts)
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
    return _Drawn(faces, under, unit)


def _crossed(footprints: Shapes, parts: _Parts, lines: Shapes) -> NDArray[np.intp]:
    """Buildings a line runs through, or all but."""
    found, _ = shapely.STRtree(lines).query(footprints, predicate="dwithin", distance=0.05)
    crossed = np.unique(found)
    inside: NDArray[np.intp] = crossed[parts.of_building[crossed] >= 0]
    return inside


class _Zones:
    """The ground of each zone, shared out to units.

    Units are numbered by their first part; the ground of a zone nobody stands in by the number
    of parts plus that of the zone.
    """

    def __init__(
        self, buildings: Buildings, compounds: Compounds, ground: Ground, parts: _Parts
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
    buildings: Buildings, compounds: Compounds, ground: Ground, parts: _Parts
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


def _compounds_by_zone(ground: Ground, parts: _Parts, outside: Numbers) -> Numbers:
    """(k, 3) zone outside, part, position of each small compound that lies in the zone's block."""
    rows = {
        (int(outside[block]), parts.of_ground[place], place[1])
        for block, *where in zip(
            ground.block.tolist(), ground.community.tolist(), ground.compound.tolist(), strict=True
        )
        if (place := (where[0], where[1])) in parts.of_ground and outside[block] >= 0
    }
    return np.array(sorted(rows), dtype=np.int32).reshape(-1, 3)


@dataclass(frozen=True)
class _Pieces:
    """Connected ground of one unit each. All arrays have one length."""

    of_face: Numbers
    of_building: Numbers
    """-1 outside every community"""
    unit: Numbers
    shapes: Shapes
    community: Numbers
    block: Numbers
    near: Neighbours


def _pieces_of(drawn: _Drawn, ground: Ground, parts: _Parts, points: Shapes) -> _Pieces:
    near = neighbours_of(drawn.faces)
    same = drawn.unit[near.pairs[:, 0]] == drawn.unit[near.pairs[:, 1]]
    piece = near.components(len(drawn.faces), same)
    count = int(piece.max(initial=-1)) + 1
    unit, community, block = np.zeros((3, count), dtype=np.int32)
    unit[piece], community[piece] = drawn.unit, ground.community[drawn.ground]
    block[piece] = ground.block[drawn.ground]
    house = np.full(len(points), -1, dtype=np.int32)
    placed = np.flatnonzero(parts.of_building >= 0)
    face = owner_of(points[placed], drawn.faces)
    house[placed] = np.where(face >= 0, piece[face], -1)
    shapes = put_together(drawn.faces, piece, count)
    return _Pieces(piece, house, unit, shapes, community, block, near.merged(piece))


def _settled(pieces: _Pieces, parts: _Parts, homes: Floats) -> tuple[Numbers, Numbers]:
    """The final piece of each face, and of each building (-1 outside).

    Ground cut off from its houses, and small ground nobody lives on, joins a neighbour.
    """
    kept = _kept(pieces, parts, homes)
    host = hosts(kept, pieces.near, pieces.community, pieces.block)
    house = pieces.of_building
    return host[pieces.of_face], np.where(house >= 0, host[house], -1).astype(np.int32)


def _kept(pieces: _Pieces, parts: _Parts, homes: Floats) -> NDArray[np.bool_]:
    """homes: households of each building."""
    count = len(pieces.unit)
    inside = pieces.of_building >= 0
    house = pieces.of_building[inside]
    built = np.bincount(house, minlength=count) > 0
    lived_in = np.bincount(house, homes[inside], minlength=count) > 0
    dedicated = np.array([*(word != "" for word in parts.dedicated), False])
    special = dedicated[np.minimum(pieces.unit, len(parts))]
    own = built | ~np.isin(pieces.unit, pieces.unit[built])
    small = shapely.area(pieces.shapes) < _EMPTY_SQUARE_METRES
    welcome = small & _beside(pieces, lived_in & ~special)
    sliver = strips(pieces.shapes) & ~built
    kept: NDArray[np.bool_] = own & (lived_in | special | ~(welcome | sliver))
    return kept


def _beside(pieces: _Pieces, those: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which have one of `those` for a neighbour in their own block."""
    one, other = pieces.near.pairs.T
    here = pieces.block[one] == pieces.block[other]
    found = np.zeros(len(those), dtype=bool)
    found[one[here & those[other]]] = True
    found[other[here & those[one]]] = True
    return found


def _units(
    names: tuple[str, ...],
    buildings: Buildings,
    ground: Ground,
    parts: _Parts,
    drawn: _Drawn,
    points: Shapes,
) -> Units:
    pieces = _pieces_of(drawn, ground, parts, points)
    piece, house = _settled(pieces, parts, buildings.loads[:, 0])
    numbers, place = np.unique(piece, return_inverse=True)
    unit = place.astype(np.int32)
    shapes = put_together(drawn.faces, unit, len(numbers))
    of_building = np.where(house >= 0, np.searchsorted(numbers, house), -1).astype(np.int32)
    lived = of_building >= 0
    loads = np.zeros((len(numbers), buildings.loads.shape[1]))
    np.add.at(loads, of_building[lived], buildings.loads[lived])
    label = _Labels(names, buildings, ground, parts, drawn, unit, of_building)
    return Units(
        keys=label.keys(shapes),
        shapes=shapes,
        communities=tuple(names[number] for number in label.most_ground(ground.community)),
        measures=buildings.measures,
        loads=loads,
        blocks=label.blocks(shapes),
        compounds=label.compounds(),
        dedicated=label.dedicated(),
    )


class _Labels:
    """What each unit is called and belongs to."""

    def __init__(
        self,
        names: tuple[str, ...],
        buildings: Buildings,
        ground: Ground,
        parts: _Parts,
        drawn: _Drawn,
        unit: Numbers,
        of_building: Numbers,
    ) -> None:
        self.names, self.buildings, self.parts = names, buildings, parts
        self.count = int(unit.max(initial=-1)) + 1
        self.largest = _largest(drawn.faces, unit, self.count)
        self.under = drawn.ground[self.largest]
        self.ground = ground
        self.houses = list(members_of(of_building, self.count))
        self.of_unit = [
            self._parts_in(houses.tolist(), int(drawn.unit[face]))
            for houses, face in zip(self.houses, self.largest, strict=True)
        ]

    def _parts_in(self, houses: list[int], label: int) -> list[int]:
        found = {int(self.parts.of_building[house]) for house in houses}
        if not found and label < len(self.parts):
            found = {label}
        return sorted(found)

    def most_ground(self, of_faces: Numbers) -> list[int]:
        found: list[int] = of_faces[self.under].tolist()
        return found

    def blocks(self, shapes: Shapes) -> tuple[str, ...]:
        """Named by community and counted from north to south, as people read."""
        numbers = self.most_ground(self.ground.block)
        communities = self.most_ground(self.ground.community)
        north = shapely.bounds(shapes)[:, 3]
        order = sorted(range(self.count), key=lambda unit: (communities[unit], -north[unit], unit))
        names: dict[int, str] = {}
        counted: dict[int, int] = {}
        for unit in order:
            if numbers[unit] not in names:
                counted[communities[unit]] = counted.get(communities[unit], 0) + 1
                name = f"{self.names[communities[unit]]}/{counted[communities[unit]]:03d}"
                names[numbers[unit]] = name
        return tuple(names[number] for number in numbers)

    def compounds(self) -> tuple[str, ...]:
        """Shops without households do not count: they stand at the compound's gate."""
        return tuple(self._compound(parts) for parts in self.of_unit)

    def _compound(self, parts: list[int]) -> str:
        lived_in = [part for part in parts if self.parts.households[part] > 0]
        words = {self.parts.compound[part] for part in lived_in or parts}
        return words.pop() if len(words) == 1 else ""

    def dedicated(self) -> tuple[str, ...]:
        return tuple(
            max((self.parts.dedicated[part] for part in parts), default="")
            for parts in self.of_unit
        )

    def keys(self, shapes: Shapes) -> tuple[str, ...]:
        """A small compound's word, else the smallest key of its buildings, else where it lies."""
        given: dict[str, int] = {}
        keys = []
        for word, parts, houses, shape in zip(
            self.compounds(), self.of_unit, self.houses, shapes, strict=True
        ):
            key = min((self.buildings.keys[house] for house in houses), default=_place(shape))
            if word and any(self.parts.small[part] for part in parts):
                key = word
            given[key] = given.get(key, 0) + 1
            keys.append(key if given[key] == 1 else f"{key}~{given[key]}")
        return tuple(keys)


def _place(shape: BaseGeometry) -> str:
    """A name for ground without buildings that outlives small changes of its border."""
    centre = shape.centroid
    return f"空地 {round(centre.x, -1):.0f} {round(centre.y, -1):.0f}"


def _largest(faces: Shapes, unit: Numbers, count: int) -> NDArray[np.intp]:
    order = np.argsort(shapely.area(faces), kind="stable")
    largest = np.zeros(count, dtype=np.intp)
    largest[unit[order]] = order
    return largest


def _outside(buildings: Buildings, parts: _Parts) -> Iterator[Finding]:
    for building in np.flatnonzero(parts.of_building < 0).tolist():
        key = buildings.keys[building]
        yield Finding("buildings", key, f"楼栋“{key}”不在任何社区内，没有算进任何地块。", False)


def _astride(
    buildings: Buildings, shapes: Shapes, names: tuple[str, ...], parts: _Parts, ground: Ground
) -> Iterator[Finding]:
    """Buildings a community border cuts: the border stays, the building counts on one side."""
    placed = np.flatnonzero(parts.of_building >= 0)
    home = ground.community[parts.home[placed]]
    own = shapes[home]
    inside = shapely.area(shapely.intersection(buildings.shapes[placed], own))
    cut = inside < 0.99 * shapely.area(buildings.shapes[placed])
    for building, community in zip(placed[cut].tolist(), home[cut].tolist(), strict=True):
        key = buildings.keys[building]
        yield Finding(
            "buildings", key, f"楼栋“{key}”跨过社区边界，整栋算在“{names[community]}”。", False
        )
