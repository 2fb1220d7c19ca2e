"""Broken shapes: mended where that is safe, named where it is not."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.mending import (
    extended,
    mended_areas,
    mended_communities,
    mended_lines,
    met,
)

BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
SPIKE = Polygon([(0, 0), (50, 0), (50, 50), (50, 90), (50, 50), (0, 50)])
SQUARE = box(0, 0, 50, 50)
NONE: np.ndarray = array_of(())


def mended(shape):
    return mended_areas(np.array([shape], dtype=object), "a.gpkg", ["第 1 条"])


@pytest.mark.parametrize(
    ("shape", "area", "said", "safe"),
    [
        (BOW_TIE, 50, "a.gpkg 第 1 条：边界自己相交，已修好", False),
        (SPIKE, 2500, "a.gpkg 第 1 条：边界自己相碰，已修好", True),
        (
            MultiPolygon([SQUARE, box(10, 10, 20, 20)]),
            2500,
            "a.gpkg 第 1 条：一个面套在另一个",
            False,
        ),
    ],
)
def test_an_invalid_area_is_mended_and_named(shape, area: float, said: str, safe: bool) -> None:
    found = mended(shape)
    assert found.shapes[0].is_valid
    if safe:
        assert found.shapes[0].area == pytest.approx(area)
    assert found.findings[0].sentence.startswith(said)
    assert found.findings[0].mended is safe


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "没有图形，已跳过"),
        (Polygon(), "没有图形，已跳过"),
        (Point(1, 1), "不是面（Point），已跳过"),
        (LineString([(0, 0), (1, 1)]), "不是面（LineString），已跳过"),
        (box(0, 0, 0.5, 0.5), "面积不到 0.5 平方米，已跳过"),
        (Polygon([(0, 0), (9, 0), (0, 0)]), "面积不到 0.5 平方米，已跳过"),
    ],
)
def test_what_is_no_area_is_left_out_and_named(shape, said: str) -> None:
    found = mended(shape)
    assert len(found.shapes) == 0
    assert said in found.findings[0].sentence
    assert not found.findings[0].mended


def test_heights_crumbs_and_doubled_corners_go_without_a_word() -> None:
    shape = MultiPolygon(
        [
            Polygon([(0, 0, 5), (50, 0, 5), (50, 0.001, 5), (50, 50, 5), (0, 50, 5)]),
            box(60, 60, 60.1, 60.1),
        ]
    )
    found = mended(shape)
    assert found.findings == ()
    assert not found.shapes[0].has_z
    assert found.shapes[0].equals_exact(SQUARE, 0.01, normalize=True)


def test_points_and_nothing_are_no_streets() -> None:
    lines = np.array([LineString([(0, 0), (9, 0)]), None, Point(0, 0)], dtype=object)
    found = mended_lines(lines, "s.shp", ["第 1 条", "第 2 条", "第 3 条"])
    assert found.rows.tolist() == [0]
    assert [finding.sentence.partition("，")[0] for finding in found.findings] == [
        "s.shp 第 2 条：没有图形",
        "s.shp 第 3 条：不是线",
    ]


def test_a_street_that_ends_just_short_of_another_meets_it() -> None:
    streets = array_of([LineString([(0, 0), (100, 0)]), LineString([(50, 0.6), (50, 80)])])
    joins, findings = met(streets, NONE, [1, 2])
    assert [join.length for join in joins] == [pytest.approx(0.6)]
    assert [finding.sentence for finding in findings] == [
        "第 2 条街道的一端差 0.6 米没有接上（50，0），已接上。"
    ]


def test_streets_that_meet_are_left_alone() -> None:
    streets = array_of([LineString([(0, 0), (100, 0)]), LineString([(50, 0), (50, 80)])])
    assert len(met(streets, NONE, [1, 2])[0]) == 0


def test_a_street_further_off_is_not_taken_for_a_slip() -> None:
    streets = array_of([LineString([(0, 0), (100, 0)]), LineString([(50, 1.5), (50, 80)])])
    assert len(met(streets, NONE, [1, 2])[0]) == 0


def test_a_dead_end_goes_straight_on_to_the_next_street() -> None:
    streets = array_of([LineString([(0, 0), (100, 0)]), LineString([(50, 12), (50, 80)])])
    ways, findings = extended(streets, NONE, NONE, 20)
    assert [way.equals(LineString([(50, 12), (50, 0)])) for way in ways] == [True]
    assert "1 条街道在离另一条街道不到 20 米处断开" in findings[0].sentence


@pytest.mark.parametrize(
    ("end", "houses"), [(25, []), (12, [box(45, 4, 55, 8)])], ids=["too far", "a house between"]
)
def test_a_dead_end_stays_one(end: float, houses: list[Polygon]) -> None:
    streets = array_of([LineString([(0, 0), (100, 0)]), LineString([(50, end), (50, 80)])])
    assert len(extended(streets, NONE, array_of(houses), 20)[0]) == 0


def test_overlapping_communities_give_the_ground_to_the_first() -> None:
    given = {"东风": box(0, 0, 52, 100), "解放": box(50, 0, 100, 100)}
    found, findings = mended_communities(given)
    assert found["东风"].area == pytest.approx(5200)
    assert found["解放"].area == pytest.approx(4800)
    assert [finding.sentence for finding in findings] == [
        "社区“东风”和“解放”重叠 200.0 平方米，已归“东风”。"
    ]


def test_a_wide_overlap_is_for_a_person_to_judge() -> None:
    given = {"东风": box(0, 0, 70, 100), "解放": box(50, 0, 100, 100)}
    (finding,) = mended_communities(given)[1]
    assert not finding.mended
    assert finding.sentence.endswith("请核对两个社区的边界。")


def test_a_slit_between_communities_is_closed() -> None:
    slit = Polygon([(50, 20), (50.4, 50), (50, 80)])
    given = {"东风": box(0, 0, 50, 100), "解放": box(50, 0, 100, 100).difference(slit)}
    found, findings = mended_communities(given)
    assert shapely.coverage_is_valid(array_of(found.values()))
    assert sum(shape.area for shape in found.values()) == pytest.approx(10_000)
    assert "社区之间的缝隙" in findings[0].sentence
