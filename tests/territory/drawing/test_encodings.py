"""Chinese in tables is read as it was written, whatever a label says."""

from pathlib import Path

import pytest

from qijie.territory.drawing import encodings, layers
from qijie.territory.drawing.mending import Unusable
from tests.territory.drawing import files
from tests.territory.drawing.test_layers import SQUARE

NAMES = ["东风社区", "解放社区", "武展社区"]


def shapefile(
    folder: Path,
    encoding: str,
    label: str | None,
    names: list[str] = NAMES,
    column: str = "社区",
) -> Path:
    path = files.written(
        folder / "a.shp",
        [SQUARE] * len(names),
        {column: names},
        crs="EPSG:4490",
        encoding=encoding,
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if label is not None:
        path.with_suffix(".cpg").write_text(label)
    with path.with_suffix(".dbf").open("r+b") as table:
        table.seek(29)
        table.write(b"\0")
    return path


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("GBK", ""),
        ("GBK", "ANSI 936"),
        ("GBK", "936"),
        ("GBK", "System"),
        ("GBK", "OEM"),
        ("GBK", "GB2312\r\n"),
        ("GBK", "一堆乱码"),
        ("UTF-8", "65001"),
        ("UTF-8", "utf8"),
        ("UTF-8", ""),
    ],
)
def test_a_label_that_says_little_or_says_it_oddly_is_understood(
    tmp_path: Path, encoding: str, label: str
) -> None:
    layer = layers.read(shapefile(tmp_path, encoding, label))
    assert layers.words(layer, "社区") == tuple(NAMES)
    assert layer.findings == ()


TRADITIONAL = ["江漢路", "中山大道", "菱角湖公園", "一元路"]


@pytest.mark.parametrize("label", [None, "", "950", "Big5", "System"])
@pytest.mark.parametrize("names", [TRADITIONAL, TRADITIONAL[:1], ["台北路"]])
def test_traditional_characters_are_read_with_and_without_a_label(
    tmp_path: Path, label: str | None, names: list[str]
) -> None:
    layer = layers.read(shapefile(tmp_path, "Big5", label, names, "社區"))
    assert layers.words(layer, "社區") == tuple(names)
    assert layer.findings == ()


@pytest.mark.parametrize("names", [["台北路"], ["瑜伽馆"], ["龙腾社区", "喆丰苑"], ["路"]])
def test_simplified_ones_are_not_taken_for_them(tmp_path: Path, names: list[str]) -> None:
    layer = layers.read(shapefile(tmp_path, "GBK", None, names))
    assert layers.words(layer, "社区") == tuple(names)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [("GBK", "UTF-8"), ("UTF-8", "GBK"), ("GBK", "ISO-8859-1"), ("UTF-8", "ANSI 1252")],
)
def test_what_is_written_outweighs_its_label_and_that_is_said(
    tmp_path: Path, encoding: str, label: str
) -> None:
    layer = layers.read(shapefile(tmp_path, encoding, label))
    assert layers.words(layer, "社区") == tuple(NAMES)
    assert [finding.sentence[:12] for finding in layer.findings] == [
        f"a.shp 标的编码是“{label}”"[:12]
    ]


def test_a_short_word_that_reads_both_ways_is_read_as_chinese(tmp_path: Path) -> None:
    """路 in GBK is two bytes that are also one Latin sign in UTF-8."""
    layer = layers.read(shapefile(tmp_path, "GBK", None, ["路", "路", "路"]))
    assert layers.words(layer, "社区") == ("路",) * 3


def test_text_cut_by_the_width_of_its_column_is_read_up_to_there(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "UTF-8", "UTF-8", ["东" * 84, "东风社区", "解放社区"])
    raw = path.with_suffix(".dbf").read_bytes()
    whole = "东" * 84
    path.with_suffix(".dbf").write_bytes(raw.replace(whole.encode(), whole.encode()[:-1] + b" "))
    layer = layers.read(path)
    assert layers.words(layer, "社区")[1:] == ("东风社区", "解放社区")


def test_a_table_in_no_known_encoding_is_refused_with_the_true_reason(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "UTF-8", None)
    raw = path.with_suffix(".dbf").read_bytes()
    broken = raw.replace("东风社区".encode(), b"\xff\xfe\x80\xff\xff\x80\xfe\xff\xff\x80\xff\xff")
    path.with_suffix(".dbf").write_bytes(broken)
    with pytest.raises(Unusable, match="文字既不是 UTF-8 也不是 GBK"):
        layers.read(path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_geojson_is_read_in_the_encodings_people_save_it_in(tmp_path: Path, encoding: str) -> None:
    path = files.geojson(tmp_path / "a.geojson", [SQUARE], [{"社区": "东风社区"}])
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert layers.words(layers.read(path), "社区") == ("东风社区",)


def test_names_of_python_and_of_windows_mean_the_same() -> None:
    assert {
        encodings.known(label) for label in ("GBK", "gb2312", "936", "ANSI 936", "GB18030")
    } == {encodings.CHINESE}
    assert encodings.known("System") == encodings.known("OEM") == ""
