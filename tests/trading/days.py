"""A desk that lives from one day to the next, before the real exchange in the same process."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

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
from hoga.krx.calendar import get_hours
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import NO_LIMITS

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


class Days:
    """A desk for Kim, who holds a hundred shares, from one day to the next."""

    def __init__(self, loop: asyncio.Runner, path: Path, first: date = DAY) -> None:
        self.loop, self.path = loop, path
        self.told: list[str] = []
        held = {KIM.account: 100, LEE.account: 1_000, MAKER: 1_000_000}
        openings = [
            Opening(account=each, deposit=10**9, holdings=(Holding(CODE, shares, shares * 70_000),))
            for each, shares in held.items()
        ]
        exchange = Exchange(first, [Listing(SAMSUNG, 70_000)], openings, KIS_STOCK, has_vi=False)
        self.simulation = Simulation(exchange, quiet(first), Sequel())
        self.clock = ManualClock(get_hours(first).open + timedelta(hours=1))
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
            LineNotifier(self.told.append),
            [SAMSUNG],
            control=self.control,
            limits=NO_LIMITS,
        )
        self.loop.run(self.desk.open(self.clock.now().date()))

    def close(self) -> None:
        self.journal.close()
        self.control.close()

    def come(self, day: date, text: str) -> None:
        self.come_to(datetime.combine(day, time.fromisoformat(text), KST))

    def come_to(self, at: datetime) -> None:
        self.clock.set(at)
        self.simulation.advance(at)

    def trade(self, price: int) -> None:
        """Somebody trades there, and somebody goes on bidding."""
        self.simulation.submit(Place(MAKER, CODE, SELL, 1, price), self.clock.now())
        self.simulation.submit(Place(LEE.account, CODE, BUY, 1_000, price), self.clock.now())

    def request(self, side: str, price: int, quantity: int = 10) -> OrderRequest:
        return OrderRequest(code=CODE, side=BUY if side == "buy" else SELL, quantity=quantity, price=price)

    def place(self, side: str, price: int) -> OrderStatus:
        return self.loop.run(self.desk.place(self.request(side, price), "test")).status

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
