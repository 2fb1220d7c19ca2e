"""Files as people send them, made ready to be read: unpacked, found whole, their text in order."""

import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pyogrio
from pyogrio.errors import DataSourceError

from qijie.territory.drawing import encodings
from qijie.territory.drawing.mending import Finding, Unusable

KINDS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".kml": "KML",
    ".kmz": "ZIP",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".zip": "ZIP",
}
KNOWN = (
    "GeoJSON（.geojson）、GeoPackage（.gpkg）、Shapefile（.shp，或打成 .zip）、FlatGeobuf（.fgb）、"
    "KML（.kml、.kmz）或 GeoParquet（.parquet）"
)
_IN_LAYERS = ("GPKG", "KML")
_MOST_UNPACKED_BYTES = 4 * 1024**3
_NEEDED = {".shx": "形状的索引", ".dbf": "属性表"}
_TEXT_ENCODING = re.compile(rb"""encoding=["']([A-Za-z0-9._-]+)["']""")
_HEAD_BYTES = 200
_KML_COLUMN = re.compile(
    r"""(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\s[^>]*?name=["'])([^"']+)"""
)


@dataclass(frozen=True)
class Source:
    """One layer of a file, at a place every reader can open."""

    title: str
    """What sentences call it: the file's name, with the layer's where there are several."""
    place: Path
    kind: str
    layer: str = ""
    findings: tuple[Finding, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Columns by the names a reader gives them, where it cannot hold their own."""


@contextmanager
def opened(text: str) -> Iterator[Source]:
    """`city.gpkg:streets` is the layer "streets" of a file with several. Raises Unusable.

    Readers know signs such as "!" in a path as an archive's: they are given a name of our own.
    """
    file, layer = _file_and_layer(text)
    title = f"{file.name}:{layer}" if layer else file.name
    with tempfile.TemporaryDirectory(prefix="qijie-layers-") as folder:
        kind = kind_of(file)
        source = Source(title, _linked(file, Path(folder)), kind, layer)
        if kind == "ZIP":
            source = _unpacked(source, Path(folder))
        source = _with_text_in_order(source)
        if source.kind in _IN_LAYERS:
            source = _of_one_layer(source, file.name)
        yield source


def _file_and_layer(text: str) -> tuple[Path, str]:
    file, layer = Path(text), ""
    if not file.exists() and ":" in text:
        name, _, layer = text.rpartition(":")
        file = Path(name)
    if not file.is_file():
        raise Unusable(f"找不到文件 {text}；请核对路径。")
    return file, layer


def kind_of(file: Path) -> str:
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise Unusable(f"不认识 {file.name} 的格式；请用{KNOWN}。")
    return kind


def _linked(file: Path, folder: Path) -> Path:
    """The file, and those of a Shapefile that go with it, under the plainest of names."""
    for one in (
        sorted(file.absolute().parent.iterdir()) if kind_of(file) == "ESRI Shapefile" else ()
    ):
        if one.stem == file.stem and one.suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
            place = folder / f"data{one.suffix.lower()}"
            place.unlink(missing_ok=True)
            place.symlink_to(one.absolute())
    place = folder / f"data{file.suffix.lower()}"
    place.symlink_to(file.absolute())
    return place


# Archives -----------------------------------------------------------------------------------


def _unpacked(source: Source, folder: Path) -> Source:
    """The one set of data in an archive, or the one asked for by name."""
    try:
        with zipfile.ZipFile(source.place) as archive:
            members = {PurePosixPath(_name(one)): one for one in archive.infolist()}
            chosen = _chosen(source, [name for name in members if _is_data(name)])
            parts = [name for name in members if _goes_with(name, chosen)]
            if sum(members[name].file_size for name in parts) > _MOST_UNPACKED_BYTES:
                raise Unusable(f"{source.title} 解开后超过 4 GB，请先解开，直接给出里面的文件。")
            for name in parts:
                place = folder / f"inner{name.suffix.lower()}"
                place.write_bytes(archive.read(members[name]))
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise Unusable(
            f"{source.title} 不是完整、没有口令的 .zip；请先解开，直接给出里面的文件。"
        ) from error
    place = folder / f"inner{chosen.suffix.lower()}"
    name_of_all = source.title.removesuffix(f":{source.layer}") if source.layer else source.title
    return Source(f"{name_of_all}:{chosen.name}", place, KINDS[chosen.suffix.lower()])


def _name(member: zipfile.ZipInfo) -> str:
    """Chinese names of archives made on Windows are GBK without a mark."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _is_data(name: PurePosixPath) -> bool:
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return not hidden and KINDS.get(name.suffix.lower(), "ZIP") != "ZIP"


def _chosen(source: Source, names: list[PurePosixPath]) -> PurePosixPath:
    wanted = [name for name in names if source.layer in (name.name, name.stem)]
    found = wanted if source.layer else names
    if len(found) == 1:
        return found[0]
    if not names:
        raise Unusable(f"{source.title} 里没有能用的数据；里面应有{KNOWN}。")
    told = "、".join(name.name for name in names)
    archive = source.title.removesuffix(f":{source.layer}") if source.layer else source.title
    raise Unusable(f"{archive} 里有：{told}；请写明用哪个，例如 {archive}:{names[0].name}。")


def _goes_with(name: PurePosixPath, chosen: PurePosixPath) -> bool:
    if chosen.suffix.lower() != ".shp":
        return name == chosen
    return name.with_suffix("") == chosen.with_suffix("")


# Text ---------------------------------------------------------------------------------------


def _with_text_in_order(source: Source) -> Source:
    if source.kind == "ESRI Shapefile":
        return _with_a_true_label(source)
    if source.kind == "GeoJSON":
        return _in_utf8(source)
    return _with_plain_columns(_in_utf8(source)) if source.kind == "KML" else source


def _with_a_true_label(source: Source) -> Source:
    """A Shapefile whose .cpg says in what its table is really written."""
    for suffix, what in _NEEDED.items():
        if not source.place.with_suffix(suffix).is_file():
            raise Unusable(
                f"{source.title} 旁边缺同名的 {suffix}（{what}）；Shapefile 的几个文件要放在一起。"
            )
    label = source.place.with_suffix(".cpg")
    written = label.read_bytes()[:40].decode("ascii", "replace") if label.is_file() else ""
    table = source.place.with_suffix(".dbf").read_bytes()
    judged = encodings.judged(
        encodings.texts_of_table(table), written or encodings.label_of_table(table)
    )
    if not judged.encoding:
        raise Unusable(
            f"{source.title} 的文字既不是 UTF-8 也不是 GBK（读成“{judged.example[:20]}”）；"
            "请在 QGIS 里另存一份，编码选 UTF-8。"
        )
    label.unlink(missing_ok=True)
    label.write_text("GB18030" if judged.encoding == encodings.CHINESE else judged.encoding)
    if judged.is_labelled_wrong:
        source = _told(source, judged, written.strip())
    return _with_whole_texts(source, table, judged.encoding)


def _with_whole_texts(source: Source, table: bytes, encoding: str) -> Source:
    whole, count = encodings.table_made_whole(table, encoding)
    if not count:
        return source
    place = source.place.with_suffix(".dbf")
    place.unlink()
    place.write_bytes(whole)
    sentence = f"{source.title} 有 {count} 处文字在原文件里就被列宽截断，最后半个字已去掉。"
    finding = Finding(source.title, "", sentence, False)
    return replace(source, findings=(*source.findings, finding))


def _in_utf8(source: Source) -> Source:
    """Text read as it was meant: GBK and UTF-16 are turned into UTF-8, the rest is refused."""
    raw = source.place.read_bytes()
    found = _TEXT_ENCODING.search(raw[:_HEAD_BYTES]) if source.kind == "KML" else None
    label = found[1].decode() if found else encodings.UTF8
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        judged = encodings.Judged("utf-16")
    else:
        judged = encodings.judged([raw], label)
    if not judged.encoding:
        raise Unusable(f"{source.title} 的文字既不是 UTF-8 也不是 GBK；请用 UTF-8 另存一份。")
    if judged.encoding == encodings.UTF8 and not raw.startswith(b"\xef\xbb\xbf") and not found:
        return source
    text = raw.decode(judged.encoding).removeprefix("\ufeff")
    if found:
        text = text.replace(found[0].decode(), 'encoding="UTF-8"', 1)
    place = source.place.with_stem("utf8")
    place.write_text(text, "utf-8")
    moved = replace(source, place=place)
    return _told(moved, judged, label) if judged.is_labelled_wrong else moved


def _with_plain_columns(source: Source) -> Source:
    """The reader of KML turns Chinese names of columns into dashes: they go round it."""
    text = source.place.read_text("utf-8")
    names = dict.fromkeys(name for _, name in _KML_COLUMN.findall(text) if not name.isascii())
    if not names:
        return source
    plain = {name: f"qijie_{number}" for number, name in enumerate(names)}
    place = source.place.with_stem("plain")
    place.write_text(
        _KML_COLUMN.sub(lambda found: found[1] + plain.get(found[2], found[2]), text), "utf-8"
    )
    return replace(source, place=place, renamed={made: name for name, made in plain.items()})


def _told(source: Source, judged: encodings.Judged, label: str) -> Source:
    named = {encodings.CHINESE: "GBK", encodings.UTF8: "UTF-8"}.get(
        judged.encoding, judged.encoding
    )
    sentence = (
        f"{source.title} 标的编码是“{label}”，文字其实是 {named}，已按 {named} 读"
        f"（例如“{judged.example.strip()[:20]}”）。"
    )
    finding = Finding(source.title, "", sentence)
    return replace(source, findings=(*source.findings, finding))


# Layers -------------------------------------------------------------------------------------


def _of_one_layer(source: Source, name: str) -> Source:
    found = _layers(source)
    if source.layer in found:
        return source
    if not found:
        raise Unusable(f"{source.title} 里没有带图形的图层；请核对文件。")
    named = "、".join(found)
    if source.layer:
        raise Unusable(f"{name} 没有“{source.layer}”这个图层；它的图层是：{named}。")
    if len(found) == 1:
        title = f"{source.title}:{found[0]}" if source.kind == "GPKG" else source.title
        return replace(source, layer=found[0], title=title)
    raise Unusable(f"{name} 有几个图层：{named}；请写明用哪个，例如 {name}:{found[0]}。")


def _layers(source: Source) -> list[str]:
    try:
        listed = pyogrio.list_layers(source.place)
    except DataSourceError as error:
        raise Unusable(
            f"{source.title} 读不出来，不是完整的 {source.kind}；请重新导出一份。"
        ) from error
    return [str(name) for name, kind in listed if kind is not None]
