"""Compounds, small blocks, dedicated grounds: who is one unit, and what it is called."""

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import Buildings, Compounds, units_of
from qijie.territory.drawing.model import Units

COMMUNITY = {"东风": box(0, 0, 400, 200)}
MIDDLE = LineString([(200, -10), (200, 210)])
"""Cuts the community into two blocks, west and east."""


def houses(*places: tuple[float, float], households: float = 30, **words: list[str]) -> Buildings:
    return Buildings(
        tuple(f"h{number}" for number in range(len(places))),
        array_of(box(x, y, x + 20, y + 10) for x, y in places),
        np.full((len(places), 1), float(households)),
        compounds=tuple(words.get("compounds", ())),
        dedicated=tuple(words.get("dedicated", ())),
    )


def drawn(
    buildings: Buildings, *, streets: list[LineString] | None = None, **more: object
) -> Units:
    units, _ = units_of([MIDDLE] if streets is None else streets, buildings, COMMUNITY, **more)
    assert shapely.coverage_is_valid(units.shapes)
    return units


def households(units: Units) -> dict[str, float]:
    return dict(zip(units.keys, units.households.tolist(), strict=True))


ROW = [(20.0 + 40 * n, 90.0) for n in range(4)]
EAST = [(220.0 + 40 * n, 90.0) for n in range(4)]


def test_a_block_of_few_households_stays_whole() -> None:
    units = drawn(houses(*ROW, *EAST, households=25))
    assert households(units) == {"h0": 100, "h4": 100}
    assert len(set(units.blocks)) == 2


def test_a_larger_block_falls_into_neighbours_up_to_the_same_size() -> None:
    units = drawn(houses(*ROW, *EAST, households=40))
    assert households(units) == {"h0": 80, "h2": 80, "h4": 80, "h6": 80}
    assert len(set(units.blocks)) == 2


def test_a_building_larger_than_that_stands_alone() -> None:
    assert set(households(drawn(houses(*ROW, households=150))).values()) == {150, 0}


def test_a_block_without_buildings_is_one_unit_named_by_its_place() -> None:
    units = drawn(houses(*ROW, households=20))
    assert households(units) == {"h0": 80, "空地 300 100": 0}


WALL = Compounds(("阳光",), array_of([box(10, 80, 95, 120)]))


def test_a_compound_of_one_grids_size_is_one_unit_with_its_ground() -> None:
    units = drawn(houses(*ROW, households=60), compounds=WALL)
    place = units.keys.index("阳光")
    assert units.households[place] == 120
    assert units.shapes[place].covers(WALL.shapes[0].buffer(-0.02))
    assert units.compounds[place] == "阳光"


def test_a_small_block_of_two_compounds_bears_neither_name_and_cuts_neither() -> None:
    walls = Compounds(("阳光", "月光"), array_of([box(10, 80, 95, 120), box(97, 80, 190, 120)]))
    units = drawn(houses(*ROW, *EAST, households=20), compounds=walls)
    place = units.keys.index("h0")
    assert (units.households[place], units.compounds[place]) == (80, "")
    assert all(units.shapes[place].covers(wall.buffer(-0.02)) for wall in walls.shapes)


def test_a_larger_compound_falls_to_whole_buildings_that_know_it() -> None:
    units = drawn(houses(*ROW, households=60), compounds=WALL, most=100)
    mine = [key for key, word in zip(units.keys, units.compounds, strict=True) if word == "阳光"]
    assert sorted(mine) == ["h0", "h1"]


def test_a_path_parts_a_large_compound_and_no_small_one() -> None:
    path = LineString([(52, 0), (52, 200)])
    small = drawn(houses(*ROW, households=60), compounds=WALL, paths=[path])
    assert households(small)["阳光"] == 120
    large = drawn(houses(*ROW, households=60), compounds=WALL, paths=[path], most=100)
    border = large.shapes[large.keys.index("h0")].boundary
    assert border.intersection(path.buffer(0.02)).length > 35


def test_a_compound_without_a_wall_is_the_buildings_that_name_it() -> None:
    words = ["阳光", "阳光", "", ""]
    units = drawn(houses(*ROW, households=60, compounds=words))
    assert households(units)["阳光"] == 120


def test_a_compound_across_a_street_is_one_unit() -> None:
    wall = Compounds(("阳光",), array_of([box(150, 80, 250, 120)]))
    units = drawn(houses((160, 90), (220, 90), (20, 90), households=60), compounds=wall)
    assert households(units)["阳光"] == 120


