"""One plan: seen, changed by hand, put into force, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from qijie.access.typed import number_of, only
from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions, queries
from qijie.redrawing.actions import Edited, Outdated
from qijie.redrawing.actions.editing import NotVisible
from qijie.redrawing.models import Block, Plan
from qijie.redrawing.queries import EndedGrid, GridRow, PlanTable
from qijie.redrawing.rules import Order, PlanState, Verb
from qijie.surfaces.console.drawing_forms import ChangeForm
from qijie.surfaces.console.drawing_pictures import picture, tones_of, touching
from qijie.surfaces.console.drawing_queries import (
    block_name,
    drawn_blocks,
    units_json,
)
from qijie.surfaces.console.drawing_words import (
    community_of,
    in_band_words,
    moved_words,
    range_words,
    troubles_of,
    whole_share,
)
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.maps import STREET_TILES, map_response
from qijie.teams.gate import GuardedRequest, not_visible

APART, GO_ON = "apart", "go_on"
"""What the form asks for beside the verbs of a step: a new grid of the chosen blocks, a run."""
_MOST_STEPS = 1_000
_STEPS_SHOWN = 8


def plan_seen(request: GuardedRequest, plan_id: UUID) -> Plan:
    plan = queries.plan_for(request.viewer, plan_id)
    if plan is None:
        raise not_visible(request, plan_id)
    return plan


# Seen


@require_safe
def plan(request: GuardedRequest, plan_id: UUID) -> HttpResponse:
    return _page(request, plan_seen(request, plan_id), _looked_at(request))


def _looked_at(request: GuardedRequest) -> "Typed":
    """An address that names no grid of ours shows the first."""
    return Typed(grid=number_of(request.GET.get("grid", "")) or 0)


@require_safe
def units(request: GuardedRequest, plan_id: UUID) -> HttpResponse:
    plan = plan_seen(request, plan_id)
    return map_response(units_json(plan, _state(plan), timezone.localdate()))


@dataclass(frozen=True, slots=True)
class Typed:
    """What the page's form holds: the grid looked at, the blocks ticked, where they should go."""

    grid: int = 0
    blocks: tuple[int, ...] = ()
    to: int = 0
    objection: str = ""


def _page(request: GuardedRequest, plan: Plan, typed: Typed, status: int = 200) -> HttpResponse:
    on, run = timezone.localdate(), plan.run
    table = queries.plan_table(plan, on)
    blocks, shapes = drawn_blocks(run)
    order, tones = Order.from_json(run.rules), tones_of(plan.grid, touching(shapes))
    rows = [_row(row, tones, troubles_of(row, table.measures, order)) for row in table.grids]
    current = next((one for one in rows if one["row"].number == typed.grid), None) or _first(rows)
    places = {row.community: row.community_name for row in table.grids}
    troubled = frozenset(one["row"].number for one in rows if one["troubles"])
    steps = queries.steps_of(plan, _MOST_STEPS)
    may_change = plan.state == PlanState.DRAFT and queries.may_draw(request.viewer, run.path)
    context = {
        "plan": plan,
        "run": run,
        "rows": rows,
        "figures": _figures(plan, table),
        "table": table,
        "losing": [_ended_words(one, places) for one in table.ended],
        "current": current,
        "blocks": _listed(plan, current, blocks, typed),
        "targets": _targets(plan, current, rows, run.graph["pairs"]),
        "typed": typed,
        "picture": picture(shapes, plan.grid, tones, troubled),
        "streets": STREET_TILES,
        "may_change": may_change,
        "state": _state(plan, steps),
        "steps": steps[:_STEPS_SHOWN],
        "change_form": ChangeForm() if may_change else None,
        **_standing(request, plan, on),
    }
    return page(request, "plan.html", "drawings", context, status=status)


