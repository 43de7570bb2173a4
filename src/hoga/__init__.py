"""Hoga (호가): trading software for the Korean stock market. This is the table of contents for its users.

What notebooks and strategies of one's own are written with is here, and loaded when it is first used.

    import hoga

    with hoga.connect("sim") as account:  # the exchange that `hoga exchange` runs on this computer
        print(account.quote("005930").last_price)
        account.buy("005930", 10, 70_000)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hoga.domain.account import Account
    from hoga.domain.bar import Bar, Interval
    from hoga.domain.errors import (
        AccountTaken,
        BadInput,
        BrokerError,
        HogaError,
        InvalidOrder,
        JournalError,
        LoginExpired,
        NotKept,
        OutcomeUnknown,
        RateLimited,
        Rejected,
        Unanswered,
        UnknownOrder,
        Unreachable,
        WireError,
    )
    from hoga.domain.index import Index
    from hoga.domain.instrument import Instrument
    from hoga.domain.order import Order, OrderStatus
    from hoga.domain.position import Fill, Lot, Position
    from hoga.domain.quote import OrderBook, Quote
    from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue, buy, sell
    from hoga.domain.statement import Period
    from hoga.domain.wake import Decision, View, WakeUp, WhenInside, WhenOrderChanges, WhenOutside, WhenTime
    from hoga.front import Front, connect
    from hoga.krx.calendar import Hours, add_trading_days, get_hours, trading_days_between
    from hoga.strategies.function import strategy
    from hoga.table import Table, frame

__version__ = "0.1.0"

_PLACES = {
    "hoga.domain.account": ("Account",),
    "hoga.domain.bar": ("Bar", "Interval"),
    "hoga.domain.errors": (
        "AccountTaken",
        "BadInput",
        "BrokerError",
        "HogaError",
        "InvalidOrder",
        "JournalError",
        "LoginExpired",
        "NotKept",
        "OutcomeUnknown",
        "RateLimited",
        "Rejected",
        "Unanswered",
        "UnknownOrder",
        "Unreachable",
        "WireError",
    ),
    "hoga.domain.index": ("Index",),
    "hoga.domain.instrument": ("Instrument",),
    "hoga.domain.order": ("Order", "OrderStatus"),
    "hoga.domain.position": ("Fill", "Lot", "Position"),
    "hoga.domain.quote": ("OrderBook", "Quote"),
    "hoga.domain.request": ("OrderRequest", "OrderType", "Side", "TimeInForce", "Venue", "buy", "sell"),
    "hoga.domain.statement": ("Period",),
    "hoga.domain.wake": (
        "Decision",
        "View",
        "WakeUp",
        "WhenInside",
        "WhenOrderChanges",
        "WhenOutside",
        "WhenTime",
    ),
    "hoga.front": ("Front", "connect"),
    "hoga.krx.calendar": ("Hours", "add_trading_days", "get_hours", "trading_days_between"),
    "hoga.strategies.function": ("strategy",),
    "hoga.table": ("Table", "frame"),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "Account",
    "AccountTaken",
    "BadInput",
    "Bar",
    "BrokerError",
    "Decision",
    "Fill",
    "Front",
    "HogaError",
    "Hours",
    "Index",
    "Instrument",
    "Interval",
    "InvalidOrder",
    "JournalError",
    "LoginExpired",
    "Lot",
    "NotKept",
    "Order",
    "OrderBook",
    "OrderRequest",
    "OrderStatus",
    "OrderType",
    "OutcomeUnknown",
    "Period",
    "Position",
    "Quote",
    "RateLimited",
    "Rejected",
    "Side",
    "Table",
    "TimeInForce",
    "Unanswered",
    "UnknownOrder",
    "Unreachable",
    "Venue",
    "View",
    "WakeUp",
    "WhenInside",
    "WhenOrderChanges",
    "WhenOutside",
    "WhenTime",
    "WireError",
    "__version__",
    "add_trading_days",
    "buy",
    "connect",
    "frame",
    "get_hours",
    "sell",
    "strategy",
    "trading_days_between",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
