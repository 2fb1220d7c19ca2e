"""What a key remembers covers everything that takes effect, whatever is added to a report later."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from qijie.issues.actions import NewReport
from qijie.issues.actions.handed_in import LABELS
from qijie.issues.rules.vocabulary import Channel, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.ids import new_id
from qijie.records.photo_headers import Header
from qijie.records.photos import Photo
from qijie.records.said import NOT_SAID, PHOTOS, Difference, difference, said_in
from tests import town

OTHERWISE: dict[str, Any] = {
    "words": "别的事",
    "channel": Channel.HOTLINE,
    "category": "8",
    "place": town.IN_GRID_2,
    "path": town.GRID_2,
    "place_words": "门口",
    "urgency": Urgency.URGENT,
    "name": "老李",
    "phone": "13912345678",
    "email": "li@example.cn",
    "about_post_id": new_id(),
    "about_unit_id": new_id(),
    "about_level": Level.COMMUNITY,
    "is_about_staff": True,
    "about_words": "网格员",
    "issue_id": new_id(),
    "device_at": datetime(2026, 1, 1, 8),  # noqa: DTZ001
    "is_solved": True,
    "solved_words": "当场清走了",
}
PARTS = [field.name for field in fields(NewReport) if field.name not in NOT_SAID]
KEY = UUID(int=7)
REPORT = NewReport(key=KEY, words="垃圾三天没清", channel=Channel.PORTAL)
ONE, TWO = (Photo("", digest, Header("image/jpeg", 4, 3), 9) for digest in ("one", "two"))


def test_only_the_key_itself_is_not_said() -> None:
    assert {"key"} == NOT_SAID


@pytest.mark.parametrize("part", PARTS)
def test_each_part_changed_makes_another_digest_and_has_a_name_on_the_page(part: str) -> None:
    first = said_in(REPORT, KEY)
    second = said_in(replace(REPORT, **{part: OTHERWISE[part]}), KEY)
    assert first.digest != second.digest
    assert difference(first.parts, second).parts == {part}
    assert LABELS[part]


def test_photos_are_told_apart_by_their_bytes() -> None:
    first, second = said_in(REPORT, KEY, [ONE]), said_in(REPORT, KEY, [TWO])
    assert first.digest != second.digest
    assert difference(first.parts, second).more == {PHOTOS}


def test_photos_the_browser_forgot_on_the_way_back_are_no_difference() -> None:
    assert difference(said_in(REPORT, KEY, [ONE]).parts, said_in(REPORT, KEY)) == Difference()


def test_a_contact_taken_out_again_is_a_difference() -> None:
    first = said_in(replace(REPORT, phone="13912345678"), KEY)
    assert difference(first.parts, said_in(REPORT, KEY)).less == {"phone"}


def test_what_was_added_is_remembered_beside_what_came_first() -> None:
    first = said_in(replace(REPORT, name="老李"), KEY, [ONE])
    both = said_in(replace(REPORT, name="老李", phone="139"), KEY, [TWO]).with_earlier(first.parts)
    again = said_in(replace(REPORT, name="老李", phone="139"), KEY, [ONE, TWO])
    assert difference(both.parts, again) == Difference()


def test_the_same_words_under_another_key_leave_another_print() -> None:
    assert said_in(REPORT, KEY).parts != said_in(REPORT, new_id()).parts
