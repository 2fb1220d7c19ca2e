from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from qijie.records.models import AccessEntry, Attachment, Event, LinkToken, Miss, SentForm


def token_digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def subject_of_link(token: str, at: datetime) -> UUID | None:
    """What a private link opens; None for an unknown or expired one."""
    link = LinkToken.objects.filter(token_hash=token_digest(token), expires_at__gt=at).first()
    return link.subject_id if link else None


def form_sent(digest: bytes) -> SentForm | None:
    """What a form did, where it took effect before."""
    return SentForm.objects.filter(pk=digest).first()


CLOCKS_APART = timedelta(days=31)
"""So far behind may the clock of one host be; what it wrote is still found, in its place."""


def history_of(subject_id: UUID, *, since: datetime | None = None) -> QuerySet[Event]:
    """A subject's events in the order they were written in, whatever the hosts' clocks said.

    since: when the subject came into being; months well before it are not looked into.
    """
    found = Event.objects.filter(subject_id=subject_id).order_by("sequence")
    return found.filter(at__gte=since - CLOCKS_APART) if since else found


def photos_of(subject_id: UUID) -> QuerySet[Attachment]:
    """All that were handed in: those that wait to be looked at and those refused as well."""
    return Attachment.objects.filter(subject_id=subject_id).order_by("at", "id")


def photos_that_count(subject_id: UUID) -> QuerySet[Attachment]:
    """What is evidence: a photo that waits counts, one that cannot be opened does not."""
    return photos_of(subject_id).exclude(state=Attachment.State.REFUSED)


def names_waited_for(names: Collection[str]) -> set[str]:
    """Of these files in the waiting folder, those a row still waits for."""
    waiting = Attachment.objects.filter(waiting_name__in=names)
    return set(waiting.values_list("waiting_name", flat=True))


def photos_to_look_at(at: datetime) -> QuerySet[Attachment]:
    """Those not looked at yet, the one that waits longest first; some may be in hand."""
    waiting = Attachment.objects.filter(state=Attachment.State.WAITING, look_at__lte=at)
    return waiting.order_by("look_at")


def access_entries() -> QuerySet[AccessEntry]:
    return AccessEntry.objects.order_by("-at", "-id")


def misses() -> QuerySet[Miss]:
    """Counts of refused strangers, the latest day and the most frequent first."""
    return Miss.objects.order_by("-on", "-times", "kind", "network")
