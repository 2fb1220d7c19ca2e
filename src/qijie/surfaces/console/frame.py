"""What stands around every page of the desk: where one may go, who one is, the search box."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qijie.access.doors import door_of
from qijie.access.permissions import SEE_MATTERS, lets_in, may
from qijie.access.viewer import Viewer
from qijie.outbound.queries import unread_count
from qijie.teams.gate import GuardedRequest

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


def navigation(viewer: Viewer, here: str) -> list[dict[str, object]]:
    """The entries a viewer's posts open, in the order of the desk's day; one query."""
    count = unread_count(viewer, SHOWN_AT_MOST + 1)
    return [
        {
            "label": place.label,
            "icon": place.icon,
            "url": reverse(f"console:{place.name}"),
            "current": place.name == here,
            "count": count_words(count) if place.name == "notices" and count else None,
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
    framed = {
        "navigation": navigation(viewer, here),
        "account": account(viewer),
        "search_url": reverse("console:find") if may(viewer, SEE_MATTERS) else "",
    }
    return render(request, f"console/{template}", framed | context, status=status)
