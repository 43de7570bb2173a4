"""Numbers that come twice or out of turn, and lines that end: nothing is told twice or skipped."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from tests.brokers.remote.far import TOKEN
from tests.brokers.remote.pair import QUICK, until

from hoga.brokers.remote.rest import Rest
from hoga.brokers.remote.stream import Stream
from hoga.domain.errors import BadInput, BrokerError, Unreachable, WireError

Script = Callable[[web.WebSocketResponse, dict[str, str]], Awaitable[None]]


def snapshot(number: int, stream: str = "s") -> dict[str, Any]:
    return {"kind": "snapshot", "stream": stream, "number": number, "orders": [], "later": True}


def update(number: int) -> dict[str, Any]:
    return {"kind": "trade", "number": number, "data": {}}


def problem(status: int, reason: str) -> dict[str, Any]:
    return {"kind": "problem", "status": status, "reason": reason, "korean": "x", "english": "x"}


class Heard:
    """A stream at a bridge that says what a test lets it say, a script for each connection in turn."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.updates: list[int | None] = []
        self.snapshots: list[str] = []
        self.gaps = 0
        self.stream: Stream

    def on_gap(self) -> None:
        self.gaps += 1


def hearing(scripts: list[Script], test: Callable[[Heard], Awaitable[None]], *, opens: bool = True) -> None:
    heard = Heard()
    waiting = list(scripts)

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path != "/v1/stream":
            return web.json_response({"reason": "BrokerError", "korean": "x", "english": "x"}, status=502)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        heard.asked.append(dict(request.query))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await waiting.pop(0)(socket, dict(request.query))
        await socket.close()
        return socket

    async def run() -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        rest = Rest(f"http://127.0.0.1:{runner.addresses[0][1]}", TOKEN, QUICK)
        heard.stream = Stream(
            rest,
            QUICK,
            lambda: 0.0,
            on_snapshot=lambda message: heard.snapshots.append(message.stream),
            on_update=lambda name, message: heard.updates.append(message.number),
            on_gap=heard.on_gap,
        )
        await rest.open()
        try:
            if opens:
                await heard.stream.open()
            await test(heard)
        finally:
            await heard.stream.close()
            await rest.close()
            await runner.cleanup()

    asyncio.run(run())


def says(*messages: dict[str, Any] | str, stays: bool = False) -> Script:
    async def script(socket: web.WebSocketResponse, query: dict[str, str]) -> None:
        for message in messages:
            await socket.send_str(message if isinstance(message, str) else json.dumps(message))
        if stays:
            await socket.receive()

    return script


def test_an_update_that_comes_twice_is_told_once() -> None:
    async def test(heard: Heard) -> None:
        await until(lambda: len(heard.updates) == 2)
        assert (heard.updates, heard.gaps, len(heard.asked)) == ([6, 7], 0, 1)

    hearing([says(snapshot(5), update(6), update(6), update(5), update(7), stays=True)], test)


def test_after_a_number_out_of_turn_it_goes_on_from_the_last_one() -> None:
    async def test(heard: Heard) -> None:
        await until(lambda: len(heard.updates) == 3)
        assert (heard.updates, heard.gaps) == ([6, 7, 8], 0)
        assert heard.asked[1] == {"stream": "s", "after": "6"}

    broken = says(snapshot(5), update(6), update(8), stays=True)
    hearing([broken, says(update(7), update(8), stays=True)], test)


def test_another_stream_than_before_is_a_gap() -> None:
    async def test(heard: Heard) -> None:
        await until(lambda: heard.gaps == 1)
        await until(lambda: heard.updates == [6, 1])
        assert heard.snapshots == ["s", "t"]

    hearing([says(snapshot(5), update(6)), says(snapshot(0, "t"), update(1), stays=True)], test)


def test_what_cannot_be_read_is_a_gap_and_the_line_is_taken_up_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test(heard: Heard) -> None:
        await until(lambda: heard.updates == [6])
        assert heard.gaps == 1
        assert "could not be taken in" in caplog.text

    hearing([says(snapshot(5), "<html>"), says(update(6), stays=True)], test)


def test_what_a_newer_bridge_says_beside_the_updates_is_passed_over() -> None:
    async def test(heard: Heard) -> None:
        await until(lambda: heard.updates == [6])
        assert heard.gaps == 0

    hearing([says(snapshot(5), {"kind": "weather", "data": 1}, update(6), stays=True)], test)


@pytest.mark.parametrize(
    ("script", "error"),
    [(says(), Unreachable), (says(update(1)), Unreachable), (says("<html>"), WireError)],
)
def test_a_stream_that_does_not_begin_with_a_snapshot_is_none(script: Script, error: type[Exception]) -> None:
    async def test(heard: Heard) -> None:
        with pytest.raises(error):
            await heard.stream.open()

    hearing([script], test, opens=False)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"kind": "problem", "status": 400, "reason": "BadInput", "korean": "x", "english": "x"}, BadInput),
        (
            {"kind": "problem", "status": 502, "reason": "BrokerError", "korean": "x", "english": "x"},
            BrokerError,
        ),
    ],
)
def test_what_cannot_be_watched_is_told(answer: dict[str, Any], error: type[Exception]) -> None:
    async def script(socket: web.WebSocketResponse, query: dict[str, str]) -> None:
        await socket.send_str(json.dumps(snapshot(0)))
        assert json.loads((await socket.receive()).data) == {"watch": ["005930"]}
        await socket.send_str(json.dumps(answer))
        await socket.receive()

    async def test(heard: Heard) -> None:
        with pytest.raises(error):
            await heard.stream.watch(["005930"])

    hearing([script], test)


def test_a_line_that_breaks_while_something_is_asked_is_told_and_asked_again() -> None:
    async def breaks(socket: web.WebSocketResponse, query: dict[str, str]) -> None:
        await socket.send_str(json.dumps(snapshot(0)))
        await socket.receive()

    async def answers(socket: web.WebSocketResponse, query: dict[str, str]) -> None:
        assert json.loads((await socket.receive()).data) == {"watch": ["005930"]}
        await socket.send_str(json.dumps({"kind": "watching", "codes": ["005930"]}))
        await socket.receive()

    async def test(heard: Heard) -> None:
        with pytest.raises(Unreachable):
            await heard.stream.watch(["005930"])
        await until(lambda: heard.stream.watched == {"005930"})

    hearing([breaks, answers], test)
