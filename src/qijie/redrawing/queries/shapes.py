"""Borders as the database keeps them and as the drawing library takes them."""

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from qijie.territory.models import SRID, Node

# A centimetre anywhere on the border is an edge rounded anew, not ground that changed hands.
_ROUNDING_DEGREES = 1e-7


def border_of(node: Node | None) -> shapely.Geometry | None:
    return shapely.from_wkb(bytes(node.boundary.wkb)) if node and node.boundary else None


def stored(shape: shapely.Geometry) -> MultiPolygon:
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)
    return geometry if isinstance(geometry, MultiPolygon) else _of_one(geometry)


def _of_one(geometry: GEOSGeometry) -> MultiPolygon:
    assert isinstance(geometry, Polygon)  # noqa: S101  # a union of polygons that touch
    return MultiPolygon(geometry, srid=SRID)


def is_same(shape: shapely.Geometry, before: shapely.Geometry | None) -> bool:
    """Vertex by vertex, so that neighbours drawn anew still meet it without a gap."""
    if before is None:
        return False
    one, other = (
        shapely.normalize(shapely.multipolygons(shapely.get_parts(g))) for g in (shape, before)
    )
    return bool(shapely.equals_exact(one, other, 0.0))


def is_nearly(shape: shapely.Geometry, before: shapely.Geometry | None) -> bool:
    if before is None:
        return False
    return bool(shapely.hausdorff_distance(shape, before) <= _ROUNDING_DEGREES)
