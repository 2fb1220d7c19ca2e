"""What GIS people send is read; where it is put does not matter."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet
from pyproj import CRS
from shapely import box

from qijie.territory.drawing import layers, writing
from qijie.territory.drawing.mending import Unusable
from tests.territory.drawing import files
from tests.territory.drawing.test_layers import SQUARE, refusal

CODE = 420103008001
KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>社区</name>
<Placemark><name>东风社区</name><ExtendedData><Data name="户数"><value>7</value></Data>
<Data name="楼数"><value>3</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
114.26,30.58,0 114.27,30.58,0 114.27,30.59,0 114.26,30.58,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


def zipped(folder: Path, name: str = "a.zip", *stems: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for stem in stems or ("社区",):
            made = files.written(folder / f"{stem}.shp", [SQUARE], {"户数": [7]}, crs="EPSG:4490")
            for part in folder.glob(f"{stem}.*"):
                archive.write(part, f"图/{part.name}")
                part.unlink()
            assert not made.exists()
    return folder / name


def geoparquet(path: Path, geo: str) -> Path:
    table = pa.table({"户数": [7, None], "geometry": [shapely.to_wkb(SQUARE)] * 2})
    parquet.write_table(table.replace_schema_metadata({"geo": geo}), path)
    return path


def meta(crs: str) -> str:
    column = f'{{"encoding": "WKB", "geometry_types": []{crs}}}'
    return (
        f'{{"version": "1.1.0", "primary_column": "geometry", "columns": {{"geometry": {column}}}}}'
    )


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    layer = layers.read(zipped(tmp_path))
    assert layer.title == "a.zip:社区.shp"
    assert layers.numbers(layer, "户数").tolist() == [7]


def test_of_several_in_an_archive_one_is_asked_for(tmp_path: Path) -> None:
    path = zipped(tmp_path, "a.zip", "roads", "houses")
    assert refusal(path).startswith("a.zip 里有：")
    assert layers.read(f"{path}:houses").title == "a.zip:houses.shp"
    assert refusal(f"{path}:parks").startswith("a.zip 里有：")


@pytest.mark.parametrize("content", [b"not a zip", b""])
def test_a_broken_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert refusal(tmp_path / "a.zip").startswith("a.zip 不是完整、没有口令的 .zip")


def test_flatgeobuf_is_read(tmp_path: Path) -> None:
    path = files.written(tmp_path / "a.fgb", [SQUARE], {"户数": [7]}, crs="EPSG:4490")
    assert layers.numbers(layers.read(path), "户数").tolist() == [7]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB2312"])
def test_kml_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(KML.format(encoding=encoding).encode(encoding))
    layer = layers.read(path)
    assert layers.numbers(layer, "户数").tolist() == [7]
    assert layers.numbers(layer, "楼数").tolist() == [3]
    assert "东风社区" in [word for name in layer.columns for word in layers.words(layer, name)]
    assert layer.crs.to_epsg() == 4326


def test_kmz_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", KML.format(encoding="UTF-8"))
    assert layers.numbers(layers.read(tmp_path / "a.kmz"), "户数").tolist() == [7]


@pytest.mark.parametrize(
    ("crs", "epsg"),
    [("", 4326), (f', "crs": {CRS(4490).to_json()}', 4490)],
)
def test_geoparquet_is_read_in_the_system_it_names(tmp_path: Path, crs: str, epsg: int) -> None:
    layer = layers.read(geoparquet(tmp_path / "a.parquet", meta(crs)))
    assert layer.crs.to_epsg() == epsg
    assert layer.shapes[0].equals(SQUARE)
    assert layer.values("户数") == [7, None]


@pytest.mark.parametrize(
    ("geo", "said"),
    [
        (meta(', "crs": null'), "a.parquet 没有注明坐标系"),
        ("{}", "a.parquet 是 Parquet，但没有注明哪一列是图形"),
    ],
)
def test_parquet_that_does_not_say_is_refused(tmp_path: Path, geo: str, said: str) -> None:
    assert refusal(geoparquet(tmp_path / "a.parquet", geo)).startswith(said)


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_shapefile_sent_in_part_names_what_is_missing(tmp_path: Path, missing: str) -> None:
    path = files.written(tmp_path / "a.shp", [SQUARE], {"n": [1]}, crs="EPSG:4490")
    path.with_suffix(missing).unlink()
    assert refusal(path).startswith(f"a.shp 旁边缺同名的 {missing}")


@pytest.mark.parametrize("folder", ["重要!资料", "a$b", "a b", "a?b#c%d", "zip:x"])
@pytest.mark.parametrize("name", ["p!1.gpkg", "p!1.shp", "p!1.geojson"])
def test_no_sign_in_a_path_is_taken_for_anything_else(
    tmp_path: Path, folder: str, name: str
) -> None:
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / name
    to = writing.target(str(path))
    writing.write(to, files.np.array([SQUARE]), writing.table_of({"n": [1]}), CRS(4490))
    assert layers.read(path).values("n") == [1]
    assert {made.stem for made in (tmp_path / folder).iterdir()} == {"p!1"}


def test_a_whole_number_beside_a_gap_keeps_its_digits(tmp_path: Path) -> None:
    rows = [{"code": 42010300800112345}, {"code": None}]
    layer = layers.read(files.geojson(tmp_path / "a.geojson", [box(0, 0, 1, 1)] * 2, rows))
    assert layers.words(layer, "code") == ("42010300800112345", "")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="没有文件夹"):
        writing.target(str(tmp_path / "nowhere" / "a.gpkg"))
