"""My posts, and whom to call."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from qijie.kernel.codes import Level
from qijie.surfaces.field.frame import page
from qijie.teams.gate import GuardedRequest
from qijie.teams.models import Holding
from qijie.teams.queries import posts_responsible_for, units_serving
from qijie.territory.queries import lineage

# Whom somebody in the street calls is near by; the district's own offices have their switchboard.
_NEAR = (Level.GRID, Level.COMMUNITY, Level.STREET)


@require_GET
def me(request: GuardedRequest) -> HttpResponse:
    on = timezone.localdate()
    return page(
        request,
        "field/me.html",
        {"held": _held(request, on), "directory": _directory(request, on)},
        current="me",
    )


def _held(request: GuardedRequest, on: date) -> list[Holding]:
    mine = Holding.objects.filter(
        user__in=[request.viewer.user_id], post__in=request.viewer.post_ids
    )
    lasting = mine.exclude(to_on__lte=on).select_related("post", "post__unit")
    return list(lasting.order_by("from_on"))


@dataclass(frozen=True, slots=True)
class Contact:
    title: str
    who: str
    phone: str
    hours: str = ""


def _directory(request: GuardedRequest, on: date) -> list[tuple[str, list[Contact]]]:
    """Colleagues and offices of the first post's place that gave a duty telephone."""
    if not request.viewer.posts:
        return []
    path = request.viewer.posts[0].path
    here = lineage(path, on)
    groups = [
        (f"{here[-1].name}的同事" if here else "同事", _colleagues(request, path, on)),
        ("可以联系的单位", _units(path)),
    ]
    return [(title, contacts) for title, contacts in groups if contacts]


def _colleagues(request: GuardedRequest, path: str, on: date) -> list[Contact]:
    return [
        Contact(
            post.title,
            "、".join(holding.user.name for holding in post.holders_today),  # type: ignore[attr-defined]
            post.duty_phone,
            post.office_hours,
        )
        for post in posts_responsible_for(path, on)
        if post.duty_phone and post.level in _NEAR and post.pk not in request.viewer.post_ids
    ]


def _units(path: str) -> list[Contact]:
    units = units_serving(path).exclude(duty_phone="").order_by("-path", "name")
    return [Contact(unit.name, "", unit.duty_phone) for unit in units]
