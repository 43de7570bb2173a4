"""An order and its life.

One table, `TRANSITIONS`, says which event may meet an order in which status and what it becomes. An illegal
step raises and changes nothing. In-flight moments are statuses. The rows that only reality teaches are
there too: a fill can arrive after a cancel or an expiry, because notices and answers overtake each other, and
somebody may replace an order in another program while our cancel of it is on its way. The number of a refused
replace may come to light in any status but while one is on its way: then it may be that one's.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from hoga.domain.errors import HogaError
from hoga.domain.events import (
    CancelRejected,
    CancelSubmitted,
    CancelUnconfirmed,
    NumberClaimed,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
    OrderReplaced,
    OrderSubmitted,
    OrderUnconfirmed,
    PartClaimed,
    ReplaceRejected,
    ReplaceSubmitted,
    ReplaceUnconfirmed,
)
from hoga.domain.request import OrderRequest


class OrderStatus(StrEnum):
    """Where an order is in its life."""

    SUBMITTED = "submitted"
    """Sent, or about to be; no answer yet."""
    UNCONFIRMED = "unconfirmed"
    """It may have arrived. Never resent."""
    OPEN = "open"
    """On the book or queued at the broker, perhaps partly filled."""
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DENIED = "denied"
    NOT_RECEIVED = "not_received"


OUTSIDE = "outside"
"""The source of an order that was placed elsewhere (HTS, MTS, another program) and adopted."""

_S = OrderStatus

TRANSITIONS: dict[OrderStatus, dict[type[OrderEvent], OrderStatus]] = {
    _S.SUBMITTED: {
        OrderAccepted: _S.OPEN,
        OrderRejected: _S.REJECTED,
        OrderUnconfirmed: _S.UNCONFIRMED,
    },
    _S.UNCONFIRMED: {
        OrderAccepted: _S.OPEN,
        OrderRejected: _S.REJECTED,
        OrderNotReceived: _S.NOT_RECEIVED,
    },
    _S.OPEN: {
        OrderFilled: _S.OPEN,
        OrderCanceled: _S.OPEN,
        OrderRejected: _S.REJECTED,
        OrderReplaced: _S.OPEN,
        OrderExpired: _S.EXPIRED,
        NumberClaimed: _S.OPEN,
        PartClaimed: _S.OPEN,
        CancelSubmitted: _S.PENDING_CANCEL,
        ReplaceSubmitted: _S.PENDING_REPLACE,
    },
    _S.PENDING_CANCEL: {
        OrderFilled: _S.PENDING_CANCEL,
        OrderCanceled: _S.OPEN,
        OrderRejected: _S.REJECTED,
        OrderReplaced: _S.PENDING_CANCEL,
        OrderExpired: _S.EXPIRED,
        NumberClaimed: _S.PENDING_CANCEL,
        PartClaimed: _S.PENDING_CANCEL,
        CancelRejected: _S.OPEN,
        CancelUnconfirmed: _S.PENDING_CANCEL,
    },
    _S.PENDING_REPLACE: {
        OrderFilled: _S.PENDING_REPLACE,
        OrderReplaced: _S.OPEN,
        OrderCanceled: _S.OPEN,
        OrderRejected: _S.REJECTED,
        OrderExpired: _S.EXPIRED,
        PartClaimed: _S.PENDING_REPLACE,
        ReplaceRejected: _S.OPEN,
        ReplaceUnconfirmed: _S.PENDING_REPLACE,
    },
    # The answer to a cancel or replace may arrive after the last fill did.
    _S.FILLED: {
        CancelRejected: _S.FILLED,
        ReplaceRejected: _S.FILLED,
        NumberClaimed: _S.FILLED,
        PartClaimed: _S.FILLED,
    },
    # A fill that happened before the cancel or the close may be told after it.
    _S.CANCELED: {
        OrderFilled: _S.CANCELED,
        CancelRejected: _S.CANCELED,
        NumberClaimed: _S.CANCELED,
        PartClaimed: _S.CANCELED,
    },
    _S.EXPIRED: {OrderFilled: _S.EXPIRED, NumberClaimed: _S.EXPIRED, PartClaimed: _S.EXPIRED},
    _S.REJECTED: {NumberClaimed: _S.REJECTED, PartClaimed: _S.REJECTED},
    _S.DENIED: {},
    # The broker's list may have lagged for longer than we waited: then the order is found after all.
    _S.NOT_RECEIVED: {OrderAccepted: _S.OPEN},
}
"""What an order becomes when an event meets it, before the rule that an order with nothing left is over."""


class IllegalStep(HogaError):
    """An event that cannot happen to an order in its status. The order is unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order that exists, as far as we know.

    Quantities are shares, `filled_amount` won. `price` is the current limit price, None for orders without
    one. `broker_order_ids` are all numbers it has had at the broker, the current one last: one that lives on
    after a refused replace comes a second time.
    """

    order_id: str
    request: OrderRequest
    source: str
    status: OrderStatus
    price: int | None
    broker_order_ids: tuple[str, ...] = ()
    watermark: str = ""
    filled_quantity: int = 0
    filled_amount: int = 0
    canceled_quantity: int = 0
    requested_price: int | None = None
    """The price that a replace in flight asks for."""
    reason: str = ""
    """Why it was denied or rejected, or why it, its cancel or its replace is unconfirmed; else ""."""
    key: str = ""
    """By which a broker that keeps receipts knows it."""
    is_unconfirmed: bool = False
    """Whether the broker's answer is missing, to the order or to its cancel or replace in flight."""
    parts: tuple[str, ...] = ()
    """Other numbers at the broker that a person said are parts of it: their shares are in its own count."""

    @property
    def broker_order_id(self) -> str:
        """The current number at the broker, "" while there is none."""
        return self.broker_order_ids[-1] if self.broker_order_ids else ""

    @property
    def remaining_quantity(self) -> int:
        """Shares that may still fill (미체결 잔량); 0 once the order is over."""
        if self.is_done:
            return 0
        return self.request.quantity - self.filled_quantity - self.canceled_quantity

    @property
    def is_open(self) -> bool:
        """Whether the broker has it and it may still fill."""
        return self.status in (_S.OPEN, _S.PENDING_CANCEL, _S.PENDING_REPLACE)

    @property
    def is_in_doubt(self) -> bool:
        """Whether we do not know that the broker has it."""
        return self.status in (_S.SUBMITTED, _S.UNCONFIRMED)

    @property
    def is_done(self) -> bool:
        return not self.is_open and not self.is_in_doubt


