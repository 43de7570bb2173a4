"""What happens at the desk and in the market, as numbered updates for any number of readers.

Updates are encoded once and kept in one list that all readers share, so a reader costs a position in it. The
number of an update is one more than that of the one before: a reader who misses one knows it. Numbers mean
something within one `stream` only, which is another one after a restart.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hoga import rows
from hoga.application import Hoga
from hoga.domain.errors import BrokerError, WireError
from hoga.domain.events import DayClosed, DayOpened, OrderFilled
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Trade
from hoga.server.shelf import Shelf
from hoga.server.v1 import encode, trading_row
from hoga.trading.records import Event

KEPT = 20_000
"""Updates that a reader who was away can be given later."""

MOST_BEHIND = 5_000
"""Updates that a reader may be behind before it is dropped."""

MOST_WATCHED = 300
"""Issues that the readers of one bridge can watch together."""

LOOK_EVERY = 1.0
"""Seconds between two looks at the switch and at what is held."""


@dataclass(eq=False, slots=True)
class Reader:
    """Who reads, and which issues it wants."""

    codes: tuple[str, ...]


class Feed:
    """The updates of one account's day.

    Nothing is followed before the first reader comes, or an issue is asked for again and again (`shelf`).
    """

    def __init__(self, hoga: Hoga) -> None:
        self.stream = secrets.token_hex(8)
        self.number = 0
        self.dropped = 0
        self.shelf = Shelf(hoga.market, self._start)
        self._hoga = hoga
        self._updates: deque[bytes] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._wanted: list[Reader] = []
        self._watched: tuple[str, ...] = ()
        self._trading: rows.Row = {}
        self._watching: asyncio.Task[None] | None = None
        self._following = asyncio.Lock()

    @property
    def readers(self) -> int:
        """How many read at this moment."""
        return len(self._wanted)

    @contextlib.contextmanager
    def joined(self, codes: Iterable[str]) -> Iterator["Reader"]:
        """While a reader is there, `codes` are watched for it beside what is held and ordered."""
        wanted = Reader(tuple(codes))
        self._wanted.append(wanted)
        self._start()
        try:
            yield wanted
        finally:
            self._wanted.remove(wanted)

    def _start(self) -> None:
        """Begin to watch, unless that has been done."""
        if self._watching is None:
            self._trading = trading_row(self._hoga)
            self._hoga.desk.listen(self._on_event)
            self._watching = asyncio.create_task(self._watch(), name="stream")

    async def watch(self, reader: "Reader", codes: Iterable[str]) -> list[str]:
        """Watch `codes` for a reader in place of those before; which of them are watched from now on.

        The rest found no room (`MOST_WATCHED`). Raises `BrokerError` and `WireError` when the broker follows
        nothing; it is tried again.
        """
        reader.codes = tuple(codes)
        await self._follow()
        return [code for code in reader.codes if code in self._watched]

    async def close(self) -> None:
        """Follow nothing any more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    def after(self, number: int) -> list[bytes] | None:
        """The updates after `number`, None when some of them are not kept or there never were so many."""
        missing = self.number - number
        if not 0 <= missing <= len(self._updates):
            return None
        return [self._updates[index] for index in range(len(self._updates) - missing, len(self._updates))]

    async def wait(self) -> None:
        """Return when there is another update."""
        await self._news.wait()

    async def snapshot(self) -> tuple[int, bytes]:
        """Everything as it is now, and the number that the next updates follow."""
        hoga, codes = self._hoga, self._codes()
        quotes = await hoga.market.quotes(codes) if codes else {}
        desk, names = hoga.desk, hoga.instruments
        body = {
            "kind": "snapshot",
            "stream": self.stream,
            "number": self.number,
            "day": hoga.day,
            "prices": hoga.prices,
            "trading": trading_row(hoga),
            "orders": [rows.order_row(order, names) for order in desk.orders],
            "fills": [rows.fill_row(fill, names) for fill in desk.fills],
            "positions": [rows.position_row(each) for each in desk.positions.values()],
            "quotes": [rows.quote_row(quote, names) for quote in quotes.values()],
        }
        return self.number, encode(body)

    def publish(self, kind: str, row: rows.Row) -> None:
        """Tell all readers."""
        self.number += 1
        self._updates.append(encode({"kind": kind, "number": self.number, "data": row}))
        self._news.set()
        self._news = asyncio.Event()

    def _codes(self) -> tuple[str, ...]:
        """What is watched: held and ordered first, then what readers want, then what is asked for."""
        desk = self._hoga.desk
        held = [code for code, position in desk.positions.items() if position.quantity]
        ordered = [order.request.code for order in desk.orders if not order.is_done]
        wanted = [code for reader in self._wanted for code in reader.codes]
        return tuple(dict.fromkeys((*held, *ordered, *wanted, *self.shelf.wanted())))[:MOST_WATCHED]

    async def _watch(self) -> None:
        while True:
            trading = trading_row(self._hoga)
            if trading != self._trading:
                self._trading = trading
                self.publish("trading", trading)
            with contextlib.suppress(BrokerError, WireError):  # tried again at the next look
                await self._follow()
            await asyncio.sleep(LOOK_EVERY)  # real time, whatever the market's is

    async def _follow(self) -> None:
        """Follow what is wanted now."""
        async with self._following:
            codes = self._codes()
            if codes != self._watched:
                await self._hoga.market.follow(codes, self._on_trade)
                await self._hoga.market.follow_books(codes, self._on_book)
                self._watched = codes
                self.shelf.follow(codes)

    def _on_trade(self, trade: Trade) -> None:
        self.shelf.on_trade(trade)
        self.publish(
            "trade",
            {
                "code": trade.code,
                "at": trade.at,
                "price": trade.price,
                "quantity": trade.quantity,
                "taker": trade.taker,
                "is_polled": trade.is_polled,
            },
        )

    def _on_book(self, book: OrderBook) -> None:
        self.shelf.on_book(book)
        self.publish("book", rows.book_row(book))

    def _on_event(self, event: Event, order: Order | None) -> None:
        if isinstance(event, DayOpened | DayClosed) or order is None:
            return
        desk, names = self._hoga.desk, self._hoga.instruments
        self.publish("order", {**rows.order_row(order, names), "at": event.at})
        if isinstance(event, OrderFilled):
            self.publish("fill", rows.fill_row(desk.fills[-1], names))
            position = desk.positions.get(order.request.code)
            if position is not None:
                self.publish("position", rows.position_row(position))
