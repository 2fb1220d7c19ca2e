"""Results as files: fitted to what a format can hold, and there whole or not at all."""

import json
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.model import Shapes

DRIVERS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
}
_KNOWN = "GeoJSON（.geojson）、GeoPackage（.gpkg）或 Shapefile（.shp）"
SHAPEFILE = "ESRI Shapefile"
# Source: dBase III tables, as ESRI Shapefile Technical Description (1998) refers to them.
_NAME_BYTES, _TEXT_BYTES, _COLUMNS, _DIGITS = 10, 254, 255, 18
_INDEXES = (".qix", ".sbn", ".sbx", ".qpj", ".ind", ".idm", ".ain", ".aih", ".atx", ".ixs", ".mxs")
"""Files beside an older Shapefile of the name, which would be taken for this one's."""


@dataclass(frozen=True)
class Target:
    """Where a result goes."""

    path: Path
    layer: str

    @property
    def driver(self) -> str:
        return DRIVERS[self.path.suffix.lower()]

    def with_stem(self, stem: str) -> "Target":
        return Target(
            self.path.with_stem(stem), stem if self.layer == self.path.stem else self.layer
        )

    def is_same_as(self, text: str) -> bool:
        """Whether `text`, as a reader takes it, is what would be written over."""
        name, _, layer = text.rpartition(":") if not Path(text).exists() else (text, "", "")
        file = Path(name)
        if not (file.exists() and self.path.exists() and file.samefile(self.path)):
            return False
        read = (layer or self._only_layer()).casefold()
        return self.driver != "GPKG" or read in ("", self.layer.casefold())

    def _only_layer(self) -> str:
        found = layers_in(self.path)
        return found[0] if len(found) == 1 else ""


def target(text: str, inputs: Iterable[str] = ()) -> Target:
    """`city.gpkg:plan` is a layer of its own beside those that are there. Raises Unusable."""
    path, layer = Path(text), ""
    if ".gpkg:" in text:
        name, _, layer = text.rpartition(":")
        path = Path(name)
    if path.suffix.lower() not in DRIVERS:
        raise Unusable(f"写不了 {path.name} 这种格式；请用{_KNOWN}。")
    if not path.parent.is_dir():
        raise Unusable(f"没有文件夹 {path.parent}；请先建好它，或换一个地方。")
    if path.is_dir():
        raise Unusable(f"{path} 是一个文件夹；请写出文件名。")
    made = Target(path, layer or path.stem)
    if made.driver == "GPKG" and path.exists():
        made = _as_called_there(made)
    for given in inputs:
        if given and made.is_same_as(given):
            raise Unusable(f"--out 和输入 {given} 是同一份数据，会盖掉它；请写到另一个文件。")
    return made


def _as_called_there(to: Target) -> Target:
    """Names of layers do not tell capitals apart. Raises Unusable where what bears the name is no
    layer of areas: it is no plan that could be replaced."""
    for name in layers_in(to.path):
        if name.casefold() == to.layer.casefold():
            if not _holds_areas(to.path, name):
                raise Unusable(
                    f"{to.path.name} 里的“{name}”不是面，写进去会删掉它；请换一个图层名，"
                    f"例如 {to.path.name}:{name}_plan。"
                )
            return Target(to.path, name)
    return to


def _holds_areas(path: Path, layer: str) -> bool:
    kinds = _asked(
        path, "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?", layer
    )
    return bool(kinds) and kinds[0].upper() not in _NO_AREAS


