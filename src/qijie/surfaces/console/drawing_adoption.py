"""A plan put into force from a day, and taken back until then."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.kernel.refusal import Refusal
from qijie.redrawing import actions, queries
from qijie.redrawing.actions.editing import NotVisible
from qijie.redrawing.models import Plan
from qijie.surfaces.console.drawing_forms import AdoptForm
from qijie.surfaces.console.drawing_words import community_of
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.plans import plan_seen
from qijie.teams.gate import GuardedRequest, not_visible


@require_http_methods(["GET", "POST"])
def adopt(request: GuardedRequest, plan_id: UUID) -> HttpResponse:
    plan = plan_seen(request, plan_id)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    on, objection = _day((data or request.GET).get("on", ""), today)
    preview = queries.preview(plan, on, today)
    initial = {"on": on, "version": plan.version}
    people = queries.candidates(plan.run.path, today)
    form = AdoptForm(data, preview=preview, people=people, today=today, initial=initial)
    if data is not None and form.is_valid() and _adopted(request, plan, form):
        return redirect("console:plan", plan.pk)
    context = {
        "plan": plan,
        "run": plan.run,
        "on": on,
        "objection": objection if data is None else "",
        "preview": preview,
        "form": form,
        "least": today + timedelta(days=1),
        "new_count": len(form.new_grids),
        "changed": [one for one in preview.changes if not one.is_unchanged],
        "same": [one for one in preview.changes if one.is_unchanged],
        "ended": _ended_rows(preview),
    }
    return page(request, "plan_adopt.html", "drawings", context, status=422 if data else 200)


def _ended_rows(preview: queries.Preview) -> list[dict[str, object]]:
    places = {one.row.community: one.row.community_name for one in preview.changes}
    return [
        {"grid": grid, "place": f"{community_of(grid.code, places)}{grid.name}"}
        for grid in preview.ended
    ]


def _day(typed: str, today: date) -> tuple[date, str]:
    tomorrow = today + timedelta(days=1)
    try:
        day = date.fromisoformat(typed) if typed else tomorrow
    except ValueError:
        return tomorrow, f"日期“{typed[:20]}”应写成 2026-06-01 的样子，下面按明天预览。"
    if day < tomorrow:
        return tomorrow, f"启用日期 {day} 太早，最早是明天，下面按明天预览。"
    return day, ""


def _adopted(request: GuardedRequest, plan: Plan, form: AdoptForm) -> bool:
    given = form.cleaned_data
    try:
        actions.adopt(
            plan.pk,
            on=given["on"],
            holders=form.holders(),
            reason=given.get("reason", ""),
            version=given["version"],
            by=request.viewer,
            at=timezone.now(),
        )
    except NotVisible as error:
        raise not_visible(request, plan.pk) from error
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, f"已采用，自 {given['on']} 起启用。启用前可以撤回。")
    return True


@require_http_methods(["GET", "POST"])
def withdraw(request: GuardedRequest, plan_id: UUID) -> HttpResponse:
    plan = plan_seen(request, plan_id)
    objection = ""
    if request.method == "POST":
        try:
            actions.withdraw(plan.pk, by=request.viewer, at=timezone.now())
        except NotVisible as error:
            raise not_visible(request, plan.pk) from error
        except Refusal as refusal:
            objection = refusal.sentence
        else:
            messages.success(request, "已撤回，网格和岗位都还是原来的样子。")
            return redirect("console:plan", plan.pk)
    context = {"plan": plan, "run": plan.run, "objection": objection}
    status = 422 if objection else 200
    return page(request, "plan_withdraw.html", "drawings", context, status=status)
