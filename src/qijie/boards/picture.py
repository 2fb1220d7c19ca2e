"""A grid's map as SVG: its border, streets, houses and names, drawn to be read on paper.

The picture carries classes and no colours; paper and screen each dress it (`map.css`, `ui.css`).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import pairwise

import shapely
from shapely.geometry import Polygon
from shapely.ops import polylabel

from qijie.boards.ground import Ground, Ring, Surface

_ROADS = {
    "major": ("motorway", "trunk", "primary", "secondary"),
    "minor": ("tertiary", "unclassified", "residential", "living_street", "pedestrian"),
}
_ROAD_METRES = {"major": 16.0, "minor": 8.0, "lane": 4.0}
_BAR_METRES = (20, 50, 100, 200, 500, 1000, 2000)
_DOOR_NUMBER = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*(?:号楼|号|栋|幢|座|楼)$")
_LONGEST_LINE = 7
"""Characters of a name before it is broken in two."""


@dataclass(frozen=True, slots=True)
class Panel:
    """How large a picture is, in the units of its view box, and its lettering."""

    width: float
    height: float
    compound: float
    neighbour: float
    house: float
    """Heights of the letters of each kind of name; 0 leaves those names out."""

    @property
    def aspect(self) -> float:
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class _Label:
    x: float
    y: float
    size: float
    lines: tuple[str, ...]
    look: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        wide = max(map(_ems, self.lines)) * self.size
        high = len(self.lines) * self.size * 1.15
        return (self.x - wide / 2, self.y - high / 2, self.x + wide / 2, self.y + high / 2)


@dataclass(slots=True)
class _Letterer:
    """Puts names where no other name stands yet."""

    panel: Panel
    placed: list[_Label] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def put(
        self,
        label: _Label,
        nudges: Sequence[tuple[float, float]],
        off: shapely.Geometry | None = None,
    ) -> bool:
        """Where one of the nudges finds room, and nowhere on `off`; False where none does."""
        for dx, dy in nudges:
            moved = replace(label, x=label.x + dx * label.size, y=label.y + dy * label.size)
            if self._is_free(moved.box) and not (off and shapely.box(*moved.box).intersects(off)):
                self.placed.append(moved)
                self.taken.append(moved.box)
                return True
        return False

    def _is_free(self, box: tuple[float, float, float, float]) -> bool:
        west, north, east, south = box
        edge = 1.0
        if west < edge or north < edge:
            return False
        if east > self.panel.width - edge or south > self.panel.height - edge:
            return False
        return not any(
            west < other[2] and other[0] < east and north < other[3] and other[1] < south
            for other in self.taken
        )


_AROUND = ((0, 0), (0, -0.8), (0, 0.8), (-1, 0), (1, 0), (0, -1.8), (0, 1.8), (-2, 0), (2, 0))
_BESIDE = ((0, 0), (0.9, 0), (-0.9, 0), (1.8, 0), (-1.8, 0), (0, 0.8), (0, -0.8))


def picture(ground: Ground, panel: Panel, title: str, style: str = "") -> str:
    """An <svg> of the ground.

    title: what is shown, for who cannot see it. style: CSS put inside, where the picture must
    carry its own.
    """
    scale = panel.width / (ground.east - ground.west)
    plot = _Plot(ground, scale)
    parts = [
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>" if style else "",
        f'<rect class="map-ground" width="{_number(panel.width)}"'
        f' height="{_number(panel.height)}"/>',
        *(plot.surface("map-neighbour", area) for area in ground.neighbours),
        plot.surface("map-home", ground.grid),
        *_streets(plot, panel),
        *_houses(plot),
        *(plot.surface("map-compound", area) for area in ground.compounds),
        plot.surface("map-border-casing", ground.grid),
        plot.surface("map-border", ground.grid),
        *_letters(plot, panel),
        *_furniture(panel, scale),
    ]
    return (
        f'<svg class="map-sheet" xmlns="http://www.w3.org/2000/svg" role="img"'
        f' viewBox="0 0 {_number(panel.width)} {_number(panel.height)}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    ground: Ground
    scale: float

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Metres of the plane to units of the sheet, whose y runs down."""
        x, y = point
        return (x - self.ground.west) * self.scale, (self.ground.north - y) * self.scale

    def ring(self, ring: Ring) -> str:
        return f"M{' '.join(self._pair(point) for point in ring[:-1])}Z"

    def line(self, line: Ring) -> str:
        return f"M{' '.join(map(self._pair, line))}"

    def surface(self, look: str, of: Surface) -> str:
        rings = "".join(self.ring(ring) for part in of.parts for ring in part)
        return f'<path class="{look}" fill-rule="evenodd" d="{rings}"/>'

    def _pair(self, point: tuple[float, float]) -> str:
        x, y = self.at(point)
        return f"{_number(x)},{_number(y)}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rank(street_class: str) -> str:
    plain = street_class.removesuffix("_link")
    return next((rank for rank, classes in _ROADS.items() if plain in classes), "lane")


