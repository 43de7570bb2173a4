"""The client's WebSocket to KIS: order notices and trades, over one connection that is taken up again.

KIS allows one connection for an app key and 41 registrations on it, and replays nothing that was missed
while it was down. So the order notices are registered first, every answer is awaited and checked, a broken
connection is replaced with growing and scattered delays, and whoever follows the orders is told that
something may be missing (`on_gap`).

Keys of a registration are valid on its connection only. KIS checks a client with PINGPONG frames, which are
sent back as they came; pings of our own have been answered with a closed connection and are not sent.
Source: KIS's documents and notices as of 2026-08. This file knows no field of a frame; `frames` does.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import assert_never

import aiohttp

from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import TRADES_STREAM, Profile
from hoga.brokers.kis.frames import (
    Ping,
    SubscribeAck,
    Told,
    UnknownFrame,
    read_frame,
    subscribe_request,
    unsubscribe_request,
)
from hoga.brokers.kis.notices import NoticeCipher, NoticeRecord, Notices
from hoga.brokers.kis.rest import Patience, Rest
from hoga.brokers.kis.ticks import Trades
from hoga.domain.errors import BadInput, HogaError, Rejected, Unreachable, WireError
from hoga.domain.quote import Trade
from hoga.ports import Clock

_log = logging.getLogger(__name__)

_ALREADY = "OPSP0002"
_NOT_FOUND = "OPSP0003"
_STALE_KEY = frozenset({"OPSP0010", "OPSP0011", "OPSP9994"})
"""Refusals after which a new approval key is asked for."""
_UNKNOWN_CODE = frozenset({"OPSP8992", "OPSP8993"})
_FAREWELL = 1.0
"""Seconds that a closing connection has to say goodbye."""
_HEAD = re.compile(r"[01]\|\w{1,12}\|\d{1,4}\|", re.ASCII)
"""What stands before the records of a frame."""
_HEAD_WIDTH = 24
_DRIFT = "KIS has added fields to its records; what is known of them is read"
_UNASKED = "records that were not asked for are dropped"


class _Line:
    """One connection: its registrations and what belongs to them."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, approval_key: str, ack: float) -> None:
        self.socket = socket
        self.ciphers: dict[str, NoticeCipher] = {}
        self.codes: dict[str, None] = {}
        """The codes whose trades are registered."""
        self.turn = asyncio.Lock()
        """One request at a time: KIS's answers name no request."""
        self.reader: asyncio.Task[None]
        self.is_closing = False
        self._approval_key = approval_key
        self._ack = ack
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
        self._asked = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._ack):
                await self.socket.send_str(text)
                ack = await self._asked
        except (OSError, aiohttp.ClientError) as error:
            raise _lost(f"no answer to a registration, {type(error).__name__}") from error
        finally:
            self._asked = None
        if ack is None:
            raise _lost("it ended before a registration was answered")
        return ack


