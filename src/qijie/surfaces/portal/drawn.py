"""Pages every stranger is shown alike: drawn once, kept for a while, handed out with own keys.

Drawing the report form costs more than taking a report in, and many open it who never send it.
Whoever is signed in, or says anything in the address, has the page drawn afresh.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token

from qijie.access.form_keys import HEADER, show_key
from qijie.kernel.kept import Kept
from qijie.teams.gate import GuardedRequest

KEPT_SECONDS = 60
MOST_PAGES = 500
Draw = Callable[[dict[str, str]], HttpResponse]
_MARK = secrets.token_hex(16)
_KEY = uuid4()
"""These two stand in a drawn page where each reader's own are put."""
_LOOKS = (("theme", frozenset({"dark", "light"})), ("text_size", frozenset({"large"})))


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    headers: dict[str, str]


_pages = Kept[_Page](KEPT_SECONDS, MOST_PAGES)


def drawn(request: GuardedRequest, draw: Draw) -> HttpResponse:
    """What `draw` answers, at most a minute old.

    draw: answers a page, or raises where there is none. It is given what a page with a form adds
    to its context.
    """
    if not _is_for_any_stranger(request):
        return draw({})
    key = (request.path, *_looks(request))
    page = _pages.get(key, lambda: _drawn_for_all(request, draw))
    return HttpResponse(_with_own_keys(page.text, request), headers=page.headers)


def _drawn_for_all(request: GuardedRequest, draw: Draw) -> _Page:
    show_key(request, _KEY)
    answer = draw({"csrf_token": _MARK})
    return _Page(answer.content.decode(), dict(answer.headers))


def _is_for_any_stranger(request: GuardedRequest) -> bool:
    cookies = request.COOKIES.keys()
    is_known = settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies
    says_more = bool(request.GET) or HEADER in request.headers
    return settings.PAGES_DRAWN_ONCE and not is_known and not says_more


def _looks(request: GuardedRequest) -> list[str]:
    """As the reader chose; a cookie that says anything else is one that says nothing."""
    said = ((request.COOKIES.get(name, ""), known) for name, known in _LOOKS)
    return [value if value in known else "" for value, known in said]


def _with_own_keys(text: str, request: GuardedRequest) -> str:
    if _MARK not in text:
        return text
    return text.replace(_MARK, get_token(request)).replace(str(_KEY), str(uuid4()))
