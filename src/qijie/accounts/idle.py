"""A desk left alone is signed out."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

_SEEN = "qijie.seen"
_WRITTEN_EVERY = 60
"""Seconds: not every page writes a session."""


def begin(request: HttpRequest) -> None:
    """Somebody is there: the session has just begun."""
    request.session[_SEEN] = int(time.time())


class IdleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            _watch(request)
        return self.get_response(request)


def _watch(request: HttpRequest) -> None:
    now = int(time.time())
    last_login = request.user.last_login  # type: ignore[union-attr]
    seen = request.session.get(_SEEN) or int(last_login.timestamp() if last_login else now)
    if now - seen > settings.IDLE_MINUTES * 60:
        logout(request)
        messages.info(request, f"您有 {settings.IDLE_MINUTES} 分钟没有操作，为安全已退出登录。")
    elif now - seen > _WRITTEN_EVERY and not _asks_by_itself(request):
        request.session[_SEEN] = now


def _asks_by_itself(request: HttpRequest) -> bool:
    """A list that looks for news every half minute is nobody at the desk."""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
