"""What stands around every page of the desk: where one may go, who one is, the search box."""

from dataclasses import dataclass

from django.db.models import DateTimeField, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.access.doors import door_of
from qijie.access.permissions import SEE_MATTERS, lets_in, may
from qijie.access.viewer import Viewer
from qijie.issues.models import Issue
from qijie.outbound.queries import unread_for
from qijie.surfaces.console.desk import View, matters_in
from qijie.teams.gate import GuardedRequest
from qijie.ui import urgent

SHOWN_AT_MOST = 99
"""Nobody acts differently on 100 than on 1,000 waiting; counting stops here."""


def count_words(count: int) -> str:
    return f"{SHOWN_AT_MOST}+" if count > SHOWN_AT_MOST else str(count)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; its door decides who is shown it."""

    name: str
    label: str
    icon: str


_PLACES = (
    Place("queue", "事项", "inbox"),
    Place("report", "登记", "report"),
    Place("territory", "辖区", "map"),
    Place("notices", "通知", "bell"),
    Place("drawings", "网格划分", "mark"),
    Place("territory_checks", "区划检查", "shield"),
    Place("undelivered", "没有送达", "message"),
    Place("posts", "岗位", "team"),
    Place("access_log", "访问记录", "list"),
    Place("me", "我的", "person"),
)


_URGENT = urgent.Ways("console:matter", "console:urgent", "console:queue", "?view=open")
_NOTICE, _DANGER = "notice", "danger"


def _urgent(viewer: Viewer) -> "QuerySet[Issue, urgent.Row]":
    """The band on top of the list “在办”, wherever the viewer is."""
    return urgent.rows_of(matters_in(View.OPEN, viewer, timezone.now()))


def waiting(viewer: Viewer) -> tuple[int, list[urgent.Row]]:
    """Unread notices, counted no further than a badge shows, and what is urgent; one query."""
    unread = unread_for(viewer).annotate(kind=Value(_NOTICE))
    nothing = Value(None, output_field=DateTimeField())
    notices = unread.values_list("kind", "pk", Value(""), nothing)[: SHOWN_AT_MOST + 1]
    danger = _urgent(viewer).annotate(kind=Value(_DANGER)).values_list("kind", *urgent.COLUMNS)
    found = list(notices.union(danger, all=True))
    dangers = [tuple(row) for kind, *row in found if kind == _DANGER]
    return len(found) - len(dangers), dangers


@require_safe
def urgent_now(request: GuardedRequest) -> HttpResponse:
    return urgent.asked_again(request, urgent.told(_urgent(request.viewer), _URGENT))


def navigation(viewer: Viewer, here: str, unread: int = 0) -> list[dict[str, object]]:
    """The entries a viewer's posts open, in the order of the desk's day."""
    return [
        {
            "label": place.label,
            "icon": place.icon,
            "url": reverse(f"console:{place.name}"),
            "current": place.name == here,
            "count": count_words(unread) if place.name == "notices" and unread else None,
        }
        for place in _PLACES
        if _is_open(place, viewer)
    ]


def _is_open(place: Place, viewer: Viewer) -> bool:
    door = door_of(f"console:{place.name}")
    return door is not None and lets_in(door, viewer)


def account(viewer: Viewer) -> dict[str, object]:
    first, *others = [post.title for post in viewer.posts] or [""]
    return {
        "name": viewer.name,
        "post": f"{first}等 {len(others) + 1} 个岗位" if others else first,
        "settings_url": reverse("console:me"),
        "sign_out_url": reverse("account_logout"),
    }


def target_of(request: GuardedRequest) -> str:
    """Id of the element htmx will put the answer into; empty for a whole page."""
    return request.headers.get("HX-Target", "")


def page(
    request: GuardedRequest,
    template: str,
    here: str,
    context: dict[str, object],
    status: int = 200,
) -> HttpResponse:
    """A whole page in the desk's frame."""
    viewer = request.viewer
    unread, danger = waiting(viewer)
    sees_matters = may(viewer, SEE_MATTERS)
    framed = {
        "navigation": navigation(viewer, here, unread),
        "account": account(viewer),
        "search_url": reverse("console:find") if sees_matters else "",
        "urgent": urgent.told(danger, _URGENT) if sees_matters else None,
    }
    return render(request, f"console/{template}", framed | context, status=status)
