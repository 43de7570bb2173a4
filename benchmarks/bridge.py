"""The bridge: how many requests it answers, what it adds to a call and to an order, and its stream.

Requests: wrk asks from one core, with 32 connections, a server that is kept to another core. The bridge, with
a token, tells a quote and /hogainfo of an issue that trades twenty times a second at a KIS face in a third
process (`benchmarks.market_server`), which has what wrk leaves of its core. Beside it the design of seed 000
(`benchmarks.seed_server`) on Flask's own server and on gunicorn gives the same JSON. In every round each is
asked once, and the round gives one ratio; the CPU time of a request gives another, which a busy machine
disturbs less. A server that reads and checks nothing (`benchmarks.bare_server`) shows what is the machine's.
Without wrk (`apt install wrk`) they are left out.

Added: a book asked of the KIS client and through the bridge before it; an order from `Desk.place`, and from
the client of the bridge, to the first byte that is handed to KIS's socket, by POST /sell and by /v1/orders,
whose key is on the disk first. In time of the wall, all in one process over loopback.

Stream: updates that are published at once, until 200 readers in another process have the last one.
"""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, TCPConnector

from benchmarks.bridge_server import TOKEN
from benchmarks.desk import Line, Market, market
from benchmarks.face_server import customers
from benchmarks.market_server import listing
from benchmarks.measure import Timings, show
from benchmarks.order_flow import DAY
from hoga.application import Hoga
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.krx.fees import KIS_STOCK
from hoga.loop import run
from hoga.notify import LineNotifier
from hoga.server.access import Access
from hoga.server.bridge import bridge
from hoga.server.listener import listen
from hoga.storage.answers import Answers
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

CONNECTIONS = 32
READERS = 200

HOGA, FLASK, GUNICORN, THREADS = "hoga", "Flask's server", "gunicorn", "gunicorn with 32 threads"
BARE = "bare sockets"
AIMS = {GUNICORN: 10, FLASK: 20, THREADS: None, BARE: None}
MOST_P99 = 1.5

DIRECT, BRIDGED, KEYED = "without the bridge", "through the bridge", "by /v1/orders"

_HEADERS = {"Authorization": f"Bearer {TOKEN}"}
_START_PATIENCE = 30.0


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("The bridge, beside the design of seed 000", flush=True)
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0, 0]
    if shutil.which("wrk") is None:
        show("requests", "left out: wrk is not installed")
    else:
        with _servers(cores[-1], cores[0]) as servers:
            _measure_requests(servers, cores[0], rounds=1 if is_quick else 5, seconds=1 if is_quick else 3)
    asyncio.run(_measure_added(5 if is_quick else 300))  # uvloop does not use the sockets that note the byte
    with _bridge(cores[-1], cores[0]) as (server, _):
        updates, rounds = (20, 1) if is_quick else (200, 5)
        run(_measure_stream(server, updates, rounds))


# Requests -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk found: requests a second, how many, and how long they took in milliseconds."""

    rate: float
    count: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, and the process that does its work."""

    url: str
    process: "Process"


def _measure_requests(servers: dict[str, Contender], core: int, *, rounds: int, seconds: int) -> None:
    code = listing().instrument.code
    for what, path in (("quote", f"/v1/quotes?code={code}"), ("/hogainfo", f"/hogainfo?code=A{code}&k=5")):
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        spent: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                before = server.process.cpu()
                load = _press(server.url + path, core, seconds)
                loads[name].append(load)
                spent[name].append((server.process.cpu() - before) / load.count)
        for name, found in loads.items():
            p50, p99 = (median(getattr(each, key) for each in found) for key in ("p50", "p99"))
            rate, cpu = median(each.rate for each in found), median(spent[name]) * 1e6
            text = f"{rate:>12,.0f}   p50 {p50:.2f} ms, p99 {p99:.2f} ms, CPU {cpu:.1f} us"
            show(f"{what}, {name}: requests/s", text)
        for name, aim in AIMS.items():
            pairs = zip(loads[HOGA], loads[name], strict=True)
            ratio = median(ours.rate / theirs.rate for ours, theirs in pairs)
            by_cpu = Timings(spent).ratio(HOGA, name) if all(spent[HOGA]) else 0.0
            wanted = f"   (aim {aim})" if aim else ""
            show(f"{what}: / {name} (by CPU a request)", f"{ratio:>12.1f} x ({by_cpu:.1f} x){wanted}")
    show("aim for the p99 of hoga, ms", f"{MOST_P99:>12.1f}")


def _press(url: str, core: int, seconds: int) -> Load:
    """Ask for `seconds` as fast as the answers come. Raises `ValueError` for any that is not good."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    for name, value in _HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    if shutil.which("taskset") is not None:
        command = ["taskset", "-c", str(core), *command]
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=60, check=True)
    return read_wrk(done.stdout)


