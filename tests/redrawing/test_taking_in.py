"""A plan drawn on the command line is taken in and put into force like any other."""

import json
from pathlib import Path
from typing import Any

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.refusal import Refusal
from qijie.redrawing.actions.importing import take_in
from qijie.redrawing.models import Plan, Run
from qijie.redrawing.queries import plans_of
from qijie.redrawing.rules import Purpose
from tests import town
from tests.redrawing import village
from tests.redrawing.acting import adopted, codes
from tests.redrawing.village import CODE, DAY, FOUR_COLUMNS, OF_BLOCK

pytestmark = pytest.mark.slow


def units(**changes: Any) -> dict[str, Any]:
    """The village's twelve blocks as the command line writes them."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(village.box(*place).geojson),
                "properties": {
                    "key": f"{place[0]}-{place[1]}",
                    "community": "杏林社区",
                    "households": OF_BLOCK,
                    "block": f"{place[0]}-{place[1]}",
                    "grid": number,
                    **changes,
                },
            }
            for place, number in FOUR_COLUMNS.items()
        ],
    }


def taken_in(file: Path, collection: dict[str, Any]) -> Plan:
    file.write_text(json.dumps(collection), "utf-8")
    run = take_in(file, path=CODE, as_of=town.TODAY, at=town.NOW)
    assert run.purpose == Purpose.IMPORTED
    with scope(SYSTEM):
        [plan] = plans_of(run)
    return plan


def test_a_plan_from_a_file_is_put_into_force(tmp_path: Path) -> None:
    plan = taken_in(tmp_path / "plan.geojson", units())
    assert plan.measures["in_band"] == 1.0
    assert plan.name == "导入：plan.geojson"
    given = adopted(plan).codes.values()
    assert codes(DAY) == dict.fromkeys(given, 360)
    assert len(codes(DAY)) == 4


def test_communities_may_be_codes(tmp_path: Path) -> None:
    plan = taken_in(tmp_path / "plan.geojson", units(community=CODE))
    assert {row["community"] for row in plan.measures["grids"]} == {CODE}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"community": "别处社区"}, "社区“别处社区”不在这里"),
        ({"grid": 0}, "第 1 个地块没有网格号"),
        ({"households": "很多"}, "households"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        taken_in(tmp_path / "plan.geojson", units(**changes))
    with scope(SYSTEM):
        assert not Run.objects.exists()


def test_buildings_outside_the_file_s_units_are_named(tmp_path: Path) -> None:
    short = units()
    short["features"] = short["features"][1:]
    with pytest.raises(Refusal, match=r"楼栋 429901001003-b00001 等 3 栋不在"):
        taken_in(tmp_path / "plan.geojson", short)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="找不到文件"):
        take_in(tmp_path / "none.gpkg", path=CODE, as_of=town.TODAY, at=town.NOW)
