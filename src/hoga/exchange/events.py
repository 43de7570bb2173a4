"""What happened at the exchange, told to everybody who may know.

`number` is the exchange's order number of the day, counted up from 1 over all participants. `account` is ""
for the market flow.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from hoga.domain.request import OrderType, Side
from hoga.exchange.commands import Command
from hoga.krx.sessions import Phase


class Refusal(StrEnum):
    """Why the exchange refuses a command. The order in which they are checked is the order here."""

    UNKNOWN_INSTRUMENT = "unknown_instrument"
    UNKNOWN_ACCOUNT = "unknown_account"
    BAD_QUANTITY = "bad_quantity"
    WRONG_PHASE = "wrong_phase"
    ORDER_TYPE_NOT_ALLOWED = "order_type_not_allowed"
    BAD_PRICE = "bad_price"
    """A price where none belongs, or none where one belongs."""
    OFF_TICK = "off_tick"
    ABOVE_UPPER_LIMIT = "above_upper_limit"
    BELOW_LOWER_LIMIT = "below_lower_limit"
    UNKNOWN_ORDER = "unknown_order"
    NOTHING_LEFT = "nothing_left"
    """The order is filled, cancelled, replaced or expired."""
    TOO_MUCH = "too_much"
    """More shares than the order has left."""
    NO_CHANGE = "no_change"
    """A replace to the same price and type."""
    INSUFFICIENT_CASH = "insufficient_cash"
    INSUFFICIENT_HOLDINGS = "insufficient_holdings"


class Placed(msgspec.Struct, frozen=True, gc=False):
    at: datetime
    number: int
    account: str
    code: str
    side: Side
    quantity: int
    price: int | None
    order_type: OrderType


class Refused(msgspec.Struct, frozen=True, gc=False):
    at: datetime
    account: str
    command: Command
    reason: Refusal


class Traded(msgspec.Struct, frozen=True, gc=False):
    """One match. `taker` is the side whose order came later, None in a call auction."""

    at: datetime
    code: str
    price: int
    quantity: int
    buy_number: int
    sell_number: int
    buy_account: str
    sell_account: str
    taker: Side | None


class Canceled(msgspec.Struct, frozen=True, gc=False):
    """`quantity` shares of order `number` are gone. `request_number` is the cancel's own number."""

    at: datetime
    number: int
    request_number: int
    account: str
    code: str
    side: Side
    quantity: int


class Replaced(msgspec.Struct, frozen=True, gc=False):
    """`quantity` shares moved from order `old_number` to the new order `number`."""

    at: datetime
    number: int
    old_number: int
    account: str
    code: str
    side: Side
    quantity: int
    price: int | None
    order_type: OrderType


class Expired(msgspec.Struct, frozen=True, gc=False):
    """The trading day ended with `quantity` shares of order `number` unfilled."""

    at: datetime
    number: int
    account: str
    code: str
    side: Side
    quantity: int


class PhaseChanged(msgspec.Struct, frozen=True, gc=False):
    at: datetime
    phase: Phase


Event = Placed | Refused | Traded | Canceled | Replaced | Expired | PhaseChanged
