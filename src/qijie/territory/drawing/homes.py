"""Where each building counts, and what never falls apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qijie.territory.drawing.built import Buildings, Compounds
from qijie.territory.drawing.ground import Ground
from qijie.territory.drawing.model import Floats, Numbers, Shapes

_FUSED_SHARE = 0.1
"""Footprints that lie on each other by more of the smaller one than this are one building."""


@dataclass(frozen=True)
class Parts:
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


def parts_of(buildings: Buildings, compounds: Compounds, ground: Ground, most: float) -> Parts:
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


def places_of(footprints: Shapes, ground: Ground, parts: Parts) -> Shapes:
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

    def parts(self) -> Parts:
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
    ) -> Parts:
        inside = of_building >= 0
        loads = self.buildings.loads[inside, 0]
        households = np.bincount(of_building[inside], loads, len(tags)).astype(np.float64)
        leaders = np.array([leader for _, _, leader in tags], dtype=np.int32)
        home = np.where(leaders >= 0, self.home[leaders], self._home_of_compounds(tags))
        return Parts(
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
