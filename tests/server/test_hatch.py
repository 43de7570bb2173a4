"""Answers where requests arrive: those of the usual way, counted once, for nobody whom it would refuse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hoga.server import listener as listener_module
from hoga.server.access import Access
from hoga.server.feed import Feed
from hoga.server.hatch import LONGEST_KNOWN, MOST_KNOWN, Hatch
from hoga.server.listener import listen, serve
from hoga.server.routes import create
from hoga.storage.audit import FILE as AUDIT_FILE
from hoga.storage.audit import AuditLog
from hoga.storage.bridge_tokens import BridgeTokens, Scope

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

CODE = "005930"
BOOK = f"/v1/books/{CODE}"
QUESTIONS = [BOOK, f"/v1/quotes?code={CODE}", f"/hogainfo?code=A{CODE}", f"/hogainfo?k=10&code={CODE}"]
T = TypeVar("T")


class Watched(Hatch):
    """A connection that is seen from inside."""

    made: ClassVar[list["Watched"]] = []
    answered = 0
    read = 0
    """Requests that were read by the parser."""

    def connection_made(self, transport: Any) -> None:
        Watched.made.append(self)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        Watched.read += 1
        super().on_message_begin()

    def _is_answered(self, connection: Any) -> bool:
        is_answered = super()._is_answered(connection)
        Watched.answered += is_answered
        return is_answered


class Line:
    """A connection of a client that writes whatever it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, target: str, *headers: str, method: str = "GET", version: str = "1.1") -> None:
        self.send_raw("\r\n".join([f"{method} {target} HTTP/{version}", *headers, "", ""]))

    def send_raw(self, text: str) -> None:
        self.writer.write(text.encode("latin-1"))

    async def read(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """The next answer: its status, its headers but for the date, its body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in head[1:] if line)]
        length = int(dict(headers).get("content-length", 0))
        body = await self.reader.readexactly(length)
        shown = sorted(header for header in headers if header[0] != "date")
        return int(head[0].split()[1]), shown, body

    async def ask(self, target: str, *headers: str, **words: str) -> tuple[int, list[tuple[str, str]], bytes]:
        self.send(target, *headers, **words)
        return await self.read()


class Open:
    """A bridge on a socket that keeps book and quote of one issue for as long as the test takes."""

    def __init__(self, day: "BridgeDay") -> None:
        self.day = day
        self.usual = ["Host: 127.0.0.1", f"Authorization: Bearer {day.token}"]

    @asynccontextmanager
    async def lines(self) -> AsyncIterator[Callable[[], Awaitable[Line]]]:
        """Opens connections to it that have been answered once."""
        feed: Feed = self.day.app.state.feed
        feed.shelf._now = lambda: 1_000.0
        feed.shelf.follow([CODE])
        await feed.shelf.book(CODE)
        await feed.shelf.quote(CODE)
        opened: list[Line] = []
        with listen("127.0.0.1", 0) as listener:
            async with serve(self.day.app, listener):
                address = listener.getsockname()

                async def line() -> Line:
                    opened.append(Line(*await asyncio.open_connection(*address)))
                    await opened[-1].ask(BOOK, "Host: 127.0.0.1")
                    return opened[-1]

                try:
                    yield line
                finally:
                    for each in opened:
                        each.writer.close()

    def run(self, test: Callable[[Callable[[], Awaitable[Line]]], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with asyncio.timeout(60), self.lines() as line:
                return await test(line)

        try:
            return asyncio.run(whole())
        finally:
            self.day.app.state.feed.shelf.follow(())


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Watched]]:
    monkeypatch.setattr(Watched, "made", [])
    monkeypatch.setattr(Watched, "answered", 0)
    monkeypatch.setattr(Watched, "read", 0)
    monkeypatch.setattr("hoga.server.hatch.Hatch", Watched)
    return iter([Watched])


@pytest.mark.parametrize("target", QUESTIONS)
def test_the_answer_is_that_of_the_usual_way(day: "BridgeDay", target: str) -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        client = await line()
        usual = await client.ask(target, *bridge.usual, "X-Other: 1")
        assert Watched.answered == 0
        quick = [await client.ask(target, *bridge.usual) for _ in range(3)]
        assert Watched.answered == 3
        assert Watched.read == 3, "the first on this connection, and either way once"
        assert usual[0] == 200
        assert quick == [usual] * 3

    bridge.run(test)


def test_the_first_question_of_a_connection_needs_no_usual_way(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        usual = await (await line()).ask(BOOK, *bridge.usual, "X-Other: 1")
        address = Watched.made[0].server
        assert address is not None
        reader, writer = await asyncio.open_connection(*address)
        client = Line(reader, writer)
        assert [await client.ask(BOOK, *bridge.usual) for _ in range(2)] == [usual] * 2
        assert Watched.answered == 2
        assert Watched.made[1].timeout_keep_alive_task is not None
        assert (await client.ask("/connection", *bridge.usual))[0] == 200
        assert await client.ask(BOOK, *bridge.usual) == usual
        assert Watched.answered == 3
        writer.close()

    bridge.run(test)


HOST, TOKEN, WRONG = "Host: 127.0.0.1", "Authorization: Bearer {token}", "Authorization: Bearer guess"


@pytest.mark.parametrize(
    ("target", "headers", "words"),
    [
        (BOOK, [HOST], {}),
        (BOOK, [TOKEN], {}),
        (BOOK, [HOST, WRONG], {}),
        (BOOK, [HOST, WRONG, TOKEN], {}),
        (BOOK, [HOST, TOKEN, WRONG], {}),
        (BOOK, ["Host: evil.example", TOKEN], {}),
        (BOOK, ["Host: evil.example", HOST, TOKEN], {}),
        (BOOK, [HOST, "Host: evil.example", TOKEN], {}),
        (BOOK, ["Host: 127.0.0.1@evil.example", TOKEN], {}),
        (BOOK, ["HOST: LOCALHOST:1", "AUTHORIZATION: bearer   {token}"], {}),
        (BOOK, [HOST, TOKEN, "Origin: https://evil.example"], {}),
        (BOOK, [HOST, TOKEN, "Sec-Fetch-Site: cross-site"], {}),
        (BOOK, [HOST, TOKEN, "X-Hoga-Account: 1/1"], {}),
        (BOOK, [HOST, TOKEN, "Content-Length: 99999"], {}),
        (f"http://127.0.0.1{BOOK}", [HOST, TOKEN], {}),
        (f"http://evil.example{BOOK}", [HOST, TOKEN], {}),
        (f"http://127.0.0.1{BOOK}", ["Host: evil.example", TOKEN], {}),
        (f"{BOOK}#x", [HOST, TOKEN], {}),
        (f"{BOOK}?token={{token}}", [HOST], {}),
        ("/v1/books/%30%30%35930", [HOST, TOKEN], {}),
        ("/v1/../v1/books/005930", [HOST, TOKEN], {}),
        (f"//{BOOK}", [HOST, TOKEN], {}),
        ("/v1/quotes?code=005930&code=005930", [HOST, TOKEN], {}),
        ("/v1/quotes?code=%30%30%35930", [HOST, TOKEN], {}),
        ("/v1/quotes?code=005930#x", [HOST, TOKEN], {}),
        ("/v1/books/999999", [HOST, TOKEN], {}),
        (f"{BOOK}?{'x' * 60_000}", [HOST, TOKEN], {}),
        (BOOK, [HOST, TOKEN], {"method": "HEAD"}),
        (BOOK, [HOST, TOKEN], {"method": "OPTIONS"}),
        ("/buy", [HOST], {}),
        ("/nothing", [HOST, TOKEN], {}),
        (BOOK, [HOST, TOKEN, "Connection: close"], {}),
        (BOOK, [HOST, TOKEN], {"version": "1.0"}),
    ],
)
def test_whatever_is_not_plain_is_answered_as_the_usual_way_answers_it(
    day: "BridgeDay",
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    headers: list[str],
    words: dict[str, str],
) -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> object:
        client = await line()
        given = [each.format(token=day.token) for each in headers]
        client.send(target.format(token=day.token), *given, **words)
        if words.get("method") == "HEAD":
            return (await client.reader.readuntil(b"\r\n\r\n")).split()[1]
        return await client.read()

    monkeypatch.setattr(listener_module, "_protocol", lambda application: HttpToolsProtocol)
    usual = bridge.run(test)
    monkeypatch.setattr(listener_module, "_protocol", lambda application: Watched)
    assert bridge.run(test) == usual
    assert len(Watched.made) == 1


def test_several_at_once_are_answered_in_their_order(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> list[int]:
        client = await line()
        for target in (BOOK, "/connection", BOOK, "/nothing", BOOK, BOOK):
            client.send(target, *bridge.usual)
        return [len((await client.read())[2]) for _ in range(6)]

    book, connection, second, nothing, *rest = bridge.run(test)
    assert len({book, connection, nothing}) == 3
    assert [second, *rest] == [book] * 3
    assert Watched.answered >= 1


@pytest.mark.parametrize(
    "next_one",
    [
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /v1/stream HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_what_cannot_be_understood_is_not_answered_before_what_could(day: "BridgeDay", next_one: str) -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> tuple[int, int]:
        client = await line()
        request = "\r\n".join([f"GET {BOOK} HTTP/1.1", *bridge.usual, "", ""])
        client.send_raw(request + next_one)
        first = (await client.read())[0]
        return first, int((await client.reader.readuntil(b"\r\n")).split()[1])

    assert bridge.run(test) in {(200, 400), (200, 426)}
    assert Watched.answered == 1


def test_one_who_does_not_read_is_not_kept_answers_for(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        client = await line()
        transport = Watched.made[0].transport
        transport.set_write_buffer_limits(high=10_000)
        for _ in range(20_000):
            client.send(BOOK, *bridge.usual)
        while not Watched.made[0].flow.read_paused:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
        assert transport.get_write_buffer_size() < 20_000
        assert 0 < Watched.answered < 20_000

    bridge.run(test)


def test_a_token_that_was_revoked_opens_nothing_on_a_connection_that_is_open(
    day: "BridgeDay", tmp_path: Path
) -> None:
    tokens = BridgeTokens(tmp_path)
    secret = tokens.create("excel", Scope.READ, day.clock.now())
    day.app = create(day.hoga, Access(day.token, day.clock.now, tokens=tokens), day.answers)

    async def test(line: Callable[[], Awaitable[Line]]) -> list[int]:
        client = await line()
        headers = HOST, f"Authorization: Bearer {secret}"
        statuses = [(await client.ask(BOOK, *headers))[0]]
        tokens.revoke("excel")
        return [*statuses, (await client.ask(BOOK, *headers))[0]]

    assert Open(day).run(test) == [200, 401]
    assert Watched.answered == 1


def test_every_request_counts_once_against_the_limit_whichever_way_it_takes(day: "BridgeDay") -> None:
    day.app = create(day.hoga, Access(day.token, day.clock.now, calls_per_second=10), day.answers)
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> list[int]:
        clients = [await line(), await line()]
        targets = [BOOK, "/connection"] * 12
        asked = [await clients[each % 2].ask(targets[each], *bridge.usual) for each in range(24)]
        day.clock.set(day.clock.now() + timedelta(seconds=0.1))
        asked.append(await clients[0].ask(BOOK, *bridge.usual))
        return [status for status, _, _ in asked]

    assert bridge.run(test) == [200] * 20 + [429] * 4 + [200]


def test_wrong_tokens_are_written_down_and_slowed_once_each(day: "BridgeDay", tmp_path: Path) -> None:
    audit = AuditLog(tmp_path)
    day.app = create(day.hoga, Access(day.token, day.clock.now, audit=audit), day.answers)

    async def test(line: Callable[[], Awaitable[Line]]) -> list[int]:
        client = await line()
        return [(await client.ask(BOOK, HOST, WRONG))[0] for _ in range(7)]

    assert Open(day).run(test) == [401] * 5 + [429] * 2
    assert (tmp_path / AUDIT_FILE).read_text().count("wrong token") == 7


def test_what_is_answered_from_here_is_counted_by_its_route(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> str:
        client = await line()
        for _ in range(3):
            await client.ask(BOOK, *bridge.usual)
        return (await client.ask("/v1/metrics", *bridge.usual))[2].decode()

    told = bridge.run(test)
    assert 'hoga_requests_total{method="GET",route="/v1/books/{code}",status="200"} 3.0' in told
    assert 'hoga_request_seconds_count{route="/v1/books/{code}"} 4.0' in told
    assert Watched.answered == 3


def test_what_is_known_is_known_by_every_byte_and_only_between_two_requests(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> list[int]:
        client = await line()
        request = "\r\n".join([f"GET {BOOK} HTTP/1.1", *bridge.usual, "", ""])
        wrong = request.replace(day.token, day.token[:-1] + "~")
        statuses = []
        # What a stranger has behind a body that is somebody's question is a body all the same.
        swallowing = f"POST /v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(request)}\r\n\r\n"
        for sent in ([request], [request], [wrong], [swallowing, request], [request[:9], request[9:]]):
            for part in sent:
                client.send_raw(part)
                await client.writer.drain()
                for _ in range(20):  # the parts arrive one by one
                    await asyncio.sleep(0)
            statuses.append((await client.read())[0])
        return statuses

    assert bridge.run(test) == [200, 200, 401, 404, 200]
    assert Watched.answered == 3
    assert Watched.read == 5


def test_what_two_requests_say_that_came_together_is_not_taken_for_one(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        client = await line()
        request = "\r\n".join([f"GET {BOOK} HTTP/1.1", *bridge.usual, "", ""])
        for _ in range(3):
            client.send_raw(request + request)
            assert [(await client.read())[0] for _ in range(2)] == [200, 200]
        assert Watched.made[0]._known == {}

    bridge.run(test)


def test_a_connection_knows_few_requests_and_no_long_ones(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        client = await line()
        for number in range(2 * MOST_KNOWN):
            assert (await client.ask(BOOK, *bridge.usual, f"User-Agent: {number}"))[0] == 200
        assert (await client.ask(BOOK, *bridge.usual, f"User-Agent: {'x' * LONGEST_KNOWN}"))[0] == 200
        known = Watched.made[0]._known
        assert len(known) == MOST_KNOWN
        assert max(map(len, known)) < LONGEST_KNOWN

    bridge.run(test)


def test_a_connection_is_at_rest_from_its_last_answer_on(day: "BridgeDay") -> None:
    bridge = Open(day)

    async def test(line: Callable[[], Awaitable[Line]]) -> None:
        client, connection = await line(), Watched.made[0]
        for _ in range(2):
            await client.ask(BOOK, *bridge.usual)
        timer = connection.timeout_keep_alive_task
        await client.ask(BOOK, *bridge.usual)
        assert connection.timeout_keep_alive_task is timer is not None
        timer.cancel()
        connection.timeout_keep_alive_handler()  # as if the timer had ended now
        assert not connection.transport.is_closing()
        assert connection.timeout_keep_alive_task is not timer
        connection._unset_keepalive_if_required()  # as by an empty line before a request
        await client.ask(BOOK, *bridge.usual)
        assert connection.timeout_keep_alive_task is not None
        connection._rests_since -= connection.timeout_keep_alive
        connection.timeout_keep_alive_handler()
        assert connection.transport.is_closing()

    bridge.run(test)
