"""Who is shown out, and who is left alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from hoga.server import listener as listener_module
from hoga.server import usher
from hoga.server.access import Access
from hoga.server.bridge import bridge
from hoga.server.hatch import MOST_BYTES, Hatch
from hoga.server.listener import listen

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

HEAD = (
    b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\nIdempotency-Key: 1\r\n"
    b"Authorization: Bearer the-token-of-this-bridge-0123456789abcdef\r\n"
)
Opened = Callable[[bytes], Awaitable[asyncio.StreamReader]]


def run(day: "BridgeDay", test: Callable[[Opened], Awaitable[None]]) -> None:
    """Run `test` against a bridge; it opens connections on which something is sent."""

    async def whole() -> None:
        writers: list[asyncio.StreamWriter] = []
        with listen("127.0.0.1", 0) as listener:
            access = Access(day.token, day.clock.now)
            async with asyncio.timeout(30), bridge(day.hoga, listener, access, day.answers):

                async def opened(sent: bytes) -> asyncio.StreamReader:
                    reader, writer = await asyncio.open_connection(*listener.getsockname())
                    writers.append(writer)
                    writer.write(sent)
                    return reader

                await test(opened)
                for writer in writers:
                    writer.close()

    asyncio.run(whole())


@pytest.fixture(params=[Hatch, H11Protocol])
def protocol(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "_protocol", lambda application: request.param)


@pytest.mark.usefixtures("protocol")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"what?\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: evil\r\nConnection: Upgrade, close\r\nUpgrade: x\r\n\r\n", 403),
    ],
)
def test_what_nobody_understands_leaves_no_line(
    day: "BridgeDay", caplog: pytest.LogCaptureFixture, sent: bytes, status: int
) -> None:
    async def test(opened: Opened) -> None:
        answer = await (await opened(sent)).readline()
        assert answer.startswith(b"HTTP/1.1 %d " % status)

    run(day, test)
    assert not [each for each in caplog.records if each.name.startswith("uvicorn")]


@pytest.mark.usefixtures("protocol")
@pytest.mark.parametrize("sent", [b"", b"GET /conn", HEAD, HEAD + b"\r\n", HEAD + b"\r\n{"])
def test_a_request_that_is_not_finished_loses_its_connection(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    async def test(opened: Opened) -> None:
        reader = await opened(sent)
        monkeypatch.setattr(usher, "PATIENCE", 0.2)
        while await reader.read(1000):
            pass

    monkeypatch.setattr(usher, "PATIENCE", 1_000.0)
    run(day, test)
    assert not [each for each in caplog.records if each.name.startswith("uvicorn")]


@pytest.mark.usefixtures("protocol")
def test_one_who_waits_for_an_answer_or_has_had_one_is_left_alone(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = asyncio.Event()
    look = usher.Usher.look

    def watched(self: usher.Usher, connections: object, now: float) -> None:
        look(self, connections, now)  # type: ignore[arg-type]
        looks.append(now)
        looked.set()

    looks: list[float] = []
    account = day.broker.account

    async def slow() -> object:
        looks.clear()
        while len(looks) < 3:
            looked.clear()
            await looked.wait()
        return await account()

    async def test(opened: Opened) -> None:
        request = b"GET /accountinfo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        reader = await opened(request + request)
        for _ in range(2):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
            await reader.readuntil(b"}")
        await slow()
        assert not reader.at_eof()

    monkeypatch.setattr(usher, "PATIENCE", 0.0)
    monkeypatch.setattr(usher.Usher, "look", watched)
    monkeypatch.setattr(day.broker, "account", slow)
    run(day, test)


class Transport:
    def __init__(self, unread: int = 0) -> None:
        self.unread = unread
        self.did: list[str] = []

    def close(self) -> None:
        self.did.append("close")

    def abort(self) -> None:
        self.did.append("abort")

    def get_write_buffer_size(self) -> int:
        return self.unread


class Connection:
    """As uvicorn keeps one that has just been opened."""

    timeout_keep_alive_task = None
    cycle = None

    def __init__(self) -> None:
        self.transport = Transport()


class Socket:
    """As uvicorn keeps a WebSocket."""

    def __init__(self, unread: int) -> None:
        self.transport = Transport(unread)


def test_of_too_many_unfinished_requests_the_oldest_must_go() -> None:
    looking = usher.Usher()
    old, new = Connection(), [Connection() for _ in range(usher.MOST_UNFINISHED)]
    looking.look({old}, 0.0)
    looking.look({old, *new}, 1.0)
    assert old.transport.did == ["close"]
    assert not any(each.transport.did for each in new)


def test_one_who_reads_nothing_for_long_is_cut_off_and_one_who_reads_slowly_is_not() -> None:
    looking, deaf, slow = usher.Usher(), Socket(1_000), Socket(1_000)
    for second in range(int(usher.UNREAD_PATIENCE) + 2):
        slow.transport.unread -= 1
        looking.look({deaf, slow}, float(second))
    assert (deaf.transport.did, slow.transport.did) == (["abort"], [])


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"x" * 2 * MOST_BYTES,
        b"GET / HTTP/1.1\r\nHost: " + b"x" * 2 * MOST_BYTES,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * MOST_BYTES,
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 2 * MOST_BYTES,
    ],
    ids=["target", "header", "headers", "trailer"],
)
def test_a_request_without_end_is_not_kept(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(usher, "PATIENCE", 1_000.0)

    async def test(opened: Opened) -> None:
        reader = await opened(sent)
        try:
            while await reader.read(1000):
                pass
        except ConnectionResetError:  # it has closed with some of ours unread
            pass

    run(day, test)
