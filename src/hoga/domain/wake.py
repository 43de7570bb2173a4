"""What wakes a strategy, and what it wants when it has been woken.

A strategy declares its wake-ups and is called for those only. Live, they are tested on the stream; in a
backtest they can be searched on columns of prices. A wake-up fires once and is then gone: each decision
states anew everything that the strategy waits for.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from hoga.domain.order import Order
from hoga.domain.position import Fill, Lot, Position
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest
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
    sent now.
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
