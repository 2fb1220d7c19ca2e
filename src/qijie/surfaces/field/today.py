"""The list of the day."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from qijie.issues.models import Issue, WorkOrder
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.outlines import outlines_for
from qijie.issues.queries.standing import standing_of
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in
from qijie.issues.rules.vocabulary import Move, Urgency
from qijie.kernel.refusal import Refusal
from qijie.records.models import Event
from qijie.surfaces.field import day
from qijie.surfaces.field.day import Tab
from qijie.surfaces.field.frame import page
from qijie.teams.gate import GuardedRequest
from qijie.ui.danger import said_of
from qijie.ui.templatetags.qijie_ui import moment

_TITLE_CHARS, _NOTE_CHARS = 40, 40
_LABELS = {
    Tab.GRID: "待办",
    Tab.ORDERS: "工单",
    Tab.HANDLED_BY_OTHERS: "在办",
    Tab.MINE: "我报的",
}
_EMPTY = {
    Tab.GRID: ("没有等您办的事项", "新的反映会出现在这里。路上看到什么，可以随手上报。"),
    Tab.ORDERS: (
        "没有待签收或待处置的工单",
        "派给您或您单位的工单会出现在这里。",
    ),
    Tab.HANDLED_BY_OTHERS: (
        "没有单位正在处置的事项",
        "派出去的事项在这里看办到哪一步。",
    ),
    Tab.MINE: ("您还没有上报过事项", "上报后可以在这里看到办到哪一步。"),
}


@require_GET
def today(request: GuardedRequest) -> HttpResponse:
    now, viewer = timezone.now(), request.viewer
    tab = _tab(request)
    cursors = {name: request.GET.get(name, "") for name in ("after", "before")}
    try:
        found = day.list_of(tab, viewer, **cursors)
    except Refusal:
        found = day.list_of(tab, viewer, after="", before="")
    title, advice = _EMPTY[tab]
    return page(
        request,
        "field/today.html",
        {
            "now": now,
            "tabs": _tabs(request, tab, day.counts(viewer)),
            "sections": _sections(request, tab, found.rows),
            "page": found,
            "outlines": outlines_for(viewer) if tab is Tab.GRID else (),
            "empty": {"title": title, "advice": advice},
            "dangers": _just_told(request),
            "just_reported": "reported" in request.GET,
        },
    )


def _just_told(request: GuardedRequest) -> Sequence[Danger]:
    """What to do now, of danger just reported in a matter one does not see oneself."""
    codes = request.GET.get("danger", "").split(".")
    return [one for one in lexicon() if one.code in codes][:MOST_SHOWN]


def _tab(request: GuardedRequest) -> Tab:
    offered = day.tabs_of(request.viewer)
    wanted = request.GET.get("tab", "")
    return Tab(wanted) if wanted in offered else offered[0]


def _tabs(request: GuardedRequest, current: Tab, counts: Counter[str]) -> list[dict[str, object]]:
    return [
        {
            "label": _LABELS[tab],
            "url": f"{reverse('field:today')}?tab={tab}",
            "current": tab is current,
            "count": _badge(counts[tab]),
        }
        for tab in day.tabs_of(request.viewer)
    ]


def _badge(count: int) -> str:
    return f"{day.BADGE_MOST}+" if count > day.BADGE_MOST else str(count or "")


def _sections(
    request: GuardedRequest, tab: Tab, issues: tuple[Issue, ...]
) -> list[dict[str, object]]:
    if tab is Tab.MINE:
        steps = day.last_steps(issues)
        urgent = [issue for issue in issues if day.is_urgent(issue)]
        others = [issue for issue in issues if not day.is_urgent(issue)]
        parts = (("紧急，先看这里", urgent), ("最近上报的", others))
        return [
            {
                "title": title,
                "columns": _MINE_COLUMNS,
                "rows": [_row(issue, _step(steps.get(issue.pk))) for issue in some],
            }
            for title, some in parts
            if some
        ]
    now = timezone.now()
    orders = day.my_orders_on(issues, request.viewer) if tab is Tab.ORDERS else {}
    return [
        {
            "title": group.title,
            "count": len(group.rows),
            "tone": group.tone,
            "columns": _COLUMNS,
            "rows": [_row(issue, _state(issue, orders), _due(issue, now)) for issue in group.rows],
        }
        for group in day.by_due(issues, now)
    ]


_COLUMNS = [{"label": "事项"}, {"label": "状态"}, {"label": "时限"}]
_MINE_COLUMNS = [{"label": "事项"}, {"label": "状态"}, {"label": "最近一步"}]


def _row(issue: Issue, *cells: dict[str, object]) -> dict[str, object]:
    if len(cells) == 1:
        cells = ({"state": issue.state}, *cells)
    heading = {"text": title_of(issue), "note": _note(issue)}
    return {
        "url": reverse("field:matter", args=[issue.pk]),
        "is_urgent": day.is_urgent(issue),
        "cells": [heading, *cells],
    }


def title_of(issue: Issue) -> str:
    """What it is in one line: its category, or the first words where nobody chose one yet."""
    title = issue.category.name if issue.category else issue.words[:_TITLE_CHARS]
    return f"【紧急{_danger_of(issue)}】{title}" if issue.urgency == Urgency.URGENT else title


def _danger_of(issue: Issue) -> str:
    """The kind of danger, where the words tell it; not what somebody feels about living."""
    dangers = dangers_in(said_of(issue), issue.category_id or "", lexicon())
    named = [danger.name for danger in dangers if not danger.is_self_harm]
    return f"：{named[0]}" if named else ""


def _note(issue: Issue) -> str:
    words = issue.words[:_NOTE_CHARS] if issue.category else ""
    place = issue.place_words or (issue.grid.name if issue.grid else "地点待核实")
    return f"{place}　{words}" if words else place


def _state(issue: Issue, orders: dict[UUID, WorkOrder]) -> dict[str, object]:
    if order := orders.get(issue.pk):
        return {"state": order.state, "kind": "order"}
    return {"state": issue.state}


def _due(issue: Issue, now: datetime) -> dict[str, object]:
    return {"due_at": issue.due_at, "standing": standing_of(issue, now)}


def _step(event: Event | None) -> dict[str, object]:
    return {"text": Move(event.verb).label, "note": moment(event.at)} if event else {"text": ""}
