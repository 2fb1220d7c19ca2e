"""Grids that stay as they are: their own ground, whole, and nobody else's business."""

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import Buildings, units_of
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.keeping import apart
from qijie.territory.drawing.model import Rules
from qijie.territory.drawing.planning import plan

TOWN = {"甲社区": box(0, 0, 400, 200), "乙社区": box(400, 0, 800, 200)}
STREETS = [LineString([(x, 0), (x, 200)]) for x in (100, 200, 300, 500, 600, 700)]
# Off the streets on all sides: what is kept need not end where a street runs.
SCHOOL = box(112, 0, 190, 130)


def buildings() -> Buildings:
    places = [(40, 150), (140, 60), (150, 170), (240, 60), (340, 150), (450, 60), (750, 60)]
    return Buildings(
        keys=tuple(f"b{number}" for number in range(len(places))),
        shapes=array_of(box(x, y, x + 20, y + 12) for x, y in places),
        loads=np.full((len(places), 1), 100.0),
    )


def drawn(kept):
    return units_of(STREETS, buildings(), TOWN, kept=kept)[0]


def test_kept_ground_is_one_unit_with_its_own_outline_and_its_buildings():
    units = drawn({"school": SCHOOL})
    [at] = [at for at, word in enumerate(units.dedicated) if word]
    assert units.keys[at] == units.dedicated[at] == "school"
    assert units.communities[at] == "甲社区"
    assert units.households[at] == 100
    assert shapely.symmetric_difference(units.shapes[at], SCHOOL).area < 0.1


def test_units_beside_it_still_cover_every_community():
    units = drawn({"school": SCHOOL})
    assert shapely.coverage_is_valid(list(units.shapes))
    for name, area in TOWN.items():
        mine = [s for s, c in zip(units.shapes, units.communities, strict=True) if c == name]
        assert shapely.symmetric_difference(shapely.union_all(mine), area).area < 0.1
    assert units.households.sum() == 700


def test_a_plan_gives_it_a_grid_of_its_own():
    units = drawn({"school": SCHOOL})
    grid = plan(units, graph_of(units), Rules()).grid
    [at] = [at for at, word in enumerate(units.dedicated) if word]
    assert (grid == grid[at]).sum() == 1


def test_nothing_kept_changes_nothing():
    plain = units_of(STREETS, buildings(), TOWN)[0]
    assert plain.keys == drawn({}).keys
    assert set(plain.dedicated) == {""}


def test_it_ends_at_its_communitys_border():
    places, home = apart(TOWN, {"market": box(350, 20, 440, 100)})
    assert home == {"market": "甲社区"}
    assert places["market"].equals(box(350, 20, 400, 100))
    assert places["乙社区"].equals(TOWN["乙社区"])


@pytest.mark.parametrize("gap", [0.02, 0.4])
def test_a_hair_left_beside_it_becomes_its_own(gap):
    places, _ = apart(TOWN, {"park": box(gap, 0, 100, 200)})
    assert places["park"].bounds == (0, 0, 100, 200)
    assert places["甲社区"].bounds == (100, 0, 400, 200)


def test_ground_outside_every_community_is_left_out():
    places, home = apart(TOWN, {"far": box(2000, 0, 2100, 100)})
    assert home == {}
    assert places.keys() == TOWN.keys()
