"""Land to draw on: squares in rows, and random cells with streets, communities and schools."""

import numpy as np
import shapely
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from qijie.territory.drawing.model import Units

SIDE = 100.0


def squares(
    rows: list[list[float]],
    *,
    communities: str = "",
    blocks: str = "",
    compounds: str = "",
    dedicated: dict[int, str] | None = None,
    more: dict[str, list[float]] | None = None,
) -> Units:
    """Squares of 100 m in rows from north to south, each with its households.

    The words give one letter a unit, `.` for none; without `communities` all lie in one.
    """
    shapes, households = [], []
    for row, line in enumerate(rows):
        for column, held in enumerate(line):
            west, south = column * SIDE, -(row + 1) * SIDE
            shapes.append(shapely.box(west, south, west + SIDE, south + SIDE))
            households.append(held)
    count = len(shapes)
    columns = {"households": households, **(more or {})}
    return Units(
        keys=tuple(f"u{number}" for number in range(count)),
        shapes=np.array(shapes, dtype=object),
        communities=tuple(communities) or ("420103008001",) * count,
        measures=tuple(columns),
        loads=np.array(list(columns.values()), dtype=float).T,
        blocks=_words(blocks),
        compounds=_words(compounds),
        dedicated=tuple((dedicated or {}).get(unit, "") for unit in range(count)),
    )


def _words(letters: str) -> tuple[str, ...]:
    return tuple("" if letter == "." else letter for letter in letters)


def town(count: int, seed: int, communities: int = 2) -> Units:
    """Random cells: about two to a block, a few schools, some without households."""
    chance = np.random.default_rng(seed)
    side = float(np.sqrt(count)) * 110
    points = chance.uniform(0, side, (count, 2))
    blocks = chance.uniform(0, side, (max(count // 2, 1), 2))
    centres = chance.uniform(0, side, (communities, 2))
    block = cKDTree(blocks).query(points)[1]
    community = cKDTree(centres).query(blocks)[1][block]
    households = np.rint(np.exp(chance.normal(4.0, 0.8, count))).clip(0, 450)
    households[chance.random(count) < 0.1] = 0
    return Units(
        keys=tuple(f"u{number}" for number in range(count)),
        shapes=_cells(points, side),
        communities=tuple(f"42010300800{number + 1}" for number in community),
        measures=("households", "matters"),
        loads=np.column_stack([households, chance.integers(0, 20, count)]).astype(float),
        blocks=tuple(f"b{number}" for number in block),
        compounds=tuple("" if number % 3 else f"c{number}" for number in block),
        dedicated=tuple(np.where(chance.random(count) < 0.04, "school", "").tolist()),
    )


def _cells(points: np.ndarray, side: float) -> np.ndarray:
    box = shapely.box(0, 0, side, side)
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box)
    cells = shapely.intersection(shapely.get_parts(drawn), box)
    place = shapely.STRtree(cells).query(shapely.points(points), predicate="within")
    of_point = np.empty(len(points), dtype=int)
    of_point[place[0]] = place[1]
    return cells[of_point]


towns = st.builds(town, st.integers(8, 70), st.integers(0, 10_000), communities=st.integers(1, 3))
