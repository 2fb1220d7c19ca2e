"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from qijie.access.viewer import NOBODY


def page(request: HttpRequest) -> dict[str, object]:
    return {"viewer": getattr(request, "viewer", NOBODY), "is_demo": settings.DEMO}
