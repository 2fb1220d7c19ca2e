"""What one delivery says, part by part: what its key remembers of it, and what a later one adds.

Every field of what was handed in is a part, so a new field cannot be forgotten; a field the key is
not to cover would have to be named in `NOT_SAID`.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from qijie.records.photos import Photo

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NOT_SAID = frozenset({"key"})
PHOTOS = "photos"
_PRINT_BYTES = 16
Parts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """The prints of one delivery, by part; a part that was left empty is not there."""

    parts: Parts

    @property
    def digest(self) -> bytes:
        return sha256(json.dumps(self.parts, sort_keys=True).encode()).digest()

    @property
    def photos(self) -> Sequence[str]:
        """A print for each photo, in their order."""
        return self.parts.get(PHOTOS, ())

    def with_earlier(self, earlier: Parts) -> "Said":
        """Both together: what a key remembers once the more has been taken in."""
        kept = earlier.get(PHOTOS, ())
        photos = [*kept, *(one for one in self.photos if one not in kept)]
        return Said({**earlier, **self.parts, **({PHOTOS: photos} if photos else {})})


@dataclass(frozen=True, slots=True)
class Difference:
    """Against an earlier delivery: what is now said besides, otherwise, and not at all."""

    more: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    less: frozenset[str] = frozenset()

    @property
    def parts(self) -> frozenset[str]:
        return self.more | self.other | self.less


def said_in(handed_in: "DataclassInstance", key: UUID, photos: Sequence[Photo] = ()) -> Said:
    """The prints of all its fields and of the photos' bytes.

    Keyed: whoever reads the table cannot try telephone numbers until one fits.
    """
    parts: dict[str, Sequence[str]] = {}
    for field in fields(handed_in):
        value = getattr(handed_in, field.name)
        is_empty = value is None or value is False or value == ""
        if field.name not in NOT_SAID and not is_empty:
            parts[field.name] = [_print(key, field.name, str(value).encode())]
    if photos:
        parts[PHOTOS] = [_print(key, PHOTOS, photo.digest.encode()) for photo in photos]
    return Said(parts)


def difference(earlier: Parts, now: Said) -> Difference:
    """Photos that came before and not again are no difference: a browser forgets them on Back."""
    more = {name for name in now.parts if name not in earlier}
    if set(now.photos) - set(earlier.get(PHOTOS, ())):
        more.add(PHOTOS)
    less = {name for name in earlier if name not in now.parts} - {PHOTOS}
    both = {*earlier} - {PHOTOS} - less
    return Difference(
        frozenset(more),
        frozenset(name for name in both if list(earlier[name]) != list(now.parts[name])),
        frozenset(less),
    )


def _print(key: UUID, part: str, value: bytes) -> str:
    salted = b"said:" + key.bytes + part.encode() + b":" + value
    return hmac.digest(settings.SECRET_KEY.encode(), salted, "sha256")[:_PRINT_BYTES].hex()
