"""What the desk adds to an order and to a fill, in time of the wall.

Order: from `Desk.place` to the first byte that is handed to the socket, with journal and switch in memory,
and with both in a SQLite file, where the intent is on the disk before that byte. Beside them a bare aiohttp
client sends the same kind of call. The order is a sale: for a buy the desk first asks the broker for the
buying power.

Fill: from the `recv` that brings the notice's frame to the desk's listeners, which wake the strategy, and to
the strategy's `decide`, which a `Runner` calls after it has read cash and prices afresh: two calls to the
broker. With the file, the fill is on the disk before either. Beside them a bare aiohttp WebSocket takes
such a frame, decrypts it and splits it.

Exchange, KIS face and clients are in one process and joined over loopback. Each round gives one ratio.
"""

import asyncio
import os
import random
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Protocol
from unittest.mock import patch

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, web

from benchmarks.calls import order
from benchmarks.face_server import INSTRUMENTS, customers, issues
from benchmarks.measure import Timings, show
from benchmarks.order_flow import DAY
from hoga.brokers.kis import wire
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import PROFILES, Action, Environment
from hoga.brokers.kis.envelope import headers
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.notices import NoticeCipher, NoticeRecord, Outcome, notice_frame
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.events import OrderFilled
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.domain.wake import Decision, View, WhenOrderChanges
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.ports import Control, Journal
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.storage.made import MadeBars
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import NO_LIMITS
from hoga.trading.records import Event
from hoga.trading.runner import Runner

MEMORY, FILE, BARE = "in memory", "in a file", "bare aiohttp"

_AT = datetime.combine(DAY, time(10), KST)
_REAL = Environment.REAL
_MAKER = "9000000001"
_READS = "cash and prices read, by themselves"
_WARM_UP = 3
"""Rounds that are not counted: they make what is made at first use."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds from a frame to whoever waits for it; `reads` are those of the same two calls by themselves."""

    listener: float
    strategy: float
    reads: float = 0.0


class Contender(Protocol):
    """Sends an order and hears of its fill."""

    async def send(self) -> float:
        """Seconds from the decision to the first byte."""

    async def hear(self) -> Heard:
        """What it takes to hear of the fill. Without a strategy, both are the same."""


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("The desk, from decision to first byte and from frame to callback")
    rounds = 3 if is_quick else 300
    with tempfile.TemporaryDirectory() as home:
        measured = asyncio.run(asyncio.wait_for(_measure(Path(home), rounds), 180))
        disk = median(_sync(Path(home) / "plain", rounds))
    for name, seconds in measured.pop(_READS).seconds.items():
        show(f"{_READS}, {name}: us", f"{median(seconds) * 1e6:>12,.0f}")
    for title, timings in measured.items():
        for name, spent in timings.seconds.items():
            show(f"{title}, {name}: us", f"{median(spent) * 1e6:>12,.0f}")
        for name in (MEMORY, FILE):
            show(f"{title}, {name}: / {BARE}", f"{timings.ratio(BARE, name):>12.1f} x")
    show("a bare write and fsync in the same folder: us", f"{disk * 1e6:>12,.0f}")


async def _measure(home: Path, rounds: int) -> dict[str, Timings]:
    async with AsyncExitStack() as opened:
        joined = await opened.enter_async_context(market())
        in_memory, in_file = customers()[:2]
        path = home / "desk.sqlite"
        journal = opened.enter_context(closing(SqlJournal(path, KINDS)))
        control = opened.enter_context(closing(SqlControl(path)))
        forgetful = _trader(joined, in_memory, MemoryJournal(), MemoryControl())
        contenders: dict[str, Contender] = {
            MEMORY: await opened.enter_async_context(forgetful),
            FILE: await opened.enter_async_context(_trader(joined, in_file, journal, control)),
            BARE: await opened.enter_async_context(_bare()),
        }
        orders: dict[str, list[float]] = {name: [] for name in contenders}
        listeners: dict[str, list[float]] = {name: [] for name in contenders}
        strategies: dict[str, list[float]] = {name: [] for name in contenders}
        reads: dict[str, list[float]] = {name: [] for name in (MEMORY, FILE)}
        for turn in range(_WARM_UP + rounds):
            for name, contender in contenders.items():
                sent, heard = await contender.send(), await contender.hear()
                if turn >= _WARM_UP:
                    orders[name].append(sent)
                    listeners[name].append(heard.listener)
                    strategies[name].append(heard.strategy)
                    if name in reads:
                        reads[name].append(heard.reads)
    return {
        "decision to first byte": Timings(orders),
        "frame to the desk's listener": Timings(listeners),
        "frame to the strategy's callback": Timings(strategies),
        _READS: Timings(reads),
    }


