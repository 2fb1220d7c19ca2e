"""Whom a matter may be about: the posts and units of a place, as anybody may choose them."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from qijie.issues.rules.decide import Refused
from qijie.kernel.codes import Level, ancestors, path_at
from qijie.teams.models import OrgUnit, Post

Choice = tuple[str, str]
UNIT, POST = "unit", "post"


def concerned_choices(
    path: str, on: date, *, without: Collection[UUID] = ()
) -> list[tuple[str, list[Choice]]]:
    """Units and posts of a place, of its community and of everything above; two queries."""
    inside = path_at(path, Level.COMMUNITY) or path_at(path, Level.STREET) or path
    around = Q(path__in=ancestors(path)) | Q(path__startswith=inside)
    units = OrgUnit.objects.filter(around).exclude(pk__in=without).order_by("-path", "name")
    posts = (
        Post.objects.filter(around, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .exclude(role__in=("", "system_admin", "security_admin", "audit_admin"))
        .exclude(pk__in=without)
        .order_by("-path", "title")
    )
    return [
        ("单位", _named(UNIT, units.values_list("pk", "name"))),
        ("岗位", _named(POST, posts.values_list("pk", "title"))),
    ]


def _named(kind: str, rows: Iterable[tuple[UUID, str]]) -> list[Choice]:
    return [(f"{kind}:{pk}", name) for pk, name in rows]


def chosen(value: str) -> tuple[UUID | None, UUID | None]:
    """The unit or the post of `unit:…` or `post:…`; neither for no choice."""
    kind, _, concerned = value.partition(":")
    if not concerned:
        return None, None
    try:
        named = UUID(concerned)
        return (named, None) if kind == UNIT else (None, named)
    except ValueError:
        raise Refused(
            "unknown_concerned", "涉及谁：没有这个单位或岗位，请重新选择。", "about"
        ) from None
