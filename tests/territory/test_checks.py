"""Every defect of the tree is found and named: which place, what is wrong, what to do."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from pytest_django import DjangoAssertNumQueries, Settings

from qijie.territory.checks import Finding, findings
from qijie.territory.models import Building, Node
from tests import town

pytestmark = pytest.mark.django_db


def found(path: str = town.CITY) -> list[Finding]:
    return findings(path, town.TODAY)


def redraw(path: str, boundary: MultiPolygon) -> None:
    Node.objects.filter(path=path).update(boundary=boundary)


def box(west: float, east: float, north: float = 1.0) -> MultiPolygon:
    """A rectangle in steps of the town from its south-western corner."""
    corner = (
        town.WEST + west * town.STEP,
        town.SOUTH,
        town.WEST + east * town.STEP,
        town.SOUTH + north * town.STEP,
    )
    return MultiPolygon(Polygon.from_bbox(corner), srid=4490)


def test_a_whole_tree_has_no_findings_and_takes_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        assert found() == []


def test_grids_that_overlap_are_both_named() -> None:
    redraw(town.GRID_1, box(0, 1.1))
    named = {one.path for one in found() if "重叠或缝隙" in one.sentence}
    assert named == {town.GRID_1, town.GRID_2}


def test_a_gap_is_named_with_its_community_and_where_it_lies() -> None:
    redraw(town.GRID_1, box(0, 0.9))
    [gap] = [one for one in found() if "不属于任何下级" in one.sentence]
    assert (gap.path, gap.name) == (town.HUAIYIN, "槐荫社区")
    assert "114.003" in gap.sentence
    assert "30.00" in gap.sentence


def test_a_grid_that_reaches_out_of_its_community_is_named() -> None:
    redraw(town.GRID_1, box(0, 1, north=1.2))
    [out] = [one for one in found() if "超出“槐荫社区”" in one.sentence]
    assert out.path == town.GRID_1


def test_rounding_of_published_coordinates_is_no_gap() -> None:
    redraw(town.HUAIYIN, box(0, 2 + 0.0002))
    assert [one for one in found(town.HUAIYIN) if "不属于任何下级" in one.sentence] == []


@pytest.mark.parametrize(("households", "is_fine"), [(299, False), (300, True), (500, True)])
def test_a_general_grid_of_a_wrong_size_is_named(households: int, is_fine: bool) -> None:
    Node.objects.filter(path=town.GRID_2).update(households=households)
    sizes = [one for one in found() if "户，超出" in one.sentence]
    assert [one.path for one in sizes] == ([] if is_fine else [town.GRID_2])
    assert all("299" in one.sentence for one in sizes)


def test_the_size_of_other_grids_is_free() -> None:
    Node.objects.filter(path=town.GRID_2).update(households=0, grid_kind="dedicated")
    assert found() == []


def test_the_size_band_is_a_setting(settings: Settings) -> None:
    settings.GRID_HOUSEHOLD_BAND = (100, 350)
    assert len([one for one in found() if "户，超出" in one.sentence]) == 4


def test_a_building_outside_its_grid_is_named_with_its_code() -> None:
    stray = Polygon.from_bbox((114.009, 30.001, 114.0095, 30.0015))
    stray.srid = 4490
    code = f"{town.HUAIYIN}-b00001"
    Building.objects.filter(code=code).update(footprint=stray)
    [one] = found()
    assert code in one.sentence
    assert one.name == "槐荫苑1栋"


def test_a_node_without_its_parent_is_named() -> None:
    Node.objects.filter(path=town.LIUXI).update(valid_to=town.TODAY)
    [one] = [one for one in found() if "上级" in one.sentence]
    assert one.path == town.GRID_3
    assert town.LIUXI in one.sentence


def test_only_the_subtree_asked_for_is_looked_at() -> None:
    redraw(town.GRID_1, box(0, 1.1))
    assert found(town.NEXT_STREET) == []
    assert found(town.HUAIYIN) != []


def test_every_finding_says_what_to_do() -> None:
    redraw(town.GRID_1, box(0, 1.1, north=1.2))
    Node.objects.filter(path=town.GRID_2).update(households=1)
    Node.objects.filter(path=town.LIUXI).update(valid_to=town.TODAY)
    assert len(found()) >= 4
    assert all("，请" in one.sentence and one.sentence.endswith("。") for one in found())
