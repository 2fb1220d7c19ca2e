"""What was mended, and what could not be: one sentence for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from qijie.territory.drawing.arrangement import (
    array_of,
    faces_of,
    members_of,
    neighbours_of,
    noded,
    outlines,
    put_together,
    width_metres,
)
from qijie.territory.drawing.ground import hosts
from qijie.territory.drawing.model import Numbers, Shapes

REACH_METRES = 1.0
"""A street that ends so close to another line was meant to meet it."""
_CRUMB_SQUARE_METRES = 0.5
_GAP_METRES = 2.0
"""Communities further apart than this have open ground between them, not a slip of the pen."""
_OVERLAP_METRES = 5.0


class Unusable(ValueError):
    """Data no drawing can be made from; `str()` is one Chinese sentence with the cure."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something a person should know about the data a drawing was made from."""

    layer: str
    """streets, buildings, communities, compounds …, or the name of a file"""
    feature: str
    """Key of the feature, or its number counted from 1."""
    sentence: str
    mended: bool = True
    """False where the data were taken as they are, and a person should look."""


@dataclass(frozen=True)
class Mended:
    """What is left of a layer."""

    shapes: Shapes
    rows: Numbers
    """Which of the given features each is, or is a part of."""
    findings: tuple[Finding, ...]


def mended_areas(shapes: Shapes, layer: str, names: Sequence[str]) -> Mended:
    """Valid polygons in plane metres; what has no area is left out and named.

    names: what people call each feature, for the sentences.
    """
    findings: list[Finding] = []
    kept, rows = [], []
    for row, (shape, name) in enumerate(zip(shapes, names, strict=True)):
        area, sentence, safe = _mended_area(shape)
        if sentence:
            findings.append(Finding(layer, name, f"{layer} {name}：{sentence}", safe))
        if area is not None:
            kept.append(area)
            rows.append(row)
    return Mended(array_of(kept), np.array(rows, dtype=np.int32), tuple(findings))


def _mended_area(
    shape: shapely.Geometry | None,
) -> tuple[Polygon | MultiPolygon | None, str, bool]:
    """The area, what was done to it (or ""), and whether that was safe."""
    if shape is None or shape.is_empty:
        return None, "没有图形，已跳过；请在原文件里补画或删去这一条。", False
    flat = shapely.force_2d(shape)
    if flat.geom_type not in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return None, f"不是面（{flat.geom_type}），已跳过；请在原文件里画成面。", False
    if flat.is_valid and flat.geom_type != "GeometryCollection":
        return _without_crumbs(flat, "", True)
    before = abs(flat.area)
    valid = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    after = valid.area
    reason = shapely.is_valid_reason(flat).partition("[")[0]
    what = _REASONS.get(reason, "图形有错")
    sentence = f"{what}，已修好，面积 {before:.0f} → {after:.0f} 平方米。"
    return _without_crumbs(valid, sentence, abs(after - before) <= 0.02 * max(after, before))


_REASONS = {
    "Self-intersection": "边界自己相交",
    "Ring Self-intersection": "边界自己相碰",
    "Nested shells": "一个面套在另一个面里",
    "Hole lies outside shell": "洞在面的外面",
    "Too few points in geometry component": "点太少，围不成面",
    "Duplicate Rings": "同一圈画了两次",
    "Interior is disconnected": "洞把面切断了",
    "Valid Geometry": "面和别的图形混在一起",
}


def _without_crumbs(
    shape: shapely.Geometry, sentence: str, safe: bool
) -> tuple[Polygon | MultiPolygon | None, str, bool]:
    parts = [part for part in shapely.get_parts(shape) if part.area >= _CRUMB_SQUARE_METRES]
    if not parts:
        return None, "面积不到 0.5 平方米，已跳过；请在原文件里核对。", False
    area = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return shapely.remove_repeated_points(area, 0.005), sentence, safe


def mended_lines(shapes: Shapes, layer: str, names: Sequence[str]) -> Mended:
    """Flat lines; areas stand for their outline, anything without length is named."""
    findings: list[Finding] = []
    kept, rows = [], []
    for row, (shape, name) in enumerate(zip(shapes, names, strict=True)):
        line = None if shape is None else shapely.force_2d(shape)
        if line is None or line.is_empty:
            sentence = f"{layer} {name}：没有图形，已跳过。"
            findings.append(Finding(layer, name, sentence, False))
        elif line.length == 0:
            sentence = f"{layer} {name}：不是线，已跳过；请在原文件里画成线。"
            findings.append(Finding(layer, name, sentence, False))
        else:
            kept.append(line)
            rows.append(row)
    return Mended(array_of(kept), np.array(rows, dtype=np.int32), tuple(findings))


