from collections import Counter
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from qijie.access.viewer import Role, Side
from qijie.issues.queries.book import book_of
from qijie.issues.rules.book import DEFAULT_LIMITS, FAMILY_DEFAULTS, Numbers
from qijie.kernel.calendars import OfficeHours
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit, LimitUnit
from qijie.setup.load_reference import loop_reference
from qijie.setup.reference import Reference, read_reference
from qijie.setup.reference.rows import (
    Evidence,
    Stage,
    SuccessorBasis,
    Wording,
)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference(Path(__file__).parents[2] / "refdata")


def test_the_seven_families_are_there_in_order(reference):
    assert [family.order for family in reference.families] == [1, 2, 3, 4, 5, 6, 7]
    assert {family.code for family in reference.families} == {
        "city_management",
        "neighbourhood",
        "hazard",
        "help",
        "dispute",
        "service",
        "other",
    }


def test_all_the_municipal_conditions_kept_their_limits(reference):
    municipal = [row for row in reference.conditions if row.source == "yuncheng"]
    assert len(municipal) == 519
    assert all(row.limit is not None for row in municipal)
    assert len({row.category for row in municipal}) == 190


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("part-0101-1", Limit(Decimal(2), LimitUnit.URGENT_HOUR)),
        ("part-0101-2", Limit(Decimal(4), LimitUnit.WORKING_HOUR)),
        ("part-0101-4", Limit(Decimal(5), LimitUnit.WORKING_DAY)),
        ("matter-0101-1", Limit(Decimal(2), LimitUnit.NATURAL_DAY)),
        ("matter-0101-2", Limit(Decimal(15), LimitUnit.WORKING_DAY)),
        ("hazard-gas-1", Limit.of_minutes(30)),
    ],
)
def test_a_condition_carries_the_limit_of_its_source(reference, code, limit):
    assert reference.condition(code).limit == limit


def test_most_municipal_wordings_are_ours_and_say_so(reference):
    by_words = Counter(row.wording for row in reference.conditions if row.source == "yuncheng")
    assert by_words[Wording.OURS] >= 218
    assert by_words[Wording.OURS] + by_words[Wording.TAGS] == 519


def test_a_class_without_a_limit_uses_its_familys_default(reference):
    unset = [row for row in reference.conditions if row.limit is None]
    assert {reference.category(row.category).standard for row in unset} == {"GB/T 47678.5-2026"}
    assert reference.limit_of(unset[0]) == reference.family("city_management").default_limit


def test_every_2026_class_is_reached_or_left_out_on_purpose(reference):
    reached = {code for row in reference.categories for code in row.successor_codes}
    own = {row.standard_code for row in reference.categories if row.standard == "GB/T 47678.5-2026"}
    assert not reached & own
    # 153 components, each with its mirrored matter, and the 97 matters of classes 06 to 10;
    # 09008, the sale of unlicensed publications, is not taken in.
    assert len(reached | own) == 153 + 97 - 1
    assert "09008" not in reached | own


def test_a_successor_says_who_found_it(reference):
    assert reference.category("part-0101").successor_basis is SuccessorBasis.CROSSWALK
    slope = reference.category("part-0181")
    assert slope.successor_basis is SuccessorBasis.OURS
    assert slope.successor_codes == ("06051", "06052")
    assert reference.category("part-0199").successor_basis is None


def test_every_category_can_be_found_by_words(reference):
    for category in reference.categories:
        assert 3 <= len(category.keywords) <= 6, category.code


def test_restoring_follows_making_safe(reference):
    restored = reference.condition("matter-0502-2")
    assert (restored.stage, restored.follows) == (Stage.RESTORE, "matter-0502-1")
    assert not restored.is_choosable
    assert reference.condition("matter-0502-1").is_choosable


def test_disputes_and_advice_ask_for_no_photo(reference):
    for category in reference.categories:
        if category.family in ("dispute", "service", "help"):
            for row in reference.conditions_of(category.code):
                assert not {Evidence.PHOTO_AFTER, Evidence.PHOTO_BEFORE_AFTER} & set(row.evidence)


