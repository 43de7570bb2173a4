"""Questions over kept connections, against a server that says byte for byte what a test wants."""

import asyncio
import gzip
import importlib.util
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hoga.brokers.kis import messenger, oauth
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys, Reply, make_request
from hoga.brokers.kis.messenger import Broken, Messenger, NotConnected, head_of
from hoga.brokers.kis.rest import Patience, Rest
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.tokens import Tokens
from hoga.clock import ManualClock
from hoga.domain.errors import HogaError, Unanswered, Unreachable
from hoga.domain.zone import KST

NOON = datetime(2026, 11, 20, 12, tzinfo=KST)
HEADERS = {"appkey": "k" * 36, "tr_id": "FHKST01010100"}
LONG = 30.0
SOON = 0.05

Talk = Callable[["Server", int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Runs one script for every connection, which is told its number."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.heads: list[bytes] = []
        """What every question began with, up to the empty line."""
        self.connections = 0
        self.ended: asyncio.Queue[int] = asyncio.Queue()
        """Connections that the client has ended."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def hear(self, reader: asyncio.StreamReader) -> bytes:
        """The next question."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        return head

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        try:
            await self._talk(self, number, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended.put_nowait(number)
        finally:
            writer.close()


@asynccontextmanager
async def served(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(talk)
    sockets = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = sockets.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        sockets.close()
        await sockets.wait_closed()


@asynccontextmanager
async def asking(url: str, *, connect: float = LONG, answer: float = LONG) -> AsyncIterator[Messenger]:
    found = Messenger.open(url, connect, answer)
    assert found is not None
    try:
        yield found
    finally:
        await found.close()


def answered(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines))
    return head.encode() + b"\r\n\r\n" + body


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def saying(*answers: bytes) -> Talk:
    """Every connection gives these answers, then the last one for ever."""

    async def talk(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for count in range(100):
            await server.hear(reader)
            writer.write(answers[min(count, len(answers) - 1)])

    return talk


def closing(answer: bytes) -> Talk:
    """Every connection gives this answer and ends."""

    async def talk(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await server.hear(reader)
        writer.write(answer)
        await writer.drain()

    return talk


async def silent(
    server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await server.hear(reader)
    await server.hear(reader)


class Loops:
    """What makes the loop of a test: Python's own way, or uvloop, on which the commands run."""

    factory: Callable[[], asyncio.AbstractEventLoop] | None = None


@pytest.fixture(autouse=True, params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "uvloop":
        monkeypatch.setattr(Loops, "factory", staticmethod(pytest.importorskip("uvloop").new_event_loop))


def run(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=Loops.factory) as runner:
        runner.run(asyncio.wait_for(story, 60))


async def get(asker: Messenger, query: Mapping[str, str] | None = None) -> Reply:
    return await asker.get("/uapi/price", query or {}, head_of(HEADERS))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - nothing tells when a loop has heard of it
        await asyncio.sleep(0)


async def failure(asker: Messenger, kind: type[Exception] = Broken) -> str:
    with pytest.raises(kind) as caught:
        await get(asker)
    return str(caught.value)


# What is sent ---------------------------------------------------------------------------------------------


def test_a_question_is_written_as_http() -> None:
    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url + "/base/") as asker:
            await get(asker, {"FID_INPUT_ISCD": "005930", "FID_DIV": ""})
            lines = server.heads[0].decode().split("\r\n")
        assert lines[0] == "GET /base/uapi/price?FID_INPUT_ISCD=005930&FID_DIV= HTTP/1.1"
        assert lines[1] == f"Host: 127.0.0.1:{server.port}"
        assert f"appkey: {'k' * 36}" in lines
        assert "tr_id: FHKST01010100" in lines
        assert "Accept-Encoding: gzip" in lines
        assert lines[-2:] == ["", ""]

    run(story())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a b", "a+b"),
        ("삼성", "%EC%82%BC%EC%84%B1"),
        ("a&b=c", "a%26b%3Dc"),
        ("x\r\nHost: other", "x%0D%0AHost%3A+other"),
        ("100%", "100%25"),
        ("a=", "a%3D"),
    ],
)
def test_what_a_query_says_cannot_become_anything_else(value: str, written: str) -> None:
    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            await get(asker, {"A": value, "B": "1"})
        assert server.heads[0].decode().split("\r\n")[0] == f"GET /uapi/price?A={written}&B=1 HTTP/1.1"

    run(story())


@pytest.mark.parametrize("value", ["key\r\nHost: other", "key\n", "key\r", "key\0"])
def test_a_header_with_a_line_break_is_not_sent_and_not_shown(value: str) -> None:
    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            with pytest.raises(ValueError, match="line break") as caught:
                await asker.get("/uapi/price", {}, head_of({"appkey": value}))
            assert "key" not in str(caught.value)
        assert server.connections == 0

    run(story())


@pytest.mark.parametrize(
    "url",
    [
        "gopher://127.0.0.1",
        "no address",
        "http://",
        "http://[",
        "http://kis.invalid:port",
        "http://kis.invalid:99999",
        "http://me:word@kis.invalid",
        "http://kis.invalid/?a=1",
        "http://한국.invalid",
        "http://kis.invalid/\r\nHost: other",
    ],
)
def test_an_address_that_is_not_plain_is_left_to_aiohttp(url: str) -> None:
    assert Messenger.open(url, LONG, LONG) is None


# What comes back ------------------------------------------------------------------------------------------


def test_answers_come_over_one_kept_connection() -> None:
    async def story() -> None:
        first = answered(b'{"a":1}', "tr_cont: M")
        async with served(saying(first, answered(b"no", status="500 Oh"))) as server:
            async with asking(server.url) as asker:
                assert await get(asker) == Reply(200, b'{"a":1}', "M")
                assert await get(asker) == Reply(500, b"no")
            assert server.connections == 1
            assert await server.ended.get() == 0

    run(story())


def test_an_answer_may_come_byte_by_byte() -> None:
    async def talk(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await server.hear(reader)
        for byte in answered(b'{"a":1}', "TR_CONT: F"):
            writer.write(bytes([byte]))
            await writer.drain()
        await server.hear(reader)

    async def story() -> None:
        async with served(talk) as server, asking(server.url) as asker:
            assert await get(asker) == Reply(200, b'{"a":1}', "F")

    run(story())


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ntr_cont: M\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (CHUNKED + b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n', Reply(200, b'{"a":1}', "M")),
        (CHUNKED + b"2\r\n{}\r\n0\r\ntr_cont: D\r\nother: 1\r\n\r\n", Reply(200, b"{}", "M")),
        (answered(packed(b'{"a":1}'), "Content-Encoding: gzip"), Reply(200, b'{"a":1}')),
        (answered(b"{}", "Content-Encoding: identity"), Reply(200, b"{}")),
        (b"HTTP/1.1 100 Continue\r\ntr_cont: X\r\n\r\n" + answered(b"{}"), Reply(200, b"{}")),
        (
            b"HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n" + answered(b"{}", "tr_cont: M"),
            Reply(200, b"{}", "M"),
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Reply(204, b"")),
        (answered(b"{}", "tr_cont: M", "tr_cont: D"), Reply(200, b"{}", "M")),
    ],
    ids=["chunked", "trailers", "gzip", "identity", "100", "103", "204", "twice"],
)
def test_an_answer_may_take_any_form_of_http(answer: bytes, reply: Reply) -> None:
    async def story() -> None:
        async with served(saying(answer)) as server, asking(server.url) as asker:
            assert [await get(asker), await get(asker)] == [reply, reply]
        assert server.connections == 1

    run(story())


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    async def story() -> None:
        async with (
            served(closing(b"HTTP/1.0 200 OK\r\n\r\n{}")) as server,
            asking(server.url) as asker,
        ):
            assert await get(asker) == Reply(200, b"{}")
            assert await get(asker) == Reply(200, b"{}")
        assert server.connections == 2

    run(story())


def test_a_redirect_is_not_followed() -> None:
    async def story() -> None:
        moved = answered(b"", "Location: http://other.invalid/", status="302 Found")
        async with served(saying(moved)) as server, asking(server.url) as asker:
            assert await get(asker) == Reply(302, b"")
        assert len(server.heads) == 1

    run(story())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"\x00\x01 what?\r\n\r\n", "no answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "no answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", "no answer"),
        (CHUNKED + b"x\r\n{}\r\n0\r\n\r\n", "no answer in HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "no answer"),
        (answered(b"{}", "Content-Encoding: br"), "was not asked for"),
        (answered(b"{}", "Content-Encoding: gzip"), "damaged"),
        (answered(packed(b"{}")[:-4], "Content-Encoding: gzip"), "not whole"),
        (answered(packed(b"{}") + b"more", "Content-Encoding: gzip"), "not whole"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}", "ended before"),
        (CHUNKED + b"4\r\n{}", "ended before"),
        (b"HTTP/1.1 200 OK\r\nContent-", "ended before"),
        (b"", "ended before"),
    ],
)
def test_what_is_no_whole_answer_is_an_error_and_asked_again_only_if_nothing_came(
    answer: bytes, why: str
) -> None:
    async def story() -> None:
        async with served(closing(answer)) as server, asking(server.url) as asker:
            assert why in await failure(asker)
        assert len(server.heads) == (1 if answer else 2)

    run(story())


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "LONGEST_ANSWER", 1_000)
    monkeypatch.setattr(messenger, "LONGEST_HEAD", 500)

    async def story(answer: bytes, why: str) -> None:
        async with served(saying(answer)) as server, asking(server.url) as asker:
            assert why in await failure(asker)
            await server.ended.get()

    run(story(answered(b"x" * 2_000), "too long"))
    run(story(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200, "too long"))
    run(story(answered(packed(b"x" * 2_000), "Content-Encoding: gzip"), "too long"))


# Connections ----------------------------------------------------------------------------------------------


def test_questions_at_once_take_a_connection_each_which_are_used_again() -> None:
    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            await asyncio.gather(*(get(asker) for _ in range(5)))
            opened = server.connections
            await asyncio.gather(*(get(asker) for _ in range(5)))
        assert opened == server.connections == 5

    run(story())


def test_more_questions_than_places_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "LINES", 2)

    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            assert len(await asyncio.gather(*(get(asker) for _ in range(9)))) == 9
        assert server.connections == 2

    run(story())


def test_who_waits_too_long_for_a_place_has_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "LINES", 1)

    async def story() -> None:
        async with served(silent) as server, asking(server.url, connect=SOON) as asker:
            first = asyncio.create_task(get(asker))
            await until(lambda: bool(server.heads))
            await failure(asker, NotConnected)
            first.cancel()
            await server.ended.get()
        assert len(server.heads) == 1

    run(story())


