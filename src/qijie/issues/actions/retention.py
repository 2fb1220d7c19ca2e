"""Forgets what the notice to residents promised to forget."""

from datetime import datetime, timedelta

from django.db.models import Q

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Reporter
from qijie.issues.rules.vocabulary import ENDS

KEPT_FOR = timedelta(days=3 * 365)
"""How long contact details outlive the report. The portal's notice says so."""


def forget_contacts(now: datetime) -> int:
    """Empties the contact details of ended matters reported too long ago; returns how many."""
    told = ~Q(name="") | ~Q(phone="") | ~Q(email="")
    ended = Q(issue__state__in=[state.value for state in ENDS])
    old = Q(issue__reported_at__lt=now - KEPT_FOR)
    with scope(SYSTEM):
        due = Reporter.objects.filter(told & ended & old).values("pk")
        return Reporter.objects.filter(pk__in=due).update(name="", phone="", email="")
