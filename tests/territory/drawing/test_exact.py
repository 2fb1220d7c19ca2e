"""On land so small that every plan can be tried, nobody finds a better one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qijie.territory.drawing.exact import fewest_outside
from qijie.territory.drawing.graph import components, graph_of
from qijie.territory.drawing.model import Balance, Reason, Rules
from qijie.territory.drawing.pieces import parts_of
from qijie.territory.drawing.planning import plan
from qijie.territory.drawing.search import DISTANCE, OUTSIDE
from tests.territory.drawing.land import squares

BAND = Balance()
small = st.lists(
    st.lists(st.sampled_from([0, 60, 120, 200, 290, 350, 520]), min_size=3, max_size=3),
    min_size=2,
    max_size=2,
).filter(lambda rows: sum(map(sum, rows)) > 0)


def _paid(loads):
    """For each grid out of band, and for how far."""
    away = [max(BAND.low - load, load - BAND.high, 0) for load in loads]
    return sum(OUTSIDE * (far > 0) + DISTANCE * far / BAND.middle for far in away)


def _least_paid(units, graph):
    """Over every way to part the units into connected grids."""
    count, best = len(units), float("inf")
    for labels in product(range(count), repeat=count):
        if any(label > max(labels[:at], default=-1) + 1 for at, label in enumerate(labels)):
            continue
        grid = np.array(labels)
        same = grid[graph.pairs[:, 0]] == grid[graph.pairs[:, 1]]
        if len(set(components(count, graph.pairs[same]).tolist())) == len(set(labels)):
            best = min(best, _paid(np.bincount(grid, weights=units.households)))
    return best


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(small)
def test_no_plan_is_nearer_to_the_band(rows):
    units = squares(rows)
    graph = graph_of(units)

    made = plan(units, graph, Rules(effort=4))

    # A rounder shape may be worth a few households, never a grid.
    loads = [one.loads[0] for one in made.measures.grids]
    assert _paid(loads) <= _least_paid(units, graph) + OUTSIDE / 8


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(small)
def test_what_the_model_proves_is_true_of_every_plan(rows):
    units = squares(rows)
    graph = graph_of(units)
    (piece,) = parts_of(units, graph, Rules()).pieces
    alone = np.arange(len(piece), dtype=np.int32)

    found = fewest_outside(piece, (BAND,), alone)

    assert found is not None
    assert found.proved
    best = alone if found.grid is None else found.grid
    paid = _paid(np.bincount(best, weights=piece.loads[:, 0]))
    assert paid == pytest.approx(_least_paid(units, graph))


def test_what_is_proved_is_said():
    # 1,040 would do for three grids, but only one of these can be joined to another.
    units = squares([[260, 260, 260, 260]])

    made = plan(units, graph_of(units), Rules(effort=2))

    assert made.measures.out_of_band
    assert {one.reason for one in made.gave_way} == {Reason.PROVED_IN_MODEL}
