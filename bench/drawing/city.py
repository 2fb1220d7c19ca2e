"""A city of invented households on the real streets of Wuhan: buildings, compounds, communities.

What a block holds depends on its number and the seed alone, so a larger city only has more blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import Polygon

from bench.drawing.fabric import Fabric, Shapes, dissolved, wuhan
from qijie.territory.drawing.model import HOUSEHOLDS, Units

COMMUNITY_HOUSEHOLDS = 2_850
WHOLE_COMPOUND = 500
"""A compound of more households falls to whole buildings."""
SMALLEST_PIECE = 1_500
"""A piece of the city with fewer households than this is left out."""
MAX_DEDICATED_SQUARE_METRES = 60_000.0
SMALLEST_COMMUNITY = 900
KINDS = ("compound", "old", "shops", "open")
SHARES = (0.56, 0.25, 0.12, 0.07)
BUILDING_SQUARE_METRES = {"compound": 5_200.0, "old": 3_800.0, "shops": 9_000.0, "open": 60_000.0}
BUILDINGS_OF_COMPOUND = {"compound": (3, 12), "old": (1.5, 6)}
DEDICATED_SHARE = 0.07
DEDICATED = ("market", "school", "hospital", "tower", "company")
FOOTPRINT_METRES = 9.0
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class City:
    units: Units
    buildings: Shapes
    """Footprints, none of them on a border of units."""


@dataclass(frozen=True)
class _Block:
    """The buildings of one block, each with the ground around it."""

    number: int
    cells: Shapes
    households: Numbers
    compound: Numbers
    """From 0; -1 is no compound."""
    dedicated: str


@dataclass(frozen=True)
class Pieces:
    """Every building of the city, or every unit."""

    shapes: Shapes
    households: Numbers
    block: Numbers
    compound: tuple[str, ...]
    dedicated: tuple[str, ...]


def city(households: int, seed: int) -> City:
    return settled(households, seed)[0]


def settled(households: int, seed: int) -> tuple[City, "Pieces"]:
    """The city, and its buildings before they were put together to units."""
    fabric = wuhan()
    blocks = _grown(fabric, households, seed)
    community = _communities(fabric, blocks, seed)
    buildings = _noded(_buildings(blocks))
    units = _whole(buildings)
    names = {b.number: f"c{c:04d}" for b, c in zip(blocks, community, strict=True)}
    made = Units(
        keys=tuple(f"u{position:06d}" for position in range(len(units.shapes))),
        shapes=units.shapes,
        communities=tuple(names[int(b)] for b in units.block),
        measures=(HOUSEHOLDS,),
        loads=units.households.astype(float)[:, None],
        blocks=tuple(f"b{b:05d}" for b in units.block),
        compounds=units.compound,
        dedicated=units.dedicated,
    )
    return City(made, _footprints(buildings.shapes)), buildings


def _grown(fabric: Fabric, wanted: int, seed: int) -> list[_Block]:
    """Blocks around a seeded place until they hold the households, without far-off scraps."""
    chance = np.random.default_rng([seed, wanted])
    middle = fabric.centres[chance.integers(len(fabric.centres))]
    if wanted > 100_000:
        middle = fabric.centres.mean(axis=0)
    found: list[_Block] = []
    held = 0
    for number in np.argsort(np.hypot(*(fabric.centres - middle).T), kind="stable"):
        if held >= wanted:
            break
        block = _built(fabric.blocks[number], int(number), seed)
        found.append(block)
        held += int(block.households.sum())
    return _without_scraps(fabric, found)


def _without_scraps(fabric: Fabric, blocks: list[_Block]) -> list[_Block]:
    homes = np.array([b.households.sum() for b in blocks])
    piece = _piece(*_inner_pairs(fabric, blocks))
    held = np.bincount(piece, weights=homes)
    return [b for b, p in zip(blocks, piece, strict=True) if held[p] >= SMALLEST_PIECE]


def _inner_pairs(fabric: Fabric, blocks: list[_Block]) -> tuple[Numbers, int]:
    position = np.full(len(fabric.blocks), -1)
    position[[b.number for b in blocks]] = np.arange(len(blocks))
    pairs = position[fabric.pairs]
    return pairs[(pairs >= 0).all(axis=1)], len(blocks)


def _piece(pairs: Numbers, size: int) -> Numbers:
    joined = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _built(shape: Polygon, number: int, seed: int) -> _Block:
    chance = np.random.default_rng([seed, number, 1])
    kind = str(chance.choice(KINDS, p=SHARES))
    dedicated = ""
    if shape.area < MAX_DEDICATED_SQUARE_METRES and chance.random() < DEDICATED_SHARE:
        kind, dedicated = "open", str(chance.choice(DEDICATED))
    cells = _cells(shape, BUILDING_SQUARE_METRES[kind], chance)
    compound = _compounds(cells, kind, chance)
    homes = _homes(kind, compound, chance)
    return _Block(number, cells, homes, compound, dedicated)


def _cells(shape: Polygon, each: float, chance: np.random.Generator) -> Shapes:
    """Voronoi cells of buildings that stand on a turned and shaken lattice."""
    seeds = _lattice(shape, each, chance)
    if len(seeds) < 2:
        return np.array([shape], dtype=object)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=shape, ordered=True)
    )
    pieces, owner = shapely.get_parts(shapely.intersection(cells, shape), return_index=True)
    polygons = shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON
    pieces, owner = pieces[polygons], owner[polygons]
    home = shapely.contains(pieces, shapely.points(seeds)[owner])
    return _with_strays(pieces[home], pieces[~home])


def _with_strays(cells: Shapes, strays: Shapes) -> Shapes:
    """Ground cut off from its building by a bend of the block goes to the building beside it."""
    cells = cells.copy()
    for stray in strays:
        touch = shapely.length(shapely.intersection(cells, stray))
        best = int(np.argmax(touch))
        if touch[best] > 0:
            joined = shapely.union_all([cells[best], stray], grid_size=0.001)
            if isinstance(joined, Polygon):
                cells[best] = joined
    return cells


def _lattice(shape: Polygon, each: float, chance: np.random.Generator) -> NDArray[np.float64]:
    west, south, east, north = shape.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    step, reach = np.sqrt(each), np.hypot(east - west, north - south) / 2
    line = np.arange(-reach, reach + step, step)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    grid += chance.uniform(-0.28, 0.28, grid.shape) * step
    angle = chance.uniform(0, np.pi / 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = grid @ turn.T + middle
    inner = shapely.buffer(shape, -FOOTPRINT_METRES)
    return points[shapely.contains_xy(inner, points[:, 0], points[:, 1])]


def _compounds(cells: Shapes, kind: str, chance: np.random.Generator) -> Numbers:
    """Walled compounds and old courts: the nearest of a few gates decides."""
    if kind not in BUILDINGS_OF_COMPOUND or len(cells) < 2:
        return np.full(len(cells), -1)
    count = max(1, round(len(cells) / chance.uniform(*BUILDINGS_OF_COMPOUND[kind])))
    points = shapely.get_coordinates(shapely.centroid(cells))
    gates = points[chance.choice(len(cells), count, replace=False)]
    for _ in range(4):
        nearest = _nearest(points, gates)
        gates = np.array([points[nearest == g].mean(axis=0) for g in np.unique(nearest)])
    return _joined_up(cells, _nearest(points, gates))


def _nearest(points: NDArray[np.float64], gates: NDArray[np.float64]) -> Numbers:
    apart = ((points[:, None, :] - gates[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(apart.argmin(axis=1), dtype=np.int64)


def _joined_up(cells: Shapes, compound: Numbers) -> Numbers:
    """Each part of a compound that hangs together is a compound of its own."""
    touching = shapely.STRtree(cells).query(cells, predicate="touches").T
    shared = shapely.length(shapely.intersection(cells[touching[:, 0]], cells[touching[:, 1]]))
    inside = (compound[touching[:, 0]] == compound[touching[:, 1]]) & (shared > 1.0)
    return _piece(touching[inside], len(cells))


def _homes(kind: str, compound: Numbers, chance: np.random.Generator) -> Numbers:
    size = len(compound)
    if kind == "compound":
        slab = chance.choice([24, 36, 48, 72, 110], p=[0.34, 0.32, 0.2, 0.1, 0.04], size=size + 1)
        return np.round(slab[compound] * chance.uniform(0.5, 1.15, size)).astype(np.int64)
    if kind == "old":
        return chance.integers(4, 26, size)
    if kind == "shops":
        return chance.integers(0, 12, size)
    return np.where(chance.random(size) < 0.3, chance.integers(1, 6, size), 0)


def _communities(fabric: Fabric, blocks: list[_Block], seed: int) -> Numbers:
    """Cut in two again and again across a turned axis, then tidied until each hangs together."""
    chance = np.random.default_rng([seed, 2])
    homes = np.array([b.households.sum() for b in blocks], dtype=float)
    points = fabric.centres[[b.number for b in blocks]]
    pairs, size = _inner_pairs(fabric, blocks)
    found = np.zeros(size, dtype=np.int64)
    last = 0
    for piece in _bunches(_piece(pairs, size)):
        count = max(1, round(homes[piece].sum() / COMMUNITY_HOUSEHOLDS))
        for part in _bisected(piece, points, homes, count, chance):
            found[part] = last
            last += 1
    return _large_enough(_hanging_together(found, pairs, homes), pairs, homes)


def _bunches(group: Numbers) -> list[Numbers]:
    return [np.flatnonzero(group == number) for number in np.unique(group)]


def _bisected(
    part: Numbers,
    points: NDArray[np.float64],
    homes: NDArray[np.float64],
    count: int,
    chance: np.random.Generator,
) -> Iterator[Numbers]:
    if count == 1 or len(part) < 2:
        yield part
        return
    spread = np.ptp(points[part], axis=0)
    angle = (0.0 if spread[0] >= spread[1] else np.pi / 2) + chance.uniform(-0.5, 0.5)
    order = part[np.argsort(points[part] @ [np.cos(angle), np.sin(angle)], kind="stable")]
    first = count // 2
    share = first / count * chance.uniform(0.88, 1.12)
    passed = homes[order].cumsum() <= homes[order].sum() * share
    cut = min(max(int(passed.sum()), 1), len(order) - 1)
    yield from _bisected(order[:cut], points, homes, first, chance)
    yield from _bisected(order[cut:], points, homes, count - first, chance)


def _hanging_together(group: Numbers, pairs: Numbers, homes: NDArray[np.float64]) -> Numbers:
    """Every part of a community but its largest goes to the neighbour it touches most often."""
    group = group.copy()
    while True:
        inside = group[pairs[:, 0]] == group[pairs[:, 1]]
        piece = _piece(pairs[inside], len(group))
        held = np.bincount(piece, weights=homes + 1e-6)
        main = {int(group[members[0]]): -1 for members in _bunches(piece)}
        for number, members in enumerate(_bunches(piece)):
            own = int(group[members[0]])
            if main[own] < 0 or held[number] > held[main[own]]:
                main[own] = number
        strays = [m for n, m in enumerate(_bunches(piece)) if main[int(group[m[0]])] != n]
        if not strays:
            return np.unique(group, return_inverse=True)[1].astype(np.int64)
        stray = strays[0]
        crossing = np.isin(pairs, stray).sum(axis=1) == 1
        ends = pairs[crossing]
        beside = group[ends[~np.isin(ends, stray)]]
        group[stray] = np.bincount(beside).argmax()


def _large_enough(group: Numbers, pairs: Numbers, homes: NDArray[np.float64]) -> Numbers:
    """The smallest community joins its smallest neighbour until none is too small."""
    group = group.copy()
    while True:
        held = np.bincount(group, weights=homes)
        ends = group[pairs[group[pairs[:, 0]] != group[pairs[:, 1]]]]
        ends = ends[held[ends].min(axis=1) < SMALLEST_COMMUNITY]
        if not len(ends):
            return np.unique(group, return_inverse=True)[1].astype(np.int64)
        smallest = ends.ravel()[held[ends].ravel().argmin()]
        beside = np.setdiff1d(ends[(ends == smallest).any(axis=1)], smallest)
        group[group == smallest] = beside[held[beside].argmin()]


def _buildings(blocks: list[_Block]) -> Pieces:
    return Pieces(
        shapes=np.concatenate([b.cells for b in blocks]),
        households=np.concatenate([b.households for b in blocks]),
        block=np.repeat([b.number for b in blocks], [len(b.cells) for b in blocks]),
        compound=tuple(
            f"b{b.number:05d}-{c:03d}" if c >= 0 else "" for b in blocks for c in b.compound
        ),
        dedicated=tuple(b.dedicated for b in blocks for _ in b.cells),
    )


def _noded(buildings: Pieces) -> Pieces:
    """The same cells cut from one network of lines, so that neighbours share every vertex."""
    lines = shapely.union_all(shapely.boundary(buildings.shapes), grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    at = shapely.point_on_surface(faces)
    face, cell = shapely.STRtree(buildings.shapes).query(at, predicate="within")
    face, first = np.unique(face, return_index=True)
    shapes = dissolved(faces[face], cell[first].astype(np.int64))
    kept = np.unique(cell[first])
    return _taken(buildings, kept, shapes)


def _taken(pieces: Pieces, kept: Numbers, shapes: Shapes) -> Pieces:
    return Pieces(
        shapes,
        pieces.households[kept],
        pieces.block[kept],
        tuple(pieces.compound[i] for i in kept),
        tuple(pieces.dedicated[i] for i in kept),
    )


def _whole(buildings: Pieces) -> Pieces:
    """Compounds of one grid's size, blocks without homes and all other buildings: the units."""
    names, compound = np.unique(buildings.compound, return_inverse=True)
    held = np.bincount(compound, weights=buildings.households)
    joined = (names[compound] != "") & (held[compound] <= WHOLE_COMPOUND)
    empty = np.bincount(buildings.block, weights=buildings.households)[buildings.block] == 0
    label = np.where(joined, -1 - compound, np.arange(len(compound)))
    label = np.where(empty, len(compound) + buildings.block, label)
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    group = order[group].astype(np.int64)
    taken = _taken(buildings, np.sort(first), dissolved(buildings.shapes, group))
    homes = np.bincount(group, weights=buildings.households).astype(np.int64)
    return Pieces(taken.shapes, homes, taken.block, taken.compound, taken.dedicated)


def _footprints(cells: Shapes) -> Shapes:
    """A square in the middle of each cell, well inside it."""
    middle = shapely.point_on_surface(cells)
    room = shapely.distance(middle, shapely.boundary(cells))
    found: Shapes = shapely.buffer(
        middle, np.minimum(FOOTPRINT_METRES, 0.9 * room) / np.sqrt(2), cap_style="square"
    )
    return found
