"""Files that look right and are not: named with the true reason, never silently drawn wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, box

from qijie.territory.drawing import layers
from qijie.territory.drawing.graph import ACROSS_METRES, graph_of
from qijie.territory.drawing.keeping import apart
from qijie.territory.drawing.model import Edge, Units
from qijie.territory.drawing.planes import plane_of
from tests.territory.drawing import files
from tests.territory.drawing.files import draw, said
from tests.territory.drawing.test_layers import refusal

SWAPPED = LineString([(30.6, 114.27), (30.61, 114.27)])
NULL_ISLAND = LineString([(0, 0), (0.001, 0.001)])


def squares(gap: float, side: float = 100.0, count: int = 4, households: float = 100.0) -> Units:
    shapes = [
        box(x * (side + gap), y * (side + gap), x * (side + gap) + side, y * (side + gap) + side)
        for x in range(count)
        for y in range(count)
    ]
    return Units(
        keys=tuple(map(str, range(len(shapes)))),
        shapes=np.array(shapes, dtype=object),
        communities=("甲",) * len(shapes),
        measures=("households",),
        loads=np.full((len(shapes), 1), households),
        blocks=(),
        compounds=(),
        dedicated=(),
    )


def drawn(town: dict[str, Path], out: Path, *more: str | Path) -> int:
    given = ("--buildings", town["buildings"], "--communities", town["communities"])
    return draw("blocks", town["streets"], *given, "--out", out, *more)


def findings(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out.with_suffix(".findings.json").read_text("utf-8"))
    return found


def with_raw(path: Path, geometry: dict[str, Any], properties: dict[str, Any]) -> Path:
    collection = json.loads(path.read_text("utf-8"))
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    collection["features"].append(feature)
    path.write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
    return path


# One that strayed ---------------------------------------------------------------------------


def test_one_stray_street_does_not_choose_the_plane(tmp_path: Path) -> None:
    streets = files.town(tmp_path)["streets"]
    with_raw(streets, shapely.geometry.mapping(NULL_ISLAND), {})
    layer = layers.read(streets)
    assert plane_of(layer.shapes, layer.crs, layer.title).crs.to_epsg() == 4547


@pytest.mark.slow
def test_strays_are_left_out_and_named_and_count_nothing(tmp_path: Path) -> None:
    town = files.town(tmp_path)
    with_raw(town["streets"], shapely.geometry.mapping(NULL_ISLAND), {})
    with_raw(town["streets"], shapely.geometry.mapping(SWAPPED), {})
    home = shapely.geometry.mapping(box(0, 0, 0.001, 0.001))
    with_raw(town["buildings"], home, {"code": "stray", "households": 4000})
    out = tmp_path / "units.gpkg"
    assert drawn(town, out, "--quiet") == 0
    assert sum(files.columns_of(out)["households"]) == 36 * 40
    told = [one["sentence"] for one in findings(out) if "离其余的有几百公里" in one["sentence"]]
    assert [one.partition("在")[0] for one in told] == [
        "buildings.geojson 第 37 条",
        "streets.geojson 第 7 条",
        "streets.geojson 第 8 条",
    ]


def test_a_community_with_a_stray_corner_is_refused_by_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = files.town(tmp_path)
    with_raw(town["communities"], shapely.geometry.mapping(box(0, 0, 1, 1)), {"社区": "飞地"})
    assert drawn(town, tmp_path / "units.gpkg") == 1
    assert "communities.geojson 第 3 条在（0，0）一带，离其余的有几百公里" in said(capsys)


# Nothing in common --------------------------------------------------------------------------


@pytest.mark.parametrize("moved", ["buildings", "communities", "streets"])
def test_layers_of_two_places_are_refused_with_both_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], moved: str
) -> None:
    town = files.town(tmp_path)
    text = json.loads(town[moved].read_text("utf-8"))
    for feature in text["features"]:
        shape = shapely.transform(shapely.geometry.shape(feature["geometry"]), lambda at: at + 0.5)
        feature["geometry"] = shapely.geometry.mapping(shape)
    town[moved].write_text(json.dumps(text), "utf-8")
    assert drawn(town, tmp_path / "units.gpkg") == 1
    told = said(capsys)
    assert "请核对是不是同一个地方的文件、坐标系标得对不对" in told
    assert "经度 114.7" in told
    assert "经度 114.2" in told
    assert not (tmp_path / "units.gpkg").exists()


def test_units_in_which_nobody_lives_are_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes = [box(525000, 3385000, 525100, 3385100)]
    units = files.written(tmp_path / "u.gpkg", shapes, {"households": [0]}, crs="EPSG:4547")
    assert draw("plan", units, "--out", tmp_path / "plan.gpkg") == 1
    told = said(capsys)
    assert "一户也没有，划不出网格" in told
    assert "%" not in told


# Gaps in a column ---------------------------------------------------------------------------


def floors(tmp_path: Path, values: list[Any]) -> dict[str, Path]:
    town = files.town(tmp_path)
    rows = [{"building:levels": value} for value in values]
    files.geojson(town["buildings"], files.HOUSES[: len(rows)], rows)
    return town


@pytest.mark.slow
@pytest.mark.parametrize("gap", [None, "", "很高", -3, 1998, "1e9"])
def test_buildings_that_do_not_say_their_floors_get_a_stated_number(
    tmp_path: Path, gap: object
) -> None:
    town, out = floors(tmp_path, [6] * 20 + [gap] * 16), tmp_path / "units.gpkg"
    assert drawn(town, out, "--quiet") == 0
    filled, whole = sum(files.columns_of(out)["households"]), tmp_path / "whole.gpkg"
    assert drawn(floors(tmp_path, [6] * 36), whole, "--quiet") == 0
    assert filled == sum(files.columns_of(whole)["households"])
    told = next(one["sentence"] for one in findings(out) if "没有能用的层数" in one["sentence"])
    assert "有 16 条的“building:levels”没有能用的层数（第 21 条" in told
    assert "按 6 层估算" in told


def test_floors_nobody_wrote_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = floors(tmp_path, [None] * 36)
    assert drawn(town, tmp_path / "units.gpkg") == 1
    assert "没有一条是能用的层数" in said(capsys)
    assert drawn(town, tmp_path / "units.gpkg", "--usual-floors", "6", "--quiet") == 0


# Ground nobody drew -------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [0.1, 2.0, 30.0])
def test_units_a_hair_or_a_street_apart_are_neighbours(gap: float) -> None:
    graph = graph_of(squares(gap), across_metres=ACROSS_METRES)
    assert len(graph.pairs) == 24
    assert graph.border_metres.min() >= 99
    assert set(graph.edge.tolist()) == {Edge.STREET if gap > 0.5 else Edge.BLOCK}
    assert graph.bridged == ()
    assert graph.across == pytest.approx(np.full(24, gap))


def test_what_stands_between_two_units_parts_them() -> None:
    units = squares(0.0, side=20.0)
    graph = graph_of(units, across_metres=ACROSS_METRES)
    assert len(graph.across) == 0
    assert len(graph.pairs) == 24


@pytest.mark.slow
def test_a_plan_of_blocks_without_streets_joins_across_them_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes = [
        shapely.transform(one, lambda at: at + np.array([525000, 3385000]))
        for one in squares(2).shapes
    ]
    units = files.written(tmp_path / "u.gpkg", shapes, {"households": [100] * 16}, crs="EPSG:4547")
    assert draw("plan", units, "--out", tmp_path / "plan.gpkg") == 0
    told = said(capsys)
    assert "24 对相邻地块" in told
    assert "24 对地块之间隔着 2.0–2.0 米没有画成面的地方" in told
    assert "社区本身不连成一片" not in told


# The last of a set --------------------------------------------------------------------------


def test_a_community_with_a_strip_thinner_than_a_metre_stays_whole() -> None:
    area = MultiPolygon([box(0, 0, 100, 100), box(200, 0, 200.4, 100)])
    places, home = apart({"东风": area}, {})
    assert places["东风"].equals(area)
    assert home == {}


def test_a_missing_file_among_many_is_named() -> None:
    assert refusal("nowhere.gpkg:roads").startswith("找不到文件 nowhere.gpkg:roads")
