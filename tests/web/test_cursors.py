"""A place in a list is what the product itself wrote, or it is refused in words."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from qijie.kernel.ids import new_id
from qijie.kernel.refusal import Refusal
from qijie.web import cursors
from qijie.web.cursors import LONGEST, Place

HERE = Place(datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC), new_id(), 1)


def packed(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode()


def test_a_place_comes_back_as_it_was_written() -> None:
    cursor = cursors.written(HERE, of="matters")
    assert cursors.read(cursor, of="matters") == HERE
    assert len(cursor) < LONGEST * 2 / 3


@pytest.mark.parametrize(
    "cursor",
    [
        "zzz",
        "\0",
        "\ud800",
        "第二页",
        "x" * 100_000,
        ":",
        packed("[" * 3_000),
        packed('{"a":' * 3_000),
        packed(json.dumps(["2026-03-02T09:00:00+23:59:59.999999", str(HERE.id), 0])),
        packed(json.dumps(["0001-01-01T00:00:00+14:00", str(HERE.id), 10**30])),
    ],
)
def test_what_somebody_made_up_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(Refusal, match="翻页位置无效"):
        cursors.read(cursor, of="matters")


def test_a_place_is_good_for_its_own_list_and_unchanged_only() -> None:
    cursor = cursors.written(HERE, of="matters")
    for wrong in (cursor[:-1], "A" + cursor, cursor.swapcase()):
        with pytest.raises(Refusal):
            cursors.read(wrong, of="matters")
    with pytest.raises(Refusal):
        cursors.read(cursor, of="notices")
    later = Place(HERE.at + timedelta(seconds=1), HERE.id)
    assert cursors.written(later, of="matters") != cursor
