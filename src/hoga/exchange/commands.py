"""What may be asked of the exchange. Every command is processed at an instant that is handed in.

`account` is an account number, or `THE_MARKET` for the flow of all other participants. Commands and events
are frozen msgspec structs, not dataclasses: a day has millions, and these are made in a tenth of the time.
"""

import msgspec

from hoga.domain.request import OrderType, Side, TimeInForce, Venue

THE_MARKET = ""
"""The account of everybody else: the order flow that the simulated day consists of."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Enter an order. `price` is None exactly when `order_type` states none."""

    account: str
    code: str
    side: Side
    quantity: int
    price: int | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_price: int | None = None
    venue: Venue = Venue.KRX


class Replace(msgspec.Struct, frozen=True, gc=False):
    """정정: give `quantity` shares (None: all that remain) of order `number` a new price or type.

    The changed part gets a new number and the time of the change. It can never raise the quantity.
    """

    account: str
    number: int
    price: int | None
    quantity: int | None = None
    order_type: OrderType = OrderType.LIMIT


class Cancel(msgspec.Struct, frozen=True, gc=False):
    """취소: take `quantity` shares (None: all that remain) of order `number` off the book."""

    account: str
    number: int
    quantity: int | None = None


class Advance(msgspec.Struct, frozen=True, gc=False):
    """Nothing but time: lets the phases that are due begin and end."""


Command = Place | Replace | Cancel | Advance
