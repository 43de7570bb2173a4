"""Two Hogas: a far one whose bridge serves Kim's account, and a near one whose desk trades through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.brokers.kis.door import CODES, DAY, KIM, FakeBars, at, make_simulation
from tests.brokers.remote.cut import Line, a_line
from tests.brokers.remote.far import TOKEN, Far, bridged

from hoga.brokers.local import LocalBroker
from hoga.brokers.remote.client import RemoteClient
from hoga.brokers.remote.rest import Patience
from hoga.clock import ManualClock
from hoga.domain.notices import Answer, NoAnswer
from hoga.domain.order import Order
from hoga.exchange.records import OrderRecord
from hoga.notify import LineNotifier
from hoga.storage.answers import Answers
from hoga.storage.journal import SqlJournal
from hoga.storage.memory import MemoryControl
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import NO_LIMITS

QUICK = Patience(connect=5, answer=5, ack=5, retry_first=0.001, retry_longest=0.002, poll=0.01)


class FarBroker(LocalBroker):
    """The broker behind the bridge; its answers can be lost."""

    loses = ""
    """ "answer": it takes the next order without answering; "order": it does not even take it."""

    async def place(self, order: Order) -> Answer:
        loses, self.loses = self.loses, ""
        if loses == "order":
            return NoAnswer(why="timeout")
        answer = await super().place(order)
        return NoAnswer(why="timeout") if loses else answer


class Pair:
    """Both of them, over a line that can be cut. What is on disk survives their ends."""

    def __init__(self, folder: Path, line: Line) -> None:
        self.folder = folder
        self.line = line
        self.simulation = make_simulation()
        self.clock = ManualClock(at("10:00"))
        self.simulation.advance(self.clock.now())
        self.broker = FarBroker(self.simulation, KIM.account, FakeBars(), self.clock)
        self.told: list[str] = []
        self._far = contextlib.AsyncExitStack()
        self._near = contextlib.AsyncExitStack()

    @property
    def records(self) -> list[OrderRecord]:
        """What the exchange knows of Kim's orders."""
        return self.simulation.exchange.orders(KIM.account, DAY, DAY)

    async def begin_far(self, **options: Any) -> Far:
        """A process begins there."""
        journal = self._far.enter_context(contextlib.closing(SqlJournal(self.folder / "far.sqlite", KINDS)))
        answers = self._far.enter_context(contextlib.closing(Answers(self.folder / "answers.sqlite")))
        serving = bridged(
            self.broker,
            self.clock,
            FakeBars().instruments(DAY),
            options.pop("account", KIM.account),
            journal=journal,
            answers=answers,
            **options,
        )
        self.far = await self._far.enter_async_context(serving)
        self.line.target, self.line.is_down = int(self.far.url.rpartition(":")[2]), False
        return self.far

    async def end_far(self) -> None:
        """The process there is over; nobody answers."""
        self.line.is_down = True
        self.line.break_all()
        await self._far.aclose()
        self.broker.on_notice(lambda notice: None)

    async def begin_near(self, patience: Patience = QUICK, token: str = TOKEN) -> Desk:
        """A process begins here: nothing is left but the journal."""
        self.client = await self._near.enter_async_context(
            RemoteClient(self.line.url, token, luck=lambda: 0.0, patience=patience)
        )
        self.journal = self._near.enter_context(
            contextlib.closing(SqlJournal(self.folder / "near.sqlite", KINDS))
        )
        exchange = self.simulation.exchange
        self.control = MemoryControl()
        self.desk = Desk(
            self.client,
            self.client,
            self.journal,
            self.clock,
            LineNotifier(self.told.append),
            [exchange.instrument(code) for code in CODES],
            control=self.control,
            limits=NO_LIMITS,
            receipts=self.client,
        )
        self.client.on_gap(self.desk.on_gap)
        self.client.on_departure(self.desk.check_departure)
        await self.desk.open(DAY)
        return self.desk

    async def end_near(self) -> None:
        """The process here is over."""
        await self._near.aclose()

    async def close(self) -> None:
        await self.end_near()
        await self.end_far()


async def until(is_so: Callable[[], bool]) -> None:
    """Return when it is so. What is waited for is on its way over loopback."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


def joined(folder: Path, test: Callable[[Pair], Awaitable[None]], **options: Any) -> None:
    """Let `test` use both, begun."""

    async def run() -> None:
        async with both(folder) as pair:
            await pair.begin_far(**options)
            await pair.begin_near()
            await test(pair)

    asyncio.run(run())


@contextlib.asynccontextmanager
async def both(folder: Path) -> AsyncIterator[Pair]:
    """Both, not begun yet."""
    async with a_line() as line:
        pair = Pair(folder, line)
        try:
            yield pair
        finally:
            await pair.close()
