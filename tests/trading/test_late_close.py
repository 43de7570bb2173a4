"""A closing call that an interruption makes longer, before the real exchange: its fills are waited for."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.brokers.kis.door import BUY, DAY, MAKER, SELL, at
from tests.strategies.test_rebalance import NAMES, a_plan

from hoga.domain.errors import BrokerError
from hoga.domain.order import OrderStatus
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest
from hoga.domain.wake import Decision, WhenOrderChanges
from hoga.exchange.commands import Place
from hoga.krx.fees import KIS_FUND
from hoga.ports import Strategy
from hoga.strategies.rebalance import Rebalance
from hoga.trading.runner import Runner
from hoga.trading.shift import ShiftReport, work

from .floor import Floor
from .test_runner import SAMSUNG, Scripted, waiting

STEP = timedelta(seconds=5)


class Late(Floor):
    """A desk at 15:25 before a market that a jump at the close interrupts."""

    def __init__(self, loop: asyncio.Runner, path: Path) -> None:
        super().__init__(loop, path, has_vi=True)
        self.pass_until("15:25:00")

    def pass_until(self, text: str) -> None:
        """Let the time pass, and everybody do what is due."""
        while self.clock.now() < at(text):
            self.clock.set(min(at(text), self.clock.now() + (STEP if self.is_late else timedelta(hours=1))))
            self.simulation.advance(self.clock.now())
            self.do(self._turn())

    @property
    def is_late(self) -> bool:
        return self.clock.now() >= at("15:25:00")

    def offer(self, shares: int, price: int) -> None:
        self.simulation.submit(Place(MAKER, SAMSUNG, SELL, shares, price), self.clock.now())

    def begin(self, strategy: Strategy) -> "asyncio.Task[ShiftReport]":
        runner = Runner(self.desk, self.broker, strategy, self.clock)
        working = self.loop.get_loop().create_task(work(self.desk, runner, self.broker, self.clock))
        self.do(self._turn())
        return working

    def end(self, working: "asyncio.Task[ShiftReport]") -> ShiftReport:
        async def wait() -> ShiftReport:
            return await asyncio.wait_for(working, 5)

        return self.do(wait())

    @property
    def is_held(self) -> bool:
        return self.simulation.exchange.quote(SAMSUNG).interruption is not None

    async def _turn(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Late]:
    with asyncio.Runner() as loop:
        floor = Late(loop, tmp_path / "desk.sqlite")
        yield floor
        floor.close()


def wish(price: int) -> Scripted:
    order = OrderRequest(code=SAMSUNG, side=BUY, quantity=10, price=price)
    return Scripted(waiting(WhenOrderChanges(), orders=(order,)), Decision())


def test_a_shift_reports_what_a_longer_closing_call_filled(late: Late) -> None:
    late.offer(10, 73_000)
    working = late.begin(wish(73_000))
    late.pass_until("15:31:00")
    assert late.is_held
    assert not working.done()
    late.pass_until("15:32:40")
    report = late.end(working)
    assert (report.orders, report.fills, report.bought, report.open_orders) == (1, 1, 730_000, 0)


def test_a_shift_does_not_wait_for_an_order_that_no_call_holds(late: Late) -> None:
    late.offer(10, 70_100)
    working = late.begin(wish(70_000))
    late.pass_until("15:30:40")
    report = late.end(working)
    assert (report.orders, report.fills) == (1, 0)


def test_a_shift_that_cannot_read_prices_waits_as_if_a_call_went_on(
    late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(codes: Sequence[str]) -> dict[str, Quote]:
        raise BrokerError("시세 조회 실패", "prices cannot be read")

    late.offer(10, 73_000)
    working = late.begin(wish(73_000))
    late.pass_until("15:30:30")
    monkeypatch.setattr(late.broker, "quotes", unreadable)
    late.pass_until("15:32:30")
    report = late.end(working)
    assert (report.fills, report.bought) == (1, 730_000)


def test_a_rebalancing_is_filled_by_a_longer_closing_call(late: Late) -> None:
    late.offer(10, 73_000)
    plan = a_plan({SAMSUNG: (100, 110)}, day=DAY)
    working = late.begin(Rebalance(plan, KIS_FUND, NAMES))
    late.pass_until("15:31:00")
    assert late.is_held
    assert not working.done()
    late.pass_until("15:32:40")
    report = late.end(working)
    assert (report.bought, report.open_orders) == (730_000, 0)
    assert {order.status for order in late.desk.orders} == {OrderStatus.FILLED}
