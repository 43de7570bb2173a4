"""A desk at KIS: exchange, KIS's wire, client and desk in one process, joined over loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from tests.brokers.kis.door import BUY, DAY, KIM, MAKER, SAMSUNG, SELL, FakeBars, at, ids, make_simulation
from tests.trading.conftest import Lines, MemoryJournal

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Effect, Fault, Faults, Filter, Nth
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.clock import ManualClock
from hoga.domain.request import OrderRequest, Side
from hoga.exchange.commands import Command, Place
from hoga.exchange.simulation import Simulation
from hoga.storage.memory import MemoryControl
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS, RiskLimits
from hoga.trading.records import Event
from hoga.trading.recovery import Recovery

T = TypeVar("T")
LIMIT_BUY = OrderRequest(code="005930", side=BUY, quantity=10, price=69_000)
LIMIT_SELL = OrderRequest(code="005930", side=SELL, quantity=10, price=71_000)


class Floor:
    """A desk at KIS, where the market rejects what it is told to."""

    def __init__(
        self,
        desk: Desk,
        faults: Faults,
        simulation: Simulation,
        clock: ManualClock,
        lines: Lines,
        client: KisClient,
        control: MemoryControl,
        new_desk: Callable[[], Desk],
    ) -> None:
        self.desk = desk
        self._new_desk = new_desk
        self.client = client
        self.control = control
        self.faults = faults
        self.simulation = simulation
        self.clock = clock
        self.lines = lines
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        desk.listen(lambda event, order: self._events.put_nowait(event))

    async def restart(self) -> Recovery:
        """A new process: nothing is left but the journal and what the broker knows."""
        self.desk = self._new_desk()
        self.desk.listen(lambda event, order: self._events.put_nowait(event))
        self.client.on_gap(self.desk.on_gap)
        self.client.on_departure(self.desk.check_departure)
        return await self.desk.open(DAY)

    async def live_through(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` comes to; whenever nothing happens, the clock moves to what is waited for."""
        task = asyncio.ensure_future(work)
        async with asyncio.timeout(10):
            while not task.done():
                await asyncio.sleep(0)
                if self.clock.next_at is not None:  # the desk waits, and for nothing but the time
                    self.clock.set(self.clock.next_at)
        return await task

    def arm(
        self,
        effect: Effect,
        call: Call | None = None,
        times: int = 1,
        *,
        seconds: float | None = None,
        code: str = "",
    ) -> None:
        only = Filter(call=call)
        self.faults.arm(Fault(effect=effect, when=Nth(times=times), only=only, seconds=seconds, code=code))

    def other(self, side: Side, quantity: int, price: int) -> None:
        """What somebody else does at the exchange."""
        self.submit(Place(MAKER, "005930", side, quantity, price))

    def submit(self, command: Command) -> None:
        self.simulation.submit(command, self.clock.now())

    @property
    def numbers(self) -> list[int]:
        """All numbers that the account has at the exchange."""
        return [record.number for record in self.simulation.exchange.orders(KIM.account, DAY, DAY)]

    async def until_due(self) -> None:
        """Until something has called for a reading of the list."""
        async with asyncio.timeout(5):
            while not self.desk.is_look_due:  # noqa: ASYNC110 - the desk tells nobody
                await asyncio.sleep(0)

    def reject(self, *calls: Call) -> None:
        for call in calls:
            self.faults.arm(Fault(effect=Effect.REJECT_LATER, when=Nth(), only=Filter(call=call)))

    async def until(self, kind: type[Event]) -> None:
        async with asyncio.timeout(5):
            while not isinstance(await self._events.get(), kind):
                pass


def run(
    test: Callable[[Floor], Awaitable[None]],
    environment: Environment,
    limits: RiskLimits = NO_LIMITS,
    make: Callable[[], Simulation] = make_simulation,
) -> None:
    async def opened() -> None:
        simulation, clock, faults = make(), ManualClock(at("10:00")), Faults()
        simulation.advance(at("10:00"))
        face = KisFace(simulation, clock, FakeBars(), (KIM,), environment, ids(), faults=faults)
        async with (
            face,
            KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                environment,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
            ) as client,
        ):
            lines, control, journal = Lines(), MemoryControl(), MemoryJournal()

            def new_desk() -> Desk:
                return Desk(client, client, journal, clock, lines, [SAMSUNG], control=control, limits=limits)

            desk = new_desk()
            await desk.open(DAY)
            client.on_gap(desk.on_gap)
            client.on_departure(desk.check_departure)
            await test(Floor(desk, faults, simulation, clock, lines, client, control, new_desk))
            assert simulation.exchange.conservation().is_conserved

    asyncio.run(opened())
