"""What the holder of a private link sees and may do; the gate opened that one matter only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qijie.issues.models import Issue
from qijie.issues.queries import history_of, matter_of
from qijie.issues.queries.book import book, lexicon
from qijie.issues.queries.offers import offers_for
from qijie.issues.queries.orders import named_orders
from qijie.issues.rules.danger import Danger, dangers_in
from qijie.issues.rules.deadlines import moment_in_words
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.vocabulary import ClockKind, Move, State, Urgency
from qijie.records.models import Attachment, Event
from qijie.records.queries import photos_of
from qijie.surfaces.portal import story
from qijie.surfaces.portal.pages import shell
from qijie.surfaces.portal.places import words_of
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.ui.history import photo_of, photos_by_event
from qijie.ui.moves.fields import status_of
from qijie.ui.moves.forms import JudgeForm, MoveForm
from qijie.ui.moves.view import attempt, fetch
from qijie.ui.photos import as_shown, photo_response

SEE_OTHER = 303
SHOWN_PURPOSES = frozenset({"report", "after"})
"""What the reporter sent and how it looked when done; evidence among staff stays with them."""
_NOT_SOLVED = "没有解决，我来评价"
"""What 评价 is for while 确认已解决 stands beside it."""
CONSEQUENCES: Mapping[Move, str] = {
    Move.ADD: "您补充的文字和照片会交给正在办理的人。",
    Move.WITHDRAW: "撤回以后就不再办理；要办，需要重新反映。",
    Move.URGE: (
        "我们会提醒正在办理的人，对方须在{urge_answer_span}内答复。一天最多催 {urges_a_day} 次。"
    ),
    Move.OBJECT: "由上一级重新审核。异议只能提一次，请把理由写清楚。",
    Move.CONFIRM: "确认以后这件事就办结了；{reopen_window_span}内如有反复，还可以要求重新办。",
    Move.JUDGE: "您说“没有解决”，{call_back_span}内会答复您：留了电话的有人联系，没留的请看本页。",
    Move.REOPEN: "会重新办理，时限减半。请写明哪里没有解决。",
}
# In the order they are shown: what is most wanted first, what is hard to take back last.
_LOOKS: Mapping[Move, Mapping[str, str]] = {
    Move.CONFIRM: {"look": "primary", "icon": "check"},
    Move.JUDGE: {"icon": "message"},
    Move.REOPEN: {"icon": "back"},
    Move.OBJECT: {"icon": "warning"},
    Move.ADD: {"icon": "edit"},
    Move.URGE: {"icon": "bell"},
    Move.WITHDRAW: {"look": "danger", "icon": "close"},
}


def _matter_id(request: GuardedRequest) -> UUID:
    matter_id = request.viewer.matter_id
    if matter_id is None:
        raise not_visible(request, "")
    return matter_id


@never_cache
@require_safe
def matter(request: GuardedRequest, token: str) -> HttpResponse:
    issue = fetch(request, _matter_id(request))
    return render(request, "portal/matter.html", _page(request, issue, token))


def _page(request: GuardedRequest, issue: Issue, token: str) -> dict[str, Any]:
    now = timezone.now()
    value = matter_of(issue)
    offers = offers_for(value, request.viewer, now)
    names = {each.order.pk: each.holder for each in named_orders([issue.pk])}
    events = list(history_of(issue))
    placed = photos_by_event(events, _shown_photos(issue.pk))
    return {
        **shell(),
        "issue": issue,
        "state_words": story.state_words(value, events),
        "located": words_of(issue.path, timezone.localdate(now)),
        "promise": story.promise(value, now),
        "is_urgent": value.urgency is Urgency.URGENT and not value.state.is_end,
        "dangers": _dangers(issue, value, events),
        "steps": story.steps(value, events, names, _photos_of_steps(events[1:], placed, token)),
        "handled_by": story.handled_by(value, names),
        "photos": [_photo(one, token) for one in placed[events[0].pk]],
        "actions": _actions(offers, value, token),
        "questions": _questions(issue, value, offers),
        "questions_url": reverse("portal:move", args=[token, Move.JUDGE.value]),
        "done": _done(request),
        "thanks": _thanks(request, value, now),
        "link": request.build_absolute_uri(reverse("portal:matter", args=[token])),
    }


def _dangers(issue: Issue, value: Matter, events: Sequence[Event]) -> list[Danger]:
    """What to do now stands on the page as long as the matter is open and meant as danger.

    What was added later counts by itself: nobody was asked then whether it is meant so.
    """
    if value.state.is_end:
        return []
    said, category = [event.words for event in events if event.verb == Move.ADD], ""
    if value.urgency is Urgency.URGENT:
        said.append(issue.words)
        category = issue.category_id or ""
    return dangers_in("\n".join(said), category, lexicon())[:2]


def _shown_photos(issue_id: UUID) -> list[Attachment]:
    return list(photos_of(issue_id).filter(purpose__in=SHOWN_PURPOSES))


def _photo(photo: Attachment, token: str) -> dict[str, object]:
    alt = "您交的照片" if photo.from_reporter else "办完后的照片"
    return as_shown(photo, reverse("portal:photo", args=[token, photo.pk]), alt)


def _photos_of_steps(
    events: Sequence[Event], placed: Mapping[UUID, Sequence[Attachment]], token: str
) -> story.Photos:
    """What stands under each step; the first one's stand beside the reporter's own words."""
    return {event.pk: [_photo(one, token) for one in placed.get(event.pk, ())] for event in events}


def _actions(offers: Sequence[Offer], value: Matter, token: str) -> list[dict[str, str]]:
    """Buttons of what may be done now; a closed matter's questions stand on the page itself."""
    shown = [offer for offer in offers if offer.is_allowed and not _is_asked_here(offer, value)]
    shown.sort(key=lambda offer: list(_LOOKS).index(offer.move))
    denies = any(offer.move is Move.CONFIRM for offer in shown)
    return [
        {
            "label": _NOT_SOLVED if denies and offer.move is Move.JUDGE else offer.button,
            "url": reverse("portal:move", args=[token, offer.move.value]),
            **_LOOKS[offer.move],
        }
        for offer in shown
    ]


