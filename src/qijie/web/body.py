"""No view begins before its body is whole.

The server hands a body over as it comes, and its end looks the same whether all of it came or the
line broke: so here it is counted against its Content-Length, with a limit of size and of time, kept
on disk when large, and only then given to Django. What was refused is answered by `BodyMiddleware`
with a page, and nothing else of the product ever sees it.
"""

import io
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from qijie.accounts.address import client_address
from qijie.web.limits import (
    DRAINED,
    MEGABYTE,
    SMALL_BODY,
    Fault,
    Refused,
    most_bytes,
    seconds_for,
)
from qijie.web.slow import Places, Reading

READING, WAITING = 24, 32
"""Threads of one process that may read bodies, and that may wait a second for doing so."""
WRITING, LOOKING = 4, 4
"""Threads that may be inside the product at once to write, and to look only: where more share one
interpreter, each only makes the others slower; and looking never waits in line behind writing."""
THREADS = READING + WAITING + WRITING + LOOKING
_LOOKS = frozenset({"GET", "HEAD"})
_PIECE = 64 * 1024
_REFUSED = "qijie.body_refused"
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class WholeBodies:
    """Wraps Django's WSGI application."""

    def __init__(self, application: Application) -> None:
        self._application, self._places = application, Places(READING, WAITING)
        self._writing = threading.BoundedSemaphore(WRITING)
        self._looking = threading.BoundedSemaphore(LOOKING)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        source, method = environ["wsgi.input"], environ["REQUEST_METHOD"]
        refused, is_unread = None, _holds_unread_body(environ)
        if method == "POST":
            refused = self._take_body(environ)
        else:
            environ["wsgi.input"] = io.BytesIO()
            environ.pop("CONTENT_LENGTH", None)
        if refused or is_unread:
            start_response = _closing(start_response)
        with self._looking if method in _LOOKS else self._writing:
            answer = self._application(environ, start_response)
        if refused and refused.fault is Fault.TOO_LARGE and refused.came_bytes <= DRAINED:
            return self._lingering(answer, source, _reading_of(environ), refused.came_bytes)
        return answer

    def _take_body(self, environ: Environ) -> Refused | None:
        """Puts the whole body in place of what the server hands over; else why there is none."""
        reading = _reading_of(environ)
        with self._places.taken(reading) as is_free:
            environ["wsgi.input"], refused = _received(environ, reading, is_free=is_free)
        environ[_REFUSED] = refused
        if refused:
            environ["CONTENT_LENGTH"] = "0"
        else:
            environ["qijie.body_bytes"] = int(environ.get("CONTENT_LENGTH") or 0)
        return refused

    def _lingering(
        self, answer: Iterable[bytes], source: IO[bytes], reading: Reading, length: int
    ) -> Iterator[bytes]:
        """The answer, then what still comes thrown away: browsers read only after sending."""
        yield from answer
        with self._places.taken(reading) as is_free:
            while is_free and length > 0 and (piece := source.read(_PIECE)):
                length -= len(piece)
        getattr(answer, "close", lambda: None)()


def _holds_unread_body(environ: Environ) -> bool:
    """Another method than POST may come with a body, which nobody here reads."""
    has_body = environ.get("CONTENT_LENGTH", "0") not in ("", "0")
    return environ["REQUEST_METHOD"] != "POST" and (has_body or "HTTP_TRANSFER_ENCODING" in environ)


def _closing(start_response: Any) -> Any:
    """What is left of a body would be read as the next request: the answer says it is the last."""

    def closing(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("Connection", "close")], *rest)

    return closing


def _reading_of(environ: Environ) -> Reading:
    request = HttpRequest()
    request.META = environ
    length = int(environ["CONTENT_LENGTH"]) if _is_plain(environ.get("CONTENT_LENGTH")) else 0
    return Reading(
        who=client_address(request) or "",
        peer=str(environ.get("REMOTE_ADDR", "")).removeprefix("::ffff:"),
        port=int(environ.get("SERVER_PORT") or 0),
        until=time.monotonic() + seconds_for(length, settings.BODY_GRACE_SECONDS),
    )


def _received(
    environ: Environ, reading: Reading, *, is_free: bool
) -> tuple[IO[bytes], Refused | None]:
    nothing = io.BytesIO()
    most = most_bytes(environ.get("PATH_INFO", "/"))
    if "HTTP_TRANSFER_ENCODING" in environ:
        return nothing, Refused(Fault.NO_LENGTH, most)
    said = environ.get("CONTENT_LENGTH") or "0"
    if not _is_plain(said):
        return nothing, Refused(Fault.CUT, most)
    length = int(said)
    if length > most:
        return nothing, Refused(Fault.TOO_LARGE, most, length)
    if not is_free:
        return nothing, Refused(Fault.BUSY, most)
    return _whole(environ["wsgi.input"], length, reading, most)


def _whole(
    source: IO[bytes], length: int, reading: Reading, most: int
) -> tuple[IO[bytes], Refused | None]:
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=MEGABYTE)  # noqa: SIM115  # Django's
    came = 0
    try:
        while came < length and (piece := source.read(min(_PIECE, length - came))):
            came += kept.write(piece)
        kept.seek(0)
    except OSError:
        kept.close()
        return io.BytesIO(), Refused(Fault.NO_ROOM, most)
    if came == length:
        return kept, None
    kept.close()
    fault = Fault.TOO_SLOW if reading.is_overdue else Fault.CUT
    return io.BytesIO(), Refused(fault, most, came)


def _is_plain(said: object) -> bool:
    return isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 19


_STATUS = {
    Fault.CUT: 400,
    Fault.TOO_LARGE: 413,
    Fault.NO_LENGTH: 411,
    Fault.TOO_SLOW: 408,
    Fault.BUSY: 503,
    Fault.NO_ROOM: 503,
}
RETRY_SECONDS = 20


class BodyMiddleware:
    """Answers what `WholeBodies` refused, before a session or the database is asked anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refused: Refused | None = request.META.get(_REFUSED)
        return self.get_response(request) if refused is None else _refusal(request, refused)


def _refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    context = {
        "fault": refused.fault.value,
        "most": refused.most_bytes // MEGABYTE,
        "came": -(-refused.came_bytes // MEGABYTE),
        "has_photos": refused.most_bytes > SMALL_BODY,
    }
    status = _STATUS[refused.fault]
    answer = render(request, "ui/errors/body_refused.html", context, status=status)
    if status == 503:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer
