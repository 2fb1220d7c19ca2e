"""Files as people send them: which are read, what is mended, what is refused and how."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from qijie.territory.drawing import layers, writing
from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.planes import plane_of
from tests.territory.drawing import files

SQUARE = box(114.26, 30.58, 114.27, 30.59)
IN_METRES = box(525000, 3385000, 525100, 3385100)


def refusal(path: Path | str, **options: str) -> str:
    with pytest.raises(Unusable) as refused:
        layers.read(path, **options)
    return str(refused.value)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4547"])
def test_each_format_keeps_shapes_columns_and_system(tmp_path: Path, name: str, crs: str) -> None:
    shape = IN_METRES if crs == "EPSG:4547" else SQUARE
    path = files.written(tmp_path / name, [shape], {"户数": [7], "小区": ["阳光"]}, crs=crs)
    layer = layers.read(path)
    assert layer.crs.to_epsg(min_confidence=25) == int(crs[5:])
    assert layer.shapes[0].normalize().equals_exact(shape.normalize(), 1e-6)
    assert layers.numbers(layer, "户数").tolist() == [7]
    assert layers.words(layer, "小区") == ("阳光",)


def test_a_geojson_without_crs_is_longitude_and_latitude(tmp_path: Path) -> None:
    layer = layers.read(files.geojson(tmp_path / "a.geojson", [box(0, 0, 1, 1)]))
    assert layer.crs.to_epsg() == 4326


def test_the_old_crs_member_is_honoured(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": shapely.geometry.mapping(IN_METRES),
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    assert layers.read(files.raw(tmp_path / "a.json", [feature], crs=crs)).crs.to_epsg() == 4547


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("labelled", [True, False])
def test_chinese_tables_are_read_with_and_without_their_label(
    tmp_path: Path, encoding: str, labelled: bool
) -> None:
    path = files.written(
        tmp_path / "a.shp", [SQUARE], {"小区": ["霁川新村"]}, crs="EPSG:4490", encoding=encoding
    )
    if not labelled:
        path.with_suffix(".cpg").unlink()
        with path.with_suffix(".dbf").open("r+b") as table:
            table.seek(29)
            table.write(b"\0")
    assert layers.words(layers.read(path), "小区") == ("霁川新村",)


def test_a_shapefile_without_prj_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = files.written(tmp_path / "a.shp", [SQUARE], {"n": [1]}, crs="EPSG:4490")
    path.with_suffix(".prj").unlink()
    assert refusal(path) == (
        "a.shp 没有注明坐标系；Shapefile 请补上同名的 .prj 文件，"
        "或在 QGIS 里用“设置图层坐标系”标好后另存。"
    )


def test_a_geopackage_with_several_layers_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    files.written(path, [SQUARE], {"n": [1]}, crs="EPSG:4490", layer="houses")
    line = LineString([(114.26, 30.58), (114.27, 30.58)])
    files.written(path, [line], {"n": [1]}, crs="EPSG:4490", layer="roads", append=True)
    assert refusal(path) == (
        "city.gpkg 有几个图层：houses、roads；请写明用哪个，例如 city.gpkg:houses。"
    )
    assert layers.read(f"{path}:roads").shapes[0].geom_type == "LineString"
    assert refusal(f"{path}:parks") == (
        "city.gpkg 没有“parks”这个图层；它的图层是：houses、roads。"
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", '{"type": "FeatureCollection", "features": [', "a.geojson 读不出来"),
        ("a.geojson", '{"type":"FeatureCollection","features":[]}', "a.geojson 里没有任何图形"),
        ("a.gpkg", "not a database", "a.gpkg 读不出来"),
        ("a.shp", "not a shape", "a.shp 旁边缺同名的 .shx"),
        ("a.dwg", "", "不认识 a.dwg 的格式"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content)
    assert refusal(tmp_path / name).startswith(said)


def test_a_missing_file_is_refused() -> None:
    assert refusal("nowhere.gpkg") == "找不到文件 nowhere.gpkg；请核对路径。"


def test_an_open_ring_is_closed_and_named(tmp_path: Path) -> None:
    ring = [[114.26, 30.58], [114.27, 30.58], [114.27, 30.59], [114.26, 30.59]]
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    layer = layers.read(files.raw(tmp_path / "a.geojson", [feature]))
    assert layer.shapes[0].equals(SQUARE)


def test_degrees_of_a_public_map_are_set_right(tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", [box(0, 0, 1, 1)])
    plain, moved = layers.read(path), layers.read(path, system="gcj02")
    off = shapely.distance(plain.shapes[0].centroid, moved.shapes[0].centroid)
    assert 0.004 < off < 0.008
    assert moved.crs.to_epsg() == 4490


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp"])
def test_degrees_set_right_once_are_not_moved_again(tmp_path: Path, name: str) -> None:
    given = files.geojson(tmp_path / "given.geojson", [box(0, 0, 1, 1)])
    moved = layers.read(given, system="gcj02")
    writing.write(
        writing.target(str(tmp_path / name)),
        moved.shapes,
        writing.table_of({"n": [1]}),
        moved.crs,
    )

    again = layers.read(tmp_path / name, system="gcj02")

    assert shapely.equals_exact(again.shapes, moved.shapes, 1e-9, normalize=True).all()


def test_metres_are_no_degrees_of_a_public_map(tmp_path: Path) -> None:
    path = files.written(tmp_path / "a.gpkg", [IN_METRES], {"n": [1]}, crs="EPSG:4547")
    assert refusal(path, system="gcj02").endswith("请去掉 --system gcj02。")


def column(tmp_path: Path, values: list[object]) -> str:
    rows = [{"hh": value} for value in values]
    layer = layers.read(files.geojson(tmp_path / "a.geojson", [box(0, 0, 1, 1)] * len(rows), rows))
    with pytest.raises(Unusable) as refused:
        layers.numbers(layer, "hh")
    return str(refused.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, -2], "a.geojson 第 2 条的“hh”是负数；请改成不小于 0 的数，没有就填 0。"),
        (
            ["3", "三户"],
            "a.geojson 第 2 条的“hh”是“三户”，不是数；请改成不小于 0 的数，没有就填 0。",
        ),
        (
            [1, None, None],
            "a.geojson 第 2 条的“hh”是空的（另有 1 条也是）；请改成不小于 0 的数，没有就填 0。",
        ),
        ([1.5, "nan"], "a.geojson 第 2 条的“hh”是“nan”，不是数；请改成不小于 0 的数，没有就填 0。"),
    ],
)
def test_a_wrong_number_is_refused_with_its_row(
    tmp_path: Path, values: list[object], said: str
) -> None:
    assert column(tmp_path, values) == said


def test_a_missing_column_is_refused_with_those_there_are(tmp_path: Path) -> None:
    layer = layers.read(
        files.geojson(tmp_path / "a.geojson", [box(0, 0, 1, 1)], [{"a": 1, "b": 2}])
    )
    with pytest.raises(Unusable, match="没有“hh”这一列；它的列是：a、b"):
        layers.column_of(layer, "hh", ())


@pytest.mark.parametrize(
    ("shape", "crs", "plane"),
    [
        (SQUARE, 4326, 4547),
        (box(87.5, 43.7, 87.6, 43.8), 4490, 4538),
        (IN_METRES, 4547, 4547),
        (box(12719000, 3578000, 12719500, 3578500), 3857, 4547),
        (Point(14.4, 50.1).buffer(0.01), 4326, 32633),
    ],
)
def test_the_plane_is_one_in_which_a_metre_is_a_metre(shape, crs: int, plane: int) -> None:
    found = plane_of(np.array([shape]), layers.CRS(crs), "a.gpkg")
    assert found.crs.to_epsg() == plane


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (box(30.5, 114.2, 30.6, 114.3), "a.gpkg 的经纬度可能写反了"),
        (IN_METRES, "a.gpkg 标的是经纬度，坐标却到了 3385100，像是米"),
    ],
)
def test_degrees_that_cannot_be_degrees_are_refused(shape, said: str) -> None:
    with pytest.raises(Unusable) as refused:
        plane_of(np.array([shape]), layers.LONGITUDE_LATITUDE, "a.gpkg")
    assert str(refused.value).startswith(said)


def interrupted(path: Path) -> None:
    with writing.appearing(path) as place:
        place.write_text("half of it")
        raise KeyboardInterrupt


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("plan.gpkg", "before")
    ]
