"""A desk with journal and switch on disk, before the exchange in the same process: the real order path."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from tests.brokers.kis.door import (
    BUY,
    CODES,
    DAY,
    KIM,
    LEE,
    MAKER,
    SELL,
    FakeBars,
    at,
    make_exchange,
    quietly,
)

from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.domain.notices import Answer, NoAnswer
from hoga.domain.order import Order
from hoga.domain.request import OrderRequest
from hoga.exchange.commands import Command, Place
from hoga.exchange.records import RecordKind
from hoga.notify import LineNotifier
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import RiskLimits

T = TypeVar("T")
USUAL = RiskLimits()
REQUEST = OrderRequest(code="005930", side=BUY, quantity=10, price=70_000)


class DeafBroker(LocalBroker):
    """The local broker; an answer can be lost on its way."""

    loses_answer = False

    async def place(self, order: Order) -> Answer:
        answer = await super().place(order)
        return NoAnswer(why="timeout") if self.loses_answer else answer


class Floor:
    """A desk for Kim at ten o'clock, and a list of all that reaches the exchange."""

    def __init__(
        self, loop: asyncio.Runner, path: Path, limits: RiskLimits = USUAL, *, has_vi: bool = False
    ) -> None:
        self.loop = loop
        self.path = path
        self.limits = limits
        self.told: list[str] = []
        self.simulation = quietly(make_exchange(has_vi=has_vi))
        self.clock = ManualClock(at("10:00:00"))
        self.simulation.advance(self.clock.now())
        self.broker = DeafBroker(self.simulation, KIM.account, FakeBars(), self.clock)
        self.heard: list[Command] = []
        self.simulation.on_command(lambda steps, at, command: self.heard.append(command))
        self.start()

    def start(self, **options: Any) -> None:
        """A process begins: nothing is left but what is on disk, and what the broker knows."""
        self.journal = SqlJournal(self.path, KINDS, **options)
        self.control = SqlControl(self.path, lease=options.get("lease"))
        exchange = self.simulation.exchange
        self.desk = Desk(
            self.broker,
            self.broker,
            self.journal,
            self.clock,
            LineNotifier(self.told.append),
            [exchange.instrument(code) for code in CODES],
            control=self.control,
            limits=self.limits,
        )
        self.do(self.desk.open(DAY))

    def restart(self, **options: Any) -> None:
        self.close()
        self.start(**options)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def place(self, request: OrderRequest = REQUEST) -> Order:
        return self.do(self.desk.place(request, "test"))

    def trade(self, price: int) -> None:
        """Somebody else's trade at `price`."""
        self.simulation.submit(Place(MAKER, "005930", SELL, 1, price), self.clock.now())
        self.simulation.submit(Place(LEE.account, "005930", BUY, 1, price), self.clock.now())
        self.heard.clear()

    def close(self) -> None:
        self.journal.close()
        self.control.close()

    def check_books(self) -> None:
        """Every order of the exchange is one of ours, and both tell the same of it."""
        records = {
            record.number: record
            for record in self.simulation.exchange.orders(KIM.account, DAY, DAY)
            if record.kind is not RecordKind.CANCEL
        }
        numbers = [int(number) for order in self.desk.orders for number in order.broker_order_ids]
        assert sorted(numbers) == sorted(records)
        for order in self.desk.orders:
            assert order.source == "test"
            mine = [records[int(number)] for number in order.broker_order_ids]
            assert order.filled_quantity == sum(record.filled_quantity for record in mine)
            if not order.is_in_doubt:
                assert order.remaining_quantity == sum(record.remaining_quantity for record in mine)
        assert self.do(self.desk.reconcile()) == ()
