"""An order that waits for the COM thread is held against the switch and the clock once more."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.brokers.cybos.door import Room, run
from tests.brokers.kis.door import BUY, CODES, DAY, at

from hoga.brokers.cybos.apartment import Rank, Steps
from hoga.clock import ManualClock
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.notify import LineNotifier
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

S = OrderStatus
REQUEST = OrderRequest(code="005930", side=BUY, quantity=10, price=69_000)


class Held:
    """A desk at Daishin whose orders find the COM thread busy."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.control = MemoryControl()
        self.desk = Desk(
            room.client,
            room.client,
            MemoryJournal(),
            room.clock,
            LineNotifier(lambda line: None),
            [room.exchange.instrument(code) for code in CODES],
            control=self.control,
            limits=NO_LIMITS,
        )
        room.client.on_departure(self.desk.check_departure)
        self._turn = asyncio.Event()

    @property
    def sent(self) -> list[str]:
        return [program for program in self.room.com.asked if program.name in ("ORDER", "REPLACE", "CANCEL")]

    async def after(self, happens: Callable[["Held"], None], wish: Awaitable[Any]) -> Any:
        """What becomes of `wish` when something happens while its request waits for the COM thread."""
        loop = asyncio.get_running_loop()
        turn = asyncio.Event()
        apartment = self.room.client._apartment
        do = apartment.do

        def busy() -> Steps[None]:
            yield None
            asyncio.run_coroutine_threadsafe(turn.wait(), loop).result()

        async def do_late(rank: Rank, steps: Steps[Any]) -> Any:
            if rank not in (Rank.ORDER, Rank.CANCEL):
                return await do(rank, steps)
            other = asyncio.create_task(do(Rank.CANCEL, busy()))
            await asyncio.sleep(0)  # it is first in the queue
            sending = asyncio.create_task(do(rank, steps))
            await asyncio.sleep(0)
            happens(self)
            turn.set()
            await other
            return await sending

        apartment.do = do_late  # type: ignore[method-assign]
        return await wish


def throw(held: Held, state: TradingState) -> None:
    held.control.write(TradingChanged(at=held.room.clock.now(), state=state, by="김"))


def halt(held: Held) -> None:
    throw(held, TradingState.HALTED)


def reduce(held: Held) -> None:
    throw(held, TradingState.REDUCING)


def freeze(held: Held) -> None:
    """The process is frozen until another desk may believe that nothing arrived."""
    held.room.clock.set(held.room.clock.now() + held.desk._patience.wait + timedelta(seconds=1))


@pytest.mark.parametrize("what", ["place", "replace"])
@pytest.mark.parametrize("happens", [halt, reduce, freeze])
def test_an_order_that_waits_for_the_thread_does_not_leave_after_all(
    what: str, happens: Callable[[Held], None]
) -> None:
    async def test(room: Room) -> None:
        held = Held(room)
        await held.desk.open(DAY)
        before = await held.desk.place(REQUEST, "test")
        assert (before.status, len(held.sent)) == (S.OPEN, 1)
        wish = (
            held.desk.place(replace(REQUEST, price=68_000), "test")
            if what == "place"
            else held.desk.replace(before.order_id, 68_000)
        )
        order = await held.after(happens, wish)
        assert order.status is (S.REJECTED if what == "place" else S.OPEN)
        assert len(held.sent) == 1

    run(test, watch=ManualClock(at("10:00")))


def test_a_halt_does_not_keep_a_cancel_from_leaving() -> None:
    async def test(room: Room) -> None:
        held = Held(room)
        await held.desk.open(DAY)
        order = await held.desk.place(REQUEST, "test")
        await held.after(halt, held.desk.cancel(order.order_id))
        assert len(held.sent) == 2

    run(test)
