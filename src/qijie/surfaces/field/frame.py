"""What stands around every page of the phone: the tabs under the thumb and the way back."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from qijie.access.permissions import SEE_OWN_DAY, may
from qijie.access.viewer import Viewer
from qijie.surfaces.field import day
from qijie.teams.gate import GuardedRequest
from qijie.ui import urgent

REFUSED = 422
"""The answer to a form that has to be mended; what was typed comes back with it."""


def tabs(viewer: Viewer, current: str) -> list[dict[str, object]]:
    found = [
        ("today", "今日", may(viewer, SEE_OWN_DAY)),
        ("report", "上报", may(viewer, "report")),
        ("me", "我的", True),
    ]
    icons = {"today": "today", "report": "report", "me": "person"}
    return [
        {
            "label": label,
            "url": reverse(f"field:{name}"),
            "icon": icons[name],
            "current": name == current,
        }
        for name, label, is_open in found
        if is_open
    ]


def page(
    request: GuardedRequest,
    template: str,
    context: Mapping[str, object],
    *,
    current: str = "today",
    back_url: str = "",
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    frame = {
        "navigation": tabs(viewer, current),
        "back_url": back_url,
        "urgent": urgent.asked_for(_URGENT) if may(viewer, SEE_OWN_DAY) else None,
    }
    return render(request, template, {**frame, **context}, status=status)


@require_safe
def urgent_now(request: GuardedRequest) -> HttpResponse:
    """What is urgent on the lists of the day; one query."""
    rows = urgent.rows_of(day.all_shown(request.viewer))
    return urgent.asked_again(request, urgent.told(rows, _URGENT))


_URGENT = urgent.Ways("field:matter", "field:urgent", "field:today")


def is_fragment(request: GuardedRequest) -> bool:
    """Whether htmx asks; then photos and whatever else is on the page stay where they are."""
    return request.headers.get("HX-Request") == "true"


def go_to(request: GuardedRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else redirect(url)
