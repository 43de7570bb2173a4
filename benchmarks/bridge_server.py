"""The process behind benchmarks.bridge: the bridge before the KIS face of `benchmarks.market_server`.

It takes orders on its standard input, one a line, and answers each with one line of JSON: `publish n` tells
all readers of the stream so many updates at once. It ends with its input. The arguments are the core that it
keeps to and the two addresses of the face.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.face_server import customers
from benchmarks.market_server import AT, listing
from benchmarks.measure import keep_to
from benchmarks.order_flow import DAY
from hoga.application import Hoga
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.clock import ManualClock, WallClock
from hoga.krx.fees import KIS_STOCK
from hoga.loop import run, undisturbed
from hoga.notify import LineNotifier
from hoga.server.access import Access
from hoga.server.feed import Feed
from hoga.server.listener import listen, serve
from hoga.server.routes import create
from hoga.storage.answers import Answers
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

TOKEN = "the-token-of-this-benchmark"


async def serve_bridge(home: Path, rest_url: str, websocket_url: str) -> None:
    """Serve until the standard input ends."""
    customer, clock, instrument = customers()[0], ManualClock(AT), listing().instrument
    async with KisClient(
        customer.keys,
        customer.account,
        customer.hts_id,
        Environment.REAL,
        clock=clock,
        luck=lambda: 0.5,
        rest_url=rest_url,
        websocket_url=websocket_url,
        names={instrument.code: instrument.name},
    ) as broker:
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
            account_number=customer.account,
            commission=KIS_STOCK,
            notes=(),
        )
        with contextlib.closing(Answers(home / "answers.sqlite")) as answers, undisturbed():
            await _serve(hoga, answers)


async def _serve(hoga: Hoga, answers: Answers) -> None:
    app = create(hoga, Access(TOKEN, WallClock().now, calls_per_second=10**9), answers)
    feed: Feed = app.state.feed
    with listen("127.0.0.1", 0) as listener:
        async with serve(app, listener) as url:
            _tell({"url": url})
            while words := (await asyncio.to_thread(sys.stdin.readline)).split():
                began = perf_counter()
                if words[0] == "publish":
                    for number in range(int(words[1])):
                        feed.publish("benchmark", {"number": number})
                _tell({"began": began, "number": feed.number})
        await feed.close()


def _tell(found: dict[str, object]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    keep_to(int(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        run(serve_bridge(Path(folder), sys.argv[2], sys.argv[3]))
