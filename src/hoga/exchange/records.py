"""The exchange's record of every request of an account, in the form of a broker's daily order list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from hoga.domain.request import OrderRequest, OrderType, Venue
from hoga.exchange.commands import Place
from hoga.exchange.tab import Tab


class RecordKind(StrEnum):
    """What a request asked for."""

    ORDER = "order"
    REPLACE = "replace"
    """정정: it took shares over from the order `replaces` and is an order of its own since."""
    CANCEL = "cancel"
    """취소: it took shares off the order `replaces` and never was on the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One request with a number of its own, and what has become of it.

    Quantities are shares, amounts won. `request.quantity` is what this number stood for at first, and always
    equals the sum of `filled_quantity`, `canceled_quantity`, `replaced_quantity` (taken over by later replace
    requests), `expired_quantity`, `rejected_quantity` (turned down by the market) and `remaining_quantity`. A
    cancel's own record counts its shares as cancelled, as the record of the order it took them from does.
    `costs` are fees and taxes charged so far.
    Numbers start anew every day: `placed_at` tells the days apart. `limit_price` is the price at which the
    order stood, also when the book gave it one (최유리, 최우선), None when it has none. `venue` is where it
    was sent, never SOR. `order_type` is what it is by now: a stop-limit order that was set off
    (at `set_off_at`) is a limit order.
    """

    number: int
    account: str
    kind: RecordKind
    replaces: int | None
    request: OrderRequest
    filled_quantity: int
    filled_amount: int
    canceled_quantity: int
    replaced_quantity: int
    expired_quantity: int
    remaining_quantity: int
    costs: int
    placed_at: datetime
    rejected_quantity: int = 0
    limit_price: int | None = None
    order_type: OrderType | None = None
    set_off_at: datetime | None = None
    venue: Venue = Venue.KRX


class LiveOrder(msgspec.Struct, gc=False):
    """An order of an account today, filled, gone or still on the book. `asked` is what it was entered as.

    The market's orders have none: the book knows enough of them.
    """

    number: int
    replaces: int | None
    asked: Place
    placed_at: datetime
    tab: Tab
    limit_price: int | None
    order_type: OrderType
    venue: Venue
    filled: int = 0
    canceled: int = 0
    replaced: int = 0
    expired: int = 0
    rejected: int = 0
    set_off_at: datetime | None = None

    def record(self) -> OrderRecord:
        return OrderRecord(
            number=self.number,
            account=self.tab.account,
            kind=RecordKind.ORDER if self.replaces is None else RecordKind.REPLACE,
            replaces=self.replaces,
            request=_request(self.asked, self.asked.quantity),
            filled_quantity=self.filled,
            filled_amount=self.tab.amount,
            canceled_quantity=self.canceled,
            replaced_quantity=self.replaced,
            expired_quantity=self.expired,
            remaining_quantity=self.tab.remaining,
            costs=self.tab.costs,
            placed_at=self.placed_at,
            rejected_quantity=self.rejected,
            limit_price=self.limit_price,
            order_type=self.order_type,
            set_off_at=self.set_off_at,
            venue=self.venue,
        )


class CancelRequest(msgspec.Struct, gc=False):
    """The request `number` to cancel `quantity` shares of an account's `order`, which stood like this."""

    number: int
    order: LiveOrder
    quantity: int
    placed_at: datetime
    limit_price: int | None
    order_type: OrderType
    is_rejected: bool = False

    def record(self) -> OrderRecord:
        order = self.order
        return OrderRecord(
            number=self.number,
            account=order.tab.account,
            kind=RecordKind.CANCEL,
            replaces=order.number,
            request=_request(order.asked, self.quantity),
            filled_quantity=0,
            filled_amount=0,
            canceled_quantity=0 if self.is_rejected else self.quantity,
            replaced_quantity=0,
            expired_quantity=0,
            rejected_quantity=self.quantity if self.is_rejected else 0,
            remaining_quantity=0,
            costs=0,
            placed_at=self.placed_at,
            limit_price=self.limit_price,
            order_type=self.order_type,
            venue=order.venue,
        )


def _request(asked: Place, quantity: int) -> OrderRequest:
    return OrderRequest(
        code=asked.code,
        side=asked.side,
        quantity=quantity,
        price=asked.price,
        order_type=asked.order_type,
        time_in_force=asked.time_in_force,
        stop_price=asked.stop_price,
        venue=asked.venue,
    )
