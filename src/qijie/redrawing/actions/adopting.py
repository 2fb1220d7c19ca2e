"""Putting a plan into force from a day, and taking that back until the day."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from qijie.access.viewer import Viewer
from qijie.redrawing.models import Plan


def adopt(
    plan_id: UUID,
    *,
    on: date,
    holders: Mapping[int, UUID],
    reason: str = "",
    version: int,
    by: Viewer,
    at: datetime,
) -> Plan:
    """Puts a plan into force from a day to come: grids, homes, compounds, posts, all in advance.

    holders: who works in a new grid (its number), where not whoever works today where most of its
    homes lie. reason: why grids out of band are adopted all the same.
    Raises NotVisible, Outdated, or Refusal naming what to mend; then nothing has changed.
    """
    raise NotImplementedError


def withdraw(plan_id: UUID, *, by: Viewer, at: datetime) -> Plan:
    """Takes an adoption back, up to the day before it: every row is again as it was.

    Raises NotVisible, or Refusal from the day on.
    """
    raise NotImplementedError
