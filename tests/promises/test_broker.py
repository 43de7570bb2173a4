"""What every broker promises, asked of all that Hoga has.

They are the local one, the real KIS client joined to the exchange's KIS face in the process and over
loopback, in both of KIS's environments, the Daishin client joined to the exchange through a COM that is made,
and the bridge of another Hoga over loopback, with a desk of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from functools import partial
from typing import Protocol

import pytest
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    SELL,
    FakeBars,
    at,
    but_receipts,
    ids,
    make_simulation,
)
from tests.brokers.kis.joined import REST, STREAM, joined
from tests.brokers.remote.far import TOKEN, bridged

from hoga.brokers.cybos.client import CybosClient
from hoga.brokers.cybos.fake import FakeCom
from hoga.brokers.cybos.server import CybosFace
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.register import NoFacts
from hoga.brokers.kis.rest import Connect
from hoga.brokers.kis.server import KisFace
from hoga.brokers.local import LocalBroker
from hoga.brokers.remote.client import RemoteClient
from hoga.clock import ManualClock, WallClock
from hoga.domain.errors import BadInput, NotKept
from hoga.domain.notices import (
    Accepted,
    Answer,
    CancelNotice,
    FillNotice,
    Notice,
    Refused,
    ReplaceNotice,
    number_key,
)
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import Level, OrderBook, Trade
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.exchange.commands import Place
from hoga.exchange.simulation import Simulation
from hoga.ports import Broker, MarketData


class Both(Broker, MarketData, Protocol):
    """A broker that gives prices too."""


class Desk:
    """A broker for Kim, and what it has told."""

    def __init__(self, broker: Both, simulation: Simulation, clock: ManualClock) -> None:
        self.broker = broker
        self.simulation = simulation
        self.exchange = simulation.exchange
        self.clock = clock
        self._notices: asyncio.Queue[Notice] = asyncio.Queue()
        self._trades: asyncio.Queue[Trade] = asyncio.Queue()
        broker.on_notice(but_receipts(self._notices.put_nowait))  # of which not every broker tells

    async def notice(self) -> Notice:
        return await asyncio.wait_for(self._notices.get(), 5)

    async def fill(self) -> tuple[str, datetime, int, int]:
        """Number, time, quantity and price of a fill that is told next. Only some brokers number fills."""
        notice = await self.notice()
        assert isinstance(notice, FillNotice)
        return notice.broker_order_id, notice.at, notice.quantity, notice.price

    async def trade(self) -> Trade:
        return await asyncio.wait_for(self._trades.get(), 5)

    @property
    def is_quiet(self) -> bool:
        return self._notices.empty() and self._trades.empty()

    async def follow(self, *codes: str) -> None:
        await self.broker.follow(codes, self._trades.put_nowait)

    async def place(
        self, side: Side, quantity: int, price: int | None, code: str = "005930"
    ) -> tuple[Order, Answer]:
        kind = OrderType.MARKET if price is None else OrderType.LIMIT
        order = make_order(
            OrderRequest(code=code, side=side, quantity=quantity, price=price, order_type=kind)
        )
        answer = await self.broker.place(order)
        number = answer.broker_order_id if isinstance(answer, Accepted) else ""
        return make_order(order.request, number), answer

    async def open(self, side: Side, quantity: int, price: int | None, code: str = "005930") -> Order:
        order, answer = await self.place(side, quantity, price, code)
        assert isinstance(answer, Accepted)
        return order

    def other(self, side: Side, quantity: int, price: int, code: str = "005930") -> None:
        """What somebody else does."""
        self.simulation.submit(Place(MAKER, code, side, quantity, price), self.clock.now())


def make_order(request: OrderRequest, number: str = "") -> Order:
    return Order(
        order_id="our-1",
        request=request,
        source="test",
        status=OrderStatus.OPEN if number else OrderStatus.SUBMITTED,
        price=request.price,
        broker_order_ids=(number,) if number else (),
    )


@asynccontextmanager
async def local(simulation: Simulation, clock: ManualClock) -> AsyncIterator[Both]:
    yield LocalBroker(simulation, KIM.account, FakeBars(), clock)


@asynccontextmanager
async def over_loopback(
    simulation: Simulation, clock: ManualClock, environment: Environment
) -> AsyncIterator[Both]:
    face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), environment, ids())
    async with face, kis_client(simulation, clock, environment, face.rest_url, face.ws_url) as client:
        yield client


@asynccontextmanager
async def in_process(
    simulation: Simulation, clock: ManualClock, environment: Environment
) -> AsyncIterator[Both]:
    face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), environment, ids())
    async with (
        joined({REST: face.application(), STREAM: face.stream_application()}) as connect,
        kis_client(simulation, clock, environment, f"http://{REST}", f"ws://{STREAM}", connect) as client,
    ):
        assert face.rest_url == face.ws_url == ""  # it listens nowhere
        yield client


def kis_client(
    simulation: Simulation,
    clock: ManualClock,
    environment: Environment,
    rest_url: str,
    websocket_url: str,
    connect: Connect | None = None,
) -> KisClient:
    return KisClient(
        KIM.keys,
        KIM.account,
        KIM.hts_id,
        environment,
        clock=clock,
        luck=lambda: 0.0,
        rest_url=rest_url,
        websocket_url=websocket_url,
        names={code: simulation.exchange.instrument(code).name for code in simulation.exchange.codes},
        connect=connect,
    )


@asynccontextmanager
async def through_com(simulation: Simulation, clock: ManualClock) -> AsyncIterator[Both]:
    accounts = {KIM.account: KIM.holder, LEE.account: LEE.holder}
    face = CybosFace(simulation, clock, FakeBars(), NoFacts(), accounts)
    async with CybosClient(FakeCom(face), KIM.account, clock=clock, watch=WallClock()) as client:
        yield client


@asynccontextmanager
async def through_a_bridge(simulation: Simulation, clock: ManualClock) -> AsyncIterator[Both]:
    """Another Hoga's bridge over loopback, whose desk trades Kim's account."""
    broker = LocalBroker(simulation, KIM.account, FakeBars(), clock)
    async with (
        bridged(broker, clock, FakeBars().instruments(DAY), KIM.account) as far,
        RemoteClient(far.url, TOKEN, luck=lambda: 0.0) as client,
    ):
        yield client


BROKERS: dict[str, Callable[[Simulation, ManualClock], AbstractAsyncContextManager[Both]]] = {
    "local": local,
    "kis real in process": partial(in_process, environment=Environment.REAL),
    "kis paper in process": partial(in_process, environment=Environment.PAPER),
    "kis real": partial(over_loopback, environment=Environment.REAL),
    "kis paper": partial(over_loopback, environment=Environment.PAPER),
    "cybos": through_com,
    "remote": through_a_bridge,
}

Test = Callable[[Desk], Awaitable[None]]
Run = Callable[..., None]


@pytest.fixture(params=BROKERS)
def run(request: pytest.FixtureRequest) -> Run:
    def with_broker(test: Test, now: str = "10:00") -> None:
        async def opened() -> None:
            simulation, clock = make_simulation(), ManualClock(at(now))
            simulation.advance(at(now))
            async with BROKERS[request.param](simulation, clock) as broker:
                await test(Desk(broker, simulation, clock))

        asyncio.run(opened())

    return with_broker


# Orders ---------------------------------------------------------------------------------------------------


def test_an_order_that_is_taken_has_a_number_and_is_in_the_list(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(BUY, 10, 69_000)
        [report] = await desk.broker.orders(DAY, DAY)
        assert number_key(report.broker_order_id) == number_key(order.broker_order_id)
        assert report.request == order.request
        assert (report.filled_quantity, report.canceled_quantity, report.remaining_quantity) == (0, 0, 10)
        assert report.replaces == ""
        assert report.placed_at == at("10:00")
        assert desk.is_quiet

    run(test)


def test_every_fill_is_told_and_counted(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(BUY, 10, 69_000)
        desk.clock.set(at("10:00:03"))
        desk.other(SELL, 3, 69_000)
        desk.other(SELL, 3, 69_000)
        for _ in range(2):
            assert await desk.fill() == (order.broker_order_id, at("10:00:03"), 3, 69_000)
        [report] = await desk.broker.orders(DAY, DAY)
        assert (report.filled_quantity, report.filled_amount, report.remaining_quantity) == (6, 414_000, 4)

    run(test)


def test_an_order_that_trades_at_once_is_told_too(run: Run) -> None:
    async def test(desk: Desk) -> None:
        desk.other(SELL, 2, 70_000)
        desk.other(SELL, 2, 70_100)
        order = await desk.open(BUY, 3, None)
        assert await desk.fill() == (order.broker_order_id, at("10:00"), 2, 70_000)
        assert await desk.fill() == (order.broker_order_id, at("10:00"), 1, 70_100)
        [report] = await desk.broker.orders(DAY, DAY)
        assert report.request == order.request
        assert (report.filled_amount, report.remaining_quantity) == (210_100, 0)

    run(test)


def test_a_cancel_takes_part_or_all_of_what_is_left(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(SELL, 10, 71_000)
        assert isinstance(await desk.broker.cancel(order, 4), Accepted)
        assert await desk.notice() == CancelNotice(
            broker_order_id=order.broker_order_id, at=at("10:00"), quantity=4
        )
        assert isinstance(await desk.broker.cancel(order, 6), Accepted)
        assert await desk.notice() == CancelNotice(
            broker_order_id=order.broker_order_id, at=at("10:00"), quantity=6
        )
        [report] = await desk.broker.orders(DAY, DAY)  # a cancel is no order
        assert (report.canceled_quantity, report.remaining_quantity) == (10, 0)
        assert [position.sellable_quantity for position in (await desk.broker.account()).positions] == [100]

    run(test)


def test_a_cancel_that_comes_too_late_is_refused(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(BUY, 10, 69_000)
        desk.other(SELL, 10, 69_000)
        refused = await desk.broker.cancel(order, 10)
        assert isinstance(refused, Refused)
        assert refused.message
        assert isinstance(await desk.notice(), FillNotice)
        assert desk.is_quiet

    run(test)


def test_a_replaced_order_lives_on_under_a_new_number(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(BUY, 10, 69_000)
        desk.other(SELL, 4, 69_000)
        await desk.notice()
        answer = await desk.broker.replace(order, 69_500)
        assert isinstance(answer, Accepted)
        assert answer.broker_order_id != order.broker_order_id
        assert await desk.notice() == ReplaceNotice(
            broker_order_id=order.broker_order_id,
            at=at("10:00"),
            new_broker_order_id=answer.broker_order_id,
            price=69_500,
        )
        desk.other(SELL, 1, 69_000)
        assert await desk.fill() == (answer.broker_order_id, at("10:00"), 1, 69_500)
        old, new = await desk.broker.orders(DAY, DAY)
        assert number_key(new.replaces) == number_key(old.broker_order_id)
        assert (old.filled_quantity, old.remaining_quantity) == (4, 0)
        assert (new.request.quantity, new.request.price) == (6, 69_500)
        assert (new.filled_quantity, new.remaining_quantity) == (1, 5)
        assert isinstance(await desk.broker.cancel(order, 5), Refused)

    run(test)


@pytest.mark.parametrize(
    ("side", "quantity", "price", "code"),
    [
        (BUY, 1, 69_050, "005930"),
        (BUY, 1, 91_100, "005930"),
        (BUY, 1, 48_900, "005930"),
        (BUY, 1_000, 70_000, "005930"),
        (SELL, 101, 70_000, "005930"),
        (BUY, 1, 70_000, "999999"),
    ],
)
def test_a_refused_order_says_why_and_changes_nothing(
    run: Run, side: Side, quantity: int, price: int, code: str
) -> None:
    async def test(desk: Desk) -> None:
        before = await desk.broker.account()
        _, answer = await desk.place(side, quantity, price, code)
        assert isinstance(answer, Refused)
        assert answer.code
        assert answer.message
        assert await desk.broker.account() == before
        assert await desk.broker.orders(DAY, DAY) == []
        assert desk.is_quiet

    run(test)


@pytest.mark.parametrize("now", ["08:20", "15:31"])
def test_orders_are_refused_when_the_market_is_closed(run: Run, now: str) -> None:
    async def test(desk: Desk) -> None:
        _, answer = await desk.place(BUY, 1, 70_000)
        assert isinstance(answer, Refused)

    run(test, now)


def test_an_order_before_nine_trades_in_the_opening_auction(run: Run) -> None:
    async def test(desk: Desk) -> None:
        order = await desk.open(BUY, 10, 70_500)
        desk.other(SELL, 4, 69_900)
        desk.clock.set(at("09:00"))
        desk.simulation.advance(at("09:00"))
        assert await desk.fill() == (order.broker_order_id, at("09:00"), 4, 70_500)

    run(test, "08:45")


def test_a_long_list_of_orders_is_whole_and_oldest_first(run: Run) -> None:
    async def test(desk: Desk) -> None:
        numbers = [(await desk.open(BUY, 1, 69_000 - 100 * n)).broker_order_id for n in range(33)]
        try:
            reports = await desk.broker.orders(date(2026, 1, 2), DAY)  # older than three months, too
        except NotKept:  # said aloud, and not by leaving out what was asked for
            reports = await desk.broker.orders(DAY, DAY)
        assert [number_key(report.broker_order_id) for report in reports] == [
            number_key(number) for number in numbers
        ]

    run(test)


def test_orders_of_other_days_are_not_those_of_today(run: Run) -> None:
    async def test(desk: Desk) -> None:
        await desk.open(BUY, 1, 69_000)
        try:
            earlier = await desk.broker.orders(date(2026, 5, 4), date(2026, 5, 4))
        except NotKept:
            return
        assert list(earlier) == []

    run(test)


# The account ----------------------------------------------------------------------------------------------


def test_the_account_is_what_the_exchange_keeps(run: Run) -> None:
    async def test(desk: Desk) -> None:
        desk.other(SELL, 20, 70_000)
        desk.other(SELL, 5, 200_000, "000660")
        desk.other(BUY, 30, 69_000)
        await desk.open(BUY, 10, 70_000)
        await desk.open(BUY, 5, 200_000, "000660")
        await desk.open(SELL, 30, None)
        await desk.open(SELL, 7, 75_000)
        await desk.open(BUY, 3, 65_000)
        account = await desk.broker.account()
        assert account == desk.exchange.account(KIM.account)
        assert account.costs_today > 0
        assert await desk.broker.buying_power("005930", 70_000) == account.buying_power
        assert await desk.broker.buying_power("005930", None) == account.buying_power
        assert await desk.broker.buying_power("", None) == account.buying_power

    run(test)


def test_what_was_sold_out_is_no_position(run: Run) -> None:
    async def test(desk: Desk) -> None:
        desk.other(BUY, 100, 69_000)
        await desk.open(SELL, 100, 69_000)
        assert (await desk.broker.account()).positions == ()

    run(test)


# Prices ---------------------------------------------------------------------------------------------------


def test_quotes_and_books_are_what_the_exchange_shows(run: Run) -> None:
    async def test(desk: Desk) -> None:
        for n in range(12):
            desk.other(SELL, 1 + n, 70_100 + 100 * n)
            desk.other(BUY, 2 + n, 69_900 - 100 * n)
        await desk.open(BUY, 1, 70_100)
        codes = ["000660", "005930"]
        assert await desk.broker.quotes(codes) == {code: desk.exchange.quote(code) for code in codes}
        assert list(await desk.broker.quotes(codes)) == codes
        for code in codes:
            assert await desk.broker.book(code) == desk.exchange.book(code)

    run(test)


def test_a_book_in_a_call_has_an_expected_price(run: Run) -> None:
    async def test(desk: Desk) -> None:
        desk.other(BUY, 10, 70_500)
        desk.other(SELL, 4, 69_900)
        book = await desk.broker.book("005930")
        assert (book.indicative_price, book.indicative_quantity) == (70_500, 4)
        assert book == desk.exchange.book("005930")

    run(test, "08:45")


def test_daily_bars_come_from_the_past_and_from_today(run: Run) -> None:
    async def test(desk: Desk) -> None:
        desk.other(SELL, 4, 70_100)
        await desk.open(BUY, 4, 70_100)
        bars = await desk.broker.daily_bars("005930", date(2025, 9, 1), DAY)
        past = FakeBars().daily_bars("005930", date(2025, 9, 1), date(2026, 5, 5))
        assert len(past) > 100
        assert [(bar.at.date(), bar.close, bar.value) for bar in bars[:-1]] == [
            (bar.at.date(), bar.close, bar.value) for bar in past
        ]
        today = bars[-1]
        assert today.at.date() == DAY
        assert (today.open, today.high, today.low, today.close) == (70_100,) * 4
        assert (today.volume, today.value) == (4, 280_400)

    run(test)


def test_a_code_that_does_not_exist_is_bad_input(run: Run) -> None:
    async def test(desk: Desk) -> None:
        asked: Sequence[Callable[[], Awaitable[object]]] = (
            lambda: desk.broker.quotes(["005930", "999999"]),
            lambda: desk.broker.book("999999"),
            lambda: desk.broker.daily_bars("999999", date(2026, 1, 2), DAY),
            lambda: desk.follow("999999"),
            lambda: desk.broker.follow_books(["999999"], lambda book: None),
        )
        for ask in asked:
            with pytest.raises(BadInput, match="999999"):
                await ask()

    run(test)


def test_books_of_followed_codes_are_told_as_they_change(run: Run) -> None:
    async def test(desk: Desk) -> None:
        told: asyncio.Queue[OrderBook] = asyncio.Queue()
        await desk.broker.follow_books(["000660"], told.put_nowait)
        desk.other(SELL, 2, 70_000)
        desk.other(SELL, 3, 200_000, "000660")
        book = await asyncio.wait_for(told.get(), 5)
        assert (book.code, book.asks, book.bids) == ("000660", (Level(200_000, 3),), ())
        desk.other(BUY, 1, 200_000, "000660")
        assert (await asyncio.wait_for(told.get(), 5)).asks == (Level(200_000, 2),)
        await desk.broker.follow_books([], told.put_nowait)
        desk.other(BUY, 1, 200_000, "000660")
        assert list(await desk.broker.orders(DAY, DAY)) == []
        assert told.empty()

    run(test)


def test_trades_of_followed_codes_are_told(run: Run) -> None:
    async def test(desk: Desk) -> None:
        def trade_both() -> None:
            for code, price in (("005930", 70_000), ("000660", 200_000)):
                desk.other(SELL, 2, price, code)
                desk.other(BUY, 2, price, code)

        await desk.follow("005930")
        trade_both()
        assert await desk.trade() == Trade("005930", at("10:00"), 70_000, 2, BUY)
        await desk.follow("000660")
        trade_both()
        assert await desk.trade() == Trade("000660", at("10:00"), 200_000, 2, BUY)
        await desk.follow("000660", "005930")
        trade_both()
        assert [(await desk.trade()).code for _ in range(2)] == ["005930", "000660"]
        await desk.follow()
        trade_both()
        assert list(await desk.broker.orders(DAY, DAY)) == []
        assert desk.is_quiet

    run(test)
