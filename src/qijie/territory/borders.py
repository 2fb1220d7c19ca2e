"""What maps draw, as public as a notice board: borders, outlines and streets, rounded to 0.1 m."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import connection
from django.db.models import Func, QuerySet, TextField

from qijie.kernel.codes import DIVISION_DIGITS
from qijie.territory.models import SRID, Building, Node, StreetLine
from qijie.territory.queries import buildings, children, nodes, within

_DIGITS = 6
Shape = str
"""A geometry as GeoJSON text, as the database wrote it."""


class GeoJson(Func):
    """A geometry as GeoJSON text without a crs member, which RFC 7946 dropped."""

    function = "ST_AsGeoJSON"
    template = f"%(function)s(%(expressions)s, {_DIGITS}, 0)"
    output_field = TextField()


def drawn_children(path: str, on: date) -> list[tuple[Node, Shape]]:
    """Children that have a border, with it."""
    return _drawn(children(path, on))


def drawn_node(path: str, on: date) -> tuple[Node, Shape] | None:
    return next(iter(_drawn(nodes(on).filter(path=path))), None)


def _drawn(found: QuerySet[Node]) -> list[tuple[Node, Shape]]:
    drawn = found.filter(boundary__isnull=False).annotate(shape=GeoJson("boundary"))
    return [(node, node.shape) for node in drawn.defer("boundary")]


def drawn_buildings(path: str, on: date) -> list[tuple[Building, Shape]]:
    """The buildings of a community, grid or compound, with their outlines."""
    found = homes_in(path, on).annotate(shape=GeoJson("footprint"))
    return [(building, building.shape) for building in found]


def homes_in(path: str, on: date) -> QuerySet[Building]:
    """The same without outlines. A compound's buildings may stand in more grids than its own."""
    if "-" in path:
        # Its own digits name the grid; the compound lies somewhere in that grid's community.
        around = buildings(on).filter(path__startswith=path[:DIVISION_DIGITS])
        return around.filter(compound__path=path).defer("footprint").order_by("path")
    return buildings(on).filter(within(path)).defer("footprint").order_by("path")


def streets_in(
    box: tuple[float, float, float, float], at_most: int
) -> list[tuple[StreetLine, Shape]]:
    """Streets that touch a box: west, south, east, north."""
    area = Polygon.from_bbox(box)
    area.srid = SRID
    found = StreetLine.objects.filter(line__bboverlaps=area).annotate(shape=GeoJson("line"))
    return [(street, street.shape) for street in found.defer("line").order_by("pk")[:at_most]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Which drawing of a place's children is in force: changes whenever one of them does."""

    digest: str
    since: date


_DRAWING = """
    SELECT md5(string_agg(concat_ws('|', c.id, c.path, c.name, c.grid_kind, c.households), ','
                          ORDER BY c.path)),
           max(greatest(c.valid_from, p.valid_from))
    FROM territory_node p JOIN territory_node c ON c.parent_id = p.id
    WHERE p.path = %(path)s AND c.boundary IS NOT NULL
      AND c.valid_from <= %(on)s AND (c.valid_to IS NULL OR c.valid_to > %(on)s)
"""


def drawing_of_children(path: str, on: date) -> Drawing | None:
    """None where a place has no drawn children on that day. One query, no geometry read."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWING, {"path": path, "on": on})
        digest, since = cursor.fetchone()
    return Drawing(digest, since) if digest else None


# Lanes are drawn from the zoom at which they are wider than a hair.
_LANES_FROM_ZOOM = 13
_MAIN_ROADS = (
    *("motorway", "trunk", "primary", "secondary", "tertiary"),
    *("motorway_link", "trunk_link", "primary_link", "secondary_link"),
)
# The envelope goes to the column's system, never the column to the tile's: so the index is used.
_STREETS_TILE = """
    WITH tile AS MATERIALIZED (
        SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS frame,
               ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.0625), 4490) AS area
    ), piece AS (
        SELECT s.street_class AS class,
               ST_AsMVTGeom(ST_Transform(s.line, 3857), tile.frame, 4096, 256) AS line
        FROM tile JOIN territory_streetline s ON s.line && tile.area
        WHERE %(all)s OR s.street_class = ANY(%(main)s)
    )
    SELECT ST_AsMVT(piece, 'streets', 4096, 'line') FROM piece WHERE line IS NOT NULL
"""


def streets_tile(z: int, x: int, y: int) -> bytes:
    """A vector tile with one layer `streets` (property `class`); empty where no street runs."""
    wanted: dict[str, Any] = {
        "z": z,
        "x": x,
        "y": y,
        "all": z >= _LANES_FROM_ZOOM,
        "main": list(_MAIN_ROADS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STREETS_TILE, wanted)
        return bytes(cursor.fetchone()[0])


def feature(shape: Shape, properties: dict[str, object]) -> str:
    """A GeoJSON feature from a shape that already is GeoJSON text."""
    plain = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","geometry":{shape},"properties":{plain}}}'


def collection(features: Iterable[str]) -> str:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'
