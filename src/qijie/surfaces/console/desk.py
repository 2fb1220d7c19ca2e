"""The lists of the desk: what waits for the viewer, and everything else to look through."""

from datetime import datetime

from django.db.models import QuerySet

from qijie.access.viewer import Role, Viewer
from qijie.issues.models import Issue
from qijie.issues.queries.standing import overdue
from qijie.issues.queries.waiting import at_home, waiting_for
from qijie.issues.rules.holding import holds_seats
from qijie.issues.rules.vocabulary import ENDS
from qijie.kernel.words import Word


class View(Word):
    WAITING = "waiting", "等我办"
    OPEN = "open", "在办"
    OVERDUE = "overdue", "超期"
    ALL = "all", "全部"


ALL_TIMED = (View.WAITING, View.OVERDUE)
"""Lists whose every matter has a deadline running."""


def views_of(viewer: Viewer) -> tuple[View, ...]:
    """Nothing ever waits for a post that only looks on, so it has no such list."""
    if holds_seats(viewer.roles):
        return tuple(View)
    return tuple(view for view in View if view is not View.WAITING)


def first_view(viewer: Viewer) -> View:
    """What the viewer is here for; a supervisor watches what is late."""
    if viewer.roles == {Role.SUPERVISOR}:
        return View.OVERDUE
    return View.WAITING if holds_seats(viewer.roles) else View.OPEN


def matters_in(view: View, viewer: Viewer, now: datetime) -> QuerySet[Issue]:
    if view is View.WAITING:
        return waiting_for(viewer, now)
    home = at_home(viewer)
    if view is View.OPEN:
        return home.exclude(state__in=ENDS)
    return home.filter(overdue(now)) if view is View.OVERDUE else home
