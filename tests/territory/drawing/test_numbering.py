import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.numbering import matched, moved_households, numbered
from tests.territory.drawing.land import squares, towns


def test_numbers_run_from_north_to_south_and_west_to_east():
    units = squares([[1, 1, 1], [1, 1, 1], [1, 1, 1]])

    answer = numbered(units, np.array([7, 5, 3, 9, 1, 2, 4, 6, 8]))

    assert answer.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_communities_are_numbered_one_after_the_other():
    units = squares([[1, 1], [1, 1]], communities="BABA")

    assert numbered(units, np.array([1, 2, 3, 4])).tolist() == [3, 1, 4, 2]


def test_a_unit_without_a_grid_stays_without():
    assert numbered(squares([[1, 1, 1]]), np.array([0, 9, 0])).tolist() == [0, 1, 0]


@settings(max_examples=20, deadline=None)
@given(towns, st.integers(0, 99))
def test_numbering_keeps_the_grids_and_is_settled_at_once(units, seed):
    grid = np.random.default_rng(seed).integers(0, 6, len(units)).astype(np.int32)

    once = numbered(units, grid)

    assert len(set(zip(grid.tolist(), once.tolist(), strict=True))) == len(set(grid.tolist()))
    assert sorted(set(once.tolist()) - {0}) == list(range(1, len(set(grid.tolist()) - {0}) + 1))
    assert numbered(units, once).tolist() == once.tolist()


def test_a_grid_continues_where_most_households_stay():
    old, new = np.array([1, 1, 2, 2, 3]), np.array([5, 6, 6, 6, 7])

    assert matched(old, new, np.array([30.0, 50, 100, 100, 9])) == {5: 1, 6: 2, 7: 3}


def test_a_split_off_grid_continues_nothing():
    old, new = np.array([1, 1, 1]), np.array([1, 1, 2])

    assert matched(old, new, np.array([50.0, 50, 10])) == {1: 1}
    assert moved_households(old, new, np.array([50.0, 50, 10])) == 10


def test_a_grid_without_households_still_continues():
    assert matched(np.array([4, 5]), np.array([1, 2]), np.zeros(2)) == {1: 4, 2: 5}


def test_who_had_no_grid_has_not_moved():
    assert moved_households(np.array([0, 1]), np.array([1, 1]), np.array([70.0, 50])) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=9))
def test_no_other_matching_keeps_more_households(pairs):
    from itertools import permutations

    old, new = np.array(pairs).T
    households = np.arange(1.0, len(pairs) + 1)
    names = sorted(set(new.tolist()))
    pool = [*sorted(set(old.tolist()) - {0}), *[-1] * len(names)]

    best = max(
        sum(
            held
            for one, other, held in zip(old, new, households, strict=True)
            if one and dict(zip(names, chosen, strict=True))[other] == one
        )
        for chosen in permutations(pool, len(names))
    )

    assert moved_households(old, new, households) == households[old != 0].sum() - best
