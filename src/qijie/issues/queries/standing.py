"""How a matter's nearest deadline stands, for one row and for a list: the same verdict in both."""

from datetime import datetime

from django.db.models import Q

from qijie.issues.models import Issue
from qijie.issues.rules.standing import standing_by
from qijie.issues.rules.vocabulary import Standing, State


def standing_of(issue: Issue, now: datetime) -> str:
    """As the page's chips name it; empty where no deadline runs."""
    found = standing_by(State(issue.state), issue.due_at, issue.soon_at, now)
    return found.value if found else ""


def overdue(now: datetime) -> Q:
    return Q(due_at__lt=now) & ~Q(state=State.SUSPENDED)


def due_soon(now: datetime) -> Q:
    return Q(soon_at__lte=now, due_at__gte=now) & ~Q(state=State.SUSPENDED)


def in_standing(standing: Standing, now: datetime) -> Q:
    """Matters that stand so, for a list narrowed by it."""
    return overdue(now) if standing is Standing.OVERDUE else due_soon(now)
