import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.coordinates import Coordinate, CoordinateSystem, gcj02_from_wgs84
from qijie.kernel.refusal import Refusal

WGS84, GCJ02, CGCS2000 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.CGCS2000

positions = st.builds(
    Coordinate, st.floats(74, 135), st.floats(4, 53), st.sampled_from([WGS84, CGCS2000])
)


def metres_apart(one: Coordinate, other: Coordinate) -> float:
    north = math.radians(one.lat - other.lat) * 6_371_000
    east = math.radians(one.lon - other.lon) * 6_371_000 * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def test_a_known_place_shifts_to_where_the_map_services_show_it():
    shown = gcj02_from_wgs84(Coordinate(116.404, 39.915, WGS84))
    assert shown.system is GCJ02
    assert metres_apart(shown, Coordinate(116.410244, 39.916404, GCJ02)) < 0.1


@given(positions)
def test_a_position_shown_on_a_gcj02_map_comes_back_within_a_decimetre(position):
    back = gcj02_from_wgs84(position).to_stored()
    assert back.system is CGCS2000
    assert metres_apart(back, position) < 0.1


@given(positions)
def test_the_shift_is_noticeable_and_under_a_kilometre_or_so(position):
    assert 1 < metres_apart(gcj02_from_wgs84(position), position) < 1_500


@given(positions)
def test_wgs84_and_cgcs2000_are_stored_as_they_are(position):
    stored = position.to_stored()
    assert (stored.lon, stored.lat, stored.system) == (position.lon, position.lat, CGCS2000)


def test_a_position_already_in_gcj02_is_not_shifted_twice():
    position = Coordinate(114.27, 30.6, GCJ02)
    assert gcj02_from_wgs84(position) == position


def test_a_position_is_read_from_text():
    assert Coordinate.read("114.27", 30.6, " GCJ02 ") == Coordinate(114.27, 30.6, GCJ02)


@pytest.mark.parametrize(
    ("lon", "lat", "system", "said"),
    [
        (114.27, 30.6, None, "没有注明坐标系"),
        (114.27, 30.6, "", "没有注明坐标系"),
        (114.27, 30.6, "bd09", "坐标系“bd09”不认识"),
        ("东经", 30.6, "wgs84", "经度“东经”不是数字"),
        (114.27, None, "wgs84", "纬度“None”不是数字"),
        (float("nan"), 30.6, "wgs84", "经度“nan”不是数字"),
        (114.27, "inf", "wgs84", "纬度“inf”不是数字"),
        (30.6, 114.27, "wgs84", "可能写反了"),
        (30.6, 85.0, "wgs84", "可能写反了"),
        (214.27, 30.6, "wgs84", "超出范围"),
        (114.27, 130.6, "wgs84", "超出范围"),
        (2.35, 48.86, "wgs84", "不在中国境内"),
        (0, 0, "wgs84", "不在中国境内"),
    ],
)
def test_a_bad_position_is_refused_with_a_sentence(lon, lat, system, said):
    with pytest.raises(Refusal, match=said) as refused:
        Coordinate.read(lon, lat, system)
    assert refused.value.sentence.endswith("。")