class Stream:
    """Order notices and trades as they happen. Open between `open` and `close` only."""

    def __init__(
        self,
        rest: Rest,
        url: str,
        hts_id: str,
        profile: Profile,
        *,
        clock: Clock,
        luck: Callable[[], float],
        patience: Patience,
        on_notice: Callable[[NoticeRecord], None],
        on_gap: Callable[[], None],
        product: Callable[[str], str],
    ) -> None:
        """`product` gives the number by which KIS knows a code."""
        self._rest = rest
        self._url = url
        self._hts_id = hts_id
        self._profile = profile
        self._clock = clock
        self._luck = luck
        self._patience = patience
        self._tell_notice = on_notice
        self._tell_gap = on_gap
        self._product = product
        self._tell_trade: Callable[[Trade], None] = _ignore
        self._followed: dict[str, None] = {}
        self._approval_key = ""
        self._line: _Line | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._noted: set[tuple[str, str]] = set()

    async def open(self) -> None:
        """Connect and register for order notices. Raises `BrokerError`, or `WireError`."""
        self._line = await self._connect()
        self._supervisor = asyncio.create_task(self._supervise(self._line))

    async def close(self) -> None:
        """Close the connection as KIS wants it, so that the app key is free at once."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait({self._supervisor})
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def follow(self, codes: Sequence[str], callback: Callable[[Trade], None]) -> None:
        """Tell `callback` the trades of exactly these codes, on this connection and all that follow it.

        A connection that is down or breaks is no error: everything is registered again on the next. Raises
        `BadInput` for too many codes or one that KIS does not know, `Rejected` when KIS refuses one; the
        others are followed then.
        """
        most = self._profile.registrations - 1
        if len(set(codes)) > most:
            raise BadInput(
                f"체결은 한 번에 {most}종목까지 받을 수 있습니다({len(set(codes))}종목). 종목을 줄이세요.",
                f"KIS streams the trades of up to {most} codes at once, not {len(set(codes))}. Follow fewer.",
            )
        self._followed = dict.fromkeys(codes)
        self._tell_trade = callback
        line = self._line
        if line is None:
            return
        try:
            refused = await self._arrange(line)
        except Unreachable as error:
            _log.warning("KIS WebSocket: %s", error.english)
            await line.close()
            return
        if refused:
            raise _refusal(refused[0])

    # One connection after the other

    async def _supervise(self, line: _Line) -> None:
        """Replace the connection whenever it ends. Ends itself by being cancelled only."""
        loop = asyncio.get_running_loop()
        delay = self._patience.retry_first
        while True:
            since = loop.time()
            await asyncio.wait({line.reader})
            self._line = None
            # A connection that does not hold must not be taken up faster and faster.
            if loop.time() - since >= self._patience.retry_longest:
                delay = self._patience.retry_first
            while self._line is None:
                await asyncio.sleep(delay * (0.5 + self._luck() / 2))
                delay = min(2 * delay, self._patience.retry_longest)
                try:
                    self._line = line = await self._connect()
                except HogaError as error:
                    _log.warning("KIS WebSocket is still down: %s", error.english)
                except Exception:  # noqa: BLE001 - without a supervisor nobody would hear of fills again
                    _log.exception("KIS WebSocket is still down")
                # Also while it is down: the order list is the only thing then that tells of fills.
                self._tell(self._tell_gap)

    async def _connect(self) -> _Line:
        try:
            return await self._connect_once()
        except Rejected as error:
            # The approval key was kept from before, and KIS does not know it any more.
            if error.code not in _STALE_KEY:
                raise
            return await self._connect_once()

    async def _connect_once(self) -> _Line:
        if not self._approval_key:
            self._approval_key = await self._rest.get_approval_key()
        try:
            socket = await self._rest.session.ws_connect(
                self._url, timeout=aiohttp.ClientWSTimeout(ws_close=_FAREWELL)
            )
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(
                f"한국투자증권 실시간 서버 {self._url} 에 연결할 수 없습니다({type(error).__name__}). "
                "주소와 인터넷 연결을 확인하세요.",
                f"KIS's WebSocket at {self._url} cannot be reached ({type(error).__name__}). "
                "Check the address and the connection to the internet.",
            ) from error
        line = _Line(socket, self._approval_key, self._patience.ack)
        line.reader = asyncio.create_task(self._read(line))
        try:
            await self._register_notices(line)
            for ack in await self._arrange(line):
                _log.warning("KIS WebSocket: %s", _refusal(ack).english)
        except BaseException:
            await line.close()
            raise
        _log.info("KIS WebSocket is up, %d codes followed", len(line.codes))
        return line

    async def _register_notices(self, line: _Line) -> None:
        async with line.turn:
            ack = await line.register(self._profile.notice_stream, self._hts_id)
        if not ack.is_accepted:
            if ack.code in _STALE_KEY:
                self._rest.refuse_approval_key(self._approval_key)
                self._approval_key = ""
            raise _refused(ack)
        if self._profile.notice_stream not in line.ciphers:
            raise WireError(
                "한국투자증권이 체결통보의 암호키를 보내지 않았습니다. 다시 연결하세요.",
                "KIS sent no key for the order notices. Connect again.",
            )

    async def _arrange(self, line: _Line) -> list[SubscribeAck]:
        """Register on `line` what is followed and release what is not. Returns what KIS refused."""
        refused: dict[str, SubscribeAck] = {}
        async with line.turn:
            # What is followed may change while an answer is awaited, so it is looked at after each.
            while True:
                # Releases first, they make room.
                gone = _first(line.codes, self._followed, refused)
                new = _first(self._followed, line.codes, refused)
                if gone is not None:
                    ack = await line.release(TRADES_STREAM, self._product(gone))
                    if ack.is_accepted or ack.code == _NOT_FOUND:
                        del line.codes[gone]
                    else:
                        refused[gone] = ack
                elif new is not None:
                    ack = await line.register(TRADES_STREAM, self._product(new))
                    if ack.is_accepted or ack.code == _ALREADY:
                        line.codes[new] = None
                    else:
                        refused[new] = ack
                else:
                    return list(refused.values())

    # What arrives

    async def _read(self, line: _Line) -> None:
        """Take everything that arrives on `line`, until it ends or falls silent. Never raises."""
        loop = asyncio.get_running_loop()
        silence = self._patience.silence
        why = "closed by KIS"
        try:
            async with asyncio.timeout(silence) as limit:
                async for message in line.socket:
                    limit.reschedule(loop.time() + silence)
                    if message.type is aiohttp.WSMsgType.TEXT:
                        echo = self._take(line, message.data)
                        if echo:
                            await line.socket.send_str(echo)
        except TimeoutError:
            why = f"nothing was heard for {silence:g} s"
        except (aiohttp.ClientError, OSError) as error:
            why = type(error).__name__
        finally:
            line.end()
        if not line.is_closing:
            _log.warning("KIS WebSocket has ended (%s, code %s)", why, line.socket.close_code)
        await line.socket.close()

    def _take(self, line: _Line, text: str) -> str:
        """Understand a frame and pass it on. Returns what is to be sent back, "" for nothing."""
        try:
            frame = read_frame(text, self._clock.now().date(), line.ciphers)
        except WireError as error:
            self._drop(text, error.english)
            return ""
        except Exception as error:  # noqa: BLE001 - one frame must not end the stream
            self._drop(text, type(error).__name__)
            return ""
        match frame:
            case Trades() if frame.tr_id == TRADES_STREAM:
                if frame.has_drifted:
                    self._note_once(TRADES_STREAM, _DRIFT)
                for trade in frame.trades:
                    if trade.code in self._followed:
                        self._tell(self._tell_trade, trade)
            case Notices():
                if frame.has_drifted:
                    self._note_once(self._profile.notice_stream, _DRIFT)
                for record in frame.notices:
                    if not self._tell(self._tell_notice, record):
                        self._tell(self._tell_gap)
            case Ping():
                return frame.text
            case SubscribeAck():
                frame = replace(frame, message=self._rest.mask.text(frame.message))
                if frame.cipher is not None:
                    line.ciphers[frame.tr_id] = frame.cipher
                if not line.answer(frame):
                    _log.warning("KIS WebSocket said %s %s unasked", frame.code, frame.message)
            case Trades() | Books() | Told():
                if frame.has_drifted:
                    self._note_once(frame.tr_id, _DRIFT)
                self._note_once(frame.tr_id, _UNASKED)
            case UnknownFrame():
                self._note_once(frame.tr_id, _UNASKED)
            case _:
                assert_never(frame)
        return ""

    def _drop(self, text: str, why: str) -> None:
        """An unreadable frame. Only its head is logged: the rest may hold keys or personal data."""
        found = _HEAD.match(text)
        head = found[0] if found else ""
        _log.warning("KIS WebSocket: dropped a frame %r of %d characters: %s", head, len(text), why)
        # It may have told of a fill.
        if self._profile.notice_stream in text[:_HEAD_WIDTH]:
            self._tell(self._tell_gap)

    def _note_once(self, tr_id: str, sentence: str) -> None:
        if (tr_id, sentence) not in self._noted:
            self._noted.add((tr_id, sentence))
            _log.warning("KIS WebSocket, stream %s: %s", tr_id, sentence)

    def _tell(self, callback: Callable[..., None], *what: object) -> bool:
        """Call somebody who must not be able to stop the stream. Whether it went well."""
        try:
            callback(*what)
        except HogaError as error:  # it says itself what is wrong, a halted desk above all
            _log.error("KIS WebSocket: %s", error)
            return False
        except Exception:  # noqa: BLE001 - it is told in full to the log
            _log.exception("KIS WebSocket: what was told about has failed")
            return False
        return True


def _ignore(trade: Trade) -> None:
    """Nobody follows anything yet."""


def _lost(why: str) -> Unreachable:
    return Unreachable(
        f"한국투자증권 실시간 연결이 끊어졌습니다({why}). 다시 연결하세요.",
        f"The WebSocket to KIS was lost ({why}). Connect again.",
    )


def _first(codes: Iterable[str], *others: Container[str]) -> str | None:
    """The first of `codes` that is in none of `others`."""
    return next((code for code in codes if not any(code in other for other in others)), None)


def _refusal(ack: SubscribeAck) -> BadInput | Rejected:
    if ack.code in _UNKNOWN_CODE:
        return BadInput(
            f"한국투자증권이 종목 {ack.tr_key}의 체결을 보내지 않습니다({ack.code}). 종목코드를 확인하세요.",
            f"KIS does not stream the trades of {ack.tr_key} ({ack.code}). Check the code.",
        )
    return _refused(ack)


def _refused(ack: SubscribeAck) -> Rejected:
    return Rejected(
        f"한국투자증권이 실시간 등록을 거절했습니다: {ack.message} ({ack.code}). "
        "HTS ID와, 같은 앱키를 쓰는 다른 프로그램이 있는지 확인하세요.",
        f"KIS refused a registration on the WebSocket: {ack.message} ({ack.code}). "
        "Check the HTS id, and whether another program uses the same app key.",
        ack.code,
    )
