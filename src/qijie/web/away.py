"""While the database is away: once more where that is safe, else in words, with when to come back.

The outermost of our middleware. A connection that broke under a request is given up and the request
begun anew if nothing of it can have taken effect: it only reads, or the gate had not opened yet.
"""

import sys
from collections.abc import Callable

import psycopg
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from psycopg_pool import PoolTimeout

RETRY_AFTER_SECONDS = 5
_READS = ("GET", "HEAD")
_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
_MARK, _BROKEN, _NONE_TO_HAVE = "X-Qijie-Away", "broken", "none to have"


class AwayMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.get(_MARK) == _BROKEN and _did_nothing(request):
            for connection in connections.all(initialized_only=True):
                connection.close()
            response = self.get_response(request)
        if _MARK in response:
            del response[_MARK]
        return response


def _did_nothing(request: HttpRequest) -> bool:
    return request.method in _READS or not hasattr(request, "viewer")


def is_away(error: BaseException | None) -> bool:
    """Whether it failed for want of the database: away, overloaded, full, or held by somebody.

    psycopg calls all of these operational; what is wrong with a statement or a row it does not.
    Its own come from connections beside Django's.
    """
    return isinstance(error, _AWAY)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's answer to an uncaught exception: 503 while the database is away, else 500."""
    error = sys.exc_info()[1]
    if not is_away(error):
        return render(request, "ui/errors/server_error.html", status=500)
    answer = render(request, "ui/errors/away.html", {"seconds": RETRY_AFTER_SECONDS}, status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    answer["Cache-Control"] = "no-store"
    # Whoever waited in vain for a connection does not wait twice.
    waited = isinstance(error.__cause__ if error else None, PoolTimeout)
    answer[_MARK] = _NONE_TO_HAVE if waited else _BROKEN
    return answer
