"""One row of numbers for one plan, by the product's own measure for every method."""

from dataclasses import asdict, dataclass

import numpy as np
import shapely

from bench.drawing.methods import BAND, Answer, Case
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import Numbers, Rules


@dataclass(frozen=True)
class Row:
    """Shares are 0 to 1 and speak of general grids, as `Measures` does."""

    method: str
    grids: int
    out: int
    in_band: float
    fewest: float
    most: float
    deviation: float
    not_contiguous: int
    """Pieces too many."""
    compactness: float
    on_street: float
    whole_blocks: float
    inner_border_km: float
    cut_compounds: int
    cut_buildings: int
    crossing: int
    """Grids in more than one community."""
    empty: int
    """Grids without households; they are undeveloped ground and count in no share."""
    seconds: float
    moved: float
    failures: tuple[str, ...]

    def as_record(self) -> dict[str, object]:
        return asdict(self)


def row(case: Case, method: str, answer: Answer, old: Numbers | None = None) -> Row:
    if not answer.grid.any():
        return Row(method, *(0,) * 17, failures=answer.failures)
    units, graph, grid = case.units, case.graph, answer.grid
    found = measure(units, graph, grid, Rules((BAND,)), old)
    held = [one.loads[0] for one in found.grids if one.kind == "general"] or [0.0]
    one, other = grid[graph.pairs[:, 0]], grid[graph.pairs[:, 1]]
    inner = (one != other) & (one != 0) & (other != 0)
    return Row(
        method=method,
        grids=found.general,
        out=len(found.out_of_band),
        in_band=found.in_band,
        fewest=min(held),
        most=max(held),
        deviation=found.deviation,
        not_contiguous=found.pieces_too_many,
        compactness=found.compactness,
        on_street=found.on_street,
        whole_blocks=found.whole_blocks,
        inner_border_km=float(graph.border_metres[inner].sum() / 1000),
        cut_compounds=found.cut_compounds,
        cut_buildings=_cut_buildings(case, grid),
        crossing=_crossing(case, grid),
        empty=sum(one.kind == "undeveloped" for one in found.grids),
        seconds=answer.seconds,
        moved=found.moved_share,
        failures=answer.failures,
    )


def _cut_buildings(case: Case, grid: Numbers) -> int:
    """Footprints with more than a square metre in each of two grids."""
    footprints, shapes = case.city.buildings, case.units.shapes
    building, unit = shapely.STRtree(shapes).query(footprints, predicate="intersects")
    several = np.bincount(building, minlength=len(footprints))[building] > 1
    building, unit = building[several], unit[several]
    common = shapely.area(shapely.intersection(footprints[building], shapes[unit]))
    inside = (common > 1.0) & (grid[unit] != 0)
    pairs = np.unique(np.column_stack([building[inside], grid[unit[inside]]]), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum()) if len(pairs) else 0


def _crossing(case: Case, grid: Numbers) -> int:
    community = np.unique(case.units.communities, return_inverse=True)[1]
    has = grid != 0
    pairs = np.unique(np.column_stack([grid[has], community[has]]), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())


@dataclass(frozen=True)
class Seams:
    """What the units themselves keep, whoever joins them into grids."""

    overlap_square_metres: float
    gap_square_metres: float
    """Enclosed slivers thinner than a metre that belong to nobody."""


def seams(case: Case) -> Seams:
    shapes = case.units.shapes
    whole = shapely.union_all(shapes)
    rings = shapely.get_parts(whole)
    holes = [shapely.Polygon(ring) for part in rings for ring in getattr(part, "interiors", ())]
    thin = [hole.area for hole in holes if 2 * hole.area < hole.length]
    return Seams(max(0.0, float(shapely.area(shapes).sum() - whole.area)), float(sum(thin)))
