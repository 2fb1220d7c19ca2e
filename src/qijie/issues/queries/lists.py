"""Lists of matters: who sees which, narrowed by filters, a keyset page at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Expression, F, Q, QuerySet
from django.utils import timezone

from qijie.access import accused
from qijie.access.accused import held_by
from qijie.access.viewer import Kind, Viewer
from qijie.issues.models import Issue
from qijie.issues.queries.searching import holding
from qijie.issues.queries.standing import in_standing
from qijie.issues.rules.vocabulary import ENDED, Standing, Urgency
from qijie.kernel.refusal import Refusal
from qijie.territory.queries import in_divisions_of
from qijie.web import cursors
from qijie.web.cursors import Place


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
_LIST = "matters"
PAGE_SIZE = 50
LONGEST_PAGE = 100


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
    """`overdue` or `due_soon`, as the rules name how a deadline stands."""
    words: str = ""
    open_only: bool = False


def narrowed(issues: QuerySet[Issue], filters: Filters, now: datetime) -> QuerySet[Issue]:
    if filters.states:
        issues = issues.filter(state__in=filters.states)
    if filters.open_only:
        issues = issues.exclude(state__in=ENDED)
    if filters.family:
        issues = issues.filter(family=filters.family)
    if filters.level:
        issues = issues.filter(level=filters.level)
    if filters.path:
        issues = issues.filter(_placed_in(filters.path))
    if filters.words:
        on = timezone.localdate(now)
        issues = issues.filter(holding(filters.words, on, _placed_in))
    return _narrowed_by_due(issues, filters.due, now)


def _placed_in(path: str) -> Q:
    column = {6: "region_code", 9: "street_code", 12: "community_code"}.get(len(path))
    return Q(**{column: path}) if column else Q(path__startswith=path)


def _narrowed_by_due(issues: QuerySet[Issue], due: str, now: datetime) -> QuerySet[Issue]:
    return issues.filter(in_standing(Standing(due), now)) if due else issues


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `newer` and `older` are cursors, empty at either end."""

    rows: tuple[Issue, ...]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an order that one index can put in order; stretches follow one another."""

    narrows: Q
    column: str
    is_descending: bool


_NEWEST = Stretch(Q(), "reported_at", is_descending=True)
# An order shows every row: those without a running clock come last, they are not left out.
ORDERS: Mapping[str, tuple[Stretch, ...]] = {
    "newest": (_NEWEST,),
    "due": (
        Stretch(Q(due_at__isnull=False), "due_at", is_descending=False),
        Stretch(Q(due_at__isnull=True), "reported_at", is_descending=True),
    ),
}
# The same where every row is known to have a clock, which spares looking for the others.
ALL_TIMED: Mapping[str, tuple[Stretch, ...]] = {**ORDERS, "due": ORDERS["due"][:1]}


def urgent_open(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Danger that has not ended yet, what falls due first on top."""
    urgent = issues.filter(urgency=Urgency.URGENT).exclude(state__in=ENDED)
    return urgent.order_by(F("due_at").asc(nulls_last=True), "-reported_at", "id")


def page_of(
    issues: QuerySet[Issue],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    by: str = "newest",
    is_timed: bool = False,
) -> Page:
    """A page of the list, with what is urgent and open on top of the first page whatever the order.

    The urgent ones are a list of their own: ordering by urgency would cost every page the index.
    """
    urgent = list(_first(urgent_open(issues), LONGEST_PAGE))
    others = issues.exclude(pk__in=[issue.pk for issue in urgent]) if urgent else issues
    page = _page_of(others, after=after, before=before, size=size, by=by, is_timed=is_timed)
    return page if page.newer else replace(page, rows=(*urgent, *page.rows))


def _page_of(
    issues: QuerySet[Issue],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    by: str = "newest",
    is_timed: bool = False,
) -> Page:
    """Keyset, never OFFSET: one query a page, one more where a page crosses into the next stretch.

    by: `newest` (reported last first) or `due` (most urgent first, what has no clock after it).
    is_timed: every one of these matters has a clock running.
    Raises Refusal for a cursor that is not one of ours.
    """
    stretches = (ALL_TIMED if is_timed else ORDERS)[by]
    backwards = bool(before)
    cursor = _read(before or after, stretches) if before or after else None
    size = min(size, LONGEST_PAGE)
    found = _found(issues, stretches, cursor, backwards=backwards, most=size + 1)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, True) if backwards else (cursor is not None, more)
    return Page(
        tuple(issue for _, issue in rows),
        newer=_written(stretches, *rows[0]) if rows and has_newer else "",
        older=_written(stretches, *rows[-1]) if rows and has_older else "",
    )


def _found(
    issues: QuerySet[Issue],
    stretches: Sequence[Stretch],
    cursor: Place | None,
    *,
    backwards: bool,
    most: int,
) -> list[tuple[int, Issue]]:
    """Rows beyond the cursor, with the number of their stretch, in the direction walked."""
    walked = list(enumerate(stretches))
    if backwards:
        walked.reverse()
    found: list[tuple[int, Issue]] = []
    for number, stretch in walked:
        if cursor and (number > cursor.part if backwards else number < cursor.part):
            continue
        if len(found) < most:
            beyond = cursor if cursor and number == cursor.part else None
            rows = _in_order(issues, stretch, beyond, backwards=backwards)
            found += [(number, issue) for issue in _first(rows, most - len(found))]
    return found


def _first(ordered: QuerySet[Issue], most: int) -> QuerySet[Issue]:
    """The first rows of an order, whole; which they are is found out before anything is joined.

    Otherwise PostgreSQL joins thousands of matters with categories and grids to throw all but a
    page of them away.
    """
    return (
        Issue.objects.filter(pk__in=ordered.values("pk")[:most])
        .order_by(*ordered.query.order_by)
        .select_related("category", "grid")
        .defer("grid__boundary", "hands", "requests", "whistled_from")
    )


def _in_order(
    issues: QuerySet[Issue], stretch: Stretch, beyond: Place | None, *, backwards: bool
) -> QuerySet[Issue]:
    column, down = stretch.column, stretch.is_descending != backwards
    issues = issues.filter(stretch.narrows)
    if beyond:
        issues = issues.filter(_beyond(column, down, beyond))
    order = (F(column).desc(), F("id").desc()) if down else (F(column).asc(), F("id").asc())
    return issues.order_by(*order)


def _beyond(column: str, is_descending: bool, cursor: Place) -> Q:
    step = "lt" if is_descending else "gt"
    return Q(**{f"{column}__{step}e": cursor.at}) & (
        Q(**{f"{column}__{step}": cursor.at}) | Q(**{f"id__{step}": cursor.id})
    )


def _written(stretches: Sequence[Stretch], number: int, issue: Issue) -> str:
    moment = getattr(issue, stretches[number].column)
    return cursors.written(Place(moment, issue.pk, number), of=_LIST)


def _read(cursor: str, stretches: Sequence[Stretch]) -> Place:
    place = cursors.read(cursor, of=_LIST)
    if place.part >= len(stretches):
        raise Refusal("这一页是按另一种次序翻到的，请回到列表第一页。")
    return place
