"""What was mended, and what could not be: one sentence for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

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
from qijie.territory.drawing.model import Floats, Numbers, Shapes

REACH_METRES = 1.0
"""A street that ends so close to another line was meant to meet it."""
_WORTH_TELLING_METRES = 0.1
_HEADING_METRES = 5.0
"""The last metres of a street say where it would go on."""
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
    shape: BaseGeometry | None,
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
    shape: BaseGeometry, sentence: str, safe: bool
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


def met(
    lines: Shapes, others: Shapes, numbers: Sequence[int]
) -> tuple[Shapes, tuple[Finding, ...]]:
    """Short pieces that join loose ends to the line they all but reach.

    others: lines that may be reached as well, such as community borders. numbers: what people
    call each of the lines.
    """
    ends = _loose_ends(lines)
    targets = np.concatenate([lines, others])
    end, target, gap = _near(ends, targets, REACH_METRES)
    order = np.lexsort((target, gap, end))
    found, nearest = np.unique(end[order], return_index=True)
    joins = shapely.shortest_line(ends.points[found], targets[target[order][nearest]])
    open_ends = shapely.length(joins) > 0
    findings = tuple(
        _joined(numbers[ends.line[number]], join)
        for number, join in zip(found[open_ends], joins[open_ends], strict=True)
        if join.length >= _WORTH_TELLING_METRES
    )
    return joins[open_ends], findings


def _joined(number: int, join: BaseGeometry) -> Finding:
    x, y = join.coords[-1]
    gap = f"{join.length:.1f} 米"
    sentence = f"第 {number} 条街道的一端差 {gap}没有接上（{x:.0f}，{y:.0f}），已接上。"
    return Finding("streets", str(number), sentence)


def extended(
    lines: Shapes, others: Shapes, footprints: Shapes, reach: float
) -> tuple[Shapes, tuple[Finding, ...]]:
    """What lengthens dead ends straight on to the next line, if it is near.

    A lane is often drawn from kerb to kerb and a street by its middle, so that they miss each
    other by half a street's width. Never through a building.
    """
    ends = _loose_ends(lines)
    targets = np.concatenate([lines, others])
    touching = np.unique(_near(ends, targets, 0.0)[0])
    open_ends = np.setdiff1d(np.arange(len(ends.points)), touching)
    start = shapely.get_coordinates(ends.points[open_ends])
    far = start + reach * ends.heading[open_ends]
    rays: Shapes = np.asarray(shapely.linestrings(np.stack([start, far], axis=1)), dtype=object)
    hits = _first_hits(rays, ends.line[open_ends], targets)
    ways = shapely.shortest_line(ends.points[open_ends][list(hits)], array_of(hits.values()))
    blocked, _ = shapely.STRtree(footprints).query(ways, predicate="intersects")
    free = np.ones(len(ways), dtype=bool)
    free[blocked] = False
    ways = ways[free]
    if not len(ways):
        return ways, ()
    sentence = (
        f"{len(ways)} 条街道在离另一条街道不到 {reach:g} 米处断开，已沿原方向延长接上，"
        f"最长 {shapely.length(ways).max():.0f} 米。"
    )
    return ways, (Finding("streets", "", sentence),)


def _first_hits(rays: Shapes, own: Numbers, targets: Shapes) -> dict[int, BaseGeometry]:
    """Where each ray meets the first target other than its own line."""
    ray, target = shapely.STRtree(targets).query(rays, predicate="intersects")
    other = own[ray] != target
    ray, target = ray[other], target[other]
    starts = shapely.get_point(rays, 0)[ray]
    points = shapely.get_point(
        shapely.shortest_line(starts, shapely.intersection(rays[ray], targets[target])), -1
    )
    order = np.lexsort((target, -shapely.distance(starts, points)))
    nearest = dict(zip(ray[order].tolist(), points[order], strict=True))
    return dict(sorted(nearest.items()))


@dataclass(frozen=True)
class _Ends:
    """End points no other line ends in."""

    points: Shapes
    line: Numbers
    heading: Floats
    """(n, 2) of length 1, out of the line"""


def _loose_ends(lines: Shapes) -> _Ends:
    parts, row = shapely.get_parts(lines, return_index=True)
    line = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)
    parts, row = parts[line], row[line]
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    back = np.concatenate(
        [
            shapely.line_interpolate_point(parts, _HEADING_METRES),
            shapely.line_interpolate_point(parts, -_HEADING_METRES),
        ]
    )
    at, before = shapely.get_coordinates(ends), shapely.get_coordinates(back)
    away = np.hypot(*(at - before).T)
    _, where, count = np.unique(
        np.rint(at * 100).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    loose = (count[where.ravel()] == 1) & (away > 0)
    heading = (at[loose] - before[loose]) / away[loose, None]
    return _Ends(ends[loose], np.concatenate([row, row])[loose].astype(np.int32), heading)


def _near(ends: _Ends, targets: Shapes, reach: float) -> tuple[Numbers, Numbers, Floats]:
    """Pairs of an end and another line within reach, and how far apart they are."""
    end, target = shapely.STRtree(targets).query(ends.points, predicate="dwithin", distance=reach)
    other = ends.line[end] != target
    end, target = end[other], target[other]
    return end, target, shapely.distance(ends.points[end], targets[target])


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
    common: dict[tuple[int, int], list[BaseGeometry]] = {}
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


def _slits(
    names: list[str], faces: Shapes, slit: NDArray[np.bool_], owner: Numbers
) -> list[Finding]:
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
