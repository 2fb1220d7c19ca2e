from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.access.form_keys import key_given, renew_key, with_own_key
from qijie.issues.actions.intake import NOTICE_VERSION, has_reported, link_token
from qijie.issues.queries.concerned import Choice
from qijie.kernel.codes import Level, path_at
from qijie.surfaces.portal import held
from qijie.surfaces.portal.drawn import drawn
from qijie.surfaces.portal.forms import ReportForm
from qijie.surfaces.portal.left_out import left_in_address
from qijie.surfaces.portal.pages import shell
from qijie.surfaces.portal.places import streets_url
from qijie.teams.gate import GuardedRequest
from qijie.territory.queries import nodes
from qijie.ui.catalogue import options
from qijie.ui.danger import answer_in
from qijie.ui.moves.fields import status_of
from qijie.web import cost

SEE_OTHER, CONFLICT, TOO_MANY = 303, 409, 429
_ASKED_AGAIN = frozenset({"photos", "danger", "asked"})


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: GuardedRequest) -> HttpResponse:
    """The one form; a repeated POST under the same key answers the same receipt."""
    if request.method != "POST":
        return drawn(request, lambda marks: _blank(request, marks))
    form = ReportForm(with_own_key(request))
    if form.must_stop:
        return _stop(request, form)
    if answer_in(request.POST) == "back":
        return _back_to_form(request)
    if wait := _wait(request):
        return _waiting(request, form, wait)
    if meant := form.may_mean(at=timezone.now()):
        return _ask_whom(request, form, meant)
    receipt = form.submit(held.photos_of(request), by=request.viewer, at=timezone.now())
    if receipt is None:
        if form.is_another:
            renew_key(request)
        return _shown(request, form, is_another=form.is_another)
    held.let_go(request.POST.get("held", ""))
    again = "&again=yes" if receipt.is_again else ""
    own = "&own=yes" if receipt.is_its_own else ""
    left = left_in_address(form.left_out)
    way_on = f"{_receipt_at(receipt.token)}{again}{own}{left}"
    return HttpResponseRedirect(way_on, status=SEE_OTHER)


def _receipt_at(token: str) -> str:
    return f"{reverse('portal:matter', args=[token])}?done=report"


def _blank(request: GuardedRequest, marks: dict[str, str]) -> HttpResponse:
    key = key_given(request)
    if key and has_reported(key):
        request.sent_to = _receipt_at(link_token(key))
    return _shown(request, ReportForm(initial=_of_grid(request)), marks=marks)


def _stop(request: GuardedRequest, form: ReportForm) -> HttpResponse:
    """What to do now and whom to call; nothing is stored, everything typed is kept."""
    dangers = form.told
    typed = _typed(request, form, without=_ASKED_AGAIN)
    names = {name for name, _ in typed}
    context = {
        "dangers": dangers,
        "is_self_harm": any(one.is_self_harm for one in dangers),
        "typed": typed,
        "action": reverse("portal:report"),
        "asks_where": not names & {"lon", "place_words", "grid"},
        **held.keep(request),
    }
    return render(request, "portal/danger.html", {**shell("portal:report"), **context})


def _ask_whom(request: GuardedRequest, form: ReportForm, meant: list[Choice]) -> HttpResponse:
    """One line before it goes: whether this is about somebody the words seem to name."""
    context = {
        "meant": meant,
        "typed": _typed(request, form, without=frozenset({"photos", "about", "asked"})),
        **held.keep(request),
    }
    return render(request, "portal/whom.html", {**shell("portal:report"), **context})


def _wait(request: GuardedRequest) -> int:
    kept = request.POST.get("held", "")
    photos = len(request.FILES.getlist("photos")) + held.count_of(kept)
    key, held_bytes = str(key_given(request) or ""), held.bytes_of(kept)
    return cost.wait_for_report(request, key, photos=photos, held_bytes=held_bytes)


def _waiting(request: GuardedRequest, form: ReportForm, seconds: int) -> HttpResponse:
    """Too much came from this network: the page holds everything and sends it again by itself."""
    context = {
        "typed": _typed(request, form, without=frozenset({"photos"})),
        "seconds": seconds,
        **held.keep(request),
    }
    page = {**shell("portal:report"), **context}
    answer = render(request, "portal/waiting.html", page, status=TOO_MANY)
    answer["Retry-After"] = str(seconds)
    return answer


def _typed(
    request: GuardedRequest, form: ReportForm, *, without: frozenset[str]
) -> list[tuple[str, str]]:
    """Name and value of what was typed, for hidden inputs."""
    given = [(name, request.POST.get(name, "")) for name in form.fields if name not in without]
    return [(name, value) for name, value in given if value]


def _back_to_form(request: GuardedRequest) -> HttpResponse:
    """The form as it was typed, unsent."""
    known = ReportForm().fields
    typed = {name: request.POST.get(name, "") for name in known if name not in _ASKED_AGAIN}
    return _shown(request, ReportForm(initial=typed))


def _around(form: ReportForm) -> str:
    """The place whose streets the map shows: a grid's community, else the whole street."""
    return path_at(str(form["grid"].value() or ""), Level.COMMUNITY) or settings.HOME_PATH


def _of_grid(request: GuardedRequest) -> dict[str, str]:
    """What a report begun at a printed code or a grid's page already knows."""
    on, code = timezone.localdate(), request.GET.get("grid", "")
    grid = nodes(on).filter(code=code, kind="grid").first() if code.isalnum() else None
    return {"grid": grid.path} if grid else {}


def _shown(
    request: GuardedRequest,
    form: ReportForm,
    *,
    is_another: bool = False,
    marks: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    are_wrong = bool(form.errors.get("photos"))
    context = {
        "form": form,
        "options": options(form["category"].value() or ""),
        "streets": streets_url(_around(form), timezone.localdate()),
        "notice_version": NOTICE_VERSION,
        "is_another": is_another,
        "dangers": form.told,
        "has_contact": any(form[name].value() for name in ("name", "phone", "email")),
        **({"had_photos": True} if are_wrong else held.keep(request)),
        **marks,
    }
    status = CONFLICT if is_another else status_of(form)
    return render(
        request, "portal/report.html", {**shell("portal:report"), **context}, status=status
    )
