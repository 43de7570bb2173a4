"""Hoga (호가): trading software for the Korean stock market.

What a strategy of one's own is written with is here, and loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hoga.domain.bar import Bar
    from hoga.domain.order import Order, OrderStatus
    from hoga.domain.position import Fill, Lot, Position
    from hoga.domain.quote import Quote
    from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue, buy, sell
    from hoga.domain.wake import Decision, View, WakeUp, WhenInside, WhenOrderChanges, WhenOutside, WhenTime
    from hoga.krx.calendar import Hours, add_trading_days, get_hours, trading_days_between
    from hoga.strategies.function import strategy

__version__ = "0.1.0"

_PLACES = {
    "hoga.domain.bar": ("Bar",),
    "hoga.domain.order": ("Order", "OrderStatus"),
    "hoga.domain.position": ("Fill", "Lot", "Position"),
    "hoga.domain.quote": ("Quote",),
    "hoga.domain.request": ("OrderRequest", "OrderType", "Side", "TimeInForce", "Venue", "buy", "sell"),
    "hoga.domain.wake": (
        "Decision",
        "View",
        "WakeUp",
        "WhenInside",
        "WhenOrderChanges",
        "WhenOutside",
        "WhenTime",
    ),
    "hoga.krx.calendar": ("Hours", "add_trading_days", "get_hours", "trading_days_between"),
    "hoga.strategies.function": ("strategy",),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "Bar",
    "Decision",
    "Fill",
    "Hours",
    "Lot",
    "Order",
    "OrderRequest",
    "OrderStatus",
    "OrderType",
    "Position",
    "Quote",
    "Side",
    "TimeInForce",
    "Venue",
    "View",
    "WakeUp",
    "WhenInside",
    "WhenOrderChanges",
    "WhenOutside",
    "WhenTime",
    "__version__",
    "add_trading_days",
    "buy",
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
