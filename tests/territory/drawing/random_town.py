"""Towns nobody planned: random streets, houses at any angle, communities with crooked borders."""

from dataclasses import dataclass

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.random import Generator
from shapely import LineString, Polygon, affinity, box
from shapely.ops import split

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import Buildings, Compounds

SIDE = 400.0


@dataclass(frozen=True)
class Town:
    streets: list[LineString]
    buildings: Buildings
    communities: dict[str, Polygon]
    compounds: Compounds


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Sizes are drawn one by one, so that a failing town shrinks; the rest follows a seed."""
    chance = np.random.default_rng(draw(st.integers(0, 2**20)))
    return town(
        chance,
        streets=draw(st.integers(0, 9)),
        houses=draw(st.integers(1, 30)),
        walls=draw(st.integers(0, 2)),
        bends=draw(st.integers(0, 3)),
    )


def town(chance: Generator, *, streets: int, houses: int, walls: int, bends: int) -> Town:
    lines = [_street(chance) for _ in range(streets)]
    footprints = array_of(_house(chance) for _ in range(houses))
    buildings = Buildings(
        tuple(f"b{number:02d}" for number in range(houses)),
        footprints,
        chance.integers(0, 250, (houses, 1)).astype(float),
        compounds=tuple(chance.choice(["", "", "阳光", "月光"], houses).tolist()),
        dedicated=tuple(chance.choice(["", "", "", "学校"], houses).tolist()),
    )
    corners = chance.uniform(-20, SIDE, (walls, 2)).round(3).tolist()
    compounds = Compounds(
        tuple(f"小区{number}" for number in range(walls)),
        array_of(box(x, y, x + 90, y + 70) for x, y in corners),
    )
    return Town(lines, buildings, _communities(chance, bends), compounds)


def _street(chance: Generator) -> LineString:
    corners = chance.uniform(-20, SIDE + 20, (int(chance.integers(2, 5)), 2))
    if chance.random() < 0.5:
        # Half of the towns' streets run along a raster, where corners and lines coincide.
        corners = corners.round(-1)
    return LineString(corners.round(3))


def _house(chance: Generator) -> Polygon:
    x, y = chance.uniform(5, SIDE - 5, 2)
    length, depth = chance.uniform(6, 60), chance.uniform(6, 20)
    turn = chance.choice([0.0, 90.0, chance.uniform(0, 180)])
    shape = affinity.rotate(box(x, y, x + length, y + depth), float(turn))
    return shapely.set_precision(shape, 0.01)


def _communities(chance: Generator, bends: int) -> dict[str, Polygon]:
    """The square, cut in two by a crooked line."""
    middle = np.sort(chance.uniform(20, SIDE - 20, (bends, 2)), axis=0).tolist()
    line = LineString([(-30, SIDE / 2), *middle, (SIDE + 30, SIDE / 3)])
    pieces = split(box(0, 0, SIDE, SIDE), line).geoms
    return {
        f"社区{number}": shapely.set_precision(piece, 0.01) for number, piece in enumerate(pieces)
    }
