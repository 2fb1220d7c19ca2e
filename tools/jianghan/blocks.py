"""Street lines to street blocks, and blocks too large for one walk to smaller plots."""

import gzip
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from jianghan.plane import metres

# half the width at which two carriageways of one road still close up into a single gap
HALF_WIDTH_METRES: Final = {
    "trunk": 15.0, "primary": 15.0, "secondary": 10.0, "tertiary": 6.0, "residential": 4.5,
    "unclassified": 4.5, "living_street": 3.0, "pedestrian": 3.0,
}  # fmt: skip
# a building line keeps this far from the centre line of a street
SETBACK_METRES: Final = {
    "trunk": 24.0, "primary": 20.0, "secondary": 15.0, "tertiary": 11.0, "residential": 8.5,
    "unclassified": 8.5, "living_street": 7.0, "pedestrian": 7.0,
}  # fmt: skip
MIN_BLOCK_SQUARE_METRES: Final = 1_200.0
LANE_METRES: Final = 5.0


@dataclass(frozen=True)
class Street:
    highway: str
    line: LineString

    @property
    def highway_class(self) -> str:
        return self.highway.removesuffix("_link")


@dataclass(frozen=True)
class Plot:
    """One patch of ground no border will cut; `street` is the code of its 街道, '' for outside."""

    shape: Polygon
    street: str


def read_streets(path: Path) -> list[Street]:
    packed = path.read_bytes()
    opened = json.loads(gzip.decompress(packed) if path.suffix == ".gz" else packed)
    lines = shapely.from_geojson([json.dumps(f["geometry"]) for f in opened["features"]])
    classes = [str(f["properties"]["highway"]) for f in opened["features"]]
    return [
        Street(c, metres(g))
        for c, g in zip(classes, lines, strict=True)
        if isinstance(g, LineString)
    ]


def near(streets: Iterable[Street], area: BaseGeometry) -> list[Street]:
    shapely.prepare(area)
    return [s for s in streets if area.intersects(s.line)]


def main_roads(streets: Iterable[Street]) -> BaseGeometry:
    """Strips along the roads that people think of as the edge of their neighbourhood."""
    lines = [s.line for s in streets if s.highway_class in {"trunk", "primary"}]
    return shapely.union_all([line.buffer(22.0, quad_segs=2) for line in lines])


def polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon) and not part.is_empty:
            yield part


def street_blocks(streets: Sequence[Street], frame: Polygon) -> list[Polygon]:
    """Ground between the streets inside the frame, without slivers between carriageways."""
    roads = shapely.union_all([s.line.buffer(_half_width(s), quad_segs=2) for s in streets])
    ground = frame.buffer(-3.0).difference(roads)
    opened = ground.buffer(-6.0, quad_segs=2).buffer(6.0, quad_segs=2).intersection(ground)
    whole = (
        Polygon(p.exterior, [r for r in p.interiors if Polygon(r).area > 2000])
        for p in polygons(opened)
    )
    return sorted((p for p in whole if p.area > MIN_BLOCK_SQUARE_METRES), key=_reading_order)


def _half_width(street: Street) -> float:
    return HALF_WIDTH_METRES.get(street.highway_class, 4.0)


def _reading_order(shape: Polygon) -> tuple[float, float]:
    return (round(-shape.centroid.y, 3), round(shape.centroid.x, 3))


def dead_ends(streets: Sequence[Street]) -> list[tuple[Point, float]]:
    """Tips of streets that stop inside a block, each with the bearing (radians) it points to."""
    merged = shapely.line_merge(shapely.union_all([s.line for s in streets]))
    lines = [g for g in shapely.get_parts(merged) if g.length > 20]
    tree = STRtree(lines)
    tips = []
    for index, line in enumerate(lines):
        for end, inner in ((0.0, 12.0), (line.length, line.length - 12.0)):
            tip, behind = line.interpolate(end), line.interpolate(inner)
            touched = {int(i) for i in tree.query(tip, predicate="dwithin", distance=1.0)}
            if touched <= {index}:
                tips.append((tip, math.atan2(tip.y - behind.y, tip.x - behind.x)))
    return tips


@dataclass(frozen=True)
class Cutter:
    """Cuts blocks with straight lanes, going on from a dead-end street where there is one."""

    tips: Sequence[tuple[Point, float]]

    def cut(self, plot: Plot, limit: float) -> list[Plot]:
        if plot.shape.area <= limit:
            return [plot]
        best = min(self._options(plot.shape), key=lambda option: option[0], default=None)
        if best is None:
            return [plot]
        parts = (replace(plot, shape=part) for part in best[1])
        return [piece for part in parts for piece in self.cut(part, limit)]

    def _options(self, shape: Polygon) -> Iterator[tuple[float, list[Polygon]]]:
        for bonus, line in self._lanes(shape):
            parts = _halves(shape, line)
            if len(parts) == 2:
                yield _awkwardness(shape, line, parts) - bonus, parts

    def _lanes(self, shape: Polygon) -> Iterator[tuple[float, LineString]]:
        corners = shapely.get_coordinates(shape.minimum_rotated_rectangle)
        reach = float(np.linalg.norm(corners[2] - corners[0]))
        for start, along in ((0, 1), (1, 2)):
            side = corners[along] - corners[start]
            bearing = math.atan2(side[1], side[0]) + math.pi / 2
            for share in (0.36, 0.43, 0.5, 0.57, 0.64):
                middle = (corners[0] + corners[2]) / 2 + side * (share - 0.5)
                yield 0.0, _ray(Point(middle), bearing, reach)
        for tip, bearing in self.tips:
            if shape.buffer(12).contains(tip):
                yield 0.12, _ray(tip, bearing, reach)


def _ray(through: Point, bearing: float, reach: float) -> LineString:
    dx, dy = math.cos(bearing) * reach, math.sin(bearing) * reach
    back, ahead = translate(through, -dx, -dy), translate(through, dx, dy)
    return LineString([back, ahead])


def _halves(shape: Polygon, line: LineString) -> list[Polygon]:
    rest = shape.difference(line.buffer(LANE_METRES / 2, cap_style="flat"))
    return [p for p in polygons(rest) if p.area > 0.02 * shape.area]


def _awkwardness(shape: Polygon, line: LineString, parts: list[Polygon]) -> float:
    """Uneven halves, long cuts and ragged pieces are awkward; nought is perfect."""
    uneven = max(p.area for p in parts) / shape.area - 0.5
    cut = line.intersection(shape).length / math.sqrt(shape.area)
    ragged = sum(p.area / p.convex_hull.area for p in parts) / 2
    return 1.6 * uneven + 0.25 * cut + (1 - ragged)
