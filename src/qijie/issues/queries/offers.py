"""Which moves a viewer is shown on a matter: pressable, or greyed with the reason."""

from datetime import datetime

from qijie.access.viewer import Viewer
from qijie.issues.actors import actors_of
from qijie.issues.rules.decide import Offer, offers
from qijie.issues.rules.matter import Matter
from qijie.issues.rules.table import ROWS


def offers_for(matter: Matter, viewer: Viewer, now: datetime) -> list[Offer]:
    """One offer a move and order over all the viewer's posts, allowed before greyed."""
    found: dict[object, Offer] = {}
    for actor in actors_of(viewer):
        for offer in offers(matter, actor, now):
            key = (offer.move, offer.order_id)
            if ROWS[offer.move][0].is_wired and (key not in found or offer.is_allowed):
                found[key] = offer
    return list(found.values())
