"""Which grid a point lies in: one, and many at once against PostGIS's own set join."""

import random
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from bench.figures import Figure, median, milliseconds, p95, side_by_side
from bench.place import extent
from bench.sizes import Sizes
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.territory.queries import locate, locate_many

# What somebody would write who has the points in a table and knows PostGIS.
_SET_JOIN = """
    SELECT p.position, n.id, n.path
    FROM bench_point p
    LEFT JOIN territory_node n
      ON n.kind = 'grid' AND n.valid_to IS NULL AND ST_Intersects(n.boundary, p.at)
    ORDER BY p.position
"""


def measure(sizes: Sizes) -> list[Figure]:
    lons, lats = _points(sizes)
    return [*_one(lons, lats, sizes.repeats), _many(lons, lats)]


def _points(sizes: Sizes) -> tuple[list[float], list[float]]:
    chance = random.Random(sizes.points)
    west, south, east, north = extent(sizes.streets)
    return (
        [chance.uniform(west, east) for _ in range(sizes.points)],
        [chance.uniform(south, north) for _ in range(sizes.points)],
    )


def _one(lons: Sequence[float], lats: Sequence[float], repeats: int) -> list[Figure]:
    places = iter(
        [Coordinate(*at, CoordinateSystem.CGCS2000) for at in zip(lons, lats, strict=True)]
    )
    today = timezone.localdate()
    sample = milliseconds(repeats * 3, lambda: locate(next(places), today))
    return [
        Figure("locate, median", median(sample), "ms", at_most=1.5),
        Figure("locate, 95 of 100 within", p95(sample), "ms"),
    ]


def _many(lons: Sequence[float], lats: Sequence[float]) -> Figure:
    today = timezone.localdate()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_point (position int, at geometry) ON COMMIT DROP")
        cursor.execute(
            "INSERT INTO bench_point SELECT position, ST_SetSRID(ST_MakePoint(lon, lat), 4490)"
            " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p (lon, lat, position)",
            [list(lons), list(lats)],
        )
        cursor.execute("ANALYZE bench_point")

        def join() -> list[object]:
            cursor.execute(_SET_JOIN)
            return cursor.fetchall()

        theirs, ours = side_by_side(3, join, lambda: locate_many(lons, lats, today))
    return Figure(
        f"locate_many of {len(lons):,} points, rate against PostGIS's set join",
        theirs / ours,
        at_least=0.5,
        note=f"{ours:,.0f} ms against {theirs:,.0f} ms",
    )
