"""Layers in files: GeoJSON, GeoPackage and Shapefile, each in the coordinate system it names."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from qijie.territory.drawing.mending import Finding, Unusable
from qijie.territory.drawing.model import Floats, Shapes

DRIVERS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
}
_KNOWN = "GeoJSON（.geojson）、GeoPackage（.gpkg）或 Shapefile（.shp）"
GCJ02 = "gcj02"
LONGITUDE_LATITUDE = CRS(4326)
"""What GeoJSON is in when it does not say. Source: RFC 7946, section 4."""
_DBF_HEADER_BYTES = 32


@dataclass(frozen=True)
class Layer:
    """Features of one layer of a file, in its own coordinates."""

    title: str
    """What sentences call it: the file's name, with the layer's where there are several."""
    shapes: Shapes
    """None where a feature has no shape."""
    columns: Mapping[str, NDArray[Any]]
    crs: CRS
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.shapes)


def read(path: str | Path, *, system: str = "") -> Layer:
    """A layer; `city.gpkg:streets` is the layer "streets" of a file with several.

    system: "gcj02" says that the file's degrees are GCJ-02, unless it is labelled CGCS2000, which
    no such file is; what comes back is CGCS2000. Raises Unusable.
    """
    file, layer = _file_and_layer(str(path))
    title = f"{file.name}:{layer}" if layer else file.name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, geometry, fields = pyogrio.raw.read(
                file, layer=layer or None, encoding=_encoding(file), datetime_as_string=True
            )
    except (RuntimeError, ValueError, OSError) as error:
        raise Unusable(
            f"{title} 读不出来，不是完整的{_KNOWN}；请用 QGIS 打开核对后另存一份。"
        ) from error
    columns = dict(zip((str(name) for name in meta["fields"]), fields, strict=True))
    shapes, findings = _shapes(geometry, title)
    if all(shape is None or shape.is_empty for shape in shapes):
        raise Unusable(f"{title} 里没有任何图形；请核对选的是不是对的文件或图层。")
    crs = _crs(meta["crs"], title)
    if system == GCJ02 and not (crs.is_geographic and is_cgcs2000(crs)):
        return Layer(title, _from_gcj02(shapes, crs, title), columns, CRS(4490), findings)
    return Layer(title, shapes, columns, crs, findings)


def is_cgcs2000(crs: CRS) -> bool:
    """By the datum, which a .prj names in its own way."""
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    return "China" in datum and "2000" in datum


def _file_and_layer(text: str) -> tuple[Path, str]:
    file, layer = Path(text), ""
    if not file.exists() and ".gpkg:" in text:
        name, _, layer = text.rpartition(":")
        file = Path(name)
    if not file.is_file():
        raise Unusable(f"找不到文件 {text}；请核对路径。")
    driver = driver_of(file)
    if driver == "GPKG" and not layer:
        layer = _only_layer(file)
    return file, layer


def _only_layer(file: Path) -> str:
    try:
        found = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    except DataSourceError as error:
        raise Unusable(f"{file.name} 读不出来，不是完整的 GeoPackage；请重新导出一份。") from error
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unusable(f"{file.name} 里没有带图形的图层；请核对文件。")
    names = "、".join(found)
    raise Unusable(f"{file.name} 有几个图层：{names}；请写明用哪个，例如 {file.name}:{found[0]}。")


def driver_of(path: Path) -> str:
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise Unusable(f"不认识 {path.name} 的格式；请用{_KNOWN}。")
    return driver


def _encoding(file: Path) -> str | None:
    """For a Shapefile that names no encoding: UTF-8 if its table can be read so, else GB 18030."""
    table = file.with_suffix(".dbf")
    if driver_of(file) != "ESRI Shapefile" or not table.is_file():
        return None
    raw = table.read_bytes()
    language_driver = raw[29] if len(raw) > _DBF_HEADER_BYTES else 0
    if file.with_suffix(".cpg").is_file() or language_driver not in (0, 0x57):
        return None
    wrong = {code: raw.decode(code, "replace").count("\ufffd") for code in ("utf-8", "gb18030")}
    return min(wrong, key=lambda code: wrong[code])


def _crs(text: str | None, title: str) -> CRS:
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


def _shapes(wkb: NDArray[Any] | None, title: str) -> tuple[Shapes, tuple[Finding, ...]]:
    """Shapes, with rings closed that were left open."""
    if wkb is None or not len(wkb):
        return np.empty(0, dtype=object), ()
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
    return tuple(_word(value) for value in layer.columns[column].tolist())


def _word(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def numbers(layer: Layer, column: str) -> Floats:
    """Numbers of a column, none of them negative. Raises Unusable naming row and column."""
    values = layer.columns[column].tolist()
    found = [_number(value) for value in values]
    bad = [row for row, number in enumerate(found) if not 0 <= number < np.inf]
    if bad:
        row, more = bad[0], f"（另有 {len(bad) - 1} 条也是）" if len(bad) > 1 else ""
        raise Unusable(
            f"{layer.title} 第 {row + 1} 条的“{column}”{_wrong(values[row])}{more}；"
            "请改成不小于 0 的数，没有就填 0。"
        )
    return np.array(found, dtype=np.float64)


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, (int, float, str)) else float("nan")
    except ValueError:
        return float("nan")


def _wrong(value: object) -> str:
    if _word(value) == "":
        return "是空的"
    return "是负数" if _number(value) < 0 else f"是“{_word(value)[:20]}”，不是数"


def write(
    path: Path, shapes: Shapes, columns: Mapping[str, Sequence[Any] | NDArray[Any]], crs: CRS
) -> None:
    """A layer named like its file; appears whole or not at all."""
    driver = driver_of(path)
    with appearing(path) as place:
        try:
            _write(place, driver, shapes, columns, crs)
        except RuntimeError as error:
            raise Unusable(f"写不了 {path.name}（{error}）；请换一种格式，例如 .gpkg。") from error


def _write(
    place: Path,
    driver: str,
    shapes: Shapes,
    columns: Mapping[str, Sequence[Any] | NDArray[Any]],
    crs: CRS,
) -> None:
    options: dict[str, str] = {"COORDINATE_PRECISION": "10"} if driver == "GeoJSON" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            place,
            shapely.to_wkb(shapely.force_2d(shapes)),
            [_writable(values) for values in columns.values()],
            np.array(list(columns), dtype=object),
            layer=place.stem,
            driver=driver,
            geometry_type=_kind(shapes),
            crs=crs.to_wkt() if crs.to_epsg() is None else f"EPSG:{crs.to_epsg()}",
            encoding="UTF-8",
            layer_options=options,
        )


def _writable(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind not in "OUS":
        return array
    texts = np.empty(len(array), dtype=object)
    texts[:] = [value if value is None else str(value) for value in array.tolist()]
    return texts


def _kind(shapes: Shapes) -> str:
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if kinds <= {"Polygon"}:
        return "Polygon"
    return "MultiPolygon" if kinds <= {"Polygon", "MultiPolygon"} else "Unknown"


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A place to write a file of the same name, moved where it belongs when all went well.

    Files beside it (.dbf, .shx …) move along.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    except OSError as error:
        raise Unusable(
            f"写不进文件夹 {path.parent}（{error.strerror}）；请先建好它，或换一个能写的。"
        ) from error
    try:
        yield folder / path.name
        for made in sorted(folder.iterdir(), key=lambda made: made.suffix == path.suffix):
            made.replace(path.parent / made.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
