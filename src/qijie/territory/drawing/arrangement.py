"""Lines that meet, and the faces between them.

Everything a drawing is made of comes from one arrangement: faces that share their vertices, so
whatever is put together from them covers the ground without gap or overlap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.model import Floats, Numbers, Shapes

GRAIN_METRES = 0.01
"""Every corner of a drawing lies on this raster."""


def array_of(shapes: Iterable[BaseGeometry]) -> Shapes:
    found = list(shapes)
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def outlines(shapes: Shapes) -> Shapes:
    """The lines of anything: borders of polygons, lines as they are."""
    if not len(shapes):
        return array_of(())
    parts: Shapes = shapely.get_parts(shapes)
    flat = shapely.get_dimensions(parts) == 2
    return np.concatenate([shapely.boundary(parts[flat]), parts[~flat]])


def noded(*lines: Shapes) -> Shapes:
    """The same lines, cut wherever they meet, on the raster."""
    given = np.concatenate([line for line in lines if len(line)] or [array_of(())])
    return shapely.get_parts(shapely.union_all(given, grid_size=GRAIN_METRES))


def faces_of(lines: Shapes) -> Shapes:
    """The areas noded lines enclose."""
    return shapely.get_parts(shapely.polygonize(lines))


@dataclass(frozen=True)
class Neighbours:
    """Which faces share a border, and how long it is."""

    pairs: Numbers
    """(m, 2), each pair once, the lower first."""
    metres: Floats

    def merged(self, label: Numbers) -> "Neighbours":
        """The same for groups of faces; label: group of each face."""
        pairs = np.sort(label[self.pairs], axis=1)
        apart = pairs[:, 0] != pairs[:, 1]
        return _summed(pairs[apart], self.metres[apart])

    def components(self, count: int, keep: NDArray[np.bool_]) -> Numbers:
        """Connected components of `count` faces, joined only by the pairs kept."""
        pairs = self.pairs[keep]
        ones = np.ones(len(pairs), dtype=np.int8)
        joined = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
        labels: Numbers = connected_components(joined, directed=False)[1].astype(np.int32)
        return labels


def neighbours_of(faces: Shapes) -> Neighbours:
    """Faces of one arrangement that share whole segments."""
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(faces), return_index=True)
    owner = np.repeat(np.arange(len(faces)), shapely.get_num_interior_rings(faces) + 1)
    inside = ring[1:] == ring[:-1]
    ends = np.hstack([coordinates[:-1], coordinates[1:]])[inside]
    metres = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    return _shared(_directionless(ends), owner[ring[:-1][inside]], metres)


def _directionless(ends: Floats) -> NDArray[np.int64]:
    """Each segment as four whole numbers, the same from both sides."""
    cells = np.rint(ends / GRAIN_METRES).astype(np.int64)
    east, north = (cells[:, :2] - cells[:, 2:]).T
    swap = (east > 0) | ((east == 0) & (north > 0))
    cells[swap] = cells[swap][:, [2, 3, 0, 1]]
    return cells


def _shared(segments: NDArray[np.int64], owner: NDArray[Any], metres: Floats) -> Neighbours:
    order = np.lexsort(segments.T)
    segments, owner, metres = segments[order], owner[order], metres[order]
    same = (segments[1:] == segments[:-1]).all(axis=1)
    pairs = np.column_stack([owner[:-1][same], owner[1:][same]])
    apart = pairs[:, 0] != pairs[:, 1]
    return _summed(np.sort(pairs[apart], axis=1), metres[:-1][same][apart])


def _summed(pairs: NDArray[Any], metres: Floats) -> Neighbours:
    if not len(pairs):
        return Neighbours(np.empty((0, 2), np.int32), np.empty(0))
    unique, index = np.unique(pairs, axis=0, return_inverse=True)
    total: Floats = np.bincount(index.ravel(), metres, len(unique)).astype(np.float64)
    return Neighbours(unique.astype(np.int32), total)


def put_together(faces: Shapes, label: Numbers, count: int) -> Shapes:
    """One shape for each label from 0 to count; faces with a negative label belong nowhere."""
    return array_of(
        shapely.normalize(shapely.coverage_union_all(faces[members]))
        for members in members_of(label, count)
    )


def members_of(label: NDArray[Any], count: int) -> Iterator[NDArray[np.intp]]:
    """For each label from 0 to count the positions that carry it, ascending."""
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    for start, end in pairwise(bounds.tolist()):
        yield order[start:end]


def width_metres(shapes: Shapes) -> Floats:
    """About how wide a strip is: twice the area by half the outline."""
    around = shapely.length(shapes)
    return np.divide(2 * shapely.area(shapes), around, out=np.zeros(len(shapes)), where=around > 0)


def owner_of(points: Shapes, shapes: Shapes) -> Numbers:
    """For each point the first shape it lies in, or -1."""
    owner = np.full(len(points), -1, dtype=np.int32)
    if not len(points) or not len(shapes):
        return owner
    point, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
    order = np.lexsort((shape, point))[::-1]
    owner[point[order]] = shape[order]
    return owner
