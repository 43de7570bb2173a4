"""The account that another Hoga's bridge serves, as a broker of our desk.

Keeps the `Broker`, `MarketData` and `Receipts` promises. Numbers are those of the broker behind the bridge.
The bridge knows every order by the key that our journal wrote before sending, so what became of an order
without an answer is asked for by its key, and is certain.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from types import TracebackType
from typing import Self
from uuid import uuid4

from hoga.brokers.remote import wire
from hoga.brokers.remote.orders import RemoteOrders
from hoga.brokers.remote.rest import Connect, Patience, Rest, over_tcp
from hoga.brokers.remote.stream import Stream
from hoga.brokers.remote.wire import About, Reply
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, BrokerError, HogaError, Unreachable, WireError
from hoga.domain.instrument import Instrument
from hoga.domain.notices import Answer, NeverTaken, NoAnswer, Notice, OrderReport, Refused
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Quote, Trade

_log = logging.getLogger(__name__)

MOST_QUOTES = 500
"""Prices that are told in one answer."""

_USUAL_PATIENCE = Patience()


def _let_go(order: Order) -> None:
    """Nobody has anything against it."""


class RemoteClient:
    """One account behind another Hoga's bridge. Use it as `async with RemoteClient(...) as broker`."""

    name = "REMOTE"

    def __init__(
        self,
        url: str,
        token: str,
        *,
        luck: Callable[[], float],
        account: str = "",
        tls: ssl.SSLContext | None = None,
        has_stream: bool = True,
        patience: Patience = _USUAL_PATIENCE,
        connect: Connect = over_tcp,
        new_key: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        """`account` is the one that the bridge must serve; "" is whichever it serves.

        `luck` (0 to 1) scatters reconnections. Without a stream nothing is told by itself.
        """
        self.rest = Rest(url, token, patience, tls, connect)
        self._account = account.replace("-", "")
        self._patience = patience
        self._new_key = new_key
        self._orders = RemoteOrders()
        self._stream: Stream | None = None
        if has_stream:
            self._stream = Stream(
                self.rest,
                patience,
                luck,
                on_snapshot=lambda message: self._orders.restart(message.orders),
                on_update=self._on_update,
                on_gap=self._on_gap,
            )
        self._tell_notice: Callable[[Notice], None] | None = None
        self._tell_gap: Callable[[], None] | None = None
        self._look_at_departure: Callable[[Order], None] = _let_go
        self._tell_trade: Callable[[Trade], None] | None = None
        self._followed: dict[str, None] = {}
        self._tell_book: Callable[[OrderBook], None] | None = None
        self._followed_books: dict[str, None] = {}
        self._polling: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"RemoteClient({self.rest.url})"

    @property
    def answers(self) -> int:
        """How many calls have been answered, whatever with."""
        return self.rest.answers

    async def __aenter__(self) -> Self:
        await self.rest.open()
        try:
            about = await self.about()
            if self._account and about.account != self._account:
                raise BadInput(
                    f"{self.rest.url} 의 호가는 다른 계좌를 다룹니다. 프로필의 account 나 주소를 고치십시오.",
                    f"the Hoga at {self.rest.url} serves another account. Correct the profile's account or "
                    "its address.",
                )
            # From now on it is this account, and this simulated market, or none.
            self.rest.account = f"{about.account}/{about.session}"
            if self._stream is not None:
                await self._stream.open()
        except BaseException:
            await self.rest.close()
            raise
        if self._stream is not None:
            self._polling = asyncio.create_task(self._poll(self._stream), name="remote prices")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.wait([self._polling])
        if self._stream is not None:
            await self._stream.close()
        await self.rest.close()

    # Whom we speak to

    async def about(self) -> About:
        """The bridge, its broker, its clock, and what our token may do."""
        return wire.decode(await self.rest.get("/v1/about"), wire.AboutBody).about

    async def hindrances(self) -> tuple[str, ...]:
        """What speaks against trading there (`/v1/health`); empty when nothing does."""
        content = await self.rest.get("/v1/health", good=(200, 503))
        return wire.decode(content, wire.HealthBody).reasons

    async def instruments(self) -> dict[str, Instrument]:
        """What is listed."""
        return wire.read_instruments(await self.rest.get("/v1/instruments"))

    # Receipts

    def new_key(self) -> str:
        return self._new_key()

    async def recall(self, order: Order) -> Answer | NeverTaken:
        content = await self.rest.withdraw(order.key)
        row = wire.read_receipt_row(content)
        if row is not None:
            self._orders.put(row)
        return wire.read_receipt(content)

    # Broker

    async def place(self, order: Order) -> Answer:
        # Who writes no key down cannot ask for the order afterwards, and does not need to.
        reply = await self.rest.send(
            "/v1/orders",
            wire.order_body(order),
            order.key or self.new_key(),
            partial(self._look_at_departure, order),
        )
        if isinstance(reply, str):
            return NoAnswer(why=reply)
        answer, row = wire.read_placed(reply)
        if row is not None:
            self._orders.put(row)
        return answer

    async def replace(self, order: Order, price: int) -> Answer:
        look = partial(self._look_at_departure, order)
        reply = await self._change(order, "replace", wire.price_body(price), look)
        if not isinstance(reply, Reply):
            return reply
        answer, row = wire.read_replaced(reply, order)
        if row is not None:
            self._orders.put(row)
        return answer

    async def cancel(self, order: Order, quantity: int) -> Answer:
        # All that is left is said in a word: some of it may fill on the way.
        part = None if quantity == order.remaining_quantity else quantity
        reply = await self._change(order, "cancel", wire.cancel_body(part), lambda: None)
        return wire.read_canceled(reply, order) if isinstance(reply, Reply) else reply

    async def account(self) -> Account:
        return wire.read_account(await self.rest.get("/v1/account"))

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        if not code:
            return (await self.account()).buying_power
        content = await self.rest.get("/v1/buying-power", wire.query(code=code, price=price))
        return wire.decode(content, wire.BuyingPowerBody).buying_power

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        try:
            content = await self.rest.get("/v1/reports", wire.query(**{"from": first, "to": last}))
        except BadInput as error:  # a day that has not begun there
            raise BrokerError(error.korean, error.english) from error
        reports, ids = wire.read_reports(content)
        self._orders.learn(ids)
        return reports

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self._tell_notice = callback

    def on_gap(self, callback: Callable[[], None]) -> None:
        """Tell `callback` when notices may have been missed."""
        self._tell_gap = callback

    def on_departure(self, callback: Callable[[Order], None]) -> None:
        """Ask `callback` in the instant before an order or 정정 leaves: the other Hoga may be asked first.

        When `callback` raises `Unreachable`, nothing is sent.
        """
        self._look_at_departure = callback

    # MarketData

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        found: dict[str, Quote] = {}
        for start in range(0, len(codes), MOST_QUOTES):
            asked = [("code", code) for code in codes[start : start + MOST_QUOTES]]
            body = wire.decode(await self.rest.get("/v1/quotes", asked), wire.QuotesBody)
            found |= {row.code: row.quote() for row in body.quotes}
        return found

    async def book(self, code: str) -> OrderBook:
        return wire.decode(await self.rest.get(f"/v1/books/{wire.part(code)}"), wire.BookBody).book.book()

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        query = wire.query(interval="day", **{"from": first, "to": last})
        return wire.read_bars(await self.rest.get(f"/v1/bars/{wire.part(code)}", query))

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        followed = dict.fromkeys(codes)
        await self._watch(followed, self._followed_books)
        self._followed, self._tell_trade = followed, callback

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        followed = dict.fromkeys(codes)
        await self._watch(self._followed, followed)
        self._followed_books, self._tell_book = followed, callback

    # How

    async def _watch(self, prices: Iterable[str], books: Iterable[str]) -> None:
        if self._stream is None:
            raise BadInput(
                "스트림 없이 연결했습니다. 시세를 따라가려면 스트림과 함께 여십시오.",
                "this is connected without a stream. Open it with one to follow prices.",
            )
        await self._stream.watch(tuple(dict.fromkeys((*prices, *books))))

    async def _change(self, order: Order, what: str, body: bytes, look: Callable[[], None]) -> Reply | Answer:
        """Send a cancel or a new price once. Raises `Unreachable` when nothing has left."""
        number = order.broker_order_id
        order_id = self._orders.find(number)
        if order_id is None:
            order_id = await self._find(number)
        if order_id is None:
            return Refused(code="UNKNOWN_ORDER", message=f"모르는 주문 / unknown to the other Hoga: {number}")
        if not self._orders.is_current(number):
            return Refused(code="REPLACED", message=f"정정된 번호 / {number} has been replaced")
        reply = await self.rest.send(f"/v1/orders/{wire.part(order_id)}/{what}", body, look=look)
        return NoAnswer(why=reply) if isinstance(reply, str) else reply

    async def _find(self, number: str) -> str | None:
        """The order there that has this number, from the list of the day."""
        try:
            _, ids = wire.read_reports(await self.rest.get("/v1/reports"))
        except (BrokerError, WireError) as error:
            raise Unreachable(
                f"주문을 찾지 못해 보내지 않았습니다. {error.korean}",
                f"Nothing was sent, because the order could not be found. {error.english}",
            ) from error
        self._orders.learn(ids)
        return self._orders.find(number)

    def _on_gap(self) -> None:
        if self._tell_gap is not None:
            self._tell_gap()

    def _on_update(self, stream: str, message: wire.Message) -> None:
        match message.kind:
            case "order":
                for notice in self._orders.update(wire.decode(message.data, wire.OrderRow)):
                    self._notice(notice)
            case "fill":
                row = wire.decode(message.data, wire.FillRow)
                fill = self._orders.fill(row, f"{stream}:{message.number}")
                if fill is None:
                    self._on_gap()  # the list tells it
                else:
                    self._notice(fill)
            case "trade":
                trade = wire.read_trade(message.data)
                if self._tell_trade is not None and trade.code in self._followed:
                    self._tell_trade(trade)
            case "book":
                book = wire.decode(message.data, wire.BookRow)
                if self._tell_book is not None and book.code in self._followed_books:
                    self._tell_book(book.book())
            case _:
                pass

    def _notice(self, notice: Notice) -> None:
        if self._tell_notice is None:
            return
        try:
            self._tell_notice(notice)
        except HogaError as error:  # the desk has stopped, and says so itself
            _log.error("remote: a notice was not taken: %s", error.english)

    async def _poll(self, stream: Stream) -> None:
        """Ask for the prices of what is followed and not watched by the bridge, now and then."""
        known: dict[str, tuple[int, int]] = {}
        while True:
            await asyncio.sleep(self._patience.poll)
            codes = [code for code in self._followed if code not in stream.watched]
            known = {code: seen for code, seen in known.items() if code in codes}
            if not codes:
                continue
            with contextlib.suppress(HogaError):  # asked again at the next turn
                for code, quote in (await self.quotes(codes)).items():
                    before, known[code] = known.get(code), (quote.volume, quote.last_price)
                    if before is not None and before != known[code] and code in self._followed:
                        self._tell_polled(quote, max(0, quote.volume - before[0]))

    def _tell_polled(self, quote: Quote, quantity: int) -> None:
        if self._tell_trade is not None:
            self._tell_trade(Trade(quote.code, quote.at, quote.last_price, quantity, None, is_polled=True))