def _standing(request: GuardedRequest, plan: Plan, on: date) -> dict[str, object]:
    """Whether it may be adopted, is adopted, or may still be taken back."""
    may_adopt = queries.may_adopt(request.viewer, plan.run.path)
    is_adopted = plan.state == PlanState.ADOPTED
    day = plan.in_force_on
    return {
        "may_adopt": may_adopt and plan.state == PlanState.DRAFT,
        "is_adopted": is_adopted,
        "is_in_force": is_adopted and day is not None and day <= on,
        "may_withdraw": may_adopt and is_adopted and day is not None and day > on,
    }


def _row(row: GridRow, tones: dict[int, int], troubles: list[str]) -> dict[str, Any]:
    return {
        "row": row,
        "tone": tones.get(row.number, 1),
        "households": round(row.loads[0]),
        "troubles": troubles,
        "on_street": whole_share(row.on_street),
        "is_free": row.kind != "general",
        "worker": _named(row.name, row.workers) if row.code else "新网格",
    }


def _named(place: str, workers: Iterable[queries.Worker]) -> str:
    names = "、".join(one.name for one in workers if one.name)
    return f"{place} · {names}" if names else place


def _ended_words(grid: EndedGrid, places: dict[str, str]) -> str:
    return _named(f"{community_of(grid.code, places)}{grid.name}", grid.workers)


