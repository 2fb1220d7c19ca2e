"""A desk left alone is signed out, and everybody once in twelve hours."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

_SEEN, _BEGAN = "qijie.seen", "qijie.began"
_WRITTEN_EVERY = 60
"""Seconds: not every page writes a session."""


def begin(request: HttpRequest) -> None:
    """Somebody is there: the session has just begun."""
    request.session[_SEEN] = request.session[_BEGAN] = int(time.time())


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
    first = int(last_login.timestamp()) if last_login else now
    seen = request.session.get(_SEEN, first)
    if now - request.session.get(_BEGAN, first) > settings.SESSION_COOKIE_AGE:
        _send_away(request, "这次登录已满 12 小时，为安全请重新登录。")
    elif now - seen > settings.IDLE_MINUTES * 60:
        _send_away(request, f"您有 {settings.IDLE_MINUTES} 分钟没有操作，为安全已退出登录。")
    elif now - seen > _WRITTEN_EVERY and not _asks_by_itself(request):
        # Writing a session puts off its end, so how long it may last is kept in it.
        request.session[_SEEN] = now


def _send_away(request: HttpRequest, sentence: str) -> None:
    logout(request)
    messages.info(request, sentence)


def _asks_by_itself(request: HttpRequest) -> bool:
    """A list that looks for news every half minute is nobody at the desk."""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
