"""The process behind benchmarks.bridge: the bridge before a made market in the same process.

It takes orders on its standard input, one a line, and answers each with one line of JSON: `move` lets a share
be traded twenty times a second from then on, `publish n` tells all readers of the stream so many updates at
once. It ends with its input. The argument is the core that it keeps to.
"""

import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
from datetime import datetime, time
from functools import cache
from itertools import cycle
from pathlib import Path
from time import perf_counter

from benchmarks.order_flow import DAY
from hoga.application import Hoga
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock, WallClock
from hoga.day import ACCOUNT
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.loop import run, undisturbed
from hoga.notify import LineNotifier
from hoga.server.access import Access
from hoga.server.feed import Feed
from hoga.server.listener import listen, serve
from hoga.server.routes import create
from hoga.storage.answers import Answers
from hoga.storage.made import MadeBars
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

TOKEN = "the-token-of-this-benchmark"
MOVES = 20
"""Trades a second."""

_AT = datetime.combine(DAY, time(10), KST)
_MAKER = "9000000001"


def keep_to(core: int) -> None:
    """Let this process run on one core only, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@cache
def listing() -> Listing:
    """The one issue."""
    bars = MadeBars(1, 1)
    found = bars.instruments(DAY)[0]
    return Listing(found, bars.base_price(found.code, DAY))


def open_market() -> Simulation:
    """The market at ten o'clock of a made day: the same for everybody."""
    code = listing().instrument.code
    stock = (Holding(code, 10**9, 10**12),)
    openings = [Opening(account=ACCOUNT, deposit=10**9)]
    openings.append(Opening(account=_MAKER, deposit=10**15, holdings=stock))
    exchange = Exchange(DAY, [listing()], openings, KIS_STOCK)
    minutes = {code: MadeBars(1, 1).minute_bars(code, DAY)}
    simulation = Simulation(exchange, Flow(DAY, [listing()], minutes, random.Random))
    simulation.advance(_AT)
    return simulation


def shown() -> tuple[Quote, OrderBook]:
    """What it shows then."""
    exchange = open_market().exchange
    return exchange.quote(listing().instrument.code), exchange.book(listing().instrument.code)


async def serve_bridge(home: Path) -> None:
    """Serve until the standard input ends."""
    simulation, clock = open_market(), ManualClock(_AT)
    broker = LocalBroker(simulation, ACCOUNT, MadeBars(1, 1), clock)
    instrument = listing().instrument
    desk = Desk(
        broker,
        broker,
        MemoryJournal(),
        clock,
        LineNotifier(lambda told: None),
        [instrument],
        control=MemoryControl(),
        limits=NO_LIMITS,
    )
    await desk.open(DAY)
    hoga = Hoga(
        day=DAY,
        prices="made",
        broker=broker,
        market=broker,
        desk=desk,
        clock=clock,
        instruments={instrument.code: instrument},
        account_number=ACCOUNT,
        commission=KIS_STOCK,
        notes=(),
    )
    with listen("127.0.0.1", 0) as listener, contextlib.closing(Answers(home / "answers.sqlite")) as answers:
        app = create(hoga, Access(TOKEN, WallClock().now, calls_per_second=10**9), answers)
        feed: Feed = app.state.feed
        moving: asyncio.Task[None] | None = None
        async with serve(app, listener) as url:
            with undisturbed():
                _tell({"url": url})
                while words := (await asyncio.to_thread(sys.stdin.readline)).split():
                    began = perf_counter()
                    if words[0] == "move":
                        moving = asyncio.create_task(_move(simulation))
                    elif words[0] == "publish":
                        for number in range(int(words[1])):
                            feed.publish("benchmark", {"number": number})
                    _tell({"began": began, "number": feed.number})
                if moving is not None:
                    moving.cancel()
        await feed.close()


async def _move(simulation: Simulation) -> None:
    code = listing().instrument.code
    for side in cycle((Side.BUY, Side.SELL)):
        quote = simulation.exchange.quote(code)
        price = quote.ask if side is Side.BUY else quote.bid
        simulation.submit(Place(_MAKER, code, side, 1, price or quote.last_price), _AT)
        await asyncio.sleep(1 / MOVES)


def _tell(found: dict[str, object]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    keep_to(int(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        run(serve_bridge(Path(folder)))
