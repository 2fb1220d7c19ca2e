"""Keys a client made before sending: what comes under one takes effect once."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from qijie.kernel.refusal import Refusal
from qijie.records.models import IntakeKey
from qijie.records.said import Difference, Parts, Said, difference


class KeyReused(Refusal):
    """The same client key came with something else; nothing of it is taken, `parts` differ."""

    def __init__(self, sentence: str, parts: frozenset[str] = frozenset()) -> None:
        super().__init__(sentence)
        self.parts = parts


_CLAIM = """
    INSERT INTO records_intakekey (key, region_code, purpose, digest, parts, subject_id, at)
    VALUES (%s, '', %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What took effect under a key before, and how this delivery differs from it."""

    subject_id: UUID
    parts: Parts
    difference: Difference


def claim(*, key: UUID, purpose: str, said: Said, subject_id: UUID, at: datetime) -> Earlier | None:
    """Claims a client-made key for the effect of this transaction.

    None: the key is ours, go on. Else the effect took place before; the key stays locked, so that
    what is more in this delivery can be taken in once (`take_more`).
    Raises KeyReused when the key came before for another purpose.
    """
    parts = json.dumps(said.parts)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [key, purpose, said.digest, parts, subject_id, at])
        if cursor.rowcount == 1:
            return None
    earlier = IntakeKey.objects.select_for_update().get(key=key)
    if earlier.purpose != purpose:
        raise KeyReused("这份内容与先前用同一编号提交的不同，请刷新页面后重新提交。")
    if bytes(earlier.digest) == said.digest:
        return Earlier(earlier.subject_id, earlier.parts, Difference())
    return Earlier(earlier.subject_id, earlier.parts, difference(earlier.parts, said))


def is_claimed(key: UUID, purpose: str) -> bool:
    """Whether something took effect under a key, for this purpose."""
    return IntakeKey.objects.filter(key=key, purpose=purpose).exists()


def take_more(key: UUID, said: Said, earlier: Earlier) -> None:
    """Lets the key remember what came besides, in the transaction that takes it in."""
    both = said.with_earlier(earlier.parts)
    IntakeKey.objects.filter(key=key).update(digest=both.digest, parts=both.parts)
