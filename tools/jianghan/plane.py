"""Degrees to metres and back; metres are CGCS2000 / 3-degree Gauss-Kruger CM 114E."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

GEOGRAPHIC = "EPSG:4490"
PLANE = "EPSG:4547"
DECIMALS = 7

_to_plane = Transformer.from_crs(GEOGRAPHIC, PLANE, always_xy=True)
_to_degrees = Transformer.from_crs(PLANE, GEOGRAPHIC, always_xy=True)

Shape = TypeVar("Shape", bound=BaseGeometry)
Coordinates = npt.NDArray[np.float64]


def metres(shape: Shape) -> Shape:
    return shapely.transform(shape, lambda xy: _pairs(_to_plane, xy))


def degrees(shape: Shape) -> Shape:
    """Rounded vertex by vertex, so neighbours sharing a vertex still share it."""
    return shapely.transform(shape, lambda xy: np.round(_pairs(_to_degrees, xy), DECIMALS))


def _pairs(transformer: Transformer, xy: Coordinates) -> Coordinates:
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
