"""대신증권 as a broker: one account of the CYBOS Plus that is logged in on this computer.

Keeps the `Broker` and `MarketData` promises. All of COM happens on the thread of `apartment`; `session` is
what is done there, `wire`, `holdings` and `quotes` are what is written and read. An order is sent once.
Daishin keeps the orders of the running day only, and its list tells no times: this client remembers when it
heard of each.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from types import TracebackType
from typing import Self

from hoga.brokers.cybos import holdings, quotes, wire
from hoga.brokers.cybos.apartment import PATIENCE, Apartment, Rank, Steps
from hoga.brokers.cybos.codes import CODES_PER_CALL, KINDS, MARKET_CODES, Limit, Program
from hoga.brokers.cybos.com import Com
from hoga.brokers.cybos.issues import Card
from hoga.brokers.cybos.question import Page, Push, Question, text
from hoga.brokers.cybos.quotes import Listed
from hoga.brokers.cybos.session import Session
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import InvalidOrder, NotKept, OutcomeUnknown, Unreachable, WireError
from hoga.domain.instrument import Instrument, Kind
from hoga.domain.notices import Accepted, Answer, NoAnswer, Notice, OpenOrder, OrderReport, Refused
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.domain.zone import KST
from hoga.ports import Clock

_log = logging.getLogger(__name__)

LOGIN = timedelta(seconds=300)
"""How long a login may take from the start of the terminal on."""
NO_WAIT = timedelta()
_LOOK_AGAIN = timedelta(seconds=5)

_HALTED = 1
_SUPERVISED = 1
_UNKNOWN_CODE = "unknown_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalState:
    """`server_type` is 1 at CYBOS Plus; `left` are the requests that may be made now."""

    server_type: int
    left: Mapping[Limit, int]


class CybosClient:
    """One account at Daishin. Use it as `async with CybosClient(...) as broker`.

    On entering it begins trading (TradeInit) and hears of orders; it raises `BrokerError` when the terminal
    is not logged in. Once the terminal loses its server nothing works until both are started again.
    """

    name = "DAISHIN"

    def __init__(
        self,
        com: Com,
        account: str,
        *,
        clock: Clock,
        watch: Clock,
        patience: timedelta = PATIENCE,
        login_patience: timedelta = NO_WAIT,
    ) -> None:
        """`account` is one of the login's; the first one when it is "".

        `com` is `com.open_com()`, or a fake. `clock` is the market's, `watch` real time: by it, and by
        `patience`, a terminal that hangs is told. A terminal that was just started has `login_patience` to
        be logged in.
        """
        self._clock = clock
        self._watch = watch
        self._login_patience = login_patience
        self._apartment = Apartment(com, watch, patience)
        self._session = Session(self._apartment, account)
        self._account = ""
        self.holder: str | None = None
        """The name that the account is held in, once the account was read."""
        self._known: dict[str, wire.Known] = {}
        self._known_on: date | None = None
        self._tell_notice: Callable[[Notice], None] | None = None
        self._tell_gap: Callable[[], None] | None = None
        self._look_at_departure: Callable[[Order], None] | None = None
        self._tell_trade: Callable[[Trade], None] | None = None
        self._followed: frozenset[str] = frozenset()
        self._tell_book: Callable[[OrderBook], None] | None = None
        self._followed_books: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "CybosClient()"

    async def __aenter__(self) -> Self:
        await self._apartment.open()
        try:
            await self._log_in()
            self._account = await self._apartment.do(
                Rank.ACCOUNT, self._session.open(wire.NOTICE_HEADERS, self._on_push, self._on_loss)
            )
        except BaseException:
            await self._apartment.close()
            raise
        return self

    async def _log_in(self) -> None:
        """Return when the terminal is connected. Raises `Unreachable` when it is not in time."""
        end = self._watch.steady() + self._login_patience
        while True:
            try:
                await self.terminal()
            except Unreachable:
                if self._watch.steady() >= end:
                    raise
                await self._watch.sleep(_LOOK_AGAIN)
            else:
                return

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._apartment.close()

    # Broker

    async def place(self, order: Order) -> Answer:
        def make(account: str, goods: str, code: str) -> Question:
            return wire.order_question(order.request, account, goods, code)

        answer = await self._send(Rank.ORDER, order, make)
        if isinstance(answer, Accepted):
            self._remember(answer.broker_order_id, wire.Known(self._clock.now(), order.request.time_in_force))
        return answer

    async def replace(self, order: Order, price: int) -> Answer:
        def make(account: str, goods: str, code: str) -> Question:
            return wire.replace_question(order, price, account, goods, code)

        return await self._send(Rank.ORDER, order, make)

    async def cancel(self, order: Order, quantity: int) -> Answer:
        def make(account: str, goods: str, code: str) -> Question:
            return wire.cancel_question(order, quantity, account, goods, code)

        return await self._send(Rank.CANCEL, order, make)

    async def account(self) -> Account:
        account, goods = self._account, self._session.goods
        pages = await self._apartment.do(
            Rank.ACCOUNT,
            self._session.ask_all(
                (
                    holdings.balance_question(account, goods),
                    holdings.buying_power_question(account, goods, "", None),
                    holdings.deposit_question(account, goods),
                    holdings.results_question(account, goods),
                )
            ),
        )
        self.holder = holdings.read_holder(pages)
        held = [wire.bare_code(code) for code in holdings.held_codes(pages)]
        prices = {code: quote.last_price for code, quote in (await self.quotes(held)).items()}
        return holdings.read_account(account, pages, prices)

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        def asked() -> Steps[list[Page]]:
            yield None
            full = self._session.get_code(code) if code else ""
            account, goods = self._account, self._session.goods
            return (yield from self._session.ask(holdings.buying_power_question(account, goods, full, price)))

        return holdings.read_buying_power(await self._apartment.do(Rank.ACCOUNT, asked()))

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        today = self._clock.now().date()
        if first < today:
            raise NotKept(
                "대신증권에서는 오늘의 주문만 조회할 수 있습니다.", "Daishin tells of today's orders only."
            )
        if first > today:
            return []
        question = wire.orders_question(self._account, self._session.goods)
        pages = await self._apartment.do(Rank.ACCOUNT, self._session.ask(question))
        return wire.read_orders(pages, self._heard_of(), datetime.combine(today, time(), KST))

    async def open_orders(self) -> Sequence[OpenOrder]:
        """What may still be replaced or cancelled, oldest first."""
        questions = (
            wire.open_orders_question(self._account, self._session.goods),
            wire.orders_question(self._account, self._session.goods),
        )
        pages = await self._apartment.do(Rank.ACCOUNT, self._session.ask_all(questions))
        begun = datetime.combine(self.today, time(), KST)
        orders = wire.read_orders(pages[Program.ORDERS], self._heard_of(), begun)
        return wire.read_open_orders(pages[Program.OPEN_ORDERS], orders)

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self._tell_notice = callback

    def on_gap(self, callback: Callable[[], None]) -> None:
        """Tell `callback` that notices may be missing: one could not be read, or the connection is lost."""
        self._tell_gap = callback

    def on_departure(self, callback: Callable[[Order], None]) -> None:
        """Ask `callback` when an order or 정정 has waited for its turn, in the instant before it leaves.

        It may have been long. When `callback` raises `Unreachable`, nothing is sent.
        """
        self._look_at_departure = callback

    # MarketData

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        codes = tuple(dict.fromkeys(codes))
        found: dict[str, Quote] = {}
        for start in range(0, len(codes), CODES_PER_CALL):
            at = self._clock.now()
            chunk = codes[start : start + CODES_PER_CALL]
            page, listed = await self._apartment.do(Rank.QUOTE, self._prices(chunk))
            found |= quotes.read_quotes(page, listed, at)
        return found

    @property
    def account_number(self) -> str:
        """The account that was chosen at the start."""
        return self._account

    def calls_waiting(self) -> Mapping[Rank, int]:
        """How much work has not been answered yet, by rank."""
        return self._apartment.waiting()

    @property
    def today(self) -> date:
        """The day of the market's clock."""
        return self._clock.now().date()

    async def terminal(self) -> TerminalState:
        """How the terminal is connected, and what may still be asked of it."""

        def looked() -> Steps[TerminalState]:
            yield None
            connection = self._apartment.connection
            left = {limit: connection.GetLimitRemainCount(limit) for limit in Limit}
            return TerminalState(server_type=connection.ServerType, left=left)

        return await self._apartment.do(Rank.QUOTE, looked())

    async def ask(self, code: str, make: Callable[[str], Question]) -> list[Page]:
        """The answer to a question about an issue; `make` is given the code with its letter."""

        def asked() -> Steps[list[Page]]:
            yield None
            return (yield from self._session.ask(make(self._session.get_code(code))))

        return await self._apartment.do(Rank.QUOTE, asked())

    async def card(self, code: str) -> Card:
        """What the terminal's tables tell of an issue."""

        def looked_up() -> Steps[Card]:
            yield None
            full, table = self._session.get_code(code), self._session.codes
            return Card(
                margin_rate=table.GetStockMarginRate(full),
                control=table.GetStockControlKind(full),
                supervision=table.GetStockSupervisionKind(full),
                status=table.GetStockStatusKind(full),
                fiscal_month=table.GetStockFiscalMonth(full),
                kospi200=table.GetStockKospi200Kind(full),
                section=table.GetStockSectionKind(full),
                industry=text(table.GetStockIndustryCode(full)),
                listed_on=table.GetStockListedDate(full),
                is_credit_allowed=bool(table.IsStockCreditEnable(full)),
            )

        return await self._apartment.do(Rank.QUOTE, looked_up())

    async def instruments(self) -> dict[str, Instrument]:
        """Everything that is listed, by code.

        What an ETF multiplies by is not told, and taken for 1; nor is 정리매매.
        """

        def looked_up() -> Steps[dict[str, Instrument]]:
            yield None
            table = self._session.codes
            found: dict[str, Instrument] = {}
            for market, number in MARKET_CODES.items():
                for full in table.GetStockListByMarket(number):
                    code = full[1:]
                    kind = KINDS.get(table.GetStockSectionKind(full), Kind.STOCK)
                    name = text(table.CodeToName(full))
                    found[code] = Instrument(
                        code=code,
                        name=name,
                        market=market,
                        kind=kind,
                        is_halted=table.GetStockStatusKind(full) == _HALTED,
                        is_administrative=table.GetStockSupervisionKind(full) == _SUPERVISED,
                    )
            return found

        return await self._apartment.do(Rank.QUOTE, looked_up())

    async def book(self, code: str) -> OrderBook:
        def asked() -> Steps[tuple[Page, Page]]:
            yield None
            full = self._session.get_code(code)
            [book] = yield from self._session.ask(quotes.book_question(full))
            [call] = yield from self._session.ask(quotes.call_question(full))
            return book, call

        book, call = await self._apartment.do(Rank.QUOTE, asked())
        return quotes.read_book(book, call, code, self._clock.now())

    async def daily_bars(
        self, code: str, first: date, last: date, *, is_adjusted: bool = True
    ) -> Sequence[Bar]:
        pages = await self.ask(
            code, lambda full: quotes.daily_bars_question(full, first, last, is_adjusted=is_adjusted)
        )
        bars = quotes.read_daily_bars(pages, code, first, last)
        today = self._clock.now().date()
        if bars and bars[-1].at.date() == today:
            running = quotes.running_bar((await self.quotes([code]))[code], today)
            bars[-1] = running or bars[-1]
        return bars

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        wanted = tuple(dict.fromkeys(codes))
        await self._apartment.do(
            Rank.ACCOUNT,
            self._session.follow(Program.TRADES, wanted, quotes.TRADE_HEADERS, self._on_print),
        )
        self._followed, self._tell_trade = frozenset(wanted), callback

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        wanted = tuple(dict.fromkeys(codes))
        await self._apartment.do(
            Rank.ACCOUNT, self._session.follow(Program.BOOKS, wanted, quotes.BOOK_HEADERS, self._on_levels)
        )
        self._followed_books, self._tell_book = frozenset(wanted), callback

    def _prices(self, codes: Sequence[str]) -> Steps[tuple[Page, list[Listed]]]:
        yield None
        listed = []
        for code in codes:
            full = self._session.get_code(code)
            table = self._session.codes
            listed.append(
                Listed(
                    full,
                    text(table.CodeToName(full)),
                    table.GetStockStdPrice(full),
                    is_halted=table.GetStockStatusKind(full) == _HALTED,
                )
            )
        [page] = yield from self._session.ask(quotes.prices_question([each.code for each in listed]))
        return page, listed

    # What both have in common

    async def _send(self, rank: Rank, order: Order, make: Callable[[str, str, str], Question]) -> Answer:
        """Send what `make` makes; all but a cancel is looked at once more before it leaves."""
        look_at = self._look_at_departure
        look = None if look_at is None or rank is Rank.CANCEL else partial(look_at, order)

        def sent() -> Steps[Answer]:
            yield None
            code = self._session.find_code(order.request.code)
            if code is None:
                return Refused(
                    code=_UNKNOWN_CODE, message=f"없는 종목 / no such instrument {order.request.code}"
                )
            try:
                question = make(self._account, self._session.goods, code)
            except InvalidOrder as error:
                return Refused(code="", message=str(error))
            return (yield from self._session.order(question, look))

        try:
            return await self._apartment.do(rank, sent())
        except OutcomeUnknown as error:
            return NoAnswer(why=str(error))

    def _remember(self, number: str, known: wire.Known) -> None:
        self._heard_of().setdefault(number, known)

    def _heard_of(self) -> dict[str, wire.Known]:
        """What is known of today's orders: numbers begin anew every day."""
        today = self._clock.now().date()
        if self._known_on != today:
            self._known, self._known_on = {}, today
        return self._known

    def _on_push(self, push: Push) -> None:
        """CpConclusion, on the COM thread."""
        at = self._clock.now()
        self._apartment.tell(lambda: self._on_conclusion(push, at))

    def _on_conclusion(self, push: Push, at: datetime) -> None:
        try:
            record = wire.read_notice(push, at)
        except WireError as error:
            _log.error("CYBOS: a notice could not be read: %s", error)
            self._on_gap()
            return
        if record.account != self._account:
            return
        self._remember(str(record.number), wire.Known(at, record.time_in_force))
        notice = wire.notice_of(record)
        if notice is not None and self._tell_notice is not None:
            self._tell_notice(notice)

    def _on_print(self, code: str, push: Push) -> None:
        """StockCur, on the COM thread."""
        at = self._clock.now()
        self._apartment.tell(lambda: self._on_trade(code, push, at))

    def _on_trade(self, code: str, push: Push, at: datetime) -> None:
        try:
            trade = quotes.read_trade(push, code, at)
        except WireError as error:
            _log.error("CYBOS: a print could not be read: %s", error)
            return
        if trade is not None and self._tell_trade is not None and code in self._followed:
            self._tell_trade(trade)

    def _on_levels(self, code: str, push: Push) -> None:
        """StockJpBid, on the COM thread."""
        at = self._clock.now()
        self._apartment.tell(lambda: self._on_book(code, push, at))

    def _on_book(self, code: str, push: Push, at: datetime) -> None:
        try:
            book = quotes.read_pushed_book(push, code, at)
        except WireError as error:
            _log.error("CYBOS: a book could not be read: %s", error)
            return
        if self._tell_book is not None and code in self._followed_books:
            self._tell_book(book)

    def _on_loss(self) -> None:
        """OnDisconnect, on the COM thread."""
        self._apartment.tell(self._lost)

    def _lost(self) -> None:
        _log.error("CYBOS: the terminal lost its server: log in and start Hoga again")
        self._on_gap()

    def _on_gap(self) -> None:
        if self._tell_gap is not None:
            self._tell_gap()
