"""Error pages: what happened, that nothing was lost, and what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qijie.accounts.sending import AGAIN, is_anothers, is_by_script, typed_in


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A script is told to send again with the token that counts now; else what was typed stands in
    the page, to be sent again with one press."""
    if is_by_script(request):
        answer = HttpResponse(status=403)
        answer[AGAIN] = "yes"
        return answer
    context = {
        "typed": typed_in(request),
        "is_anothers": is_anothers(request),
        "had_photos": bool(request.FILES),
    }
    answer = render(request, "ui/errors/csrf.html", context, status=403)
    answer["Cache-Control"] = "no-store"
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too large, or not what a browser would send."""
    return render(request, "ui/errors/bad_request.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Absence and denial: one page for both."""
    return render(request, "ui/errors/not_found.html", status=404)
