from django.http import HttpResponse

from qijie.records.models import Attachment
from qijie.records.photos import path_of


def photo_response(photo: Attachment) -> HttpResponse:
    """The photo itself, as something a browser shows and never guesses about."""
    response = HttpResponse(path_of(photo.sha256).read_bytes(), content_type=photo.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="{photo.sha256[:12]}.jpg"'
    return response
