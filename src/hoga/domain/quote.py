"""What the market shows: books, prints and the price of the moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoga.domain.request import Side


class Interruption(StrEnum):
    """Which volatility interruption (변동성완화장치, VI) holds an issue in a call."""

    DYNAMIC = "dynamic"
    """동적: the price jumped from the last one."""
    STATIC = "static"
    """정적: the price is far from that of the last call auction."""
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Level:
    """The quantity waiting at one price (호가잔량)."""

    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Levels of waiting orders, best first. `asks` rise, `bids` fall; either may be empty.

    `indicative_price` and `indicative_quantity` (예상체결가·예상체결수량) are set during call auctions only.
    """

    code: str
    at: datetime
    asks: tuple[Level, ...]
    bids: tuple[Level, ...]
    total_ask_quantity: int
    total_bid_quantity: int
    indicative_price: int | None = None
    indicative_quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """A print on the public tape (체결). `taker` is the side that arrived later, None in a call auction."""

    code: str
    at: datetime
    price: int
    quantity: int
    taker: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The price of the moment and the day so far, of one instrument (현재가).

    `last_price` is the base price until the first trade of the day, and `open`, `high`, `low` are then None.
    `ask` and `bid` are None when that side of the book is empty. `interruption` is set while a volatility
    interruption holds the issue in a call; `static_reference` (정적VI 기준가격) is the price that the static
    one is measured from, None for an issue without. `is_halted` says 거래정지.
    """

    code: str
    name: str
    at: datetime
    last_price: int
    base_price: int
    upper_limit: int
    lower_limit: int
    open: int | None
    high: int | None
    low: int | None
    volume: int
    value: int
    ask: int | None
    bid: int | None
    ask_quantity: int
    bid_quantity: int
    total_ask_quantity: int
    total_bid_quantity: int
    interruption: Interruption | None = None
    static_reference: int | None = None
    is_halted: bool = False
