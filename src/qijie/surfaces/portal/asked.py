"""A move the holder of a private link asked for, and what its words tell of danger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from qijie.issues.models import Issue
from qijie.issues.queries import is_about_somebody, matter_of
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.offers import offers_for
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in
from qijie.issues.rules.decide import Offer
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.vocabulary import Move
from qijie.kernel.coordinates import CoordinateSystem
from qijie.surfaces.portal.places import words_of
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.ui.danger import answer_in
from qijie.ui.moves.view import fetch

_ENDING = frozenset({Move.WITHDRAW, Move.CONFIRM})
"""Moves that end a matter: not done while somebody says that there is danger."""

Typed = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """`answer` is what was said on the stop page: yes, no, back; empty before it."""

    token: str
    issue: Issue
    value: Matter
    offer: Offer
    words: str
    dangers: Sequence[Danger]
    answer: str

    @property
    def is_over(self) -> bool:
        return self.value.state.is_end

    @property
    def must_stop(self) -> bool:
        """Asked once whether it is now, but not of what is urgent anyway and stays so."""
        if self.answer or not self.dangers:
            return False
        return not self.value.is_alarm or self.offer.move in _ENDING

    @property
    def told(self) -> Sequence[Danger]:
        """What the page shows what to do about."""
        return () if self.answer == "no" else self.dangers[:MOST_SHOWN]

    @property
    def becomes_addition(self) -> bool:
        """Words of danger on what is open are taken in, whatever the form's own answer is: no
        daily count stands in their way, and in danger nothing is withdrawn or confirmed away."""
        if self.is_over or not self.told:
            return False
        ends_it = self.offer.move in _ENDING and self.answer == "yes"
        return ends_it or not self.offer.is_allowed

    @property
    def anew(self) -> Typed:
        """What another report would start with, where this matter takes no danger in any more."""
        return report_anew(self.issue, self.words) if self.is_over and self.told else ()


def matter_id_of(request: GuardedRequest) -> UUID:
    matter_id = request.viewer.matter_id
    if matter_id is None:
        raise not_visible(request, "")
    return matter_id


def asked(request: GuardedRequest, token: str, move: str) -> Asked:
    """The reporter's own moves; what only staff may do does not exist here."""
    issue = fetch(request, matter_id_of(request))
    value = matter_of(issue)
    offers = offers_for(value, request.viewer, timezone.now())
    offer = next((offer for offer in offers if offer.move == move), None)
    if offer is None:
        raise not_visible(request, issue.pk)
    typed = request.POST if request.method == "POST" else {}
    words = str(typed.get("words", ""))
    return Asked(
        token=token,
        issue=issue,
        value=value,
        offer=offer,
        words=words,
        dangers=dangers_in(words, "", lexicon()),
        answer=answer_in(typed),
    )


def report_anew(issue: Issue, words: str) -> Typed:
    """Names and values for the form of a new report: the words, the place, and what it follows."""
    given: dict[str, Any] = {
        "words": f"{words}\n（先前反映过，编号 {issue.number}。）",
        "place_words": issue.place_words or words_of(issue.path, timezone.localdate()),
        "about_staff": "on" if is_about_somebody(issue) else "",
    }
    if issue.point is not None:
        lon, lat = f"{issue.point.x:.6f}", f"{issue.point.y:.6f}"
        given |= {"lon": lon, "lat": lat, "system": CoordinateSystem.CGCS2000.value}
    return [(name, str(value)) for name, value in given.items() if value]
