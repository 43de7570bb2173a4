"""한국투자증권 as a broker: one account over the KIS Open API.

Keeps the `Broker` and `MarketData` promises by sending what `wire` and `quotes` write and reading what they
read. Everything else that KIS can be asked is asked through `charts`, `market`, `companies`, `flows` and
`ledger`, each with its subject. `rest` carries the calls, `stream` the order notices and trades. Behaves like
`brokers.local` in all that the other side can see. With a `governor` its calls are paced, with `tokens` its
logins are shared.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Self

from hoga.brokers.kis import holdings, order_list, quotes, reserved, wire
from hoga.brokers.kis.access import Access
from hoga.brokers.kis.account_questions import AccountQuestions
from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.chart_questions import ChartQuestions
from hoga.brokers.kis.codes import PROFILES, QUOTES_PER_CALL, Environment
from hoga.brokers.kis.company_questions import CompanyQuestions
from hoga.brokers.kis.divisions import is_after_market
from hoga.brokers.kis.download import HOST_URL
from hoga.brokers.kis.envelope import Keys, Request, split_account
from hoga.brokers.kis.flow_questions import FlowQuestions
from hoga.brokers.kis.governor import Governor, Queue
from hoga.brokers.kis.market_questions import MarketQuestions
from hoga.brokers.kis.notices import NoticeRecord, ReceiptNotice
from hoga.brokers.kis.rates import Priority
from hoga.brokers.kis.rest import Connect, Keep, Patience, Rest, checked
from hoga.brokers.kis.stream import Stream
from hoga.brokers.kis.tokens import Tokens
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import InvalidOrder, Unreachable
from hoga.domain.instrument import Kind
from hoga.domain.notices import Answer, FillNotice, Notice, OrderReport, ReceivedNotice, Refused
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.domain.request import OrderRequest, Side, Venue
from hoga.domain.reserved import ReservedOrder
from hoga.ports import Clock, FlowStore

_log = logging.getLogger(__name__)


def _rank(*, for_order: bool) -> Priority | None:
    """What an order waits for goes before it in the same queue; any other question goes by its kind."""
    return Priority.ORDER if for_order else None


def _unheard(sentence: str) -> None:
    """Nobody wants to be told."""


class KisClient:
    """One account at KIS. Use it as `async with KisClient(...) as broker`.

    On entering it logs in, connects the WebSocket and registers for order notices, so that no notice of an
    order of ours can be missed; it raises `BrokerError` when one of these fails. Notices of other accounts
    of the same HTS id are left out.
    """

    name = "KIS"

    def __init__(
        self,
        keys: Keys,
        account: str,
        hts_id: str,
        environment: Environment,
        *,
        clock: Clock,
        luck: Callable[[], float],
        rest_url: str | None = None,
        websocket_url: str | None = None,
        master_url: str = HOST_URL,
        patience: Patience | None = None,
        names: Mapping[str, str] | None = None,
        etns: Collection[str] = (),
        has_stream: bool = True,
        tokens: Tokens | None = None,
        governor: Governor | None = None,
        attempts: Attempts | None = None,
        tell: Callable[[str], object] = _unheard,
        connect: Connect | None = None,
        flow_store: FlowStore | None = None,
        hear_name: Callable[[str, str], object] | None = None,
        hear_date: Callable[[str], object] | None = None,
        keep: Keep | None = None,
    ) -> None:
        """`account` is 12345678-01 or 1234567801. Raises `BadInput` for anything else.

        The addresses are KIS's own unless given. `luck` gives a number from 0 to 1 and scatters
        reconnections. `etns` are codes that KIS knows only as those of ETN, which no code shows by
        itself. `names` are of instruments by code: KIS's quotes carry none in the paper environment,
        where a name that is not given is "". Without `has_stream` nothing is pushed and `follow` raises
        `Unreachable`: KIS allows one WebSocket for an app key, and whoever only asks leaves it to others.

        At KIS itself, `tokens`, `governor` and `attempts` (to connect) are those that all processes of the
        machine share. Without them the token is this client's alone and lives by `clock`, and calls begin at
        once: enough for an exchange in the same process. `tell` is told what the person should know of the
        stream. `connect` makes the way to the addresses, where it is not the network. `flow_store` keeps
        what KIS tells of investors for the hours in which it does not. `hear_name` is told each code with
        its English name, whenever KIS has told one; "" for none. `hear_date` is told the time that an answer
        bears, as HTTP writes it. `keep` is handed answers that cannot be read or leave an order in doubt, and
        says where they are kept.
        """
        profile = PROFILES[environment]
        patience = patience or Patience()
        self._account = "".join(split_account(account))
        self._environment = environment
        self._clock = clock
        self._names = names or {}
        self._etns = frozenset(etns)
        self._has_stream = has_stream
        self._held: set[str] = set()
        self._tell_notice: Callable[[Notice], None] | None = None
        self._tell_gap: Callable[[], None] | None = None
        self._look_at_departure: Callable[[Order], None] | None = None
        self._rest = rest = Rest(
            keys,
            environment,
            rest_url or profile.rest_url,
            patience,
            tokens or Tokens(clock),
            governor,
            secrets=(self._account, self._account[:8], account, hts_id),
            connect=connect,
            hear_date=hear_date,
            keep=keep,
        )
        access = Access(rest, environment, clock, self._account, self._product)
        self.charts = ChartQuestions(access)
        self.market = MarketQuestions(access, master_url)
        self.companies = CompanyQuestions(access, hear_name)
        self.flows = FlowQuestions(access, flow_store)
        self.ledger = AccountQuestions(access)
        self._stream = Stream(
            rest,
            websocket_url or profile.websocket_url,
            hts_id,
            profile,
            clock=clock,
            luck=luck,
            patience=patience,
            on_notice=self._on_notice,
            on_gap=self._on_gap,
            product=self._product,
            ask=lambda codes: self._prices(codes, Priority.POLL),
            ask_book=lambda code: self._book(code, Priority.POLL),
            tell=tell,
            attempts=attempts,
        )

    def __repr__(self) -> str:
        return f"KisClient({self._environment})"

    async def __aenter__(self) -> Self:
        try:
            await self._rest.open()
            if self._has_stream:
                await self._stream.open()
        except BaseException:
            await self._rest.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._stream.close()
        finally:
            await self._rest.close()

    # Broker

    async def place(self, order: Order) -> Answer:
        kind = self._kind(order.request.code)
        return await self._send(
            lambda: wire.order_request(
                order, self._account, self._environment, kind=kind, in_after_market=self._in_after_market()
            ),
            order,
        )

    async def replace(self, order: Order, price: int) -> Answer:
        return await self._send(
            lambda: wire.replace_request(
                order, price, self._account, self._environment, in_after_market=self._in_after_market()
            ),
            order,
        )

    async def cancel(self, order: Order, quantity: int) -> Answer:
        return await self._send(
            lambda: wire.cancel_request(order, quantity, self._account, self._environment)
        )

    async def account(self) -> Account:
        buying_power = await self.buying_power("", None)
        replies = await self._rest.pages(holdings.balance_request(self._account, self._environment))
        account = holdings.read_account(self._account, replies, buying_power)
        self._held = {position.code for position in account.positions if position.quantity}
        self._stream.hold(self._held)
        return account

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        kind = self._kind(code)
        request = holdings.buying_power_request(self._account, code, price, self._environment, kind=kind)
        return await self._rest.ask(request, holdings.read_buying_power, _rank(for_order=for_order))

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        today = self._clock.now().date()
        replies = []
        for request in order_list.orders_requests(self._account, first, last, today, self._environment):
            replies += await self._rest.pages(request)
        return order_list.read_orders(replies)

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self._tell_notice = callback

    def on_gap(self, callback: Callable[[], None]) -> None:
        """Tell `callback` that notices may be missing: the order list must be read again.

        Called when the WebSocket is up again after a break and notices are registered, after each failed
        try to bring it up, and when a notice came that could not be read or delivered. Trades that happened
        meanwhile are not told either.
        """
        self._tell_gap = callback

    @property
    def is_paper(self) -> bool:
        """Whether this is a paper account, which is not offered many a question."""
        return self._environment is Environment.PAPER

    def on_departure(self, callback: Callable[[Order], None]) -> None:
        """Ask `callback` when an order or 정정 has waited for its turn, in the instant before it leaves.

        It may have been long. When `callback` raises `Unreachable`, nothing is sent.
        """
        self._look_at_departure = callback

    @property
    def answers(self) -> int:
        """How many calls have been answered so far: whether there is anybody on the other side."""
        return self._rest.answers

    async def queue(self) -> Queue | None:
        """The calls of this client that wait for their turn; None when there are no limits."""
        return await self._rest.queue()

    # 예약주문, which only KIS has: for programs that use this client itself, since no desk looks at them

    async def reserve(self, request: OrderRequest, until: date | None = None) -> Answer:
        """Let KIS keep an order and send it when the next trading day opens. Sent once; never repeated.

        With `until` it is sent daily up to that day, at most 30 days ahead, for what is left. KIS takes them
        from 15:40 to 07:30 of the next trading day, but not from 23:40 to 00:10, and 1,000 an account: for
        cash, at KRX, as limit, market, limit-to-market-on-close or pre-hours closing price orders (KIS's
        documents as of 2026-08; that days without trading are such hours throughout is unverified).

        `Accepted` bears the number of the reservation (예약주문 순번), of which no notice is pushed. After
        `NoAnswer` look for it with `ledger.reserved` before anything is reserved again, from today to the
        last day: by which day KIS lists is unverified.

        Raises `InvalidOrder` for what KIS would not take, `BadInput` on paper, which has no such orders, and
        `Unreachable` when nothing of it has left.
        """
        asked = reserved.reserve_request(
            request,
            until,
            self._account,
            self._product(request.code),
            self._environment,
            self._clock.now(),
        )
        return await self._rest.send(asked, read_answer=reserved.read_reservation)

    async def replace_reserved(
        self, kept: ReservedOrder, request: OrderRequest, until: date | None = None
    ) -> Answer:
        """Put `request`, of the same issue and side, in the place of a reserved order, in the same hours.

        Its last day stays as it is unless `until` is given. `Accepted` bears the same number; an answer that
        does not say that it was done is `NoAnswer`. Raises like `reserve`.
        """
        asked = reserved.reserve_replace_request(
            kept,
            request,
            until,
            self._account,
            self._product(request.code),
            self._environment,
            self._clock.now(),
        )
        return await self._rest.send(
            asked, read_answer=lambda reply: reserved.read_reservation_change(reply, kept.number)
        )

    async def cancel_reserved(self, kept: ReservedOrder) -> Answer:
        """Give up a reserved order, or what is left of it for days to come, in the same hours.

        An order that it has already become is not cancelled. Answers like `replace_reserved`; raises
        `BadInput` on paper and `Unreachable` when nothing of it has left.
        """
        asked = reserved.reserve_cancel_request(kept, self._account, self._environment)
        return await self._rest.send(
            asked, read_answer=lambda reply: reserved.read_reservation_change(reply, kept.number)
        )

    # MarketData

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        codes = tuple(dict.fromkeys(codes))
        if self._environment is Environment.PAPER and not for_order:
            await self._rest.announce(2 * len(codes))
        return await self._prices(codes, _rank(for_order=for_order))

    async def _prices(self, codes: Sequence[str], rank: Priority | None = None) -> dict[str, Quote]:
        if self._environment is Environment.PAPER:
            return {code: await self._quote(code, rank) for code in codes}
        if 0 < len(codes) <= QUOTES_PER_CALL:
            return await self._quotes(codes, rank)
        starts = range(0, len(codes), QUOTES_PER_CALL)
        asked = [asyncio.create_task(self._quotes(codes[at : at + QUOTES_PER_CALL], rank)) for at in starts]
        try:
            return {code: quote for found in await asyncio.gather(*asked) for code, quote in found.items()}
        finally:
            for task in asked:
                task.cancel()

    async def book(self, code: str) -> OrderBook:
        return await self._book(code)

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return await self.charts.bars(code, first, last)

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        self._check_stream()
        await self._stream.follow(tuple(codes), callback)

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        self._check_stream()
        await self._stream.follow_books(tuple(codes), callback)

    def _check_stream(self) -> None:
        if not self._has_stream:
            raise Unreachable(
                "이 연결은 실시간을 받지 않습니다. 실시간이 있는 연결을 여세요.",
                "This connection has no stream. Open one that has.",
            )

    async def _quotes(self, codes: Sequence[str], rank: Priority | None) -> dict[str, Quote]:
        at = self._clock.now()
        request = quotes.quotes_request(self._products(codes), self._environment)
        return await self._rest.ask(request, lambda reply: quotes.read_quotes(reply, codes, at), rank)

    async def _quote(self, code: str, rank: Priority | None) -> Quote:
        at = self._clock.now()
        product = self._product(code)
        price = await self._rest.ask(quotes.price_request(product, self._environment), checked, rank)
        return await self._rest.ask(
            quotes.book_request(product, self._environment),
            lambda book: quotes.read_quote(price, book, code, self._names.get(code, ""), at),
            rank,
        )

    async def _book(self, code: str, rank: Priority | None = None) -> OrderBook:
        request = quotes.book_request(self._product(code), self._environment)
        return await self._rest.ask(
            request, lambda reply: quotes.read_book(reply, code, self._clock.now().date()), rank
        )

    # What both have in common

    def _product(self, code: str) -> str:
        return wire.product_number(code, self._kind(code))

    def _products(self, codes: Sequence[str]) -> Sequence[str]:
        return codes if self._etns.isdisjoint(codes) else [self._product(code) for code in codes]

    def _in_after_market(self) -> bool:
        return is_after_market(self._clock.now(), Venue.KRX)

    def _kind(self, code: str) -> Kind:
        return Kind.ETN if code in self._etns else Kind.STOCK

    async def _send(self, make: Callable[[], Request], order: Order | None = None) -> Answer:
        """Send what `make` makes; a request about `order` is looked at once more before it leaves."""
        try:
            request = make()
        except InvalidOrder as error:
            return Refused(code="", message=error.english)
        look = self._look_at_departure
        if order is None or look is None:
            return await self._rest.send(request)
        return await self._rest.send(request, lambda: look(order))

    def _on_notice(self, record: NoticeRecord) -> None:
        if not self._account.startswith(record.account.strip()):
            _log.info("KIS: a notice of another account of the HTS id was left out")
            return
        notice = record.notice
        if isinstance(notice, ReceivedNotice) and record.account.strip() != self._account:
            return  # of which account of the customer it is, is not said: it proves nothing
        if isinstance(notice, FillNotice) and record.side is Side.BUY and record.code not in self._held:
            self._held.add(record.code)  # what is sold is seen when the account is read again
            self._stream.hold(self._held)
        # The receipt of a 정정 or 취소 changes nothing, and nobody beyond this folder knows the kind.
        if self._tell_notice is not None and not isinstance(notice, ReceiptNotice):
            self._tell_notice(notice)

    def _on_gap(self) -> None:
        if self._tell_gap is not None:
            self._tell_gap()
