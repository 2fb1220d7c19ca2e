"""The reporter's own moves, one page each; words of danger meet what to do before they are sent."""

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qijie.issues.queries.book import book
from qijie.issues.rules.vocabulary import Move, Urgency
from qijie.surfaces.portal import held
from qijie.surfaces.portal.asked import Asked, asked
from qijie.surfaces.portal.left_out import left_in_address
from qijie.surfaces.portal.pages import shell
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.teams.once import refuse_another
from qijie.ui.moves.fields import status_of
from qijie.ui.moves.forms import MoveForm, form_for
from qijie.ui.moves.view import attempt

SEE_OTHER = 303
CONSEQUENCES: Mapping[Move, str] = {
    Move.ADD: "您补充的文字和照片会交给正在办理的人。",
    Move.WITHDRAW: "撤回以后就不再办理；要办，需要重新反映。",
    Move.URGE: (
        "我们会提醒现在该办的人，须在{urge_answer_span}内答复。一天最多催 {urges_a_day} 次。"
    ),
    Move.OBJECT: "由上一级重新审核。异议只能提一次，请把理由写清楚。",
    Move.CONFIRM: "确认以后这件事就办结了；{reopen_window_span}内如有反复，还可以要求重新办。",
    Move.JUDGE: "您说“没有解决”，{call_back_span}内会答复您：留了电话的有人联系，没留的请看本页。",
    Move.REOPEN: "会重新办理，时限减半。请写明哪里没有解决。",
}
_NOT_CARRIED = frozenset({"danger", "held", "photos", "csrfmiddlewaretoken", "form_key"})
_YES: Mapping[Move, str] = {
    Move.WITHDRAW: "确有危险，先不撤回，按紧急交",
    Move.CONFIRM: "确有危险，先不办结，按紧急交",
}
_NO: Mapping[Move, str] = {
    Move.WITHDRAW: "没有危险，照常撤回",
    Move.CONFIRM: "没有危险，照常确认",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: GuardedRequest, token: str, move: str) -> HttpResponse:
    one = asked(request, token, move)
    if request.method != "POST":
        return _form_page(request, attempt(request, one.issue.pk, move).form, one)
    if one.must_stop:
        return _stop(request, one)
    if one.answer == "back":
        return _back_to_form(request, one)
    if request.is_another and one.answer != "yes":
        return refuse_another(request)
    done = Move.ADD if one.becomes_addition else one.offer.move
    tried = attempt(request, one.issue.pk, done.value, held.photos_of(request))
    if tried.moved is None:
        return _form_page(request, tried.form, one)
    held.let_go(request.POST.get("held", ""))
    way_on = f"{_way_on(one, done)}{left_in_address(getattr(tried.form, 'left_out', ()))}"
    return HttpResponseRedirect(way_on, status=SEE_OTHER)


def _way_on(one: Asked, done: Move) -> str:
    link = reverse("portal:matter", args=[one.token])
    taken = f"&as={done.value}" if done is not one.offer.move else ""
    meant = "&danger=yes" if one.answer == "yes" else ""
    return f"{link}?done={one.offer.move.value}{taken}{meant}"


def _stop(request: GuardedRequest, one: Asked) -> HttpResponse:
    """What to do now and whom to call; nothing is stored, everything typed is kept."""
    names = (name for name in request.POST if name not in _NOT_CARRIED)
    # Where the matter is over and stays so, the danger becomes a report of its own.
    anew = one.anew if not one.offer.is_allowed else ()
    context = {
        "dangers": one.told,
        "is_self_harm": any(danger.is_self_harm for danger in one.dangers),
        "typed": [(name, request.POST[name]) for name in names],
        "action": request.path,
        "anew": anew,
        "yes": _YES.get(one.offer.move, ""),
        "no": _NO.get(one.offer.move, ""),
        **held.keep(request),
    }
    return render(request, "portal/danger.html", {**shell(), **context})


def _typed_form(request: GuardedRequest, one: Asked) -> MoveForm:
    form = form_for(one.offer.move, None, issue=one.issue, order_id=None, at=timezone.now())
    if form is None:
        raise not_visible(request, one.issue.pk)
    typed = {name: request.POST.get(name, "") for name in form.fields if name not in _NOT_CARRIED}
    form.initial = {**form.initial, **typed}
    return form


def _back_to_form(request: GuardedRequest, one: Asked) -> HttpResponse:
    """The form as it was typed, unsent."""
    return _form_page(request, _typed_form(request, one), one)


def _form_page(request: GuardedRequest, form: MoveForm, one: Asked) -> HttpResponse:
    if one.answer == "no" and form.is_bound:
        # What is changed now is asked about again.
        form.data = request.POST.copy()
        form.data["danger"] = ""
    offer, spans = one.offer, book().spans_of(Urgency(one.issue.urgency))
    context = {
        "form": form,
        "issue": one.issue,
        "offer": offer,
        "is_closed": not offer.is_allowed and request.method != "POST",
        "consequence": CONSEQUENCES[offer.move].format_map(spans),
        "is_danger": offer.move is Move.WITHDRAW,
        "dangers": one.told,
        "anew": one.anew,
        "back_url": reverse("portal:matter", args=[one.token]),
        **held.keep(request),
    }
    return render(request, "portal/move.html", {**shell(), **context}, status=status_of(form))