def _sync(path: Path, times: int) -> list[float]:
    """Seconds that a line and an fsync take, without any database."""
    spent = []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            began = perf_counter()
            file.write(b"x" * 300)
            os.fsync(file.fileno())
            spent.append(perf_counter() - began)
    return spent


# Where time is taken --------------------------------------------------------------------------------------


class Line:
    """When a client handed over the first byte, and when the last ones came."""

    def __init__(self) -> None:
        self.sent_at = 0.0
        self.read_at = 0.0
        self._is_armed = False

    def connect(self) -> TCPConnector:
        """A connector whose sockets note it here."""
        return TCPConnector(socket_factory=lambda info: _Socket(self, *info[:3]))

    def arm(self) -> None:
        """The next byte is the first."""
        self._is_armed = True

    def note_send(self) -> None:
        """Bytes are about to be handed over."""
        if self._is_armed:
            self.sent_at, self._is_armed = perf_counter(), False

    def note_read(self) -> None:
        """Bytes have come."""
        self.read_at = perf_counter()


class _Socket(socket.socket):
    def __init__(self, line: Line, *how: int) -> None:
        super().__init__(*how)
        self._line = line

    def send(self, *what: Any) -> int:
        self._line.note_send()
        return super().send(*what)

    def sendmsg(self, *what: Any) -> int:  # how asyncio sends several pieces from Python 3.12 on
        self._line.note_send()
        return super().sendmsg(*what)

    def recv(self, *size: int) -> bytes:
        found = super().recv(*size)
        self._line.note_read()
        return found


# The desk -------------------------------------------------------------------------------------------------


class Market:
    """One issue whose price stays, and the KIS face before it."""

    def __init__(self) -> None:
        listing = issues()[0]
        self.instrument, self.price = listing.instrument, listing.base_price
        stock = (Holding(self.instrument.code, 10**6, 10**9),)
        openings = [Opening(account=each.account, deposit=10**9, holdings=stock) for each in customers()]
        openings.append(Opening(account=_MAKER, deposit=10**15))
        exchange = Exchange(DAY, [listing], openings, KIS_STOCK)
        self._simulation = Simulation(exchange, Flow(DAY, (), {}, random.Random))
        self.clock, ids = ManualClock(_AT), count(1)
        bars = MadeBars(1, INSTRUMENTS)
        self.face = KisFace(
            self._simulation, self.clock, bars, customers(), _REAL, lambda: f"{next(ids):032x}"
        )
        self._simulation.advance(_AT)

    def tick(self) -> None:
        """A second later."""
        self.clock.set(self.clock.now() + timedelta(seconds=1))

    def sale(self) -> OrderRequest:
        """One share, offered at the price."""
        return OrderRequest(code=self.instrument.code, side=Side.SELL, quantity=1, price=self.price)

    def buy(self) -> None:
        """Somebody takes the share that is offered."""
        command = Place(_MAKER, self.instrument.code, Side.BUY, 1, self.price)
        self._simulation.submit(command, self.clock.now())


@asynccontextmanager
async def market() -> AsyncIterator[Market]:
    """One that is open."""
    joined = Market()
    async with joined.face:
        yield joined


class Waiting:
    """A strategy that only notes when it is called: at first, and then whenever its orders change."""

    name = "benchmark"
    codes: frozenset[str] = frozenset()
    history = 0

    def __init__(self) -> None:
        self.called: asyncio.Queue[float] = asyncio.Queue()

    def decide(self, view: View, at: datetime) -> Decision:
        self.called.put_nowait(perf_counter())
        return Decision(wake_ups=(WhenOrderChanges(),))


