"""Codes of new grids, names, and a grid in two."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.codes import GridCoding
from qijie.redrawing.rules.coding import coded, grid_name
from qijie.redrawing.rules.splitting import halves
from qijie.territory.drawing.graph import components
from qijie.territory.drawing.model import Edge, Graph

pytestmark = pytest.mark.slow

CODING = GridCoding(3)
HOME = "420103008001"
ONE, TWO, THREE = (f"{HOME}00{number}" for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def _village() -> None:
    """No database here."""


def codes_of(grid: list[int], today: list[str], homes: list[float], used: list[str]):
    order = sorted(set(grid))
    return coded(
        grid, today, homes, [HOME] * len(grid), reading_order=order, ever_used=used, coding=CODING
    )


def test_each_code_stays_where_most_households_keep_it() -> None:
    found = codes_of([1, 1, 2, 2], [ONE, TWO, TWO, ONE], [10, 30, 20, 5], [ONE, TWO])
    assert found.codes == {1: TWO, 2: ONE} or found.codes == {1: ONE, 2: TWO}
    kept = {1: TWO, 2: ONE} if 30 + 5 > 10 + 20 else {1: ONE, 2: TWO}
    assert found.codes == kept


def test_new_grids_are_numbered_in_reading_order_after_every_code_there_ever_was() -> None:
    found = codes_of([3, 1, 2], [ONE, "", ""], [50, 50, 50], [ONE, TWO, f"{HOME}009"])
    assert found.codes == {3: ONE, 1: f"{HOME}010", 2: f"{HOME}011"}


def test_a_grid_that_ends_goes_on_where_most_of_its_homes_are() -> None:
    found = codes_of([1, 1, 1, 2], [ONE, ONE, TWO, TWO], [50, 50, 30, 10], [ONE, TWO])
    assert found.codes == {1: ONE, 2: TWO}
    merged = codes_of([1, 1, 1, 1], [ONE, ONE, TWO, TWO], [50, 50, 30, 10], [ONE, TWO])
    assert merged.successors == {TWO: 1}


def test_grids_without_a_home_are_continued_by_their_ground() -> None:
    found = codes_of([1, 2], [ONE, THREE], [0, 0], [ONE, TWO, THREE])
    assert found.codes == {1: ONE, 2: THREE}
    assert found.successors == {}


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "第一网格"),
        (10, "第十网格"),
        (12, "第十二网格"),
        (20, "第二十网格"),
        (99, "第九十九网格"),
        (123, "第123网格"),
    ],
)
def test_a_grid_is_named_by_its_number(number: int, name: str) -> None:
    assert grid_name(f"{HOME}{number:03d}", CODING) == name


def lattice(columns: int, rows: int) -> Graph:
    place = {(c, r): c * rows + r for c in range(columns) for r in range(rows)}
    pairs = [
        (place[c, r], place[to]) for c, r in place for to in ((c + 1, r), (c, r + 1)) if to in place
    ]
    count, joints = len(place), len(pairs)
    return Graph(
        pairs=np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2),
        border_metres=np.full(joints, 100.0),
        edge=np.full(joints, Edge.STREET, dtype=np.int8),
        area=np.full(count, 1e4),
        perimeter_metres=np.full(count, 400.0),
        street_metres=np.full(count, 400.0),
    )


@given(
    columns=st.integers(1, 6),
    rows=st.integers(1, 6),
    loads=st.lists(st.integers(0, 300), min_size=36, max_size=36),
)
def test_both_halves_hold_together_and_nothing_is_lost(
    columns: int, rows: int, loads: list[int]
) -> None:
    graph, members = lattice(columns, rows), list(range(columns * rows))
    half = halves(graph, members, np.array(loads, dtype=np.float64))
    if len(members) == 1:
        assert half is None
        return
    assert half is not None
    assert 0 < len(half) < len(members)
    label = np.isin(members, half)
    together = label[graph.pairs[:, 0]] == label[graph.pairs[:, 1]]
    assert len(set(components(len(members), graph.pairs[together]).tolist())) == 2


def test_halves_are_even_where_the_ground_allows() -> None:
    load = np.full(24, 40.0)
    half = halves(lattice(6, 4), list(range(24)), load)
    assert half is not None
    assert len(half) == 12
    assert half == halves(lattice(6, 4), list(range(24)), load)


def test_a_grid_in_pieces_cannot_be_parted() -> None:
    assert halves(lattice(3, 1), [0, 2], np.ones(3)) is None
