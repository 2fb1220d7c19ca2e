from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.issues.actions.intake import NOTICE_VERSION
from qijie.kernel.codes import Level, path_at
from qijie.surfaces.portal.catalogue import choices
from qijie.surfaces.portal.forms import ANOTHER_REPORT, ReportForm
from qijie.surfaces.portal.pages import shell
from qijie.surfaces.portal.places import streets_url, words_of
from qijie.teams.gate import GuardedRequest
from qijie.territory.queries import nodes

SEE_OTHER, CONFLICT, UNPROCESSABLE = 303, 409, 422


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: GuardedRequest) -> HttpResponse:
    """The one form; a repeated POST under the same key answers the same receipt."""
    if request.method != "POST":
        return _shown(request, ReportForm(initial={"key": uuid4(), **_of_grid(request)}))
    form = ReportForm(request.POST)
    receipt = form.submit(request.FILES.getlist("photos"), by=request.viewer, at=timezone.now())
    if receipt is None:
        return _shown(request, form, is_another=ANOTHER_REPORT in form.non_field_errors())
    link = reverse("portal:matter", args=[receipt.token])
    return HttpResponseRedirect(f"{link}?done=report", status=SEE_OTHER)


def _around(form: ReportForm) -> str:
    """The place whose streets the map shows: a grid's community, else the whole street."""
    return path_at(str(form["grid"].value() or ""), Level.COMMUNITY) or settings.HOME_PATH


def _of_grid(request: GuardedRequest) -> dict[str, str]:
    """What a report begun on a grid's page already knows: the grid, and its name as the place."""
    on, code = timezone.localdate(), request.GET.get("grid", "")
    grid = nodes(on).filter(code=code, kind="grid").first() if code.isalnum() else None
    return {"grid": grid.path, "place_words": words_of(grid.path, on)} if grid else {}


def _shown(request: GuardedRequest, form: ReportForm, *, is_another: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "groups": choices(),
        "chosen": form["category"].value() or "",
        "streets": streets_url(_around(form), timezone.localdate()),
        "notice_version": NOTICE_VERSION,
        "is_another": is_another,
        "has_contact": any(form[name].value() for name in ("name", "phone", "email")),
        "had_photos": bool(request.FILES),
    }
    status = CONFLICT if is_another else UNPROCESSABLE if form.errors else 200
    return render(
        request, "portal/report.html", {**shell("portal:report"), **context}, status=status
    )
