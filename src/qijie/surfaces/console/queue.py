"""The desk's list: what waits for me, and everything else I may look through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.access.viewer import Viewer
from qijie.issues.models import Issue
from qijie.issues.queries import Filters, Page, page_of
from qijie.issues.queries.lists import LONGEST_PAGE, PAGE_SIZE, narrowed
from qijie.issues.queries.outlines import outlines_for
from qijie.issues.queries.standing import standing_of
from qijie.issues.queries.waiting import holders_of
from qijie.issues.rules.vocabulary import LEVEL_LABELS, Family, Standing, State, Urgency
from qijie.kernel import matter_number, text
from qijie.kernel.refusal import Refusal
from qijie.surfaces.console.desk import ALL_TIMED, View, first_view, matters_in, views_of
from qijie.surfaces.console.frame import count_words, page, target_of
from qijie.surfaces.console.queries import (
    Choice,
    names_and_choices,
    tab_counts,
)
from qijie.teams.gate import GuardedRequest

LIST_ID = "queue-list"
_MOST_WORDS = 60
_DUE = {word.value: word.label for word in (Standing.OVERDUE, Standing.DUE_SOON)}
_ORDERS = {"newest": "最新上报在前", "due": "最急在前"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; `objection` is the sentence about words that cannot be."""

    view: View
    filters: Filters
    order: str
    size: int
    after: str
    before: str
    objection: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Something is looked for; nothing found then says so, and not that nothing waits."""
        return self.filters != Filters() or bool(self.objection)


def wish_of(query: QueryDict, viewer: Viewer) -> Wish:
    views = {word.value for word in views_of(viewer)}
    view = View(_one_of(query.get("view"), views) or first_view(viewer))
    words, objection = _words(query.get("q", ""))
    by_urgency = view in ALL_TIMED
    return Wish(
        view=view,
        filters=Filters(
            states=tuple(state for state in query.getlist("state") if state in set(State)),
            family=_one_of(query.get("family"), set(Family)),
            level=_one_of(query.get("level"), set(LEVEL_LABELS)),
            path=query.get("place", "") if query.get("place", "").isdigit() else "",
            due=_one_of(query.get("due"), set(_DUE)),
            words=words,
        ),
        order=_one_of(query.get("order"), set(_ORDERS)) or ("due" if by_urgency else "newest"),
        size=LONGEST_PAGE if query.get("size") == str(LONGEST_PAGE) else PAGE_SIZE,
        after=query.get("after", ""),
        before=query.get("before", ""),
        objection=objection,
    )


def _one_of(word: str | None, known: set[Any]) -> str:
    return word if word in known and word is not None else ""


def _words(typed: str) -> tuple[str, str]:
    """What to look for: a matter's number however it was written, or words."""
    try:
        words = text.one_line(typed, "关键词", _MOST_WORDS)
    except Refusal as refusal:
        return "", refusal.sentence
    try:
        return str(matter_number.read(words)), ""
    except Refusal:
        return words, ""


@require_safe
def queue(request: GuardedRequest) -> HttpResponse:
    now = timezone.now()
    wish = wish_of(request.GET, request.viewer)
    try:
        found, objection = _found(request, wish, now), wish.objection
    except Refusal as refusal:
        found, objection = Page((), "", ""), refusal.sentence
    context = _list_context(request, wish, found, now) | {"objection": objection}
    context["tabs"] = _tabs(wish.view, request.viewer, tab_counts(request.viewer, now))
    if target_of(request) == LIST_ID:
        return render(request, "console/queue_list.html", context | {"afresh": True})
    return page(
        request, "queue.html", "queue", context | {"outlines": outlines_for(request.viewer)}
    )


def _found(request: GuardedRequest, wish: Wish, now: datetime) -> Page:
    matters = narrowed(matters_in(wish.view, request.viewer, now), wish.filters, now)
    is_timed = wish.view in ALL_TIMED or bool(wish.filters.due)
    return page_of(
        matters,
        after=wish.after,
        before=wish.before,
        size=wish.size,
        by=wish.order,
        is_timed=is_timed,
    )


def _list_context(
    request: GuardedRequest, wish: Wish, found: Page, now: datetime
) -> dict[str, object]:
    names, choices = names_and_choices(request.viewer, found.rows, timezone.localdate(now))
    return {
        "rows": _rows(found.rows, names, now),
        "page": found,
        "wish": wish,
        "is_first": not (wish.after or wish.before),
        "filters": _filters(wish, choices),
        "words": request.GET.get("q", ""),
        "list_id": LIST_ID,
        "by_urgency": wish.order == "due",
    }


def _rows(issues: tuple[Issue, ...], names: dict[str, str], now: datetime) -> list[dict[str, Any]]:
    holders = holders_of(issues)
    return [
        {
            "issue": issue,
            "is_urgent": issue.urgency == Urgency.URGENT and not State(issue.state).is_end,
            "place": _place_of(issue, names),
            "standing": standing_of(issue, now),
            "kind": issue.category.name if issue.category else issue.get_family_display(),
            "holder": holders[issue.pk],
        }
        for issue in issues
    ]


def _place_of(issue: Issue, names: dict[str, str]) -> str:
    community = names.get(issue.community_code or issue.street_code, "")
    return " ".join(part for part in (community, issue.grid.name if issue.grid else "") if part)


def _tabs(current: View, viewer: Viewer, counts: dict[View, int]) -> list[dict[str, object]]:
    return [
        {
            "label": view.label,
            "url": f"?view={view.value}",
            "current": view is current,
            "count": count_words(counts[view]) if counts.get(view) else "",
        }
        for view in views_of(viewer)
    ]


def _filters(wish: Wish, choices: list[Choice]) -> list[dict[str, object]]:
    filters = wish.filters
    return [
        _filter("state", "状态", (filters.states or ("",))[0], [(s, s.label) for s in State]),
        _filter("family", "大类", filters.family, [(f, f.label) for f in Family]),
        _filter("level", "层级", filters.level, list(LEVEL_LABELS.items())),
        _filter("place", "街道社区", filters.path, [(one.path, one.name) for one in choices]),
        _filter("due", "时限", filters.due, list(_DUE.items())),
        _filter("order", "排序", wish.order, list(_ORDERS.items()), takes_all=False),
        _filter(
            "size", "每页", str(wish.size), [("50", "50 件"), ("100", "100 件")], takes_all=False
        ),
    ]


def _filter(
    name: str, label: str, value: str, options: list[tuple[str, str]], *, takes_all: bool = True
) -> dict[str, object]:
    return {
        "name": name,
        "label": label,
        "value": value,
        "takes_all": takes_all,
        "options": [{"value": option, "label": words} for option, words in options],
    }
