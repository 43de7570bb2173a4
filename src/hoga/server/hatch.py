"""The questions that are asked most, answered where requests arrive: no task is made for them.

This is uvicorn's protocol for HTTP. A plain GET for what is kept is answered from here when nobody waits for
an answer on its connection. The guard looks at it as at any other; what that finds goes with a request that
takes the usual way after all, so that nobody is counted twice.

A program that asks for a price again and again sends the same bytes each time. What they say is read once on
a connection; whose they are, whether that one still may, and how often it asks, is looked at each time.
"""

from typing import Any

from starlette.types import Scope as Connection
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hoga.server.guard import LONGEST_BODY, MET

PLAIN_HEADERS = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"authorization",
        b"cache-control",
        b"connection",
        b"host",
        b"pragma",
        b"user-agent",
    }
)
"""Whatever has another header, such as one that tells of a body, takes the usual way."""


MOST_BYTES = 8 * LONGEST_BODY
"""A request in all, with its headers, of whose length the parser thinks nothing."""


MOST_KNOWN = 8
"""Requests whose bytes a connection knows again."""

LONGEST_KNOWN = 2_048
"""Bytes of such a request."""


class Hatch(HttpToolsProtocol):
    """One connection to an application that has a `prompt`: what is ready to be sent for a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = 0
        """Bytes since the last request had ended."""
        self._answer = b""
        """What is ready and has not been sent."""
        self._known: dict[bytes, Connection] = {}
        """What requests say that were answered from here, by their bytes."""
        self._is_between = True
        """Whether the last request has ended and no other has begun."""
        self._begun = 0
        """Requests that have begun with the bytes that are being read."""
        self._answered: Connection | None = None
        """What was asked last of what is answered from here, by these bytes."""
        self._met: object = None
        """What the guard has found of a request that is known and takes the usual way."""
        self._rests_since = 0.0
        """When something known was answered last, by the loop's time."""
        self._defaults: list[tuple[bytes, bytes]] = []
        self._start = b""
        """How every answer begins, with the headers of the server that are `_defaults`."""

    def data_received(self, data: bytes) -> None:
        """Some of a request, or several requests."""
        was_between = self._is_between
        if was_between and (known := self._known.get(data)) is not None and self._is_free():
            self._send()
            if self._is_answered(known):
                self._rest()
                return
            self._met = known[MET]
        self._begun, self._answered = 0, None
        self._taken += len(data)
        super().data_received(data)
        if self._answered is not None and was_between and self._is_between and self._begun == 1:
            self._learn(data, self._answered)
        if self._taken > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The request is too long.")

    def on_message_begin(self) -> None:
        """Another request begins; it is not answered before the last one."""
        self._send()
        self._is_between = False
        self._begun += 1
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """A request has ended."""
        self._taken = 0
        self._is_between = not self.parser.should_upgrade()
        cycle: Any = self.cycle
        if cycle is not None:  # else all so far were answered from here
            super().on_message_complete()

    def on_headers_complete(self) -> None:
        """The request is known, but for a body."""
        connection: Any = self.scope
        if self._met is not None:
            connection[MET], self._met = self._met, None
        elif self._is_free() and self._is_plain():
            path, _, query = self.url.partition(b"?")
            connection.update(method="GET", path=path.decode("latin-1"), query_string=query)
            if self._is_answered(connection):
                self._answered = connection
                self.on_response_complete()
                return
        super().on_headers_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing has come for a while, unless it was known: that leaves the timer as it is."""
        left = self._rests_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _is_free(self) -> bool:
        """Whether nobody waits for an answer on this connection, and the last ones are read."""
        cycle: Any = self.cycle  # None while nothing has taken the usual way
        return (cycle is None or cycle.response_complete) and not self.flow.write_paused

    def _is_plain(self) -> bool:
        """Whether it is a GET without a body, and others may follow."""
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or parser.should_upgrade():
            return False
        return parser.should_keep_alive() and dict(self.headers).keys() <= PLAIN_HEADERS

    def _is_answered(self, connection: Connection) -> bool:
        application: Any = self.config.app
        prompt = application.prompt(connection)
        if prompt is None:
            return False
        if self._defaults is not self.server_state.default_headers:
            self._defaults = self.server_state.default_headers
            self._start = b"".join(
                (b"HTTP/1.1 200 OK\r\n", *(b"%b: %b\r\n" % each for each in self._defaults))
            )
        self._answer = self._start + prompt.wire
        self.loop.call_soon(self._send)
        return True

    def _learn(self, data: bytes, connection: Connection) -> None:
        """Know these bytes again, which are one request."""
        if len(data) <= LONGEST_KNOWN:
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[data] = connection

    def _rest(self) -> None:
        """Something known was answered. A timer that runs is left to look at the time when it ends."""
        if self.timeout_keep_alive_task is None:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._rests_since = self.loop.time()

    def _send(self) -> None:
        """Send what is ready, once all that has arrived on other connections has been read.

        An answer wakes its client up, which costs a third of a request; those of a moment wake it up once.
        """
        if self._answer and not self.transport.is_closing():
            self.transport.write(self._answer)
        self._answer = b""
