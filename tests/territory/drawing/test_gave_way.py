import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import (
    Balance,
    GaveWay,
    Reason,
    Rule,
    Rules,
)
from qijie.territory.drawing.planning import plan
from qijie.territory.drawing.reasons import gave_way, sentence
from tests.territory.drawing.land import squares, towns

RULES = Rules(effort=2, exact=False)

ROWS = [
    ("a whole piece below the limit", [[100, 120]], "", [1, 1], ("size", "too_few_here", -80)),
    ("one unit over the limit", [[400, 620]], "", [1, 2], ("size", "unit_too_large", 120)),
    ("a total between two counts", [[250, 300]], "", [1, 1], ("size", "no_count_fits", 50)),
    ("a hand left one short", [[200, 200, 400]], "", [1, 2, 2], ("size", "best_found", -100)),
    ("a grid in two places", [[200, 400, 200]], "", [1, 2, 1], ("contiguity", "by_hand", 1)),
    ("over a community's border", [[200, 200]], "AB", [1, 1], ("community", "by_hand", 1)),
]


@pytest.mark.parametrize(
    ("rows", "communities", "grid", "expected"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_each_break_has_its_reason(rows, communities, grid, expected):
    units = squares(rows, communities=communities)

    found = gave_way(units, graph_of(units), np.array(grid), RULES)

    assert expected in [(one.rule, one.reason, one.amount) for one in found]


def test_a_school_in_the_middle_that_would_part_what_fits_only_together_stays_in():
    units = squares([[200, 10, 200]], dedicated={1: "school"})

    made = plan(units, graph_of(units), RULES)

    assert made.grid.tolist() == [1, 1, 1]
    assert [(one.rule, one.reason, one.keys) for one in made.gave_way] == [
        ("dedicated", "would_cut_off", ("u1",))
    ]


@pytest.mark.parametrize("row", [[400, 0, 400], [400, 0, 0], [0, 10, 0]])
def test_a_school_between_parts_that_fit_alone_is_a_grid_of_its_own(row):
    units = squares([row], dedicated={1: "school"})

    made = plan(units, graph_of(units), RULES)

    assert made.grid.tolist() == [1, 2, 3]
    assert made.gave_way == ()


def test_neighbours_with_one_word_are_one_dedicated_grid():
    units = squares([[0, 0, 0, 400]], dedicated={0: "market", 1: "market", 2: "school"})

    assert plan(units, graph_of(units), RULES).grid.tolist() == [1, 1, 2, 3]


def test_a_dedicated_unit_a_hand_mixed_in_is_shown():
    units = squares([[0, 400]], dedicated={0: "market"})

    (one,) = gave_way(units, graph_of(units), np.array([1, 1]), RULES)

    assert (one.rule, one.reason) == (Rule.DEDICATED, Reason.BY_HAND)


def test_a_grid_over_a_gap_says_that_the_community_is_in_pieces():
    whole = squares([[200, 0, 200]])
    units = replace(
        whole,
        keys=("west", "east"),
        shapes=whole.shapes[[0, 2]],
        loads=whole.loads[[0, 2]],
        communities=whole.communities[:2],
        dedicated=("", ""),
    )
    graph = graph_of(units, bridge_metres=100)

    (one,) = plan(units, graph, RULES).gave_way

    assert (one.rule, one.reason, one.amount) == (
        Rule.CONTIGUITY,
        Reason.COMMUNITY_IN_PIECES,
        1,
    )
    assert set(one.keys) == {"west", "east"}


def test_a_border_inside_a_block_too_large_for_one_grid_is_excused():
    large = squares([[300, 300]], blocks="aa")
    small = squares([[200, 200, 400]], blocks="aab")

    (one,) = gave_way(large, graph_of(large), np.array([1, 2]), RULES)
    other = gave_way(small, graph_of(small), np.array([1, 2, 2]), RULES)[-1]

    assert (one.rule, one.reason, one.amount) == (Rule.STREETS, Reason.BLOCK_TOO_LARGE, 100)
    assert (other.rule, other.reason) == (Rule.STREETS, Reason.BEST_FOUND)


def test_borders_inside_blocks_are_told_once_for_every_two_grids():
    units = squares([[300, 300, 300], [300, 300, 300]], blocks="aabccb")
    grid = np.array([1, 2, 2, 1, 2, 3])

    found = gave_way(units, graph_of(units), grid, RULES)

    told = [one for one in found if one.rule is Rule.STREETS]
    assert [(one.grid, one.beside, one.amount, one.keys) for one in told] == [
        (1, 2, 200, ("u0", "u1", "u3", "u4")),
        (2, 3, 100, ("u2", "u5")),
    ]
    assert sentence(told[0]).startswith("社区 420103008001 第 1 格和第 2 格之间有 200 米边界走在")


def test_a_step_of_a_few_metres_inside_a_block_is_measured_but_not_told():
    whole = squares([[400, 400]], blocks="aa")
    low = shapely.transform(whole.shapes, lambda at: at * [1, 0.29])
    units = replace(whole, shapes=low)
    graph = graph_of(units)

    assert gave_way(units, graph, np.array([1, 2]), RULES) == ()
    assert measure(units, graph, np.array([1, 2]), RULES).on_street == 0


def test_a_compound_a_hand_cut_is_shown_before_all_else():
    units = squares([[150, 150, 300]], compounds="xx.")

    found = gave_way(units, graph_of(units), np.array([1, 2, 2]), RULES)

    assert (found[0].rule, found[0].reason, found[0].keys) == (
        Rule.WHOLE,
        Reason.BY_HAND,
        ("u0", "u1"),
    )


def test_the_measure_out_of_its_band_is_named():
    units = squares([[400]], more={"matters": [90]})
    rules = replace(RULES, balances=(Balance(), Balance("matters", 5, 50)))

    (one,) = gave_way(units, graph_of(units), np.array([1]), rules)

    assert (one.measure, one.amount) == ("matters", 40)
    assert "matters" in sentence(one)


@settings(max_examples=15, deadline=None)
@given(towns, st.integers(0, 99))
def test_every_grid_out_of_band_has_a_reason_and_no_other_has(units, seed):
    grid = np.random.default_rng(seed).integers(1, 6, len(units)).astype(np.int32)
    graph = graph_of(units)
    found = gave_way(units, graph, grid, RULES)

    out = measure(units, graph, grid, RULES).out_of_band
    assert sorted(one.grid for one in found if one.rule is Rule.SIZE) == sorted(out)
    assert all(one.keys for one in found)


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("reason", Reason)
def test_every_break_is_one_sentence_with_place_amount_and_advice(rule, reason):
    one = GaveWay(rule, reason, "420103008001", 3, -80.4)
    words = sentence(one)

    assert words.startswith("社区 420103008001 第 3 格")
    assert sentence(replace(one, community="武展社区")).startswith("武展社区第 3 格")
    assert "80" in words
    assert words.count("。") == 1
    assert words.endswith("。")
    assert "可" in words


def test_a_sealed_server_without_a_place_for_machine_code_still_draws():
    sealed = os.environ | {"NUMBA_CACHE_DIR": "/proc/none"}

    done = subprocess.run(
        [sys.executable, "-c", "import qijie.territory.drawing.search"],
        env=sealed | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
