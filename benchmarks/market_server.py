"""The market behind benchmarks.bridge: a KIS face before one made issue, in a process of its own, as KIS is.

It takes orders on its standard input, one a line, and answers each with one line of JSON: `move` lets the
issue be traded twenty times a second from then on. It ends with its input. The argument is the core that it
keeps to: that of wrk, for which it makes way.
"""

import asyncio
import json
import os
import random
import sys
from datetime import datetime, time
from functools import cache
from itertools import count, cycle

from benchmarks.face_server import customers
from benchmarks.measure import keep_to
from benchmarks.order_flow import DAY
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.loop import run
from hoga.storage.made import MadeBars

AT = datetime.combine(DAY, time(10), KST)
MOVES = 20
"""Trades a second."""

_MAKER = "9000000001"


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
    openings = [Opening(account=customers()[0].account, deposit=10**9)]
    openings.append(Opening(account=_MAKER, deposit=10**15, holdings=stock))
    exchange = Exchange(DAY, [listing()], openings, KIS_STOCK)
    minutes = {code: MadeBars(1, 1).minute_bars(code, DAY)}
    simulation = Simulation(exchange, Flow(DAY, [listing()], minutes, random.Random))
    simulation.advance(AT)
    return simulation


def shown() -> tuple[Quote, OrderBook]:
    """What it shows whoever asks then; a quote of KIS has no time but that of the question."""
    exchange, code = open_market().exchange, listing().instrument.code
    return exchange.quote(code)._replace(at=AT), exchange.book(code)


async def serve() -> None:
    """Serve until the standard input ends."""
    simulation, ids = open_market(), count(1)
    bars, known = MadeBars(1, 1), customers()[:1]
    face = KisFace(simulation, ManualClock(AT), bars, known, Environment.REAL, lambda: f"{next(ids):032x}")
    moving: asyncio.Task[None] | None = None
    async with face:
        _tell({"rest": face.rest_url, "ws": face.ws_url})
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            if words[0] == "move" and moving is None:
                moving = asyncio.create_task(_move(simulation))
            _tell({})
        if moving is not None:
            moving.cancel()


async def _move(simulation: Simulation) -> None:
    code = listing().instrument.code
    for side in cycle((Side.BUY, Side.SELL)):
        quote = simulation.exchange.quote(code)
        price = quote.ask if side is Side.BUY else quote.bid
        simulation.submit(Place(_MAKER, code, side, 1, price or quote.last_price), AT)
        await asyncio.sleep(1 / MOVES)


def _tell(found: dict[str, object]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    keep_to(int(sys.argv[1]))
    if hasattr(os, "nice"):
        os.nice(19)
    run(serve())
