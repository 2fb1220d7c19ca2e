"""What the holder of a private link sees; the gate opened that one matter only."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qijie.issues.models import Issue
from qijie.issues.queries import history_of, matter_of
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.concerned import about_in_words
from qijie.issues.queries.offers import offers_for
from qijie.issues.queries.orders import named_orders
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.vocabulary import Move, State, Urgency
from qijie.records.models import Attachment, Event
from qijie.records.queries import photos_of
from qijie.surfaces.portal import story
from qijie.surfaces.portal.asked import matter_id_of, report_anew
from qijie.surfaces.portal.left_out import left_out
from qijie.surfaces.portal.pages import shell
from qijie.surfaces.portal.places import words_of
from qijie.surfaces.portal.thanks import Done, done_of, thanks
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.ui.danger import said_of
from qijie.ui.history import photo_of, photos_by_event
from qijie.ui.moves.forms import JudgeForm
from qijie.ui.moves.view import fetch
from qijie.ui.photos import as_shown, photo_response

SHOWN_PURPOSES = frozenset({"report", "after"})
"""What the reporter sent and how it looked when done; evidence among staff stays with them."""
_NOT_SOLVED = "没有解决，我来评价"
"""What 评价 is for while 确认已解决 stands beside it."""
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


@never_cache
@require_safe
def matter(request: GuardedRequest, token: str) -> HttpResponse:
    issue = fetch(request, matter_id_of(request))
    return render(request, "portal/matter.html", _page(request, issue, token))


def _page(request: GuardedRequest, issue: Issue, token: str) -> dict[str, Any]:
    now = timezone.now()
    value = matter_of(issue)
    offers = offers_for(value, request.viewer, now)
    names = {each.order.pk: each.holder for each in named_orders([issue.pk])}
    events = list(history_of(issue))
    placed = photos_by_event(events, _shown_photos(issue.pk))
    done = done_of(request)
    last_words = _danger_at_the_end(done, value, events)
    is_urgent = value.urgency is Urgency.URGENT and not value.state.is_end
    return {
        **shell(),
        "issue": issue,
        "state_words": story.state_words(value, events),
        "about": about_in_words(issue),
        "is_taken": not story.is_untaken(value),
        "located": words_of(issue.path, timezone.localdate(now)),
        "promise": story.promise(value, names, now),
        "is_urgent": is_urgent,
        "is_safe": is_urgent and value.is_made_safe,
        "may_urge": any(offer.move is Move.URGE and offer.is_allowed for offer in offers),
        "dangers": _dangers(issue, value, events, last_words),
        "anew": report_anew(issue, last_words) if last_words else (),
        "steps": story.steps(value, events, names, _photos_of_steps(events[1:], placed, token)),
        "handled_by": story.handled_by(value, names),
        "photos": [_photo(one, token) for one in placed[events[0].pk]],
        "actions": _actions(offers, value, token),
        "questions": _questions(issue, value, offers),
        "questions_url": reverse("portal:move", args=[token, Move.JUDGE.value]),
        "done": done.move if done else None,
        "thanks": thanks(done, value, events),
        "left_out": left_out(request) if done else "",
        "link": request.build_absolute_uri(reverse("portal:matter", args=[token])),
    }


def _dangers(
    issue: Issue, value: Matter, events: Sequence[Event], last_words: str
) -> Sequence[Danger]:
    """What to do now stands on the page as long as the matter is open and meant as danger."""
    said, category = [last_words], ""
    if value.urgency is Urgency.URGENT and not value.state.is_end:
        said = [said_of(issue), *_said(events)]
        category = issue.category_id or ""
    return dangers_in("\n".join(said), category, lexicon())[:MOST_SHOWN]


def _danger_at_the_end(done: Done | None, value: Matter, events: Sequence[Event]) -> str:
    """What was just said of danger on a matter that is over and takes it in no more."""
    if done is None or not done.is_danger or not value.state.is_end:
        return ""
    return next(reversed(_said(events)), "")


def _said(events: Sequence[Event]) -> list[str]:
    return [event.words for event in events if event.actor_kind == "reporter"]


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


@require_safe
def photo(request: GuardedRequest, token: str, photo_id: UUID) -> HttpResponse:
    shown = photo_of(_shown_photos(matter_id_of(request)), photo_id)
    if shown is None:
        raise not_visible(request, photo_id)
    return photo_response(shown)
