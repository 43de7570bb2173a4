"""What may be asked of the exchange. Every command is processed at an instant that is handed in.

`account` is an account number, or `THE_MARKET` for the flow of all other participants.
"""

from dataclasses import dataclass

from hoga.domain.request import OrderType, Side, TimeInForce

THE_MARKET = ""
"""The account of everybody else: the order flow that the simulated day consists of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Enter an order. `price` is None exactly when `order_type` states none."""

    account: str
    code: str
    side: Side
    quantity: int
    price: int | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY


@dataclass(frozen=True, slots=True)
class Replace:
    """정정: give `quantity` shares (None: all that remain) of order `number` a new price or type.

    The changed part gets a new number and the time of the change. It can never raise the quantity.
    """

    account: str
    number: int
    price: int | None
    quantity: int | None = None
    order_type: OrderType = OrderType.LIMIT


@dataclass(frozen=True, slots=True)
class Cancel:
    """취소: take `quantity` shares (None: all that remain) of order `number` off the book."""

    account: str
    number: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Nothing but time: lets the phases that are due begin and end."""


Command = Place | Replace | Cancel | Advance
