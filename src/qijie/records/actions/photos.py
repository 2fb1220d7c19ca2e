"""Photos as rows: waiting until somebody has looked at their bytes, then shown or refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records.hand import pause_after
from qijie.records.models import Attachment
from qijie.records.photos import Photo
from qijie.records.queries import history_of, photos_to_look_at

State = Attachment.State
LATER = timedelta(minutes=5)
"""When a photo is looked at again that could not be decoded or stored yet."""


def attach(
    photos: Sequence[Photo],
    *,
    region_code: str,
    subject_id: UUID,
    event_id: UUID,
    purpose: str,
    from_reporter: bool,
    at: datetime,
) -> None:
    """Records whose the photos are and with which event they came; their bytes lie on disk."""
    Attachment.objects.bulk_create(
        Attachment(
            region_code=region_code,
            subject_id=subject_id,
            event_id=event_id,
            purpose=purpose,
            state=State.WAITING,
            waiting_name=photo.waiting_name,
            look_at=at,
            media_type=photo.header.media_type,
            size_bytes=photo.size_bytes,
            width_pixels=photo.header.width,
            height_pixels=photo.header.height,
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


def begin_on(photo_ids: Sequence[UUID], at: datetime) -> list[Attachment]:
    """Those of the photos in hand that wait still, committed: decoding locks no row."""
    with scope(SYSTEM):
        waiting = photos_to_look_at(at).filter(pk__in=photo_ids)
        found = list(waiting.select_for_update(skip_locked=True))
        for photo in found:
            photo.look_at = at + pause_after(photo.tries)
            photo.tries += 1
        Attachment.objects.bulk_update(found, ["tries", "look_at"])
    return found


def put_off(photo: Attachment, at: datetime) -> None:
    """It is not the photo's fault: it is looked at again later, as if for the first time."""
    _settle(photo, look_at=at + LATER, tries=0)


def show(photo: Attachment, *, digest: str, size_bytes: int, width: int, height: int) -> None:
    """The re-encoded photo lies under its digest: from now on it is what is served."""
    _settle(
        photo,
        state=State.SHOWN,
        waiting_name="",
        sha256=digest,
        media_type="image/jpeg",
        size_bytes=size_bytes,
        width_pixels=width,
        height_pixels=height,
    )


def refuse(photo: Attachment, why: str) -> None:
    """It is no photo after all; the page says why, in words."""
    _settle(photo, state=State.REFUSED, waiting_name="", refusal=why)


def _settle(photo: Attachment, **facts: object) -> None:
    with scope(SYSTEM):
        waiting = Attachment.objects.filter(pk=photo.pk, state=State.WAITING)
        waiting.update(**facts)