def begin(event: OrderSubmitted | OrderDenied | OrderAdopted) -> Order:
    """The order that an event brings into being."""
    match event:
        case OrderSubmitted():
            return Order(
                order_id=event.order_id,
                request=event.request,
                source=event.source,
                status=_S.SUBMITTED,
                price=event.request.price,
                watermark=event.watermark,
                key=event.key,
            )
        case OrderDenied():
            return Order(
                order_id=event.order_id,
                request=event.request,
                source=event.source,
                status=_S.DENIED,
                price=event.request.price,
                reason=f"{event.reason} {event.detail}",
            )
        case OrderAdopted():
            return Order(
                order_id=event.order_id,
                request=event.request,
                source=OUTSIDE,
                status=_S.OPEN,
                price=event.request.price,
                broker_order_ids=(event.broker_order_id,),
            )
        case _:
            assert_never(event)


def apply(order: Order, event: OrderEvent) -> Order:
    """The order after `event`.

    Raises:
        IllegalStep: the table has no such step, or the step would fill or cancel more than there is.
    """
    try:
        status = TRANSITIONS[order.status][type(event)]
    except KeyError:
        raise IllegalStep(
            f"주문 {order.order_id}({order.status})에는 {type(event).__name__} 이(가) 있을 수 없습니다",
            f"{type(event).__name__} cannot happen to order {order.order_id}, which is {order.status}",
        ) from None
    if status is not order.status:
        order = replace(order, status=status, reason="", is_unconfirmed=False)
    match event:
        case OrderAccepted():
            order = replace(order, broker_order_ids=(event.broker_order_id,))
        case OrderReplaced():
            order = replace(
                order,
                broker_order_ids=(*order.broker_order_ids, event.broker_order_id),
                price=event.price,
                requested_price=None,
            )
        case NumberClaimed():
            order = replace(
                order,
                broker_order_ids=(*order.broker_order_ids, event.broker_order_id, order.broker_order_id),
            )
        case PartClaimed():
            order = replace(order, parts=(*order.parts, event.broker_order_id))
        case OrderFilled():
            order = _filled(order, event)
        case OrderCanceled():
            if event.quantity > order.request.quantity - order.filled_quantity - order.canceled_quantity:
                raise _too_much(order, event.quantity)
            order = replace(
                order, canceled_quantity=order.canceled_quantity + event.quantity, requested_price=None
            )
        case ReplaceSubmitted():
            order = replace(order, requested_price=event.price)
        case ReplaceRejected():
            order = replace(order, requested_price=None)
        case OrderRejected():
            order = replace(order, reason=f"{event.code} {event.message}".strip())
        case OrderUnconfirmed() | CancelUnconfirmed() | ReplaceUnconfirmed():
            order = replace(order, reason=event.why, is_unconfirmed=True)
        case _:
            pass
    if order.is_open and order.remaining_quantity == 0:
        done = _S.CANCELED if order.canceled_quantity else _S.FILLED
        order = replace(order, status=done, reason="", is_unconfirmed=False, requested_price=None)
    return order


def _filled(order: Order, event: OrderFilled) -> Order:
    filled = order.filled_quantity + event.quantity
    if filled > order.request.quantity:
        raise _too_much(order, event.quantity)
    return replace(
        order,
        filled_quantity=filled,
        filled_amount=order.filled_amount + event.amount,
        canceled_quantity=min(order.canceled_quantity, order.request.quantity - filled),
    )


def _too_much(order: Order, quantity: int) -> IllegalStep:
    return IllegalStep(
        f"주문 {order.order_id}: {quantity}주는 남은 수량보다 많습니다",
        f"order {order.order_id}: {quantity} shares are more than what is left",
    )
