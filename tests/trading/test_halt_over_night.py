"""An issue that is halted until the next day, at the real exchange: what becomes of orders and wishes."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.brokers.kis.door import BUY, DAY, KIM, LEE, MAKER, SAMSUNG, SELL, FakeBars, NoLuck
from tests.trading.floor import DeafBroker

from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.domain.zone import KST
from hoga.exchange.commands import HaltIssue, Place, ResumeIssue
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.rollover import next_day, next_listings, next_openings
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.strategies.swing import Swing, SwingSettings
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import NO_LIMITS
from hoga.trading.runner import Runner

S = OrderStatus
TOMORROW = date(2026, 5, 7)
CODE = SAMSUNG.code


class Sequel:
    """Quiet days without end."""

    def after(self, exchange: Exchange) -> date | None:
        return next_day(exchange)

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        listings, openings = next_listings(exchange), next_openings(exchange, day)
        return Exchange(day, listings, openings, KIS_STOCK, has_vi=False), quiet(day)

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        return ()


def quiet(day: date) -> Flow:
    return Flow(day, (), {}, lambda name: NoLuck())


class TwoDays:
    """A desk for Kim, who holds a hundred shares, from one day to the next."""

    def __init__(self, loop: asyncio.Runner, path: Path) -> None:
        self.loop, self.path = loop, path
        held = {KIM.account: 100, LEE.account: 1_000, MAKER: 1_000_000}
        openings = [
            Opening(account=each, deposit=10**9, holdings=(Holding(CODE, shares, shares * 70_000),))
            for each, shares in held.items()
        ]
        exchange = Exchange(DAY, [Listing(SAMSUNG, 70_000)], openings, KIS_STOCK, has_vi=False)
        self.simulation = Simulation(exchange, quiet(DAY), Sequel())
        self.clock = ManualClock(datetime.combine(DAY, time(10), KST))
        self.simulation.advance(self.clock.now())
        self.broker = DeafBroker(self.simulation, KIM.account, FakeBars(), self.clock)
        self.start()

    def start(self) -> None:
        self.journal, self.control = SqlJournal(self.path, KINDS), SqlControl(self.path)
        self.desk = Desk(
            self.broker,
            self.broker,
            self.journal,
            self.clock,
            LineNotifier(lambda line: None),
            [SAMSUNG],
            control=self.control,
            limits=NO_LIMITS,
        )
        self.loop.run(self.desk.open(self.clock.now().date()))

    def close(self) -> None:
        self.journal.close()
        self.control.close()

    def come(self, day: date, text: str) -> None:
        self.clock.set(datetime.combine(day, time.fromisoformat(text), KST))
        self.simulation.advance(self.clock.now())

    def trade(self, price: int) -> None:
        """Somebody trades there, and somebody goes on bidding."""
        self.simulation.submit(Place(MAKER, CODE, SELL, 1, price), self.clock.now())
        self.simulation.submit(Place(LEE.account, CODE, BUY, 1_000, price), self.clock.now())

    def place(self, side: str, price: int) -> OrderStatus:
        request = OrderRequest(code=CODE, side=BUY if side == "buy" else SELL, quantity=10, price=price)
        return self.loop.run(self.desk.place(request, "test")).status

    def settle(self) -> None:
        for _ in range(3):
            self.clock.set(self.clock.now() + timedelta(minutes=1))
            self.simulation.advance(self.clock.now())
            assert self.loop.run(self.desk.settle())
            assert self.loop.run(self.desk.reconcile()) == ()

    def halt(self) -> None:
        self.simulation.submit(HaltIssue(CODE), self.clock.now())

    def resume(self) -> None:
        self.simulation.submit(ResumeIssue(CODE), self.clock.now())


@pytest.fixture
def days(tmp_path: Path) -> Iterator[TwoDays]:
    with asyncio.Runner() as loop:
        stage = TwoDays(loop, tmp_path / "desk.sqlite")
        yield stage
        stage.close()


@pytest.mark.parametrize("loses_answer", [False, True])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_rests_in_it_ends_with_its_day_and_nothing_is_bought_before_it_trades_again(
    days: TwoDays, loses_answer: bool, restarts: bool
) -> None:
    days.broker.loses_answer = loses_answer
    assert days.place("buy", 69_000) is (S.UNCONFIRMED if loses_answer else S.OPEN)
    days.broker.loses_answer = False
    days.halt()
    days.settle()
    [order] = days.desk.orders
    assert order.status is S.OPEN
    days.come(DAY, "15:31:00")
    days.loop.run(days.desk.close_day())
    assert days.desk.get_order(order.order_id).status is S.EXPIRED
    days.come(TOMORROW, "07:30:00")
    if restarts:
        days.close()
        days.start()
    else:
        days.loop.run(days.desk.open(TOMORROW))
    days.come(TOMORROW, "10:00:00")
    assert not days.desk.orders
    assert days.loop.run(days.broker.quotes([CODE]))[CODE].is_halted
    assert days.place("buy", 69_000) is S.REJECTED  # only cancels are taken
    days.resume()
    days.settle()
    assert days.place("buy", 69_000) is S.OPEN
    days.settle()
    sent = days.simulation.exchange.orders(KIM.account, DAY, TOMORROW)
    assert [(each.placed_at.date(), each.remaining_quantity) for each in sent] == [(DAY, 0), (TOMORROW, 10)]


def test_a_stop_loss_waits_over_the_night_and_sells_once(days: TwoDays) -> None:
    def run_the_strategy() -> None:
        runner = Runner(days.desk, days.broker, Swing((), SwingSettings(), KIS_STOCK), days.clock)
        days.loop.run(runner.drain())
        days.loop.run(runner.drain())

    days.trade(60_000)  # 14 % below what was paid
    days.halt()
    run_the_strategy()
    assert not days.desk.orders
    days.come(DAY, "15:31:00")
    days.loop.run(days.desk.close_day())
    days.come(TOMORROW, "07:30:00")
    days.loop.run(days.desk.open(TOMORROW))
    days.come(TOMORROW, "10:00:00")
    run_the_strategy()
    assert not days.desk.orders
    days.resume()
    days.come(TOMORROW, "10:11:00")  # the call after a halt
    days.trade(59_000)
    run_the_strategy()
    run_the_strategy()
    [order] = days.desk.orders
    assert (order.status, order.request.side, order.filled_quantity) == (S.FILLED, SELL, 100)
    days.settle()
    assert days.simulation.exchange.conservation().is_conserved
