"""Layers in files, each in the coordinate system it names."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from qijie.territory.drawing import parquet
from qijie.territory.drawing.mending import Finding, Unusable
from qijie.territory.drawing.model import Floats, Shapes
from qijie.territory.drawing.sources import KNOWN, Source, opened

GCJ02 = "gcj02"
LONGITUDE_LATITUDE = CRS(4326)
"""What GeoJSON is in when it does not say. Source: RFC 7946, section 4."""


@dataclass(frozen=True)
class Layer:
    """Features of one layer of a file, in its own coordinates."""

    title: str
    """What sentences call it: the file's name, with the layer's where there are several."""
    shapes: Shapes
    """None where a feature has no shape."""
    table: pa.Table
    """What else the file says of each feature, in the types it says it in."""
    crs: CRS
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.table.column_names)

    def values(self, column: str) -> list[Any]:
        """One for each feature; None where nothing is written."""
        values: list[Any] = self.table.column(self.columns.index(column)).to_pylist()
        return values


def read(path: str | Path, *, system: str = "") -> Layer:
    """A layer; `city.gpkg:streets` is the layer "streets" of a file with several.

    system: "gcj02" says that the file's degrees are GCJ-02, unless it is labelled CGCS2000, which
    no such file is; what comes back is CGCS2000. Raises Unusable.
    """
    with opened(str(path)) as source:
        table, column, system_text = _read(source)
    title = source.title
    shapes, closed = _shapes(table.column(column), title)
    findings = (*source.findings, *closed)
    if all(shape is None or shape.is_empty for shape in shapes):
        raise Unusable(f"{title} 里没有任何图形；请核对选的是不是对的文件或图层。")
    rest = table.drop_columns([column]).replace_schema_metadata(None)
    crs = _crs(system_text, title)
    if system == GCJ02 and not (crs.is_geographic and is_cgcs2000(crs)):
        return Layer(title, _from_gcj02(shapes, crs, title), rest, CRS(4490), findings)
    return Layer(title, shapes, rest, crs, findings)


def _read(source: Source) -> tuple[pa.Table, str, str]:
    """The table, the name of its column of shapes, and the system's text ("" for none)."""
    if source.kind == "GeoParquet":
        return parquet.read(source.place, source.title)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, table = pyogrio.raw.read_arrow(source.place, layer=source.layer or None)
    except (RuntimeError, ValueError, OSError) as error:
        raise Unusable(
            f"{source.title} 读不出来，不是完整的 {source.kind}；"
            f"请用 QGIS 打开核对后另存一份。能读的有{KNOWN}。"
        ) from error
    table = table.rename_columns([source.renamed.get(n, n) for n in table.column_names])
    return table, _column_of_shapes(table, meta["geometry_name"], source.title), meta["crs"] or ""


def _column_of_shapes(table: pa.Table, named: str, title: str) -> str:
    for field in table.schema:
        if (field.metadata or {}).get(b"ARROW:extension:name", b"").endswith(b"wkb"):
            return str(field.name)
    if named in table.column_names:
        return named
    raise Unusable(f"{title} 里没有任何图形；请核对选的是不是对的文件或图层。")


def is_cgcs2000(crs: CRS) -> bool:
    """By the datum, which a .prj names in its own way."""
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    return "China" in datum and "2000" in datum


def _crs(text: str, title: str) -> CRS:
    try:
        crs = CRS(text) if text else None
    except CRSError:
        crs = None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise Unusable(
            f"{title} 没有注明坐标系；Shapefile 请补上同名的 .prj 文件，"
            "或在 QGIS 里用“设置图层坐标系”标好后另存。"
        )
    return crs


def _shapes(column: pa.ChunkedArray, title: str) -> tuple[Shapes, tuple[Finding, ...]]:
    """Shapes, with rings closed that were left open."""
    wkb: NDArray[Any] = np.empty(len(column), dtype=object)
    wkb[:] = column.to_pylist()
    if not len(wkb):
        return wkb, ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes: Shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        given = np.array([one is not None for one in wkb])
        broken = np.flatnonzero(given & np.array([shape is None for shape in shapes]))
        shapes[broken] = shapely.from_wkb(wkb[broken], on_invalid="fix")
    return shapes, tuple(_closed(title, row, shapes[row] is not None) for row in broken.tolist())


def _closed(title: str, row: int, done: bool) -> Finding:
    what = "图形没有闭合，已接上首尾。" if done else "图形读不出来，已跳过；请在原文件里重画。"
    return Finding(title, str(row + 1), f"{title} 第 {row + 1} 条：{what}", done)


def _from_gcj02(shapes: Shapes, crs: CRS, title: str) -> Shapes:
    if not crs.is_geographic:
        raise Unusable(f"{title} 的坐标不是经纬度，不能当作 GCJ-02；请去掉 --system gcj02。")
    from qijie.kernel.coordinates import Coordinate, CoordinateSystem
    from qijie.kernel.refusal import Refusal

    def stored(at: Floats) -> Floats:
        places, where = np.unique(at[:, :2], axis=0, return_inverse=True)
        moved = [Coordinate(x, y, CoordinateSystem.GCJ02).to_stored() for x, y in places.tolist()]
        return np.array([(place.lon, place.lat) for place in moved])[where.ravel()]

    try:
        return shapely.transform(shapes, stored)
    except Refusal as refusal:
        raise Unusable(f"{title}：{refusal}") from refusal


def column_of(layer: Layer, wanted: str, usual: Sequence[str]) -> str:
    """The column asked for, else the first of the usual ones there, else ""."""
    if not wanted:
        return next((name for name in usual if name in layer.columns), "")
    if wanted not in layer.columns:
        known = "、".join(layer.columns) or "（没有列）"
        raise Unusable(f"{layer.title} 没有“{wanted}”这一列；它的列是：{known}。")
    return wanted


def words(layer: Layer, column: str) -> tuple[str, ...]:
    """Text of a column; "" where nothing is written, and everywhere where there is no column."""
    if not column:
        return ("",) * len(layer)
    return tuple(_word(value) for value in layer.values(column))


def _word(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def numbers(layer: Layer, column: str) -> Floats:
    """Numbers of a column, none of them negative. Raises Unusable naming row and column."""
    values = layer.values(column)
    found = [_number(value) for value in values]
    bad = [row for row, number in enumerate(found) if not 0 <= number < np.inf]
    if bad:
        row, more = bad[0], f"（另有 {len(bad) - 1} 条也是）" if len(bad) > 1 else ""
        raise Unusable(
            f"{layer.title} 第 {row + 1} 条的“{column}”{_wrong(values[row])}{more}；"
            "请改成不小于 0 的数，没有就填 0。"
        )
    return np.array(found, dtype=np.float64)


def readable_numbers(layer: Layer, column: str) -> Floats:
    """Numbers of a column; not a number where nothing, no number or less than 0 is written."""
    found = np.array([_number(value) for value in layer.values(column)], dtype=np.float64)
    found[~(np.isfinite(found) & (found >= 0))] = np.nan
    return found


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, (int, float, str, Decimal)) else float("nan")
    except ValueError:
        return float("nan")


def _wrong(value: object) -> str:
    if _word(value) == "":
        return "是空的"
    return "是负数" if _number(value) < 0 else f"是“{_word(value)[:20]}”，不是数"
