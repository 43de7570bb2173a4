"""The WebSocket side of the exchange's KIS face: sessions, what they are registered for, what they are sent.

Source: KIS's documents and measurements of 2024 to 2026. The path means nothing. A session belongs to the app
key whose approval key it shows first, and an app key has one session. The server asks every ten seconds of
real time whether the client is still there (PINGPONG); any frame at all is an answer, an echo or a PONG too.

Prints are sent one by one, in their order and several to a frame; a book, and whatever else only shows how
things are, is sent as it is when the program comes to it, however often it has changed since. What happens to
an issue (장운영정보) is told event by event. Nothing is made for a stream that nobody is registered for.
Nobody is waited for: frames wait in the session, and a session with too many of them is dropped.

What is unverified: that KIS leaves a session open after refusing its app key, and which code refuses a
stream or a key that does not exist.
"""

import asyncio
import logging
from collections.abc import Sequence
from itertools import groupby

from aiohttp import WSCloseCode, WSMsgType, web

from hoga.brokers.kis.announcer import Announcer
from hoga.brokers.kis.books import AtClose, book_frame
from hoga.brokers.kis.broadcast import Broadcast
from hoga.brokers.kis.bulletin import Bulletin
from hoga.brokers.kis.catalogue import SUBSCRIBED, UNSUBSCRIBED
from hoga.brokers.kis.codes import (
    BOOKS_STREAM,
    INDEX_CODES,
    PROFILES,
    TRADES_STREAM,
    Environment,
)
from hoga.brokers.kis.envelope import plain_code
from hoga.brokers.kis.faults import Faults
from hoga.brokers.kis.frames import (
    Ping,
    RefusedFrame,
    Subscription,
    ack_frame,
    asked_subscription,
    ping_frame,
)
from hoga.brokers.kis.line import Line
from hoga.brokers.kis.login import Customer, Logins, NewId
from hoga.brokers.kis.notices import NoticeCipher, NoticeRecord, notice_frame
from hoga.brokers.kis.records import named_frame
from hoga.brokers.kis.status import status_record
from hoga.brokers.kis.streams import ON_PAPER, STREAMS, Records, Stream, Subject
from hoga.brokers.kis.tally import APART, Tally
from hoga.brokers.kis.ticks import RunningDay, trade_frame
from hoga.domain.quote import OrderBook, Trade
from hoga.exchange.commands import THE_MARKET
from hoga.exchange.events import (
    BoardKind,
    Canceled,
    Event,
    Expired,
    IssueHalted,
    MarketHalted,
    PhaseChanged,
    Placed,
    Rejected,
    Replaced,
    Resumed,
    ResumptionBegun,
    Traded,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase
from hoga.ports import Clock

PING_SECONDS = 10.0
SILENCE_SECONDS = 100.0
MOST_UNSENT = 20_000
"""Frames that may wait for one reader: some ten megabytes, more than a minute of any market."""

MOST_TICKS = 10
"""Prints in one frame."""

_LONGEST_FRAME = 64 * 1024
_CLOSE_SECONDS = 1.0
_Key = tuple[str, str]
"""A stream and its key: a code, that of an index, or an HTS id."""
_Tick = tuple[Phase, Trade, RunningDay]
_PRINTED_BESIDE: dict[BoardKind, tuple[Stream, ...]] = dict.fromkeys(BoardKind, (STREAMS["H0UNCNT0"],)) | {
    BoardKind.NXT: (STREAMS["H0NXCNT0"], STREAMS["H0UNCNT0"]),
    BoardKind.EVENING_CALLS: (STREAMS["H0STOUP0"],),
}
"""Streams of prints beside KRX's own, by the market in which something trades."""

_log = logging.getLogger(__name__)


class Session:
    """One WebSocket: whose it is, what it is registered for, and the frames that wait to be sent."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        http: web.Request,
        most_unsent: int,
        faults: Faults,
        environment: Environment,
        clock: Clock,
    ) -> None:
        self.line = Line(faults, environment, clock, self._put, self.abort)
        self.customer: Customer | None = None
        self.ciphers: dict[_Key, NoticeCipher] = {}
        """Its registrations; each was given a key, which only notices use."""
        self._socket = socket
        self._http = http
        self._unsent: asyncio.Queue[str] = asyncio.Queue(most_unsent)
        self._is_cut = False
        self.heard_at = asyncio.get_running_loop().time()

    def send(self, frame: str) -> None:
        """Leave `frame` for the reader, who is dropped when there are too many already. Never waits."""
        self.line.send(frame, self.ciphers)

    def _put(self, frame: str) -> None:
        if self._is_cut:
            return
        try:
            self._unsent.put_nowait(frame)
        except asyncio.QueueFull:
            _log.warning("a WebSocket client reads too slowly and is dropped")
            self.abort()

    async def write(self) -> None:
        """Send what waits, for ever."""
        while True:
            await self._socket.send_str(await self._unsent.get())

    async def hang_up(self) -> None:
        """Close the connection, politely if the other side takes part in it."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code=WSCloseCode.GOING_AWAY)
        except TimeoutError:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Cut the connection, whatever is still unsent."""
        self._is_cut = True
        if self._http.transport is not None:
            self._http.transport.abort()


class Feed:
    """All sessions, and what the exchange's events make them hear."""

    def __init__(
        self,
        simulation: Simulation,
        broadcast: Broadcast,
        bulletin: Bulletin,
        logins: Logins,
        clock: Clock,
        environment: Environment,
        new_id: NewId,
        *,
        ping_seconds: float = PING_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
        most_unsent: int = MOST_UNSENT,
        notice_fields: int = 23,
        records: Records = Records.OF_DAY,
        faults: Faults | None = None,
    ) -> None:
        self._simulation = simulation
        self._broadcast = broadcast
        self._environment = environment
        self._faults = Faults() if faults is None else faults
        self._bulletin = bulletin
        self._logins = logins
        self._clock = clock
        self._profile = PROFILES[environment]
        self._new_id = new_id
        self._ping_seconds = ping_seconds
        self._silence_seconds = silence_seconds
        self._most_unsent = most_unsent
        self._notice_fields = notice_fields
        self._records = records
        self._sessions: set[Session] = set()
        self._owners: dict[str, Session] = {}
        """App key → its session."""
        self._registered: dict[_Key, dict[Session, None]] = {}
        self._announcer = Announcer(simulation.exchange)
        self._beside: dict[str, dict[str, None]] = {}
        """The streams beside KRX's prints and books that somebody is registered for, by their key."""
        self._indices: dict[str, None] = {}
        """Those of their keys that are indices."""
        self._stirred: dict[str, None] = {}
        """Those of their keys about which something has happened since they were told."""
        self._shown: dict[str, OrderBook] = {}
        """The book that was sent last, by code."""
        self._closing: dict[str, AtClose] = {}
        """What waited at closing prices then."""
        self._ticks: list[_Tick] = []
        self._ticks_beside: dict[str, list[_Tick]] = {}
        """The same for the other streams of prints, by their ids."""
        self._changed: dict[str, None] = {}
        """Codes whose book has changed since it was sent, in the order in which they did."""
        self._is_flush_due = False
        simulation.on_roll(self._begin_day)

    def application(self) -> web.Application:
        """The WebSocket server. Any path will do."""
        application = web.Application()
        application.router.add_get("/{path:.*}", self._serve)
        return application

    async def close(self) -> None:
        """Hang up on everybody."""
        await asyncio.gather(*(session.hang_up() for session in self._sessions))

    # What the exchange tells

    def hear(self, events: Sequence[Event]) -> None:
        """Take what happened into the running days, and let the sessions know."""
        books: dict[str, OrderBook] = {}
        tally = self._tally
        for event in events:
            if _is_unheard(event, tally):  # nearly all that happens in a large market
                if self._indices:
                    self._stir_indices()
                continue
            match event:
                case Traded():
                    self._print(event, books)
                    self._touch(event.code)
                case Placed() | Canceled() | Replaced() | Expired():
                    self._touch(event.code)
                case VolatilityInterrupted() | IssueHalted() | ResumptionBegun() | Resumed():
                    self._announce(event)
                    self._touch(event.code)
                    self._learn(event.code)
                case MarketHalted():
                    self._announce(event)
                case PhaseChanged():
                    self._announce(event)
                    for code in self._keys():
                        self._touch(code)
                        self._learn(code)
                case Rejected():
                    pass  # nothing but a notice comes of it
                case _:
                    continue
            for record in self._bulletin.notices(event):
                self._notify(record)
        is_due = self._ticks or self._changed or self._stirred or self._ticks_beside
        if is_due and not self._is_flush_due:
            self._is_flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _print(self, event: Traded, books: dict[str, OrderBook]) -> None:
        code, board = event.code, event.board
        trade = Trade(code, event.at, event.price, event.quantity, event.taker)
        if board is BoardKind.EVENING_CALLS:
            day = self._tally.count_evening(trade)
        elif code in self._tally:
            day = self._tally.count(trade, board)
        else:
            return
        if (TRADES_STREAM, code) in self._registered and board not in APART:
            if code not in books:
                books[code] = self._exchange.book(code)
            self._ticks.append((self._exchange.phase, trade, day.beside(books[code])))
        if code in self._beside:
            for stream in _PRINTED_BESIDE[board]:
                if stream.tr_id in self._beside[code]:
                    book = self._broadcast.book(code, stream)
                    of_evening = stream.subject is Subject.EVENING_TRADES
                    whole = day if of_evening else self._tally.day(code, stream.venues)
                    tick = (self._exchange.venue_phase(board.venue), trade, whole.beside(book))
                    self._ticks_beside.setdefault(stream.tr_id, []).append(tick)

    def _touch(self, code: str) -> None:
        if (BOOKS_STREAM, code) in self._registered:
            self._changed[code] = None
        if code in self._beside:
            self._stirred[code] = None
        self._stir_indices()

    def _stir_indices(self) -> None:
        self._stirred |= self._indices

    def _announce(self, event: Event) -> None:
        """Tell 장운영정보 of what happens, at once: each of several things counts."""
        self._announcer.hear(event)
        for code, tr_ids in self._beside.items():
            for stream in [STREAMS[tr_id] for tr_id in tr_ids]:
                if stream.subject is Subject.STATUS:
                    for status in self._announcer.statuses(event, stream, code):
                        self._push((stream.tr_id, code), named_frame(stream, status_record(status)))

    def _learn(self, code: str) -> None:
        """After a call, the price that static interruptions are measured from is another one."""
        if self._exchange.lists(code) and ((TRADES_STREAM, code) in self._registered or code in self._beside):
            self._tally.learn(code)

    def _keys(self) -> dict[str, None]:
        """The keys that somebody is registered for."""
        return dict.fromkeys(key for _, key in self._registered)

    def _notify(self, record: NoticeRecord) -> None:
        stream = self._profile.notice_stream
        key = (stream, record.hts_id)
        for session in self._registered.get(key, ()):
            session.send(notice_frame(stream, [record], session.ciphers[key], self._notice_fields))

    def _flush(self) -> None:
        """Send what has gathered since the program last had nothing else to do."""
        self._is_flush_due = False
        ticks, self._ticks = self._ticks, []
        beside, self._ticks_beside = self._ticks_beside, {}
        changed, self._changed = self._changed, {}
        stirred, self._stirred = self._stirred, {}
        is_long = self._records.are_long(self._exchange.day)
        self._push_prints(STREAMS[TRADES_STREAM], ticks, is_long=is_long)
        for tr_id, others in beside.items():
            self._push_prints(STREAMS[tr_id], others, is_long=is_long)
        for code in changed:
            if self._exchange.phase is Phase.POST_SINGLE:
                break  # the book of the evening has a stream of its own
            book, closing = self._exchange.book(code), self._broadcast.at_close(code)
            frame = book_frame(
                book,
                self._tally.day(code),
                self._exchange.phase,
                self._shown.get(code),
                closing=(closing, self._closing.get(code, closing)),
                midpoints=(self._exchange.midpoint(code),) if is_long else (),
                is_long=is_long,
            )
            self._shown[code], self._closing[code] = book, closing
            self._push((BOOKS_STREAM, code), frame)
        for key in stirred:
            for tr_id in self._beside.get(key, ()):
                told = self._broadcast.frame(STREAMS[tr_id], key)
                if told is not None:
                    self._push((tr_id, key), told)

    def _push_prints(self, stream: Stream, ticks: Sequence[_Tick], *, is_long: bool) -> None:
        for (phase, code), group in groupby(ticks, lambda tick: (tick[0], tick[1].code)):
            prints = [(trade, day) for _, trade, day in group]
            for start in range(0, len(prints), MOST_TICKS):
                frame = trade_frame(prints[start : start + MOST_TICKS], phase, stream, is_long=is_long)
                self._push((stream.tr_id, code), frame)

    def _push(self, key: _Key, frame: str) -> None:
        for session in self._registered.get(key, ()):
            session.send(frame)

    @property
    def _exchange(self) -> Exchange:
        return self._simulation.exchange

    @property
    def _tally(self) -> Tally:
        return self._broadcast.tally

    def _begin_day(self, exchange: Exchange) -> None:
        """Another day begins: whoever is registered stays so. What the last one printed is still sent."""
        self._broadcast.begin_day()
        self._announcer = Announcer(exchange)
        for code in self._keys():
            self._learn(code)
        self._shown.clear()
        self._closing.clear()
        self._changed.clear()
        self._stirred.clear()

    # What clients ask

    async def _serve(self, http: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            timeout=_CLOSE_SECONDS, autoping=False, compress=False, max_msg_size=_LONGEST_FRAME
        )
        await socket.prepare(http)
        session = Session(socket, http, self._most_unsent, self._faults, self._environment, self._clock)
        self._sessions.add(session)
        tasks = [asyncio.create_task(session.write()), asyncio.create_task(self._keep_asking(session))]
        try:
            async for message in socket:
                session.heard_at = asyncio.get_running_loop().time()
                match message.type:
                    case WSMsgType.TEXT if session.line.hears(message.data):
                        self._answer(session, message.data)
                    case WSMsgType.BINARY:
                        session.send(RefusedFrame("OPSP9999").answer)
                    case WSMsgType.PING if not session.line.is_silent:
                        await socket.pong(message.data)
                    case _:
                        pass
        finally:
            self._forget(session)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return socket

    async def _keep_asking(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        # A silent session is one that a fault has silenced: its client has nothing to react to.
        while session.line.is_silent or loop.time() - session.heard_at < self._silence_seconds:
            await asyncio.sleep(self._ping_seconds)
            session.send(ping_frame(self._clock.now()))
        _log.warning("a WebSocket client has been silent for %s s and is dropped", self._silence_seconds)
        await session.hang_up()

    def _answer(self, session: Session, text: str) -> None:
        try:
            asked = asked_subscription(text)
        except RefusedFrame as refused:
            session.send(refused.answer)
            return
        if not isinstance(asked, Ping):
            session.send(self._decide(session, asked))

    def _decide(self, session: Session, asked: Subscription) -> str:
        """Register or release, and the frame that says so."""
        customer = self._logins.find_approved(asked.approval_key)
        if customer is None:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP0011")
        if session.customer is None:
            if customer.keys.appkey in self._owners:
                return RefusedFrame("OPSP8996").answer
            session.customer = customer
            session.line.appkey = customer.keys.appkey
            self._owners[customer.keys.appkey] = session
        elif session.customer is not customer:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP0010")
        if asked.is_release:
            return self._release(session, asked)
        return self._register(session, asked)

    def _register(self, session: Session, asked: Subscription) -> str:
        key = _key(asked)
        stream, name = STREAMS.get(asked.tr_id), key[1]
        if stream is None or not self._offers(stream):
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP8991")
        if stream.subject is Subject.NOTICES:
            is_known = session.customer is not None and name == session.customer.hts_id
        else:
            is_known = name in INDEX_CODES if stream.is_of_index else self._exchange.lists(name)
        if not is_known:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP8992")
        if key in session.ciphers:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP0002")
        if len(session.ciphers) >= self._profile.registrations:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP0008")
        self._join(stream, name)
        cipher = NoticeCipher(self._new_id(), self._new_id()[:16])
        session.ciphers[key] = cipher
        self._registered.setdefault(key, {})[session] = None
        return ack_frame(asked.tr_id, asked.tr_key, SUBSCRIBED, cipher)

    def _offers(self, stream: Stream) -> bool:
        """Whether this environment has a stream: on paper little is, and each has notices of its own."""
        if stream.subject is Subject.NOTICES:
            return stream.tr_id == self._profile.notice_stream
        return self._environment is Environment.REAL or stream.tr_id in ON_PAPER

    def _join(self, stream: Stream, key: str) -> None:
        """Begin to make a stream that somebody registers for."""
        if stream.subject is Subject.NOTICES:
            return
        if stream.is_of_index:
            self._indices[key] = None
        else:
            self._tally.learn(key)
        if stream.tr_id not in (TRADES_STREAM, BOOKS_STREAM):
            self._beside.setdefault(key, {})[stream.tr_id] = None

    def _leave(self, tr_id: str, key: str) -> None:
        """Make no more of a stream that nobody is registered for."""
        streams = self._beside.get(key, {})
        streams.pop(tr_id, None)
        if not streams:
            self._beside.pop(key, None)
            self._indices.pop(key, None)

    def _release(self, session: Session, asked: Subscription) -> str:
        key = _key(asked)
        if session.ciphers.pop(key, None) is None:
            return ack_frame(asked.tr_id, asked.tr_key, "OPSP0003")
        self._unregister(key, session)
        return ack_frame(asked.tr_id, asked.tr_key, UNSUBSCRIBED)

    def _unregister(self, key: _Key, session: Session) -> None:
        sessions = self._registered[key]
        del sessions[session]
        if not sessions:
            del self._registered[key]
            self._leave(*key)

    def _forget(self, session: Session) -> None:
        self._sessions.discard(session)
        for key in session.ciphers:
            self._unregister(key, session)
        if session.customer is not None:
            del self._owners[session.customer.keys.appkey]


def _is_unheard(event: Event, tally: Tally) -> bool:
    """Whether nobody is to hear of an event: it concerns no account, and an issue that nobody asked for."""
    # By type, see Exchange.process.
    if type(event) is Traded:
        is_of_market = event.buy_account == event.sell_account == THE_MARKET
        return is_of_market and event.code not in tally and event.board is not BoardKind.EVENING_CALLS
    if type(event) is Placed or type(event) is Canceled or type(event) is Replaced or type(event) is Expired:
        return event.account == THE_MARKET and event.code not in tally
    return False


def _key(asked: Subscription) -> _Key:
    stream = STREAMS.get(asked.tr_id)
    if stream is None or stream.is_of_index or stream.subject is Subject.NOTICES:
        return asked.tr_id, asked.tr_key
    return asked.tr_id, plain_code(asked.tr_key)
