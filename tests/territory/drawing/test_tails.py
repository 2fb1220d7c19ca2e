"""A border or a second carriageway beside a street leaves no unit a tail along it."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity, box

from qijie import cli
from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import Buildings, units_of
from qijie.territory.drawing.layers import read
from qijie.territory.drawing.model import Shapes
from qijie.territory.drawing.planes import plane_of
from tests.territory.drawing import files

HOME = Path(__file__).resolve().parents[3] / "profiles" / "jianghan"


def tails(shapes: Shapes, footprints: Shapes) -> list[Polygon]:
    """What is narrower than 8 m and longer than 60 m, where no building stands."""
    thick = shapely.buffer(shapely.buffer(shapes, -4), 4.1)
    parts = shapely.get_parts(shapely.difference(shapes, thick))
    long = parts[(shapely.length(parts) / 2 > 60) & (shapely.area(parts) > 10)]
    built = shapely.STRtree(footprints).query(long, predicate="intersects")[0]
    return list(np.delete(long, built))


def houses(*, west: int = 0, east: int = 600, avoid: list[LineString]) -> Buildings:
    places = [(x, y) for x in range(west + 20, east, 40) for y in range(15, 400, 30)]
    streets = shapely.union_all(avoid)
    shapes = [
        shape for x, y in places if not (shape := box(x, y, x + 24, y + 11)).intersects(streets)
    ]
    return Buildings(
        tuple(f"h{number:03d}" for number in range(len(shapes))),
        array_of(shapes),
        np.full((len(shapes), 1), 24.0),
    )


def halves(at: float) -> dict[str, Polygon]:
    return {"西": box(0, 0, at, 400), "东": box(at, 0, 600, 400)}


def drawn(streets: list[LineString], at: float) -> tuple[Shapes, Buildings, tuple[str, ...]]:
    border = LineString([(at, 0), (at, 400)])
    built = houses(avoid=[*streets, border])
    units, _ = units_of(streets, built, halves(at))
    assert shapely.coverage_is_valid(units.shapes)
    assert units.households.sum() == 24 * len(built)
    return units.shapes, built, units.communities


def across(*heights: float) -> list[LineString]:
    return [LineString([(-10, y), (610, y)]) for y in heights]


def upright(x: float, low: float = -10, high: float = 410) -> LineString:
    return LineString([(x, low), (x, high)])


BESIDE = {
    "a border beside a street": [upright(306), *across(130, 270)],
    "a border beside two carriageways": [upright(304), upright(316), *across(130, 270)],
    "a border between two carriageways": [upright(294), upright(306), *across(200)],
    "cross streets that end at the street": [
        upright(307),
        *(LineString([(307, y), (610, y)]) for y in (100, 200, 300)),
    ],
    "a strip that touches a block only at its end": [
        upright(304, 80),
        upright(316, 80),
        LineString([(300, 80), (610, 80)]),
        *(LineString([(316, y), (610, y)]) for y in (190, 300)),
    ],
    "a strip that is the end of a block": [
        upright(306, 80),
        *(LineString([(306, y), (610, y)]) for y in (80, 190, 300)),
    ],
    "a street that ends before the community does": [upright(306, 120), *across(120)],
    "a border that leaves the street by and by": [
        LineString([(301, -10), (330, 410)]),
        *across(130, 270),
    ],
}


@pytest.mark.parametrize("streets", BESIDE.values(), ids=BESIDE)
def test_the_ground_beside_a_street_goes_to_those_who_live_along_it(
    streets: list[LineString],
) -> None:
    shapes, built, communities = drawn(streets, 300)

    assert tails(shapes, built.shapes) == []
    for name, half in halves(300).items():
        mine = shapely.union_all(shapes[[name == other for other in communities]])
        assert mine.symmetric_difference(half).area < 1


def test_the_ground_is_cut_across_where_the_neighbour_along_it_changes() -> None:
    shapes, _, _ = drawn([upright(306), *across(130, 270)], 300)

    strip = box(300, 0, 306, 400)
    ends = [
        shapely.bounds(part)[[1, 3]].round().tolist()
        for part in shapely.intersection(shapes, strip)
        if part.area > 50
    ]
    heights = {height for pair in ends for height in pair}
    assert {0.0, 130.0, 270.0, 400.0} <= heights


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(2, 12),
    st.integers(0, 8),
    st.lists(st.integers(60, 340), min_size=1, max_size=4, unique_by=lambda y: y // 40),
    st.sampled_from([-10, 60, 90]),
    st.booleans(),
    st.sampled_from([-10, 300, 320]),
)
def test_random_streets_beside_a_border_leave_no_tails(
    apart: int, lean: int, heights: list[int], start: int, twice: bool, west: int
) -> None:
    first = LineString([(300 + apart, start), (300 + apart + lean, 410)])
    beside = [first, affinity.translate(first, 9)][: 1 + twice]
    foot = LineString([(300, start), (610, start)])
    far = 300 + apart + lean + 9 * twice
    meeting = [LineString([(min(west, far), y), (610, y)]) for y in heights]

    shapes, built, _ = drawn([*beside, foot, *meeting], 300)

    assert tails(shapes, built.shapes) == []


@pytest.mark.slow
def test_the_demo_district_has_no_tails(tmp_path: Path) -> None:
    given = {"buildings": "buildings", "communities": "grids", "compounds": "compounds"}
    options = [
        part for name in given for part in (f"--{name}", str(HOME / f"{given[name]}.geojson"))
    ]
    out = tmp_path / "units.gpkg"
    streets = str(HOME / "streets.geojson")
    more = ["--community", "community", "--out", str(out), "--quiet"]
    assert cli.main(["draw", "blocks", streets, *options, *more]) == 0
    units, footprints = read(str(out)), read(str(HOME / "buildings.geojson"))
    plane = plane_of(units.shapes, units.crs, "units")

    shapes = plane.taken_in(units.shapes, units.crs, "units")
    built = plane.taken_in(footprints.shapes, footprints.crs, "buildings")

    assert sum(files.columns_of(out)["households"]) == 18_944
    assert sum(tail.area for tail in tails(shapes, built)) < 20