def _is_asked_here(offer: Offer, value: Matter) -> bool:
    return offer.move is Move.JUDGE and value.state is State.CLOSED


def _questions(issue: Issue, value: Matter, offers: Sequence[Offer]) -> JudgeForm | None:
    """The two questions at the end, asked on the page itself."""
    asked = any(offer.is_allowed and _is_asked_here(offer, value) for offer in offers)
    return JudgeForm(issue=issue, at=timezone.now()) if asked else None


def _done(request: HttpRequest) -> Move | None:
    """The move whose thanks the page opens with."""
    word = request.GET.get("done", "")
    return (
        Move(word) if word in {Move.REPORT.value, *(move.value for move in CONSEQUENCES)} else None
    )


_THANKS: Mapping[Move, str] = {
    Move.ADD: "补充的情况已收到，会交给正在办理的人。",
    Move.WITHDRAW: "已按您的要求撤回，不再办理。",
    Move.URGE: "已替您催办{until}。",
    Move.OBJECT: "异议已收到，由上一级重新审核{until}。",
    Move.CONFIRM: "您已确认解决，这件事办结了。",
    Move.JUDGE: "您的评价已收到。",
    Move.REOPEN: "已收到，会重新办理{until}。",
}
_ADDED_TO_DANGER = "补充的情况已收到，已按紧急情况交给该办的人。"
_ANSWERED_BY = {
    Move.URGE: ClockKind.URGE_ANSWER,
    Move.OBJECT: ClockKind.ACCEPT,
    Move.REOPEN: ClockKind.HANDLE,
}


def _thanks(request: HttpRequest, value: Matter, now: datetime) -> str:
    """What the resident's own move has set going, and until when."""
    move = _done(request)
    if move is None or move is Move.REPORT:
        return ""
    if move is Move.ADD and value.urgency is Urgency.URGENT:
        return _ADDED_TO_DANGER
    kind = _ANSWERED_BY.get(move)
    clock = value.live(kind) if kind else None
    until = f"，{moment_in_words(clock.due_at)}前会有答复" if clock else ""
    if move is Move.REOPEN and clock:
        until = f"，{moment_in_words(clock.due_at)}前办好"
    return _THANKS[move].format(until=until)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: GuardedRequest, token: str, move: str) -> HttpResponse:
    matter_id = _matter_id(request)
    offer = _offer(request, matter_id, move)
    tried = attempt(request, matter_id, move)
    if tried.moved is None:
        return _form_page(request, tried.form, tried.issue, offer, token)
    link = reverse("portal:matter", args=[token])
    return HttpResponseRedirect(f"{link}?done={move}", status=SEE_OTHER)


def _offer(request: GuardedRequest, matter_id: UUID, move: str) -> Offer:
    """The reporter's own moves; what only staff may do does not exist here."""
    value = matter_of(fetch(request, matter_id))
    offers = offers_for(value, request.viewer, timezone.now())
    offer = next((offer for offer in offers if offer.move == move), None)
    if offer is None:
        raise not_visible(request, matter_id)
    return offer


def _form_page(
    request: GuardedRequest, form: MoveForm, issue: Issue, offer: Offer, token: str
) -> HttpResponse:
    context = {
        "form": form,
        "issue": issue,
        "offer": offer,
        "consequence": CONSEQUENCES[offer.move].format_map(book().spans_of(Urgency(issue.urgency))),
        "is_danger": offer.move is Move.WITHDRAW,
        "back_url": reverse("portal:matter", args=[token]),
    }
    return render(request, "portal/move.html", {**shell(), **context}, status=status_of(form))


@require_safe
def photo(request: GuardedRequest, token: str, photo_id: UUID) -> HttpResponse:
    shown = photo_of(_shown_photos(_matter_id(request)), photo_id)
    if shown is None:
        raise not_visible(request, photo_id)
    return photo_response(shown)