def _first(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Where there is something to mend, otherwise the first."""
    return next((one for one in rows if one["troubles"]), rows[0])


def _figures(plan: Plan, table: PlanTable) -> dict[str, str]:
    of = plan.measures
    return {
        "in_band": in_band_words(plan),
        "range": range_words(plan),
        "compactness": f"{of['compactness']:.2f}",
        "on_street": whole_share(of["on_street"]),
        "moved": moved_words(plan),
        "losing": f"{len(table.ended)} 个",
    }


def _listed(
    plan: Plan, current: dict[str, Any], blocks: Sequence[Block], typed: Typed
) -> list[dict[str, object]]:
    number = current["row"].number
    return [
        {
            "position": block.position,
            "name": block_name(block),
            "households": round(block.loads[0]),
            "is_dedicated": block.dedicated != "",
            "is_ticked": block.position in typed.blocks,
        }
        for block in blocks
        if plan.grid[block.position] == number
    ]


def _targets(
    plan: Plan, current: dict[str, Any], rows: list[dict[str, Any]], pairs: Iterable[list[int]]
) -> dict[str, list[dict[str, Any]]]:
    """Where its blocks may go: grids of the same community, the neighbours first."""
    number = current["row"].number
    ends = {(plan.grid[one], plan.grid[other]) for one, other in pairs}
    near = {b for a, b in ends if a == number} | {a for a, b in ends if b == number}
    same = [one for one in rows if one["row"].community == current["row"].community]
    others = [one for one in same if one["row"].number != number]
    return {
        "near": [one for one in others if one["row"].number in near],
        "far": [one for one in others if one["row"].number not in near],
    }


def _state(plan: Plan, steps: Sequence[queries.Step] | None = None) -> dict[str, Any]:
    """What the editor keeps in step with: the plan as it is saved."""
    steps = queries.steps_of(plan, _MOST_STEPS) if steps is None else steps
    return {
        "version": plan.version,
        "grid": plan.grid,
        "locked": plan.locked,
        "can_undo": any(not step.is_undone and step.verb is not Verb.UNDO for step in steps),
        "last": steps[0].words if steps else "",
        "gave_way": [{"grid": one["grid"], "sentence": one["sentence"]} for one in plan.gave_way],
    }


# Changed by hand


@dataclass(frozen=True, slots=True)
class Step:
    verb: str
    version: int
    grid: int
    to: int
    blocks: tuple[int, ...]
    objection: str
    """What of it could not be read; the rest is kept, for the page to show again."""


@require_POST
def edit(request: GuardedRequest, plan_id: UUID) -> HttpResponse:
    """One step. Answers the page's script with JSON, a plain form with the page again."""
    step = _step(request)
    try:
        if step.objection:
            raise Refusal(step.objection)
        if step.verb == GO_ON:
            return _gone_on(request, plan_id, step)
        edited = _carried_out(request, plan_id, step)
    except NotVisible as error:
        raise not_visible(request, plan_id) from error
    except Refusal as refusal:
        return _refused(request, plan_id, step, refusal)
    if not _wants_json(request):
        messages.success(request, "已保存。")
        shown = step.to or step.grid
        return redirect(f"{_address(plan_id)}?grid={shown}#blocks")
    return JsonResponse({"state": _state(edited.plan), "said": "已保存。"})


def _wants_json(request: GuardedRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _step(request: GuardedRequest) -> Step:
    sent = request.POST
    objections: list[str] = []

    def one(name: str) -> str:
        try:
            return only(sent, name, _LABELS[name])
        except Refusal as refusal:
            objections.append(refusal.sentence)
            return ""

    def number(name: str, word: str) -> int | None:
        found = number_of(word)
        if word and found is None:
            objections.append(f"{_LABELS[name]}“{word[:20]}”不是这张图上的，请在页面上重新选择。")
        return found

    ticked = [*sent.getlist("block"), *filter(None, one("blocks").split(","))]
    blocks = [number("blocks", word) for word in ticked]
    return Step(
        verb=one("verb"),
        version=number("version", one("version")) or 0,
        grid=number("grid", one("grid")) or 0,
        to=number("to", one("to")) or 0,
        blocks=tuple(block for block in blocks if block is not None),
        objection="".join(objections[:1]),
    )


_LABELS = {"verb": "动作", "version": "版本", "grid": "网格", "to": "去处", "blocks": "地块"}


def _carried_out(request: GuardedRequest, plan_id: UUID, step: Step) -> Edited:
    who: dict[str, Any] = {"version": step.version, "by": request.viewer, "at": timezone.now()}
    if step.verb in (Verb.MOVE, APART) and not step.blocks:
        raise Refusal("还没有选地块，请先勾选要移动的地块。")
    if step.verb in (Verb.MOVE, Verb.MERGE) and not step.to:
        raise Refusal("还没有选去处，请选择移到哪一格。")
    match step.verb:
        case Verb.MOVE:
            return actions.move(plan_id, positions=step.blocks, to=step.to, **who)
        case "apart":
            return actions.move(plan_id, positions=step.blocks, to=None, **who)
        case Verb.MERGE:
            return actions.merge(plan_id, grid=step.grid, into=step.to, **who)
        case Verb.SPLIT:
            return actions.split(plan_id, grid=step.grid, **who)
        case Verb.LOCK:
            return actions.lock(plan_id, grid=step.grid, **who)
        case Verb.UNLOCK:
            return actions.unlock(plan_id, grid=step.grid, **who)
        case Verb.UNDO:
            return actions.undo(plan_id, **who)
    raise Refusal(f"没有“{step.verb[:20]}”这个动作，请用页面上的按钮。")


def _gone_on(request: GuardedRequest, plan_id: UUID, step: Step) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Refusal(next(iter(form.errors.values()))[0])
    run = actions.go_on(
        plan_id,
        price=form.price_of(),
        most_moved=form.cleaned_data["most_moved"],
        version=step.version,
        by=request.viewer,
        at=timezone.now(),
    )
    return redirect("console:drawing", run.pk)


def _refused(request: GuardedRequest, plan_id: UUID, step: Step, refusal: Refusal) -> HttpResponse:
    """The plan as it is now beside the sentence; what was ticked stays ticked."""
    plan = plan_seen(request, plan_id)
    status = 409 if isinstance(refusal, Outdated) else 422
    if _wants_json(request):
        answer = {"state": _state(plan), "sentence": refusal.sentence}
        return JsonResponse(answer, status=status)
    typed = Typed(step.grid, step.blocks, step.to, refusal.sentence)
    return _page(request, plan, typed, status=status)


def _address(plan_id: UUID) -> str:
    return reverse("console:plan", args=[plan_id])
