"""Error pages: what happened, that nothing was lost, and what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "ui/errors/csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too large, or not what a browser would send."""
    return render(request, "ui/errors/bad_request.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Absence and denial: one page for both."""
    return render(request, "ui/errors/not_found.html", status=404)
