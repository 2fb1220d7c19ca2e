"""The only writers of what is left behind."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector

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
from qijie.records.queries import history_of, token_digest
from qijie.records.said import Difference, Parts, Said, difference

# An app of our own: the worker gives the shared one a connection beside this thread's, and a job
# queued on that would start before its rows are there, and would outlive their rollback.
_QUEUE = App(connector=DjangoConnector())
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


def append(events: Sequence[Event], told: Sequence[Mapping[str, str]] = ()) -> None:
    """Writes the events of one act and, in the same transaction, whom somebody must tell.

    told: what `outbound` reads: audience, move, sentence, order. It goes with the last event.
    """
    Event.objects.bulk_create(events)
    if told:
        last = events[-1]
        tell_later(
            told, region_code=last.region_code, subject_id=last.subject_id, at=last.at, id=last.id
        )


def tell_later(
    told: Sequence[Mapping[str, str]],
    *,
    region_code: str,
    subject_id: UUID,
    at: datetime,
    id: UUID | None = None,
) -> None:
    entry = OutboxEntry(
        region_code=region_code, subject_id=subject_id, at=at, told=[dict(one) for one in told]
    )
    entry.id = id or entry.id
    OutboxEntry.objects.bulk_create([entry])


def queue_job(name: str, *, queue: str, **arguments: str) -> None:
    """Queues work in the transaction of the rows it is about, whatever process runs this."""
    _QUEUE.configure_task(name, queue=queue).defer(**arguments)


def claim_outbox(now: datetime, limit: int) -> list[OutboxEntry]:
    """The oldest entries nobody else is telling; they stay claimed until the transaction ends."""
    waiting = OutboxEntry.objects.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    return list(waiting.select_for_update(skip_locked=True).order_by("at")[:limit])


def postpone(entry: OutboxEntry, *, until: datetime) -> None:
    """Leaves an entry that could not be told for later."""
    OutboxEntry.objects.filter(pk=entry.pk).update(tries=entry.tries + 1, retry_at=until)


def told(entries: Sequence[OutboxEntry]) -> None:
    OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()


def claim_timers(now: datetime, limit: int, *, purposes: Sequence[str]) -> list[Timer]:
    """Timers that ran out and nobody else is serving; claimed until the transaction ends."""
    return list(
        Timer.objects.select_for_update(skip_locked=True)
        .filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
        .filter(done_at__isnull=True, due_at__lte=now, purpose__in=purposes)
        .order_by("due_at")[:limit]
    )


def try_again(timer: Timer, *, until: datetime) -> None:
    """Leaves a timer that could not be served for later."""
    Timer.objects.filter(pk=timer.pk).update(tries=timer.tries + 1, retry_at=until)


def rung(timers: Sequence[Timer], at: datetime) -> None:
    Timer.objects.filter(pk__in=[timer.pk for timer in timers]).update(done_at=at)


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


def take_more(key: UUID, said: Said, earlier: Earlier) -> None:
    """Lets the key remember what came besides, in the transaction that takes it in."""
    both = said.with_earlier(earlier.parts)
    IntakeKey.objects.filter(key=key).update(digest=both.digest, parts=both.parts)


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


def give_link(*, token: str, subject_id: UUID, purpose: str, at: datetime) -> None:
    """Lets a secret open its subject; only the secret's hash is kept."""
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


def set_timers(timers: Iterable[Timer]) -> None:
    Timer.objects.bulk_create(timers)


def drop_timers(subject_id: UUID, purpose: str, at: datetime) -> None:
    Timer.objects.filter(subject_id=subject_id, purpose=purpose, done_at__isnull=True).update(
        done_at=at
    )


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


def attach_to_first(
    photos: Sequence[Photo], *, subject_id: UUID, purpose: str, at: datetime
) -> None:
    """Adds photos to the event a subject began with; the scope must let that event be read."""
    first = history_of(subject_id).first()
    if first is None:
        raise LookupError(f"{subject_id} has no history")
    attach(
        photos,
        region_code=first.region_code,
        subject_id=subject_id,
        event_id=first.pk,
        purpose=purpose,
        from_reporter=False,
        at=at,
    )
