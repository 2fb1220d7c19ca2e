"""From layers of files to what a drawing is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.enclosures import EVERYWHERE, Buildings, Compounds
from qijie.territory.drawing.estimates import SQUARE_METRES_PER_HOUSEHOLD, households_of
from qijie.territory.drawing.layers import (
    Layer,
    column_of,
    numbers,
    readable_numbers,
    words,
)
from qijie.territory.drawing.mending import (
    Finding,
    Mended,
    Unusable,
)
from qijie.territory.drawing.model import HOUSEHOLDS, Floats, Numbers, Shapes, Units
from qijie.territory.drawing.placing import areas_of, refuse_strays
from qijie.territory.drawing.planes import Plane

KEY = ("key", "code", "id", "编号", "编码", "楼栋编号")
UNIT_KEY = ("key",)
"""Numbers in other columns may mean another unit in the next file."""
HOUSEHOLD = (HOUSEHOLDS, "hh", "户数", "户籍数")
FLOORS = ("floors", "levels", "building:levels", "层数", "楼层")
COMPOUND = ("compound", "小区", "小区名", "小区名称")
DEDICATED = ("dedicated", "专属")
COMMUNITY = ("community", "社区", "社区名", "社区名称", "comm")
BLOCK = ("block", "地块", "街块")
NAMES = ("code", "name", "编码", "名称", "id")


@dataclass(frozen=True)
class Chosen:
    """Which column says what; "" takes the usual one if it is there."""

    key: str = ""
    households: str = ""
    floors: str = ""
    residential: str = ""
    """`column=value,value`: which buildings people live in, where households are estimated."""
    compound: str = ""
    dedicated: str = ""
    """`column`, or `column=value,value` for those values alone."""
    measures: tuple[str, ...] = ()
    per_household: float = SQUARE_METRES_PER_HOUSEHOLD
    usual_floors: float | None = None
    """Of a building that does not say; None for the median of those that do."""


def buildings_of(
    layer: Layer, plane: Plane, chosen: Chosen
) -> tuple[Buildings, tuple[Finding, ...]]:
    """Footprints with their households, from a column or estimated. Raises Unusable."""
    mended = areas_of(layer, plane)
    if not len(mended.rows):
        raise Unusable(f"{layer.title} 里没有一个能用的楼栋面；请核对选的是不是楼栋文件。")
    loads, estimated = _loads(layer, plane, mended, chosen)
    keys, rows, doubled = _unique(layer, mended, chosen.key)
    mended_rows = mended.rows[rows]
    compound = column_of(layer, chosen.compound, COMPOUND)
    whole = Buildings(
        keys,
        mended.shapes[rows],
        loads[rows],
        (HOUSEHOLDS, *chosen.measures),
        _of(words(layer, compound), mended_rows),
        _of(_special(layer, chosen.dedicated), mended_rows),
    )
    return in_single_parts(whole), (*mended.findings, *estimated, *doubled)


def _of(found: Sequence[str], rows: Numbers) -> tuple[str, ...]:
    return tuple(found[row] for row in rows.tolist())


def _special(layer: Layer, asked: str) -> tuple[str, ...]:
    """What makes each feature a dedicated grid."""
    column, _, values = asked.partition("=")
    found = words(layer, column_of(layer, column, DEDICATED))
    wanted = {value.strip() for value in values.split(",")} if values else None
    return tuple(word if wanted is None or word in wanted else "" for word in found)


def _loads(
    layer: Layer, plane: Plane, mended: Mended, chosen: Chosen
) -> tuple[Floats, tuple[Finding, ...]]:
    """(features, measures) of the mended features."""
    column = column_of(layer, chosen.households, HOUSEHOLD)
    if column:
        first = numbers(layer, column)[mended.rows]
        findings: tuple[Finding, ...] = ()
    else:
        first, findings = _estimated(layer, mended, chosen)
    others = [numbers(layer, column_of(layer, name, ()))[mended.rows] for name in chosen.measures]
    return np.column_stack([first, *others]), findings


def _estimated(layer: Layer, mended: Mended, chosen: Chosen) -> tuple[Floats, tuple[Finding, ...]]:
    column = column_of(layer, chosen.floors, FLOORS)
    if not column:
        raise Unusable(
            f"{layer.title} 既没有户数列也没有层数列，无法知道住了多少户；"
            "请用 --households 或 --floors 指明是哪一列。"
        )
    floors, filled = _floors(layer, column, chosen)
    area = shapely.area(mended.shapes)
    found = households_of(area, floors[mended.rows], chosen.per_household)
    found[~_lived_in(layer, chosen.residential)[mended.rows]] = 0
    sentence = (
        f"{layer.title} 没有户数列，户数由占地面积 × 层数 ÷ {chosen.per_household:g} 平方米估算，"
        f"共 {found.sum():.0f} 户。"
    )
    return found, (Finding(layer.title, column, sentence, False), *filled)


_MOST_FLOORS = 200
"""No building has as many: a height in centimetres, a year or a slip of the hand."""


def _floors(layer: Layer, column: str, chosen: Chosen) -> tuple[Floats, tuple[Finding, ...]]:
    """Floors of each building; where none can be read, a usual number, told once and counted."""
    given = readable_numbers(layer, column)
    gaps = np.isnan(given) | (given > _MOST_FLOORS)
    if not gaps.any():
        return given, ()
    usual, why = chosen.usual_floors, "--usual-floors 给的数"
    if usual is None:
        if gaps.all():
            raise Unusable(
                f"{layer.title} 的“{column}”没有一条是能用的层数；"
                "请补上层数，或用 --usual-floors 给一个通常的层数。"
            )
        usual, why = float(np.median(given[~gaps])), "其余楼栋层数的中位数，--usual-floors 可改"
    first = int(np.flatnonzero(gaps)[0])
    said = words(layer, column)[first] or "空"
    sentence = (
        f"{layer.title} 有 {int(gaps.sum())} 条的“{column}”没有能用的层数"
        f"（第 {first + 1} 条是“{said}”），按 {usual:g} 层估算（{why}）。"
    )
    return np.where(gaps, usual, given), (Finding(layer.title, column, sentence, False),)


def _lived_in(layer: Layer, residential: str) -> NDArray[np.bool_]:
    column, _, values = residential.partition("=")
    if not column:
        return np.ones(len(layer), dtype=bool)
    wanted = {value.strip() for value in values.split(",")}
    found = words(layer, column_of(layer, column, ()))
    return np.array([word in wanted if values else word != "" for word in found])


def _unique(
    layer: Layer, mended: Mended, asked: str
) -> tuple[tuple[str, ...], NDArray[np.intp], list[Finding]]:
    """Keys that differ, and which of the mended features keep one: the same shape counts once."""
    given = words(layer, column_of(layer, asked, KEY))
    seen: dict[str, list[int]] = {}
    keys, kept, findings = [], [], []
    for place, row in enumerate(mended.rows.tolist()):
        key = given[row] or str(row + 1)
        before = seen.setdefault(key, [])
        if any(mended.shapes[place].equals(mended.shapes[other]) for other in before):
            sentence = f"{layer.title} 第 {row + 1} 条：和前面的“{key}”完全重复，只算一次。"
            findings.append(Finding(layer.title, str(row + 1), sentence))
            continue
        if before:
            sentence = (
                f"{layer.title} 第 {row + 1} 条：编号“{key}”重复，改称“{key}~{len(before) + 1}”。"
            )
            findings.append(Finding(layer.title, str(row + 1), sentence))
        keys.append(f"{key}~{len(before) + 1}" if before else key)
        kept.append(place)
        before.append(place)
    return tuple(keys), np.array(kept, dtype=np.intp), findings


def in_single_parts(buildings: Buildings) -> Buildings:
    """Buildings of several parts become several, the households shared out by area."""
    parts, row = shapely.get_parts(buildings.shapes, return_index=True)
    if len(parts) == len(buildings):
        return buildings
    area = shapely.area(parts)
    share = area / np.bincount(row, area)[row]
    loads = np.floor(buildings.loads[row] * share[:, None])
    order = np.lexsort((-area, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    spent = np.zeros_like(buildings.loads)
    np.add.at(spent, row, loads)
    loads[first] += buildings.loads - spent
    rank = _rank_in_groups(row)
    return Buildings(
        tuple(
            buildings.keys[one] + (f"#{number + 1}" if number else "")
            for one, number in zip(row.tolist(), rank, strict=True)
        ),
        parts,
        loads,
        buildings.measures,
        tuple(buildings.compounds[one] for one in row.tolist()),
        tuple(buildings.dedicated[one] for one in row.tolist()),
    )


def _rank_in_groups(group: NDArray[np.intp]) -> list[int]:
    """0, 1, 2 … inside each run of equal numbers."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    lengths = np.diff(np.append(starts, len(group)))
    ranks: list[int] = (np.arange(len(group)) - np.repeat(starts, lengths)).tolist()
    return ranks


