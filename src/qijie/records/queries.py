from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from qijie.records.models import AccessEntry, Attachment, Event, LinkToken


def token_digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def subject_of_link(token: str, at: datetime) -> UUID | None:
    """What a private link opens; None for an unknown or expired one."""
    link = LinkToken.objects.filter(token_hash=token_digest(token), expires_at__gt=at).first()
    return link.subject_id if link else None


def history_of(subject_id: UUID) -> QuerySet[Event]:
    return Event.objects.filter(subject_id=subject_id).order_by("at", "sequence")


def photos_of(subject_id: UUID) -> QuerySet[Attachment]:
    return Attachment.objects.filter(subject_id=subject_id).order_by("at", "id")


def access_entries() -> QuerySet[AccessEntry]:
    return AccessEntry.objects.order_by("-at", "-id")
