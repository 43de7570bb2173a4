"""What a broker tells about the orders of an account.

A broker knows its own order numbers only. The desk turns these into events of our orders. Numbers are text
and are compared by `number_key`, because some brokers pad them on one path and not on another.
"""

from dataclasses import dataclass
from datetime import datetime

from hoga.domain.request import OrderRequest


def number_key(number: str) -> tuple[int, str]:
    """What identifies an order number whatever its padding, and sorts: a later order's key is higher.

    That numbers rise through a day is how KIS and the simulated exchange count; for KIS it is unverified
    across branches.
    """
    bare = number.strip().lstrip("0")
    return len(bare), bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The answer to an order, a replace or a cancel that was taken. The number is the request's own."""

    broker_order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The answer to an order, a replace or a cancel that was refused; nothing has changed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """A request that may have arrived, without an answer that can be read."""

    why: str


@dataclass(frozen=True, slots=True)
class NeverTaken:
    """What a broker that keeps receipts says of an order that it never got, and will never take."""


Answer = Accepted | Refused | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the broker pushes about the order `broker_order_id`."""

    broker_order_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedNotice(Notice):
    """The broker has taken a new order that looks like `request` (접수). Not every broker tells."""

    request: OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class FillNotice(Notice):
    """`quantity` shares traded at `price` won.

    `fill_id` is the broker's own mark of this execution, "" when it gives none. Without one, two equal
    notices may be one execution told twice or two alike; only the order list can tell.
    """

    quantity: int
    price: int
    fill_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelNotice(Notice):
    """`quantity` shares were cancelled. `broker_order_id` is the order's, not the cancel request's."""

    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceNotice(Notice):
    """The order has a new price, and `new_broker_order_id` takes over from `broker_order_id`."""

    new_broker_order_id: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectNotice(Notice):
    """The exchange refused the order after the broker had taken it.

    Or, as `is_revision`, a request to replace or cancel: then the order itself is as it was, whosever number
    the notice bears.
    """

    message: str
    is_revision: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """One order of a day as the broker's order list shows it (일별주문체결).

    `replaces` is the number of the order that this one took over from, "" when it is none. Quantities are
    shares and cumulative; `filled_amount` is won. `request.quantity` is the quantity of this number. A
    request to cancel is not an order and has no report, whatever the broker's own list looks like.
    """

    broker_order_id: str
    replaces: str
    request: OrderRequest
    filled_quantity: int
    filled_amount: int
    canceled_quantity: int
    rejected_quantity: int
    remaining_quantity: int
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order that is open now, and how many of its shares may still be replaced or cancelled."""

    broker_order_id: str
    replaces: str
    request: OrderRequest
    filled_quantity: int
    filled_amount: int
    revisable_quantity: int
    placed_at: datetime