def test_a_kept_connection_that_the_server_has_closed_is_not_used() -> None:
    async def story() -> None:
        async with served(closing(answered(b"{}"))) as server, asking(server.url) as asker:
            assert await get(asker) == Reply(200, b"{}")
            await until(lambda: not asker._idle)
            assert await get(asker) == Reply(200, b"{}")
        assert len(server.heads) == 2

    run(story())


def test_a_question_that_meets_a_closing_connection_is_asked_once_more() -> None:
    """The server hears it and ends the kept connection without a word: the next one is new."""

    async def talk(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await server.hear(reader)
        if number < 2:
            writer.write(answered(b"{}"))
            await server.hear(reader)

    async def story() -> None:
        async with served(talk) as server, asking(server.url) as asker:
            await get(asker)
            assert await get(asker) == Reply(200, b"{}")
            assert server.connections == 2
            assert "ended before" in await failure(asker)  # the second one breaks, too
        assert server.connections == 3
        assert len(server.heads) == 5

    run(story())


def test_a_kept_connection_that_breaks_in_the_answer_is_not_asked_again() -> None:
    async def story() -> None:
        async with (
            served(saying(answered(b"{}"), b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")) as server,
            asking(server.url) as asker,
        ):
            await get(asker)
            assert "no answer" in await failure(asker)
        assert len(server.heads) == 2

    run(story())


@pytest.mark.parametrize("more", [b"x", b"HTTP/1.1 2", answered(b'{"other":1}')])
def test_what_comes_unasked_is_never_taken_for_an_answer(more: bytes) -> None:
    async def story() -> None:
        async with served(saying(answered(b"{}") + more)) as server, asking(server.url) as asker:
            assert [await get(asker), await get(asker)] == [Reply(200, b"{}")] * 2
        assert server.connections == 2

    run(story())


def test_what_comes_while_nobody_asks_ends_the_connection() -> None:
    async def talk(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await server.hear(reader)
        writer.write(answered(b"{}"))
        await may_say_more.wait()
        writer.write(answered(b'{"other":1}'))
        await server.hear(reader)

    may_say_more = asyncio.Event()

    async def story() -> None:
        async with served(talk) as server, asking(server.url) as asker:
            await get(asker)
            may_say_more.set()
            assert await server.ended.get() == 0
            assert await get(asker) == Reply(200, b"{}")
        assert server.connections == 2

    run(story())


def test_a_server_that_says_close_is_not_asked_again_there() -> None:
    async def story() -> None:
        closed = saying(answered(b"{}", "Connection: close"))
        async with served(closed) as server, asking(server.url) as asker:
            assert [await get(asker), await get(asker)] == [Reply(200, b"{}")] * 2
        assert server.connections == 2

    run(story())


def test_an_idle_connection_is_closed_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "KEEP_ALIVE", SOON)

    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            await asyncio.gather(get(asker), get(asker))
            assert {await server.ended.get(), await server.ended.get()} == {0, 1}
            assert not asker._idle

    run(story())


def test_a_connection_that_was_idle_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that slept: the timer that closes it has not run yet."""

    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            await get(asker)
            monkeypatch.setattr(messenger, "KEEP_ALIVE", 0.0)
            await get(asker)
        assert server.connections == 2

    run(story())


# Time and cancellation ------------------------------------------------------------------------------------


def test_no_answer_in_time_ends_the_connection() -> None:
    async def story() -> None:
        async with served(silent) as server, asking(server.url, answer=SOON) as asker:
            await failure(asker, TimeoutError)
            assert await server.ended.get() == 0
        assert len(server.heads) == 1

    run(story())


async def first_alone(
    server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Every connection answers once."""
    await server.hear(reader)
    writer.write(answered(b"{}"))
    await silent(server, number, reader, writer)


def test_every_question_on_a_kept_connection_has_its_own_time() -> None:
    async def story() -> None:
        now = asyncio.get_running_loop().time
        async with served(first_alone) as server, asking(server.url, answer=2 * SOON) as asker:
            asked = now()
            await get(asker)
            await until(lambda: now() > asked + SOON)
            asked = now()
            await failure(asker, TimeoutError)
            assert now() - asked > 1.5 * SOON  # and not at the end of the first one's time
            assert await server.ended.get() == 0
        assert server.connections == 1

    run(story())


def test_a_question_whose_time_ends_before_that_of_the_one_before_it_ends_in_time() -> None:
    async def story() -> None:
        now = asyncio.get_running_loop().time
        async with served(first_alone) as server, asking(server.url) as asker:
            line = await asker._open_line()
            question = asker._write("/uapi/price", {}, head_of(HEADERS))
            await line.ask(question, now() + LONG)
            with pytest.raises(TimeoutError):
                await line.ask(question, now() + SOON)

    run(story())


def test_a_connection_that_does_not_come_in_time_is_none() -> None:
    async def deaf(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1)
        await reader.readuntil(b"never said")

    async def story() -> None:
        async with served(deaf) as server:
            url = server.url.replace("http", "https")
            async with asking(url, connect=SOON) as asker:
                with pytest.raises(NotConnected) as caught:
                    await get(asker)
                assert isinstance(caught.value.__cause__, TimeoutError)

    run(story())


def test_nobody_there_is_not_connected() -> None:
    async def story() -> None:
        async with served(silent) as server:
            url = server.url
        async with asking(url) as asker:
            await failure(asker, NotConnected)
        async with asking(f"http://{'a' * 70}.invalid") as asker:
            await failure(asker, NotConnected)

    run(story())


def test_a_cancelled_question_ends_its_connection_and_no_other() -> None:
    async def story() -> None:
        async with served(silent) as server, asking(server.url) as asker:
            asked = [asyncio.create_task(get(asker)) for _ in range(2)]
            await until(lambda: len(server.heads) == 2)
            asked[0].cancel()
            await server.ended.get()
            await asyncio.wait(asked, timeout=0)
            assert asked[0].cancelled()
            assert not asked[1].done()
            asked[1].cancel()
            await server.ended.get()

    run(story())


def test_a_question_cancelled_when_its_answer_has_come_leaves_the_connection_to_the_next() -> None:
    """The connection is kept before whoever asked wakes up."""

    async def story() -> None:
        async with served(saying(answered(b"{}"))) as server, asking(server.url) as asker:
            first = asyncio.create_task(get(asker))
            await until(lambda: bool(asker._idle))
            line = asker._idle[0]
            second = asyncio.create_task(get(asker))
            first.cancel()
            assert await second == Reply(200, b"{}")
            assert line.is_open
        assert server.connections == 1

    run(story())


def test_closing_breaks_what_is_under_way() -> None:
    async def story() -> None:
        async with served(silent) as server:
            async with asking(server.url) as asker:
                asked = asyncio.create_task(get(asker))
                await until(lambda: bool(server.heads))
            with pytest.raises(Broken):
                await asked
            await failure(asker)
        assert server.connections == 1

    run(story())


# TLS ------------------------------------------------------------------------------------------------------


def certified(folder: Path, name: x509.GeneralName) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of that name shows, and what a client needs to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kis")])
    now = datetime.fromtimestamp(folder.stat().st_mtime, KST)
    made = (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(holder)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "kis.pem", folder / "kis.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(pem, private)
    trusting = ssl.create_default_context()
    trusting.load_verify_locations(pem)
    return shown, trusting


LOOPBACK = x509.IPAddress(ip_address("127.0.0.1"))


def test_questions_go_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, trusting = certified(tmp_path, LOOPBACK)
    monkeypatch.setattr(messenger, "_trust", lambda: trusting)

    async def story() -> None:
        async with served(saying(answered(b"{}")), shown) as server:
            async with asking(server.url.replace("http", "https")) as asker:
                assert [await get(asker), await get(asker)] == [Reply(200, b"{}")] * 2
            assert server.connections == 1

    run(story())


@pytest.mark.parametrize("is_trusted", [False, True])
def test_a_server_that_is_not_who_it_should_be_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_trusted: bool
) -> None:
    """Nobody vouches for it; or somebody does, but for another name."""
    shown, trusting = certified(tmp_path, x509.DNSName("other.invalid") if is_trusted else LOOPBACK)
    if is_trusted:
        monkeypatch.setattr(messenger, "_trust", lambda: trusting)

    async def story() -> None:
        async with served(saying(answered(b"{}")), shown) as server:
            async with asking(server.url.replace("http", "https")) as asker:
                with pytest.raises(NotConnected) as caught:
                    await get(asker)
                assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
            assert not server.heads

    run(story())


def test_certificates_are_looked_at_by_default() -> None:
    trust = messenger._trust()
    assert trust.check_hostname
    assert trust.verify_mode is ssl.CERT_REQUIRED


# In place of aiohttp --------------------------------------------------------------------------------------

PATIENCE = Patience(connect=LONG, answer=LONG)
PRICE = make_request(Call.PRICE, Environment.REAL, query={"FID_INPUT_ISCD": "005930"})
TOKEN = oauth.token_reply("token", NOON - timedelta(hours=1), NOON + timedelta(hours=23)).body


def logging_in(talk: Talk) -> Talk:
    """Like `talk` after the login, which comes over a connection of its own."""

    async def first(
        server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if number == 0:
            head = await server.hear(reader)
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            server.heads.clear()
            writer.write(answered(TOKEN, "Connection: close"))
        else:
            await talk(server, number, reader, writer)

    return first


async def outcome(talk: Talk, patience: Patience) -> object:
    """What `Rest.ask` gives or raises."""
    async with served(logging_in(talk)) as server:
        rest = Rest(
            Keys("k" * 36, "s" * 180), Environment.REAL, server.url, patience, Tokens(ManualClock(NOON)), None
        )
        await rest.open()
        try:
            reply = await rest.ask(PRICE, lambda reply: reply)
        except HogaError as error:
            return type(error)
        finally:
            await rest.close()
        assert rest.answers == 2
        return reply


@pytest.mark.parametrize(
    ("talk", "expected", "patience"),
    [
        (saying(answered(b"{}", "tr_cont: M")), Reply(200, b"{}", "M"), PATIENCE),
        (saying(answered(b"", "Location: /x", status="302 Found")), Reply(302, b""), PATIENCE),
        (closing(b"HTTP/1.0 200 OK\r\n\r\n{}"), Reply(200, b"{}"), PATIENCE),
        (saying(answered(packed(b"{}"), "Content-Encoding: gzip")), Reply(200, b"{}"), PATIENCE),
        (saying(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n"), Reply(200, b"{}", "M"), PATIENCE),
        (saying(b"HTTP/1.1 100 Continue\r\n\r\n" + answered(b"{}")), Reply(200, b"{}"), PATIENCE),
        (closing(b""), Unanswered, PATIENCE),
        (closing(b"\x00\x01 what?\r\n\r\n"), Unanswered, PATIENCE),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"), Unanswered, PATIENCE),
        (closing(CHUNKED + b"4\r\n{}"), Unanswered, PATIENCE),
        (closing(answered(b"{}", "Content-Encoding: gzip")), Unanswered, PATIENCE),
        (silent, Unanswered, Patience(connect=LONG, answer=SOON)),
    ],
)
@pytest.mark.parametrize("is_installed", [True, False])
def test_a_question_ends_as_it_does_over_aiohttp(
    talk: Talk, expected: object, patience: Patience, monkeypatch: pytest.MonkeyPatch, *, is_installed: bool
) -> None:
    monkeypatch.setattr(messenger, "IS_INSTALLED", is_installed)

    async def story() -> None:
        assert await outcome(talk, patience) == expected

    run(story())


@pytest.mark.parametrize("is_installed", [True, False])
def test_nobody_there_is_unreachable(monkeypatch: pytest.MonkeyPatch, *, is_installed: bool) -> None:
    monkeypatch.setattr(messenger, "IS_INSTALLED", is_installed)

    async def story() -> None:
        async with served(logging_in(silent)) as server:
            clock = ManualClock(NOON)
            keys = Keys("k" * 36, "s" * 180)
            rest = Rest(keys, Environment.REAL, server.url, PATIENCE, Tokens(clock), None)
            await rest.open()
        try:
            with pytest.raises(Unreachable, match="Error") as caught:
                await rest.ask(PRICE, lambda reply: reply)
            assert "005930" not in str(caught.value)
        finally:
            await rest.close()

    run(story())


def test_without_httptools_aiohttp_carries_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httptools", None)
    # A copy: the errors of the module itself must stay those that `rest` knows.
    spec = importlib.util.find_spec("hoga.brokers.kis.messenger")
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    assert copy.Messenger.open("http://127.0.0.1", LONG, LONG) is None
    assert messenger.IS_INSTALLED
