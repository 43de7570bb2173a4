"""A client within KIS's limits: many prices, orders before a backlog, and what the governor costs.

A process of its own answers every call after 30 ms (`slow_kis`). Seconds are those of the wall, as a person
waits them, and the most calls in a second are counted where they arrive. python-kis asks in the same run, by
its own `fetch` with nothing changed but its address, and so does KIS's official sample, in its way and with
the pauses that it leaves (`benchmarks.sample`). Neither has a call for many prices.
"""

import asyncio
import json
import logging
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any
from unittest.mock import patch

from benchmarks.measure import cpu_seconds, show
from benchmarks.sample import PAUSE, Sample
from benchmarks.slow_kis import CODES
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.governor import Governor
from hoga.brokers.kis.pacing import Pacing
from hoga.brokers.kis.rates import Priority, calls_per_second
from hoga.brokers.kis.shared import SharedFile
from hoga.brokers.kis.tokens import Tokens
from hoga.clock import ManualClock, WallClock
from hoga.domain.notices import Accepted
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST

KEYS = Keys("k" * 36, "s" * 180)
ACCOUNT = "5001234501"
PRICES = 200
BACKLOG = 500

_PEER = "inquire-price, one by one, python-kis"
_SAMPLE = f"inquire-price, one by one, the sample ({PAUSE} s between)"


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("Calls within KIS's limits, 30 ms each")
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(asyncio.wait_for(_measure(Path(home), is_quick=is_quick), 180))
        _measure_cost(Path(home), 200 if is_quick else 5_000)


async def _measure(home: Path, *, is_quick: bool) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.slow_kis", stdin=PIPE, stdout=PIPE
    )
    try:
        url = (await _line(process))["url"]
        ours = await _measure_prices(home, url, 1 if is_quick else 7)
        count = 25 if is_quick else PRICES
        await _starts(process)
        peer = await asyncio.to_thread(_ask_peer, url, count)
        if peer is not None:
            show(f"{_PEER}: {count} prices, s", f"{peer:>12.2f}")
            show("/ ours, price by price", f"{peer / count / (ours / PRICES):>12.1f} x")
            show("most of its calls in one second, in a burst, of 20", f"{_most(await _starts(process)):>12}")
        count = 5 if is_quick else PRICES
        sampled = await asyncio.to_thread(_ask_sample, url, count)
        if sampled is not None:
            show(f"{_SAMPLE}: {count} prices, s", f"{sampled:>12.2f}")
            show("/ ours, price by price", f"{sampled / count / (ours / PRICES):>12.1f} x")
        await _measure_order(home, url, 2 if is_quick else 8)
        await _measure_processes(home, url, process, 12 if is_quick else 32)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()


async def _measure_prices(home: Path, url: str, rounds: int) -> float:
    spent = []
    async with client(home, url) as broker:
        for _ in range(rounds):
            await asyncio.sleep(1.1)  # the second of the calls before is over
            began = perf_counter()
            found = await broker.quotes(CODES[:PRICES])
            spent.append(perf_counter() - began)
            if [quote.last_price for quote in found.values()] != [70_100] * PRICES:
                raise ValueError("other prices")
    show(f"hoga: {PRICES} prices, s", f"{median(spent):>12.3f}")
    return median(spent)


async def _measure_order(home: Path, url: str, orders: int) -> None:
    """Orders are judged and placed, as a desk does it, while the backlog of prices waits."""
    async with client(home, url) as broker:
        backlog = [asyncio.create_task(broker.quotes([code])) for code in CODES[:BACKLOG]]
        await asyncio.sleep(0.2)
        waits = []
        for _ in range(orders):
            began, placed = perf_counter(), order()
            code, price = placed.request.code, placed.request.price
            await broker.quotes([code], for_order=True)
            await broker.buying_power(code, price, for_order=True)
            answer = await broker.place(placed)
            waits.append(perf_counter() - began)
            if not isinstance(answer, Accepted):
                raise ValueError(f"an order was answered {answer}")
            await asyncio.sleep(0.3)
        left = sum(not task.done() for task in backlog)
        for task in backlog:
            task.cancel()
        await asyncio.wait(backlog)
    show(
        f"judging and placing an order while {BACKLOG} prices wait, median ms",
        f"{median(waits) * 1e3:>12.1f}",
    )
    show("the slowest of them, ms (prices that still waited)", f"{max(waits) * 1e3:>12.1f}   ({left})")


