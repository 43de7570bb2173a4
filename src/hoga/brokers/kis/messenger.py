"""Questions to KIS by GET over connections that are kept: half the CPU time of aiohttp (docs/benchmarks.md).

Only for what may be asked twice. Orders, logins and the WebSocket stay with aiohttp, whose ways with what has
left and what has not are those that the promises are tested with. llhttp reads the answers (by `httptools`,
as in uvicorn), Python's `ssl` looks at certificates, and what aiohttp does here is done here, too: no proxy,
no cookie, no redirect followed. A question whose connection ends before a byte of the answer has come is
asked once more on a new one (RFC 9112 §9.3.1).
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import cast
from urllib.parse import urlencode, urlsplit

import aiohappyeyeballs
from aiohttp.http import SERVER_SOFTWARE

from hoga.brokers.kis.envelope import Reply

try:
    import httptools
except ImportError:  # aiohttp carries everything
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

LINES = 100
"""Questions under way at once; whatever comes then waits."""

KEEP_ALIVE = 4.0
"""Seconds after which we close an idle connection ourselves. When KIS closes one is not documented, and an
order that meets a closing connection has no answer."""

LONGEST_ANSWER = 1 << 24
LONGEST_HEAD = 1 << 16
"""Bytes. KIS's largest answers are below a hundred thousand."""

_SECOND_ADDRESS = 0.25
"""Seconds after which the next address of a host is tried beside the first (RFC 8305)."""

_is_plain = re.compile(r"[\w.~=&-]*", re.ASCII).fullmatch
"""Whether nothing in a query needs another notation."""

_COMMON = f"Accept: */*\r\nAccept-Encoding: gzip\r\nUser-Agent: {SERVER_SOFTWARE}\r\n"


class NotConnected(OSError):
    """No connection stands: nothing of the question has left."""


class Broken(ConnectionError):
    """The connection ended, or what came is no answer in HTTP."""


