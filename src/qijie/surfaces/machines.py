"""What programs ask a site for: what search engines may read, and whom to tell of a weakness."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.teams.gate import GuardedRequest

_GOOD_FOR = timedelta(days=180)
_ROBOTS = """\
User-agent: *
Disallow: /account/
Disallow: /api/
Disallow: /console/
Disallow: /field/
Disallow: /m/
"""


@require_safe
def robots(request: GuardedRequest) -> HttpResponse:
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def security(request: GuardedRequest) -> HttpResponse:
    """As RFC 9116 wants it; without a contact of its own the installation's report page is one."""
    site = settings.PUBLIC_ADDRESS.rstrip("/")
    until = (timezone.now() + _GOOD_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (
        f"Contact: {settings.SECURITY_CONTACT or f'{site}/report/'}",
        f"Expires: {until}",
        "Preferred-Languages: zh, en",
        f"Canonical: {site}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
