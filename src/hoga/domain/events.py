"""What happened to an order or to the desk's day, in the past tense.

Every one of these passes `desk.on_event`, whoever reports it: the broker, the simulator, reconciliation, or
the journal at start-up. `order_id` is ours; `broker_order_id` is the broker's, always text.
"""

from dataclasses import dataclass
from datetime import date, datetime

from hoga.domain.account import Account
from hoga.domain.request import OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened:
    """The desk opened for a trading day, with the account as its broker showed it. Once per day.

    Fills that come later in the journal are not yet in `account`; those that come earlier are.
    """

    day: date
    at: datetime
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed:
    """The trading day is over: no order is open any more. `account` is how the broker showed it then."""

    day: date
    at: datetime
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """Something that happened to the order `order_id` at the instant `at`."""

    order_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSubmitted(OrderEvent):
    """We are about to send it. Written before the first byte leaves.

    `source` names who wants it (a strategy, "bridge"). `watermark` is the highest broker order number that
    existed before sending, "" when there was none: the order, if it arrived, has a higher one. `intent` is
    the name that its source gave to this wish, so that it is not carried out twice; "" when it has none.
    `key` is the name by which a broker that keeps receipts knows the order; "" at any other.
    """

    request: OrderRequest
    source: str
    watermark: str
    intent: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDenied(OrderEvent):
    """We refused it ourselves; it was never sent. `reason` is a `trading.risk.Reason`."""

    request: OrderRequest
    source: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAdopted(OrderEvent):
    """The broker has an order that we did not send (HTS, MTS, another program); we follow it from now on.

    `by` as with `OrderAccepted`.
    """

    request: OrderRequest
    broker_order_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted(OrderEvent):
    """The broker took it (접수). `by` names the person who said so when nothing else could tell, else ""."""

    broker_order_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(OrderEvent):
    """The broker, or later the exchange, refused it (거부). `code` and `message` are theirs."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnconfirmed(OrderEvent):
    """No readable answer: it may have arrived. Never resent; settled from the day's orders."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotReceived(OrderEvent):
    """The broker's list of the day's orders was read for long enough without showing an unconfirmed order.

    Or a person said so, who is then named by `by`.
    """

    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilled(OrderEvent):
    """Some of it traded (체결): `quantity` shares for `amount` won altogether."""

    quantity: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSubmitted(OrderEvent):
    """We are about to ask for cancelling `quantity` shares. Written before sending."""

    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUnconfirmed(OrderEvent):
    """No answer to a cancel: it may have arrived. Settled from the day's orders."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRejected(OrderEvent):
    """The cancel was refused, or never arrived; the order is as it was."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCanceled(OrderEvent):
    """`quantity` shares of it were cancelled (취소 확인). `by` as with `OrderAccepted`."""

    quantity: int
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSubmitted(OrderEvent):
    """We are about to ask for a new price for all that remains (정정). Written before sending."""

    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceUnconfirmed(OrderEvent):
    """No answer to a replace: it may have arrived. Settled from the day's orders."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRejected(OrderEvent):
    """The replace was refused, or never arrived; the order is as it was."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReplaced(OrderEvent):
    """The order has a new price, and a new number at the broker that replaces the old one.

    `price` is None when somebody else made a market order of it. `by` as with `OrderAccepted`.
    """

    broker_order_id: str
    price: int | None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberClaimed(OrderEvent):
    """A number at the broker belongs to the order: that of a replace, whoever's, which the exchange refused.

    It came to light after nobody waited for it any more. Nothing stood under it; the order is as it was.
    """

    broker_order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartClaimed(OrderEvent):
    """A person, named by `by`, said that another number at the broker is a part of the order.

    What trades under it is in the order's own row already; the order is as it was.
    """

    broker_order_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(OrderEvent):
    """The trading day ended with `quantity` shares unfilled."""

    quantity: int
