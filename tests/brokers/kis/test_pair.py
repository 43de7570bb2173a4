"""Both ends of the KIS wire joined: the real client at the exchange's KIS face, over loopback.

What any broker promises is in tests/promises; here is what happens between these two: logins that end, lines
that break, and a market that says more than a person could read.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    PAPER,
    SELL,
    FakeBars,
    at,
    both,
    but_receipts,
    ids,
    make_simulation,
)

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.errors import Rejected
from hoga.domain.notices import Accepted, CancelNotice, FillNotice, Notice, OrderReport, ReplaceNotice
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import Trade
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.storage.made import MadeBars

QUICK = Patience(retry_first=0.001, retry_longest=0.01, spacing=0)


class Pair:
    """The face of a quiet day, and whoever connects to it."""

    def __init__(self, face: KisFace, simulation: Simulation, clock: ManualClock) -> None:
        self.face = face
        self.simulation = simulation
        self.clock = clock

    def client(self, customer: Customer = KIM, environment: Environment = PAPER) -> KisClient:
        return KisClient(
            customer.keys,
            customer.account,
            customer.hts_id,
            environment,
            clock=self.clock,
            luck=lambda: 0.0,
            rest_url=self.face.rest_url,
            websocket_url=self.face.ws_url,
            patience=QUICK,
        )

    def other(self, side: Side, quantity: int, price: int, code: str = "005930") -> None:
        self.simulation.submit(Place(MAKER, code, side, quantity, price), self.clock.now())


def run(test: Callable[[Pair], Awaitable[None]]) -> None:
    async def opened() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.advance(at("10:00"))
        async with KisFace(simulation, clock, FakeBars(), (KIM, LEE), PAPER, ids()) as face:
            await test(Pair(face, simulation, clock))

    asyncio.run(opened())


def an_order(request: OrderRequest, number: str = "") -> Order:
    return Order(
        order_id="our-1",
        request=request,
        source="test",
        status=OrderStatus.OPEN if number else OrderStatus.SUBMITTED,
        price=request.price,
        broker_order_ids=(number,) if number else (),
    )


def test_a_client_lives_through_the_end_of_its_token() -> None:
    async def test(pair: Pair) -> None:
        async with pair.client() as client:
            pair.clock.set(pair.clock.now() + timedelta(hours=25))
            assert await client.buying_power("", None) == 10_000_000

    run(test)


def test_a_second_client_of_one_app_key_is_refused_until_the_first_has_gone() -> None:
    async def test(pair: Pair) -> None:
        async with pair.client():
            pair.clock.set(pair.clock.now() + timedelta(minutes=1))
            with pytest.raises(Rejected, match="ALREADY IN USE"):
                async with pair.client():
                    pass
        pair.clock.set(pair.clock.now() + timedelta(minutes=1))
        async with pair.client() as client:
            assert await client.buying_power("", None) == 10_000_000

    run(test)


def test_each_customer_hears_of_their_own_orders() -> None:
    async def test(pair: Pair) -> None:
        async with pair.client(KIM) as kim, pair.client(LEE) as lee:
            heard: dict[str, asyncio.Queue[Notice]] = {"kim": asyncio.Queue(), "lee": asyncio.Queue()}
            kim.on_notice(but_receipts(heard["kim"].put_nowait))
            lee.on_notice(but_receipts(heard["lee"].put_nowait))
            await kim.place(an_order(OrderRequest(code="005930", side=SELL, quantity=5, price=70_000)))
            await lee.place(an_order(OrderRequest(code="005930", side=BUY, quantity=5, price=70_000)))
            sold = await asyncio.wait_for(heard["kim"].get(), 5)
            bought = await asyncio.wait_for(heard["lee"].get(), 5)
            assert (sold.broker_order_id, bought.broker_order_id) == ("0000000001", "0000000002")
            assert all(queue.empty() for queue in heard.values())
            [position] = (await lee.account()).positions
            assert (position.code, position.quantity, position.cost) == ("005930", 5, 350_000)

    run(test)


def test_a_client_comes_back_after_the_face_was_away() -> None:
    async def test(pair: Pair) -> None:
        notices: asyncio.Queue[Notice] = asyncio.Queue()
        trades: list[Trade] = []
        gap = asyncio.Event()
        async with pair.client() as client:
            client.on_notice(but_receipts(notices.put_nowait))
            client.on_gap(gap.set)
            await client.follow(["005930"], trades.append)
            request = OrderRequest(code="005930", side=BUY, quantity=140, price=69_000)
            answer = await client.place(an_order(request))
            assert isinstance(answer, Accepted)
            rest, ws = (int(url.rsplit(":", 1)[1]) for url in (pair.face.rest_url, pair.face.ws_url))

            await pair.face.close()
            pair.other(SELL, 3, 69_000)  # nobody hears of it
            await pair.face.start(rest_port=rest, ws_port=ws)
            await asyncio.wait_for(gap.wait(), 5)

            [report] = await client.orders(DAY, DAY)
            assert report.filled_quantity == 3
            for _ in range(130):  # the gap may be that of a last try which failed
                pair.other(SELL, 1, 69_000)
                await client.orders(DAY, DAY)
                if streamed := [trade for trade in trades if not trade.is_polled]:
                    break
            heard = await asyncio.wait_for(notices.get(), 5)
            assert isinstance(heard, FillNotice)
            assert (heard.broker_order_id, heard.quantity) == (answer.broker_order_id, 1)
            assert streamed[0].quantity == 1

    run(test)


def test_a_login_that_was_revoked_elsewhere_is_renewed() -> None:
    async def test(pair: Pair) -> None:
        async with pair.client() as client:
            pair.face._logins.revoke_all(KIM.keys.appkey)
            pair.clock.set(pair.clock.now() + timedelta(minutes=1))
            assert await client.buying_power("", None) == 10_000_000

    run(test)


# A market in motion ---------------------------------------------------------------------------------------

MADE_DAY = date(2026, 11, 20)
MADE_CODES = ("005930", "000660", "122630", "293490")


def made_at(text: str) -> datetime:
    return datetime.combine(MADE_DAY, time.fromisoformat(text), KST)


def make_made_day(store: MadeBars) -> Simulation:
    instruments = [each for each in store.instruments(MADE_DAY) if each.code in MADE_CODES]
    listings = [Listing(each, store.base_price(each.code, MADE_DAY)) for each in instruments]
    bars = {each.code: store.minute_bars(each.code, MADE_DAY) for each in instruments}
    kim = Opening(account=KIM.account, deposit=10**9)
    exchange = Exchange(MADE_DAY, listings, [kim], KIS_STOCK, random_end=lambda call: 7)
    return Simulation(
        exchange, Flow(MADE_DAY, listings, bars, lambda name: random.Random(name), random_end=7)
    )


@both
def test_nothing_of_a_busy_market_is_lost(environment: Environment, caplog: pytest.LogCaptureFixture) -> None:
    async def opened() -> None:
        store = MadeBars(3)
        simulation, clock = make_made_day(store), ManualClock(made_at("08:50"))
        exchange = simulation.exchange
        luck = random.Random(11)
        volume: Counter[str] = Counter()
        last: dict[str, Trade] = {}
        notices: list[Notice] = []

        def hear(trade: Trade) -> None:
            volume[trade.code] += trade.quantity
            last[trade.code] = trade

        async with KisFace(simulation, clock, store, (KIM,), environment, ids()) as face:
            pair = Pair(face, simulation, clock)
            async with pair.client(environment=environment) as client:
                client.on_notice(but_receipts(notices.append))
                await client.follow(MADE_CODES, hear)
                now = clock.now()
                open_orders: list[Order] = []
                while now < made_at("15:31"):
                    now += timedelta(seconds=luck.randrange(1, 40))
                    clock.set(now)
                    simulation.advance(now)
                    await _act(client, simulation, open_orders, luck)

                shown = {code: exchange.quote(code) for code in MADE_CODES}
                await _until(lambda: volume == {code: quote.volume for code, quote in shown.items()})
                assert all(last[code].price == quote.last_price for code, quote in shown.items())
                reports = await client.orders(MADE_DAY, MADE_DAY)
                await _until(lambda: _told(notices) == _listed(reports))
                assert sum(report.filled_quantity for report in reports) > 0
                assert await client.account() == exchange.account(KIM.account)
                assert exchange.conservation().is_conserved

    asyncio.run(opened())
    assert not caplog.records


async def _act(
    client: KisClient, simulation: Simulation, open_orders: list[Order], luck: random.Random
) -> None:
    """One order, 정정 or 취소 of somebody who does not think."""
    code = luck.choice(MADE_CODES)
    quote = simulation.exchange.quote(code)
    ticks = simulation.exchange.grid(code)
    price = ticks.floor(quote.last_price + luck.randrange(-3, 4) * ticks.tick(quote.last_price))
    chance = luck.random()
    if chance < 0.6 or not open_orders:
        kind = OrderType.MARKET if luck.random() < 0.2 else OrderType.LIMIT
        request = OrderRequest(
            code=code,
            side=luck.choice((BUY, BUY, SELL)),
            quantity=luck.randrange(1, 300),
            price=price if kind is OrderType.LIMIT else None,
            order_type=kind,
        )
        answer = await client.place(an_order(request))
        if isinstance(answer, Accepted):
            open_orders.append(an_order(request, answer.broker_order_id))
        return
    order = open_orders.pop(luck.randrange(len(open_orders)))
    if chance < 0.8:
        await client.cancel(order, 1)
    elif order.request.code == code and order.request.price is not None:
        answer = await client.replace(order, price)
        if isinstance(answer, Accepted):
            open_orders.append(an_order(replace(order.request, price=price), answer.broker_order_id))


def _told(notices: list[Notice]) -> dict[str, tuple[int, int]]:
    """Number → shares filled and cancelled, as the notices told them."""
    told: dict[str, tuple[int, int]] = {}
    for notice in notices:
        filled, canceled = told.get(notice.broker_order_id, (0, 0))
        match notice:
            case FillNotice():
                told[notice.broker_order_id] = filled + notice.quantity, canceled
            case CancelNotice():
                told[notice.broker_order_id] = filled, canceled + notice.quantity
            case ReplaceNotice():
                continue
            case _:
                raise AssertionError(notice)
    return told


def _listed(reports: Sequence[OrderReport]) -> dict[str, tuple[int, int]]:
    return {
        report.broker_order_id: (report.filled_quantity, report.canceled_quantity)
        for report in reports
        if report.filled_quantity or report.canceled_quantity
    }


async def _until(is_so: Callable[[], bool]) -> None:
    """Let both ends go on until something is so."""
    for _ in range(100_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")
