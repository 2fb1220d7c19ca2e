"""Which moves a viewer is shown on a matter: pressable, or greyed with the reason."""

from datetime import datetime

from qijie.access.viewer import Viewer
from qijie.issues.actors import actors_of
from qijie.issues.queries.book import book
from qijie.issues.rules.decide import Offer, offers
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.relations import relations
from qijie.issues.rules.table import ROWS
from qijie.issues.rules.vocabulary import Move


def offers_for(matter: Matter, viewer: Viewer, now: datetime) -> list[Offer]:
    """One offer a move and order over all the viewer's posts, allowed before greyed."""
    found: dict[object, Offer] = {}
    known = book()
    for actor in actors_of(viewer):
        related = relations(matter, actor)
        for offer in offers(matter, actor, now, known):
            key = (offer.move, offer.order_id)
            is_wired = any(
                row.is_wired and related.intersection(row.who) for row in ROWS[offer.move]
            )
            if is_wired and _is_shown(offer) and (key not in found or offer.is_allowed):
                found[key] = offer
    return list(found.values())


# Answers to something: greyed they would only say that nobody asked.
_ONLY_WHEN_ASKED = frozenset({Move.REFUSE_MOVE, Move.DECLINE, Move.MAKE_SAFE})


def _is_shown(offer: Offer) -> bool:
    return offer.is_allowed or offer.move not in _ONLY_WHEN_ASKED
