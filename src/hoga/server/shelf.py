"""Books and prices of issues that are asked for again and again, kept as the stream tells them.

A program that looks at a book ten times a second would use up what a broker allows. So an issue that is asked
for again is followed, and while it is, whoever asks is given what was told or read within the last `FRESH`
seconds. Nothing older is given, and nothing of an issue that is not followed: then the broker is asked, once
for all who wait for the same. What will soon be too old is read anew while it is still given, so that not all
who ask must wait for the broker every second.

Every number was told by the broker. Last price, high and low follow the trades and the best prices follow the
books; the rest of a quote, its time included, is as old as the broker's last answer, at most `FRESH` seconds.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.ports import MarketData
from hoga.server.guard import Prompt

T = TypeVar("T")

FRESH = 1.0
"""Seconds. A broker that is asked for prices because its stream fails is asked as often."""

RENEWED_AFTER = 0.8
"""Seconds after which what is asked for is read anew. Brokers answer within the rest of `FRESH`."""

ASKED_AGAIN = 5.0
"""An issue is followed when somebody asks for it again within so many seconds."""

WATCHED_FOR = 60.0
"""Seconds for which it goes on being followed when nobody asks any more."""

MOST_WATCHED = 10
"""Issues that are followed because they are asked for. Brokers have few places on their streams."""

MOST_REMEMBERED = 100
"""Issues of which it is known when they were asked for."""


@dataclass(slots=True)
class Kept:
    """What is known of one issue, and since when (seconds of `now`).

    `answers` are for whoever makes one of this: they are thrown away with the next change. `book_renewed` is
    the `book_at` of the book that was read anew ahead of time, which is tried once; so is `quote_renewed`.
    """

    book: OrderBook | None = None
    book_at: float = 0.0
    book_renewed: float | None = None
    quote: Quote | None = None
    quote_at: float = 0.0
    quote_renewed: float | None = None
    trade: Trade | None = None
    trade_at: float = 0.0
    answers: dict[str, Prompt] = field(default_factory=dict)


class Shelf:
    """The books and prices of one bridge. `on_wanted` is told when there is another issue to follow."""

    def __init__(
        self, market: MarketData, on_wanted: Callable[[], None], now: Callable[[], float] = monotonic
    ) -> None:
        self._market = market
        self._on_wanted = on_wanted
        self._now = now
        self._kept: dict[str, Kept] = {}
        """By code, of those that are followed."""
        self._asked: dict[str, tuple[float, bool]] = {}
        """When an issue was asked for last, and whether that was again; the latest last."""
        self._places: list[str] = []
        self._books: dict[str, asyncio.Task[OrderBook]] = {}
        self._quotes: dict[str, asyncio.Task[Quote]] = {}
        """What is being read."""

    def wanted(self) -> list[str]:
        """What is to be followed because it is asked for.

        What has a place keeps it while it is asked for: brokers block whoever registers and releases a lot.
        """
        since = self._now() - WATCHED_FOR
        asked = [code for code, (at, is_again) in reversed(self._asked.items()) if is_again and at >= since]
        kept = [code for code in self._places if code in asked]
        new = [code for code in asked if code not in kept]
        self._places = [*kept, *new][:MOST_WATCHED]
        return self._places

    def follow(self, codes: Iterable[str]) -> None:
        """These are followed from now on, and no others."""
        self._kept = {code: self._kept.get(code) or Kept() for code in codes}

    def find_book(self, code: str) -> Kept | None:
        """What is kept with a fresh book; None when the broker must be asked."""
        kept = self._kept.get(code)
        if kept is None or kept.book is None:
            return None
        age = self._now() - kept.book_at
        if age > FRESH:
            return None
        if age > RENEWED_AFTER and kept.book_renewed != kept.book_at:
            kept.book_renewed = kept.book_at
            _share(self._books, code, self._read_book)
        self._note(code)
        return kept

    def find_quote(self, code: str) -> Kept | None:
        """What is kept with a fresh quote; None when the broker must be asked."""
        kept = self._kept.get(code)
        if kept is None or kept.quote is None:
            return None
        age = self._now() - kept.quote_at
        if age > FRESH:
            return None
        if age > RENEWED_AFTER and kept.quote_renewed != kept.quote_at:
            kept.quote_renewed = kept.quote_at
            _share(self._quotes, code, self._read_quote)
        self._note(code)
        return kept

    async def book(self, code: str) -> OrderBook:
        """The book, from here or from the broker. Raises like `MarketData.book`."""
        kept = self.find_book(code)
        if kept is not None and kept.book is not None:
            return kept.book
        self._note(code)
        if code not in self._kept:
            return await self._market.book(code)
        return await asyncio.shield(_share(self._books, code, self._read_book))

    async def quote(self, code: str) -> Quote:
        """The price of the moment, from here or from the broker. Raises like `MarketData.quotes`."""
        kept = self.find_quote(code)
        if kept is not None and kept.quote is not None:
            return kept.quote
        self._note(code)
        if code not in self._kept:
            return (await self._market.quotes([code]))[code]
        return await asyncio.shield(_share(self._quotes, code, self._read_quote))

    def on_trade(self, trade: Trade) -> None:
        """The stream tells a trade."""
        kept = self._kept.get(trade.code)
        if kept is None:
            return
        kept.trade, kept.trade_at = trade, self._now()
        if kept.quote is not None:
            kept.quote = _traded(kept.quote, trade)
            kept.answers.clear()

    def on_book(self, book: OrderBook) -> None:
        """The stream tells a book."""
        kept = self._kept.get(book.code)
        if kept is None:
            return
        kept.book, kept.book_at = book, self._now()
        if kept.quote is not None:
            kept.quote = _offered(kept.quote, book)
        kept.answers.clear()

    async def _read_book(self, code: str) -> OrderBook:
        began = self._now()
        book = await self._market.book(code)
        kept = self._kept.get(code)
        if kept is None:
            return book
        if kept.book is None or kept.book_at <= began:  # else the stream knows better
            kept.book, kept.book_at = book, began
            kept.answers.clear()
        return kept.book

    async def _read_quote(self, code: str) -> Quote:
        began = self._now()
        quote = (await self._market.quotes([code]))[code]
        kept = self._kept.get(code)
        if kept is None:
            return quote
        # What the stream told meanwhile may be missing in the answer.
        if kept.trade is not None and kept.trade_at > began:
            quote = _traded(quote, kept.trade)
        if kept.book is not None and kept.book_at > began:
            quote = _offered(quote, kept.book)
        kept.quote, kept.quote_at = quote, began
        kept.answers.clear()
        return quote

    def _note(self, code: str) -> None:
        """Somebody asks for `code`."""
        now = self._now()
        at, is_again = self._asked.pop(code, (-ASKED_AGAIN, False))
        if not is_again and now - at <= ASKED_AGAIN:
            is_again = True
            self._on_wanted()
        elif now - at > WATCHED_FOR:
            is_again = False
        if len(self._asked) >= MOST_REMEMBERED:
            del self._asked[next(iter(self._asked))]
        self._asked[code] = now, is_again


def _share(
    asking: dict[str, asyncio.Task[T]], code: str, read: Callable[[str], Coroutine[object, object, T]]
) -> asyncio.Task[T]:
    """What reads for all who wait for the same; it must be shielded from those of them who leave."""
    task = asking.get(code)
    if task is None:
        task = asking[code] = asyncio.create_task(read(code))

        def forget(done: asyncio.Task[T]) -> None:
            del asking[code]
            if not done.cancelled():
                done.exception()  # told to whoever waits; perhaps nobody does any more

        task.add_done_callback(forget)
    return task


def _traded(quote: Quote, trade: Trade) -> Quote:
    """`quote` after a trade."""
    price = trade.price
    return quote._replace(
        at=max(quote.at, trade.at),
        last_price=price,
        open=price if quote.open is None else quote.open,
        high=price if quote.high is None else max(quote.high, price),
        low=price if quote.low is None else min(quote.low, price),
    )


def _offered(quote: Quote, book: OrderBook) -> Quote:
    """`quote` with the best prices of `book`."""
    ask = book.asks[0] if book.asks else None
    bid = book.bids[0] if book.bids else None
    return quote._replace(
        at=max(quote.at, book.at),
        ask=None if ask is None else ask.price,
        bid=None if bid is None else bid.price,
        ask_quantity=0 if ask is None else ask.quantity,
        bid_quantity=0 if bid is None else bid.quantity,
        total_ask_quantity=book.total_ask_quantity,
        total_bid_quantity=book.total_bid_quantity,
    )
