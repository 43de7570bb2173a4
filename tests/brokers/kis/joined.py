"""A KIS client and a KIS face in one process, joined by pairs of sockets: no address and no port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import BaseConnector, ClientRequest, ClientTimeout, web
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace

from hoga.brokers.kis.rest import Connect

REST, STREAM = "rest.invalid", "stream.invalid"
"""Names that no resolver knows."""


class PairConnector(BaseConnector):
    """Every connection is a new pair of sockets, with one of `servers` at the other end."""

    def __init__(self, servers: Mapping[str, web.Server]) -> None:
        super().__init__()
        self._servers = servers

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 - aiohttp's own signature
    ) -> ResponseHandler:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        await loop.connect_accepted_socket(self._servers[str(req.url.host)], theirs)
        _, protocol = await loop.create_connection(self._factory, sock=ours)
        return protocol


@asynccontextmanager
async def joined(applications: Mapping[str, web.Application]) -> AsyncIterator[Connect]:
    """Serve `applications` by host name, to whoever connects this way."""
    async with AsyncExitStack() as opened:
        servers = {}
        for host, application in applications.items():
            runner = web.AppRunner(application, access_log=None)
            await runner.setup()
            opened.push_async_callback(runner.cleanup)
            assert runner.server is not None
            servers[host] = runner.server
        yield lambda: PairConnector(servers)
