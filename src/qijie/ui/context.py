"""What every template may use."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest

from qijie.access.viewer import NOBODY
from qijie.accounts.sending import who


def page(request: HttpRequest) -> dict[str, object]:
    return {
        "viewer": getattr(request, "viewer", NOBODY),
        "is_demo": settings.DEMO,
        # The page's script says back for whom it was made; see `qijie.accounts.sending`. Asked
        # only where it is shown: an error page reads no session.
        "made_for": partial(who, request),
        "is_sent_by_script": True,
    }
