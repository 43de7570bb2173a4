"""A Daishin client in front of the exchange, through a COM that is made, and short words to use both."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.brokers.kis.door import BUY, KIM, LEE, MAKER, FakeBars, at, make_simulation

from hoga.brokers.cybos.client import CybosClient
from hoga.brokers.cybos.codes import Program
from hoga.brokers.cybos.fake import FakeCom, Fault
from hoga.brokers.cybos.server import CybosFace
from hoga.brokers.kis.register import NoFacts
from hoga.clock import ManualClock
from hoga.domain.notices import Accepted, Answer, Notice
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import Trade
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.exchange.commands import Place
from hoga.exchange.simulation import Simulation
from hoga.ports import Clock, Facts

PATIENCE = timedelta(seconds=40)


class Room:
    """Kim at Daishin, at ten o'clock."""

    def __init__(self, com: FakeCom, client: CybosClient, simulation: Simulation, clock: ManualClock) -> None:
        self.com = com
        self.client = client
        self.simulation = simulation
        self.exchange = simulation.exchange
        self.clock = clock
        self.notices: asyncio.Queue[Notice] = asyncio.Queue()
        self.trades: asyncio.Queue[Trade] = asyncio.Queue()
        self.gaps: asyncio.Queue[None] = asyncio.Queue()
        client.on_notice(self.notices.put_nowait)
        client.on_gap(lambda: self.gaps.put_nowait(None))

    async def place(self, side: Side = BUY, quantity: int = 10, price: int | None = 69_000) -> Answer:
        return await self.client.place(order(side, quantity, price))

    async def open(self, side: Side = BUY, quantity: int = 10, price: int | None = 69_000) -> Order:
        answer = await self.place(side, quantity, price)
        assert isinstance(answer, Accepted)
        return order(side, quantity, price, number=answer.broker_order_id)

    def other(self, side: Side, quantity: int, price: int, code: str = "005930") -> None:
        """What somebody else does."""
        self.simulation.submit(Place(MAKER, code, side, quantity, price), self.clock.now())

    def fail(self, program: Program, **fault: object) -> None:
        """The next request of `program` goes wrong."""
        self.com.faults.append(Fault(program=program, **fault))  # type: ignore[arg-type]

    async def notice(self) -> Notice:
        return await asyncio.wait_for(self.notices.get(), 5)


def order(
    side: Side = BUY,
    quantity: int = 10,
    price: int | None = 69_000,
    *,
    number: str = "",
    code: str = "005930",
    kind: OrderType | None = None,
    time_in_force: TimeInForce = TimeInForce.DAY,
    venue: Venue = Venue.KRX,
) -> Order:
    request = OrderRequest(
        code=code,
        side=side,
        quantity=quantity,
        price=price,
        order_type=kind or (OrderType.MARKET if price is None else OrderType.LIMIT),
        time_in_force=time_in_force,
        venue=venue,
    )
    return Order(
        order_id="our-1",
        request=request,
        source="test",
        status=OrderStatus.OPEN if number else OrderStatus.SUBMITTED,
        price=price,
        broker_order_ids=(number,) if number else (),
    )


def run(
    test: Callable[[Room], Awaitable[None]],
    *,
    account: str = KIM.account,
    facts: Facts | None = None,
    watch: Clock | None = None,
    **options: object,
) -> None:
    """Let `test` use a client that is open. `watch` is real time, where it is not the market's."""

    facts = facts or NoFacts()

    async def opened() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.advance(at("10:00"))
        face = CybosFace(simulation, clock, FakeBars(), facts, {KIM.account: "김투자", LEE.account: "이투자"})
        com = FakeCom(face, **options)  # type: ignore[arg-type]
        async with CybosClient(com, account, clock=clock, watch=watch or clock, patience=PATIENCE) as client:
            await test(Room(com, client, simulation, clock))

    asyncio.run(opened())