def test_every_condition_takes_a_look_a_word_or_a_record_and_never_only_a_photo(reference):
    without_a_photo = {Evidence.OWN_LOOK, Evidence.OTHER_SIDE, Evidence.RECORD, Evidence.NONE}
    assert len(reference.conditions) >= 830
    for row in reference.conditions:
        assert set(row.evidence) & without_a_photo, row.code


@pytest.mark.parametrize(
    ("code", "limit", "warnings"),
    [
        ("accept", Limit(Decimal(1), LimitUnit.WORKING_HOUR), (50, 80)),
        ("accept_urgent", Limit.of_minutes(10), (50, 80)),
        ("file", Limit(Decimal(2), LimitUnit.WORKING_HOUR), (50, 80)),
        ("verify", Limit(Decimal(1), LimitUnit.WORKING_DAY), (50, 80)),
        ("reopen_window", Limit(Decimal(15), LimitUnit.NATURAL_DAY), (80,)),
    ],
)
def test_the_clocks_have_the_loops_defaults(reference, code, limit, warnings):
    clock = reference.clock(code)
    assert (clock.limit, clock.warn_percent) == (limit, warnings)


def test_every_role_is_held_by_some_post_on_its_side(reference):
    assert {post.role for post in reference.post_kinds} == {*Role, None}
    sides = {post.role: post.side for post in reference.post_kinds}
    assert sides[Role.DESK] is sides[Role.VERIFIER] is Side.SUPERVISION
    assert sides[Role.DISPATCHER] is sides[Role.LEAD] is Side.COMMAND
    assert sides[None] is Side.NONE


def test_a_category_without_a_line_of_its_own_takes_its_familys_with_its_own_unit(reference):
    duty = reference.responsibility_for(reference.category("part-0101"))
    assert duty.main_unit_kind == "water_supply"
    assert duty.level is Level.DISTRICT
    own = reference.responsibility_for(reference.category("hazard-gas"))
    assert own.assisting_unit_kinds == ("fire_rescue", "emergency", "property_firm")


def test_every_category_has_somebody_responsible(reference):
    for category in reference.categories:
        duty = reference.responsibility_for(category)
        assert duty.main_unit_kind == category.main_unit_kind
        assert duty.main_unit_kind not in duty.assisting_unit_kinds


def test_office_hours_and_calendar_come_from_the_files(reference):
    assert reference.office_hours_at("420103008001001") == (
        OfficeHours(time(8, 30), time(12, 0)),
        OfficeHours(time(14, 0), time(17, 30)),
    )
    assert reference.calendar([2026]).is_working_day(date(2026, 10, 10))


def test_nothing_asks_for_what_is_never_recorded(shipped):
    never = ("民族", "宗教", "信仰", "政治面貌", "党员", "上访", "信访史")
    for file in shipped.rglob("*.csv"):
        words = file.read_text(encoding="utf-8")
        assert not [word for word in never if word in words], file.name


def test_the_files_are_plain_utf8_with_unix_line_ends(shipped):
    for file in shipped.rglob("*.csv"):
        content = file.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf"), file.name
        assert b"\r" not in content, file.name
        assert content.endswith(b"\n"), file.name


def test_the_same_files_have_the_same_version(shipped, copy, rewrite, reference):
    assert read_reference(copy).version == read_reference(shipped).version == reference.version
    rewrite(copy / "clocks.csv", "accept", {"limit_value": "2"})
    assert read_reference(copy).version != reference.version


def test_every_file_and_column_is_described(shipped):
    page = (shipped.parent / "docs" / "reference" / "refdata.md").read_text(encoding="utf-8")
    for file in shipped.rglob("*.csv"):
        header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert file.name in page
        assert [column for column in header if f"`{column}`" not in page] == [], file.name


def test_the_shipped_numbers_are_the_defaults_of_the_loop(reference):
    loaded = loop_reference(reference)
    book = book_of(clocks=loaded["clocks"], families=loaded["families"], numbers=loaded["numbers"])
    assert book.limits == DEFAULT_LIMITS
    assert book.family_limits == FAMILY_DEFAULTS
    assert book.numbers == Numbers()


def test_an_unknown_code_is_a_key_error(reference):
    with pytest.raises(KeyError, match="part-9999"):
        reference.category("part-9999")
