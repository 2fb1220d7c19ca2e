"""The places a worker chooses from stand in the order people count in."""

import pytest

from qijie.surfaces.field.places import choices, in_counting_order
from tests import town
from tests.surfaces.field import acts


def test_two_comes_before_ten() -> None:
    names = ["10栋", "2栋", "槐荫苑12号楼", "槐荫苑3号楼", "1栋", "门房"]
    assert sorted(names, key=in_counting_order) == [
        "1栋",
        "2栋",
        "10栋",
        "槐荫苑3号楼",
        "槐荫苑12号楼",
        "门房",
    ]


@pytest.mark.django_db
@pytest.mark.slow
def test_each_grids_buildings_stand_in_the_order_of_the_grids() -> None:
    found = choices(acts.viewer("song"), town.TODAY)
    grids = [label for _, label in found if isinstance(label, str)]
    groups = [label for label, rows in found if not isinstance(rows, str)]
    assert groups == [f"{grid}的楼栋" for grid in grids if f"{grid}的楼栋" in groups]
    for label, rows in found:
        if not isinstance(rows, str):
            names = [name for _, name in rows]
            assert names == sorted(names, key=in_counting_order), label
