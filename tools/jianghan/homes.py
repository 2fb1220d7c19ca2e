"""Compounds and buildings of every grid, so that each general grid has its number of homes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import shapely
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from jianghan import fabric
from jianghan.blocks import SETBACK_METRES, Street, polygons
from jianghan.fabric import Building, Style
from jianghan.plane import degrees
from jianghan.territory import Community, Grid, Territory, reading_order, rng_for

TOTAL_HOUSEHOLDS: Final = 19_000
FEWEST, MOST = 312, 468
EDGE_METRES: Final = 6.5
MAX_FLOORS: Final = 30
FIRST_SYLLABLES: Final = "澄禾岚栖榆槿砚汀荻芷黛穗楸筠漪蘅霁珩沅芃"
SECOND_SYLLABLES: Final = "和宁光溪庭川野晴舟麓"
ENDINGS: Final = ("里", "苑", "小区", "花园", "新村", "家园")
BUSY: Final = {"trunk", "primary", "secondary", "tertiary"}


@dataclass
class Compound:
    shape: Polygon
    name: str
    buildings: list[Building]
    shops: list[Building]
    code: str = ""


@dataclass
class Ground:
    """One cell of a grid as the builder sees it: what is left between the building lines."""

    cell: int
    free: Polygon
    bearing: float


@dataclass
class Settled:
    """One grid with everything standing in it."""

    community: Community
    grid: Grid
    compounds: list[Compound] = field(default_factory=list)
    loose: list[Building] = field(default_factory=list)

    @property
    def households(self) -> int:
        return sum(b.households for b in self.buildings())

    def buildings(self) -> list[Building]:
        return [b for c in self.compounds for b in c.buildings] + self.loose


class Nearby:
    """Streets looked up around one piece of ground."""

    def __init__(self, streets: Sequence[Street]) -> None:
        self._streets = streets
        self._tree = STRtree([s.line for s in streets])

    def around(self, ground: Polygon) -> list[Street]:
        found = self._tree.query(ground, predicate="dwithin", distance=60.0)
        return [self._streets[i] for i in sorted(found.tolist())]

    def building_lines(self, ground: Polygon) -> BaseGeometry:
        strips = [
            s.line.buffer(SETBACK_METRES.get(s.highway_class, 8.0)) for s in self.around(ground)
        ]
        return shapely.union_all(strips)

    def busy(self, ground: Polygon) -> BaseGeometry:
        return shapely.union_all([s.line for s in self.around(ground) if s.highway_class in BUSY])


@dataclass(frozen=True)
class Builder:
    territory: Territory
    streets: Nearby
    names: Iterator[str]

    def settle(self, community: Community, grid: Grid, wanted: int, rng: random.Random) -> Settled:
        grounds = [g for cell in grid.cells for g in self._grounds(cell)]
        settled = Settled(community, grid)
        if grid.kind == "general":
            self._house(settled, grounds, wanted, rng)
        elif grid.kind == "dedicated":
            settled.loose = [b for g in grounds for b in _dedicated(grid.purpose, g, rng)]
        else:
            settled.loose = _site_office(grounds, rng)
        return settled

    def _grounds(self, cell: int) -> Iterator[Ground]:
        plane = self.territory.cells[cell].plane
        lines = self.streets.building_lines(plane)
        free = plane.buffer(-EDGE_METRES, join_style="mitre").difference(lines)
        bearing = fabric.southward_bearing(plane)
        for part in sorted(polygons(free), key=lambda p: -p.area):
            if part.area > 900.0:
                yield Ground(cell, part, bearing)

    def _house(
        self, settled: Settled, grounds: list[Ground], wanted: int, rng: random.Random
    ) -> None:
        usual, other = rng.choice(fabric.HOMES), rng.choice(fabric.HOMES)
        homes = sorted(grounds, key=lambda g: self._bustle(g))
        spared: list[Ground] = []
        while True:
            compounds = [self._compound(g, rng.choice((usual, usual, other)), rng) for g in homes]
            room = sum(b.households for c in compounds for b in c.buildings)
            if room < 1.5 * wanted or len(homes) == 1:
                break
            spared.append(homes.pop())
        settled.compounds = [c for c in compounds if c.buildings]
        settled.loose = [b for c in compounds for b in c.shops]
        settled.loose += [b for g in spared for b in _workplace(g, rng)]
        for compound in settled.compounds:
            compound.name = next(self.names)
        _fit([b for c in settled.compounds for b in c.buildings], wanted)

    def _bustle(self, ground: Ground) -> float:
        """Share of the ground within reach of busy streets; offices and shops go there first."""
        reached = self.streets.busy(ground.free).buffer(40)
        return float(reached.intersection(ground.free).area / ground.free.area)

    def _compound(self, ground: Ground, style: Style, rng: random.Random) -> Compound:
        shops = []
        if rng.random() < 0.7:
            busy = self.streets.busy(ground.free)
            shops = fabric.shop_fronts(ground.free, busy, rng, ground.cell)
        inner = fabric.without(ground.free, shops, 7.0)
        built = fabric.rows(inner, ground.bearing, style, rng, ground.cell)
        if sum(b.households for b in built) < 24 and style is not fabric.WALK_UP:
            built = fabric.rows(inner, ground.bearing, fabric.WALK_UP, rng, ground.cell)
        walled = fabric.without(ground.free, shops, 3.5)
        return Compound(max(polygons(walled), key=lambda p: p.area), "", built, shops)


def _fit(homes: Sequence[Building], wanted: int) -> None:
    """Adds or takes away floors until the number of households is as near as it can be."""
    factor = wanted / sum(b.households for b in homes)
    for building in homes:
        building.floors = min(MAX_FLOORS, max(3, round(building.floors * factor)))
    for building in sorted(homes, key=lambda b: (b.units * b.flats_per_floor, b.shape.centroid.x)):
        missing = wanted - sum(b.households for b in homes)
        step = building.units * building.flats_per_floor
        if abs(missing) >= step and 3 < building.floors < MAX_FLOORS:
            building.floors += 1 if missing > 0 else -1


def _workplace(ground: Ground, rng: random.Random) -> list[Building]:
    """Offices or shops on a large spared plot, a nursery school or the like on a small one."""
    large = ground.free.area > 5_000.0
    styles = (fabric.OFFICE, fabric.PARADE) if large else (fabric.NURSERY, fabric.CENTRE)
    style = rng.choice(styles)
    return fabric.rows(ground.free, ground.bearing, style, rng, ground.cell)


def _dedicated(purpose: str, ground: Ground, rng: random.Random) -> list[Building]:
    styles = {
        "park": fabric.PAVILION,
        "mall": fabric.MALL,
        "hospital": fabric.WARD,
        "market": fabric.HALL,
        "office": fabric.OFFICE,
        "school": fabric.CLASSROOM,
    }
    built = fabric.rows(ground.free, ground.bearing, styles[purpose], rng, ground.cell)
    if purpose == "school":
        return built[: max(2, len(built) // 2)]
    if purpose == "park":
        return built[:2]
    return built


def _site_office(grounds: Sequence[Ground], rng: random.Random) -> list[Building]:
    ground = max(grounds, key=lambda g: g.free.area)
    return fabric.rows(ground.free, ground.bearing, fabric.CENTRE, rng, ground.cell)[:1]


def build(territory: Territory, streets: Sequence[Street], seed: int) -> list[Settled]:
    """Everything in the full street, numbered."""
    full = [c for c in territory.communities if c.grids]
    builder = Builder(territory, Nearby(streets), _names(seed))
    wanted = _wanted(full, seed)
    settled = []
    for community in full:
        for grid in community.grids:
            rng = rng_for(seed, grid.code)
            settled.append(builder.settle(community, grid, wanted.get(grid.code, 0), rng))
    for community in full:
        _number_compounds(
            community.code, [s for s in settled if s.community.code == community.code]
        )
    return settled


def _wanted(communities: Sequence[Community], seed: int) -> dict[str, int]:
    """Households by code of general grid, adding up to the total."""
    grids = [g for c in communities for g in c.grids if g.kind == "general"]
    mean = TOTAL_HOUSEHOLDS / len(grids)
    draws = {g.code: rng_for(seed, g.code + "/wanted").gauss(mean, 38.0) for g in grids}
    off = sum(draws.values()) / len(draws) - mean
    return {code: round(min(MOST, max(FEWEST, d - off))) for code, d in draws.items()}


def _names(seed: int) -> Iterator[str]:
    pairs = [a + b for a in FIRST_SYLLABLES for b in SECOND_SYLLABLES]
    rng = rng_for(seed, "compound names")
    rng.shuffle(pairs)
    return (pair + rng.choice(ENDINGS) for pair in pairs)


def _number_compounds(community: str, settled: Sequence[Settled]) -> None:
    """A compound keeps its code when grids are redrawn, so the code names its community."""
    for one in settled:
        one.compounds.sort(key=lambda c: reading_order(degrees(c.shape)))
    together = [compound for one in settled for compound in one.compounds]
    together.sort(key=lambda c: reading_order(degrees(c.shape)))
    for number, compound in enumerate(together, 1):
        compound.code = f"{community}-c{number:04d}"
