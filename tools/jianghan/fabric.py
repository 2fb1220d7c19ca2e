"""Rows of slabs, towers, shop fronts and halls: rectangles laid out on free ground."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import shapely
from shapely import LineString, Polygon, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

APART_METRES: Final = 5.0


@dataclass(frozen=True)
class Style:
    """How one sort of building is laid out; lengths in metres."""

    use: str
    depth: float
    unit_length: float
    units: tuple[int, int]
    floors: tuple[int, int]
    flats_per_floor: int
    row_pitch: float
    gap: float


WALK_UP: Final = Style("residential", 11.5, 16.0, (2, 4), (5, 7), 2, 33.0, 12.0)
SLAB: Final = Style("residential", 13.5, 19.0, (2, 3), (9, 11), 2, 47.0, 16.0)
TOWER: Final = Style("residential", 19.0, 26.0, (1, 1), (16, 20), 4, 58.0, 26.0)
OFFICE: Final = Style("office", 22.0, 32.0, (1, 1), (8, 22), 0, 52.0, 22.0)
MALL: Final = Style("commercial", 32.0, 20.0, (2, 4), (4, 7), 0, 46.0, 14.0)
WARD: Final = Style("hospital", 16.0, 16.0, (2, 4), (5, 14), 0, 36.0, 14.0)
CLASSROOM: Final = Style("school", 12.0, 15.0, (2, 4), (3, 5), 0, 30.0, 14.0)
HALL: Final = Style("market", 22.0, 16.0, (2, 3), (1, 2), 0, 34.0, 10.0)
PAVILION: Final = Style("public", 9.0, 14.0, (1, 1), (1, 1), 0, 90.0, 70.0)
NURSERY: Final = Style("school", 12.0, 14.0, (2, 3), (2, 3), 0, 44.0, 18.0)
PARADE: Final = Style("commercial", 14.0, 16.0, (2, 4), (2, 4), 0, 36.0, 12.0)
CENTRE: Final = Style("public", 14.0, 14.0, (2, 3), (2, 4), 0, 40.0, 16.0)
HOMES: Final = (WALK_UP, WALK_UP, WALK_UP, SLAB, SLAB, TOWER)


@dataclass
class Building:
    """`shape` in metres; households follow from units, floors and flats."""

    shape: Polygon
    use: str
    units: int
    floors: int
    flats_per_floor: int
    cell: int

    @property
    def households(self) -> int:
        return self.units * self.floors * self.flats_per_floor


def southward_bearing(ground: Polygon) -> float:
    """Degrees by which the block's own axis nearest to east-west leaves due east."""
    corners = shapely.get_coordinates(ground.minimum_rotated_rectangle)
    along = corners[1] - corners[0]
    bearing = math.degrees(math.atan2(along[1], along[0])) % 90.0
    return bearing if bearing <= 45.0 else bearing - 90.0


def rows(
    ground: BaseGeometry, bearing: float, style: Style, rng: random.Random, cell: int
) -> list[Building]:
    """Parallel rows over the ground, the odd metres shared out so the rows sit in the middle."""
    if ground.is_empty:
        return []
    pivot = ground.centroid
    level = rotate(ground, -bearing, origin=pivot)
    built = [b for y in _row_lines(level, style) for b in _row(level, y, style, rng, cell)]
    for building in built:
        building.shape = rotate(building.shape, bearing, origin=pivot)
    return built


def _row_lines(level: BaseGeometry, style: Style) -> Iterator[float]:
    _, low, _, high = level.bounds
    room = high - low - style.depth
    if room < 0:
        return
    count = int(room // style.row_pitch) + 1
    spare = room - (count - 1) * style.row_pitch
    stretch = min(spare / count, 0.25 * style.row_pitch) if count > 1 else 0.0
    start = low + (room - (count - 1) * (style.row_pitch + stretch)) / 2
    for n in range(count):
        yield start + n * (style.row_pitch + stretch)


def _row(
    level: BaseGeometry, y: float, style: Style, rng: random.Random, cell: int
) -> Iterator[Building]:
    for west, east in _clear_stretches(level, y, y + style.depth):
        for x, units in _along(east - west, style, rng):
            shape = box(west + x, y, west + x + units * style.unit_length, y + style.depth)
            if level.covers(shape):
                floors = rng.randint(*style.floors)
                doors = units if style.flats_per_floor else 1
                yield Building(shape, style.use, doors, floors, style.flats_per_floor, cell)


def _clear_stretches(level: BaseGeometry, low: float, high: float) -> list[tuple[float, float]]:
    """Stretches from west to east that are free over the whole depth of a row."""
    west, _, east, _ = level.bounds
    blocked = box(west - 1, low, east + 1, high).difference(level)
    clear = LineString([(west, 0), (east, 0)])
    shadows = [box(p.bounds[0], -1, p.bounds[2], 1) for p in shapely.get_parts(blocked)]
    left = clear.difference(shapely.union_all(shadows))
    return [(p.bounds[0] + 0.1, p.bounds[2] - 0.1) for p in shapely.get_parts(left) if p.length]


def _along(length: float, style: Style, rng: random.Random) -> Iterator[tuple[float, int]]:
    """Offsets and unit counts of the buildings of one row, with the spare length in the gaps."""
    sizes: list[int] = []
    used = 0.0
    while True:
        gap = style.gap if sizes else 0.0
        fit = int((length - used - gap) // style.unit_length)
        if fit < style.units[0]:
            break
        sizes.append(min(fit, rng.randint(*style.units)))
        used += gap + sizes[-1] * style.unit_length
    if not sizes:
        return
    spare = (length - used) / (len(sizes) + 1)
    x = spare
    for units in sizes:
        yield x, units
        x += units * style.unit_length + style.gap + spare


def shop_fronts(
    ground: Polygon, streets: BaseGeometry, rng: random.Random, cell: int
) -> list[Building]:
    """Two-storey shops along those edges of the ground that face a busy street."""
    built: list[Building] = []
    corners = list(Polygon(ground.exterior).simplify(3.0).boundary.coords)
    for start, end in pairwise(corners):
        side = LineString([start, end])
        if side.length > 40.0 and streets.distance(side.interpolate(0.5, normalized=True)) < 28.0:
            built.extend(_fronts(ground, side, rng, cell, built))
    return built


def _fronts(
    ground: Polygon, side: LineString, rng: random.Random, cell: int, others: Sequence[Building]
) -> Iterator[Building]:
    depth, gap = 10.0, 9.0
    count = max(1, round(side.length / 55.0))
    length = (side.length - gap * (count + 1)) / count
    inner = side.parallel_offset(0.6 + depth / 2, _inner_side(ground, side))
    for n in range(count):
        first = gap + n * (length + gap)
        axis = LineString([inner.interpolate(first), inner.interpolate(first + length)])
        shape = axis.buffer(depth / 2, cap_style="flat")
        if ground.covers(shape) and not crowded(shape, others):
            yield Building(shape, "commercial", 1, rng.randint(2, 3), 0, cell)


def _inner_side(ground: Polygon, side: LineString) -> str:
    left = side.parallel_offset(4.0, "left")
    return "left" if ground.contains(left.interpolate(0.5, normalized=True)) else "right"


def crowded(shape: Polygon, others: Sequence[Building]) -> bool:
    return any(shape.distance(b.shape) < APART_METRES for b in others)


def without(ground: BaseGeometry, built: Sequence[Building], apart: float) -> BaseGeometry:
    return ground.difference(shapely.union_all([b.shape.buffer(apart) for b in built]))
