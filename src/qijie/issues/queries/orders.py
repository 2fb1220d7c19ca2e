"""Who has which order, by name: the one place where an order's holder is looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from qijie.access.viewer import Viewer
from qijie.issues.models import WorkOrder
from qijie.issues.rules.vocabulary import OrderState
from qijie.teams.models import OrgUnit, Post

_OPEN = [state for state in OrderState if state.is_open]


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """An order with the name of its unit or the title of its post; never a person's."""

    order: WorkOrder
    holder: str
    duty_phone: str = ""

    @property
    def is_open(self) -> bool:
        return OrderState(self.order.state).is_open


def named_orders(issue_ids: Collection[UUID]) -> list[NamedOrder]:
    """The orders of some matters, oldest first; one query, none where there are no matters."""
    unit = OrgUnit.objects.filter(pk=OuterRef("unit_id"))
    post = Post.objects.filter(pk=OuterRef("post_id"))
    named = WorkOrder.objects.filter(issue_id__in=issue_ids).annotate(
        holder=_first(unit.values("name"), post.values("title")),
        duty_phone=_first(unit.values("duty_phone"), post.values("duty_phone")),
    )
    rows = named.order_by("sent_at", "id")
    return [NamedOrder(order, order.holder, order.duty_phone) for order in rows]


def _first(of_unit: QuerySet[OrgUnit, object], of_post: QuerySet[Post, object]) -> Coalesce:
    return Coalesce(Subquery(of_unit), Subquery(of_post), Value(""))


def returned_by(issue_id: UUID) -> dict[UUID, str]:
    """The units that have given an order of the matter back, each with its last reason."""
    back = WorkOrder.objects.filter(issue_id=issue_id, state=OrderState.RETURNED)
    orders = back.exclude(unit_id=None).order_by("ended_at")
    return {order.unit_id: order.get_return_reason_display() for order in orders if order.unit_id}


def open_orders_of(viewer: Viewer) -> QuerySet[WorkOrder]:
    """The open orders of the units a viewer handles for and of the viewer's own posts."""
    mine = Q(unit_id__in=viewer.handling_unit_ids) | Q(post_id__in=viewer.post_ids)
    return WorkOrder.objects.filter(mine, state__in=_OPEN)


def open_orders(issue_id: UUID, order_id: UUID | None = None) -> QuerySet[WorkOrder]:
    """Of one matter: the order named, whatever became of it, or else every open one."""
    orders = WorkOrder.objects.filter(issue_id=issue_id)
    return orders.filter(pk=order_id) if order_id else orders.filter(state__in=_OPEN)
