"""What may be asked of the exchange. Every command is processed at an instant that is handed in.

`account` is an account number, or `THE_MARKET` for the flow of all other participants. Commands and events
are frozen msgspec structs, not dataclasses: a day has millions, and these are made in a tenth of the time.
"""

from decimal import Decimal
from typing import final

import msgspec

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue

THE_MARKET = ""
"""The account of everybody else: the order flow that the simulated day consists of."""


@final
class Place(msgspec.Struct, frozen=True, gc=False):
    """Enter an order. `price` is None exactly when `order_type` states none.

    One that `is_turned_down` has nothing wrong with it that its broker could see: it gets a number, and then
    the market rejects it (거부). So it is with a `Replace` and a `Cancel`, which change nothing then.
    """

    account: str
    code: str
    side: Side
    quantity: int
    price: int | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_price: int | None = None
    venue: Venue = Venue.KRX
    is_turned_down: bool = False


@final
class Replace(msgspec.Struct, frozen=True, gc=False):
    """정정: give `quantity` shares (None: all that remain) of order `number` a new price, type or stop price.

    The changed part gets a new number and the time of the change. It can never raise the quantity, and stays
    at the venue where it is. `time_in_force` must be the order's own.
    """

    account: str
    number: int
    price: int | None
    quantity: int | None = None
    order_type: OrderType = OrderType.LIMIT
    stop_price: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    is_turned_down: bool = False


@final
class Cancel(msgspec.Struct, frozen=True, gc=False):
    """취소: take `quantity` shares (None: all that remain) of order `number` off the book."""

    account: str
    number: int
    quantity: int | None = None
    is_turned_down: bool = False


class Deposit(msgspec.Struct, frozen=True, gc=False):
    """입금: `amount` won come into an account from outside."""

    account: str
    amount: int


class Withdraw(msgspec.Struct, frozen=True, gc=False):
    """출금: `amount` won of settled cash leave an account."""

    account: str
    amount: int


class HaltIssue(msgspec.Struct, frozen=True, gc=False):
    """거래정지: from now on only cancels are accepted for an issue, at every venue."""

    code: str


class ResumeIssue(msgspec.Struct, frozen=True, gc=False):
    """거래재개: the halt of an issue is over; a call of ten minutes finds the price to go on with."""

    code: str


class InterruptIssue(msgspec.Struct, frozen=True, gc=False):
    """Begin a volatility interruption of an issue in continuous trading as if its price had jumped."""

    code: str


class ListIssue(msgspec.Struct, frozen=True, gc=False):
    """상장: an issue trades from now on, with a base price on its grid and no past.

    With `has_flow` everybody else trades it too, where the simulation can make that up.
    """

    code: str
    name: str
    market: Market
    base_price: int
    kind: Kind = Kind.STOCK
    listed_shares: int = 0
    leverage: Decimal = Decimal(1)
    has_flow: bool = False


class ReportIndex(msgspec.Struct, frozen=True, gc=False):
    """Where the index of a market stands. A fall that lasts a minute halts the market (서킷브레이커)."""

    market: Market
    level: Decimal
    previous_close: Decimal


@final
class Advance(msgspec.Struct, frozen=True, gc=False):
    """Nothing but time: lets the phases that are due begin and end."""


Instruction = Deposit | Withdraw | HaltIssue | ResumeIssue | InterruptIssue | ListIssue | ReportIndex
"""What no participant asks for in the market: the bank, the exchange's surveillance and the index."""

Command = Place | Replace | Cancel | Advance | Instruction
