"""Positions that know their coordinate system.

Stored positions are CGCS2000. GPS and BeiDou receivers answer in WGS-84, which differs from
CGCS2000 by centimetres and is taken as equal here. Public map services answer in GCJ-02, shifted
by up to some 700 metres; an unlabelled position is therefore refused and never guessed.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from qijie.kernel.refusal import Refusal

# The box around all of China's land and waters, in degrees.
_LON_RANGE = (73.0, 136.0)
_LAT_RANGE = (3.0, 54.0)

# Krasovsky 1940, the ellipsoid the GCJ-02 shift is computed on.
_SEMI_MAJOR_AXIS_METRES = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_SHIFT_CENTRE = (105.0, 35.0)

# About a millimetre; the shift changes so slowly that two or three rounds reach it.
_CLOSE_ENOUGH_DEGREES = 1e-8
_MOST_ROUNDS = 20


class CoordinateSystem(StrEnum):
    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A position in degrees, inside China, with its system."""

    lon: float
    lat: float
    system: CoordinateSystem

    def __post_init__(self) -> None:
        _refuse_bad_position(self.lon, self.lat)

    @classmethod
    def read(cls, lon: object, lat: object, system: object) -> "Coordinate":
        """A position as it came in, numbers or their text; the system must be named."""
        return cls(_number(lon, "经度"), _number(lat, "纬度"), _system(system))

    def to_stored(self) -> "Coordinate":
        """The same place in CGCS2000; from GCJ-02 to better than 0.1 m."""
        lon, lat = self.lon, self.lat
        if self.system is CoordinateSystem.GCJ02:
            lon, lat = _wgs84_from_gcj02(lon, lat)
        return Coordinate(lon, lat, CoordinateSystem.CGCS2000)


def gcj02_from_wgs84(position: Coordinate) -> Coordinate:
    """The position as a GCJ-02 map shows it; WGS-84 and CGCS2000 positions are taken alike."""
    if position.system is CoordinateSystem.GCJ02:
        return position
    shifted = _shifted(position.lon, position.lat)
    return Coordinate(*shifted, CoordinateSystem.GCJ02)


def _number(value: object, label: str) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refusal(f"{label}“{str(value)[:40]}”不是数字，请填写以度为单位的小数，例如 114.27。")
    return number


def _system(value: object) -> CoordinateSystem:
    known = "、".join(system.value for system in CoordinateSystem)
    if value is None or value == "":
        raise Refusal(f"坐标没有注明坐标系，请注明 {known} 之一。")
    try:
        return CoordinateSystem(str(value).strip().lower())
    except ValueError:
        raise Refusal(f"坐标系“{str(value)[:40]}”不认识，请改为 {known} 之一。") from None


def _refuse_bad_position(lon: float, lat: float) -> None:
    if _inside(lon, lat):
        return
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        if _inside(lat, lon):
            raise Refusal(f"经纬度可能写反了：经度 {lon}、纬度 {lat}，请对调后重新提交。")
        raise Refusal(
            f"坐标超出范围：经度 {lon}、纬度 {lat}，经度应在 -180 至 180、纬度应在 -90 至 90 之间。"
        )
    if _inside(lat, lon):
        raise Refusal(f"经纬度可能写反了：经度 {lon}、纬度 {lat}，请对调后重新提交。")
    raise Refusal(f"坐标不在中国境内：经度 {lon}、纬度 {lat}，请检查定位或在地图上重新点选。")


def _inside(lon: float, lat: float) -> bool:
    return _LON_RANGE[0] <= lon <= _LON_RANGE[1] and _LAT_RANGE[0] <= lat <= _LAT_RANGE[1]


def _wgs84_from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Fixed-point search: move the guess by what its own shifted image is off."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_MOST_ROUNDS):
        image_lon, image_lat = _shifted(guess_lon, guess_lat)
        off_lon, off_lat = lon - image_lon, lat - image_lat
        guess_lon, guess_lat = guess_lon + off_lon, guess_lat + off_lat
        if max(abs(off_lon), abs(off_lat)) < _CLOSE_ENOUGH_DEGREES:
            break
    return guess_lon, guess_lat


def _shifted(lon: float, lat: float) -> tuple[float, float]:
    east, north = _shift_metres(lon - _SHIFT_CENTRE[0], lat - _SHIFT_CENTRE[1])
    latitude = math.radians(lat)
    curvature = 1 - _ECCENTRICITY_SQUARED * math.sin(latitude) ** 2
    meridian = _SEMI_MAJOR_AXIS_METRES * (1 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel = _SEMI_MAJOR_AXIS_METRES / math.sqrt(curvature) * math.cos(latitude)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _shift_metres(x: float, y: float) -> tuple[float, float]:
    """How far GCJ-02 moves a point, east and north, in metres.

    Source: the published series of the GCJ-02 shift, in degrees from 105° E 35° N.
    """
    root = math.sqrt(abs(x))
    ripple = 20 * (_wave(x, 6) + _wave(x, 2))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20 * (_wave(x, 1) + 2 * _wave(x, 1 / 3))) * 2 / 3
    east += (150 * _wave(x, 1 / 12) + 300 * _wave(x, 1 / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20 * (_wave(y, 1) + 2 * _wave(y, 1 / 3))) * 2 / 3
    north += (160 * _wave(y, 1 / 12) + 320 * _wave(y, 1 / 30)) * 2 / 3
    return east, north


def _wave(degrees: float, cycles_per_two_degrees: float) -> float:
    return math.sin(degrees * cycles_per_two_degrees * math.pi)
