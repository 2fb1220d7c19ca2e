"""Browsers in which somebody signed in fully before: strangers' wrong tries do not hold her there.

The cookie opens nothing. It only says which count a try is held by.
"""

from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from qijie.accounts.models import User

DAYS = 180
MOST_PEOPLE = 8
"""A desk's computer is shared; the one who came longest ago goes first."""
_SALT = "qijie.device"
_SECONDS = DAYS * 86_400


def device_of(request: HttpRequest, username: str) -> str:
    """The device's own word for this person; empty where she never signed in fully."""
    known = _known(request)
    if not known:
        return ""
    user = User.objects.filter(username=username).only("pk").first()
    return known.get(str(user.pk), "") if user else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    known = _known(request)
    device = known.pop(str(user.pk), "") or token_urlsafe(12)
    kept = dict([*known.items(), (str(user.pk), device)][-MOST_PEOPLE:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(kept, salt=_SALT),
        max_age=_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_SECONDS
        )
    except signing.BadSignature:
        return {}
    return dict(known)