def compounds_of(
    layer: Layer, plane: Plane, chosen: Chosen
) -> tuple[Compounds, tuple[Finding, ...]]:
    mended = areas_of(layer, plane)
    names = words(layer, column_of(layer, "", (*COMPOUND, *NAMES)))
    words_of = [names[row] or f"小区 {row + 1}" for row in mended.rows.tolist()]
    special = _special(layer, chosen.dedicated if _has(layer, chosen.dedicated) else "")
    keys, shapes = _dissolved(words_of, mended.shapes)
    kinds = dict(zip(words_of, _of(special, mended.rows), strict=True))
    return Compounds(keys, shapes, tuple(kinds[key] for key in keys)), mended.findings


def _has(layer: Layer, asked: str) -> bool:
    return asked.partition("=")[0] in layer.columns


def communities_of(
    layer: Layer, plane: Plane, asked: str
) -> tuple[dict[str, Polygon | MultiPolygon], tuple[Finding, ...]]:
    """By name; features of one name are one community. Raises Unusable."""
    refuse_strays(layer)
    mended = areas_of(layer, plane)
    column = column_of(layer, asked, (*COMMUNITY, *NAMES))
    if not column:
        known = "、".join(layer.columns) or "（没有列）"
        raise Unusable(
            f"{layer.title} 不知道哪一列是社区的名称或编码（它的列：{known}）；"
            "请用 --community 指明。"
        )
    names = _of(words(layer, column), mended.rows)
    for row, name in zip(mended.rows.tolist(), names, strict=True):
        if not name:
            raise Unusable(
                f"{layer.title} 第 {row + 1} 条的“{column}”是空的；请填上社区名称或编码。"
            )
    keys, shapes = _dissolved(names, mended.shapes)
    return dict(zip(keys, shapes.tolist(), strict=True)), mended.findings


