"""Lists of matters: who sees which, narrowed by filters, a keyset page at a time."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Expression, F, Q, QuerySet
from django.utils.dateparse import parse_datetime

from qijie.access import accused
from qijie.access.accused import held_by
from qijie.access.viewer import Kind, Viewer
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import ENDS, State
from qijie.kernel.refusal import Refusal
from qijie.territory.queries import in_divisions_of


class Seen(Expression):
    """`accused.SEEN` as a condition of a query: no near post, no named one, nothing untaken."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.held = held_by(viewer)
        self.columns: list[Any] = [F(name) for name in accused.COLUMNS]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        names = {
            name: compiler.compile(column)[0]
            for name, column in zip(accused.COLUMNS, self.columns, strict=True)
        }
        held = {name: getattr(self.held, name) for name in _CASTS}
        sql = accused.SEEN.format_map(names | {name: f"%({name})s" for name in held})
        places = re.findall(r"%\((\w+)\)s", sql)
        plain = re.sub(r"%\((\w+)\)s", lambda found: f"%s::{_CASTS[found[1]]}", sql)
        return plain, [held[name] for name in places]


_CASTS = {
    "posts": "uuid[]",
    "paths": "text[]",
    "ranks": "bigint[]",
    "units": "text[]",
    "opens": "text[]",
    "memberships": "uuid[]",
    "user": "uuid[]",
}
PAGE_SIZE = 50
LONGEST_PAGE = 100
SOON = timedelta(hours=4)


def visible_to(viewer: Viewer) -> QuerySet[Issue]:
    """The matters a viewer may see: wall 1's predicate, the same the row policies re-check."""
    if viewer.kind is Kind.SYSTEM:
        return Issue.objects.all()
    if viewer.kind is Kind.REPORTER and viewer.matter_id:
        return Issue.objects.filter(pk=viewer.matter_id)
    if viewer.kind is not Kind.STAFF:
        return Issue.objects.none()
    seen = _in_territory(viewer) | _shared_with(viewer)
    return Issue.objects.filter(seen, Seen(viewer)) if seen else Issue.objects.none()


def _in_territory(viewer: Viewer) -> Q:
    seen = in_divisions_of(viewer)
    return seen | Q(grid_id__in=viewer.grid_ids) if viewer.grid_ids else seen


def _shared_with(viewer: Viewer) -> Q:
    seen = Q()
    if viewer.handling_unit_ids:
        seen |= Q(unit_ids__overlap=list(viewer.handling_unit_ids))
    if viewer.post_ids:
        seen |= Q(participant_ids__overlap=list(viewer.post_ids))
    return seen


@dataclass(frozen=True, slots=True)
class Filters:
    states: tuple[str, ...] = ()
    family: str = ""
    level: str = ""
    path: str = ""
    due: str = ""
    """`overdue` or `soon`."""
    words: str = ""
    open_only: bool = False


def narrowed(issues: QuerySet[Issue], filters: Filters, now: datetime) -> QuerySet[Issue]:
    if filters.states:
        issues = issues.filter(state__in=filters.states)
    if filters.open_only:
        issues = issues.exclude(state__in=[state.value for state in ENDS])
    if filters.family:
        issues = issues.filter(family=filters.family)
    if filters.level:
        issues = issues.filter(level=filters.level)
    if filters.path:
        issues = issues.filter(_placed_in(filters.path))
    if filters.words:
        issues = issues.filter(Q(words__contains=filters.words) | Q(number=filters.words))
    return _narrowed_by_due(issues, filters.due, now)


def _placed_in(path: str) -> Q:
    column = {6: "region_code", 9: "street_code", 12: "community_code"}.get(len(path))
    return Q(**{column: path}) if column else Q(path__startswith=path)


def _narrowed_by_due(issues: QuerySet[Issue], due: str, now: datetime) -> QuerySet[Issue]:
    running = issues.exclude(state=State.SUSPENDED)
    if due == "overdue":
        return running.filter(due_at__lte=now)
    if due == "soon":
        return running.filter(due_at__gt=now, due_at__lte=now + SOON)
    return issues


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `newer` and `older` are cursors, empty at either end."""

    rows: tuple[Issue, ...]
    newer: str
    older: str


def page_of(
    issues: QuerySet[Issue],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    by: str = "newest",
) -> Page:
    """One query, whatever the page: keyset, never OFFSET.

    by: `newest` (reported last first) or `due` (most urgent first; those without a clock left out).
    Raises Refusal for a cursor that is not one of ours.
    """
    column, is_descending = ("due_at", False) if by == "due" else ("reported_at", True)
    if by == "due":
        issues = issues.filter(due_at__isnull=False)
    backwards = bool(before)
    cursor = before or after
    if cursor:
        issues = issues.filter(_beyond(column, is_descending != backwards, _read(cursor)))
    down = is_descending != backwards
    order = (F(column).desc(), F("id").desc()) if down else (F(column).asc(), F("id").asc())
    size = min(size, LONGEST_PAGE)
    found = list(
        issues.order_by(*order)
        .select_related("category", "grid")
        .defer("grid__boundary", "hands", "requests", "whistled_from")[: size + 1]
    )
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, True) if backwards else (bool(cursor), more)
    return Page(
        tuple(rows),
        newer=_write(rows[0], column) if rows and has_newer else "",
        older=_write(rows[-1], column) if rows and has_older else "",
    )


def _beyond(column: str, is_descending: bool, cursor: tuple[datetime, UUID]) -> Q:
    at, last_id = cursor
    step = "lt" if is_descending else "gt"
    return Q(**{f"{column}__{step}e": at}) & (
        Q(**{f"{column}__{step}": at}) | Q(**{f"id__{step}": last_id})
    )


def _write(issue: Issue, column: str) -> str:
    plain = json.dumps([getattr(issue, column).isoformat(), str(issue.pk)])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, last_id = json.loads(base64.urlsafe_b64decode(cursor))
        moment = parse_datetime(at)
        if moment is None:
            raise ValueError(at)
        return moment, UUID(last_id)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise Refusal("翻页位置无效，请回到列表第一页。") from None
