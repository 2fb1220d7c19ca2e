"""One topology for every border: plots grown to meet in the middle of the streets between them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely import MultiPoint, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from jianghan.blocks import Plot, polygons
from jianghan.plane import degrees

SPACING_METRES: Final = 4.0
TOLERANCE_METRES: Final = 5.0


def grow(plots: Sequence[Plot], frame: Polygon) -> list[Polygon]:
    """Cells in rounded degrees, in the order of `plots`; together they leave no gap."""
    fence = frame.buffer(3.0).exterior
    outlines = [shapely.segmentize(p.shape.boundary, SPACING_METRES) for p in plots]
    sites, owners = _sites([*outlines, shapely.segmentize(fence, SPACING_METRES)])
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(sites)))
    owned = _owned(cells, sites, owners, len(plots))
    merged = [shapely.coverage_union_all(parts) for parts in owned]
    smooth = shapely.coverage_simplify(merged, TOLERANCE_METRES)
    return [_only_polygon(degrees(shape)) for shape in smooth]


def _sites(outlines: Sequence[BaseGeometry]) -> tuple[np.ndarray, np.ndarray]:
    parts = [np.round(shapely.get_coordinates(o), 3) for o in outlines]
    owners = np.concatenate([np.full(len(p), i) for i, p in enumerate(parts)])
    sites, first = np.unique(np.concatenate(parts), axis=0, return_index=True)
    return sites, owners[first]


def _owned(
    cells: np.ndarray, sites: np.ndarray, owners: np.ndarray, wanted: int
) -> list[list[Polygon]]:
    points = shapely.get_parts(MultiPoint(sites))
    cell_of, site_of = STRtree(points).query(cells, predicate="contains")
    owned: list[list[Polygon]] = [[] for _ in range(wanted)]
    for cell, site in zip(cell_of, site_of, strict=True):
        if owners[site] < wanted:
            owned[owners[site]].append(cells[cell])
    return owned


def _only_polygon(shape: BaseGeometry) -> Polygon:
    """The largest part: a dead-end street may leave a crumb of a cell beyond its tip."""
    return max(polygons(shape), key=lambda part: part.area)
