"""Ordering a drawing, going on from a plan, cancelling."""

from datetime import date, datetime
from uuid import UUID

from qijie.access.viewer import Viewer
from qijie.redrawing.models import Run
from qijie.redrawing.rules import Order, Purpose


def order(
    *, path: str, purpose: Purpose, order: Order, as_of: date, by: Viewer, at: datetime
) -> Run:
    """Queues a drawing of a community or a whole street; the worker draws it.

    Raises Refusal for a place that is none or not the viewer's, bands that are none, a seed or a
    number of plans out of range, or while another drawing of the place is being computed.
    """
    raise NotImplementedError


def cancel(run_id: UUID, *, by: Viewer, at: datetime) -> Run:
    """A waiting drawing is cancelled at once, a running one as soon as the worker looks.

    Raises Refusal for one that has ended; NotVisible for one the viewer may not see.
    """
    raise NotImplementedError


def go_on(
    plan_id: UUID, *, price: float, most_moved: int | None, version: int, by: Viewer, at: datetime
) -> Run:
    """Lets the machine go on from a plan: locks are kept, the result is one more plan of the run.

    The run is queued once more, with progress and cancel as before. Raises Outdated, Refusal.
    """
    raise NotImplementedError
