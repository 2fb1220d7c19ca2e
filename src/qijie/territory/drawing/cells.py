"""The ground between buildings: to whom each piece is nearest, and who stays together."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.model import Floats, Numbers, Shapes

_STEP_METRES = 4.0
"""Distance of the points an outline is sampled by; about half the gap between two houses."""
_SMOOTH_METRES = 1.5
"""How far a border between two houses may be straightened."""


@dataclass(frozen=True)
class Cells:
    """The ground of one zone, shared out to the nearest of its parts."""

    points: Floats
    """(p, 2) samples of the parts' outlines"""
    part: Numbers
    """(p,) which part each sample belongs to, a position in `parts`"""
    parts: Numbers
    """The caller's names of the parts."""
    ridges: Shapes
    """Segments between samples of two different parts."""
    between: Numbers
    """(r, 2) the two parts of each ridge"""
    metres: Floats
    """(r,) length of each ridge, 0 where it lies outside the zone"""

    def nearest(self, points: Floats) -> Numbers:
        found: Numbers = self.part[cKDTree(self.points).query(points)[1]]
        return found


def samples(shapes: Shapes) -> tuple[Floats, Numbers]:
    """Points along each outline, and whose outline each is on."""
    dense = shapely.segmentize(shapes, _STEP_METRES)
    points, owner = shapely.get_coordinates(dense, return_index=True)
    cells = np.column_stack([np.rint(points * 100).astype(np.int64), owner])
    _, first = np.unique(cells, axis=0, return_index=True)
    first.sort()
    return points[first], owner[first].astype(np.int32)


def cells_of(points: Floats, part: Numbers, parts: Numbers, zone: BaseGeometry) -> Cells:
    """zone: polygon(s) the ground of which is shared out."""
    _, first = np.unique(np.rint(points * 100), axis=0, return_index=True)
    points, part = points[np.sort(first)], part[np.sort(first)]
    centre = points.mean(axis=0)
    diagram = Voronoi(np.vstack([points - centre, _frame(points - centre, zone, centre)]))
    finite = (diagram.ridge_points < len(points)).all(axis=1)
    between = np.where(finite[:, None], part[diagram.ridge_points % len(points)], 0)
    kept = finite & (between[:, 0] != between[:, 1])
    ends = np.array(diagram.ridge_vertices)[kept]
    corners = diagram.vertices[ends] + centre
    ridges = shapely.linestrings(corners)
    middle = corners.mean(axis=1)
    inside = shapely.contains_xy(zone, middle[:, 0], middle[:, 1])
    return Cells(points, part, parts, ridges, between[kept], shapely.length(ridges) * inside)


def _frame(points: Floats, zone: BaseGeometry, centre: Floats) -> Floats:
    """Far points that make every cell of the real ones finite."""
    west, south, east, north = np.array(zone.bounds) - np.tile(centre, 2)
    reach = 10 * (max(east - west, north - south, *np.ptp(points, axis=0)) + 100)
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    frame: Floats = reach * np.column_stack([np.cos(turns), np.sin(turns)])
    return frame


def borders(cells: Cells, unit: Numbers, zone: BaseGeometry) -> Shapes:
    """Smooth lines inside the zone between parts of different units; unit: of each part."""
    apart = unit[cells.between[:, 0]] != unit[cells.between[:, 1]]
    if not apart.any():
        return np.empty(0, dtype=object)
    joined = shapely.line_merge(shapely.multilinestrings(cells.ridges[apart]))
    lines = shapely.simplify(shapely.get_parts(joined), _SMOOTH_METRES)
    # A hand's breadth over the zone's border, so that they surely meet it.
    clipped = shapely.intersection(lines, shapely.buffer(zone, 0.02, join_style="mitre"))
    parts = shapely.get_parts(clipped)
    kept: Shapes = parts[shapely.get_dimensions(parts) == 1]
    return kept


def grouped(
    load: Sequence[float],
    kind: Sequence[str],
    between: Numbers,
    metres: Floats,
    most: float,
) -> Numbers:
    """Neighbouring parts of one kind put together until no two fit below `most`.

    Always the smallest first, to the neighbour it shares most border with. Parts without load
    join whoever is next to them. Kind "" stays alone. Returns the group of each part.
    """
    return _Grouping(load, kind, between, metres, most).run()


class _Grouping:
    def __init__(
        self,
        load: Sequence[float],
        kind: Sequence[str],
        between: Numbers,
        metres: Floats,
        most: float,
    ) -> None:
        self.load = [float(amount) for amount in load]
        self.parent = list(range(len(load)))
        self.most = most
        self.shared: list[dict[int, float]] = [{} for _ in load]
        for (one, other), length in zip(between.tolist(), metres.tolist(), strict=True):
            if length > 0 and kind[one] == kind[other] != "":
                self.shared[one][other] = self.shared[one].get(other, 0.0) + length
                self.shared[other][one] = self.shared[other].get(one, 0.0) + length

    def run(self) -> Numbers:
        waiting = [(load, part) for part, load in enumerate(self.load)]
        heapq.heapify(waiting)
        while waiting:
            load, part = heapq.heappop(waiting)
            if self.parent[part] != part or self.load[part] != load:
                continue
            other = self._best(part)
            if other is not None:
                kept, gone = min(part, other), max(part, other)
                self._join(kept, gone)
                heapq.heappush(waiting, (self.load[kept], kept))
        return np.array([self._root(part) for part in range(len(self.parent))], dtype=np.int32)

    def _best(self, part: int) -> int | None:
        fits = [
            (metres, -other)
            for other, metres in self.shared[part].items()
            if self.load[part] == 0
            or self.load[other] == 0
            or self.load[part] + self.load[other] <= self.most
        ]
        return -max(fits)[1] if fits else None

    def _join(self, kept: int, gone: int) -> None:
        self.parent[gone] = kept
        self.load[kept] += self.load[gone]
        for other, metres in self.shared[gone].items():
            del self.shared[other][gone]
            if other != kept:
                self.shared[kept][other] = self.shared[kept].get(other, 0.0) + metres
                self.shared[other][kept] = self.shared[kept][other]
        self.shared[gone] = {}

    def _root(self, part: int) -> int:
        while self.parent[part] != part:
            part = self.parent[part]
        return part
