"""One matter at the desk: the case page, its moves, its photos, its reporter, its number."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from qijie.access.fields import Purpose
from qijie.access.typed import OneValue
from qijie.accounts import step_up
from qijie.issues.models import Issue
from qijie.issues.queries import matter_of, visible_or_none, visible_to
from qijie.issues.queries.standing import standing_of
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.vocabulary import Move
from qijie.kernel import matter_number
from qijie.kernel.refusal import Refusal
from qijie.outbound.actions import mark_read_of
from qijie.records.queries import photos_of
from qijie.surfaces.console.casefile import (
    CONTACT_FIELDS,
    STAFF_MOVES,
    case_map,
    case_of,
    contact_as_shown,
    may_see_reporter,
    move_url,
    seemingly,
    staff_offers,
)
from qijie.surfaces.console.frame import page, target_of
from qijie.surfaces.console.maps import STREET_TILES, map_response, wants_map
from qijie.surfaces.console.territory import trail_of
from qijie.teams.gate import GuardedRequest, not_visible, remember
from qijie.territory.queries import lineage
from qijie.ui.history import photo_of
from qijie.ui.moves import MoveForm, WordsField
from qijie.ui.moves.fields import status_of
from qijie.ui.moves.view import Attempt, attempt, fetch
from qijie.ui.photos import photo_response

DIALOG_ROOM = "move-room"
REVEALED = tuple(f"issues_reporter.{name}" for name in CONTACT_FIELDS)


@require_safe
def matter(request: GuardedRequest, issue_id: UUID) -> HttpResponse:
    issue = fetch(request, issue_id)
    if wants_map(request):
        return map_response(case_map(issue, issue.grid))
    now = timezone.now()
    mark_read_of(issue.pk, by=request.viewer, at=now)
    on = timezone.localdate(now)
    context = case_of(issue, request.viewer, now) | {
        "standing": standing_of(issue, now),
        "trail": trail_of(lineage(issue.path, on), last=issue.number),
        "dialog_room": DIALOG_ROOM,
        "streets": STREET_TILES,
        "again_url": _again_url(issue) if "registered" in request.GET else "",
    }
    return page(request, "matter.html", "queue", context)


def _again_url(issue: Issue) -> str:
    """An empty form that came in the same way, of the same community."""
    same = {"channel": issue.channel}
    if issue.community_code:
        same["near"] = issue.community_code
    return f"{reverse('console:report')}?{urlencode(same)}"


@require_http_methods(["GET", "POST"])
def move(request: GuardedRequest, issue_id: UUID, move: str) -> HttpResponse:
    if move not in {one.value for one in STAFF_MOVES}:
        raise not_visible(request, issue_id)
    tried = attempt(request, issue_id, move)
    if tried.moved is not None:
        return _after(request, tried)
    if tried.form.is_bound:
        # The page now shows the newest state; whoever sends again has seen it.
        tried.form.data = {**dict(tried.form.data.items()), "seen": tried.issue.version}
    context = _move_context(request, tried)
    status = status_of(tried.form) if tried.form.is_bound else 200
    if target_of(request) == DIALOG_ROOM:
        # A fragment is put into the page only under 4xx.
        status = min(status, 422)
        return render(request, "console/move_dialog.html", context, status=status)
    return page(request, "move.html", "queue", context, status=status)


def _move_context(request: GuardedRequest, tried: Attempt) -> dict[str, object]:
    now = timezone.now()
    offer = _offer_of(request, tried.issue, tried.form)
    why_not = f"您的岗位不能对本事项“{tried.form.move.label}”，请联系负责的岗位。"
    return {
        "issue": tried.issue,
        "form": tried.form,
        "label": offer.button if offer else tried.form.move.label,
        "why_not": offer.why_not if offer else why_not,
        "danger": tried.form.move is Move.VOID,
        "url": move_url(tried.issue.pk, tried.form.move, tried.form.initial.get("order")),
        "standing": standing_of(tried.issue, now),
        "dialog_room": DIALOG_ROOM,
    }


def _offer_of(request: GuardedRequest, issue: Issue, form: MoveForm) -> Offer | None:
    offers = staff_offers(matter_of(issue), request.viewer, timezone.now())
    order_id = form.initial.get("order")
    fitting = [offer for offer in offers if offer.move is form.move]
    return next((offer for offer in fitting if offer.order_id == order_id), None) or next(
        iter(fitting), None
    )


def _after(request: GuardedRequest, tried: Attempt) -> HttpResponse:
    messages.success(request, _done(request, tried))
    target = reverse("console:queue")
    if visible_or_none(tried.issue.pk, request.viewer) is not None:
        target = reverse("console:matter", args=[tried.issue.pk])
    return HttpResponseClientRedirect(target) if target_of(request) else redirect(target)


_GIVEN_AWAY = {
    Move.ABOUT: "已交{level}办理，从现在起您看不到这件事项。",
    Move.MOVE: "由新的辖区接着办，您的辖区里不再有这件事项。",
}


def _done(request: GuardedRequest, tried: Attempt) -> str:
    is_there = visible_or_none(tried.issue.pk, request.viewer) is not None
    sentence = "" if is_there else _GIVEN_AWAY.get(tried.form.move, "")
    level = tried.moved.get_level_display() if tried.moved else ""
    done = f"已{tried.form.move.label}。"
    return done + sentence.format(level=level) + (_now_named(tried) if is_there else "")


def _now_named(tried: Attempt) -> str:
    """Whom the words seem to name since the move, in words; empty for nobody more."""
    moved = tried.moved
    if moved is None or not set(moved.hinted_ids) - set(tried.issue.hinted_ids):
        return ""
    return f"按这里的人员，原话可能涉及：{seemingly(moved)}。核对之前，他们看不到这件事项。"


@require_safe
def photo(request: GuardedRequest, issue_id: UUID, photo_id: UUID) -> HttpResponse:
    fetch(request, issue_id)
    found = photo_of(photos_of(issue_id), photo_id)
    if found is None:
        raise not_visible(request, photo_id)
    return photo_response(found)


class RevealForm(OneValue, forms.Form):
    """Why, and the second factor once more unless it was typed a short while ago."""

    purpose = WordsField(label="查看事由", max_chars=100, one_line=True)
    code = forms.CharField(
        label="验证码",
        max_length=40,
        required=False,
        help_text="打开手机上的验证器，输入现在显示的 6 位数字；验证后 10 分钟内不再问。",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "data-draft-never": ""}
        ),
    )

    def __init__(self, request: GuardedRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request
        if not step_up.asks_for_code(request):
            del self.fields["code"]

    def clean(self) -> None:
        """The code last: a missing reason does not use it up."""
        super().clean()
        if "code" not in self.fields or self.errors:
            return
        if sentence := step_up.objection_to(self.request, self.cleaned_data["code"]):
            self.add_error("code", sentence)


@never_cache
@require_http_methods(["GET", "POST"])
def reporter(request: GuardedRequest, issue_id: UUID) -> HttpResponse:
    """Asks why; only an answer shows the contact, and that it was shown is remembered."""
    issue = fetch(request, issue_id)
    if not may_see_reporter(issue, request.viewer):
        raise not_visible(request, issue_id)
    form = RevealForm(request)
    has_factor = step_up.has_second_factor(request.user)
    context: dict[str, object] = {"issue": issue, "form": form, "has_factor": has_factor}
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        remember(
            request,
            "reveal",
            subject=issue.pk,
            fields=REVEALED,
            purpose=purpose,
            region_code=issue.region_code,
        )
        context |= {
            "contact": contact_as_shown(issue, request.viewer, Purpose.CONTACT),
            "purpose": purpose,
        }
    return page(request, "reporter.html", "queue", context, status=422 if form.errors else 200)


@require_safe
def find(request: GuardedRequest) -> HttpResponse:
    """Straight to the matter of a number; words go on to the list."""
    typed = request.GET.get("q", "").strip()
    if not any(letter.isdigit() for letter in typed):
        return redirect(f"{reverse('console:queue')}?{_search_query(typed)}")
    try:
        number = str(matter_number.read(typed))
    except Refusal as refusal:
        return _not_found(request, refusal.sentence, 400)
    found = visible_to(request.viewer).filter(number=number).only("pk").first()
    if found is not None:
        return redirect("console:matter", found.pk)
    remember(request, "not_visible", subject=number)
    sentence = f"没有找到编号为 {number} 的事项：它可能不在您的辖区，请对照短信或回执核对编号。"
    return _not_found(request, sentence, 404)


def _search_query(words: str) -> str:
    return urlencode({"view": "all", "q": words} if words else {"view": "all"})


def _not_found(request: GuardedRequest, sentence: str, status: int) -> HttpResponse:
    return page(request, "find.html", "queue", {"sentence": sentence}, status=status)
