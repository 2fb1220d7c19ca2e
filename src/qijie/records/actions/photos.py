"""Photos: whose they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from qijie.records.models import Attachment
from qijie.records.photos import Photo, store
from qijie.records.queries import history_of


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
