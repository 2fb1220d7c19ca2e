"""Layers in the plane of a drawing, their shapes mended, without what strayed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely

from qijie.territory.drawing.layers import Layer
from qijie.territory.drawing.mending import (
    Finding,
    Mended,
    Unusable,
    mended_areas,
    mended_lines,
)
from qijie.territory.drawing.model import Shapes
from qijie.territory.drawing.planes import Plane, refuse_bad_degrees, strays


def _in_plane(layer: Layer, plane: Plane) -> Shapes:
    if layer.crs.is_geographic:
        refuse_bad_degrees(layer.shapes, layer.title)
    return plane.taken_in(layer.shapes, layer.crs, layer.title)


def _rows(layer: Layer) -> list[str]:
    return [f"第 {row + 1} 条" for row in range(len(layer))]


def lines_of(layer: Layer, plane: Plane) -> Mended:
    return _without_strays(layer, plane, mended_lines)


def areas_of(layer: Layer, plane: Plane) -> Mended:
    return _without_strays(layer, plane, mended_areas)


Mend = Callable[[Shapes, str, Sequence[str]], Mended]


def _without_strays(layer: Layer, plane: Plane, mend: Mend) -> Mended:
    """What lies hundreds of kilometres from the rest is left out and named; where there is no rest,
    nothing strayed."""
    far = strays(layer.shapes, layer.crs)
    if far.all() or not far.any():
        return mend(_in_plane(layer, plane), layer.title, _rows(layer))
    near = layer.shapes.copy()
    near[far] = None
    mended = mend(_in_plane(replace(layer, shapes=near), plane), layer.title, _rows(layer))
    rows = {f"第 {row + 1} 条": _stray(layer, row) for row in np.flatnonzero(far).tolist()}
    others = (one for one in mended.findings if one.feature not in rows)
    told = (Finding(layer.title, name, text, False) for name, text in rows.items())
    return replace(mended, findings=(*others, *told))


def _stray(layer: Layer, row: int) -> str:
    west, south, _, _ = shapely.bounds(layer.shapes[row])
    return (
        f"{layer.title} 第 {row + 1} 条在（{west:.6g}，{south:.6g}）一带，离其余的有几百公里，"
        "已跳过；请在原文件里改正坐标或删去这一条。"
    )


def refuse_strays(layer: Layer) -> None:
    """For layers of which nothing may be missing. Raises Unusable."""
    for row in np.flatnonzero(strays(layer.shapes, layer.crs)).tolist():
        raise Unusable(_stray(layer, row).replace("已跳过；", ""))
