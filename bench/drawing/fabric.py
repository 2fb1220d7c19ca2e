"""The blocks of a real street network, seed or no seed the same ones."""

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

STREETS = Path(__file__).resolve().parents[1] / "data" / "wuhan_core_streets.geojson.gz"
PLANE = "EPSG:4547"
"""CGCS2000, three-degree zone of 114° E: what Wuhan is mapped in."""
MIN_BLOCK_SQUARE_METRES = 2_000.0
MIN_BLOCK_WIDTH_METRES = 18.0
"""Twice the area over the outline: less lies between two carriageways of one road."""
MAX_BLOCK_SQUARE_METRES = 800_000.0
"""Faces beyond this are the Yangtze, lakes and hills, and stay outside the city."""
Shapes = NDArray[np.object_]
Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Fabric:
    blocks: Shapes
    pairs: Pairs
    """(m, 2) blocks that share a street."""
    centres: NDArray[np.float64]
    """(n, 2) metres."""


@lru_cache(maxsize=1)
def wuhan() -> Fabric:
    faces = _faces(_streets(STREETS))
    blocks = _blocks(faces)
    pairs, _ = shared_borders(blocks)
    points = shapely.get_coordinates(shapely.centroid(blocks))
    return Fabric(blocks, pairs, points)


def near(ground: shapely.Geometry) -> Shapes:
    """The streets in and around it."""
    lines = _streets(STREETS)
    around = shapely.buffer(ground, 60.0, quad_segs=2)
    shapely.prepare(around)
    return lines[shapely.intersects(lines, around)]


def _streets(path: Path) -> Shapes:
    features = json.loads(gzip.decompress(path.read_bytes()))["features"]
    lines = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    turn = Transformer.from_crs("EPSG:4326", PLANE, always_xy=True).transform
    return shapely.transform(
        np.asarray(lines), lambda at: np.column_stack(turn(at[:, 0], at[:, 1]))
    )


def _faces(lines: Shapes) -> Shapes:
    noded = shapely.union_all(lines, grid_size=0.01)
    return parts_of(shapely.polygonize(shapely.get_parts(noded)))


def parts_of(shape: shapely.Geometry) -> Shapes:
    """The polygons of a collection, from north to south, west to east."""
    parts = shapely.get_parts(shape)
    at = shapely.get_coordinates(shapely.centroid(parts))
    return parts[np.lexsort((at[:, 0].round(2), -at[:, 1].round(2)))]


def _blocks(faces: Shapes) -> Shapes:
    """Slivers go to the neighbour they share the longest border with."""
    group = np.arange(len(faces))
    pairs, metres = shared_borders(faces)
    for sliver in _slivers(faces):
        beside = _neighbours(group, pairs, metres, group[sliver])
        if beside:
            group[group == group[sliver]] = max(beside, key=lambda other: (beside[other], other))
    merged = dissolved(faces, group)
    area = shapely.area(merged)
    good = (area >= MIN_BLOCK_SQUARE_METRES) & (area <= MAX_BLOCK_SQUARE_METRES)
    return merged[good & (shapely.get_type_id(merged) == shapely.GeometryType.POLYGON)]


def _slivers(faces: Shapes) -> list[int]:
    area = shapely.area(faces)
    narrow = 2 * area / shapely.length(faces) < MIN_BLOCK_WIDTH_METRES
    found = np.flatnonzero(narrow | (area < MIN_BLOCK_SQUARE_METRES))
    return [int(i) for i in found[np.argsort(area[found], kind="stable")]]


def _neighbours(
    group: Pairs, pairs: Pairs, metres: NDArray[np.float64], own: int
) -> dict[int, float]:
    ends = group[pairs]
    touched = (ends == own).any(axis=1) & (ends[:, 0] != ends[:, 1])
    found: dict[int, float] = {}
    for (one, other), length in zip(ends[touched], metres[touched], strict=True):
        beside = int(other if one == own else one)
        found[beside] = found.get(beside, 0.0) + float(length)
    return found


def dissolved(shapes: Shapes, group: NDArray[np.int64]) -> Shapes:
    """One shape for each group, in the order of the group numbers."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    bunches = np.split(shapes[order], starts[1:])
    return np.array([b[0] if len(b) == 1 else shapely.union_all(b) for b in bunches], dtype=object)


def shared_borders(shapes: Shapes) -> tuple[Pairs, NDArray[np.float64]]:
    """Pairs of a coverage whose shapes share vertices exactly, and for how many metres."""
    points, owner, ring = _vertices(shapes)
    same = ring[1:] == ring[:-1]
    lows, highs = points[:-1][same], points[1:][same]
    turned = (lows[:, 0] > highs[:, 0]) | ((lows[:, 0] == highs[:, 0]) & (lows[:, 1] > highs[:, 1]))
    ends = np.where(turned[:, None], np.c_[highs, lows], np.c_[lows, highs])
    return _matched(ends, owner[:-1][same])


def _vertices(
    shapes: Shapes,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    rings, of = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    return points, owner[of][ring], ring


def _matched(
    ends: NDArray[np.float64], owner: NDArray[np.int64]
) -> tuple[Pairs, NDArray[np.float64]]:
    order = np.lexsort((owner, ends[:, 3], ends[:, 2], ends[:, 1], ends[:, 0]))
    ends, owner = ends[order], owner[order]
    twice = (ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    one, other = owner[:-1][twice], owner[1:][twice]
    length = np.hypot(*(ends[:-1][twice, 2:] - ends[:-1][twice, :2]).T)
    both = np.sort(np.c_[one, other], axis=1)
    pairs, place = np.unique(both, axis=0, return_inverse=True)
    return pairs, np.bincount(place.ravel(), weights=length, minlength=len(pairs))
