"""One connection to KIS's WebSocket: its registrations, one request at a time, and what belongs to them.

Keys of a registration are valid on its connection only, and KIS's answers name no request, so each is awaited
before the next is sent. KIS advises to leave some time between registrations, and blocks whoever registers
and releases without end.
"""

import asyncio

import aiohttp

from hoga.brokers.kis.frames import SubscribeAck, subscribe_request, unsubscribe_request
from hoga.brokers.kis.notices import NoticeCipher
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.slots import Registration
from hoga.domain.errors import Unreachable


class Session:
    """A connection that is up. `reader` takes what arrives on it."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, approval_key: str, patience: Patience, most: int
    ) -> None:
        """`most` is how many registrations there may be beside that of the notices."""
        self.socket = socket
        self.ciphers: dict[str, NoticeCipher] = {}
        self.registered: dict[Registration, None] = {}
        """What is registered beside the notices."""
        self.refused: dict[Registration, SubscribeAck] = {}
        """What KIS would not register."""
        self.renewals: dict[Registration, None] = {}
        """What has gone silent and is to be released and registered again."""
        self.most = most
        self.turn = asyncio.Lock()
        """Who arranges the registrations holds it."""
        self.reader: asyncio.Task[None]
        self.is_closing = False
        self._approval_key = approval_key
        self._patience = patience
        self._asked_at: float | None = None
        self._asked: asyncio.Future[SubscribeAck | None] | None = None

    async def register(self, tr_id: str, tr_key: str) -> SubscribeAck:
        """KIS's answer to a registration. Raises `Unreachable` when none comes."""
        return await self._ask(subscribe_request(self._approval_key, tr_id, tr_key))

    async def release(self, tr_id: str, tr_key: str) -> SubscribeAck:
        """KIS's answer to a release. Raises like `register`."""
        return await self._ask(unsubscribe_request(self._approval_key, tr_id, tr_key))

    def answer(self, ack: SubscribeAck) -> bool:
        """Hand `ack` to whoever waits for an answer; False when nobody does."""
        if self._asked is None or self._asked.done():
            return False
        self._asked.set_result(ack)
        return True

    def end(self) -> None:
        """No answer comes any more."""
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)

    async def close(self) -> None:
        """Say goodbye and stop reading."""
        self.is_closing = True
        await self.socket.close()
        self.reader.cancel()
        await asyncio.wait({self.reader})

    async def _ask(self, text: str) -> SubscribeAck:
        loop = asyncio.get_running_loop()
        if self._asked_at is not None and (wait := self._asked_at + self._patience.spacing - loop.time()) > 0:
            await asyncio.sleep(wait)
        self._asked_at = loop.time()
        self._asked = loop.create_future()
        try:
            async with asyncio.timeout(self._patience.ack):
                await self.socket.send_str(text)
                ack = await self._asked
        except (OSError, aiohttp.ClientError) as error:
            raise _lost(f"no answer to a registration, {type(error).__name__}") from error
        finally:
            self._asked = None
        if ack is None:
            raise _lost("it ended before a registration was answered")
        return ack


def _lost(why: str) -> Unreachable:
    return Unreachable(
        f"한국투자증권 실시간 연결이 끊어졌습니다({why}). 다시 연결하세요.",
        f"The WebSocket to KIS was lost ({why}). Connect again.",
    )
