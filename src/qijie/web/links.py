"""A private link that was sent in a sentence: what came along behind it is left off."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

_AS_SENT = re.compile(
    r"/m/(?P<before>[^\w/-]*)(?P<token>[\w-]{22})(?P<behind>/?(?:[^\w/-].*)?)",
    re.ASCII | re.DOTALL,
)


class LinkMiddleware:
    """`/m/<link>。` and `/m/<link>/）` lead where `/m/<link>/` does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = _AS_SENT.fullmatch(request.path_info) if request.method in ("GET", "HEAD") else None
        if found and (found["before"] or found["behind"].strip("/")):
            return HttpResponseRedirect(reverse("portal:matter", args=[found["token"]]))
        return self.get_response(request)