def _dissolved(names: Sequence[str], shapes: Shapes) -> tuple[tuple[str, ...], Shapes]:
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        groups.setdefault(name, []).append(row)
    return tuple(groups), array_of(
        shapes[rows[0]] if len(rows) == 1 else shapely.union_all(shapes[rows], grid_size=0.01)
        for rows in groups.values()
    )


@dataclass(frozen=True)
class UnitColumns:
    """Which column of a layer of units says what; "" takes the usual one if it is there."""

    households: str = ""
    community: str = ""
    key: str = ""
    block: str = ""
    compound: str = ""
    dedicated: str = ""
    measures: tuple[str, ...] = ()


def units_in(layer: Layer, plane: Plane, chosen: UnitColumns) -> tuple[Units, tuple[Finding, ...]]:
    """Anybody's units, one for each feature in the same order. Raises Unusable."""
    column = column_of(layer, chosen.households, HOUSEHOLD)
    if not column:
        known = "、".join(layer.columns) or "（没有列）"
        raise Unusable(
            f"{layer.title} 不知道哪一列是户数（它的列：{known}）；请用 --households 指明。"
        )
    refuse_strays(layer)
    loads = [numbers(layer, column_of(layer, name, ())) for name in (column, *chosen.measures)]
    mended = areas_of(layer, plane)
    _refuse_missing(layer, mended)
    text = _reader(layer)
    block, keys = text(chosen.block, BLOCK), text(chosen.key, UNIT_KEY)
    units = Units(
        keys=_made_unique(keys),
        shapes=mended.shapes,
        communities=tuple(name or EVERYWHERE for name in text(chosen.community, COMMUNITY)),
        measures=(HOUSEHOLDS, *chosen.measures),
        loads=np.column_stack(loads),
        blocks=block if any(block) else (),
        compounds=text(chosen.compound, COMPOUND),
        dedicated=_special(layer, chosen.dedicated),
    )
    return units, mended.findings


def _reader(layer: Layer) -> Callable[[str, Sequence[str]], tuple[str, ...]]:
    return lambda asked, usual: words(layer, column_of(layer, asked, usual))


def _refuse_missing(layer: Layer, mended: Mended) -> None:
    missing = sorted(set(range(len(layer))) - set(mended.rows.tolist()))
    if missing:
        raise Unusable(
            f"{layer.title} 第 {missing[0] + 1} 条没有能用的面；"
            "每个地块都要有面，请补画或删去这一条。"
        )


def _made_unique(keys: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    made = []
    for row, key in enumerate(keys):
        name = key or str(row + 1)
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return tuple(made)


def old_grids(
    units: Units, old: Mended, keys: Sequence[str], grid: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The old grid of each unit, 0 for a new one: by key, else by the greatest common area.

    keys and grid: of each feature of the old plan; keys "" where it names none.
    """
    by_key = {key: number for key, number in zip(keys, grid.tolist(), strict=True) if key}
    known = np.array([key in by_key for key in units.keys])
    found = np.array([by_key.get(key, 0) for key in units.keys], dtype=np.int32)
    rest = np.flatnonzero(~known)
    found[rest] = _by_area(units.shapes[rest], old.shapes, grid[old.rows])
    return found


def _by_area(shapes: Shapes, old: Shapes, grid: NDArray[np.int32]) -> NDArray[np.int32]:
    one, other = shapely.STRtree(old).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[one], old[other]))
    order = np.lexsort((-other, common))
    order = order[common[order] > 0]
    best = np.zeros(len(shapes), dtype=np.int32)
    best[one[order]] = grid[other[order]]
    # Half of a unit has to lie on old ground, or it is a new one.
    covered = np.bincount(one, common, minlength=len(shapes))
    best[covered < shapely.area(shapes) / 2] = 0
    return best


def grids_in(layer: Layer, column: str = "grid") -> NDArray[np.int32]:
    """Numbers of the grids of an old plan. Raises Unusable."""
    if column not in layer.columns:
        raise Unusable(
            f"{layer.title} 没有“{column}”这一列，不是一份方案；请用 qijie draw plan 写出的文件。"
        )
    found = numbers(layer, column)
    broken = np.flatnonzero(found != np.floor(found))
    if len(broken):
        raise Unusable(
            f"{layer.title} 第 {broken[0] + 1} 条的“{column}”不是整数；请改成网格的序号。"
        )
    return found.astype(np.int32)
