"""The process behind benchmarks.face: a KIS face before a quiet market, and a bare aiohttp server beside it.

It takes orders on its standard input, one a line, and answers each with one line of JSON: `push n` lets every
instrument trade n times, `cpu` tells the CPU seconds of the process. It ends with its input.
"""

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from datetime import datetime, time
from itertools import count
from time import process_time

from aiohttp import web

from benchmarks.order_flow import DAY
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.storage.made import MadeBars

CUSTOMERS = 10
INSTRUMENTS = 41
"""As many as one KIS session may subscribe to."""

_MAKER = "9000000001"
"""Whose orders make the ticks that are pushed."""

_AT = datetime.combine(DAY, time(10), KST)


def issues() -> tuple[Listing, ...]:
    """The instruments, with made base prices."""
    bars = _bars()
    found = bars.instruments(DAY)[:INSTRUMENTS]
    return tuple(Listing(each, bars.base_price(each.code, DAY)) for each in found)


def customers() -> list[Customer]:
    """Who may log in, with an account each."""
    return [
        Customer(keys=Keys(f"{n:036}", f"{n:0180}"), account=f"50012345{n:02}", hts_id=f"bench{n}")
        for n in range(CUSTOMERS)
    ]


async def serve() -> None:
    """Serve until the standard input ends."""
    listings = issues()
    stock = tuple(Holding(each.instrument.code, 10**9, 10**9) for each in listings)
    openings = [Opening(account=each.account, deposit=10**15) for each in customers()]
    openings.append(Opening(account=_MAKER, deposit=10**15, holdings=stock))
    exchange = Exchange(DAY, listings, openings, KIS_STOCK)
    simulation = Simulation(exchange, Flow(DAY, (), {}, random.Random))
    clock, ids = ManualClock(_AT), count(1)
    face = KisFace(simulation, clock, _bars(), customers(), Environment.REAL, lambda: f"{next(ids):032x}")
    simulation.advance(_AT)
    bare = web.Application()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"output": {str(n): "0" * 12 for n in range(80)}, "rt_cd": "0"})

    bare.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(bare)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with face:
        server = site._server
        port = server.sockets[0].getsockname()[1] if isinstance(server, asyncio.Server) else 0
        _tell({"rest": face.rest_url, "ws": face.ws_url, "bare": f"http://127.0.0.1:{port}"})
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            if words[0] == "push":
                await _push(simulation, listings, int(words[1]))
            _tell({"cpu": process_time()})
    await runner.cleanup()


async def _push(simulation: Simulation, listings: Sequence[Listing], times: int) -> None:
    for _ in range(times):
        for listing in listings:
            for side in (Side.SELL, Side.BUY):
                command = Place(_MAKER, listing.instrument.code, side, 10, listing.base_price)
                simulation.submit(command, _AT)
        await asyncio.sleep(0)


def _bars() -> MadeBars:
    return MadeBars(1, INSTRUMENTS)


def _tell(found: dict[str, object]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
