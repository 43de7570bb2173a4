"""What the market shows: books, prints and the price of the moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hoga.domain.request import Side


class Interruption(StrEnum):
    """Which volatility interruption (변동성완화장치, VI) holds an issue in a call."""

    DYNAMIC = "dynamic"
    """동적: the price jumped from the last one."""
    STATIC = "static"
    """정적: the price is far from that of the last call auction."""
    BOTH = "both"
    UNTOLD = "untold"
    """A broker that tells only that there is one, or another call of this issue alone."""


@dataclass(frozen=True, slots=True)
class Level:
    """The quantity waiting at one price (호가잔량)."""

    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Levels of waiting orders, best first. `asks` rise, `bids` fall; either may be empty.

    `indicative_price` and `indicative_quantity` (예상체결가·예상체결수량) are set during call auctions only.
    KRX shows three levels then, of what would be left beside those shares, and no totals: they are 0.
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
class Midpoint:
    """중간가 of a book, and the shares of the midpoint orders that wait there; `side` is None without any."""

    price: int
    quantity: int = 0
    side: Side | None = None


class Trade(NamedTuple):
    """A print on the public tape (체결).

    `taker` is the side that arrived later; None in a call auction, and where a broker does not tell it.
    `is_polled` says that it is no print but a price of the moment that was asked for, because prints do not
    come: its quantity is all that has traded since what was told before, and other prices may lie between.
    A tuple and not a dataclass, because it is made for every print of the market in a third of the time.
    """

    code: str
    at: datetime
    price: int
    quantity: int
    taker: Side | None
    is_polled: bool = False


@dataclass(frozen=True, slots=True)
class DayTrades:
    """The prints of an issue on the running day, oldest first.

    `missing` are shares that were traded in between and of which no print is told: a broker shows so many
    prints of one second and no more.
    """

    code: str
    trades: tuple[Trade, ...]
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityInterruption:
    """One volatility interruption (VI) of a day; `ended` is None while it lasts.

    `price` set it off. `static_reference` and `dynamic_reference` are the prices that it was too far from,
    None for a kind that it is not. `count` is how many the issue has had that day.
    """

    code: str
    name: str
    kind: Interruption
    began: datetime
    ended: datetime | None
    price: int
    static_reference: int | None
    dynamic_reference: int | None
    count: int


class Quote(NamedTuple):
    """The price of the moment and the day so far, of one instrument (현재가).

    `last_price` is the base price until the first trade of the day, and `open`, `high`, `low` are then None.
    `ask` and `bid` are None when that side of the book is empty; in a call auction they are the best prices
    of what it would leave, and the totals are 0. `interruption` is set while a volatility
    interruption holds the issue in a call; `static_reference` (정적VI 기준가격) is the price that the static
    one is measured from, None for an issue without. `is_halted` says 거래정지. A tuple like `Trade`: its
    many fields cost a dataclass that nobody may change four times as much.
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


def joined_book(first: OrderBook, second: OrderBook, depth: int) -> OrderBook:
    """The books of one issue at two venues as one: what waits at the same price is added.

    An indicative price is that of the first venue if it has one: their auctions are not held together.
    """
    expected = first if first.indicative_price is not None else second
    return replace(
        first,
        asks=_joined_levels((*first.asks, *second.asks))[:depth],
        bids=_joined_levels((*first.bids, *second.bids))[::-1][:depth],
        total_ask_quantity=first.total_ask_quantity + second.total_ask_quantity,
        total_bid_quantity=first.total_bid_quantity + second.total_bid_quantity,
        indicative_price=expected.indicative_price,
        indicative_quantity=expected.indicative_quantity,
    )


def joined_quote(first: Quote, second: Quote, opened: int | None, last: int) -> Quote:
    """The day of one issue at two venues as one; `opened` and `last` are the first and last price of both."""
    highs = [each.high for each in (first, second) if each.high is not None]
    lows = [each.low for each in (first, second) if each.low is not None]
    asks = _joined_levels(
        Level(each.ask, each.ask_quantity) for each in (first, second) if each.ask is not None
    )
    bids = _joined_levels(
        Level(each.bid, each.bid_quantity) for each in (first, second) if each.bid is not None
    )
    return first._replace(
        last_price=last,
        open=opened,
        high=max(highs, default=None),
        low=min(lows, default=None),
        volume=first.volume + second.volume,
        value=first.value + second.value,
        ask=asks[0].price if asks else None,
        bid=bids[-1].price if bids else None,
        ask_quantity=asks[0].quantity if asks else 0,
        bid_quantity=bids[-1].quantity if bids else 0,
        total_ask_quantity=first.total_ask_quantity + second.total_ask_quantity,
        total_bid_quantity=first.total_bid_quantity + second.total_bid_quantity,
        interruption=first.interruption or second.interruption,
    )


def _joined_levels(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Levels by rising price, each price once."""
    quantities: dict[int, int] = {}
    for level in levels:
        quantities[level.price] = quantities.get(level.price, 0) + level.quantity
    return tuple(Level(price, quantities[price]) for price in sorted(quantities))
