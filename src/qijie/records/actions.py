"""The only writers of what is left behind."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection

from qijie.access.viewer import Viewer
from qijie.kernel.refusal import Refusal
from qijie.records.models import (
    AccessEntry,
    Attachment,
    Event,
    IntakeKey,
    LinkToken,
    OutboxEntry,
    Timer,
)
from qijie.records.photos import Photo, store
from qijie.records.queries import token_digest

LINK_LIFETIME = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class AccessNote:
    kind: str
    door: str
    subject: str
    fields: tuple[str, ...] = ()
    purpose: str = ""
    region_code: str = ""


def note_access(
    notes: Iterable[AccessNote], *, viewer: Viewer, address: str | None, at: datetime
) -> None:
    AccessEntry.objects.bulk_create(
        AccessEntry(
            at=at,
            region_code=note.region_code,
            kind=note.kind,
            user_id=viewer.user_id,
            post_ids=list(viewer.post_ids),
            door=note.door,
            subject=note.subject,
            fields=list(note.fields),
            purpose=note.purpose,
            address=address,
        )
        for note in notes
    )


def append(events: Sequence[Event], told: Sequence[dict[str, str]] = ()) -> None:
    """Writes the events of one act and, in the same transaction, whom somebody must tell.

    told: audience and sentence pairs; they go with the last event, which stands for the act.
    """
    Event.objects.bulk_create(events)
    OutboxEntry.objects.bulk_create(
        OutboxEntry(
            event_id=event.id,
            region_code=event.region_code,
            subject_id=event.subject_id,
            event_at=event.at,
            told=list(told),
        )
        for event in events[-1:]
    )


class KeyReused(Refusal):
    """The same client key came with another body."""


_CLAIM = """
    INSERT INTO records_intakekey (key, region_code, purpose, digest, subject_id, at)
    VALUES (%s, '', %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING
"""


def claim(*, key: UUID, purpose: str, body: bytes, subject_id: UUID, at: datetime) -> UUID | None:
    """Claims a client-made key for the effect of this transaction.

    None: the key is ours, go on. An id: the effect took place before, on that subject.
    Raises KeyReused when the key came before with another body.
    """
    digest = sha256(body).digest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [key, purpose, digest, subject_id, at])
        if cursor.rowcount == 1:
            return None
    earlier = IntakeKey.objects.get(key=key)
    if bytes(earlier.digest) != digest or earlier.purpose != purpose:
        raise KeyReused("这份内容与先前用同一编号提交的不同，请刷新页面后重新提交。")
    return earlier.subject_id


_NEXT = """
    INSERT INTO records_dailycounter (region_code, "on", series, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (region_code, "on", series)
    DO UPDATE SET last = records_dailycounter.last + 1 RETURNING last
"""


def next_number(*, region_code: str, on: date, series: str) -> int:
    """The next number of a county's day; holds that counter's row until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [region_code, on, series])
        return int(cursor.fetchone()[0])


def give_link(*, subject_id: UUID, purpose: str, at: datetime) -> str:
    """Makes a private link's secret; only its hash stays here."""
    token = secrets.token_urlsafe(16)
    LinkToken.objects.bulk_create(
        [
            LinkToken(
                token_hash=token_digest(token),
                subject_id=subject_id,
                purpose=purpose,
                made_at=at,
                expires_at=at + LINK_LIFETIME,
            )
        ]
    )
    return token


def set_timers(timers: Iterable[Timer]) -> None:
    Timer.objects.bulk_create(timers)


def drop_timers(subject_id: UUID, purposes: Iterable[str], at: datetime) -> None:
    Timer.objects.filter(
        subject_id=subject_id, purpose__in=list(purposes), done_at__isnull=True
    ).update(done_at=at)


def attach(
    photos: Sequence[Photo],
    *,
    region_code: str,
    subject_id: UUID,
    event_id: UUID | None,
    purpose: str,
    from_reporter: bool,
    at: datetime,
) -> None:
    """Stores photos under their hash and records whose they are."""
    Attachment.objects.bulk_create(
        Attachment(
            region_code=region_code,
            subject_id=subject_id,
            event_id=event_id,
            purpose=purpose,
            sha256=store(photo),
            media_type=photo.media_type,
            size_bytes=len(photo.content),
            width_pixels=photo.width,
            height_pixels=photo.height,
            from_reporter=from_reporter,
            at=at,
        )
        for photo in photos
    )
