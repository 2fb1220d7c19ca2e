"""Whether a border drawn anew is the one that was there."""

import shapely

from qijie.territory.models import Node
from qijie.territory.shapes import shape_of

# A centimetre anywhere on the border is an edge rounded anew, not ground that changed hands.
_ROUNDING_DEGREES = 1e-7


def border_of(node: Node | None) -> shapely.Geometry | None:
    return shape_of(node.boundary) if node and node.boundary else None


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
