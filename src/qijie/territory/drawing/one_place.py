"""Whether the layers of a drawing are of one place at all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.model import Shapes
from qijie.territory.drawing.planes import Plane, middle_of

_BESIDE_METRES = 100.0


def refuse_other_places(
    plane: Plane,
    buildings: Shapes,
    streets: Sequence[BaseGeometry],
    communities: Mapping[str, Any],
) -> None:
    """Streets and communities somewhere else than the buildings: a wrong file, a wrong system."""
    lines = array_of(streets)
    if communities:
        borders = array_of(communities.values())
        if not _any_meets(borders, shapely.point_on_surface(buildings)):
            _refuse(plane, "没有一栋楼在任何社区里", "楼栋", buildings, "社区", borders)
        if not _any_meets(shapely.buffer(borders, _BESIDE_METRES), lines):
            _refuse(plane, "没有一条街道挨着任何社区", "街道", lines, "社区", borders)
    elif not _any_meets(_around(lines), buildings):
        _refuse(plane, "没有一栋楼在街道一带", "楼栋", buildings, "街道", lines)


def _around(shapes: Shapes) -> Any:
    west, south, east, north = shapely.total_bounds(shapes)
    return shapely.buffer(shapely.box(west, south, east, north), _BESIDE_METRES)


def _any_meets(areas: Any, shapes: Shapes) -> bool:
    found, _ = shapely.STRtree(np.atleast_1d(areas)).query(shapes, predicate="intersects")
    return bool(len(found))


def _refuse(plane: Plane, what: str, one: str, mine: Shapes, other: str, theirs: Shapes) -> None:
    raise Unusable(
        f"{what}：{one}在{_where(plane, mine)}一带，{other}在{_where(plane, theirs)}一带；"
        "请核对是不是同一个地方的文件、坐标系标得对不对（GCJ-02 要加 --system gcj02）。"
    )


def _where(plane: Plane, shapes: Shapes) -> str:
    """The middle, in degrees people can look up."""
    degrees = Transformer.from_crs(plane.crs, CRS(4490), always_xy=True)
    lon, lat = degrees.transform(*middle_of(shapes))
    return f"（经度 {lon:.4f}，纬度 {lat:.4f}）"
