"""The plane a drawing is made in: true metres near the data."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer

from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.model import Floats, Shapes

_CHINA_DEGREES = (73.5, 136.5)
_ZONE_DEGREES = 3
_FIRST_ZONE_EPSG = 4534
"""CGCS2000 / 3-degree Gauss-Kruger CM 75E; the next ones follow in order. Source: EPSG."""
_MOST_DISTORTION = 0.005
_FAR_DEGREES, _FAR_METRES = 3.0, 300_000.0
"""Nothing that belongs to one city lies so far from its middle."""


@dataclass(frozen=True)
class Plane:
    """Goes between a file's coordinate system and the plane."""

    crs: CRS

    def taken_in(self, shapes: Shapes, crs: CRS, title: str) -> Shapes:
        """Shapes of a file in plane metres; None stays None."""
        return _moved(shapes, crs, self.crs, title)

    def given_out(self, shapes: Shapes, crs: CRS) -> Shapes:
        return _moved(shapes, self.crs, crs, "")


def plane_of(shapes: Shapes, crs: CRS, title: str) -> Plane:
    """The file's own plane where a metre in it is a metre; else the zone most of it lies in."""
    if crs.is_geographic:
        refuse_bad_degrees(shapes, title)
    x, y = middle_of(shapes)
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs or CRS(4490), always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    if not np.isfinite([lon, lat]).all():
        raise Unusable(
            f"{title} 的坐标超出了它的坐标系（{crs.name}）的范围；请核对坐标系标得对不对。"
        )
    if crs.is_projected and _true_metres(crs, lon, lat):
        return Plane(crs)
    return Plane(_zone(lon, lat))


def middle_of(shapes: Shapes) -> tuple[float, float]:
    """Where most of them lie, in their own coordinates: one that strayed does not move it."""
    x, y = np.nanmedian(_corners(shapes).reshape(-1, 2, 2).mean(axis=1), axis=0)
    return float(x), float(y)


def strays(shapes: Shapes, crs: CRS) -> NDArray[np.bool_]:
    """Those that reach out of any city the rest may be of, such as to 0° N, 0° E."""
    far = _FAR_DEGREES if crs.is_geographic else _FAR_METRES / _metres_in_one(crs)
    return _beyond(shapes, far)


def _beyond(shapes: Shapes, far: float) -> NDArray[np.bool_]:
    off = np.abs(_corners(shapes) - np.tile(middle_of(shapes), 2))
    return np.asarray((np.nan_to_num(off) > far).any(axis=1))


def _metres_in_one(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor) or 1.0


def _corners(shapes: Shapes) -> Floats:
    """(n, 4) west, south, east, north; not a number where there is no shape."""
    return np.asarray(shapely.bounds(shapes), dtype=np.float64)


def _true_metres(crs: CRS, lon: float, lat: float) -> bool:
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return False
    factors = Proj(crs).get_factors(lon, lat)
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    return bool((np.abs(scales - 1) < _MOST_DISTORTION).all())


def _zone(lon: float, lat: float) -> CRS:
    """In China CGCS2000's 3-degree zone, elsewhere UTM."""
    west, east = _CHINA_DEGREES
    if west <= lon < east and lat > 0:
        return CRS(_FIRST_ZONE_EPSG + int((lon - west) // _ZONE_DEGREES))
    zone = int((lon + 180) // 6) % 60 + 1
    return CRS((32600 if lat >= 0 else 32700) + zone)


def refuse_bad_degrees(shapes: Shapes, title: str) -> None:
    """Judged by where most of them lie: one that strayed is no reason to refuse the others."""
    far = _beyond(shapes, _FAR_DEGREES)
    west, south, east, north = shapely.total_bounds(shapes if far.mean() > 0.5 else shapes[~far])
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        return
    if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
        raise Unusable(f"{title} 的经纬度可能写反了（纵坐标到 {north:g}）；请把经度放在前面。")
    raise Unusable(
        f"{title} 标的是经纬度，坐标却到了 {max(abs(east), abs(north)):.7g}，像是米；"
        "请标上它真正的坐标系，或转成经纬度再试。"
    )


def _moved(shapes: Shapes, source: CRS, target: CRS, title: str) -> Shapes:
    if source == target:
        return shapes
    move = Transformer.from_crs(source, target, always_xy=True)
    moved = shapely.transform(
        shapes, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1]))
    )
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise Unusable(f"{title} 有坐标超出了坐标系（{source.name}）的范围；请核对坐标系。")
    return moved
