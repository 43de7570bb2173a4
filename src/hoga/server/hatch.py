"""The questions that are asked most, answered where requests arrive: no task is made for them.

This is uvicorn's protocol for HTTP. A plain GET for what is kept is answered from here when it comes on a
connection that has been answered before. The guard looks at it as at any other; what that finds goes with a
request that takes the usual way after all, so that nobody is counted twice.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hoga.server.guard import LONGEST_BODY

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


class Hatch(HttpToolsProtocol):
    """One connection to an application that has a `prompt`: what is ready to be sent for a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = 0
        """Bytes since the last request had ended."""
        self._answer = b""
        """What is ready and has not been sent."""

    def data_received(self, data: bytes) -> None:
        """Some of a request, or several requests."""
        self._taken += len(data)
        super().data_received(data)
        if self._taken > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The request is too long.")

    def on_message_begin(self) -> None:
        """Another request begins; it is not answered before the last one."""
        self._send()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """A request has ended."""
        self._taken = 0
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """The request is known, but for a body."""
        if not (self._is_plain() and self._is_answered()):
            super().on_headers_complete()

    def _is_plain(self) -> bool:
        """Whether it is a GET without a body, nobody waits for an answer, and others may follow."""
        cycle: Any = self.cycle  # None before the first request
        if cycle is None or not cycle.response_complete or self.flow.write_paused:
            return False
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or parser.should_upgrade():
            return False
        return parser.should_keep_alive() and dict(self.headers).keys() <= PLAIN_HEADERS

    def _is_answered(self) -> bool:
        application: Any = self.config.app
        connection: Any = self.scope
        path, _, query = self.url.partition(b"?")
        connection.update(method="GET", path=path.decode("latin-1"), query_string=query)
        prompt = application.prompt(connection)
        if prompt is None:
            return False
        ours = [b"%b: %b\r\n" % each for each in self.server_state.default_headers]
        self._answer = b"".join((b"HTTP/1.1 200 OK\r\n", *ours, prompt.wire))
        self.loop.call_soon(self._send)
        self.on_response_complete()
        return True

    def _send(self) -> None:
        """Send what is ready, once all that has arrived on other connections has been read.

        An answer wakes its client up, which costs a third of a request; those of a moment wake it up once.
        """
        if self._answer and not self.transport.is_closing():
            self.transport.write(self._answer)
        self._answer = b""
