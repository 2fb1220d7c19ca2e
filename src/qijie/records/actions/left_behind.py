"""Events, news, timers, links and the log of who looked at what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector

from qijie.access.viewer import Viewer
from qijie.records.models import (
    AccessEntry,
    Event,
    LinkToken,
    OutboxEntry,
    Timer,
)
from qijie.records.queries import token_digest

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


def queue_job_again(job_id: int, at: datetime) -> None:
    """Gives a job whose worker died to another."""
    _QUEUE.job_manager.retry_job_by_id(job_id, at)


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