def met(lines: Shapes, others: Shapes) -> tuple[Shapes, tuple[Finding, ...]]:
    """Short pieces that join loose ends to the line they all but reach.

    others: lines that may be reached as well, such as community borders.
    """
    ends, owner = _loose_ends(lines)
    targets = np.concatenate([lines, others])
    if not len(ends):
        return array_of(()), ()
    end, target = shapely.STRtree(targets).query(ends, predicate="dwithin", distance=REACH_METRES)
    elsewhere = owner[end] != target
    end, target = end[elsewhere], target[elsewhere]
    gap = shapely.distance(ends[end], targets[target])
    touching = np.zeros(len(ends), dtype=bool)
    touching[end[gap == 0]] = True
    open_ends = ~touching[end]
    order = np.lexsort((target, gap, end))
    order = order[open_ends[order]]
    found, nearest = np.unique(end[order], return_index=True)
    joins = shapely.shortest_line(ends[found], targets[target[order][nearest]])
    findings = tuple(
        _joined(int(owner[number]) + 1, join) for number, join in zip(found, joins, strict=True)
    )
    return array_of(joins), findings


def _joined(number: int, join: shapely.LineString) -> Finding:
    x, y = join.coords[-1]
    sentence = (
        f"第 {number} 条街道的一端差 {join.length:.2f} 米没有接上（{x:.0f}，{y:.0f}），已接上。"
    )
    return Finding("streets", str(number), sentence)


def _loose_ends(lines: Shapes) -> tuple[Shapes, Numbers]:
    """End points no other line ends in."""
    parts, row = shapely.get_parts(lines, return_index=True)
    line = shapely.get_dimensions(parts) == 1
    parts, row = parts[line], row[line]
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    owner = np.concatenate([row, row]).astype(np.int32)
    raster = np.rint(shapely.get_coordinates(ends) * 100).astype(np.int64)
    _, where, count = np.unique(raster, axis=0, return_inverse=True, return_counts=True)
    loose = count[where.ravel()] == 1
    return ends[loose], owner[loose]


def mended_communities(
    communities: Mapping[str, Polygon | MultiPolygon],
) -> tuple[dict[str, Polygon | MultiPolygon], tuple[Finding, ...]]:
    """Communities that touch without overlap or slit between them, on the raster.

    Where two overlap the ground goes to the one named first; narrow slits join a neighbour.
    """
    names, shapes = list(communities), array_of(communities.values())
    faces = faces_of(noded(outlines(shapes)))
    points = shapely.point_on_surface(faces)
    face, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
    owners = [shape[rows] for rows in members_of(face, len(faces))]
    first = np.array([min(found, default=-1) for found in owners], dtype=np.int32)
    slit = (first < 0) & (width_metres(faces) < _GAP_METRES)
    host = hosts(~slit, neighbours_of(faces), np.zeros_like(first), np.zeros_like(first))
    whole = put_together(faces, first[host], len(names))
    findings = [*_overlaps(names, faces, owners), *_slits(names, faces, slit, first[host])]
    return dict(zip(names, whole, strict=True)), tuple(sorted(findings))


def _overlaps(names: list[str], faces: Shapes, owners: list[Numbers]) -> list[Finding]:
    common: dict[tuple[int, int], list[shapely.Geometry]] = {}
    for face, found in zip(faces, owners, strict=True):
        for other in sorted(found.tolist())[1:]:
            common.setdefault((min(found.tolist()), other), []).append(face)
    findings = []
    for (one, other), pieces in sorted(common.items()):
        area = sum(piece.area for piece in pieces)
        narrow = bool((width_metres(array_of(pieces)) < _OVERLAP_METRES).all())
        sentence = f"社区“{names[one]}”和“{names[other]}”重叠 {area:.1f} 平方米，已归“{names[one]}”"
        sentence += "。" if narrow else "；重叠较宽，请核对两个社区的边界。"
        findings.append(Finding("communities", names[other], sentence, narrow))
    return findings


def _slits(names: list[str], faces: Shapes, slit: Numbers, owner: Numbers) -> list[Finding]:
    area: dict[int, float] = {}
    slit = slit & (owner >= 0)
    for face, number in zip(faces[slit], owner[slit].tolist(), strict=True):
        area[number] = area.get(number, 0.0) + face.area
    return [
        Finding(
            "communities",
            names[number],
            f"社区之间的缝隙 {size:.1f} 平方米已并入“{names[number]}”。",
        )
        for number, size in sorted(area.items())
        if number >= 0
    ]
