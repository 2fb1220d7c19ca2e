"""Opening and ending orders: the steps several moves share."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from qijie.issues.rules.facts import OrderRequest
from qijie.issues.rules.matter import Matter, Order
from qijie.issues.rules.vocabulary import OrderState, Purpose


def sent(
    request: OrderRequest,
    round_: int,
    at: datetime,
    *,
    is_main: bool,
    purpose: Purpose = Purpose.SHARE,
) -> Order:
    return Order(
        id=request.id,
        unit_id=request.unit_id,
        post_id=request.post_id,
        is_main=is_main,
        state=OrderState.SENT,
        round=round_,
        sent_at=at,
        purpose=purpose,
        level=request.level,
    )


def opened(matter: Matter, *orders: Order) -> Matter:
    return replace(matter, orders=(*matter.orders, *orders))


def recalled(matter: Matter, orders: Iterable[Order], at: datetime) -> Matter:
    ids = {order.id for order in orders}
    return replace(
        matter,
        orders=tuple(
            replace(order, state=OrderState.RECALLED, ended_at=at) if order.id in ids else order
            for order in matter.orders
        ),
    )


def changed(matter: Matter, order: Order) -> Matter:
    """The matter with that order in place of the one of the same id."""
    orders = (order if each.id == order.id else each for each in matter.orders)
    return replace(matter, orders=tuple(orders))


def named(matter: Matter, order_id: UUID) -> Order:
    order = matter.order(order_id)
    if order is None:
        raise KeyError(order_id)
    return order


def first_signer(matter: Matter) -> Order:
    """The order first signed for, or the first one sent where nobody has signed yet."""
    return min(matter.orders, key=lambda order: (order.signed_at is None, order.sent_at))
