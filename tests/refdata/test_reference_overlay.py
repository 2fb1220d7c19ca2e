from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from qijie.kernel.calendars import OfficeHours
from qijie.kernel.working_time import Limit, LimitUnit
from qijie.setup.reference import ReferenceError, read_reference

CLOCK_HEADER = (
    "code,name_zh,starts_zh,ends_zh,holder_zh,limit_value,limit_unit,warn_percent,source\n"
)
CATEGORY_HEADER = (
    "code,family,name_zh,resident_name_zh,keywords,main_unit_kind,is_urgent,standard,"
    "standard_kind,standard_code,successor_codes,successor_name_zh,successor_basis,source\n"
)
CONDITION_HEADER = (
    "code,category,wording_zh,wording,limit_value,limit_unit,stage,follows,evidence,"
    "close_standard_zh,source\n"
)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    (folder / "calendars").mkdir(parents=True)
    return folder


def lay(profile: Path, file: str, text: str) -> None:
    (profile / file).write_text(text, encoding="utf-8")


def test_an_empty_overlay_changes_nothing(shipped, profile):
    assert read_reference(shipped, profile) == read_reference(shipped)


def test_a_row_with_a_known_code_replaces_it_where_it_stands(shipped, profile):
    row = "accept,受理,上报,受理,受理员,2,working_hour,80,qijie\n"
    lay(profile, "clocks.csv", CLOCK_HEADER + row)
    merged = read_reference(shipped, profile)
    assert merged.clock("accept").limit == Limit(Decimal(2), LimitUnit.WORKING_HOUR)
    assert [c.code for c in merged.clocks] == [c.code for c in read_reference(shipped).clocks]


def test_a_place_adds_a_category_of_its_own(shipped, profile):
    row = (
        "hazard-levee,hazard,堤防,江堤不安全,江堤 管涌 渗水,water_affairs,yes,"
        "qijie,own,levee,,,,qijie\n"
    )
    lay(profile, "categories.csv", CATEGORY_HEADER + row)
    row = "hazard-levee-1,hazard-levee,渗水,ours,1,urgent_hour,,,photo_after record,已处置,qijie\n"
    lay(profile, "conditions.csv", CONDITION_HEADER + row)
    merged = read_reference(shipped, profile)
    assert merged.categories[-1].code == "hazard-levee"
    assert merged.conditions_of("hazard-levee")[0].limit == Limit(1, LimitUnit.URGENT_HOUR)


def test_a_leading_minus_takes_a_row_away(shipped, profile):
    lay(profile, "categories.csv", CATEGORY_HEADER + "-part-0197" + "," * 13 + "\n")
    gone = "".join(f"-part-0197-{number}" + "," * 10 + "\n" for number in range(1, 7))
    lay(profile, "conditions.csv", CONDITION_HEADER + gone)
    merged = read_reference(shipped, profile)
    assert "part-0197" not in {row.code for row in merged.categories}
    assert len(merged.conditions) == len(read_reference(shipped).conditions) - 6


def test_a_row_that_was_never_there_cannot_be_taken_away(shipped, profile):
    lay(profile, "clocks.csv", CLOCK_HEADER + "-snooze" + "," * 8 + "\n")
    with pytest.raises(ReferenceError) as refused:
        read_reference(shipped, profile)
    assert str(refused.value) == (
        "place/clocks.csv 第 2 行“code”：要删去的“snooze”不存在，请核对代码或删去这一行。"
    )


def test_a_category_is_not_taken_away_without_its_conditions(shipped, profile):
    lay(profile, "categories.csv", CATEGORY_HEADER + "-part-0186" + "," * 13 + "\n")
    with pytest.raises(ReferenceError, match="类别“part-0186”不存在"):
        read_reference(shipped, profile)


def test_a_defect_in_the_overlay_names_the_overlays_file(shipped, profile):
    row = "accept,受理,上报,受理,受理员,two,working_hour,80,qijie\n"
    lay(profile, "clocks.csv", CLOCK_HEADER + row)
    with pytest.raises(ReferenceError, match=r"^place/clocks.csv 第 2 行“limit_value”"):
        read_reference(shipped, profile)


def test_a_place_has_office_hours_of_its_own_and_so_has_a_street_in_it(shipped, profile):
    lay(
        profile,
        "calendars/office_hours.csv",
        "code,territory_path,opens,closes,source\n"
        "district,420103,09:00,17:00,qijie\n"
        "street,420103008,08:00,16:00,qijie\n",
    )
    merged = read_reference(shipped, profile)
    assert merged.office_hours_at("420103008001001") == (OfficeHours(time(8), time(16)),)
    assert merged.office_hours_at("420103009001") == (OfficeHours(time(9), time(17)),)
    assert len(merged.office_hours_at("420104001001")) == 2


def test_a_day_set_by_hand_reaches_the_calendar_and_its_version(shipped, profile):
    lay(
        profile,
        "calendars/overrides.csv",
        "on,kind,name_zh,of_notice,source\n2026-12-24,off,暴雪停班,no,qijie\n",
    )
    calendar = read_reference(shipped, profile).calendar([2026])
    assert not calendar.is_working_day(date(2026, 12, 24))
    assert calendar.version != read_reference(shipped).calendar([2026]).version
