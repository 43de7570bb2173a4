"""The frames of the KIS WebSocket, both ways.

Source: KIS's documents and frames recorded in 2022 to 2026. A data frame is `flag|id|count|payload`; the
payload holds `count` records one after another, and nothing but `^` between fields and records. So records
are told apart by dividing, and a record longer than any that was seen is read by its known fields and told
to be so (`has_drifted`): KIS appends fields. A frame that cannot be read is a `WireError`, never a guess.

Order notices are encrypted with a key and iv that the answer to their registration carries. They name no
fill: two equal partial fills are two equal notices. This file does no I/O.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from hoga.brokers.kis.codes import (
    BOOKS_STREAM,
    CONDITIONS,
    DIVISION_OF,
    NOTICE_STREAMS,
    ORDER_DIVISIONS,
    SIDE_CODES,
    SIDES,
    SUBSCRIPTIONS,
    TRADES_STREAM,
    UNSUBSCRIBED,
    Action,
)
from hoga.brokers.kis.envelope import day_text, parse_day, parse_instant, plain_code, time_text
from hoga.brokers.kis.quotes import change_sign, codes_of, rate, sign
from hoga.brokers.kis.wire import has_number, ratio_text
from hoga.domain.errors import WireError
from hoga.domain.notices import CancelNotice, FillNotice, Notice, RejectNotice, ReplaceNotice
from hoga.domain.quote import Level, OrderBook, Trade
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase

TRADE_FIELDS = frozenset({46, 47})
BOOK_FIELDS = frozenset({59, 62})
NOTICE_FIELDS = frozenset({23, 26})
"""Record lengths that have been seen or documented; 47 and 62 came in 2026. What is behind the documented 46
and 59 fields is not read."""

_PING = "PINGPONG"
_NO_STREAM = "(null)"
_PLAIN, _ENCRYPTED = "0", "1"


# What arrives ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping:
    """The server asks whether we are still there. Send `text` back as it is."""

    text: str


class NoticeCipher:
    """AES-256-CBC with PKCS#7 and base64, for the notices of one registration on one socket."""

    __slots__ = ("_cipher", "iv", "key")

    def __init__(self, key: str, iv: str) -> None:
        self.key = key
        self.iv = iv
        self._cipher = Cipher(algorithms.AES256(key.encode()), modes.CBC(iv.encode()))

    def __repr__(self) -> str:
        return "NoticeCipher(***)"

    def encrypt(self, plain: str) -> str:
        """The base64 text that stands in a frame."""
        padder = PKCS7(128).padder()
        padded = padder.update(plain.encode()) + padder.finalize()
        encryptor = self._cipher.encryptor()
        return b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, payload: str) -> str:
        """The record in a frame. Raises `ValueError` when the key is not its key, or it is torn."""
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(b64decode(payload, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()


@dataclass(frozen=True, slots=True)
class SubscribeAck:
    """The answer to a registration or a release.

    `cipher` comes with every accepted registration; only notices need it. `tr_key` of notices is the HTS id
    and not shown.
    """

    tr_id: str
    tr_key: str = field(repr=False)
    code: str
    message: str
    is_accepted: bool
    is_encrypted: bool = False
    cipher: NoticeCipher | None = None

    @property
    def is_release(self) -> bool:
        """Whether it answers a release; in a refusal this cannot be seen."""
        return self.code == UNSUBSCRIBED


class Trades(msgspec.Struct, frozen=True, gc=False):
    """Prints of the tape, in their order. `records` are all their fields as they came.

    A struct and not a dataclass, because it is made for every frame in a fifth of the time.
    """

    trades: tuple[Trade, ...]
    has_drifted: bool
    payload: str

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return _split(self.payload, len(self.trades))


@dataclass(frozen=True, slots=True)
class Books:
    """Books, in their order. `records` are all their fields as they came."""

    books: tuple[OrderBook, ...]
    has_drifted: bool
    payload: str = field(repr=False)

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return _split(self.payload, len(self.books))


class Outcome(Enum):
    """What a notice says about a request: 접수, 확인, 체결, IOC·FOK 잔량 취소, 거부."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    FILLED = "filled"
    UNFILLED_CANCELED = "unfilled_canceled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptNotice(Notice):
    """접수: the broker has passed the request on. Nothing has changed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One 체결통보 in full.

    `number` is the request's own number, `original` the number it is about ("" for a new order). `quantity`
    is filled shares in a fill, else the shares that the request is about; `price` is the price of the fill,
    else of the request (0 for a cancel). `order_price` is told in fills only. HTS id and holder are hidden.
    """

    account: str = field(repr=False)
    number: str
    original: str = ""
    action: Action
    outcome: Outcome
    side: Side
    code: str
    quantity: int
    price: int
    at: datetime
    order_quantity: int
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    order_price: int | None = None
    stop_price: int | None = None
    venue: Venue = Venue.KRX
    """Where the order is, never SOR."""
    is_sor: bool = False
    """Whether SOR chose the venue."""
    name: str = ""
    branch: str = ""
    hts_id: str = field(default="", repr=False)
    holder: str = field(default="", repr=False)

    @property
    def notice(self) -> Notice:
        """What it means to the order.

        A refused 정정 or 취소 is a `RejectNotice` about the request's own number: the order is as it was.
        """
        match self.outcome, self.action:
            case Outcome.REFUSED, _:
                return RejectNotice(
                    broker_order_id=self.number, at=self.at, message=f"{self.action} refused by the exchange"
                )
            case Outcome.FILLED, _:
                return FillNotice(
                    broker_order_id=self.number, at=self.at, quantity=self.quantity, price=self.price
                )
            case Outcome.UNFILLED_CANCELED, _:
                return CancelNotice(broker_order_id=self.number, at=self.at, quantity=self.quantity)
            case Outcome.CONFIRMED, Action.CANCEL:
                return CancelNotice(broker_order_id=self.original, at=self.at, quantity=self.quantity)
            case Outcome.CONFIRMED, Action.REPLACE:
                return ReplaceNotice(
                    broker_order_id=self.original,
                    at=self.at,
                    new_broker_order_id=self.number,
                    price=self.price,
                )
            case _:
                return ReceiptNotice(broker_order_id=self.number, at=self.at)


@dataclass(frozen=True, slots=True)
class Notices:
    """Order notices, in their order: of all accounts of the HTS id, so look at `record.account`.

    `records` are all their fields as they came, decrypted: personal data.
    """

    notices: tuple[NoticeRecord, ...]
    has_drifted: bool
    payload: str = field(repr=False)

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return _split(self.payload, len(self.notices))


@dataclass(frozen=True, slots=True)
class UnknownFrame:
    """A data frame of a stream that we do not read. Not an error: note it and go on."""

    tr_id: str
    text: str = field(repr=False)


Frame = Ping | SubscribeAck | Trades | Books | Notices | UnknownFrame


def read_frame(text: str, day: date, ciphers: Mapping[str, NoticeCipher]) -> Frame:
    """What a text frame says.

    `day` is the trading day, for the streams that tell no date; `ciphers` are the ones that the
    `SubscribeAck`s of this socket brought, by tr_id. Raises `WireError`.
    """
    if text.startswith("{"):
        return _read_control(text)
    parts = text.split("|", 3)
    if len(parts) != 4 or parts[0] not in (_PLAIN, _ENCRYPTED) or not _is_number(parts[2]):
        raise _unreadable("not a frame", text)
    flag, tr_id, digits, payload = parts
    count = int(digits)
    if count < 1:
        raise _unreadable("a frame without records", text)
    try:
        if tr_id == TRADES_STREAM:
            return _read_trades(payload, count)
        if tr_id == BOOKS_STREAM:
            return _read_books(payload, count, day)
    except (ValueError, IndexError) as error:
        raise _unreadable(str(error), text) from error
    if tr_id not in NOTICE_STREAMS:
        return UnknownFrame(tr_id, text)
    if flag == _ENCRYPTED:
        if tr_id not in ciphers:
            raise _unreadable("a notice before the answer to its registration", text)
        try:
            payload = ciphers[tr_id].decrypt(payload)
        except ValueError as error:
            raise _unreadable("the notice does not fit the key", text) from error
    try:
        return _read_notices(payload, count, day)
    except (ValueError, IndexError, KeyError):
        # The frame goes out as it came: encrypted, if it was, for there is personal data in it.
        raise _unreadable("a notice with unknown fields", text) from None


class _Header(msgspec.Struct):
    tr_id: str
    tr_key: str = ""
    encrypt: str = "N"


class _Secret(msgspec.Struct):
    iv: str = ""
    key: str = ""


class _Body(msgspec.Struct):
    rt_cd: str
    msg_cd: str = ""
    msg1: str = ""
    output: _Secret | None = None


class _Control(msgspec.Struct):
    header: _Header
    body: _Body | None = None


def _read_control(text: str) -> Frame:
    try:
        control = msgspec.json.decode(text, type=_Control)
    except msgspec.DecodeError as error:
        raise _unreadable(str(error), text) from error
    header, body = control.header, control.body
    if header.tr_id == _PING:
        return Ping(text)
    if body is None:
        raise _unreadable("an answer without body", text)
    cipher = None
    if body.output is not None and body.output.key:
        try:
            cipher = NoticeCipher(body.output.key, body.output.iv)
        except ValueError as error:
            raise _unreadable(str(error), text) from error
    return SubscribeAck(
        tr_id=header.tr_id,
        tr_key=header.tr_key.strip(),
        code=body.msg_cd,
        message=body.msg1.strip(),
        is_accepted=body.rt_cd == "0",
        is_encrypted=header.encrypt == "Y",
        cipher=cipher,
    )


def _read_trades(payload: str, count: int) -> Trades:
    width = _width(payload, count, min(TRADE_FIELDS))
    if count == 1:
        trades: tuple[Trade, ...] = (_trade(payload.split("^", 34)),)
    else:
        fields = payload.split("^")
        trades = tuple(_trade(fields[start : start + 34]) for start in range(0, len(fields), width))
    return Trades(trades, width not in TRADE_FIELDS, payload)


def _trade(fields: Sequence[str]) -> Trade:
    return Trade(
        fields[0],
        _instant_on(fields[33], fields[1]),
        int(fields[2]),
        int(fields[12]),
        _TAKERS.get(fields[21]),
    )


def _read_books(payload: str, count: int, day: date) -> Books:
    width = _width(payload, count, min(BOOK_FIELDS))
    fields = payload.split("^")
    books = tuple(_book(fields[start : start + width], day) for start in range(0, len(fields), width))
    return Books(books, width not in BOOK_FIELDS, payload)


def _book(fields: Sequence[str], day: date) -> OrderBook:
    is_call = fields[2] in _CALL_HOURS
    expected = int(fields[47] or 0)
    return OrderBook(
        code=fields[0],
        at=_instant(day, fields[1]),
        asks=_levels(fields[3:13], fields[23:33]),
        bids=_levels(fields[13:23], fields[33:43]),
        total_ask_quantity=int(fields[43]),
        total_bid_quantity=int(fields[44]),
        indicative_price=expected if is_call and expected else None,
        indicative_quantity=int(fields[48] or 0) if is_call and expected else None,
    )


def _levels(prices: Sequence[str], quantities: Sequence[str]) -> tuple[Level, ...]:
    return tuple(
        Level(int(price), int(quantity))
        for price, quantity in zip(prices, quantities, strict=True)
        if int(price)
    )


def _read_notices(payload: str, count: int, day: date) -> Notices:
    width = _width(payload, count, min(NOTICE_FIELDS))
    fields = payload.split("^")
    notices = tuple(_notice(fields[start : start + width], day) for start in range(0, len(fields), width))
    return Notices(notices, width not in NOTICE_FIELDS, payload)


def _notice(fields: Sequence[str], day: date) -> NoticeRecord:
    # Only the first 18 fields stand where the documents have them. Name and order price are the last two of
    # the 23 that arrive and of the 26 that are documented; in longer records they are not looked for.
    is_known = len(fields) in NOTICE_FIELDS
    # A fill must not be lost for a division that is not ours to send.
    order_type, time_in_force, _ = ORDER_DIVISIONS.get(fields[6].strip(), ORDER_DIVISIONS["00"])
    # What stands between the holder and the last four is one field on the wire, four in the documents.
    routed = _ROUTE.fullmatch("".join(fields[18:-4])) if is_known else None
    venue, is_sor = _ROUTES[routed[2]] if routed else (Venue.KRX, False)
    return NoticeRecord(
        account=fields[1],
        number=fields[2].strip(),
        original=fields[3].strip() if has_number(fields[3]) else "",
        action=_ACTIONS[fields[5]],
        outcome=_outcome(fields),
        side=SIDES[fields[4]],
        code=plain_code(fields[8]),
        quantity=int(fields[9] or 0),
        price=int(fields[10] or 0),
        at=_instant(day, fields[11]),
        order_quantity=int(fields[16] or 0),
        order_type=order_type,
        time_in_force=time_in_force,
        order_price=int(fields[-1]) if is_known and fields[-1].strip() else None,
        stop_price=int(routed[1]) if routed and routed[1] else None,
        venue=venue,
        is_sor=is_sor,
        name=fields[-2].strip() if is_known else "",
        branch=fields[15],
        hts_id=fields[0],
        holder=fields[17],
    )


def _outcome(fields: Sequence[str]) -> Outcome:
    refused, traded, accepted = fields[12:15]
    if refused == "1":
        return Outcome.REFUSED
    if traded == "2":
        return Outcome.FILLED
    return _OUTCOMES[accepted]


_ROUTE = re.compile(r"([0-9]+)?([1-4])[YN ]*", re.ASCII)
"""호가조건가격 and 거래소 구분, then whether a window is shown."""
_ROUTES = {
    "1": (Venue.KRX, False),
    "2": (Venue.NXT, False),
    "3": (Venue.KRX, True),
    "4": (Venue.NXT, True),
}
_TAKERS = {"1": Side.BUY, "5": Side.SELL}
_CALL_HOURS = frozenset("ABC")
"""시간구분 of a call auction: 장후예상, 장전예상, and after nine (also a volatility interruption)."""
_ACTIONS = {"0": Action.PLACE, "1": Action.REPLACE, "2": Action.CANCEL}
_OUTCOMES = {"1": Outcome.RECEIVED, "2": Outcome.CONFIRMED, "3": Outcome.UNFILLED_CANCELED}


def _width(payload: str, count: int, least: int) -> int:
    width, rest = divmod(payload.count("^") + 1, count)
    if rest or width < least:
        raise ValueError(f"{payload.count('^') + 1} fields are not {count} records of at least {least}")
    return width


def _split(payload: str, count: int) -> tuple[tuple[str, ...], ...]:
    fields = payload.split("^")
    width = len(fields) // count
    return tuple(tuple(fields[start : start + width]) for start in range(0, len(fields), width))


@lru_cache(maxsize=4096)
def _instant(day: date, clock: str) -> datetime:
    at = parse_instant(day, clock)
    if at is None:
        raise ValueError(f"{clock!r} is no time")
    return at


@lru_cache(maxsize=4096)
def _instant_on(day: str, clock: str) -> datetime:
    found = parse_day(day)
    if found is None:
        raise ValueError(f"{day!r} is no date")
    return _instant(found, clock)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _unreadable(why: str, text: str) -> WireError:
    return WireError(
        f"한국투자증권 실시간 전문을 읽을 수 없습니다: {why}. 전문을 보관하고 확인하세요.",
        f"A frame of KIS's WebSocket cannot be read: {why}. Keep it and look at it.",
        text,
    )


# What is sent by the client -------------------------------------------------------------------------------


def subscribe_request(approval_key: str, tr_id: str, tr_key: str) -> str:
    """Register for a stream. `tr_key` is a code, or the HTS id for notices."""
    return _registration(approval_key, _REGISTER, tr_id, tr_key)


def unsubscribe_request(approval_key: str, tr_id: str, tr_key: str) -> str:
    """Release a registration."""
    return _registration(approval_key, _RELEASE, tr_id, tr_key)


_REGISTER, _RELEASE = "1", "2"


def _registration(approval_key: str, tr_type: str, tr_id: str, tr_key: str) -> str:
    return msgspec.json.encode(
        {
            "header": {
                "approval_key": approval_key,
                "custtype": "P",
                "tr_type": tr_type,
                "content-type": "utf-8",
            },
            "body": {"input": {"tr_id": tr_id, "tr_key": tr_key}},
        }
    ).decode()


# What the server understands ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscription:
    """A registration or a release that a client wants."""

    approval_key: str = field(repr=False)
    tr_id: str
    tr_key: str = field(repr=False)
    is_release: bool


class RefusedFrame(Exception):
    """A frame of a client that means nothing; `answer` is the text that KIS would send."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.answer = ack_frame(_NO_STREAM, "", code)


def asked_subscription(text: str) -> Subscription | Ping:
    """What a client's frame asks for; a `Ping` is our own, echoed. Raises `RefusedFrame`.

    A release may be tr_type 0, as KIS's own samples document it.
    """
    try:
        asked = msgspec.json.decode(text, type=_Asked)
    except (msgspec.DecodeError, RecursionError):
        raise RefusedFrame("OPSP9999") from None
    if asked.header is None:
        raise RefusedFrame("OPSP9998")
    if asked.header.tr_id == _PING:
        return Ping(text)
    if asked.body is None:
        raise RefusedFrame("OPSP9992")
    if asked.body.input is None:
        raise RefusedFrame("OPSP9991")
    if asked.header.tr_type not in (_REGISTER, _RELEASE, "0"):
        raise RefusedFrame("OPSP8997")
    if not asked.body.input.tr_key:
        raise RefusedFrame("OPSP9990")
    return Subscription(
        approval_key=asked.header.approval_key,
        tr_id=asked.body.input.tr_id,
        tr_key=asked.body.input.tr_key,
        is_release=asked.header.tr_type != _REGISTER,
    )


class _AskedHeader(msgspec.Struct):
    approval_key: str = ""
    tr_type: str = ""
    tr_id: str = ""


class _AskedInput(msgspec.Struct):
    tr_id: str = ""
    tr_key: str = ""


class _AskedBody(msgspec.Struct):
    input: _AskedInput | None = None


class _Asked(msgspec.Struct):
    header: _AskedHeader | None = None
    body: _AskedBody | None = None


# What the server sends ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDay:
    """The day of one issue so far, as a tick tells it. Prices are 0 where there is none yet.

    Shares and value of call auctions are in `volume` and `value` only, not on the buy or the sell side.
    `previous_volume` and `listed_shares` are 0 when unknown.
    """

    base_price: int
    upper_limit: int
    lower_limit: int
    open: int = 0
    high: int = 0
    low: int = 0
    open_at: datetime | None = None
    high_at: datetime | None = None
    low_at: datetime | None = None
    volume: int = 0
    value: int = 0
    buy_count: int = 0
    sell_count: int = 0
    buy_volume: int = 0
    sell_volume: int = 0
    ask: int = 0
    bid: int = 0
    ask_quantity: int = 0
    bid_quantity: int = 0
    total_ask_quantity: int = 0
    total_bid_quantity: int = 0
    previous_volume: int = 0
    listed_shares: int = 0

    def after(self, trade: Trade) -> "RunningDay":
        """The day with one more print. The book is as it was: see `beside`."""
        bought = trade.quantity if trade.taker is Side.BUY else 0
        sold = trade.quantity if trade.taker is Side.SELL else 0
        is_high, is_low = trade.price > self.high, not self.low or trade.price < self.low
        return replace(
            self,
            open=self.open or trade.price,
            open_at=self.open_at or trade.at,
            high=trade.price if is_high else self.high,
            high_at=trade.at if is_high else self.high_at,
            low=trade.price if is_low else self.low,
            low_at=trade.at if is_low else self.low_at,
            volume=self.volume + trade.quantity,
            value=self.value + trade.price * trade.quantity,
            buy_count=self.buy_count + (bought > 0),
            sell_count=self.sell_count + (sold > 0),
            buy_volume=self.buy_volume + bought,
            sell_volume=self.sell_volume + sold,
        )

    def beside(self, book: OrderBook) -> "RunningDay":
        """The day with the best levels and the totals of `book`."""
        ask = book.asks[0] if book.asks else Level(0, 0)
        bid = book.bids[0] if book.bids else Level(0, 0)
        return replace(
            self,
            ask=ask.price,
            ask_quantity=ask.quantity,
            bid=bid.price,
            bid_quantity=bid.quantity,
            total_ask_quantity=book.total_ask_quantity,
            total_bid_quantity=book.total_bid_quantity,
        )


def ping_frame(at: datetime) -> str:
    """KIS sends one about every ten seconds and drops a client that does not react for about a hundred."""
    return msgspec.json.encode(
        {"header": {"tr_id": _PING, "datetime": f"{at.astimezone(KST):%Y%m%d%H%M%S}"}}
    ).decode()


def ack_frame(tr_id: str, tr_key: str, code: str, cipher: NoticeCipher | None = None) -> str:
    """The answer to a registration or a release. An accepted registration brings a `cipher`, always."""
    message = SUBSCRIPTIONS[code]
    body: dict[str, object] = {"rt_cd": message.rt_cd, "msg_cd": code, "msg1": message.text}
    if cipher is not None:
        body["output"] = {"iv": cipher.iv, "key": cipher.key}
    header = {"tr_id": tr_id, "tr_key": tr_key, "encrypt": "Y" if tr_id in NOTICE_STREAMS else "N"}
    return msgspec.json.encode({"header": header, "body": body}).decode()


def trade_frame(ticks: Sequence[tuple[Trade, RunningDay]], phase: Phase) -> str:
    """H0STCNT0: prints in their order, each with the day after it."""
    return _data_frame(TRADES_STREAM, [_tick(trade, day, phase) for trade, day in ticks])


def book_frame(book: OrderBook, day: RunningDay, phase: Phase, previous: OrderBook | None = None) -> str:
    """H0STASP0: a book. `previous` is the one sent before it, which the changes of the totals are against."""
    codes = codes_of(phase)
    expected, quantity = book.indicative_price or 0, book.indicative_quantity or 0
    before = previous or book
    asks, bids = _ten(book.asks), _ten(book.bids)
    return _data_frame(
        BOOKS_STREAM,
        [
            (
                book.code,
                time_text(book.at),
                codes.hour,
                *(str(level.price) for level in (*asks, *bids)),
                *(str(level.quantity) for level in (*asks, *bids)),
                str(book.total_ask_quantity),
                str(book.total_bid_quantity),
                "0",
                "0",
                str(expected),
                str(quantity),
                str(quantity),
                # Without an expected price KIS counts the change from 0: minus the base price, -100.00 %.
                str(expected - day.base_price),
                sign(expected, day) if expected else change_sign(-day.base_price),
                rate(expected, day.base_price),
                str(day.volume),
                str(book.total_ask_quantity - before.total_ask_quantity),
                str(book.total_bid_quantity - before.total_bid_quantity),
                "0",
                "0",
                "0",
            )
        ],
    )


def notice_frame(
    tr_id: str, records: Sequence[NoticeRecord], cipher: NoticeCipher, width: int = min(NOTICE_FIELDS)
) -> str:
    """H0STCNI0 or H0STCNI9: order notices, encrypted. `width` 23 is what arrives, 26 what is documented."""
    payload = "^".join("^".join(_notice_fields(record, width)) for record in records)
    return f"{_ENCRYPTED}|{tr_id}|{len(records):03}|{cipher.encrypt(payload)}"


def _data_frame(tr_id: str, records: Sequence[Sequence[str]]) -> str:
    payload = "^".join("^".join(record) for record in records)
    return f"{_PLAIN}|{tr_id}|{len(records):03}|{payload}"


def _ten(levels: Sequence[Level]) -> list[Level]:
    return [*levels[:10], *[Level(0, 0)] * (10 - len(levels))]


def _tick(trade: Trade, day: RunningDay, phase: Phase) -> tuple[str, ...]:
    codes = codes_of(phase)
    price = trade.price
    return (
        trade.code,
        time_text(trade.at),
        str(price),
        sign(price, day),
        str(price - day.base_price),
        rate(price, day.base_price),
        ratio_text(day.value, day.volume, 2),
        str(day.open),
        str(day.high),
        str(day.low),
        str(day.ask),
        str(day.bid),
        str(trade.quantity),
        str(day.volume),
        str(day.value),
        str(day.sell_count),
        str(day.buy_count),
        str(day.buy_count - day.sell_count),
        ratio_text(100 * day.buy_volume, day.sell_volume, 2),
        str(day.sell_volume),
        str(day.buy_volume),
        _TAKER_CODES[trade.taker],
        _buy_rate(day),
        ratio_text(100 * day.volume, day.previous_volume, 2),
        *_against(price, day.open, day.open_at),
        *_against(price, day.high, day.high_at),
        *_against(price, day.low, day.low_at),
        day_text(trade.at.astimezone(KST).date()),
        codes.market,
        "N",
        str(day.ask_quantity),
        str(day.bid_quantity),
        str(day.total_ask_quantity),
        str(day.total_bid_quantity),
        ratio_text(100 * day.volume, day.listed_shares, 2),
        "0",
        "0.00",
        codes.hour,
        "",
        "0",
    )


_TAKER_CODES = {Side.BUY: "1", Side.SELL: "5", None: "3"}
"""체결구분. 3 is documented for prints before the open; for the closing auction it is unverified."""


def _buy_rate(day: RunningDay) -> str:
    """매수비율: buys over all shares of the day, two decimals, rounded up (as in all 82 recorded ticks)."""
    if not day.volume:
        return "0.00"
    return f"{-(-100 * day.buy_volume // day.volume) / 100:.2f}"


def _against(price: int, mark: int, at: datetime | None) -> tuple[str, str, str]:
    clock = time_text(at) if at else ""
    return clock, change_sign(price - mark), str(price - mark)


def _notice_fields(record: NoticeRecord, width: int) -> list[str]:
    order_price = "" if record.order_price is None else f"{record.order_price:09}"
    head = [
        record.hts_id,
        record.account,
        record.number.zfill(10),
        record.original.zfill(10) if record.original else "",
        SIDE_CODES[record.side],
        _ACTION_CODES[record.action],
        DIVISION_OF[record.order_type, record.time_in_force],
        CONDITIONS[record.time_in_force],
        record.code,
        f"{record.quantity:010}",
        f"{record.price:09}",
        time_text(record.at),
        "1" if record.outcome is Outcome.REFUSED else "0",
        "2" if record.outcome is Outcome.FILLED else "1",
        _RECEIPTS[record.outcome],
        record.branch,
        f"{record.order_quantity:09}",
        record.holder,
    ]
    # 호가조건가격, 거래소 구분, 체결창 표시 여부, 필러: one field on the wire, four in the documents. How a
    # stop price stands in the one field is unverified.
    stop_price = "" if record.stop_price is None else f"{record.stop_price:09}"
    middle = [stop_price, _ROUTE_CODES[record.venue, record.is_sor], "Y", ""]
    if width == min(NOTICE_FIELDS):
        middle = ["".join(middle)]
    fields = [*head, *middle, _CASH, "", record.name, order_price]
    return [value.replace("^", " ") for value in fields]


_CASH = "10"
_ROUTE_CODES = {route: code for code, route in _ROUTES.items()}
_ACTION_CODES = {action: code for code, action in _ACTIONS.items()}
_RECEIPTS = {
    Outcome.RECEIVED: "1",
    Outcome.CONFIRMED: "2",
    Outcome.FILLED: "2",
    Outcome.UNFILLED_CANCELED: "3",
    Outcome.REFUSED: "1",  # unverified: no refused notice has been seen
}