def _streets(plot: _Plot, panel: Panel) -> Iterator[str]:
    """Every casing below every road, so that crossings are open."""
    lines: dict[str, list[str]] = {}
    for street in plot.ground.streets:
        rank = _rank(street.street_class)
        lines.setdefault(rank, []).extend(plot.line(line) for line in street.lines)
    least = panel.width / 260
    for look, more in (("casing", least * 0.8), ("road", 0.0)):
        for rank in ("lane", "minor", "major"):
            if rank in lines:
                width = max(_ROAD_METRES[rank] * plot.scale, least) + more
                yield (
                    f'<path class="map-{look} map-{rank}" stroke-width="{_number(width)}"'
                    f' d="{"".join(lines[rank])}"/>'
                )


def _houses(plot: _Plot) -> Iterator[str]:
    for look, is_own in (("map-house-beyond", False), ("map-house", True)):
        rings = [plot.ring(h.outline) for h in plot.ground.houses if h.is_own is is_own]
        if rings:
            yield f'<path class="{look}" d="{"".join(rings)}"/>'


# Names


def _ems(text: str) -> float:
    """How wide a text is, in heights of its letters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def _broken(name: str) -> tuple[str, ...]:
    """A name on one line or two: at its blank, or in the middle where it is long."""
    if " " in name:
        return tuple(name.split(" ", 1))
    return (name,) if len(name) <= _LONGEST_LINE else _halved(name)


def _halved(name: str) -> tuple[str, ...]:
    middle = (len(name) + 1) // 2
    return name[:middle].strip(), name[middle:].strip()


def _letters(plot: _Plot, panel: Panel) -> Iterator[str]:
    letterer = _Letterer(panel, taken=_kept_free(panel))
    for area in plot.ground.compounds:
        label = _label(plot, area, panel.compound, "map-compound-name")
        if label:
            letterer.put(label, _AROUND)
    _name_houses(letterer, plot, panel)
    border = shapely.unary_union([_polygon(plot, part) for part in plot.ground.grid.parts])
    for area in plot.ground.neighbours:
        label = _label(plot, area, panel.neighbour, "map-neighbour-name", without=border)
        if label and not letterer.put(label, _AROUND, off=border):
            narrow = replace(label, lines=_halved(area.name))
            letterer.put(narrow, _AROUND, off=border)
    yield from (_text(label) for label in letterer.placed)


def _name_houses(letterer: _Letterer, plot: _Plot, panel: Panel) -> None:
    """A house is called by its number among its compound's; without one, by its own name."""
    if not panel.house:
        return
    named = {area.name for area in plot.ground.compounds}
    for house in plot.ground.houses:
        if not house.is_own:
            continue
        short = house.name.removeprefix(house.compound).strip() or house.name
        number = _DOOR_NUMBER.search(short)
        words = number[0] if number and (house.compound in named or not house.compound) else short
        x, y = plot.at(_inside(Polygon(house.outline)))
        letterer.put(_Label(x, y, panel.house, (words,), "map-house-name"), _BESIDE)


def _label(
    plot: _Plot, area: Surface, size: float, look: str, *, without: shapely.Geometry | None = None
) -> _Label | None:
    """A name in the roomiest spot of its area; None where hardly any of it is in the picture."""
    whole = shapely.unary_union([_polygon(plot, part) for part in area.parts])
    free = whole.difference(shapely.buffer(without, size * 0.6)) if without is not None else whole
    parts = [part for part in shapely.get_parts(free) if isinstance(part, Polygon)]
    roomy = max(parts, key=_room, default=None)
    if not size or roomy is None or _room(roomy) < size:
        return None
    x, y = _roomiest(roomy)
    return _Label(x, y, size, _broken(area.name), look)