class Messenger:
    """The connections to one address."""

    def __init__(
        self, host: str, port: int, prefix: str, named: str, *, is_tls: bool, connect: float, answer: float
    ) -> None:
        """`prefix` stands before every path, and `named` is the address as the server is told it.

        `connect` and `answer` are as in `rest.Patience`.
        """
        self._address = host, port
        self._prefix = prefix
        self._common = f"Host: {named}\r\n{_COMMON}"
        self._is_tls = is_tls
        self._connect = connect
        self._answer = answer
        self._busy = 0
        self._freed = asyncio.Event()
        self._lines: set[_Line] = set()
        self._idle: list[_Line] = []
        """Those that nobody uses, the longest unused first."""
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    @classmethod
    def open(cls, url: str, connect: float, answer: float) -> "Messenger | None":
        """None where `httptools` is not installed, and for an address that is not plainly one of HTTP."""
        if not IS_INSTALLED:
            return None
        try:
            parts = urlsplit(url)
            is_tls, host, port = parts.scheme == "https", parts.hostname, parts.port
        except ValueError:
            return None
        is_plain = url.isascii() and not (parts.query or parts.fragment or "@" in parts.netloc)
        if parts.scheme not in ("http", "https") or not host or not is_plain or not url.isprintable():
            return None
        return cls(
            host,
            port or (443 if is_tls else 80),
            parts.path.rstrip("/"),
            parts.netloc,
            is_tls=is_tls,
            connect=connect,
            answer=answer,
        )

    async def get(self, path: str, query: Mapping[str, str], head: str) -> Reply:
        """The answer; `head` is what `head_of` has made of the headers.

        Raises `NotConnected`, and `Broken` and `TimeoutError` when it may have been asked.
        """
        question = self._write(path, query, head)
        now = asyncio.get_running_loop().time()
        ends = now + self._answer
        if self._busy >= LINES:
            now = await self._wait_for_place()
        self._busy += 1
        try:
            line = self._take_idle(now) or await self._open_line()
            try:
                return await line.ask(question, ends)
            except Broken:
                if line.has_heard:
                    raise
            line = await self._open_line()
            return await line.ask(question, ends)
        finally:
            self._busy -= 1
            self._freed.set()

    async def close(self) -> None:
        """Cut all connections. A question under way is then `Broken`."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        lost = [line.lost for line in self._lines]
        for line in self._lines:
            line.cut()
        if lost:
            await asyncio.wait(lost)

    def _write(self, path: str, query: Mapping[str, str], head: str) -> bytes:
        asked = "&".join([f"{name}={value}" for name, value in query.items()])
        if not _is_plain(asked) or asked.count("&") + 1 != len(query) or asked.count("=") != len(query):
            asked = urlencode(query)
        if asked:
            asked = f"?{asked}"
        return f"GET {self._prefix}{path}{asked} HTTP/1.1\r\n{self._common}{head}\r\n".encode()

    async def _wait_for_place(self) -> float:
        """The loop's time when there is one."""
        try:
            async with asyncio.timeout(self._connect):
                while self._busy >= LINES:
                    self._freed.clear()
                    await self._freed.wait()
        except TimeoutError as error:
            raise NotConnected("all connections are busy") from error
        return asyncio.get_running_loop().time()

    def _take_idle(self, now: float) -> "_Line | None":
        while self._idle:
            line = self._idle.pop()
            if line.is_open and line.free_since > now - KEEP_ALIVE:
                return line
            line.cut()
        return None

    async def _open_line(self) -> "_Line":
        loop = asyncio.get_running_loop()
        host, port = self._address
        line = _Line(loop, self._keep, self._forget)
        self._check_open()
        try:
            async with asyncio.timeout(self._connect):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                sock = await aiohappyeyeballs.start_connection(
                    found, happy_eyeballs_delay=_SECOND_ADDRESS, loop=loop
                )
                if self._is_tls:
                    await loop.create_connection(lambda: line, sock=sock, ssl=_trust(), server_hostname=host)
                else:
                    await loop.create_connection(lambda: line, sock=sock)
        except (OSError, UnicodeError) as error:  # TimeoutError is an OSError; a wrong name a UnicodeError
            raise NotConnected(type(error).__name__) from error
        try:
            self._check_open()
        except Broken:
            line.cut()
            raise
        self._lines.add(line)
        return line

    def _check_open(self) -> None:
        if self._is_closed:
            raise Broken("the connections have been closed")

    def _keep(self, line: "_Line") -> None:
        """Nobody uses it any more: keep it for a while."""
        self._idle.append(line)
        if self._sweep is None:
            self._sweep = line.loop.call_later(KEEP_ALIVE, self._sweep_idle, line.loop)

    def _sweep_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        oldest = loop.time() - KEEP_ALIVE
        while self._idle and self._idle[0].free_since <= oldest:
            self._idle.pop(0).cut()
        self._sweep = None
        if self._idle:
            self._sweep = loop.call_at(self._idle[0].free_since + KEEP_ALIVE, self._sweep_idle, loop)

    def _forget(self, line: "_Line") -> None:
        """It is lost."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)


def head_of(headers: Mapping[str, str]) -> str:
    """Headers as they are sent. Raises `ValueError` for one that is none."""
    head = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if head.count("\n") != len(headers) or head.count("\r") != len(headers) or "\0" in head:
        raise ValueError("there is a line break in a header")  # and nothing is shown: it may be a key
    return head


class _Line(asyncio.Protocol):
    """One connection: one question at a time. What `on_` begins with is called by the parser."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keep: Callable[["_Line"], None],
        forget: Callable[["_Line"], None],
    ) -> None:
        self.loop = loop
        self.lost: asyncio.Future[None] = loop.create_future()
        self.free_since = 0.0
        self.has_heard = False
        """Whether anything has come since the question."""
        self._transport: asyncio.Transport | None = None
        self._tell_free = keep
        self._tell_lost = forget
        self._answer: asyncio.Future[Reply] | None = None
        self._late: asyncio.TimerHandle | None = None
        """Looks whether the answer is late. It stays for the next question: timers are dear."""
        self._ends = 0.0
        self._fields: dict[bytes, bytes] = {}
        self._headers: dict[bytes, bytes] = {}
        """Those of the head of the answer, by their names in small letters."""
        self._parts: list[bytes] = []
        # No frame of Python's for every field: what is named twice counts as it was said first.
        self.on_header = self._fields.setdefault
        self.on_body = self._parts.append
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, question: bytes, ends: float) -> Reply:
        """Raises `Broken`, and `TimeoutError` at `ends`. Whatever is raised, the connection is cut."""
        assert self._transport is not None
        self._begin()
        self._answer = answer = self.loop.create_future()
        self._ends = ends
        if self._late is None or self._late.when() > ends:
            self._wait_until(ends)
        self._transport.write(question)
        try:
            reply: Reply = await answer
            return reply
        except BaseException:
            if self._answer is answer:  # else the answer had come, and somebody else may be asking
                self._answer = None
                self.cut()
            raise

    def cut(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind over TLS

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_endless and not self._in_head and exc is None:
            self._finish()
        else:
            self._fail(Broken("the connection ended before the answer did"))
        if self._late is not None:
            self._late.cancel()
        self._tell_lost(self)
        self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.cut()  # said without being asked
            return
        self.has_heard = True
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._is_kept = False
            if not self._is_whole:
                self._fail(Broken(f"no answer in HTTP: {type(error).__name__}"))
        if self._size > (LONGEST_HEAD if self._in_head else LONGEST_ANSWER):
            self._fail(Broken("the answer is too long"))
        elif self._is_whole:
            self._finish()

    def on_message_begin(self) -> None:
        if self._is_whole:
            raise Broken("more came than was asked for")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._status = self._parser.get_status_code()
        # Not what comes after a chunked answer.
        self._headers = {name.lower(): value for name, value in reversed(self._fields.items())}
        self._is_endless = self._headers.keys().isdisjoint((b"content-length", b"transfer-encoding"))

    def on_message_complete(self) -> None:
        if self._status < 200:  # the answer itself is yet to come
            self._fields.clear()
            self._in_head = True
            return
        self._is_whole = True
        self._is_kept = self._parser.should_keep_alive()

    def _begin(self) -> None:
        self._fields.clear()
        self._parts.clear()
        self._headers = {}
        self._status = self._size = 0
        self._in_head = True
        self._is_endless = self._is_whole = self._is_kept = self.has_heard = False

    def _finish(self) -> None:
        answer, self._answer = self._answer, None
        if answer is None or answer.done():
            self.cut()
            return
        told = self._headers.get
        try:
            body = _unpack(b"".join(self._parts), told(b"content-encoding", b""))
        except Broken as error:
            answer.set_exception(error)
            self.cut()
            return
        tr_cont, date = told(b"tr_cont", b"").decode("latin-1"), told(b"date", b"").decode("latin-1")
        answer.set_result(Reply(self._status, body, tr_cont, date))
        if self._is_kept:
            self.free_since = self.loop.time()
            self._tell_free(self)
        else:
            self.cut()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _wait_until(self, ends: float) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_at(ends, self._look)

    def _look(self) -> None:
        self._late = None
        if self._answer is None:
            return
        if self.loop.time() < self._ends:
            self._wait_until(self._ends)
        else:
            self._fail(TimeoutError("no answer in time"))


def _unpack(body: bytes, coding: bytes) -> bytes:
    if coding.lower() in (b"", b"identity"):
        return body
    if coding.lower() not in (b"gzip", b"x-gzip"):
        raise Broken("the answer is packed in a way that was not asked for")
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        whole = unpacking.decompress(body, LONGEST_ANSWER)
    except zlib.error as error:
        raise Broken("the packed answer is damaged") from error
    if not unpacking.eof or unpacking.unused_data:
        raise Broken("the packed answer is not whole, or too long")
    return whole


@cache
def _trust() -> ssl.SSLContext:
    """Whom the computer trusts; read once."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
