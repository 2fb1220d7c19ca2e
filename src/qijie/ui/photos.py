"""Photos on a page: shown once looked at; until then, and where they cannot be shown, in words."""

from django.http import HttpResponse

from qijie.records.models import Attachment
from qijie.records.photos import path_of

BEING_CHECKED = "照片正在检查"


def as_shown(photo: Attachment, url: str, alt: str) -> dict[str, object]:
    """One photo of `ui/parts/photos.html`: a picture, or the words that stand in its place."""
    words = {Attachment.State.WAITING: BEING_CHECKED, Attachment.State.REFUSED: photo.refusal}
    return {
        "url": url,
        "alt": alt,
        "at": photo.at,
        "words": words.get(Attachment.State(photo.state), ""),
        "is_waiting": photo.state == Attachment.State.WAITING,
    }


def photo_response(photo: Attachment) -> HttpResponse:
    """The photo itself, as something a browser shows and never guesses about."""
    response = HttpResponse(path_of(photo.sha256).read_bytes(), content_type=photo.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="{photo.sha256[:12]}.jpg"'
    return response
