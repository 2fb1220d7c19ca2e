"""What no page can take is answered before any page looks at it: 400, with a sentence.

That is text in another encoding, bytes that are no text, and NUL, which no database keeps. Where a
person typed the NUL, the form that asked for the words names the field instead; in anything else it
was put there by hand or by a broken program. Nothing is taken out silently.
"""

from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render

TYPED = frozenset(
    {"words", "place_words", "about_words", "proof", "reason", "purpose", "name", "phone", "email"}
    | {"login", "username", "password", "password1", "password2", "oldpassword"}
    | {"code", "activation_code", "category", "q", "who"}
)
"""Names of what people type; whoever reads one of these looks at the words and says what is wrong
with them (`kernel.text`). Other names carry a choice, a number, a day or something hidden."""
_NUL = "\0"
_NO_TEXT = "\ufffd"
_FORM = "application/x-www-form-urlencoded"
_ENCODINGS = frozenset({"", "utf-8", "utf8"})
_ADDRESS = "地址里有不能识别的字符，请回到上一页，用页面上的按钮或链接再打开一次。"
_HIDDEN = "页面里有一项内容损坏了，请刷新页面，重新选择后再交一次。"
_ENCODING = "提交的文字不是用 UTF-8 编码的，读不出来，请换用浏览器再交一次。"


class InputMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _leave_out_odd_cookies(request)
        if objection := _objection(request):
            return render(request, "ui/errors/odd_input.html", {"said": objection}, status=400)
        return self.get_response(request)


def _leave_out_odd_cookies(request: HttpRequest) -> None:
    """Nobody typed a cookie, and whoever has a broken one would be shut out by a refusal."""
    for name, value in list(request.COOKIES.items()):
        if _NUL in name + value or _NO_TEXT in name + value:
            del request.COOKIES[name]


def _objection(request: HttpRequest) -> str:
    """The sentence about what cannot be taken; empty for what can."""
    if (request.encoding or "").lower() not in _ENCODINGS:
        return _ENCODING
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if _NUL in request.path_info or not _is_text(query) or _is_odd(request.GET):
        return _ADDRESS
    if request.method != "POST":
        return ""
    if request.content_type == _FORM and not _is_text(request.body):
        return _ENCODING
    return _HIDDEN if _is_odd(request.POST) or _holds_nul(request.FILES) else ""


def _is_text(escaped: bytes) -> bool:
    try:
        unquote_to_bytes(escaped).decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_odd(given: QueryDict) -> bool:
    named = [name for name in given if not _is_typed(name)]
    return _holds_nul(given) or any(_holds_nul(given.getlist(name)) for name in named)


def _is_typed(name: str) -> bool:
    """Where a page holds several forms, the form's own name stands before the field's."""
    return name.rpartition("-")[2] in TYPED


def _holds_nul(words: Iterable[str]) -> bool:
    return any(_NUL in word for word in words)
