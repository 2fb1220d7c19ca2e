from math import pi

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import Balance, Rules
from tests.territory.drawing.land import squares, towns

RULES = Rules()


def _measured(units, grid, rules=RULES, old=None):
    return measure(units, graph_of(units), np.array(grid), rules, old)


def test_a_square_grid_of_four_squares():
    units = squares([[100, 100], [100, 100]])

    one = _measured(units, [3, 3, 3, 3]).grids[0]

    assert (one.grid, one.units, one.loads, one.kind) == (3, 4, (400.0,), "general")
    assert one.area == 40_000
    assert one.perimeter_metres == 800
    assert one.compactness == pytest.approx(pi / 4)
    assert one.in_band


@pytest.mark.parametrize(("held", "kept"), [(299, False), (300, True), (500, True), (501, False)])
def test_the_limits_belong_to_the_band(held, kept):
    assert _measured(squares([[held]]), [1]).in_band == float(kept)


def test_every_balance_has_to_be_kept():
    units = squares([[400, 400]], more={"matters": [10, 90]})
    rules = Rules((Balance(), Balance("matters", 5, 50)))

    assert _measured(units, [1, 2], rules).out_of_band == (2,)


def test_dedicated_and_undeveloped_grids_are_no_general_ones():
    units = squares([[9, 0, 400]], dedicated={0: "market"})

    found = _measured(units, [1, 2, 3])

    assert [one.kind for one in found.grids] == ["dedicated", "undeveloped", "general"]
    assert (found.general, found.in_band) == (1, 1.0)


def test_a_grid_in_two_places_has_a_piece_too_many():
    assert _measured(squares([[200, 400, 200]]), [1, 2, 1]).pieces_too_many == 1


def test_borders_on_streets_and_whole_blocks():
    units = squares([[200, 200], [200, 200]], blocks="aabc")

    found = _measured(units, [1, 2, 1, 2])

    assert found.on_street == 0.5
    assert found.whole_blocks == pytest.approx(2 / 3)


def test_a_compound_of_one_grids_size_may_not_be_cut_a_larger_one_may():
    small = squares([[200, 200, 200]], compounds="xx.")
    large = squares([[300, 300, 200]], compounds="xx.")

    assert _measured(small, [1, 2, 2]).cut_compounds == 1
    assert _measured(large, [1, 2, 2]).cut_compounds == 0


def test_a_school_in_a_compound_cuts_nothing():
    units = squares([[200, 0, 200]], compounds="xxx", dedicated={1: "school"})

    assert _measured(units, [1, 2, 1]).cut_compounds == 0


def test_a_unit_without_a_grid_is_in_no_measure():
    found = _measured(squares([[400, 400]]), [0, 1])

    assert [one.grid for one in found.grids] == [1]


def test_nothing_drawn_is_measured_too():
    found = _measured(squares([[400, 400]]), [0, 0])

    assert (found.general, found.grids, found.in_band) == (0, (), 1.0)


def test_households_that_change_hands():
    found = _measured(squares([[100, 200, 100]]), [5, 6, 6], old=np.array([1, 1, 2]))

    assert found.moved_households == 200
    assert found.moved_share == 0.5


@settings(max_examples=20, deadline=None)
@given(towns, st.integers(0, 99))
def test_measures_from_borders_are_those_of_the_joined_shapes(units, seed):
    grid = np.random.default_rng(seed).integers(1, 5, len(units))
    home = np.unique(units.communities, return_inverse=True)[1]
    grid = grid + 10 * home
    bridged = graph_of(units).bridged

    for one in _measured(units, grid).grids:
        whole = shapely.union_all(units.shapes[grid == one.grid])
        assert one.area == pytest.approx(whole.area, rel=1e-6)
        assert one.perimeter_metres == pytest.approx(whole.length, abs=2.0)
        # Pieces of a community that lie apart are joined by a bridge, which has no shape.
        joints = sum(grid[a] == grid[b] == one.grid for a, b in bridged)
        assert one.pieces + joints >= len(shapely.get_parts(whole))
