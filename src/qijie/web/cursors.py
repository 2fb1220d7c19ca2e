"""Where a list goes on: signed, so that nobody writes one by hand and nothing has to be parsed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing

from qijie.kernel.refusal import Refusal

LONGEST = 300
"""Characters; ours have about half of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last row shown: its moment, its id, and which part of the list's order it stood in."""

    at: datetime
    id: UUID
    part: int = 0


def written(place: Place, *, of: str) -> str:
    """The place as it stands in an address; `of` names the list, and only that list takes it."""
    plain = [place.at.isoformat(), str(place.id), place.part]
    return signing.dumps(plain, salt=f"qijie.cursor.{of}")


def read(cursor: str, *, of: str) -> Place:
    """The place a cursor names; raises Refusal for one that is not ours or of another list."""
    try:
        if len(cursor) > LONGEST or not cursor.isascii():
            raise signing.BadSignature
        at, last_id, part = signing.loads(cursor, salt=f"qijie.cursor.{of}")
    except signing.BadSignature:
        raise Refusal("翻页位置无效，请回到列表第一页。") from None
    return Place(datetime.fromisoformat(at), UUID(last_id), part)
