"""The stream of another Hoga's bridge: a snapshot, then numbered updates, over a line that is taken up again.

Who was away goes on by number and has missed nothing. Where the bridge does not keep the missing updates any
more, or has been started anew, it sends a snapshot: then whoever follows the orders is told that something
may be missing (`on_gap`). A number out of turn breaks the line off, and it is taken up from the last one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

import aiohttp

from hoga.brokers.remote.rest import Patience, Rest
from hoga.brokers.remote.wire import Message, decode, query, watch_message
from hoga.domain.errors import BadInput, HogaError, Unanswered, Unreachable

_log = logging.getLogger(__name__)

MOST_WATCHED = 300
"""Issues that one reader may ask for."""


class Stream:
    """Updates as they come. Open between `open` and `close` only."""

    def __init__(
        self,
        rest: Rest,
        patience: Patience,
        luck: Callable[[], float],
        *,
        on_snapshot: Callable[[Message], None],
        on_update: Callable[[str, Message], None],
        on_gap: Callable[[], None],
    ) -> None:
        """`on_update` is told the name of the stream too; a number means something within it only."""
        self._rest = rest
        self._patience = patience
        self._luck = luck
        self._on_snapshot = on_snapshot
        self._on_update = on_update
        self._on_gap = on_gap
        self._name = ""
        self._number = 0
        self._wanted: tuple[str, ...] = ()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._asking = asyncio.Lock()
        self._asked: asyncio.Future[frozenset[str]] | None = None
        self._living: asyncio.Task[None] | None = None
        self.watched: frozenset[str] = frozenset()
        """The issues whose prices come by themselves now."""

    async def open(self) -> None:
        """Connect and hear the snapshot. Raises `BrokerError` or `WireError`."""
        socket = await self._rest.connect_stream({})
        try:
            async with asyncio.timeout(self._patience.answer):
                message = await _next(socket)
            if message is None or message.kind != "snapshot":
                raise Unreachable(
                    "다른 호가의 스트림이 바로 끊겼습니다. 잠시 뒤에 다시 하십시오.",
                    "the stream of the other Hoga broke at once. Try again in a moment.",
                )
            self._take(message)
        except TimeoutError as error:
            await socket.close()
            raise Unanswered(
                "다른 호가의 스트림이 조용합니다. 잠시 뒤에 다시 하십시오.",
                "the stream of the other Hoga is silent. Try again in a moment.",
            ) from error
        except BaseException:
            await socket.close()
            raise
        self._socket = socket
        self._living = asyncio.create_task(self._live(socket), name="remote stream")

    async def close(self) -> None:
        """Hear nothing any more."""
        if self._living is not None:
            self._living.cancel()
            await asyncio.wait([self._living])
            self._living = None

    async def watch(self, codes: Sequence[str]) -> None:
        """Have the prices of `codes` told by themselves; if the line is down, once it stands again.

        Raises `BadInput` for a code that does not exist, `BrokerError` when the bridge cannot follow.
        """
        async with self._asking:
            before, self._wanted = self._wanted, tuple(codes[:MOST_WATCHED])
            if self._socket is None:
                return
            try:
                await self._ask_for(self._socket)
            except BadInput:
                self._wanted = before
                raise

    async def _ask_for(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._asked = asyncio.get_running_loop().create_future()
        try:
            await socket.send_str(watch_message(self._wanted))
            async with asyncio.timeout(self._patience.ack):
                self.watched = await self._asked
        except (TimeoutError, OSError) as error:  # a closing socket raises a kind of OSError
            raise Unanswered(
                "다른 호가의 스트림이 답하지 않습니다. 잠시 뒤에 다시 하십시오.",
                "the stream of the other Hoga does not answer. Try again in a moment.",
            ) from error
        finally:
            self._asked = None

    async def _live(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Hear, and take the line up again whenever it breaks."""
        while True:
            self._socket = socket
            asking = asyncio.create_task(self._ask_again())
            try:
                await self._hear(socket)
            except Exception:  # noqa: BLE001 - whatever it was, the line is taken up again, and what it said is read
                _log.exception("remote: a message could not be taken in")
                self._on_gap()
            finally:
                self._socket, self.watched = None, frozenset()
                self._give_up_asking(
                    Unreachable("다른 호가의 스트림이 끊겼습니다.", "the stream of the other Hoga broke.")
                )
                asking.cancel()
                await asyncio.wait([asking])
                with contextlib.suppress(Exception):
                    await socket.close()
            socket = await self._connect_again()

    async def _ask_again(self) -> None:
        """What was wanted before the line broke is wanted still."""
        socket = self._socket
        with contextlib.suppress(HogaError):  # prices are asked for, meanwhile
            async with self._asking:
                if socket is not None and socket is self._socket and self._wanted and not self.watched:
                    await self._ask_for(socket)

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take in what comes until the line breaks, or something is missing."""
        while True:
            message = await _next(socket)
            if not self._take(message):
                return

    async def _connect_again(self) -> aiohttp.ClientWebSocketResponse:
        delay, is_told = self._patience.retry_first, False
        while True:
            await asyncio.sleep(delay * (0.5 + self._luck() / 2))
            delay = min(2 * delay, self._patience.retry_longest)
            try:
                return await self._rest.connect_stream(query(stream=self._name, after=self._number))
            except HogaError as error:
                if not is_told:
                    _log.warning("remote: the stream is down: %s", error.english)
                is_told = True

    def _take(self, message: Message | None) -> bool:
        """Take in one message. False when the line has broken, or must be: an update is missing."""
        if message is None:
            return False
        match message.kind:
            case "snapshot":
                is_first = not self._name
                self._name, self._number = message.stream, message.number or 0
                self._on_snapshot(message)
                if not is_first:
                    self._on_gap()
            case "watching":
                if self._asked is not None and not self._asked.done():
                    self._asked.set_result(frozenset(message.codes))
            case "problem":
                self._give_up_asking(message.error)
            case _ if message.number is None:
                pass  # what a newer bridge says beside the updates
            case _ if message.number <= self._number:
                pass  # told before
            case _ if message.number > self._number + 1:
                return False
            case _:
                self._number = message.number
                self._on_update(self._name, message)
        return True

    def _give_up_asking(self, error: HogaError) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(error)


async def _next(socket: aiohttp.ClientWebSocketResponse) -> Message | None:
    """The next message, None when the line has broken. Raises `WireError`."""
    message = await socket.receive()
    return decode(message.data, Message) if message.type is aiohttp.WSMsgType.TEXT else None
