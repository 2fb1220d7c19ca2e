"""What every answer says about itself: who may keep it, who may list it, what a page may use.

Said by door, in one place: what only some may see is kept by no browser and no proxy, and is found
by no search engine.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from qijie.access.form_keys import HEADER
from qijie.access.permissions import Door, Who

KEPT_BY_NOBODY = "private, no-store"
FOUND = frozenset({"portal:start", "portal:report", "portal:privacy", "portal:grid"})
"""The pages for everybody; they alone may stand in a search engine."""
_FOR_EVERYBODY = frozenset({Who.ANYONE, Who.INTAKE})
_USES = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(),"
    " magnetometer=(), microphone=(), payment=(), usb=()"
)
_SECRET_PATHS = ("/m/", "/account/activate/")


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        door: Door | None = getattr(request, "door", None)
        response["Permissions-Policy"] = _USES
        if not _is_for_everybody(request, response, door) or HEADER in request.headers:
            response["Cache-Control"] = KEPT_BY_NOBODY
        if door is None or door.url_name not in FOUND or response.status_code != 200:
            response["X-Robots-Tag"] = "noindex, nofollow"
        if request.path_info.startswith(_SECRET_PATHS):
            # A form's Origin still goes along, which no-referrer would empty.
            response["Referrer-Policy"] = "strict-origin"
        return response


def _is_for_everybody(request: HttpRequest, response: HttpResponseBase, door: Door | None) -> bool:
    """What a browser may keep: a public page that was asked for and found."""
    is_read = request.method in ("GET", "HEAD") and response.status_code < 400
    return is_read and door is not None and door.who in _FOR_EVERYBODY
