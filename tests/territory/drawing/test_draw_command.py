"""`qijie draw`, as a person uses it: files in, files out, one sentence where it cannot be done."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from shapely import box

from qijie.territory.drawing import layers
from tests.territory.drawing import files
from tests.territory.drawing.files import draw, said

pytestmark = pytest.mark.slow

HOME = Path(__file__).resolve().parents[3]


def blocks(town: dict[str, Path], out: Path, *more: str) -> int:
    return draw(
        "blocks",
        town["streets"],
        "--buildings",
        town["buildings"],
        "--communities",
        town["communities"],
        "--out",
        out,
        *more,
    )


def alone(*arguments: str | Path) -> None:
    """In a process of its own, without Django's settings or a database."""
    done = subprocess.run(
        [sys.executable, "-m", "qijie.cli", "draw", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_from_streets_to_a_plan_to_the_next_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = files.town(tmp_path)
    units, plan, after = (tmp_path / name for name in ("units.gpkg", "plan.gpkg", "after.geojson"))
    given = ("--buildings", town["buildings"], "--communities", town["communities"])
    alone("blocks", town["streets"], *given, "--out", units)
    assert sum(files.columns_of(units)["households"]) == 36 * 40
    alone("plan", units, "--seed", "1", "--out", plan)
    homes = [{"code": f"b{n:02d}", "households": 40 + 8 * (n < 9)} for n in range(36)]
    files.geojson(town["buildings"], files.HOUSES, homes)
    assert draw("blocks", town["streets"], *given, "--out", units, "--quiet") == 0
    assert draw("plan", units, "--from", plan, "--most-moved", 100, "--out", after) == 0
    assert "从 plan.gpkg:plan 出发：0 个地块是新的" in said(capsys)
    measures = json.loads(after.with_suffix(".measures.json").read_text())
    assert measures["totals"]["moved_households"] <= 100
    assert measures["rules"]["balances"][0]["low"] == 300


def test_blocks_cover_each_community_under_its_name(tmp_path: Path) -> None:
    out = tmp_path / "units.geojson"
    assert blocks(files.town(tmp_path), out, "--quiet") == 0
    units, columns = files.shapes_of(out), files.columns_of(out)
    assert set(columns) == {"key", "community", "households", "block", "compound", "dedicated"}
    assert set(columns["community"]) == {"东风", "解放"}
    assert len(set(columns["block"])) == 4
    whole = shapely.union_all([files.placed(shape) for shape in files.COMMUNITIES])
    assert shapely.union_all(units).symmetric_difference(whole).area < 1e-4 * whole.area


@pytest.mark.parametrize("name", ["units.gpkg", "units.shp", "units.geojson"])
def test_the_plan_keeps_every_column_the_format_and_the_system(tmp_path: Path, name: str) -> None:
    units = files.written(
        tmp_path / name,
        [box(525000 + 100 * n, 3385000, 525100 + 100 * n, 3385100) for n in range(4)],
        {"hh": [200, 200, 200, 200], "comm": ["甲"] * 4, "备注": ["a", "b", "c", "d"]},
        crs="EPSG:4547",
    )
    out = tmp_path / f"plan{units.suffix}"
    assert draw("plan", units, "--community", "comm", "--out", out, "--quiet") == 0
    columns = files.columns_of(out)
    assert columns["备注"] == ["a", "b", "c", "d"]
    assert columns["grid"] == [1, 1, 2, 2]
    before, after = files.shapes_of(units), files.shapes_of(out)
    assert shapely.equals_exact(before, after, 1e-6).all()


@pytest.mark.parametrize("name", ["units.gpkg", "units.geojson", "units.shp"])
def test_from_a_public_map_units_and_plans_come_out_in_cgcs2000(tmp_path: Path, name: str) -> None:
    town, public = files.town(tmp_path), ("--system", "gcj02", "--quiet")
    units, plan, after = (tmp_path / f"{word}{name}" for word in ("", "plan-", "after-"))
    assert blocks(town, units, *public) == 0
    assert draw("plan", units, "--out", plan, *public) == 0
    assert draw("plan", units, "--from", plan, "--out", after, *public) == 0

    off = files.placed(files.COMMUNITIES[0]).bounds[0] - files.shapes_of(units)[0].bounds[0]
    assert abs(off) > 0.004
    for made in (plan, after):
        assert layers.is_cgcs2000(layers.read(made).crs)
        shapes = files.shapes_of(made)
        assert shapely.equals_exact(shapes, files.shapes_of(units), 1e-9, normalize=True).all()


def test_a_plan_of_a_public_maps_units_comes_out_in_cgcs2000(tmp_path: Path) -> None:
    units, out = four(tmp_path, households=[200] * 4), tmp_path / "plan.geojson"
    assert draw("plan", units, "--system", "gcj02", "--out", out, "--quiet") == 0

    assert layers.is_cgcs2000(layers.read(out).crs)
    assert 0.004 < files.shapes_of(out)[0].distance(files.shapes_of(units)[0].centroid) < 0.008


def four(folder: Path, **columns: list[object]) -> Path:
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    shapes = [box(10 * n, 0, 10 * n + 10, 10) for n in range(4)]
    return files.geojson(folder / "units.geojson", shapes, rows)


def grid_of_units(folder: Path, side: int) -> Path:
    shapes = [box(5 * x, 5 * y, 5 * x + 5, 5 * y + 5) for x in range(side) for y in range(side)]
    rows = [{"households": 20 + 37 * n % 90} for n in range(len(shapes))]
    return files.geojson(folder / "units.geojson", shapes, rows)


def test_an_older_grid_column_is_replaced_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = four(tmp_path, households=[200] * 4, grid=[9] * 4)
    assert draw("plan", units, "--out", tmp_path / "plan.geojson") == 0
    assert "units.geojson 原有的“grid”列由新方案取代" in said(capsys)
    assert files.columns_of(tmp_path / "plan.geojson")["grid"] == [1, 1, 2, 2]


def test_several_plans_are_written_side_by_side(tmp_path: Path) -> None:
    units = grid_of_units(tmp_path, 8)
    assert draw("plan", units, "--plans", 2, "--out", tmp_path / "plan.geojson", "--quiet") == 0
    made = sorted(path.name for path in tmp_path.glob("plan*"))
    assert made == [f"plan-{n}{end}" for n in (1, 2) for end in (".geojson", ".measures.json")]


def test_where_only_one_plan_can_be_found_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = four(tmp_path, households=[100] * 4)
    assert draw("plan", units, "--plans", 3, "--out", tmp_path / "plan.geojson") == 0
    assert "要 3 个方案，只找到 1 个不同的" in said(capsys)
    assert sorted(path.name for path in tmp_path.glob("plan*")) == [
        "plan-1.geojson",
        "plan-1.measures.json",
    ]


def test_units_of_an_old_plan_are_found_by_area_where_no_key_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.geojson"
    assert draw("plan", four(tmp_path, households=[200] * 4), "--out", old, "--quiet") == 0
    halves = [box(5 * n, 0, 5 * n + 5, 10) for n in range(10)]
    units = files.geojson(tmp_path / "new.geojson", halves, [{"households": 100}] * 10)
    out = tmp_path / "plan.geojson"
    assert draw("plan", units, "--from", old, "--out", out) == 0
    assert "从 old.geojson 出发：2 个地块是新的" in said(capsys)
    assert files.columns_of(out)["grid"][:4] == [1, 1, 1, 1]


def test_the_measures_beside_a_plan_say_how_it_was_made(tmp_path: Path) -> None:
    units = four(tmp_path, households=[200, 200, 200, 900], matters=[1, 2, 3, 4])
    out = tmp_path / "plan.geojson"
    assert (
        draw("plan", units, "--seed", 7, "--balance", "matters:1:9", "--out", out, "--quiet") == 0
    )
    measures = json.loads(out.with_suffix(".measures.json").read_text())
    assert (measures["plan"], measures["seed"]) == ("plan.geojson", 7)
    assert measures["measures"] == ["households", "matters"]
    assert sum(row["loads"][0] for row in measures["grids"]) == 1500
    assert "超过上限" in "".join(row["sentence"] for row in measures["gave_way"])


def test_other_peoples_units_may_be_broken(tmp_path: Path) -> None:
    bow = shapely.Polygon([(10, 0), (20, 10), (20, 0), (10, 10)])
    units = files.geojson(
        tmp_path / "units.geojson", [box(0, 0, 10, 10), bow], [{"households": 300}] * 2
    )
    assert draw("plan", units, "--out", tmp_path / "plan.geojson", "--quiet") == 0
    measures = json.loads((tmp_path / "plan.measures.json").read_text())
    assert "边界自己相交" in measures["findings"][0]["sentence"]


UNITS_REFUSED = {
    "no households": (
        {"n": [1] * 4},
        (),
        "✗ units.geojson 不知道哪一列是户数（它的列：n）；请用 --households 指明。",
    ),
    "a wrong column": (
        {"n": [1] * 4},
        ("--households", "hh"),
        "✗ units.geojson 没有“hh”这一列；它的列是：n。",
    ),
    "a wrong community": (
        {"households": [1] * 4},
        ("--community", "社区"),
        "✗ units.geojson 没有“社区”这一列；它的列是：households。",
    ),
    "a band upside down": (
        {"households": [1] * 4},
        ("--band", "500", "300"),
        "✗ --band 的下限 500 要大于 0 并小于上限 300；例如 --band 300 500。",
    ),
    "a balance nobody can read": (
        {"households": [1] * 4},
        ("--balance", "matters"),
        "✗ --balance “matters”看不懂；请写成 列名:下限:上限，例如 --balance matters:20:40。",
    ),
    "a balance of nothing": (
        {"households": [1] * 4},
        ("--balance", "matters:1:2"),
        "✗ units.geojson 没有“matters”这一列；它的列是：households。",
    ),
    "an old plan that is none": (
        {"households": [1] * 4},
        ("--from", "units.geojson"),
        "✗ units.geojson 没有“grid”这一列，不是一份方案；请用 qijie draw plan 写出的文件。",
    ),
    "plans from a plan": (
        {"households": [1] * 4},
        ("--plans", "2", "--from", "units.geojson"),
        "✗ --plans 和 --from 不能同时用：从旧方案出发只有一个改动最少的新方案。",
    ),
    "negative households": (
        {"households": [1, 1, -3, 1]},
        (),
        "✗ units.geojson 第 3 条的“households”是负数；请改成不小于 0 的数，没有就填 0。",
    ),
}


@pytest.mark.parametrize("case", UNITS_REFUSED)
def test_what_cannot_be_planned_is_refused_in_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
) -> None:
    columns, more, sentence = UNITS_REFUSED[case]
    four(tmp_path, **columns)
    monkeypatch.chdir(tmp_path)
    assert draw("plan", "units.geojson", "--out", "plan.geojson", *more) == 1
    assert said(capsys).splitlines()[-1] == sentence
    assert [path.name for path in tmp_path.iterdir()] == ["units.geojson"]


def test_a_unit_without_a_shape_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = files.geojson(
        tmp_path / "units.geojson", [box(0, 0, 10, 10), None], [{"households": 1}] * 2
    )
    assert draw("plan", units, "--out", tmp_path / "plan.geojson") == 1
    assert "✗ units.geojson 第 2 条没有能用的面" in said(capsys)


BLOCKS_REFUSED = {
    "no folder": ((), "nowhere/units.gpkg", "✗ 没有文件夹"),
    "no such format": ((), "units.dwg", "✗ 写不了 units.dwg 这种格式"),
    "no such column": (
        ("--households", "户数"),
        "units.gpkg",
        "✗ buildings.geojson 没有“户数”这一列",
    ),
    "no such community": (
        ("--community", "名"),
        "units.gpkg",
        "✗ communities.geojson 没有“名”这一列",
    ),
    "no such rail": (("--rail", "rail.shp"), "units.gpkg", "✗ 找不到文件 rail.shp"),
}


@pytest.mark.parametrize("case", BLOCKS_REFUSED)
def test_what_cannot_be_cut_into_blocks_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    more, out, sentence = BLOCKS_REFUSED[case]
    assert blocks(files.town(tmp_path), tmp_path / out, *more) == 1
    assert said(capsys).splitlines()[-1].startswith(sentence)
    assert not list(tmp_path.glob("**/units*"))


def test_buildings_without_households_or_floors_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = files.town(tmp_path)
    files.geojson(town["buildings"], files.HOUSES)
    assert blocks(town, tmp_path / "units.gpkg") == 1
    assert "既没有户数列也没有层数列" in said(capsys)


def test_households_are_estimated_from_floors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = files.town(tmp_path)
    rows = [{"层数": 6, "用途": "住宅" if n else "学校"} for n in range(36)]
    files.geojson(town["buildings"], files.HOUSES, rows)
    out = tmp_path / "units.gpkg"
    options = ("--residential", "用途=住宅", "--dedicated", "用途=学校")
    assert blocks(town, out, *options) == 0
    # A house measures about 38 m by 22 m.
    assert sum(files.columns_of(out)["households"]) == pytest.approx(35 * 55, abs=70)
    assert files.columns_of(out)["dedicated"].count("学校") == 1
    assert "户数由占地面积 × 层数 ÷ 92.17 平方米估算" in said(capsys)


def test_doubled_keys_and_doubled_houses_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = files.town(tmp_path)
    rows = [{"code": "b1" if n < 3 else f"c{n}", "households": 10} for n in range(36)]
    shapes = [files.HOUSES[0], files.HOUSES[0], *files.HOUSES[2:]]
    files.geojson(town["buildings"], shapes, rows)
    out = tmp_path / "units.gpkg"
    assert blocks(town, out) == 0
    told = said(capsys)
    assert "第 2 条：和前面的“b1”完全重复，只算一次。" in told
    assert "第 3 条：编号“b1”重复，改称“b1~2”。" in told
    assert sum(files.columns_of(out)["households"]) == 350


def test_everything_found_is_written_beside_the_units(tmp_path: Path) -> None:
    town = files.town(tmp_path)
    rows = [{"code": f"b{n}", "households": 1} for n in range(37)]
    files.geojson(town["buildings"], [*files.HOUSES, box(90, 90, 95, 95)], rows)
    assert blocks(town, tmp_path / "units.gpkg", "--quiet") == 0
    found = json.loads((tmp_path / "units.findings.json").read_text())
    assert found[0]["sentence"] == "楼栋“b36”不在任何社区内，没有算进任何地块。"


def test_water_is_a_border_and_no_community_means_one(tmp_path: Path) -> None:
    town = files.town(tmp_path)
    water = files.geojson(tmp_path / "water.geojson", [box(30, 2, 33, 38)])
    out = tmp_path / "units.gpkg"
    arguments = ("blocks", town["streets"], "--buildings", town["buildings"], "--water", water)
    assert draw(*arguments, "--out", out, "--quiet") == 0
    assert set(files.columns_of(out)["community"]) == {"全部"}


def stopped(until: str, *arguments: str | Path) -> str:
    """What a run says that gets Ctrl-C as soon as it has said `until`."""
    with subprocess.Popen(
        [sys.executable, "-m", "qijie.cli", "draw", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME / "src")},
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stderr is not None
        while until not in (line := run.stderr.readline()):
            assert line, "ended before"
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
        assert run.wait(timeout=60) == 130, rest
    return rest


STOPPED = "✗ 已按 Ctrl-C 停下，没有留下写了一半的文件；要结果请重新运行。\n"


def test_ctrl_c_while_blocks_are_cut_leaves_nothing(tmp_path: Path) -> None:
    demo = HOME / "profiles" / "jianghan"
    given = ("--buildings", demo / "buildings.geojson", "--out", tmp_path / "units.gpkg")
    assert stopped("正在划分", "blocks", demo / "streets.geojson", *given) == STOPPED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_while_a_plan_is_searched_leaves_nothing(tmp_path: Path) -> None:
    shapes = [box(5 * x, 5 * y, 5 * x + 5, 5 * y + 5) for x in range(160) for y in range(8)]
    rows = [
        {"households": 20 + 37 * n % 90, "community": f"c{n // 64}"} for n in range(len(shapes))
    ]
    units = files.geojson(tmp_path / "units.geojson", shapes, rows)
    told = stopped("  2/20 ", "plan", units, "--out", tmp_path / "plan.gpkg")
    assert told.splitlines()[-1] + "\n" == STOPPED
    assert "20/20" not in told
    assert list(tmp_path.iterdir()) == [units]
