"""What is left when nothing is read and checked, behind benchmarks.bridge: the event loop and the sockets.

It sends the bytes of the JSON of `benchmarks.seed_server` for whatever comes. What it takes, and how evenly,
is what the machine takes. The arguments are the core that it keeps to and its port.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import cast

from benchmarks.market_server import listing
from benchmarks.measure import keep_to
from benchmarks.seed_server import app
from hoga.loop import run


class Bare(asyncio.Protocol):
    """One connection; wrk sends a request at a time."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._write: Callable[[bytes], None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast(asyncio.Transport, transport).write

    def data_received(self, data: bytes) -> None:
        self._write(self._answers[data[:10]])


def answers() -> dict[bytes, bytes]:
    """By how a request begins."""
    code, made = listing().instrument.code, {}
    for path, query in (("/v1/quotes", {"code": code}), ("/hogainfo", {"code": f"A{code}", "k": "5"})):
        body = app.test_client().get(path, query_string=query).data
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        made[f"GET {path}".encode()[:10]] = head.encode() + body
    return made


async def serve_bare(port: int) -> None:
    """Serve until the process is ended."""
    made = answers()
    server = await asyncio.get_running_loop().create_server(lambda: Bare(made), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    keep_to(int(sys.argv[1]))
    run(serve_bare(int(sys.argv[2])))
