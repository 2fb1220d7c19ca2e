"""Photos as they lie on disk after the door, and the darkroom's round over them."""

import io
from datetime import datetime

from django.utils import timezone
from PIL import Image

from qijie.outbound.darkroom import develop_waiting
from qijie.records.photos import Photo, take_in


def jpeg(width: int = 64, height: int = 48, shade: int = 120) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, 140, 130)).save(drawn, "JPEG")
    return drawn.getvalue()


def a_photo(shade: int = 120) -> Photo:
    (photo,) = take_in([("现场.jpg", jpeg(shade=shade))])
    return photo


def look_at_all(at: datetime | None = None) -> None:
    """What the worker does with every photo that waits."""
    while develop_waiting(at or timezone.now()):
        pass
