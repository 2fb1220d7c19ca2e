"""Whatever the streets: no gap, no overlap, no building cut, community borders kept."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from qijie.territory.drawing.enclosures import units_of
from qijie.territory.drawing.model import Units
from tests.territory.drawing.random_town import Town, towns

pytestmark = pytest.mark.slow

few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def drawn(town: Town) -> Units:
    return units_of(
        town.streets, town.buildings, town.communities, compounds=town.compounds, most=300, whole=80
    )[0]


@few
@given(towns())
def test_units_cover_each_community_and_nothing_else(town: Town) -> None:
    units = drawn(town)
    assert shapely.coverage_is_valid(units.shapes)
    for name, shape in town.communities.items():
        mine = shapely.union_all(units.shapes[[name == other for other in units.communities]])
        assert mine.symmetric_difference(shape).area <= 0.02 * shape.length + 0.1


@pytest.mark.slow
@few
@given(towns())
def test_no_border_runs_through_a_building(town: Town) -> None:
    units = drawn(town)
    footprints = town.buildings.shapes
    for number, house in enumerate(footprints):
        others = shapely.union_all(np.delete(footprints, number))
        one_community = any(shape.contains(house) for shape in town.communities.values())
        if one_community and not house.intersects(others):
            outside = house.area - shapely.area(shapely.intersection(units.shapes, house)).max()
            assert outside <= 0.02 * house.length


@few
@given(towns())
def test_every_household_inside_is_counted_once(town: Town) -> None:
    units, findings = units_of(
        town.streets, town.buildings, town.communities, compounds=town.compounds
    )
    lost = {finding.feature for finding in findings if "不在任何社区内" in finding.sentence}
    counted = [key not in lost for key in town.buildings.keys]
    assert units.households.sum() == town.buildings.loads[counted, 0].sum()


@few
@given(towns())
def test_each_unit_is_one_piece_with_a_name_of_its_own(town: Town) -> None:
    units = drawn(town)
    assert {shape.geom_type for shape in units.shapes} == {"Polygon"}
    assert len(set(units.keys)) == len(units)


@settings(few, max_examples=10)
@given(towns())
def test_the_same_town_gives_the_same_units(town: Town) -> None:
    once, again = drawn(town), drawn(town)
    assert once.keys == again.keys
    assert shapely.equals_exact(once.shapes, again.shapes).all()
    assert (once.loads == again.loads).all()
