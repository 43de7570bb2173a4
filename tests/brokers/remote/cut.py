"""A line between a client and a bridge that a test can cut at the worst moments."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of the next POST on the line."""

    PASSES = "passes"
    ANSWER_LOST = "answer lost"
    """It arrives, and the line breaks before the answer comes back."""
    REQUEST_LOST = "request lost"
    """The line breaks before it arrives."""
    LATE = "late"
    """The line breaks, and it arrives when `release` is called."""
    SILENT = "silent"
    """It arrives, and nothing comes back, while the line stands."""


class Line:
    """Carries whatever is said to the port of a bridge and back."""

    def __init__(self) -> None:
        self.url = ""
        self.target = 0
        """The port of the bridge; it may change when the bridge is started anew."""
        self.fates: list[Fate] = []
        """Of the next POSTs, in turn; those after them pass."""
        self.posts = 0
        self.is_down = False
        """Whether nobody can connect, as when the bridge has died."""
        self._late: list[bytes] = []
        self._lines: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the client."""
        if self.is_down:
            writer.transport.abort()
            return
        self._lines.add(writer)
        with contextlib.suppress(OSError):
            back, forth = await asyncio.open_connection("127.0.0.1", self.target)
            answering = asyncio.create_task(self._answer(back, writer))
            try:
                await self._ask(reader, forth, answering)
            finally:
                answering.cancel()
                forth.close()
        self._lines.discard(writer)
        writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter, answering: "asyncio.Task[None]"
    ) -> None:
        while said := await reader.read(65_536):
            fate = Fate.PASSES
            if said.startswith(b"POST "):
                said = await _whole(said, reader)
                self.posts += 1
                fate = self.fates.pop(0) if self.fates else Fate.PASSES
            match fate:
                case Fate.PASSES:
                    forth.write(said)
                    continue
                case Fate.REQUEST_LOST:
                    return
                case Fate.LATE:
                    self._late.append(said)
                    return
                case Fate.ANSWER_LOST | Fate.SILENT:
                    pass
            answering.cancel()
            await self._deliver(said)
            if fate is Fate.ANSWER_LOST:
                return
            await reader.read()  # until the client gives up

    async def _deliver(self, said: bytes) -> bytes:
        """Say something to the bridge on a connection of its own, and hear the answer to its end."""
        back, forth = await asyncio.open_connection("127.0.0.1", self.target)
        forth.write(said.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = await back.read()
        forth.close()
        return answer

    async def _answer(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while heard := await back.read(65_536):
                writer.write(heard)
        writer.close()

    async def release(self) -> list[bytes]:
        """Let what is late arrive now; what the bridge answers to nobody."""
        late, self._late = self._late, []
        return [await self._deliver(said) for said in late]

    def break_all(self) -> None:
        """Break every connection that stands, the stream's among them."""
        for writer in self._lines:
            writer.transport.abort()


async def _whole(said: bytes, reader: asyncio.StreamReader) -> bytes:
    """A request with all of its body."""
    while b"\r\n\r\n" not in said:
        said += await reader.read(65_536)
    head, _, body = said.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    ]
    length = int(lengths[0]) if lengths else 0
    return said + (await reader.readexactly(length - len(body)) if len(body) < length else b"")


@contextlib.asynccontextmanager
async def a_line() -> AsyncIterator[Line]:
    """A line on a loopback port."""
    line = Line()
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        line.break_all()
