"""What wakes a strategy, and what it wants when it has been woken.

A strategy declares its wake-ups and is called for those only. Live, they are tested on the stream; in a
backtest they can be searched on columns of prices. A wake-up fires once and is then gone: each decision
states anew everything that the strategy waits for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hoga.domain.bar import Bar
from hoga.domain.order import Order
from hoga.domain.position import Fill, Lot, Position
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.trading_state import TradingState


@dataclass(frozen=True, slots=True)
class WhenInside:
    """The last price at which `code` traded today is at least `low` and at most `high` won."""

    code: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class WhenOutside:
    """The last price at which `code` traded today is below `low` or above `high` won."""

    code: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class WhenTime:
    """The clock has reached `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class WhenOrderChanges:
    """One of the strategy's own orders was filled, cancelled, rejected, denied, expired or never received."""


WakeUp = WhenInside | WhenOutside | WhenTime | WhenOrderChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a strategy may know when it decides. A snapshot: it does not change while it is looked at.

    `opening_positions` and `opening_cash` are what the account had when the desk opened for the day: the
    same after a restart. `cash` is what may be ordered with now. `lots` are the shares whose purchase is
    known, oldest first; shares of a position beyond its lots are of unknown age. `orders` are all orders
    that this strategy has placed today, `fills` all executions of the account today. `trading` is what may be
    sent now. `history` are the daily bars before today that the strategy asked for, oldest first.
    """

    day: date
    opening_cash: int
    opening_positions: frozenset[str]
    cash: int
    positions: dict[str, Position]
    lots: dict[str, tuple[Lot, ...]]
    orders: tuple[Order, ...]
    quotes: dict[str, Quote]
    fills: tuple[Fill, ...] = ()
    trading: TradingState = TradingState.ACTIVE
    history: Mapping[str, tuple[Bar, ...]] = field(default_factory=dict)

    def price(self, code: str) -> int | None:
        """The last price at which `code` traded today; None before its first trade, or when unread."""
        quote = self.quotes.get(code)
        return None if quote is None or quote.open is None else quote.last_price

    def held(self, code: str) -> int:
        """Shares of `code` that the account holds."""
        position = self.positions.get(code)
        return 0 if position is None else position.quantity

    def sellable(self, code: str) -> int:
        """Shares of `code` that no open order holds."""
        position = self.positions.get(code)
        return 0 if position is None else position.sellable_quantity

    @property
    def live_orders(self) -> tuple[Order, ...]:
        """The strategy's own orders that are not over."""
        return tuple(order for order in self.orders if not order.is_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a strategy wants now, and what shall wake it next.

    `orders` are placed in their order, `cancels` (our order ids) before them. `notes` are sentences for the
    person. A decision without wake-ups ends the strategy for the day.
    """

    orders: tuple[OrderRequest, ...] = ()
    cancels: tuple[str, ...] = ()
    wake_ups: tuple[WakeUp, ...] = ()
    notes: tuple[str, ...] = field(default=())


def require_sound(decision: object) -> Decision:
    """`decision`, if it is one through and through. Raises `TypeError` that names what is not.

    A strategy of somebody's own is not checked by anything before it runs, and what it got wrong should be
    told as its mistake.
    """
    if not isinstance(decision, Decision):
        raise TypeError(f"decide() must return a Decision, not {_named(decision)}")
    for field_name, kind in (
        ("orders", OrderRequest),
        ("cancels", str),
        ("notes", str),
        ("wake_ups", WakeUp),
    ):
        each = getattr(decision, field_name)
        if not isinstance(each, tuple):
            raise TypeError(f"Decision.{field_name} must be a tuple, not {_named(each)}")
        wrong = next((item for item in each if not isinstance(item, kind)), None)
        if wrong is not None:
            raise TypeError(f"Decision.{field_name} holds {_named(wrong)}")
    for order in decision.orders:
        _require_order(order)
    for wake_up in decision.wake_ups:
        if isinstance(wake_up, WhenTime) and wake_up.at.tzinfo is None:
            raise TypeError(f"WhenTime({wake_up.at}) has no time zone: take one of the `at` you were given")
    return decision


def _require_order(order: OrderRequest) -> None:
    right = {
        "code": isinstance(order.code, str),
        "side": isinstance(order.side, Side),
        "quantity": _is_whole(order.quantity),
        "price": order.price is None or _is_whole(order.price),
        "order_type": isinstance(order.order_type, OrderType),
        "time_in_force": isinstance(order.time_in_force, TimeInForce),
        "stop_price": order.stop_price is None or _is_whole(order.stop_price),
        "venue": isinstance(order.venue, Venue),
    }
    wrong = next((name for name, is_right in right.items() if not is_right), None)
    if wrong is not None:
        raise TypeError(f"OrderRequest.{wrong} cannot be {_named(getattr(order, wrong))}")


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _named(value: object) -> str:
    return f"{value!r} ({type(value).__name__})"
