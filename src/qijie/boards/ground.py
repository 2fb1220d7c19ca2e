"""What a board's map shows of the ground, in metres of the local CGCS2000 plane; one query.

Borders, outlines and streets all come from our own tables: a board is printed without asking
anybody outside.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Surface:
    """A named surface; its first ring is the outline, the others are holes."""

    name: str
    parts: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True, slots=True)
class House:
    name: str
    compound: str
    is_own: bool
    """Stands in the grid the map is of."""
    outline: Ring


@dataclass(frozen=True, slots=True)
class Street:
    street_class: str
    lines: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    west: float
    south: float
    east: float
    north: float
    grid: Surface
    neighbours: tuple[Surface, ...]
    compounds: tuple[Surface, ...]
    houses: tuple[House, ...]
    streets: tuple[Street, ...]


# Room around the border, as a share of the grid's own width and height, so that neighbours show.
_MARGIN = 0.12
# A grid of one small block is not blown up to where its two houses fill the sheet.
_LEAST_METRES = 160
# The zone's plane: EPSG 4534 is the 3-degree zone of 75° E, 4554 that of 135° E.
_GROUND = """
WITH home AS MATERIALIZED (
    SELECT n.id, n.path, zone.plane, ST_Transform(n.boundary, zone.plane) AS shape
    FROM territory_node n,
         LATERAL (SELECT 4534 + round((ST_X(ST_Centroid(n.boundary)) - 75) / 3)::int AS plane) zone
    WHERE n.id = %(node)s AND n.boundary IS NOT NULL
), middle AS MATERIALIZED (
    SELECT (ST_XMin(shape) + ST_XMax(shape)) / 2 AS x, (ST_YMin(shape) + ST_YMax(shape)) / 2 AS y,
           greatest((ST_XMax(shape) - ST_XMin(shape)) * (1 + 2 * %(margin)s),
                    (ST_YMax(shape) - ST_YMin(shape)) * (1 + 2 * %(margin)s) * %(aspect)s,
                    %(least)s) / 2 AS half
    FROM home
), frame AS MATERIALIZED (
    SELECT h.plane, box, ST_Transform(box, 4490) AS area
    FROM home h, middle m, LATERAL (SELECT ST_MakeEnvelope(
        m.x - m.half, m.y - m.half / %(aspect)s,
        m.x + m.half, m.y + m.half / %(aspect)s, h.plane) AS box) b
), clipped AS (
    SELECT 'frame' AS layer, '' AS name, '' AS note, false AS own, box AS shape FROM frame
    UNION ALL
    SELECT 'grid', '', '', true, shape FROM home
    UNION ALL
    SELECT 'neighbour', n.name, p.name, n.parent_id = g.parent_id,
           ST_ClipByBox2D(ST_Transform(n.boundary, f.plane), f.box)
    FROM frame f, territory_node n JOIN territory_node p ON p.id = n.parent_id,
         home h JOIN territory_node g ON g.id = h.id
    WHERE n.kind = 'grid' AND n.boundary && f.area AND n.id <> h.id
      AND n.valid_from <= %(on)s AND (n.valid_to IS NULL OR n.valid_to > %(on)s)
    UNION ALL
    SELECT 'compound', n.name, '', true, ST_Transform(n.boundary, f.plane)
    FROM frame f, home h, territory_node n
    WHERE n.kind = 'compound' AND n.path LIKE h.path || '-%%' AND n.boundary IS NOT NULL
      AND n.valid_from <= %(on)s AND (n.valid_to IS NULL OR n.valid_to > %(on)s)
    UNION ALL
    SELECT 'house', b.name, coalesce(c.name, ''), b.grid_id = h.id,
           ST_Transform(b.footprint, f.plane)
    FROM frame f, home h, territory_building b LEFT JOIN territory_node c ON c.id = b.compound_id
    WHERE b.footprint && f.area
      AND b.valid_from <= %(on)s AND (b.valid_to IS NULL OR b.valid_to > %(on)s)
    UNION ALL
    SELECT 'street', s.street_class, '', false,
           ST_ClipByBox2D(ST_Transform(s.line, f.plane), f.box)
    FROM frame f, territory_streetline s WHERE s.line && f.area
)
SELECT layer, name, note, own, ST_AsGeoJSON(shape, 1, 0) AS shape FROM clipped
WHERE NOT ST_IsEmpty(shape) ORDER BY layer, name, note, shape
"""

_Row = tuple[str, str, bool, dict[str, Any]]


def ground_of(node_id: int, on: date, *, aspect: float) -> Ground | None:
    """The ground of a grid's row and what lies around it on a day; None where no border is drawn.

    aspect: width of the picture over its height; the frame is filled to it.
    """
    layers: dict[str, list[_Row]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUND,
            {
                "node": node_id,
                "on": on,
                "aspect": aspect,
                "margin": _MARGIN,
                "least": _LEAST_METRES,
            },
        )
        for layer, name, note, is_own, shape in cursor.fetchall():
            layers.setdefault(layer, []).append((name, note, is_own, json.loads(shape)))
    return _ground(layers) if "grid" in layers else None


def _ground(layers: dict[str, list[_Row]]) -> Ground:
    [(_, _, _, frame)] = layers["frame"]
    xs, ys = zip(*frame["coordinates"][0], strict=True)
    [(_, _, _, border)] = layers["grid"]
    return Ground(
        west=min(xs),
        south=min(ys),
        east=max(xs),
        north=max(ys),
        grid=Surface("", tuple(_polygons(border))),
        neighbours=tuple(
            Surface(name if is_near else f"{community} {name}", tuple(_polygons(shape)))
            for name, community, is_near, shape in layers.get("neighbour", [])
        ),
        compounds=tuple(
            Surface(name, tuple(_polygons(shape)))
            for name, _, _, shape in layers.get("compound", [])
        ),
        houses=tuple(
            House(name, compound, is_own, rings[0])
            for name, compound, is_own, shape in layers.get("house", [])
            for rings in _polygons(shape)
        ),
        streets=tuple(
            Street(name, tuple(_lines(shape))) for name, _, _, shape in layers.get("street", [])
        ),
    )


def _polygons(shape: dict[str, Any]) -> Iterator[tuple[Ring, ...]]:
    """The polygons in a GeoJSON geometry, whatever clipping made of it."""
    if shape["type"] == "Polygon":
        yield tuple(_ring(ring) for ring in shape["coordinates"])
    elif shape["type"] == "MultiPolygon":
        for polygon in shape["coordinates"]:
            yield tuple(_ring(ring) for ring in polygon)
    elif shape["type"] == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _polygons(part)


def _lines(shape: dict[str, Any]) -> Iterator[Ring]:
    if shape["type"] == "LineString":
        yield _ring(shape["coordinates"])
    elif shape["type"] == "MultiLineString":
        yield from map(_ring, shape["coordinates"])


def _ring(points: list[list[float]]) -> Ring:
    return tuple((x, y) for x, y, *_ in points)