def read_wrk(text: str) -> Load:
    """What wrk has printed. Raises `ValueError` when an answer was not good or did not come."""
    if re.search(r"Non-2xx|Socket errors: (?!connect 0, read 0, write 0, timeout 0)", text):
        raise ValueError(text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    count = re.search(r"(\d+) requests in", text)
    waits = {percent: _milliseconds(text, percent) for percent in ("50", "99")}
    if rate is None or count is None:
        raise ValueError(text)
    return Load(float(rate[1]), int(count[1]), waits["50"], waits["99"])


_UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


def _milliseconds(text: str, percent: str) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", text, re.MULTILINE)
    if found is None:
        raise ValueError(text)
    return float(found[1]) * _UNITS[found[2]]


@contextmanager
def _servers(core: int, other: int) -> Iterator[dict[str, Contender]]:
    """All contenders, which have given the same, on one core; the bridge's market is on another."""
    ports = [_free_port() for _ in range(4)]
    listening = [f"127.0.0.1:{port}" for port in ports]
    gunicorn = ["gunicorn", "benchmarks.seed_server:app", "--workers", "1", "--log-level", "error", "--bind"]
    pinned = ["taskset", "-c", str(core)] if shutil.which("taskset") is not None else []
    with ExitStack() as stack:
        ours, market = stack.enter_context(_bridge(core, other))
        servers = {HOGA: Contender(ours.read()["url"], ours)}
        for name, where, words, before in (
            (FLASK, listening[0], ["benchmarks.seed_server", str(core), str(ports[0])], []),
            (GUNICORN, listening[1], [*gunicorn, listening[1]], pinned),
            (THREADS, listening[2], [*gunicorn, listening[2], "--threads", "32"], pinned),
            (BARE, listening[3], ["benchmarks.bare_server", str(core), str(ports[3])], []),
        ):
            servers[name] = Contender(f"http://{where}", stack.enter_context(_process(words, before)))
        run(_check_same([server.url for server in servers.values()]))
        market.tell("move")
        yield servers


@contextmanager
def _bridge(core: int, other: int) -> Iterator[tuple["Process", "Process"]]:
    """The bridge, and its market on another core."""
    with _process(["benchmarks.market_server", str(other)]) as market:
        face = market.read()
        with _process(["benchmarks.bridge_server", str(core), face["rest"], face["ws"]]) as server:
            yield server, market


async def _check_same(urls: Sequence[str]) -> None:
    """All answer alike. The bridge is asked twice, and then follows the issue."""
    code = listing().instrument.code
    async with ClientSession(headers=_HEADERS) as http:
        for path in (f"/v1/quotes?code={code}", f"/hogainfo?code=A{code}&k=5"):
            bodies = [await _answer_of(http, url + path) for url in (*urls, urls[0])]
            if any(body != bodies[0] for body in bodies):
                raise ValueError(f"they answer {path} otherwise: {bodies}")
    await asyncio.sleep(1.5)  # the bridge looks once a second for what is to be followed


async def _answer_of(http: ClientSession, url: str) -> Any:
    began = perf_counter()
    while True:
        try:
            async with http.get(url) as answer:
                return json.loads(await answer.read())
        except ClientError:
            if perf_counter() - began > _START_PATIENCE:
                raise
        await asyncio.sleep(0.1)


class Process:
    """A server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def read(self) -> dict[str, Any]:
        """A line that it prints."""
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def tell(self, order: str) -> dict[str, Any]:
        """Its answer to an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return self.read()

    def cpu(self) -> float:
        """CPU seconds of it and of its children so far; 0 where the system does not tell."""
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if self._process.pid in (int(status.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0


@contextmanager
def _process(module: Sequence[str], before: Sequence[str] = ()) -> Iterator[Process]:
    command = [*before, sys.executable, "-m", *module]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield Process(process)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# What it adds ---------------------------------------------------------------------------------------------


async def _measure_added(rounds: int) -> None:
    line, customer = Line(), customers()[0]
    with tempfile.TemporaryDirectory() as home, closing(Answers(Path(home) / "answers.sqlite")) as answers:
        async with (
            market() as joined,
            KisClient(
                customer.keys,
                customer.account,
                customer.hts_id,
                Environment.REAL,
                clock=joined.clock,
                luck=lambda: 0.5,
                rest_url=joined.face.rest_url,
                has_stream=False,  # so that nothing is followed, and every book is asked for
                connect=line.connect,
            ) as client,
        ):
            hoga = await _open(joined, client, customer.account)
            with listen("127.0.0.1", 0) as listener:
                access = Access(TOKEN, joined.clock.now)
                async with (
                    bridge(hoga, listener, access, answers) as url,
                    ClientSession(headers=_HEADERS) as http,
                ):
                    books, orders = await _compare(joined, hoga, line, http, url, rounds)
    for what, timings in (("a book", books), ("an order until its first byte to KIS", orders)):
        for name, spent in timings.seconds.items():
            pairs = zip(spent, timings.seconds[DIRECT], strict=True)
            added = median(bridged - direct for bridged, direct in pairs) * 1e6
            text = "" if name == DIRECT else f"   {added:,.0f} more"
            show(f"{what}, {name}: us", f"{median(spent) * 1e6:>12,.0f}{text}")


async def _open(joined: Market, client: KisClient, account: str) -> Hoga:
    desk = Desk(
        client,
        client,
        MemoryJournal(),
        joined.clock,
        LineNotifier(lambda told: None),
        [joined.instrument],
        control=MemoryControl(),
        limits=NO_LIMITS,
    )
    await desk.open(DAY)
    return Hoga(
        day=DAY,
        prices="made",
        broker=client,
        market=client,
        desk=desk,
        clock=joined.clock,
        instruments={joined.instrument.code: joined.instrument},
        account_number=account,
        commission=KIS_STOCK,
        notes=(),
    )


async def _compare(
    joined: Market, hoga: Hoga, line: Line, http: ClientSession, url: str, rounds: int
) -> tuple[Timings, Timings]:
    """A book and an order, directly and through the bridge, in turns."""
    code = joined.instrument.code
    books: dict[str, list[float]] = {DIRECT: [], BRIDGED: []}
    orders: dict[str, list[float]] = {DIRECT: [], BRIDGED: [], KEYED: []}
    warm_up = 3
    for turn in range(warm_up + rounds):
        joined.tick()
        began = perf_counter()
        await hoga.market.book(code)
        asked = perf_counter()
        async with http.get(f"{url}/v1/books/{code}") as answer:
            await answer.read()
        told = perf_counter()

        async def direct() -> None:
            await hoga.desk.place(joined.sale(), "benchmark")

        async def bridged() -> None:
            sale: dict[str, str | int] = {
                "acc": hoga.account_number,
                "front": "A",
                "code": code,
                "amount": 1,
                "price": joined.price,
            }
            async with http.post(f"{url}/sell", params=sale) as answer:
                _require_open((await answer.json())["status"])

        async def keyed(key: str = f"benchmark-{turn}") -> None:
            sale = {"code": code, "side": "sell", "quantity": 1, "price": joined.price}
            async with http.post(f"{url}/v1/orders", json=sale, headers={"Idempotency-Key": key}) as answer:
                _require_open((await answer.json())["order"]["status"])

        for name, place in ((DIRECT, direct), (BRIDGED, bridged), (KEYED, keyed)):
            joined.tick()
            hoga.desk.mark(code, joined.price)
            line.arm()
            placing = perf_counter()
            await place()
            if turn >= warm_up:
                orders[name].append(line.sent_at - placing)
        if turn >= warm_up:
            books[DIRECT].append(asked - began)
            books[BRIDGED].append(told - asked)
    return Timings(books), Timings(orders)


def _require_open(status: str) -> None:
    if status != "open":
        raise ValueError(f"an order is {status}")


# The stream -----------------------------------------------------------------------------------------------


async def _measure_stream(server: Process, updates: int, rounds: int) -> None:
    url = server.read()["url"]
    single, burst = [], []
    async with ClientSession(headers=_HEADERS, connector=TCPConnector(limit=0)) as http:
        readers = [await http.ws_connect(f"{url}/v1/stream") for _ in range(READERS)]
        for reader in readers:
            await reader.receive_str(timeout=10)  # the snapshot
        for _ in range(rounds):
            single.append(await _spread(server, readers, 1))
            burst.append(await _spread(server, readers, updates))
            await asyncio.sleep(0.1)
        for reader in readers:
            await reader.close()
    show(f"one update to {READERS} readers, ms until the last has it", f"{median(single) * 1e3:>12.1f}")
    rate = updates * READERS / median(burst)
    show(f"{updates} updates to {READERS} readers, messages/s", f"{rate:>12,.0f}")


async def _spread(server: Process, readers: Sequence[ClientWebSocketResponse], updates: int) -> float:
    """Seconds from the publishing of so many updates until every reader has read the last."""
    told = await asyncio.to_thread(server.tell, f"publish {updates}")

    async def read(reader: ClientWebSocketResponse) -> None:
        while f'"number":{told["number"]},' not in await reader.receive_str(timeout=30):
            pass

    await asyncio.gather(*(read(reader) for reader in readers))
    return perf_counter() - float(told["began"])