class Trader:
    """A desk at KIS that sells a share, and a strategy under a runner that hears of it."""

    def __init__(self, market: Market, client: KisClient, desk: Desk, line: Line, strategy: Waiting) -> None:
        self._market = market
        self._client = client
        self._desk = desk
        self._line = line
        self._strategy = strategy
        self._framed_at = self._listened_at = 0.0
        self._request = market.sale()
        desk.listen(self._listen)

    async def send(self) -> float:
        self._market.tick()
        self._desk.mark(self._request.code, self._market.price)  # as followed prices are
        self._line.arm()
        began = perf_counter()
        placed = await self._desk.place(self._request, self._strategy.name)
        if placed.status is not OrderStatus.OPEN:
            raise ValueError(f"an order is {placed.status}")
        return self._line.sent_at - began

    async def hear(self) -> Heard:
        self._market.buy()
        called_at = await asyncio.wait_for(self._strategy.called.get(), 10)
        began = perf_counter()
        await self._desk.cash()
        await self._client.quotes([self._request.code])
        reads = perf_counter() - began
        return Heard(self._listened_at - self._framed_at, called_at - self._framed_at, reads)

    def _listen(self, event: Event, order: Order | None) -> None:
        if isinstance(event, OrderFilled):
            self._framed_at, self._listened_at = self._line.read_at, perf_counter()


@asynccontextmanager
async def _trader(
    market: Market, customer: Customer, journal: Journal, control: Control
) -> AsyncIterator[Trader]:
    line = Line()
    client = KisClient(
        customer.keys,
        customer.account,
        customer.hts_id,
        _REAL,
        clock=market.clock,
        luck=lambda: 0.5,
        rest_url=market.face.rest_url,
        websocket_url=market.face.ws_url,
    )
    async with AsyncExitStack() as opened:
        with patch("aiohttp.TCPConnector", lambda **how: line.connect()):  # for orders and the stream
            await opened.enter_async_context(client)
        desk = Desk(
            client,
            client,
            journal,
            market.clock,
            LineNotifier(lambda told: None),
            [market.instrument],
            control=control,
            limits=NO_LIMITS,
        )
        await desk.open(DAY)
        strategy = Waiting()
        trader = Trader(market, client, desk, line, strategy)
        running = asyncio.create_task(Runner(desk, client, strategy, market.clock).run())
        await asyncio.wait_for(strategy.called.get(), 10)
        try:
            yield trader
        finally:
            running.cancel()
            await asyncio.wait({running})


# Without a desk -------------------------------------------------------------------------------------------


class Bare:
    """aiohttp alone, before a server that does nothing."""

    def __init__(self, http: ClientSession, line: Line, ours: ClientWebSocketResponse, url: str) -> None:
        customer = customers()[0]
        request = wire.order_request(order(), customer.account, _REAL)
        self._http = http
        self._line = line
        self._ours = ours
        self._url = url
        self._body, self._headers = request.body, headers(request, customer.keys, "token")
        self._cipher = NoticeCipher("k" * 32, "i" * 16)
        self._record = _record(customer)
        self._frame = notice_frame(PROFILES[_REAL].notice_stream, [self._record], self._cipher)

    async def send(self) -> float:
        self._line.arm()
        began = perf_counter()
        async with self._http.post(self._url, data=self._body, headers=self._headers) as answer:
            await answer.read()
        return self._line.sent_at - began

    async def hear(self) -> Heard:
        await self._ours.send_str(self._frame)
        text = await self._ours.receive_str(timeout=10)
        fields = self._cipher.decrypt(text.split("|", 3)[3]).split("^")
        spent = perf_counter() - self._line.read_at
        if self._record.account not in fields:
            raise ValueError("another frame")
        return Heard(spent, spent)


@asynccontextmanager
async def _bare() -> AsyncIterator[Bare]:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"rt_cd": "0"})

    async def echo(request: web.Request) -> web.WebSocketResponse:
        theirs = web.WebSocketResponse()
        await theirs.prepare(request)
        async for message in theirs:
            await theirs.send_str(message.data)
        return theirs

    server, line = web.Application(), Line()
    server.router.add_post("/", answer)
    server.router.add_get("/", echo)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with ClientSession(connector=line.connect()) as http, http.ws_connect(url) as ours:
            yield Bare(http, line, ours, url)
    finally:
        await runner.cleanup()


def _record(customer: Customer) -> NoticeRecord:
    """A fill as KIS tells it."""
    request = order().request
    assert request.price is not None
    return NoticeRecord(
        account=customer.account,
        number="1",
        action=Action.PLACE,
        outcome=Outcome.FILLED,
        side=request.side,
        code=request.code,
        quantity=request.quantity,
        price=request.price,
        at=_AT,
        order_quantity=request.quantity,
        order_price=request.price,
        hts_id=customer.hts_id,
    )
