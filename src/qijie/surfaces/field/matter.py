"""One matter on the phone: what, where, until when, and what may be done now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from qijie.access.viewer import Viewer
from qijie.issues.models import Deadline, Issue
from qijie.issues.queries import history_of, matter_of
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.offers import offers_for
from qijie.issues.queries.orders import NamedOrder, named_orders
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.standing import standing
from qijie.issues.rules.vocabulary import Move
from qijie.outbound.actions import mark_read_of
from qijie.records.models import Attachment
from qijie.records.queries import photos_of
from qijie.surfaces.field.frame import REFUSED, go_to, is_fragment, page
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.ui.danger import said_of
from qijie.ui.history import LOOKS, entries, photo_of, reporter_hidden_from
from qijie.ui.moves import FORMS
from qijie.ui.moves.fields import status_of
from qijie.ui.moves.view import Attempt, attempt, fetch
from qijie.ui.photos import photo_response

_ICONS = {
    Move.SOLVE: "check",
    Move.SIGN: "order-signed",
    Move.MAKE_SAFE: "shield",
    Move.DONE: "check",
    Move.RETURN_ORDER: "back",
    Move.ADD: "edit",
    Move.ANSWER: "message",
    Move.URGE: "bell",
}
_CALLS = ("110", "119", "120")
_MAIN = (Move.SIGN, Move.MAKE_SAFE, Move.DONE, Move.SOLVE)


@require_GET
def matter(request: GuardedRequest, issue_id: UUID) -> HttpResponse:
    issue, now = fetch(request, issue_id), timezone.now()
    mark_read_of(issue.pk, by=request.viewer, at=now)
    named, value = _known(issue)
    photos = list(photos_of(issue.pk))
    return page(
        request,
        "field/matter.html",
        {
            "issue": issue,
            "actions": _actions(_pressable(request, value, now), issue),
            "clocks": _clocks(value, now),
            "shares": named,
            "entries": _newest_first(issue, photos, named, request.viewer),
            "just_reported": "reported" in request.GET,
            "dangers": _dangers(issue) if value.is_alarm else (),
            "calls": _CALLS if value.is_alarm else (),
        },
        back_url=reverse("field:today"),
    )


def _dangers(issue: Issue) -> Sequence[Danger]:
    """What to do now, as the words and the kind of the matter tell."""
    return dangers_in(said_of(issue), issue.category_id or "", lexicon())[:MOST_SHOWN]


def _known(issue: Issue) -> tuple[list[NamedOrder], Matter]:
    named = named_orders([issue.pk])
    deadlines = list(Deadline.objects.filter(issue=issue).order_by("position"))
    return named, matter_of(issue, [each.order for each in named], deadlines)


def _pressable(request: GuardedRequest, value: Matter, now: datetime) -> list[Offer]:
    """What the rules offer and a page has a form for."""
    return [offer for offer in offers_for(value, request.viewer, now) if offer.move in FORMS]


def _actions(offers: Iterable[Offer], issue: Issue) -> list[dict[str, object]]:
    """Big buttons: the one that ends the matter first, greyed ones last with their reason."""
    ordered = sorted(offers, key=lambda offer: (not offer.is_allowed, _rank(offer.move)))
    main = next((o for o in ordered if o.is_allowed and o.move in _MAIN), None)
    return [_action(offer, issue, is_main=offer is main) for offer in ordered]


def _rank(move: Move) -> int:
    """Danger is made safe before anything else is done or reported done."""
    if move is Move.MAKE_SAFE:
        return 0
    return 1 if move in _MAIN else 2


def _action(offer: Offer, issue: Issue, *, is_main: bool) -> dict[str, object]:
    url = reverse("field:move", args=[issue.pk, offer.move.value])
    return {
        "label": offer.button,
        "icon": _ICONS.get(offer.move, "forward"),
        "look": "primary" if is_main else "plain",
        "why_not": offer.why_not,
        "url": f"{url}?order={offer.order_id}" if offer.order_id else url,
        # Signing asks for nothing, so one tap is enough; `seen` says which state was on the screen.
        "post": offer.move is Move.SIGN,
        "name": "seen" if offer.move is Move.SIGN else "",
        "value": issue.version,
    }


def _clocks(value: Matter, now: datetime) -> list[dict[str, object]]:
    """Of the matter and of its orders; where both end at one moment, once."""
    live = [clock for clock in value.clocks if clock.is_live and not clock.kind.is_window]
    apart = {(clock.kind, clock.due_at): clock for clock in live}
    return [_clock(clock, now) for clock in sorted(apart.values(), key=lambda one: one.due_at)]


def _clock(clock: Clock, now: datetime) -> dict[str, object]:
    return {
        "label": clock.kind.label,
        "due_at": clock.due_at,
        "standing": standing(clock, now).value,
        "explanation": clock.explanation,
    }


def _newest_first(
    issue: Issue, photos: list[Attachment], named: list[NamedOrder], viewer: Viewer
) -> list[object]:
    def url(photo: Attachment) -> str:
        return reverse("field:photo", args=[issue.pk, photo.pk])

    told = entries(
        history_of(issue),
        photos,
        url,
        viewer=viewer,
        holders={each.order.pk: each.holder for each in named},
        hidden_reporter=reporter_hidden_from(issue, viewer),
    )
    return list(reversed(told))


@require_GET
def photo(request: GuardedRequest, issue_id: UUID, photo_id: UUID) -> HttpResponse:
    issue = fetch(request, issue_id)
    found = photo_of(photos_of(issue.pk), photo_id)
    if found is None:
        raise not_visible(request, photo_id)
    return photo_response(found)


@require_http_methods(["GET", "POST"])
def move(request: GuardedRequest, issue_id: UUID, word: str) -> HttpResponse:
    tried = attempt(request, issue_id, word)
    if tried.moved is not None:
        return _moved(request, tried)
    if request.method == "POST":
        return _refused(request, tried)
    return _asked(request, tried)


def _moved(request: GuardedRequest, tried: Attempt) -> HttpResponse:
    messages.success(request, f"已{tried.form.move.label}。")
    return _to_matter(request, tried.issue)


def _to_matter(request: GuardedRequest, issue: Issue) -> HttpResponse:
    return go_to(request, reverse("field:matter", args=[issue.pk]))


def _refused(request: GuardedRequest, tried: Attempt) -> HttpResponse:
    if _is_repeat(request, tried):
        messages.success(request, f"已{tried.form.move.label}。")
        return _to_matter(request, tried.issue)
    context = _form_context(tried)
    if is_fragment(request):
        return render(request, "field/parts/move_fields.html", context, status=REFUSED)
    return _move_page(request, tried, context, status=status_of(tried.form))


def _is_repeat(request: GuardedRequest, tried: Attempt) -> bool:
    """The same press delivered twice: the first answer was lost on the way, the move was not."""
    typed = tried.form.data.get("words", "").strip()
    last = history_of(tried.issue).filter(follows=False).last()
    return (
        last is not None
        and last.verb == tried.form.move.value
        and last.actor_user_id == request.viewer.user_id
        and last.words == typed
        and str(last.sequence - 1) == tried.form.data.get("seen", "")
    )


def _asked(request: GuardedRequest, tried: Attempt) -> HttpResponse:
    _, value = _known(tried.issue)
    order_id = tried.form.initial.get("order")
    offers = [
        offer
        for offer in _pressable(request, value, timezone.now())
        if offer.move is tried.form.move and offer.order_id in (order_id, None)
    ]
    if not offers:
        raise not_visible(request, tried.issue.pk)
    context = {**_form_context(tried), "why_not": offers[0].why_not, "button": offers[0].button}
    return _move_page(request, tried, context)


def _form_context(tried: Attempt) -> dict[str, object]:
    form, latest = tried.form, history_of(tried.issue).last()
    return {
        "issue": tried.issue,
        "form": form,
        "button": form.move.label,
        "order": form.data.get("order") or form.initial.get("order") or "",
        "evidence": getattr(form, "evidence_asked", ()),
        "latest": latest,
        "latest_words": latest.words if latest and latest.verb not in LOOKS else "",
    }


def _move_page(
    request: GuardedRequest, tried: Attempt, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    back_url = reverse("field:matter", args=[tried.issue.pk])
    return page(request, "field/move.html", context, back_url=back_url, status=status)
