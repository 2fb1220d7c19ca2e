"""Whom a matter may be about: the posts and units of a place, as anybody may choose them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Value

from qijie.issues.models import Issue
from qijie.issues.rules.decide import Refused
from qijie.kernel.codes import Level, ancestors, path_at
from qijie.kernel.ids import id_of
from qijie.teams.models import OrgUnit, Post

Choice = tuple[str, str]
UNIT, POST = "unit", "post"


def concerned_choices(
    path: str, on: date, *, without: Collection[UUID] = (), names_units_only: bool = False
) -> list[tuple[str, list[Choice]]]:
    """Units and posts of a place, of its community and of everything above; one query.

    names_units_only: in a whole street a resident could not find a post among hundreds.
    """
    inside = path_at(path, Level.COMMUNITY) or path_at(path, Level.STREET) or path
    around = Q(path__in=ancestors(path)) | Q(path__startswith=inside)
    units = OrgUnit.objects.filter(around).exclude(pk__in=without)
    posts = _posts_met(on).filter(around).exclude(pk__in=without)
    rows = units.values_list(Value(UNIT), "pk", "name", "path")
    if not names_units_only:
        rows = rows.union(posts.values_list(Value(POST), "pk", "title", "path"))
    nearest_first = sorted(rows, key=lambda row: (-len(row[3]), row[3], row[2]))
    groups = [
        (label, [(f"{kind}:{pk}", name) for of, pk, name, _ in nearest_first if of == kind])
        for label, kind in (("单位", UNIT), ("岗位", POST))
    ]
    return [group for group in groups if group[1]]


def concerned_choice(value: str, on: date) -> Choice | None:
    """The one unit or post of a value with its name; None for what nobody may choose. One query."""
    try:
        unit_id, post_id = chosen(value)
    except Refused:
        return None
    name: str | None = None
    if unit_id:
        name = OrgUnit.objects.filter(pk=unit_id).values_list("name", flat=True).first()
    elif post_id:
        name = _posts_met(on).filter(pk=post_id).values_list("title", flat=True).first()
    return (value, name) if name else None


def about_in_words(issue: Issue) -> str:
    """Whom a matter is about, by title or name, else in the reporter's words; one query at most."""
    known: str | None = None
    if issue.about_post_id:
        posts = Post.objects.filter(pk=issue.about_post_id)
        known = posts.values_list("title", flat=True).first()
    elif issue.about_unit_id:
        units = OrgUnit.objects.filter(pk=issue.about_unit_id)
        known = units.values_list("name", flat=True).first()
    return known or issue.about_words or ("工作人员，没有写是谁" if issue.about_path else "")


def _posts_met(on: date) -> QuerySet[Post]:
    """Administrators are met by nobody."""
    return (
        Post.objects.filter(valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .exclude(role__in=("", "system_admin", "security_admin", "audit_admin"))
    )


def chosen(value: str) -> tuple[UUID | None, UUID | None]:
    """The unit or the post of `unit:…` or `post:…`; neither for no choice."""
    if not value:
        return None, None
    kind, _, concerned = value.partition(":")
    named = id_of(concerned)
    if named is None or kind not in (UNIT, POST):
        raise Refused("unknown_concerned", "涉及谁：没有这个单位或岗位，请重新选择。", "about")
    return (named, None) if kind == UNIT else (None, named)
