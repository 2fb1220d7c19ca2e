from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.graph import components, graph_of
from qijie.territory.drawing.model import Aim, Balance, Cancelled, Rules
from qijie.territory.drawing.planning import plan, plans
from tests.territory.drawing.land import squares, town, towns

pytestmark = pytest.mark.slow

RULES = Rules(effort=2, exact=False)


def _drawn(units, rules=RULES, **more):
    return plan(units, graph_of(units), rules, **more)


def _groups(grid):
    return {frozenset(np.flatnonzero(grid == one).tolist()) for one in set(grid.tolist())}


@settings(max_examples=15, deadline=None)
@given(towns, st.integers(0, 9))
def test_every_plan_keeps_what_must_be_kept(units, seed):
    graph = graph_of(units)

    made = plan(units, graph, replace(RULES, seed=seed))

    assert (made.grid > 0).all(), "every unit is in a grid"
    for group in _groups(made.grid):
        members = sorted(group)
        assert len({units.communities[unit] for unit in members}) == 1, (
            "no grid leaves its community"
        )
        inside = np.isin(graph.pairs, members).all(axis=1)
        pieces = components(len(units), graph.pairs[inside])[members]
        assert len(set(pieces.tolist())) == 1, "every grid hangs together"
    assert made.measures.pieces_too_many == 0
    assert _in_reading_order(units, made)


def _in_reading_order(units, made):
    """No grid lies further north than the one before it in its community by more than a band."""
    homes = {one.grid: one.community for one in made.measures.grids}
    grounds = {number: shapely.union_all(units.shapes[made.grid == number]) for number in homes}

    def band(community):
        areas = [grounds[number].area for number in homes if homes[number] == community]
        return np.sqrt(np.median(areas)) / 2 + 1e-6

    return all(
        homes[one] < homes[other]
        or (
            homes[one] == homes[other]
            and grounds[other].centroid.y - grounds[one].centroid.y <= band(homes[one])
        )
        for one, other in pairwise(sorted(homes))
    )


@settings(max_examples=15, deadline=None)
@given(towns)
def test_a_dedicated_unit_is_a_grid_of_its_own_unless_it_would_cut_off(units):
    made = _drawn(units)

    excused = {key for one in made.gave_way if one.reason == "would_cut_off" for key in one.keys}
    kinds = {one.grid: one.kind for one in made.measures.grids}
    for unit, word in enumerate(units.dedicated):
        if word and units.keys[unit] not in excused:
            assert kinds[int(made.grid[unit])] == "dedicated"
            assert {
                units.dedicated[other] for other in np.flatnonzero(made.grid == made.grid[unit])
            } == {word}


@settings(max_examples=10, deadline=None)
@given(towns, st.integers(0, 99))
def test_locked_grids_stay_as_they_are(units, seed):
    first = _drawn(units)
    chosen = int(np.random.default_rng(seed).choice(first.grid))
    locked = np.where(first.grid == chosen, chosen, 0)

    again = _drawn(units, replace(RULES, seed=5), locked=locked)

    assert frozenset(np.flatnonzero(first.grid == chosen).tolist()) in _groups(again.grid)


def test_a_locked_grid_out_of_band_is_excused_by_its_lock():
    units = squares([[100, 200, 200, 400]])

    made = _drawn(units, locked=np.array([1, 0, 0, 0]))

    assert [(one.rule, one.reason, one.amount) for one in made.gave_way] == [
        ("size", "locked", -200.0)
    ]


def test_one_seed_gives_one_plan_whatever_the_number_of_threads():
    units = town(120, 3)

    one, two = _drawn(units, threads=1), _drawn(units, threads=3)

    assert one.grid.tolist() == two.grid.tolist()
    assert one.measures == two.measures


