"""One listed issue during one day: its book, its statistics, and what the market shows of them."""

from datetime import date, datetime

from hoga.domain.quote import Level, OrderBook, Quote
from hoga.domain.request import OrderType, Side
from hoga.exchange.book import Book
from hoga.exchange.events import Refusal
from hoga.exchange.ladder import Ladder
from hoga.exchange.opening import Listing
from hoga.krx.limits import price_limits
from hoga.krx.ticks import grid

_DEPTH = 10
_LIMIT = OrderType.LIMIT


class Issue:
    """An issue that trades today. It starts with an empty book in which orders gather."""

    __slots__ = (
        "base_price",
        "book",
        "code",
        "high",
        "instrument",
        "ladder",
        "low",
        "open",
        "value",
        "volume",
    )

    def __init__(self, listing: Listing, day: date) -> None:
        instrument = listing.instrument
        market, kind = instrument.market, instrument.kind
        limits = price_limits(market, kind, listing.base_price, day, instrument.leverage)
        self.instrument = instrument
        self.code = instrument.code
        self.base_price = listing.base_price
        self.ladder = Ladder(grid(market, kind, day), limits)
        self.book = Book(self.ladder, listing.base_price)
        self.book.gathers = True
        self.open: int | None = None
        self.high: int | None = None
        self.low: int | None = None
        self.volume = 0
        self.value = 0

    def count(self, price: int, quantity: int) -> None:
        """Take a trade into the day's statistics."""
        if self.high is None or self.low is None:
            self.open = self.high = self.low = price
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.volume += quantity
        self.value += price * quantity

    def objection(self, order_type: OrderType, price: int | None) -> Refusal | None:
        """Why an order of this type and price may not be entered today."""
        if order_type is not _LIMIT or price is None:
            return form_objection(order_type, price)
        if price in self.ladder.rungs:  # has been used today, so it is allowed
            return None
        if not self.ladder.grid.is_on(price):
            return Refusal.OFF_TICK
        if price > self.ladder.limits.upper:
            return Refusal.ABOVE_UPPER_LIMIT
        return Refusal.BELOW_LOWER_LIMIT if price < self.ladder.limits.lower else None

    def order_book(self, at: datetime, is_call: bool) -> OrderBook:
        """Ten levels a side, see `Exchange.book`."""
        book = self.book
        clearing = book.clearing() if is_call else None
        return OrderBook(
            code=self.code,
            at=at,
            asks=tuple(Level(price, shares) for price, shares in book.levels(Side.SELL, _DEPTH)),
            bids=tuple(Level(price, shares) for price, shares in book.levels(Side.BUY, _DEPTH)),
            total_ask_quantity=book.asks.quantity,
            total_bid_quantity=book.bids.quantity,
            indicative_price=clearing.price if clearing else None,
            indicative_quantity=clearing.quantity if clearing else None,
        )

    def quote(self, at: datetime) -> Quote:
        """The price of the moment and the day so far."""
        book = self.book
        asks, bids = book.levels(Side.SELL, 1), book.levels(Side.BUY, 1)
        ask, ask_quantity = asks[0] if asks else (None, 0)
        bid, bid_quantity = bids[0] if bids else (None, 0)
        return Quote(
            code=self.code,
            name=self.instrument.name,
            at=at,
            last_price=book.last_price,
            base_price=self.base_price,
            upper_limit=self.ladder.limits.upper,
            lower_limit=self.ladder.limits.lower,
            open=self.open,
            high=self.high,
            low=self.low,
            volume=self.volume,
            value=self.value,
            ask=ask,
            bid=bid,
            ask_quantity=ask_quantity,
            bid_quantity=bid_quantity,
            total_ask_quantity=book.asks.quantity,
            total_bid_quantity=book.bids.quantity,
        )


def form_objection(order_type: OrderType, price: int | None) -> Refusal | None:
    """Why an order of this type may not be entered for any issue: what does not depend on the ladder."""
    if order_type is _LIMIT:
        return Refusal.BAD_PRICE if price is None else None
    if order_type is not OrderType.MARKET:
        return Refusal.ORDER_TYPE_NOT_ALLOWED
    return None if price is None else Refusal.BAD_PRICE
