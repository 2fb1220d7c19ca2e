"""Is the tree whole? Every finding names the place and the cure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import shapely
from django.conf import settings

from qijie.kernel.codes import ancestors
from qijie.territory.models import Building, Node
from qijie.territory.queries import buildings, subtree
from qijie.territory.shapes import shape_of

_TILED_KINDS = {
    "district": ("street", "town"),
    "street": ("community", "village"),
    "town": ("community", "village"),
    "community": ("grid",),
    "village": ("grid",),
}
# A hand's breadth in degrees: rounding of published coordinates, not a gap on the ground.
_TOLERANCE_DEGREES = 2e-6


@dataclass(frozen=True, slots=True)
class Finding:
    path: str
    name: str
    sentence: str


def findings(path: str, on: date) -> list[Finding]:
    """All that is wrong in the subtree of `path` on a day; reads it in two queries."""
    tree = list(subtree(path, on))
    homes = list(buildings(on).filter(grid__path__startswith=path).select_related("grid"))
    return [*_codes(tree), *_borders(tree), *_sizes(tree), *_strays(homes)]


def _codes(tree: list[Node]) -> Iterator[Finding]:
    known = {node.path for node in tree}
    top = min((len(path) for path in known), default=0)
    for node in tree:
        above = ancestors(node.path)
        if len(node.path) > top and above and above[-1] not in known:
            yield Finding(
                node.path,
                node.name,
                f"“{node.name}”的上级 {above[-1]} 不存在或已停用，请先建立上级或改正编码。",
            )


def _borders(tree: list[Node]) -> Iterator[Finding]:
    children: dict[str, list[Node]] = defaultdict(list)
    for node in tree:
        if node.boundary is not None and (above := ancestors(node.path)):
            children[above[-1]].append(node)
    for parent in tree:
        kinds = _TILED_KINDS.get(parent.kind, ())
        parts = [child for child in children[parent.path] if child.kind in kinds]
        if parent.boundary is not None and parts:
            yield from _coverage(parent, parts)


def _is_more_than_rounding(shape: shapely.Geometry) -> bool:
    return not bool(shapely.is_empty(shapely.buffer(shape, -_TOLERANCE_DEGREES)))


def _coverage(parent: Node, parts: list[Node]) -> Iterator[Finding]:
    shapes = [shape_of(part.boundary) for part in parts]
    if not shapely.coverage_is_valid(shapes):
        edges = shapely.coverage_invalid_edges(shapes)
        for part, edge in zip(parts, edges, strict=True):
            if not edge.is_empty:
                yield Finding(
                    part.path, part.name, f"“{part.name}”与相邻区域的边界有重叠或缝隙，请修正边界。"
                )
    missing = shapely.difference(shape_of(parent.boundary), shapely.union_all(shapes))
    if _is_more_than_rounding(missing):
        place = shapely.point_on_surface(missing)
        yield Finding(
            parent.path,
            parent.name,
            f"“{parent.name}”在经纬度 {place.x:.5f}, {place.y:.5f} 附近有地方不属于任何下级，"
            "请扩展相邻区域的边界。",
        )
    for part, shape in zip(parts, shapes, strict=True):
        outside = shapely.difference(shape, shape_of(parent.boundary))
        if _is_more_than_rounding(outside):
            yield Finding(
                part.path, part.name, f"“{part.name}”有一部分超出“{parent.name}”，请修正边界。"
            )


def _sizes(tree: Iterable[Node]) -> Iterator[Finding]:
    low, high = settings.GRID_HOUSEHOLD_BAND
    for node in tree:
        if node.grid_kind == "general" and not low <= node.households <= high:
            yield Finding(
                node.path,
                node.name,
                f"“{node.name}”有 {node.households} 户，超出每格 {low} 至 {high} 户，请重新划分。",
            )


def _strays(homes: list[Building]) -> Iterator[Finding]:
    for building in homes:
        if building.grid.boundary is not None and not building.grid.boundary.covers(
            building.footprint
        ):
            yield Finding(
                building.path,
                building.name,
                f"楼栋“{building.name}”（{building.code}）越出“{building.grid.name}”，请调整边界。",
            )