def test_a_community_is_drawn_alike_whoever_its_neighbours_are():
    units = town(90, 4, communities=3)
    first = sorted(set(units.communities))[0]
    here = np.array([one == first for one in units.communities])
    alone = replace(
        units,
        shapes=units.shapes[here],
        loads=units.loads[here],
        **{
            name: tuple(word for word, kept in zip(getattr(units, name), here, strict=True) if kept)
            for name in ("keys", "communities", "blocks", "compounds", "dedicated")
        },
    )

    assert _drawn(units).grid[here].tolist() == _drawn(alone).grid.tolist()


def test_small_neighbours_are_joined_into_grids_of_the_band():
    made = _drawn(squares([[100] * 8, [100] * 8]))

    assert made.measures.in_band == 1.0
    assert made.measures.general == 4


def test_borders_run_along_streets_where_the_band_allows():
    units = squares([[100] * 4, [100] * 4], blocks="aabb" * 2)

    made = _drawn(units)

    assert made.measures.on_street == 1.0
    assert made.measures.whole_blocks == 1.0


def test_a_compound_of_one_grids_size_is_never_cut():
    units = squares([[150, 150, 200, 150, 150]], compounds=".xxx.")

    made = _drawn(units)

    assert len(set(made.grid[1:4].tolist())) == 1
    assert made.measures.cut_compounds == 0


def test_two_balances_are_held_together():
    # Households alone would be content with left and right; only top and bottom part the matters.
    units = squares(
        [[100] * 4, [100] * 4],
        more={"matters": [10, 10, 10, 10, 10, 10, 10, 10]},
    )
    heavy = replace(units, loads=units.loads.copy())
    heavy.loads[:, 1] = [30, 5, 5, 0, 30, 5, 5, 0]
    rules = replace(RULES, balances=(Balance(), Balance("matters", 35, 45)))

    made = _drawn(heavy, rules)

    assert made.measures.in_band == 1.0
    assert [one.loads[1] for one in made.measures.grids] == [40.0, 40.0]


def test_ground_without_households_is_undeveloped():
    made = _drawn(squares([[0, 0, 0]]))

    assert [one.kind for one in made.measures.grids] == ["undeveloped"]
    assert made.gave_way == ()


def test_nothing_to_draw_is_no_plan_at_all():
    made = _drawn(squares([]))

    assert made.grid.tolist() == []
    assert made.measures.general == 0


def test_the_plans_to_compare_differ_and_each_says_how_it_is_drawn_again():
    units = town(60, 8)
    graph = graph_of(units)

    made = plans(units, graph, RULES, 4)

    assert len({tuple(one.grid.tolist()) for one in made}) == len(made) == 4
    assert made[0].rules == RULES
    assert len({(one.rules.aim, one.rules.seed) for one in made}) == 4
    assert plan(units, graph, made[1].rules).grid.tolist() == made[1].grid.tolist()


def test_each_aim_is_best_at_what_it_aims_at():
    units = town(70, 21, communities=1)
    made = {aim: _drawn(units, replace(RULES, aim=aim, effort=4)).measures for aim in Aim}

    assert made[Aim.STREETS].on_street >= made[Aim.COMPACT].on_street
    assert made[Aim.COMPACT].compactness >= made[Aim.STREETS].compactness
    assert made[Aim.EVEN].deviation <= min(one.deviation for one in made.values())
    assert made[Aim.FEW].general <= min(one.general for one in made.values())


def test_progress_is_told_for_every_community():
    told = []
    units = squares([[400, 400, 400]], communities="ABC")

    _drawn(units, progress=lambda done, of, name: told.append((done, of, name)))

    assert [done for done, _, _ in told] == [1, 2, 3]
    assert {of for _, of, _ in told} == {3}
    assert {name for _, _, name in told} == {"A", "B", "C"}


def test_a_plan_no_longer_wanted_is_not_finished():
    with pytest.raises(Cancelled):
        plan(town(200, 1), graph_of(town(200, 1)), Rules(effort=500), cancelled=lambda: True)
