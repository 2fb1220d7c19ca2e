"""Drawing grids by machine: what may be drawn, what runs, and the plans side by side."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions, queries
from qijie.redrawing.actions.editing import NotVisible
from qijie.redrawing.models import Plan, Run
from qijie.redrawing.rules import Order, Purpose, RunState
from qijie.surfaces.console.drawing_forms import OrderForm
from qijie.surfaces.console.drawing_pictures import Pairs, picture, tones_of, touching
from qijie.surfaces.console.drawing_queries import (
    drawn_blocks,
    ended,
    today_of,
)
from qijie.surfaces.console.drawing_words import order_words, row_of, side_by_side
from qijie.surfaces.console.frame import page, target_of
from qijie.surfaces.console.paging import Slice, newest
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.territory.drawing.model import Shapes
from qijie.territory.queries import nodes

PROGRESS = "drawing-progress"
_RUNS_SHOWN = 20
_NAMES_SHOWN = 6


# The list and the order


@require_http_methods(["GET", "POST"])
def drawings(request: GuardedRequest) -> HttpResponse:
    on = timezone.localdate()
    places = queries.places_to_draw(request.viewer, on)
    data = request.POST if request.method == "POST" else None
    form = OrderForm(data, places=places, path=request.GET.get("path", ""))
    if data is not None and form.is_valid():
        run = _ordered(request, form)
        if run is not None:
            return redirect("console:drawing", run.pk)
    found, objection = _runs(request)
    context = {
        "form": form,
        "places": places,
        "runs": _run_rows(found.rows),
        "older": found.older,
        "is_first": not request.GET.get("after"),
        "objection": objection,
        "opens_form": data is not None or bool(request.GET.get("path")),
    }
    status = 200 if data is None else 422
    return page(request, "drawing_list.html", "drawings", context, status=status)


def _ordered(request: GuardedRequest, form: OrderForm) -> Run | None:
    given, now = form.cleaned_data, timezone.now()
    try:
        return actions.order(
            path=given["path"],
            purpose=Purpose(given["purpose"]),
            order=form.order(),
            as_of=timezone.localdate(),
            by=request.viewer,
            at=now,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return None


def _runs(request: GuardedRequest) -> tuple[Slice[Run], str]:
    mine = queries.runs_of(request.viewer).annotate(plan_count=Count("plans"))
    try:
        return newest(mine, request.GET.get("after", ""), _RUNS_SHOWN, by="asked_at"), ""
    except Refusal as refusal:
        return Slice([], ""), refusal.sentence


def _place_names(runs: Sequence[Run]) -> dict[str, str]:
    paths = {run.path for run in runs}
    found = nodes(timezone.localdate()).filter(path__in=paths)
    return dict(found.values_list("path", "name"))


def _run_rows(runs: Sequence[Run]) -> list[dict[str, object]]:
    names = _place_names(runs)
    return [
        {"run": run, "place": names.get(run.path, run.path), "words": order_words(run)}
        for run in runs
    ]


# One drawing


@require_safe
def drawing(request: GuardedRequest, run_id: UUID) -> HttpResponse:
    run = queries.run_for(request.viewer, run_id)
    if run is None:
        raise not_visible(request, run_id)
    if target_of(request) == PROGRESS:
        return _progress(request, run)
    plans = queries.plans_of(run)
    context = _about(run, request) | {
        "plans": plans,
        "findings": run.findings,
        **(_compared(run, plans) if plans else {}),
    }
    return page(request, "drawing.html", "drawings", context)


def _about(run: Run, request: GuardedRequest) -> dict[str, object]:
    state = RunState(run.state)
    return {
        "run": run,
        "place": _place_names([run]).get(run.path, run.path),
        "words": order_words(run),
        "order": Order.from_json(run.rules) if run.rules else None,
        "is_open": state.is_open,
        "percent": round(100 * run.done_parts / run.of_parts) if run.of_parts else 0,
        "may_change": queries.may_draw(request.viewer, run.path),
    }


def _progress(request: GuardedRequest, run: Run) -> HttpResponse:
    """The progress bar alone; once the drawing has ended the whole page comes instead."""
    response = render(request, "console/drawing_progress.html", _about(run, request))
    if not RunState(run.state).is_open:
        response["HX-Refresh"] = "true"
    return response


def _compared(run: Run, plans: Sequence[Plan]) -> dict[str, object]:
    blocks, shapes = drawn_blocks(run)
    today = today_of(run, timezone.localdate()).grids
    losing = [
        [today[code].worker or today[code].place for code in ended(plan, blocks) if code in today]
        for plan in plans
    ]
    has_grids = any(block.today_grid for block in blocks)
    rows = side_by_side(plans, has_grids=has_grids)
    if has_grids:
        words = [_names_words(names) for names in losing]
        worth = [-float(len(names)) for names in losing]
        rows.append(row_of("没有了网格的网格员", "所在网格没有一格来延续", words, worth))
    return {
        "rows": rows,
        "pictures": [_picture_of(plan, shapes, touching(shapes)) for plan in plans],
        "blocks_count": len(blocks),
        "households": sum(block.loads[0] for block in blocks),
    }


def _names_words(names: Sequence[str]) -> str:
    shown = "、".join(names[:_NAMES_SHOWN])
    more = "等" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)} 位：{shown}{more}" if names else "没有"


def _picture_of(plan: Plan, shapes: Shapes, pairs: Pairs) -> dict[str, object]:
    tones = tones_of(plan.grid, pairs)
    troubled = frozenset(plan.measures["out_of_band"]) | {
        grid["grid"] for grid in plan.measures["grids"] if grid["pieces"] > 1
    }
    return {"plan": plan, "picture": picture(shapes, plan.grid, tones, troubled)}


@require_POST
def cancel(request: GuardedRequest, run_id: UUID) -> HttpResponse:
    try:
        run = actions.cancel(run_id, by=request.viewer, at=timezone.now())
    except NotVisible as error:
        raise not_visible(request, run_id) from error
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        request.did_nothing = True
        return redirect("console:drawing", run_id)
    is_over = run.state == RunState.CANCELLED
    messages.success(request, "已取消。" if is_over else "已要求停下，算完手上这一块就停。")
    return redirect("console:drawing", run_id)