_NO_AREAS = {"POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "CURVE", "MULTICURVE"}


def layers_in(path: Path) -> list[str]:
    """Names of the layers of a GeoPackage. Raises Unusable where it is none."""
    return _asked(path, "SELECT table_name FROM gpkg_contents")


def _asked(path: Path, query: str, *values: str) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as container:
            rows = container.execute(query, values).fetchall()
    except sqlite3.Error as error:
        raise Unusable(
            f"{path.name} 已经在那里，却不是 GeoPackage（或正被别的程序占用）；请换一个文件名。"
        ) from error
    return [str(row[0]) for row in rows]


# Fitting ------------------------------------------------------------------------------------


def fitted(to: Target, table: pa.Table, shapes: Shapes) -> tuple[pa.Table, list[str]]:
    """The table as the format can hold it, and a sentence for each column called otherwise.

    Raises Unusable where something would be cut.
    """
    plain = _plain(table, to.driver)
    if to.driver == SHAPEFILE:
        _refuse_what_is_cut(to, plain, shapes)
    names = _names(plain.column_names, to.driver)
    sentences = [
        f"{to.path.name} 里“{old}”一列改叫“{new}”（{_WHY[to.driver]}）。"
        for old, new in zip(plain.column_names, names, strict=True)
        if old != new
    ]
    return plain.rename_columns(names), sentences


_WHY = {
    SHAPEFILE: "Shapefile 的列名最多 10 个字节，不分大小写；要原名请写成 .gpkg",
    "GPKG": "GeoPackage 的列名不分大小写",
    "GeoJSON": "列名重复",
}


def _names(names: list[str], driver: str) -> list[str]:
    """Different names that fit; those that fit as they are keep them."""
    most = _NAME_BYTES if driver == SHAPEFILE else 10_000
    fold: Callable[[str], str] = str if driver == "GeoJSON" else str.casefold
    fits = [len(name.encode()) <= most for name in names]
    taken: set[str] = set()
    found: dict[int, str] = {}
    for place in sorted(range(len(names)), key=lambda place: (not fits[place], place)):
        found[place] = _free_name(names[place], most, taken, fold)
        taken.add(fold(found[place]))
    return [found[place] for place in range(len(names))]


def _free_name(name: str, most: int, taken: set[str], fold: Callable[[str], str]) -> str:
    made, number = _cut(name, most), 1
    while fold(made) in taken:
        number += 1
        made = f"{_cut(name, most - len(str(number)) - 1)}_{number}"
    return made


def _cut(text: str, most: int) -> str:
    """Whole characters of at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")


def _plain(table: pa.Table, driver: str) -> pa.Table:
    """Without types no format holds: what has parts becomes JSON, wide decimals plain numbers."""
    made = [_plain_column(column, driver) for column in table.columns]
    return pa.Table.from_arrays(made, names=table.column_names) if made else table


def _plain_column(column: pa.ChunkedArray, driver: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if _has_parts(kind) and not (driver == "GeoJSON" and pa.types.is_list(kind)):
        return _texts(column, lambda value: json.dumps(value, ensure_ascii=False, default=str))
    if pa.types.is_timestamp(kind) and kind.tz is None and driver != "GeoJSON":
        # Elsewhere a time without a zone would come out as one of Greenwich.
        return _texts(column, lambda value: str(value.isoformat()))
    return column


def _has_parts(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _texts(column: pa.ChunkedArray, text: Callable[[Any], str]) -> pa.ChunkedArray:
    values = [None if value is None else text(value) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(values, pa.string())])


def _refuse_what_is_cut(to: Target, table: pa.Table, shapes: Shapes) -> None:
    cure = "请写成 .gpkg 或 .geojson。"
    if table.num_columns > _COLUMNS:
        raise Unusable(f"Shapefile 最多 {_COLUMNS} 列，这里有 {table.num_columns} 列；{cure}")
    if _kind(shapes) == "Unknown":
        raise Unusable(f"Shapefile 一个文件只能有一种图形，这里有面也有别的；{cure}")
    for name, column in zip(table.column_names, table.columns, strict=True):
        for row, value in enumerate(column.to_pylist()):
            if isinstance(value, bytes):
                raise Unusable(f"Shapefile 存不下“{name}”一列的二进制内容；{cure}")
            if isinstance(value, str) and len(value.encode()) > _TEXT_BYTES:
                raise Unusable(
                    f"第 {row + 1} 条的“{name}”太长（{len(value.encode())} 字节），"
                    f"Shapefile 一格最多 {_TEXT_BYTES} 字节，会被截断；{cure}"
                )
            if isinstance(value, int) and abs(value) >= 10**_DIGITS:
                raise Unusable(
                    f"第 {row + 1} 条的“{name}”超过 {_DIGITS} 位，Shapefile 存不准；{cure}"
                )


def _kind(shapes: Shapes) -> str:
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if kinds <= {"Polygon"}:
        return "Polygon"
    return "MultiPolygon" if kinds <= {"Polygon", "MultiPolygon"} else "Unknown"


# Writing ------------------------------------------------------------------------------------


def write(to: Target, shapes: Shapes, table: pa.Table, crs: CRS) -> list[str]:
    """Writes a layer; other layers of a container stay. What was there before is told in words."""
    with appearing(to.path) as place:
        told = _before(to, place.with_name(f"data{to.path.suffix.lower()}"))
        try:
            _write(to, place.parent, shapes, table, crs)
        except RuntimeError as error:
            raise Unusable(f"写不了 {to.path.name}（{error}）；请换一种格式。") from error
        for made in sorted(place.parent.glob("data.*")):
            made.rename(made.with_name(to.path.stem + made.name.removeprefix("data")))
        if place.suffix != to.path.suffix.lower():
            place.with_suffix(to.path.suffix.lower()).rename(place)
    if to.driver == SHAPEFILE:
        for suffix in _INDEXES:
            to.path.with_suffix(suffix).unlink(missing_ok=True)
    return told


def _before(to: Target, place: Path) -> list[str]:
    """What the file held: a container's layers are taken along."""
    if not to.path.exists():
        return []
    if to.driver != "GPKG":
        return [f"取代了原有的 {to.path.name}"]
    there = layers_in(to.path)
    others = [name for name in there if name != to.layer]
    with (
        closing(sqlite3.connect(f"{to.path.absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(place)) as new,
    ):
        old.backup(new)
    kept = f"，其余图层（{'、'.join(others)}）不动" if others else ""
    instead = "（取代原有的同名图层）" if to.layer in there else ""
    return [f"{to.path.name} 已在，写入图层“{to.layer}”{instead}{kept}"]


def _write(to: Target, folder: Path, shapes: Shapes, table: pa.Table, crs: CRS) -> None:
    """Writers know signs such as "!" in a path as an archive's: they are given a name of ours."""
    names = {str(name).casefold() for name in table.column_names}
    geometry = _unused("geom", names)
    options = {
        "GeoJSON": {"COORDINATE_PRECISION": "10"},
        "GPKG": {"FID": _unused("fid", names), "GEOMETRY_NAME": geometry},
    }.get(to.driver, {})
    wkb = pa.array(shapely.to_wkb(shapely.force_2d(shapes)).tolist(), pa.binary())
    with tempfile.TemporaryDirectory(prefix="qijie-layers-") as plain, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (Path(plain) / "out").symlink_to(folder.absolute())
        pyogrio.raw.write_arrow(
            table.append_column(geometry, wkb),
            Path(plain) / "out" / f"data{to.path.suffix.lower()}",
            layer=to.layer if to.driver == "GPKG" else "data",
            driver=to.driver,
            geometry_name=geometry,
            geometry_type=_kind(shapes),
            crs=crs.to_wkt() if crs.to_epsg() is None else f"EPSG:{crs.to_epsg()}",
            encoding="UTF-8",
            layer_options=options,
        )


def _unused(name: str, names: set[str]) -> str:
    free, number = name, 1
    while free in names:
        number += 1
        free = f"{name}_{number}"
    return free


def table_of(columns: Mapping[str, Any]) -> pa.Table:
    """A table of arrays or lists, one for each column."""
    return pa.table(
        {name: pa.array(np.asarray(values).tolist()) for name, values in columns.items()}
    )


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A place to write a file of the same name, moved where it belongs when all went well.

    Files beside it (.dbf, .shx …) move along.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=".qijie-", dir=path.parent))
    except OSError as error:
        raise Unusable(
            f"写不进文件夹 {path.parent}（{error.strerror}）；请先建好它，或换一个能写的。"
        ) from error
    try:
        yield folder / path.name
        for made in sorted(folder.iterdir(), key=lambda made: made.suffix == path.suffix):
            made.replace(path.parent / made.name)
    except OSError as error:
        raise Unusable(
            f"写不了 {path.name}（{error.strerror or error}）；请腾出空间或换一个地方再试。"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
