from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.graph import components, graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import Rules
from qijie.territory.drawing.numbering import moved_households
from qijie.territory.drawing.planning import plan, replan
from tests.territory.drawing.land import squares, town, towns

pytestmark = pytest.mark.slow

RULES = Rules(effort=2, exact=False)


def _later(units, seed, share=0.15):
    chance = np.random.default_rng(seed)
    loads = units.loads.copy()
    loads[:, 0] = np.rint(loads[:, 0] * chance.normal(1, share, len(units))).clip(0)
    return replace(units, loads=loads)


@settings(max_examples=15, deadline=None)
@given(towns, st.integers(0, 99), st.integers(0, 600))
def test_never_do_more_households_move_than_allowed(units, seed, bound):
    graph = graph_of(units)
    old = np.random.default_rng(seed).integers(0, 6, len(units)).astype(np.int32)
    rules = replace(RULES, most_moved=float(bound))

    made = replan(units, graph, old, rules)

    assert moved_households(old, made.grid, units.households) <= bound
    assert made.measures.moved_households <= bound
    assert (made.grid > 0).all()


@settings(max_examples=15, deadline=None)
@given(towns, st.integers(0, 99))
def test_a_change_leaves_every_grid_in_one_piece_and_no_more_out_of_band(units, seed):
    graph = graph_of(units)
    old = plan(units, graph, RULES).grid
    later = _later(units, seed)

    made = replan(later, graph, old, RULES)

    stale = measure(later, graph, old, RULES)
    assert made.measures.pieces_too_many == 0
    assert len(made.measures.out_of_band) <= len(stale.out_of_band) + len(
        _schools_that_changed_sides(stale, made)
    )
    for one in set(made.grid.tolist()):
        members = np.flatnonzero(made.grid == one)
        assert len({units.communities[unit] for unit in members}) == 1
        inside = np.isin(graph.pairs, members).all(axis=1)
        assert len(set(components(len(units), graph.pairs[inside])[members].tolist())) == 1


def _schools_that_changed_sides(stale, made):
    return {key for one in made.gave_way if one.reason == "would_cut_off" for key in one.keys}


@settings(max_examples=8, deadline=None)
@given(towns)
def test_nothing_moves_where_nothing_changed(units):
    graph = graph_of(units)
    first = plan(units, graph, RULES)

    again = replan(units, graph, first.grid, replace(RULES, seed=1))

    if not first.measures.out_of_band:
        assert again.grid.tolist() == first.grid.tolist()
    assert len(again.measures.out_of_band) <= len(first.measures.out_of_band)


def test_least_change_mends_one_grid_and_lets_the_rest_be():
    units = squares([[100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100]])
    old = np.repeat([1, 2, 3], 4)
    later = replace(units, loads=units.loads.copy())
    later.loads[0] = 230

    made = replan(later, graph_of(later), old, RULES)

    assert made.measures.in_band == 1.0
    assert made.measures.moved_households == 100
    assert made.grid.tolist() == [1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3]


def test_a_grid_that_grew_to_two_is_split():
    units = squares([[250, 250, 250, 250]])

    made = replan(units, graph_of(units), np.ones(4, dtype=np.int32), RULES)

    assert made.grid.tolist() == [1, 1, 2, 2]
    assert made.measures.moved_households == 500


def test_two_grids_that_emptied_are_merged():
    units = squares([[90, 90, 90, 90]])

    made = replan(units, graph_of(units), np.array([1, 1, 2, 2]), RULES)

    assert made.grid.tolist() == [1] * 4
    assert made.measures.moved_households == 180


def test_a_new_building_joins_the_grid_of_its_own_block():
    units = squares([[200, 200, 0, 200, 200]], blocks="aabbc")
    old = np.array([1, 1, 0, 2, 2])

    made = replan(units, graph_of(units), old, RULES)

    assert made.grid.tolist() == [1, 1, 2, 2, 2]
    assert made.measures.moved_households == 0


def test_an_old_grid_in_two_places_keeps_the_larger():
    units = squares([[300, 150, 250, 100]])

    made = replan(units, graph_of(units), np.array([1, 2, 2, 1]), RULES)

    assert made.grid.tolist() == [1, 2, 2, 2]
    assert made.measures.moved_households == 100


def test_a_bound_of_nothing_leaves_all_as_it_was_and_says_so():
    units = squares([[250, 250, 250, 250]])
    rules = replace(RULES, most_moved=0.0)

    made = replan(units, graph_of(units), np.ones(4, dtype=np.int32), rules)

    assert made.grid.tolist() == [1] * 4
    assert [(one.rule, one.reason) for one in made.gave_way] == [("size", "bound")]


def test_a_dearer_household_moves_less():
    units = town(150, 12, communities=1)
    graph = graph_of(units)
    old = plan(units, graph, RULES).grid
    later = _later(units, 3, 0.25)

    cheap, dear = (
        replan(later, graph, old, replace(RULES, price=price, effort=4)).measures
        for price in (0.01, 5.0)
    )

    assert dear.moved_households < cheap.moved_households
    assert len(cheap.out_of_band) < len(dear.out_of_band)


def test_locked_grids_stay_in_a_change():
    units = squares([[250, 250, 250, 250]])
    old = np.array([1, 1, 2, 2])

    made = replan(units, graph_of(units), old, RULES, locked=np.array([0, 0, 7, 7]))

    assert made.grid.tolist() == [1, 1, 2, 2]


def test_one_seed_gives_one_change():
    units = town(120, 3)
    graph = graph_of(units)
    old = plan(units, graph, RULES).grid
    later = _later(units, 1)

    one = replan(later, graph, old, RULES, threads=1)
    two = replan(later, graph, old, RULES, threads=3)

    assert one.grid.tolist() == two.grid.tolist()
