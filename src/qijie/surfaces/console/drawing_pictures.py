"""Small pictures of plans: paths for an inline SVG, so that three plans need no three maps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray

from qijie.territory.drawing.model import Shapes

Pairs = NDArray[np.int64]
COLOURS = 7
"""Fills of the style sheet; the browser's own colouring has as many."""
WIDTH = 480.0
_EDGE = 6.0
_CENTIMETRE = 1e-7
_FINEST = 0.4


@dataclass(frozen=True, slots=True)
class Drawn:
    """One grid as it is drawn."""

    grid: int
    path: str
    """The `d` of an SVG path."""
    tone: int
    x: float
    y: float
    is_troubled: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: float
    height: float
    grids: tuple[Drawn, ...]


def shapes_from(raw: Iterable[bytes]) -> Shapes:
    """Geometry as the database sent it, on a raster of a centimetre so that neighbours meet."""
    found: Shapes = shapely.set_precision(shapely.from_wkb(list(raw)), _CENTIMETRE)
    return found


def touching(shapes: Shapes) -> Pairs:
    """(m, 2) of shapes that touch, across community borders too, which no graph crosses."""
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    found: Pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    return found


def tones_of(grid: Sequence[int], pairs: Pairs) -> dict[int, int]:
    """A colour for each grid, 1 and up, another than its neighbours' wherever seven are enough."""
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs.tolist():
        if grid[one] != grid[other]:
            beside[grid[one]].add(grid[other])
            beside[grid[other]].add(grid[one])
    tones: dict[int, int] = {}
    used: Counter[int] = Counter()
    for number in sorted(set(grid)):
        taken = {tones.get(other) for other in beside[number]}
        free = [tone for tone in range(1, COLOURS + 1) if tone not in taken]
        tones[number] = min(free, key=lambda tone: (used[tone], tone), default=1)
        used[tones[number]] += 1
    return tones


def picture(
    shapes: Shapes, grid: Sequence[int], tones: Mapping[int, int], troubled: frozenset[int]
) -> Picture:
    """The grids of a plan, north up, within `WIDTH`."""
    plane = _Plane(shapes)
    numbers = np.asarray(grid)
    drawn = []
    for number in sorted(set(grid)):
        whole = plane.flat(shapely.union_all(shapes[numbers == number]))
        at = shapely.point_on_surface(whole)
        drawn.append(
            Drawn(
                number,
                _path(shapely.simplify(whole, _FINEST)),
                tones.get(number, 1),
                round(at.x, 1),
                round(at.y, 1),
                number in troubled,
            )
        )
    return Picture(WIDTH, plane.height, tuple(drawn))


class _Plane:
    """Degrees to picture points, true to shape at the middle latitude."""

    def __init__(self, shapes: Shapes) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        narrow = cos(radians((south + north) / 2))
        room = WIDTH - 2 * _EDGE
        self._scale = room / max((east - west) * narrow, 1e-9)
        self._west, self._north, self._narrow = west, north, narrow
        self.height = round((north - south) * self._scale + 2 * _EDGE, 1)

    def flat(self, shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, self._points)

    def _points(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (at[:, 0] - self._west) * self._narrow * self._scale + _EDGE
        y = (self._north - at[:, 1]) * self._scale + _EDGE
        return np.column_stack([x, y])


def _path(shape: shapely.Geometry) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in rings
    )
