"""Changing a plan by hand: each step recorded, measured at once, and to be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qijie.access.viewer import Viewer
from qijie.kernel.refusal import Refusal
from qijie.redrawing.models import Plan


class NotVisible(LookupError):
    """No such drawing or plan for this viewer; the answer is the same 404 either way."""


class Outdated(Refusal):
    """The plan was changed since the page was drawn (409)."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The plan after a step."""

    plan: Plan
    changed: dict[int, int]
    """Position of every block that changed its grid, with the new number."""
    measures: dict[str, Any]
    """Of all grids, invalid ones included, as `Plan.measures`."""
    can_undo: bool


def move(
    plan_id: UUID,
    *,
    positions: Sequence[int],
    to: int | None,
    version: int,
    by: Viewer,
    at: datetime,
) -> Edited:
    """Puts blocks into a grid of the same community; `to` None makes a new grid of them.

    Invalid results (in pieces, out of band) are taken and shown. Raises NotVisible, Outdated, and
    Refusal for blocks of another community, locked grids, or a plan that is no draft.
    """
    raise NotImplementedError


def merge(plan_id: UUID, *, grid: int, into: int, version: int, by: Viewer, at: datetime) -> Edited:
    """Puts one grid into another of the same community. Raises as `move`."""
    raise NotImplementedError


def split(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    """The machine splits a grid in two, each connected and of like size. Raises as `move`."""
    raise NotImplementedError


def lock(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    """Keeps a grid as it is, by hand and for the machine."""
    raise NotImplementedError


def unlock(plan_id: UUID, *, grid: int, version: int, by: Viewer, at: datetime) -> Edited:
    raise NotImplementedError


def undo(plan_id: UUID, *, version: int, by: Viewer, at: datetime) -> Edited:
    """Takes the last step back that was not taken back yet; again for the one before."""
    raise NotImplementedError
