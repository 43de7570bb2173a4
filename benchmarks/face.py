"""The KIS face over loopback, in one process of its own: requests and pushed ticks.

The rates are those of one client process on the same machine, so the client may be what they wait for. The
CPU seconds of the face are its own, and are compared with a bare aiohttp server in the same process that
answers every request with a body of about the same length.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from benchmarks.face_server import customers, issues
from benchmarks.measure import show
from benchmarks.order_flow import DAY
from hoga.brokers.kis.frames import subscribe_request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.services import SERVICES, Call
from hoga.krx.ticks import grid

AT_ONCE = 8
"""Requests that the client has under way."""

PRINTS = "H0STCNT0"
_JSON = {"content-type": "application/json"}


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    print("KIS face over loopback, one process")
    asyncio.run(asyncio.wait_for(_measure(is_quick=is_quick), 90))


async def _measure(*, is_quick: bool) -> None:
    requests, bursts = (100, 2) if is_quick else (3_000, 30)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.face_server", stdin=PIPE, stdout=PIPE
    )
    try:
        urls = await _line(process)
        async with ClientSession() as http:
            await _measure_rest(process, http, urls, requests)
            for sockets in (1, 10):
                await _measure_push(process, http, urls, sockets, bursts)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()


async def _measure_rest(process: Process, http: ClientSession, urls: Mapping[str, Any], count: int) -> None:
    kim = customers()[0]
    token = (await _login(http, urls["rest"] + "/oauth2/tokenP", kim, "appsecret"))["access_token"]
    listing = issues()[0]
    code = listing.instrument.code
    far = grid(listing.instrument.market, listing.instrument.kind, DAY).floor(listing.base_price * 9 // 10)
    headers = {
        "authorization": f"Bearer {token}",
        "appkey": kim.keys.appkey,
        "appsecret": kim.keys.appsecret,
        "custtype": "P",
        **_JSON,
    }
    price = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code}
    order = {
        "CANO": kim.account[:8],
        "ACNT_PRDT_CD": kim.account[8:],
        "PDNO": code,
        "ORD_DVSN": "00",
        "ORD_QTY": "1",
        "ORD_UNPR": str(far),
    }
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {"bare aiohttp": ("GET", urls["bare"] + "/", {})}
    for name, call, sent in (("inquire-price", Call.PRICE, price), ("order-cash", Call.BUY, order)):
        service = SERVICES[call]
        fields = {"params": sent} if service.method == "GET" else {"data": json.dumps(sent)}
        signed = {**headers, "tr_id": service.real[0]}
        asked[name] = (service.method, urls["rest"] + service.path, {**fields, "headers": signed})
    spent: dict[str, float] = {}
    await _ask(http, *asked["inquire-price"], AT_ONCE)
    await asyncio.sleep(1)  # The first question about an issue makes its year, beside the answers.
    for name, (method, url, options) in asked.items():
        await _ask(http, method, url, options, max(count // 10, AT_ONCE))
        before = await _cpu(process)
        began = perf_counter()
        waits = sorted(await _ask(http, method, url, options, count))
        wall = perf_counter() - began
        spent[name] = (await _cpu(process) - before) / len(waits)
        show(
            f"{name}, requests/s",
            f"{len(waits) / wall:>12,.0f}   p99 {waits[len(waits) * 99 // 100] * 1e3:.1f} ms",
        )
        show(f"{name}, requests a CPU second of the face", f"{1 / spent[name]:>12,.0f}")
        if name != "bare aiohttp":
            show(f"{name} / bare aiohttp, by CPU", f"{spent['bare aiohttp'] / spent[name]:>12.2f} x")


async def _ask(
    http: ClientSession, method: str, url: str, options: dict[str, Any], count: int
) -> list[float]:
    """Ask `count` times; the seconds that each answer took."""
    waits: list[float] = []

    async def client() -> None:
        for _ in range(count // AT_ONCE):
            began = perf_counter()
            async with http.request(method, url, **options) as answer:
                body = await answer.json(content_type=None)
            waits.append(perf_counter() - began)
            if body["rt_cd"] != "0":
                raise ValueError(f"{url} answered {body}")

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return waits


async def _measure_push(
    process: Process, http: ClientSession, urls: Mapping[str, Any], sockets: int, bursts: int
) -> None:
    codes = [listing.instrument.code for listing in issues()]
    times = 5
    ears = []
    for customer in customers()[:sockets]:
        found = await _login(http, urls["rest"] + "/oauth2/Approval", customer, "secretkey")
        ear = await http.ws_connect(urls["ws"])
        for code in codes:
            await ear.send_str(subscribe_request(found["approval_key"], PRINTS, code))
            answer = json.loads(await ear.receive_str(timeout=5))
            if answer["body"]["rt_cd"] != "0":
                raise ValueError(f"not subscribed: {answer}")
        ears.append(ear)
    before, began, ticks = await _cpu(process), perf_counter(), 0
    for _ in range(bursts):
        wanted = times * len(codes)
        heard = await asyncio.gather(
            _command(process, f"push {times}"), *(_hear(ear, wanted) for ear in ears)
        )
        ticks += sum(each for each in heard if isinstance(each, int))
    wall = perf_counter() - began
    spent = await _cpu(process) - before
    for ear in ears:
        await ear.close()
    title = f"{sockets} socket{'s' if sockets > 1 else ''} of {len(codes)} subscriptions"
    show(f"{title}, ticks/s", f"{ticks / wall:>12,.0f}")
    show(f"{title}, ticks a CPU second of the face", f"{ticks / spent:>12,.0f}")


async def _hear(ear: ClientWebSocketResponse, wanted: int) -> int:
    """Read until `wanted` prints have come."""
    heard = 0
    while heard < wanted:
        text = await ear.receive_str(timeout=10)
        if text.startswith("0|"):
            heard += int(text.split("|", 3)[2])
    return heard


async def _login(http: ClientSession, url: str, customer: Customer, secret: str) -> Mapping[str, Any]:
    keys = customer.keys
    body = {"grant_type": "client_credentials", "appkey": keys.appkey, secret: keys.appsecret}
    async with http.post(url, data=json.dumps(body), headers=_JSON) as answer:
        found: Mapping[str, Any] = await answer.json(content_type=None)
    return found


async def _cpu(process: Process) -> float:
    return float((await _command(process, "cpu"))["cpu"])


async def _command(process: Process, words: str) -> Mapping[str, Any]:
    assert process.stdin is not None
    process.stdin.write(f"{words}\n".encode())
    await process.stdin.drain()
    return await _line(process)


async def _line(process: Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    found: Mapping[str, Any] = json.loads(line)
    return found
