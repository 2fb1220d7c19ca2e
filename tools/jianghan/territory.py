"""Plots to streets, communities and grids, with their codes and names."""

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from jianghan import place
from jianghan.blocks import Cutter, Plot, Street, dead_ends, main_roads, polygons, street_blocks
from jianghan.coverage import grow
from jianghan.partition import Links, bundled, connected, divide, patch, shared_borders, union
from jianghan.plane import metres

GENERAL_GRIDS: Final = 50
PLOT_SQUARE_METRES: Final = 15_000.0
PIECE_SQUARE_METRES: Final = 60_000.0
WASTE_SQUARE_METRES: Final = 600_000.0
MOST_SPRAWL: Final = 23.0
BAND_DEGREES: Final = 0.0015
PURPOSES: Final = {
    "park": "公园", "mall": "商场", "hospital": "医院", "market": "市场", "school": "学校",
    "office": "楼宇",
}  # fmt: skip
NUMERALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True)
class Cell:
    """The smallest piece of the one topology, in degrees and in metres."""

    shape: Polygon
    plane: Polygon


@dataclass
class Grid:
    kind: str
    purpose: str
    cells: list[int]
    shape: Polygon
    code: str = ""
    name: str = ""


@dataclass
class Community:
    code: str
    cells: list[int]
    shape: Polygon
    grids: list[Grid] = field(default_factory=list)


@dataclass
class Territory:
    cells: list[Cell]
    links: Links
    communities: list[Community]

    def shape_of(self, prefix: str) -> Polygon:
        """Everything below a code prefix in one piece."""
        return union([c.shape for c in self.communities if c.code.startswith(prefix)])


def draw(streets: Sequence[Street], codes: Mapping[str, Sequence[str]], seed: int) -> Territory:
    """`codes` lists the community codes of each street code."""
    outline = metres(Polygon(place.OUTLINE))
    frame = _frame(outline)
    plots = _plots(streets, frame, outline, codes)
    shapes = grow(plots, frame)
    inside = [i for i, p in enumerate(plots) if p.street]
    cells = [Cell(shapes[i], metres(shapes[i])) for i in inside]
    links = shared_borders([c.plane for c in cells], main_roads(streets))
    homes = _mend([plots[i].street for i in inside], links)
    territory = Territory(cells, links, [])
    for street in sorted(codes):
        members = [i for i, home in enumerate(homes) if home == street]
        territory.communities += _communities(cells, links, members, codes[street], seed)
    return territory


def _frame(outline: Polygon) -> Polygon:
    """Some ground around the outline, yet nothing beyond the last known street in the north."""
    north = metres(shapely.box(114.0, 30.4, 114.5, max(y for _, y in place.OUTLINE)))
    framed = outline.buffer(150.0).intersection(north)
    return max(polygons(framed), key=lambda part: part.area)


def _plots(
    streets: Sequence[Street],
    frame: Polygon,
    outline: Polygon,
    codes: Mapping[str, Sequence[str]],
) -> list[Plot]:
    wansong = metres(Polygon(place.WANSONG_OUTLINE))
    seeds = [
        (code, metres(Point(pair)))
        for code in sorted(place.STREET_SEEDS)
        for pair in place.STREET_SEEDS[code]
    ]
    cutter = Cutter(dead_ends(streets))
    blocks = (Plot(shape, "") for shape in street_blocks(streets, frame))
    pieces = [piece for block in blocks for piece in _waste_ground(block, wansong, cutter)]
    coarse = [Plot(p.shape, _home(p.shape, outline, wansong, seeds)) for p in pieces]
    limits = _limits(coarse, codes)
    return [p for plot in coarse for p in cutter.cut(plot, limits[plot.street])]


def _waste_ground(block: Plot, wansong: Polygon, cutter: Cutter) -> list[Plot]:
    """Blocks so large that the border of the district may well run through them, in pieces."""
    if block.shape.area < WASTE_SQUARE_METRES or block.shape.intersects(wansong):
        return [block]
    return cutter.cut(block, PIECE_SQUARE_METRES)


