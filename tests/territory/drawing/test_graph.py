import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from qijie.territory.drawing.graph import components, graph_of
from qijie.territory.drawing.model import Edge, Units
from tests.territory.drawing.land import squares, towns


def test_squares_side_by_side_share_one_side():
    graph = graph_of(squares([[1, 1], [1, 1]]))

    assert graph.pairs.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert graph.border_metres.tolist() == [100.0] * 4
    assert graph.area.tolist() == [10_000.0] * 4


def test_nobody_borders_across_a_community():
    graph = graph_of(squares([[1, 1], [1, 1]], communities="ABAB"))

    assert graph.pairs.tolist() == [[0, 2], [1, 3]]
    assert graph.street_metres.tolist() == [300.0] * 4, "the community's border counts as street"


def test_a_border_is_a_street_only_between_two_known_blocks():
    graph = graph_of(squares([[1, 1, 1, 1]], blocks="aab."))

    assert graph.edge.tolist() == [Edge.BLOCK, Edge.STREET, Edge.BLOCK]
    assert graph.street_metres.tolist() == [300.0, 300.0, 300.0, 300.0]


def test_a_border_inside_a_compound_is_one_even_across_blocks():
    graph = graph_of(squares([[1, 1, 1]], blocks="abc", compounds="xx."))

    assert graph.edge.tolist() == [Edge.COMPOUND, Edge.STREET]


def test_a_border_is_found_where_only_one_side_has_a_node():
    high = shapely.box(0, 0, 100, 200)
    low, up = shapely.box(100, 0, 200, 120), shapely.box(100.01, 120, 200, 200)
    units = _units([high, low, up])

    graph = graph_of(units)

    assert graph.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert graph.border_metres == pytest.approx([120, 80, 100], abs=0.1)


def test_a_corner_is_no_border_but_may_bridge():
    units = _units([shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)])

    assert graph_of(units).bridged == ((0, 1),)
    assert graph_of(units, bridge_metres=-1).pairs.tolist() == []


def test_pieces_of_a_community_are_joined_at_the_shortest_gap_within_reach():
    near = [shapely.box(0, 0, 100, 100), shapely.box(120, 0, 220, 100)]
    far = [shapely.box(260, 0, 300, 100)]

    graph = graph_of(_units(near + far))

    assert graph.bridged == ((0, 1),)
    assert graph.pairs.tolist() == [[0, 1]]
    assert graph.border_metres.tolist() == [0.0]


@settings(max_examples=20, deadline=None)
@given(towns)
def test_every_border_is_as_long_as_the_shapes_have_it(units):
    graph = graph_of(units)
    one, other = graph.pairs.T

    common = shapely.length(shapely.intersection(units.shapes[one], units.shapes[other]))

    assert graph.border_metres == pytest.approx(common, abs=0.2)
    assert all(units.communities[a] == units.communities[b] for a, b in graph.pairs)
    assert (np.diff(graph.pairs[:, 0]) >= 0).all()
    assert (one < other).all()


@settings(max_examples=10, deadline=None)
@given(towns)
def test_a_bridge_joins_two_pieces_and_never_closes_a_ring(units):
    with_bridges = graph_of(units, bridge_metres=1e6)
    alone = graph_of(units, bridge_metres=-1)

    before = len(set(components(len(units), alone.pairs).tolist()))
    after = len(set(components(len(units), with_bridges.pairs).tolist()))

    assert before - len(with_bridges.bridged) == after == len(set(units.communities))


def _units(shapes):
    count = len(shapes)
    return Units(
        keys=tuple(map(str, range(count))),
        shapes=np.array(shapes, dtype=object),
        communities=("A",) * count,
        measures=("households",),
        loads=np.ones((count, 1)),
    )
