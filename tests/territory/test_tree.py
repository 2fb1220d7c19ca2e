"""The tree by path and by day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from qijie.territory.models import Building, Node
from qijie.territory.queries import buildings, children, lineage, node_at, subtree, within
from tests import town

pytestmark = pytest.mark.django_db
BEFORE = town.SINCE - timedelta(days=1)


def paths(nodes: object) -> list[str]:
    return [node.path for node in nodes]  # type: ignore[attr-defined]


def test_a_subtree_is_the_node_and_all_below_in_order_of_path() -> None:
    assert paths(subtree(town.HUAIYIN, town.TODAY)) == [town.HUAIYIN, town.GRID_1, town.GRID_2]
    assert paths(subtree(town.GRID_1, town.TODAY)) == [town.GRID_1]
    assert len(subtree(town.CITY, town.TODAY)) == Node.objects.count()


def test_a_subtree_of_a_segment_holds_no_neighbour_whose_number_begins_alike() -> None:
    for number in ("-m1", "-m10", "-m1-c01"):
        a_node(path=f"{town.GRID_1}{number}", kind="compound")
    below = Node.objects.filter(within(f"{town.GRID_1}-m1"))
    assert sorted(paths(below)) == [f"{town.GRID_1}-m1", f"{town.GRID_1}-m1-c01"]


def test_children_are_one_step_down() -> None:
    assert paths(children(town.STREET, town.TODAY)) == [town.HUAIYIN, town.LIUXI]
    assert paths(children(town.HUAIYIN, town.TODAY)) == [town.GRID_1, town.GRID_2]
    assert paths(children(town.GRID_1, town.TODAY)) == []


def test_a_lineage_begins_with_the_city_and_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        found = lineage(town.GRID_1, town.TODAY)
    assert paths(found) == [town.CITY, town.DISTRICT, town.STREET, town.HUAIYIN, town.GRID_1]


def test_before_it_was_drawn_there_is_nothing() -> None:
    assert paths(subtree(town.CITY, BEFORE)) == []
    assert paths(children(town.STREET, BEFORE)) == []
    assert lineage(town.GRID_1, BEFORE) == []
    assert node_at(town.GRID_1, BEFORE) is None
    assert not buildings(BEFORE).exists()


def test_a_node_ends_on_the_day_it_is_out_of_use() -> None:
    last = date(2026, 6, 1)
    Node.objects.filter(path=town.GRID_2).update(valid_to=last)
    assert town.GRID_2 in paths(children(town.HUAIYIN, last - timedelta(days=1)))
    assert town.GRID_2 not in paths(children(town.HUAIYIN, last))
    assert node_at(town.GRID_2, last) is None


def a_node(**facts: object) -> Node:
    values = {
        "code": str(facts["path"]),
        "kind": "grid",
        "name": "某处",
        "grid_kind": "general" if facts.get("kind", "grid") == "grid" else "",
        "valid_from": town.SINCE,
    }
    return Node.objects.create(**(values | facts))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (town.SINCE, None),
        (date(2026, 6, 1), None),
        (date(2025, 1, 1), None),
        (date(2025, 1, 1), town.SINCE + timedelta(days=1)),
    ],
)
def test_a_code_is_drawn_once_a_day(start: date, end: date | None) -> None:
    with pytest.raises(IntegrityError, match="one_drawing_of_a_code_a_day"), transaction.atomic():
        a_node(path=town.GRID_1, valid_from=start, valid_to=end)


def test_a_code_may_be_drawn_again_after_it_ended_and_before_it_began() -> None:
    a_node(path=town.GRID_1, valid_from=date(2025, 1, 1), valid_to=town.SINCE)
    ended = date(2026, 7, 1)
    Node.objects.filter(path=town.GRID_2).update(valid_to=ended)
    a_node(path=town.GRID_2, valid_from=ended)


def test_a_node_is_in_force_for_a_day_at_least() -> None:
    for end in (town.SINCE, town.SINCE - timedelta(days=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            a_node(path=f"{town.HUAIYIN}009", valid_to=end)


@pytest.mark.parametrize(
    ("kind", "grid_kind"), [("grid", ""), ("street", "general"), ("grid", "round")]
)
def test_only_a_grid_has_a_kind_of_grid(kind: str, grid_kind: str) -> None:
    with pytest.raises(IntegrityError, match="grid_kind_of_grids_only"), transaction.atomic():
        a_node(path=f"{town.HUAIYIN}009", kind=kind, grid_kind=grid_kind)


def test_a_building_stands_once_a_day() -> None:
    house = Building.objects.filter(code=f"{town.HUAIYIN}-b00001").get()
    house.pk = None
    with pytest.raises(IntegrityError, match="one_row_of_a_building_a_day"), transaction.atomic():
        house.save(force_insert=True)