def _home(
    shape: Polygon, outline: Polygon, wansong: Polygon, seeds: Sequence[tuple[str, Point]]
) -> str:
    if shape.intersection(outline).area < 0.5 * shape.area:
        return ""
    if shape.intersection(wansong).area > 0.5 * shape.area:
        return place.WANSONG
    return min(seeds, key=lambda seed: seed[1].distance(shape.representative_point()))[0]


def _limits(plots: Sequence[Plot], codes: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Largest plot by street, so that communities of like size can be put together."""
    areas: dict[str, float] = defaultdict(float)
    for plot in plots:
        areas[plot.street] += plot.shape.area
    limits = {s: min(areas[s] / len(codes[s]) / 3.5, PIECE_SQUARE_METRES) for s in areas if s}
    return {**limits, place.WANSONG: PLOT_SQUARE_METRES, "": math.inf}


def _mend(homes: list[str], links: Links) -> list[str]:
    """Pieces cut off from their street go to the neighbour they share most border with."""
    mended = list(homes)
    for _ in range(len(mended)):
        stray = _stray(mended, links)
        if stray is None:
            break
        mended[stray] = _closest(stray, mended, links, mended[stray])
    return mended


def _stray(homes: Sequence[str], links: Links) -> int | None:
    """A cell that is cut off from the body of its street and touches another street."""
    for street in sorted(set(homes)):
        members = [i for i, home in enumerate(homes) if home == street]
        for group in connected(members, links)[1:]:
            edge = [i for i in sorted(group) if any(homes[j] != street for j in links[i])]
            if edge:
                return edge[0]
    return None


def _closest(cell: int, homes: Sequence[str], links: Links, but: str) -> str:
    shared: dict[str, float] = defaultdict(float)
    for other, length in links[cell].items():
        if homes[other] != but:
            shared[homes[other]] += length
    return max(sorted(shared), key=lambda street: shared[street], default=but)


def _communities(
    cells: Sequence[Cell], links: Links, members: Sequence[int], codes: Sequence[str], seed: int
) -> list[Community]:
    special = _specials(cells, links, members) if codes[0].startswith(place.WANSONG) else []
    taken = {i for g in special for i in g.cells}
    bundles = [g.cells for g in special] + [[i] for i in members if i not in taken]
    shapes = [union([cells[i].plane for i in b]) for b in bundles]
    inner = bundled(links, bundles)
    weights = [s.area * (0.25 if n < len(special) else 1.0) for n, s in enumerate(shapes)]
    patches = {n: patch(s, w) for n, (s, w) in enumerate(zip(shapes, weights, strict=True))}
    parts = divide(patches, inner, len(codes), seed)
    return _coded(cells, bundles, parts, codes, special)


def _coded(
    cells: Sequence[Cell],
    bundles: Sequence[list[int]],
    parts: Sequence[Sequence[int]],
    codes: Sequence[str],
    special: Sequence[Grid],
) -> list[Community]:
    drawn = []
    for part in parts:
        members = sorted(i for n in part for i in bundles[n])
        shape = union([cells[i].shape for i in members])
        drawn.append(Community("", members, shape, [special[n] for n in part if n < len(special)]))
    for code, community in _pairing(drawn, codes):
        community.code = code
    return sorted(drawn, key=lambda c: c.code)


def _pairing(drawn: list[Community], codes: Sequence[str]) -> list[tuple[str, Community]]:
    """Known places by nearness, all others in reading order."""
    if not all(code in place.COMMUNITY_HINTS for code in codes):
        return list(zip(codes, sorted(drawn, key=lambda c: reading_order(c.shape)), strict=True))
    hints = [Point(place.COMMUNITY_HINTS[code]) for code in codes]
    order = list(drawn)
    swaps = [(a, b) for a in range(len(codes)) for b in range(a)]
    while any(_swapped(order, hints, a, b) for a, b in swaps):
        pass
    return list(zip(codes, order, strict=True))


def _swapped(order: list[Community], hints: Sequence[Point], a: int, b: int) -> bool:
    """Exchanges two communities if that brings them nearer to where they belong."""
    one, two = order[a].shape.centroid, order[b].shape.centroid
    now = one.distance(hints[a]) ** 2 + two.distance(hints[b]) ** 2
    then = two.distance(hints[a]) ** 2 + one.distance(hints[b]) ** 2
    if then < now:
        order[a], order[b] = order[b], order[a]
    return then < now


def reading_order(shape: BaseGeometry) -> tuple[int, float]:
    """Bands of about 165 m from north to south, each read from west to east."""
    point = shape.representative_point()
    return (-math.floor(point.y / BAND_DEGREES), point.x)


def _specials(cells: Sequence[Cell], links: Links, members: Sequence[int]) -> list[Grid]:
    free = set(members)
    wanted = [("dedicated", p, at, area) for p, at, area in place.DEDICATED]
    wanted += [("undeveloped", "", at, area) for at, area in place.UNDEVELOPED]
    specials = []
    for kind, purpose, at, area in wanted:
        chosen = _around(cells, links, free, metres(Point(at)), area)
        free -= set(chosen)
        shape = union([cells[i].shape for i in chosen])
        specials.append(Grid(kind, purpose, chosen, shape))
    return specials


def _around(
    cells: Sequence[Cell], links: Links, free: set[int], at: Point, area: float
) -> list[int]:
    """Free cells around a point, until together they come near the wanted area."""
    chosen = [min(sorted(free), key=lambda i: cells[i].plane.distance(at))]
    while True:
        around = {j for i in chosen for j, pull in links[i].items() if pull > 0}
        around &= free - set(chosen)
        size = sum(cells[i].plane.area for i in chosen)
        fitting = [i for i in sorted(around) if size + cells[i].plane.area < 1.15 * area]
        if not fitting:
            return sorted(chosen)
        whole = union([cells[i].plane for i in chosen])
        best = min(fitting, key=lambda i: _sprawl(whole, cells[i].plane))
        if _sprawl(whole, cells[best].plane) > MOST_SPRAWL:
            return sorted(chosen)
        chosen.append(best)


def _sprawl(whole: Polygon, more: Polygon) -> float:
    """Perimeter squared over area: 16 for a square, more for anything longer."""
    both = shapely.coverage_union(whole, more)
    return float(both.length**2 / both.area)


def add_grids(territory: Territory, seed: int) -> None:
    """Cuts the communities of the full street into grids and numbers them."""
    full = [c for c in territory.communities if c.code.startswith(place.WANSONG)]
    spaces = [_general_area(territory, c) for c in full]
    counts = _apportion(spaces, GENERAL_GRIDS)
    for community, count in zip(full, counts, strict=True):
        taken = {i for g in community.grids for i in g.cells}
        patches = {
            i: patch(territory.cells[i].plane, territory.cells[i].plane.area)
            for i in community.cells
            if i not in taken
        }
        for part in divide(patches, territory.links, count, seed):
            shape = union([territory.cells[i].shape for i in part])
            community.grids.append(Grid("general", "", part, shape))
        _number(community)


def _general_area(territory: Territory, community: Community) -> float:
    taken = {i for g in community.grids for i in g.cells}
    return sum(territory.cells[i].plane.area for i in community.cells if i not in taken)


def _apportion(spaces: Sequence[float], count: int) -> list[int]:
    quotas = np.array(spaces) / sum(spaces) * count
    shares = np.maximum(np.floor(quotas), 1).astype(int)
    for n in np.argsort(shares - quotas)[: count - int(shares.sum())]:
        shares[n] += 1
    return [int(s) for s in shares]


def _number(community: Community) -> None:
    community.grids.sort(key=lambda grid: reading_order(grid.shape))
    ordinal = 0
    for n, grid in enumerate(community.grids, 1):
        grid.code = f"{community.code}{n:03d}"
        ordinal += grid.kind == "general"
        grid.name = _grid_name(grid, ordinal)


def _grid_name(grid: Grid, ordinal: int) -> str:
    if grid.kind == "general":
        return f"第{NUMERALS[ordinal - 1]}网格"
    if grid.kind == "dedicated":
        return f"{PURPOSES[grid.purpose]}专属网格"
    return "待开发网格"


def rng_for(seed: int, code: str) -> random.Random:
    """A stream of its own for each place, so mending one place leaves the others as they were."""
    return random.Random(f"{seed}/{code}")
