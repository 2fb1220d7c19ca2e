"""What a page's script and the server say to each other when a form is sent.

The script says for whom the page was made. Where somebody else, or nobody, is signed in by now,
nothing is done and the page is told so (401): it keeps what was typed, asks to sign in, and sends
the same once more. An answer that leads elsewhere is named in a header, so that the script does not
fetch the page the browser is about to open.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token

from qijie.access.form_keys import FIELD

MADE_FOR = "X-Qijie-Page"
"""Sent by the page's script: whom the page was made for, empty for a resident."""
WHO, GO, TOKEN, AGAIN = "X-Qijie-Who", "X-Qijie-Go", "X-Qijie-Token", "X-Qijie-Again"
"""Answered: who is signed in now, where to go on, the token that counts now, that it was old."""
POSTED_FOR = "posted_for"
"""The same word of a page without script, in each of its forms."""
_SIGN_IN = "/account/"
# The page that sends it again brings these itself, or they are nobody's to see.
_NEVER_SHOWN = ("csrfmiddlewaretoken", FIELD, POSTED_FOR, "code")


def who(request: HttpRequest) -> str:
    """The account signed in, as pages name it; empty for nobody."""
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else ""


def is_by_script(request: HttpRequest) -> bool:
    return MADE_FOR in request.headers


class SendingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_by_script(request):
            return self.get_response(request)
        made_for = request.headers[MADE_FOR]
        is_another = made_for not in ("", who(request))
        if is_another and not request.path.startswith(_SIGN_IN):
            return _marked(request, JsonResponse({}, status=HTTPStatus.UNAUTHORIZED))
        return _marked(request, _named(request, self.get_response(request)))


def _named(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An answer that leads elsewhere, as the script reads it; htmx has its own way."""
    if request.method != "POST" or "HX-Request" in request.headers or "Location" not in response:
        return response
    answer = HttpResponse(status=HTTPStatus.NO_CONTENT)
    answer[GO] = response["Location"]
    answer.cookies = response.cookies
    return answer


def _marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response[WHO] = who(request)
    if request.method == "POST" or response.status_code == HTTPStatus.UNAUTHORIZED:
        response[TOKEN] = get_token(request)
    return response


# Without script


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, to stand in the next page's hidden inputs; empty where it must not.

    Nothing is kept on the server. Passwords and codes are never shown again, another person's
    words never to whoever is signed in now, and what another site made a browser send never at all.
    """
    posted = request.POST
    if any("password" in name for name in posted) or not _is_from_here(request):
        return []
    if posted.get(POSTED_FOR, "") not in ("", who(request)) and who(request):
        return []
    return [
        (name, value)
        for name, values in posted.lists()
        if name not in _NEVER_SHOWN
        for value in values
    ]


def _is_from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def is_anothers(request: HttpRequest) -> bool:
    """Whether the form was typed by somebody other than who is signed in now."""
    return bool(who(request)) and request.POST.get(POSTED_FOR, "") not in ("", who(request))