async def _measure_processes(home: Path, url: str, kis: Process, calls: int) -> None:
    """Two processes ask at once."""
    await asyncio.sleep(1.1)
    await _starts(kis)
    asking = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.calls", str(home), url, str(calls)
        )
        for _ in range(2)
    ]
    codes = [await each.wait() for each in asking]
    starts = await _starts(kis)
    if codes != [0, 0] or len(starts) != 2 * calls:
        raise ValueError(f"{len(starts)} calls arrived, the processes ended with {codes}")
    pacing = Pacing.decode(SharedFile(pace_file(home)).read())
    if pacing is None:
        raise ValueError("no starts are written down")
    begun = [start / 1e6 for start in pacing.starts[-2 * calls :]]
    show("two processes: most starts in one second, of 18", f"{_most(begun):>12}")
    show("most that arrived in one second", f"{_most(starts):>12}")


async def ask_prices(home: Path, url: str, calls: int) -> None:
    """What each of the two processes does."""
    async with client(home, url) as broker:
        await asyncio.gather(*(broker.quotes([code]) for code in CODES[:calls]))


def client(home: Path, url: str) -> KisClient:
    """A client that shares its login and its limit through `home`."""
    clock = WallClock()
    return KisClient(
        KEYS,
        ACCOUNT,
        "bench1",
        Environment.REAL,
        clock=clock,
        luck=lambda: 0.5,
        rest_url=url,
        has_stream=False,
        tokens=Tokens.open(home, KEYS, url, clock),
        governor=Governor(
            SharedFile(pace_file(home)), clock, lambda day: calls_per_second(Environment.REAL, day)
        ),
    )


def pace_file(home: Path) -> Path:
    """Where the starts of all processes are written down."""
    return home / "bench.pace"


def order() -> Order:
    """One that is about to be sent."""
    return Order(
        order_id="bench-1",
        request=OrderRequest(code=CODES[0], side=Side.BUY, quantity=1, price=70_000),
        source="benchmark",
        status=OrderStatus.SUBMITTED,
        price=70_000,
    )


def _ask_peer(url: str, count: int) -> float | None:
    """Seconds that python-kis takes one by one, and a burst; None when it is not installed."""
    try:
        import pykis.kis
    except ImportError:
        return None
    logging.getLogger("pykis").setLevel(logging.CRITICAL)
    with patch("pykis.kis.REAL_DOMAIN", url):
        peer = pykis.kis.PyKis(
            id="bench1", account=ACCOUNT, appkey=KEYS.appkey, secretkey=KEYS.appsecret, use_websocket=False
        )
        try:
            _ask_peer_price(peer, CODES[0])  # its login is not timed
            began = perf_counter()
            for code in CODES[:count]:
                _ask_peer_price(peer, code)
            spent = perf_counter() - began
            # Late in its window a burst is let through, and a window later the next.
            sleep(1.2)
            _ask_peer_price(peer, CODES[0])
            sleep(0.9)
            with ThreadPoolExecutor(16) as threads:
                list(threads.map(lambda code: _ask_peer_price(peer, code), CODES[:36]))
            return spent
        finally:
            peer.close()


def _ask_peer_price(peer: Any, code: str) -> None:
    found = peer.fetch(
        "/uapi/domestic-stock/v1/quotations/inquire-price",
        api="FHKST01010100",
        params={"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code},
        domain="real",
    )
    if found.output.stck_prpr != "70100":
        raise ValueError("other prices")


def _ask_sample(url: str, count: int) -> float | None:
    """Seconds that KIS's official sample takes one by one; None without the packages that it uses."""
    sample = Sample(url, KEYS)
    try:
        sample.price(CODES[0])  # what is made at first use is not timed
    except ImportError:
        return None
    began = perf_counter()
    for code in CODES[:count]:
        if sample.price(code) != 70_100:
            raise ValueError("other prices")
        sample.pause()
    return perf_counter() - began


def _measure_cost(home: Path, calls: int) -> None:
    """CPU of one turn that need not wait."""
    clock = ManualClock(datetime(2026, 11, 20, 10, tzinfo=KST))
    governor = Governor(SharedFile(home / "cost.pace"), clock, lambda day: 18)

    async def turns() -> None:
        for _ in range(calls):
            clock.set(clock.now() + timedelta(seconds=0.1))
            await governor.turn(Priority.QUOTE)

    spent, _ = cpu_seconds(lambda: asyncio.run(turns()))
    show("cost of a turn, us CPU", f"{spent / calls * 1e6:>12.0f}")


def _most(starts: Sequence[float]) -> int:
    """Most calls that arrived in any second."""
    return max(sum(start <= each < start + 1 for each in starts) for start in starts)


async def _starts(process: Process) -> list[float]:
    assert process.stdin is not None
    process.stdin.write(b"starts\n")
    await process.stdin.drain()
    return sorted((await _line(process))["starts"])


async def _line(process: Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    found: Mapping[str, Any] = json.loads(line)
    return found


if __name__ == "__main__":
    asyncio.run(ask_prices(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