def test_a_compound_that_two_communities_share_is_a_unit_in_each() -> None:
    wall = Compounds(("阳光",), array_of([box(150, 80, 250, 120)]))
    halves = {"东风": box(0, 0, 200, 200), "解放": box(200, 0, 400, 200)}
    units, _ = units_of([], houses((160, 90), (220, 90)), halves, compounds=wall)
    mine = [place for place, word in enumerate(units.compounds) if word == "阳光"]
    assert {units.communities[place] for place in mine} == {"东风", "解放"}
    assert len({units.keys[place] for place in mine}) == 2


def test_a_dedicated_building_is_a_unit_of_its_own() -> None:
    units = drawn(houses(*ROW, households=10, dedicated=["", "学校", "", ""]))
    place = units.dedicated.index("学校")
    assert units.households[place] == 10
    assert units.shapes[place].covers(box(60, 90, 80, 100).buffer(-0.02))


def test_dedicated_neighbours_of_one_kind_are_one_unit() -> None:
    units = drawn(houses(*ROW, households=90, dedicated=["市场", "市场", "", ""]))
    assert units.households[units.dedicated.index("市场")] == 180
    assert units.dedicated.count("市场") == 1


def test_shops_at_the_gate_go_with_the_compound() -> None:
    town = houses((30, 90), (70, 90), (15, 60), households=150)
    town.loads[2] = 0
    wall = Compounds(("阳光",), array_of([box(10, 80, 190, 120)]))
    across = [LineString([(-10, y), (410, y)]) for y in (50, 130)]
    units = drawn(town, compounds=wall, streets=[MIDDLE, *across])
    assert households(units)["阳光"] == 300
    assert "h2" not in units.keys
    assert units.compounds[units.keys.index("阳光")] == "阳光"


def test_a_building_on_a_street_goes_to_the_side_that_holds_most_of_it() -> None:
    town = houses((185, 90), (20, 90), (300, 90), households=90)
    units = drawn(town)
    assert households(units) == {"h0": 90, "h1": 90, "h2": 90}
    mine, east = (units.shapes[units.keys.index(key)] for key in ("h0", "h2"))
    assert mine.covers(town.shapes[0].buffer(-0.02))
    assert mine.area + east.area < 80_000
    assert east.intersection(box(200, 0, 400, 200)).area == pytest.approx(40_000 - 5 * 10, abs=9)


def test_footprints_on_top_of_each_other_are_one_building() -> None:
    town = Buildings(
        ("podium", "tower"),
        array_of([box(100, 50, 160, 90), box(120, 60, 140, 80)]),
        np.array([[0.0], [250.0]]),
    )
    units = drawn(town)
    assert households(units)["podium"] == 250


def test_a_median_strip_is_no_block() -> None:
    twice = [LineString([(x, -10), (x, 210)]) for x in (190, 210)]
    units = drawn(houses(*ROW, *[(x + 10, y) for x, y in EAST], households=20), streets=twice)
    assert households(units) == {"h0": 80, "h4": 80}
    border = units.shapes[0].intersection(units.shapes[1])
    assert border.centroid.x == pytest.approx(200, abs=1)


def test_a_building_outside_every_community_is_named() -> None:
    units, findings = units_of([MIDDLE], houses((20, 90), (900, 90)), COMMUNITY)
    assert units.households.sum() == 30
    assert [finding.sentence for finding in findings] == [
        "楼栋“h1”不在任何社区内，没有算进任何地块。"
    ]


def test_a_building_on_a_community_border_counts_where_most_of_it_lies() -> None:
    halves = {"东风": box(0, 0, 200, 200), "解放": box(200, 0, 400, 200)}
    units, findings = units_of([], houses((185, 90), (300, 90)), halves)
    assert units.communities[units.keys.index("h0")] == "东风"
    assert findings[0].sentence == "楼栋“h0”跨过社区边界，整栋算在“东风”。"


def test_keys_outlive_a_change_of_households() -> None:
    before = drawn(houses(*ROW, *EAST, households=40), compounds=WALL)
    after = drawn(houses(*ROW, *EAST, households=38), compounds=WALL)
    assert before.keys == after.keys


def test_no_buildings_at_all_leave_the_blocks() -> None:
    nothing = Buildings((), array_of(()), np.empty((0, 1)))
    assert len(drawn(nothing)) == 2


def test_without_communities_everything_built_is_one() -> None:
    square = [
        LineString([(0, 0), (100, 0)]),
        LineString([(100, 0), (100, 100)]),
        LineString([(100, 100), (0, 100)]),
        LineString([(0, 100), (0, 0)]),
    ]
    units, _ = units_of(square, houses((40, 40), (110, 40)), {})
    assert set(units.communities) == {"全部"}
    assert units.households.sum() == 60
