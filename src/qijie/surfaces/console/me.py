"""The signed-in person: posts held, how pages look, second factor, the way out."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from qijie.access.typed import only
from qijie.access.viewer import HeldPost
from qijie.issues.rules.vocabulary import LEVEL_LABELS
from qijie.kernel.refusal import Refusal
from qijie.surfaces.console.frame import page
from qijie.teams.gate import GuardedRequest

_YEAR_SECONDS = 365 * 86_400
THEMES = {"": "跟随系统", "light": "浅色", "dark": "深色"}
TEXT_SIZES = {"": "标准", "large": "大字"}


@require_http_methods(["GET", "POST"])
def me(request: GuardedRequest) -> HttpResponse:
    objection = ""
    if request.method == "POST":
        try:
            return _with_look(request)
        except Refusal as refusal:
            objection = refusal.sentence
    context: dict[str, object] = {
        "objection": objection,
        "posts": [_row(post) for post in request.viewer.posts],
        "themes": THEMES,
        "theme": request.COOKIES.get("theme", ""),
        "text_sizes": TEXT_SIZES,
        "text_size": request.COOKIES.get("text_size", ""),
    }
    return page(request, "me.html", "me", context, status=422 if objection else 200)


def _row(post: HeldPost) -> dict[str, object]:
    return {"post": post, "level": LEVEL_LABELS[post.level]}


def _with_look(request: GuardedRequest) -> HttpResponse:
    """The same cookies the page's own buttons write. Raises Refusal for a look there is not."""
    response = redirect("console:me")
    for name, label, known in (("theme", "深浅色", THEMES), ("text_size", "字号", TEXT_SIZES)):
        word = only(request.POST, name, label)
        if word not in ("", *known):
            raise Refusal(f"{label}没有“{word[:20]}”这一种，请从列出的里面选。")
        if word:
            response.set_cookie(name, word, max_age=_YEAR_SECONDS, samesite="Lax")
        else:
            response.delete_cookie(name, samesite="Lax")
    return response
