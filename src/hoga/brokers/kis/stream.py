"""The client's WebSocket to KIS: order notices, prints and books, over one connection that is taken up again.

KIS allows one connection for an app key and 41 registrations on it, and replays nothing that was missed
while it was down. So the order notices are registered first, every answer is awaited and checked, a broken
connection is replaced with growing and scattered delays, and whoever follows the orders is told that
something may be missing (`on_gap`). `slots` says what is registered; what is not, what has gone silent
(`stall`), and everything while the connection is down, is asked for by REST (`poll`), and after each gap the
prices are read once. `prints` keeps what is told from being told twice.

KIS checks a client with PINGPONG frames, which are sent back as they came; pings of our own have been
answered with a closed connection and are not sent. Source: KIS's documents and notices as of 2026-08. This
file knows no field of a frame; `frames` does.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import assert_never

import aiohttp

from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM, Profile
from hoga.brokers.kis.frames import Ping, SubscribeAck, Told, UnknownFrame, read_frame
from hoga.brokers.kis.notices import NoticeRecord, Notices
from hoga.brokers.kis.poll import Ask, AskBook, Poll
from hoga.brokers.kis.prints import Prints
from hoga.brokers.kis.rest import Patience, Rest
from hoga.brokers.kis.session import Session
from hoga.brokers.kis.slots import Allotment, Registration, allot
from hoga.brokers.kis.stall import Stalls, has_changed, has_grown
from hoga.brokers.kis.ticks import Trades
from hoga.domain.errors import BadInput, HogaError, Rejected, Unreachable, WireError
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.krx.sessions import Phase, phases_at
from hoga.ports import Clock

_log = logging.getLogger(__name__)

_ALREADY = "OPSP0002"
_FULL = "OPSP0008"
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


class Stream:
    """Order notices, prints and books as they happen. Open between `open` and `close` only."""

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
        ask: Ask,
        ask_book: AskBook,
        tell: Callable[[str], object],
        attempts: Attempts | None,
    ) -> None:
        """`product` gives the number by which KIS knows a code; `ask` and `ask_book` read prices and a book.

        `tell` is told what the person should know. `attempts` are those of all processes of the machine.
        """
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
        self._tell_person = tell
        self._attempts = attempts
        self._tell_trade: Callable[[Trade], None] = _ignore
        self._tell_book: Callable[[OrderBook], None] = _ignore
        self._followed: dict[str, None] = {}
        self._books: dict[str, None] = {}
        self._held: frozenset[str] = frozenset()
        self._prints = Prints()
        self._stalls = Stalls(patience.stall, has_grown)
        self._book_stalls = Stalls(patience.stall, has_changed)
        self._seen: dict[str, OrderBook] = {}
        """The books that were told last, since it was said which are followed."""
        self._poll = Poll(
            ask,
            ask_book,
            pause=patience.poll * profile.polls_apart,
            longest=patience.retry_longest,
            most=profile.polled_prices,
            most_books=profile.polled_books,
            on_quote=self._on_quote,
            on_book=self._on_polled_book,
            suspects=lambda: self._suspects(self._stalls),
            suspect_books=lambda: self._suspects(self._book_stalls),
        )
        self._polled: frozenset[str] = frozenset()
        """Codes whose prices are polled."""
        self._polled_books: frozenset[str] = frozenset()
        self._approval_key = ""
        self._line: Session | None = None
        self._untidy = asyncio.Event()
        """Set when the registrations are not what they should be."""
        self._tasks: list[asyncio.Task[None]] = []
        self._noted: set[tuple[str, str]] = set()

    async def open(self) -> None:
        """Connect and register for order notices. Raises `BrokerError`, or `WireError`."""
        self._line = line = await self._connect()
        works = (self._supervise(line), self._keep_arranged(), self._poll.run())
        self._tasks = [asyncio.create_task(work) for work in works]

    async def close(self) -> None:
        """Close the connection as KIS wants it, so that the app key is free at once."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def follow(self, codes: Sequence[str], callback: Callable[[Trade], None]) -> None:
        """Tell `callback` the trades of exactly these codes, on this connection and all that follow it.

        What KIS has no slot for is polled. A connection that is down or breaks is no error: everything is
        registered again on the next, and polled until then. Raises `BadInput` for a code that KIS does not
        know, `Rejected` when KIS refuses one; the others are followed then.
        """
        self._followed = dict.fromkeys(codes)
        self._tell_trade = callback
        self._prints.keep(self._followed.keys())
        await self._change(TRADES_STREAM)

    async def follow_books(self, codes: Sequence[str], callback: Callable[[OrderBook], None]) -> None:
        """Tell `callback` the books of exactly these codes. Like `follow`, whose slots go first."""
        self._books = dict.fromkeys(codes)
        self._tell_book = callback
        self._seen.clear()
        await self._change(BOOKS_STREAM)

    def hold(self, codes: Collection[str]) -> None:
        """These are held now: they go before what is only watched."""
        held = frozenset(codes)
        if held != self._held:
            self._held = held
            self._untidy.set()

    # One connection after the other

    async def _supervise(self, line: Session) -> None:
        """Replace the connection whenever it ends. Ends itself by being cancelled only."""
        loop = asyncio.get_running_loop()
        delay = self._patience.retry_first
        while True:
            since = loop.time()
            await asyncio.wait({line.reader})
            self._line = None
            self._share(self._allotment(0))
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

    async def _connect(self) -> Session:
        try:
            return await self._connect_once()
        except Rejected as error:
            # The approval key was kept from before, and KIS does not know it any more.
            if error.code not in _STALE_KEY:
                raise
            return await self._connect_once()

    async def _connect_once(self) -> Session:
        if not self._approval_key:
            self._approval_key = await self._rest.get_approval_key()
        if self._attempts is not None:
            await self._attempts.turn()
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
        line = Session(socket, self._approval_key, self._patience, self._profile.registrations - 1)
        self._prints.begin()
        self._stalls = Stalls(self._patience.stall, has_grown)
        self._book_stalls = Stalls(self._patience.stall, has_changed)
        line.reader = asyncio.create_task(self._read(line))
        try:
            await self._register_notices(line)
            for ack in (await self._arrange(line)).values():
                _log.warning("KIS WebSocket: %s", _refusal(ack).english)
        except BaseException:
            await line.close()
            raise
        _log.info("KIS WebSocket is up, %d registrations beside the notices", len(line.registered))
        return line

    async def _register_notices(self, line: Session) -> None:
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

    # Registrations

    async def _change(self, tr_id: str) -> None:
        """Register what is followed now. Raises for what KIS refuses of this stream."""
        line = self._line
        if line is None:
            self._share(self._allotment(0))
            return
        line.refused = {each: ack for each, ack in line.refused.items() if each.tr_id != tr_id}
        refused = await self._arrange_or_end(line)
        if found := [ack for each, ack in refused.items() if each.tr_id == tr_id]:
            raise _refusal(found[0])

    async def _keep_arranged(self) -> None:
        """Arrange the registrations anew whenever something but `follow` has changed what they should be."""
        while True:
            await self._untidy.wait()
            self._untidy.clear()
            if self._line is not None:
                await self._arrange_or_end(self._line)

    async def _arrange_or_end(self, line: Session) -> dict[Registration, SubscribeAck]:
        """Arrange, and end the connection if it breaks: the next one is arranged as well."""
        try:
            return await self._arrange(line)
        except Unreachable as error:
            _log.warning("KIS WebSocket: %s", error.english)
            await line.close()
            return {}

    async def _arrange(self, line: Session) -> dict[Registration, SubscribeAck]:
        """Register on `line` what should be and release what should not. Returns what KIS refused."""
        async with line.turn:
            # What should be may change while an answer is awaited, so it is looked at after each.
            while True:
                allotment = self._allotment(line.most, line)
                gone, new = _next_step(line, allotment)
                if gone is not None:  # releases first, they make room
                    ack = await line.release(gone.tr_id, self._product(gone.code))
                    line.renewals.pop(gone, None)
                    if not ack.is_accepted and ack.code != _NOT_FOUND:
                        _log.warning("KIS WebSocket: a release was refused, %s %s", ack.code, ack.message)
                    # Should KIS think otherwise, it will say that there is no room, or that it is registered.
                    del line.registered[gone]
                    if gone not in allotment.streamed:
                        self._stalls_of(gone.tr_id).end(gone.code)
                elif new is not None:
                    ack = await line.register(new.tr_id, self._product(new.code))
                    if ack.is_accepted or ack.code == _ALREADY:
                        line.registered[new] = None
                        self._stalls_of(new.tr_id).begin(new.code, asyncio.get_running_loop().time())
                    elif ack.code == _FULL:
                        line.most = len(line.registered)
                    else:
                        line.refused[new] = ack
                else:
                    self._share(allotment)
                    refused = line.refused.items()
                    return {each: ack for each, ack in refused if each.code in self._wanted(each.tr_id)}

    def _allotment(self, most: int, line: Session | None = None) -> Allotment:
        """Who gets one of `most` slots; what KIS has refused on `line` gets none and is asked for instead."""
        refused = {} if line is None else line.refused
        taken = {} if line is None else line.registered
        trades = [code for code in self._followed if Registration(TRADES_STREAM, code) not in refused]
        books = [code for code in self._books if Registration(BOOKS_STREAM, code) not in refused]
        found = allot(trades, books, self._held, most, taken)
        others = (each for each, ack in refused.items() if ack.code not in _UNKNOWN_CODE)
        asked = (each for each in others if each.code in self._wanted(each.tr_id))
        return Allotment(found.streamed, (*found.asked, *asked))

    def _stalls_of(self, tr_id: str) -> Stalls[int] | Stalls[OrderBook]:
        return self._stalls if tr_id == TRADES_STREAM else self._book_stalls

    def _wanted(self, tr_id: str) -> Collection[str]:
        return self._followed if tr_id == TRADES_STREAM else self._books

    def _share(self, allotment: Allotment) -> None:
        """Poll what has no slot, and say so the first time."""
        prices = [each.code for each in allotment.asked if each.tr_id == TRADES_STREAM]
        books = [each.code for each in allotment.asked if each.tr_id == BOOKS_STREAM]
        # What has traded between the last poll and the registration is told by neither.
        polled = dict.fromkeys((*prices, *self._stalls.stalled)).keys()
        self._polled_books = frozenset(books)
        self._poll.want(polled, dict.fromkeys((*books, *self._book_stalls.stalled)))
        self._poll.look_once(code for code in self._followed if code in self._polled - polled)
        self._polled = frozenset(polled)
        streamed, asked = len(allotment.streamed), len(allotment.asked)
        if streamed and asked and self._note_once("registrations", "not everything is streamed"):
            self._say(
                f"한국투자증권의 등록 한도 때문에 {streamed}건은 실시간으로, {asked}건은 조회로 받습니다",
                f"KIS streams only so much at once: {streamed} are streamed, {asked} are polled",
            )

    # What is asked for

    def _suspects(self, stalls: Stalls[int] | Stalls[OrderBook]) -> list[str]:
        """Codes whose registrations may be dead: their silence means something in continuous trading only."""
        if self._line is None:
            return []
        suspects = stalls.suspects(asyncio.get_running_loop().time())
        return suspects if suspects and Phase.CONTINUOUS in phases_at(self._clock.now()) else []

    def _on_quote(self, quote: Quote) -> None:
        if quote.code not in self._followed:
            return
        trade = self._prints.read(quote)
        if trade is not None:
            self._tell(self._tell_trade, trade)
        now = asyncio.get_running_loop().time()
        if self._line is not None and self._stalls.look(quote.code, quote.volume, now):
            self._renew(self._line, Registration(TRADES_STREAM, quote.code), "체결이", "trades")

    def _on_polled_book(self, book: OrderBook) -> None:
        if book.code not in self._books:
            return
        now, seen = asyncio.get_running_loop().time(), self._seen.get(book.code)
        is_other = seen is None or has_changed(seen, book)
        # One that was only looked at is no news unless it is another one; and if the stream has spoken while
        # it was asked for, that is the newer.
        if (
            book.code in self._polled_books
            or book.code in self._book_stalls.stalled
            or (is_other and self._book_stalls.is_silent(book.code, now))
        ):
            self._on_book(book)
        if self._line is not None and self._book_stalls.look(book.code, book, now):
            self._renew(self._line, Registration(BOOKS_STREAM, book.code), "호가가", "books")

    def _on_book(self, book: OrderBook) -> None:
        self._seen[book.code] = book
        self._tell(self._tell_book, book)

    def _renew(self, line: Session, dead: Registration, korean: str, english: str) -> None:
        """Register what has gone silent once more, and say so the first time."""
        line.renewals[dead] = None
        self._untidy.set()
        if self._note_once(dead.code, f"its {english} are dead: registered again, and polled meanwhile"):
            self._say(
                f"{dead.code} 의 실시간 {korean} 멎었습니다. 다시 등록하고 그동안 조회로 받습니다",
                f"the {english} of {dead.code} have stopped coming: registered again, and polled meanwhile",
            )

    # What arrives

    async def _read(self, line: Session) -> None:
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

    def _take(self, line: Session, text: str) -> str:
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
                    self._note_drift(TRADES_STREAM)
                now = asyncio.get_running_loop().time()
                for trade, volume in zip(frame.trades, frame.volumes, strict=True):
                    if trade.code in self._followed and self._prints.is_new(trade, volume):
                        if self._stalls.heard(trade.code, now):
                            self._untidy.set()
                        self._tell(self._tell_trade, trade)
            case Books() if frame.tr_id == BOOKS_STREAM and self._books:
                if frame.has_drifted:
                    self._note_drift(BOOKS_STREAM)
                now = asyncio.get_running_loop().time()
                for book in frame.books:
                    if book.code in self._books:
                        if self._book_stalls.heard(book.code, now, book):
                            self._untidy.set()
                        self._on_book(book)
            case Notices():
                if frame.has_drifted:
                    self._note_drift(self._profile.notice_stream)
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
                    self._note_drift(frame.tr_id)
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

    def _note_drift(self, tr_id: str) -> None:
        if self._note_once(tr_id, _DRIFT):
            self._say(
                f"한국투자증권이 실시간 {tr_id} 의 항목을 늘렸습니다. 아는 것만 읽습니다. 새 버전을 받으세요",
                f"KIS has added fields to its stream {tr_id}: what is known is read. Look for an update",
            )

    def _note_once(self, subject: str, sentence: str) -> bool:
        """Log it the first time. Whether it was that."""
        if (subject, sentence) in self._noted:
            return False
        self._noted.add((subject, sentence))
        _log.warning("KIS WebSocket, stream %s: %s", subject, sentence)
        return True

    def _say(self, korean: str, english: str) -> None:
        self._tell(self._tell_person, f"{korean} / {english}")

    def _tell(self, callback: Callable[..., object], *what: object) -> bool:
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


def _ignore(what: Trade | OrderBook) -> None:
    """Nobody follows anything yet."""


def _next_step(line: Session, allotment: Allotment) -> tuple[Registration | None, Registration | None]:
    """What to release next, and what to register next."""
    streamed = dict.fromkeys(allotment.streamed)
    gone = next((each for each in line.registered if each not in streamed or each in line.renewals), None)
    new = next((each for each in allotment.streamed if each not in line.registered), None)
    return gone, new


def _refusal(ack: SubscribeAck) -> BadInput | Rejected:
    if ack.code in _UNKNOWN_CODE:
        return BadInput(
            f"한국투자증권이 {ack.tr_key}의 실시간을 보내지 않습니다({ack.code}). 종목코드를 확인하세요.",
            f"KIS does not stream {ack.tr_key} ({ack.code}). Check the code.",
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
