"""A made day behind the real KIS face, and the real client at it: what it is told can be looked up."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from tests.brokers.kis.door import KIM, REAL, at, ids

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.quote import Trade
from hoga.domain.request import Side
from hoga.exchange.events import Event, Traded
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day
from hoga.krx.fees import KIS_STOCK
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
YESTERDAY = previous_trading_day(DAY)
CODE = "005930"
CODES = ("005930", "000660", "122630", "293490")


class Made:
    """The day and the client. `prints` are what the exchange traded so far."""

    def __init__(
        self,
        client: KisClient,
        simulation: Simulation,
        store: MadeBars,
        facts: MadeFacts,
        clock: ManualClock,
        rest_url: str,
    ) -> None:
        self.client = client
        self.simulation = simulation
        self.exchange = simulation.exchange
        self.store = store
        self.facts = facts
        self.clock = clock
        self.rest_url = rest_url
        self._prints: list[Trade] = []
        self._taken: list[Traded] = []
        simulation.on_events(self._hear)

    def _hear(self, happened: Sequence[Event]) -> None:
        self._prints += [
            Trade(each.code, each.at, each.price, each.quantity, None)
            for each in happened
            if isinstance(each, Traded)
        ]
        self._taken += [each for each in happened if isinstance(each, Traded)]

    def taken(self, code: str, side: Side) -> list[Traded]:
        """What buyers or sellers took of an issue."""
        return [each for each in self._taken if (each.code, each.taker) == (code, side)]

    def prints(self, code: str) -> list[Trade]:
        """What was traded of an issue, oldest first."""
        return [trade for trade in self._prints if trade.code == code]

    def day(self, code: str, day: date) -> Bar:
        """The bar of a day that is over."""
        (bar,) = self.store.daily_bars(code, day, day)
        return bar


def run(
    test: Callable[[Made], Awaitable[None]],
    now: str = "10:05",
    environment: Environment = REAL,
    make_store: Callable[[int], MadeBars] = MadeBars,
    make_facts: Callable[[int, MadeBars], MadeFacts] = MadeFacts,
    **options: Any,
) -> None:
    """`options` are the client's."""

    async def opened() -> None:
        store = make_store(7)
        facts = make_facts(7, store)
        instruments = [each for each in store.instruments(DAY) if each.code in CODES]
        listings = [Listing(each, store.base_price(each.code, DAY)) for each in instruments]
        bars = {each.code: store.minute_bars(each.code, DAY) for each in instruments}
        exchange = Exchange(DAY, listings, [Opening(account=KIM.account, deposit=10**9)], KIS_STOCK)
        flow = Flow(DAY, listings, bars, lambda name: random.Random(f"questions {name}"), random_end=0)
        simulation, clock = Simulation(exchange, flow), ManualClock(at(now))
        async with KisFace(simulation, clock, store, (KIM,), environment, ids(), facts=facts) as face:
            client = KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                environment,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
                master_url=face.rest_url,
                has_stream=False,
                **options,
            )
            made = Made(client, simulation, store, facts, clock, face.rest_url)
            simulation.advance(clock.now())
            async with client:
                await test(made)

    asyncio.run(opened())
