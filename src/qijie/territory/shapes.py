"""Geometry between the database and shapely."""

from collections.abc import Iterable

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from qijie.territory.drawing.model import Shapes
from qijie.territory.models import SRID


def shape_of(geometry: GEOSGeometry | None) -> shapely.Polygon | shapely.MultiPolygon:
    """A border; empty for none."""
    shape = shapely.from_wkb(bytes(geometry.wkb)) if geometry else shapely.Polygon()
    assert isinstance(shape, shapely.Polygon | shapely.MultiPolygon)  # noqa: S101
    return shape


def shapes_of(geometries: Iterable[GEOSGeometry]) -> Shapes:
    written = np.array([bytes(one.wkb) for one in geometries], dtype=object)
    shapes: Shapes = shapely.from_wkb(written)
    return shapes


def stored(shape: shapely.Geometry) -> MultiPolygon:
    """An area as the database keeps it."""
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)
    return geometry if isinstance(geometry, MultiPolygon) else _of_one(geometry)


def _of_one(geometry: GEOSGeometry) -> MultiPolygon:
    assert isinstance(geometry, Polygon)  # noqa: S101  # a union of polygons that touch
    return MultiPolygon(geometry, srid=SRID)
