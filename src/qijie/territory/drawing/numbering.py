"""Numbers for grids, and which old grid a new one continues."""

import numpy as np
import shapely

from qijie.territory.drawing.graph import Places, components, ordinals, summed
from qijie.territory.drawing.model import Floats, Numbers, Units


def numbered(units: Units, grid: Numbers) -> Numbers:
    """The same grids numbered 1, 2, 3 … : community after community in the order of their codes,
    in each from north to south in bands one grid high, and in a band from west to east.

    0, a unit without a grid, stays 0.
    """
    grid = np.asarray(grid)
    inside = grid != 0
    if not inside.any():
        return np.zeros(len(grid), dtype=np.int32)
    place, of_unit = np.unique(grid[inside], return_inverse=True)
    area = shapely.area(units.shapes[inside])
    middle = shapely.get_coordinates(shapely.centroid(units.shapes[inside]))
    total = np.maximum(summed(of_unit, area), 1e-9)
    east, north = (summed(of_unit, area * middle[:, axis]) / total for axis in (0, 1))
    first = np.full(len(place), len(grid))
    np.minimum.at(first, of_unit, np.flatnonzero(inside))
    community = ordinals(units.communities)[first]
    order = _reading_order(community, east, north, total, first)
    number = np.empty(len(place), dtype=np.int32)
    number[order] = np.arange(1, len(place) + 1)
    answer = np.zeros(len(grid), dtype=np.int32)
    answer[inside] = number[of_unit]
    return answer


def _reading_order(
    community: Numbers, east: Floats, north: Floats, area: Floats, first: Places
) -> Places:
    band = np.zeros(len(community), dtype=np.int64)
    for each in np.unique(community):
        here = np.flatnonzero(community == each)
        height = float(np.sqrt(np.median(area[here]))) / 2
        top, row = np.inf, 0
        for grid in here[np.lexsort((first[here], -north[here]))]:
            if north[grid] < top - height:
                top, row = north[grid], row + 1
            band[grid] = row
    return np.lexsort((first, east, band, community))


def matched(old: Numbers, new: Numbers, households: Floats) -> dict[int, int]:
    """For each new grid the old one it continues, so that as many households as possible keep
    theirs. A new grid that shares nothing with an old one left over is not in the answer."""
    both = (np.asarray(old) != 0) & (np.asarray(new) != 0)
    if not both.any():
        return {}
    old_names, one = np.unique(np.asarray(old)[both], return_inverse=True)
    new_names, other = np.unique(np.asarray(new)[both], return_inverse=True)
    # A unit without households still tells which grid an empty one continues.
    weight = np.asarray(households)[both] + 1e-6
    pairs, place = np.unique(np.column_stack([one, other]), axis=0, return_inverse=True)
    shared = summed(place.ravel(), weight)
    answer = {}
    edges = pairs + np.array([0, len(old_names)])
    knot = components(len(old_names) + len(new_names), edges)[edges[:, 0]]
    order = np.argsort(knot, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(knot[order])) + 1):
        for row, column in _best(pairs[group], shared[group]):
            answer[int(new_names[column])] = int(old_names[row])
    return dict(sorted(answer.items()))


def _best(pairs: Places, shared: Floats) -> list[tuple[int, int]]:
    # A third of a second to load, which every start of the product would pay.
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(pairs[:, 0], return_inverse=True)
    columns, column = np.unique(pairs[:, 1], return_inverse=True)
    table = np.zeros((len(rows), len(columns)))
    table[row, column] = shared
    chosen = zip(*linear_sum_assignment(table, maximize=True), strict=True)
    return [(int(rows[i]), int(columns[j])) for i, j in chosen if table[i, j] > 0]


def moved_households(old: Numbers, new: Numbers, households: Floats) -> float:
    """Households whose grid is not the one that continues theirs; who had none is not counted."""
    continues = matched(old, new, households)
    kept = np.array([continues.get(int(number), -1) for number in new]) == old
    return float(np.asarray(households)[(np.asarray(old) != 0) & ~kept].sum())
