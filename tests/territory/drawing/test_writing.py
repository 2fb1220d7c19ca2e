"""A format's limits are met before the work, and in words; nothing beside the result is lost."""

import json
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import CRS
from shapely import box

from qijie.territory.drawing import layers, writing
from qijie.territory.drawing.mending import Unusable
from tests.territory.drawing import files
from tests.territory.drawing.files import draw, said

SQUARES = [box(525000 + 100 * n, 3385000, 525100 + 100 * n, 3385100) for n in range(4)]
SHAPES = files.np.array(SQUARES, dtype=object)


def units(path: Path, columns: dict[str, list[object]], **more: str) -> Path:
    given = {"户数": [200, 200, 200, 200], **columns}
    return files.written(path, SQUARES, given, crs="EPSG:4547", **more)


def fitted(name: str, table: pa.Table) -> tuple[list[str], list[str]]:
    made, told = writing.fitted(writing.target(name), table, SHAPES[: table.num_rows])
    return made.column_names, told


@pytest.mark.slow
def test_a_plan_written_as_shapefile_can_be_planned_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = units(tmp_path / "units.gpkg", {"社区名称": ["甲"] * 4, "备注说明文字": list("abcd")})
    plan = tmp_path / "plan.shp"
    assert draw("plan", given, "--community", "社区名称", "--out", plan) == 0
    assert "“社区名称”一列改叫“社区名”" in said(capsys)
    layer = layers.read(plan)
    assert layer.columns == ("户数", "社区名", "备注说", "grid")
    assert layers.words(layer, "备注说") == ("a", "b", "c", "d")
    again = ("--community", "社区名", "--out", tmp_path / "again.shp", "--quiet")
    assert draw("plan", plan, *again) == 0


def test_names_that_would_become_one_stay_different(tmp_path: Path) -> None:
    table = writing.table_of({"社区负责人甲": [1], "社区负责人乙": [2], "社区负": [3]})
    names, told = fitted(str(tmp_path / "a.shp"), table)
    assert names == ["社区_2", "社区_3", "社区负"]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["字" * 85], "第 1 条的“x”太长（255 字节），Shapefile 一格最多 254 字节"),
        ([10**18], "第 1 条的“x”超过 18 位"),
        ([b"\0\1"], "Shapefile 存不下“x”一列的二进制内容"),
        ([[f"标签{n}" for n in range(40)]], "第 1 条的“x”太长"),
    ],
)
def test_what_a_shapefile_would_cut_is_refused_beforehand(
    tmp_path: Path, column: list[object], said: str
) -> None:
    with pytest.raises(Unusable) as refused:
        fitted(str(tmp_path / "a.shp"), pa.table({"x": pa.array(column)}))
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson"])
def test_columns_come_out_as_what_they_are(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"code": 420103008001, "day": "2026-01-02", "at": "2026-01-02T03:04:05+08:00", "on": True},
        {"code": None, "day": None, "at": None, "on": None},
    ]
    given = layers.read(files.geojson(tmp_path / "in.geojson", [box(0, 0, 1, 1)] * 2, rows))
    to = writing.target(str(tmp_path / f"out{suffix}"))
    table, _ = writing.fitted(to, given.table, given.shapes)
    writing.write(to, given.shapes, table, given.crs)
    made = layers.read(to.path)
    assert made.values("code") == [420103008001, None]
    assert made.values("day") == given.values("day")
    if suffix != ".shp":
        assert made.values("at") == given.values("at")


def test_lists_come_out_as_lists_or_as_what_every_program_reads_as_one(tmp_path: Path) -> None:
    rows = [{"tags": ["a", "b"]}]
    given = layers.read(files.geojson(tmp_path / "in.geojson", [box(0, 0, 1, 1)], rows))
    for name in ("out.geojson", "out.gpkg"):
        to = writing.target(str(tmp_path / name))
        writing.write(to, given.shapes, writing.fitted(to, given.table, given.shapes)[0], given.crs)
        value = layers.read(to.path).values("tags")[0]
        assert (json.loads(value) if isinstance(value, str) else value) == ["a", "b"]


