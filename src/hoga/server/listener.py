"""Sockets of this computer, and serving an application on one: for the bridge and the control plane."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal, cast

import uvicorn
from fastapi import FastAPI

from hoga.domain.errors import BadInput
from hoga.server.guard import LONGEST_BODY
from hoga.server.usher import Usher

_log = logging.getLogger(__name__)

START_TIMEOUT = 10.0
"""Seconds in which the server must be listening."""

HANDSHAKE_TIMEOUT = 10.0
"""Seconds that a client gets to agree on an encryption."""

STOP_TIMEOUT = 12
"""Seconds that requests get to end: longer than a broker takes to answer an order. Who does not read the
answer is left behind."""


_KNOCKS = (
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
    "ASGI callable returned without completing handshake.",
)
"""What uvicorn says of requests that were refused, the last of a WebSocket's handshake that was answered with
a refusal. Anybody who reaches the port could write as many lines as they like."""


class _Server(uvicorn.Server):
    """Uvicorn inside a program that handles its own signals, and that tells when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()
        self._usher = Usher()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. Uvicorn's own way would wait a minute for a handshake, and cannot be told otherwise."""
        config, loop = self.config, asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(
                self._protocol,
                sock=each,
                ssl=config.ssl,
                backlog=config.backlog,
                ssl_handshake_timeout=None if config.ssl is None else HANDSHAKE_TIMEOUT,
            )
            for each in sockets or ()
        ]
        self.started = True
        self.is_ready.set()

    def _protocol(self) -> asyncio.Protocol:
        protocol = cast(Callable[..., asyncio.Protocol], self.config.http_protocol_class)
        return protocol(config=self.config, server_state=self.server_state, app_state={})

    async def on_tick(self, counter: int) -> bool:
        self._usher.look(self.server_state.connections, monotonic())
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@dataclass(slots=True)
class Tls:
    """The files of a certificate and its key (PEM)."""

    certificate: Path
    key: Path
    _last: ssl.SSLContext | None = field(default=None, init=False, repr=False)

    def context(self) -> ssl.SSLContext:
        """With the files as they are; as they last were, when somebody has spoiled them since.

        A served account reads them anew every day and shall not end of it. Raises `OSError` and `ValueError`.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key, lambda: "")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            if self._last is None:
                raise
            _log.warning("certificate %s cannot be read any more: %s", self.certificate, type(error).__name__)
            return self._last
        self._last = context
        return context


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's log tells anything, or only what some stranger has sent."""
    return not record.getMessage().startswith(_KNOCKS)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; `port` 0 takes any free one.

    Raises:
        BadInput: the port is in use or not permitted, or the host is not this computer.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadInput(
            f"{host}:{port} 에서 들을 수 없습니다({error.strerror}). "
            "다른 호가가 돌고 있지 않은지 보거나 --port 로 다른 포트를 고르십시오.",
            f"cannot listen on {host}:{port} ({error.strerror}). "
            "Look for another running Hoga, or choose another port with --port.",
        ) from error
    # Whoever is accepted inherits it. Without it half an answer waits 40 ms for the other half's
    # acknowledgement: asyncio sets it only on sockets that were made with a protocol's number.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextlib.asynccontextmanager
async def serve(
    application: FastAPI, listener: socket.socket, tls: Tls | None = None, *, has_sockets: bool = True
) -> AsyncIterator[str]:
    """Serve `application` on `listener` while the context is open; gives the URL.

    `has_sockets` tells whether any of its routes is a WebSocket.
    """
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        application,
        http=_protocol(application),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio" if has_sockets else "none",
        ws_max_size=LONGEST_BODY,
        ws_per_message_deflate=False,  # every reader would have its own, of the same update
        proxy_headers=False,  # anybody can write them
        server_header=False,
        ssl_context_factory=None if tls is None else lambda _, __: tls.context(),
        timeout_graceful_shutdown=STOP_TIMEOUT,
    )
    logging.getLogger("uvicorn.error").addFilter(is_news)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="server")
    try:
        async with asyncio.timeout(START_TIMEOUT):
            await server.is_ready.wait()
        shown = f"[{host}]" if ":" in host else host
        yield f"{'http' if tls is None else 'https'}://{shown}:{port}"
    finally:
        server.should_exit = True
        await serving


def _protocol(application: FastAPI) -> type[asyncio.Protocol] | Literal["auto"]:
    """What reads and writes requests: ours, where the application has answers that are ready."""
    if not hasattr(application, "prompt"):
        return "auto"
    try:
        from hoga.server.hatch import Hatch
    except ImportError:  # there is no httptools on 32-bit Windows
        return "auto"
    return Hatch
