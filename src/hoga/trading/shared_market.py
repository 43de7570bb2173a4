"""One market's prices for several who follow them: a strategy, and the readers of the bridge's stream.

A broker has one list of what is followed, and whoever sets it replaces it. Here each has a part of their own;
what is followed at the broker is all parts together, in their order.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from hoga.domain.bar import Bar
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.ports import MarketData


class SharedMarket:
    """Gives out parts of one market."""

    def __init__(self, market: MarketData) -> None:
        self._market = market
        self._parts: list[MarketPart] = []

    def part(self, *, is_first: bool = False) -> "MarketPart":
        """The market for one who follows, behind all others or before them: a broker has a limited number."""
        part = MarketPart(self, self._market)
        self._parts.insert(0 if is_first else len(self._parts), part)
        return part

    def dismiss(self, part: "MarketPart") -> None:
        """Tell `part` nothing more. What it followed is given up when the next one follows something."""
        self._parts.remove(part)

    async def follow(self) -> None:
        """Follow the trades that any part wants."""
        codes = dict.fromkeys(code for part in self._parts for code in part.trades)
        await self._market.follow(codes, self._tell_trade)

    async def follow_books(self) -> None:
        """Follow the books that any part wants."""
        codes = dict.fromkeys(code for part in self._parts for code in part.books)
        await self._market.follow_books(codes, self._tell_book)

    def _tell_trade(self, trade: Trade) -> None:
        for part in self._parts:
            if trade.code in part.trades:
                part.trades[trade.code](trade)

    def _tell_book(self, book: OrderBook) -> None:
        for part in self._parts:
            if book.code in part.books:
                part.books[book.code](book)


class MarketPart:
    """Keeps the `MarketData` promise for one who follows, beside others."""

    def __init__(self, shared: SharedMarket, market: MarketData) -> None:
        self._shared = shared
        self._market = market
        self.trades: dict[str, Callable[[Trade], None]] = {}
        self.books: dict[str, Callable[[OrderBook], None]] = {}

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        return await self._market.quotes(codes, for_order=for_order)

    async def book(self, code: str) -> OrderBook:
        return await self._market.book(code)

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return await self._market.daily_bars(code, first, last)

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        before, self.trades = self.trades, dict.fromkeys(codes, callback)
        try:
            await self._shared.follow()
        except BaseException:
            self.trades = before
            raise

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        before, self.books = self.books, dict.fromkeys(codes, callback)
        try:
            await self._shared.follow_books()
        except BaseException:
            self.books = before
            raise
