"""The signed-in person: posts held, how pages look, second factor, the way out."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from qijie.access.viewer import HeldPost
from qijie.issues.rules.vocabulary import LEVEL_LABELS
from qijie.surfaces.console.frame import page
from qijie.teams.gate import GuardedRequest

_YEAR_SECONDS = 365 * 86_400
THEMES = {"": "跟随系统", "light": "浅色", "dark": "深色"}
TEXT_SIZES = {"": "标准", "large": "大字"}


@require_http_methods(["GET", "POST"])
def me(request: GuardedRequest) -> HttpResponse:
    if request.method == "POST":
        return _with_look(request)
    context: dict[str, object] = {
        "posts": [_row(post) for post in request.viewer.posts],
        "themes": THEMES,
        "theme": request.COOKIES.get("theme", ""),
        "text_sizes": TEXT_SIZES,
        "text_size": request.COOKIES.get("text_size", ""),
    }
    return page(request, "me.html", "me", context)


def _row(post: HeldPost) -> dict[str, object]:
    return {"post": post, "level": LEVEL_LABELS[post.level]}


def _with_look(request: GuardedRequest) -> HttpResponse:
    """The same cookies the page's own buttons write; an unknown word is the default look."""
    response = redirect("console:me")
    for name, known in (("theme", THEMES), ("text_size", TEXT_SIZES)):
        word = request.POST.get(name, "")
        if word and word in known:
            response.set_cookie(name, word, max_age=_YEAR_SECONDS, samesite="Lax")
        else:
            response.delete_cookie(name, samesite="Lax")
    return response