def _polygon(plot: _Plot, part: tuple[Ring, ...]) -> shapely.Geometry:
    shell, *holes = ([plot.at(point) for point in ring] for ring in part)
    return shapely.make_valid(Polygon(shell, holes))


def _room(part: Polygon) -> float:
    west, south, east, north = part.bounds
    return float(min(east - west, north - south))


def _inside(part: Polygon) -> tuple[float, float]:
    """The middle of a house; of an angled one, a point within it."""
    spot = part.centroid if part.contains(part.centroid) else part.representative_point()
    return spot.x, spot.y


def _roomiest(part: Polygon) -> tuple[float, float]:
    spot = polylabel(part, tolerance=max(_room(part) / 40, 0.01))
    return spot.x, spot.y


def _text(label: _Label) -> str:
    """Each name twice: a broad pale one underneath keeps it legible on any ground."""
    top = label.y - (len(label.lines) - 1) * label.size * 1.15 / 2 + label.size * 0.36
    drawn = []
    for look in (f"{label.look} map-halo", label.look):
        for number, line in enumerate(label.lines):
            y = top + number * label.size * 1.15
            drawn.append(
                f'<text class="{look}" x="{_number(label.x)}" y="{_number(y)}"'
                f' font-size="{_number(label.size)}" text-anchor="middle">{escape(line)}</text>'
            )
    return "".join(drawn)


# North and scale


def _unit(panel: Panel) -> float:
    return panel.neighbour


def _kept_free(panel: Panel) -> list[tuple[float, float, float, float]]:
    """The corners where north, the scale and the map's source stand."""
    unit = _unit(panel)
    north = (panel.width - 3.2 * unit, 0.0, panel.width, 4.4 * unit)
    bar = (0.0, panel.height - 2.8 * unit, panel.width * 0.36, panel.height)
    credit = (panel.width * 0.42, panel.height - 1.6 * unit, panel.width, panel.height)
    return [north, bar, credit]


def _furniture(panel: Panel, scale: float) -> Iterator[str]:
    unit = _unit(panel)
    x, y = panel.width - 1.6 * unit, 0.6 * unit
    yield (
        f'<path class="map-north" d="M{_number(x)},{_number(y)}'
        f" {_number(x + 0.8 * unit)},{_number(y + 2.2 * unit)}"
        f" {_number(x)},{_number(y + 1.7 * unit)}"
        f' {_number(x - 0.8 * unit)},{_number(y + 2.2 * unit)}Z"/>'
    )
    yield from _note(x, y + 3.3 * unit, unit, "北", "middle")
    metres = max(m for m in _BAR_METRES if m * scale <= panel.width * 0.26 or m == _BAR_METRES[0])
    width, height = _number(panel.width), _number(panel.height)
    yield f'<rect class="map-frame" width="{width}" height="{height}"/>'
    long, left, low = metres * scale, 0.8 * unit, panel.height - 0.8 * unit
    ends = (
        (left, low - 0.5 * unit),
        (left, low),
        (left + long, low),
        (left + long, low - 0.5 * unit),
    )
    bar = " ".join(f"{_number(a)},{_number(b)}" for a, b in ends)
    for look in ("map-bar map-bar-casing", "map-bar"):
        yield f'<path class="{look}" stroke-width="{_number(unit * 0.14)}" d="M{bar}"/>'
    words = f"{metres} 米"
    yield from _note(left + long / 2, low - 0.35 * unit, unit * 0.9, words, "middle")


def _note(x: float, y: float, size: float, words: str, anchor: str) -> Iterator[str]:
    for look in ("map-note map-halo", "map-note"):
        yield (
            f'<text class="{look}" x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}"'
            f' text-anchor="{anchor}">{words}</text>'
        )


def code_path(rows: Iterable[Iterable[bool]]) -> str:
    """The dark cells of a square code as one SVG path, a run of cells a piece."""
    pieces = []
    for y, row in enumerate(rows):
        cells = [False, *row, False]
        edges = [x for x, (left, right) in enumerate(pairwise(cells)) if left != right]
        pieces += [
            f"M{start} {y}h{end - start}v1h-{end - start}z"
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        ]
    return "".join(pieces)