@pytest.mark.parametrize(
    "columns",
    [
        {"fid": [7, 7, 7, 7]},
        {"fid": ["a", "b", "c", "d"]},
        {"geom": ["a", "b", "c", "d"]},
        {"Name": list("abcd"), "name": list("efgh")},
        {"GEOM": list("abcd"), "FID": [1, 1, 1, 1], "geom_2": list("efgh")},
    ],
)
def test_a_geopackage_takes_any_column(tmp_path: Path, columns: dict[str, list[object]]) -> None:
    to = writing.target(str(tmp_path / "a.gpkg"))
    table, _ = writing.fitted(to, writing.table_of(columns), SHAPES)
    writing.write(to, SHAPES, table, CRS(4547))
    made = layers.read(to.path)
    assert [made.values(name) for name in made.columns] == list(columns.values())


def test_other_layers_of_a_container_stay(tmp_path: Path) -> None:
    city = tmp_path / "city.gpkg"
    files.written(city, SQUARES[:1], {"n": [1]}, crs="EPSG:4547", layer="roads")
    files.written(city, SQUARES[:2], {"n": [1, 2]}, crs="EPSG:4547", layer="plan", append=True)
    to = writing.target(f"{city}:plan")
    told = writing.write(to, SHAPES, writing.table_of({"m": [1, 2, 3, 4]}), CRS(4547))
    assert told == ["city.gpkg 已在，写入图层“plan”（取代原有的同名图层），其余图层（roads）不动"]
    assert {name for name, _ in pyogrio.list_layers(city)} == {"roads", "plan"}
    assert layers.read(f"{city}:roads").values("n") == [1]
    assert layers.read(f"{city}:plan").values("m") == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["plan", "Plan", "PLAN"])
def test_a_layer_is_one_however_its_name_is_written(tmp_path: Path, name: str) -> None:
    city = tmp_path / "city.gpkg"
    files.written(city, SQUARES[:2], {"n": [1, 2]}, crs="EPSG:4547", layer="plan")
    to = writing.target(f"{city}:{name}")
    writing.write(to, SHAPES, writing.table_of({"m": [1, 2, 3, 4]}), CRS(4547))
    assert {layer for layer, _ in pyogrio.list_layers(city)} == {"plan"}
    with pytest.raises(Unusable, match="是同一份数据，会盖掉它"):
        writing.target(f"{city}:{name}", [f"{city}:plan"])


@pytest.mark.parametrize("name", ["roads", "Roads"])
def test_a_layer_of_streets_is_never_replaced_by_a_plan(tmp_path: Path, name: str) -> None:
    city = tmp_path / "city.gpkg"
    street = shapely.LineString([(500_000, 3_380_000), (500_100, 3_380_000)])
    files.written(city, [street], {"n": [1]}, crs="EPSG:4547", layer="roads")
    with pytest.raises(Unusable, match="“roads”不是面，写进去会删掉它"):
        writing.target(f"{city}:{name}")


def test_a_file_that_is_replaced_is_said_to_be(tmp_path: Path) -> None:
    to = writing.target(str(tmp_path / "a.shp"))
    writing.write(to, SHAPES, writing.table_of({"n": [1, 2, 3, 4]}), CRS(4547))
    to.path.with_suffix(".qix").write_bytes(b"an index of what was there before")
    told = writing.write(to, SHAPES[:2], writing.table_of({"n": [5, 6]}), CRS(4547))
    assert told == ["取代了原有的 a.shp"]
    assert layers.read(to.path).values("n") == [5, 6]
    assert not to.path.with_suffix(".qix").exists()


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    given = units(tmp_path / "units.gpkg", {})
    with pytest.raises(Unusable, match="是同一份数据，会盖掉它"):
        writing.target(str(given), [str(given)])
    assert writing.target(f"{given}:plan", [str(given)]).layer == "plan"


def test_a_file_of_another_kind_under_the_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_text("会议记录")
    with pytest.raises(Unusable, match="却不是 GeoPackage"):
        writing.target(str(tmp_path / "a.gpkg"))


def test_what_cannot_be_kept_is_said_before_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = units(tmp_path / "units.gpkg", {"备注": ["字" * 100] * 4})
    assert draw("plan", given, "--out", tmp_path / "plan.shp") == 1
    told = said(capsys)
    assert "Shapefile 一格最多 254 字节" in told
    assert "对相邻地块" not in told
    assert not shapely.is_empty(SHAPES).any()
    assert list(tmp_path.iterdir()) == [given]
