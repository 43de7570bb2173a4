"""The frames of the KIS WebSocket, both ways: registrations, their answers, and which stream a frame is of.

Source: KIS's documents and frames recorded in 2022 to 2026. A data frame is `flag|id|count|payload`; the
payload holds `count` records one after another (`records`). What they tell is known to a file for each kind
of stream (`streams`). A record longer than any that was seen is read by its known fields and told to be so
(`has_drifted`). A frame that cannot be read is a `WireError`, never a guess. This file does no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from hoga.brokers.kis.books import Books, read_books
from hoga.brokers.kis.catalogue import SUBSCRIPTIONS, UNSUBSCRIBED
from hoga.brokers.kis.codes import NOTICE_STREAMS
from hoga.brokers.kis.index_ticks import IndexTick, NavTick, read_index_ticks, read_navs
from hoga.brokers.kis.member_tables import read_members
from hoga.brokers.kis.notices import NoticeCipher, Notices, read_notices
from hoga.brokers.kis.programs import (
    IndexProgramTrading,
    ProgramTrading,
    read_index_programs,
    read_programs,
)
from hoga.brokers.kis.records import ENCRYPTED, PLAIN, fields_in, split, width_of
from hoga.brokers.kis.status import Status, read_statuses
from hoga.brokers.kis.streams import STREAMS, Stream, Subject
from hoga.brokers.kis.ticks import Expected, Trades, read_expected, read_trades
from hoga.domain.errors import WireError
from hoga.domain.flows import MemberTable
from hoga.domain.zone import KST

_PING = "PINGPONG"
_NO_STREAM = "(null)"
_FLAGS = (PLAIN, ENCRYPTED)
_MOST_DIGITS = 9
"""Of a count. KIS writes three; `int` itself refuses thousands."""
_HEAD = len("0|H0STCNT0|001|")
_PRINTS = {
    f"{PLAIN}|{stream.tr_id}|{count:03}|": (stream, count)
    for stream in STREAMS.values()
    if stream.subject in (Subject.TRADES, Subject.EVENING_TRADES)
    for count in range(1, 100)
}
"""Heads of frames of prints. Nearly all frames have one of them, so it is looked up and not taken apart."""


# What arrives ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping:
    """The server asks whether we are still there. Send `text` back as it is."""

    text: str


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


_Values = (
    tuple[Expected, ...]
    | tuple[MemberTable, ...]
    | tuple[ProgramTrading, ...]
    | tuple[Status, ...]
    | tuple[IndexTick, ...]
    | tuple[IndexProgramTrading, ...]
    | tuple[NavTick, ...]
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a frame of any other stream tells, in its order. `records` are all fields as they came."""

    tr_id: str
    values: _Values
    has_drifted: bool
    payload: str = field(repr=False)

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.values))


@dataclass(frozen=True, slots=True)
class UnknownFrame:
    """A data frame of a stream that we do not read. Not an error: note it and go on."""

    tr_id: str
    text: str = field(repr=False)


Frame = Ping | SubscribeAck | Trades | Books | Notices | Told | UnknownFrame


def read_frame(text: str, day: date, ciphers: Mapping[str, NoticeCipher]) -> Frame:
    """What a text frame says.

    `day` is the trading day, for the streams that tell no date; `ciphers` are the ones that the
    `SubscribeAck`s of this socket brought, by tr_id. Raises `WireError`.
    """
    known = _PRINTS.get(text[:_HEAD])
    if known is not None:
        stream, count = known
        try:
            return read_trades(text[_HEAD:], count, stream)
        except ValueError as error:
            raise _unreadable(str(error), text) from error
    if text.startswith("{"):
        return _read_control(text)
    return _read_data(text, day, ciphers)


def _read_data(text: str, day: date, ciphers: Mapping[str, NoticeCipher]) -> Frame:
    """A frame with any other head."""
    parts = text.split("|", 3)
    if len(parts) != 4:
        raise _unreadable("not a frame", text)
    flag, tr_id, digits, payload = parts
    if flag not in _FLAGS or not (digits.isdigit() and digits.isascii()) or len(digits) > _MOST_DIGITS:
        raise _unreadable("not a frame", text)
    count = int(digits)
    if count < 1:
        raise _unreadable("a frame without records", text)
    stream = STREAMS.get(tr_id)
    if stream is None:
        return UnknownFrame(tr_id, text)
    is_notice = stream.subject is Subject.NOTICES
    if is_notice and flag == ENCRYPTED:
        if tr_id not in ciphers:
            raise _unreadable("a notice before the answer to its registration", text)
        try:
            payload = ciphers[tr_id].decrypt(payload)
        except ValueError as error:
            raise _unreadable("the notice does not fit the key", text) from error
    try:
        return _read_records(stream, payload, count, day)
    except (ValueError, IndexError, KeyError) as error:
        if is_notice:
            # The frame goes out as it came: encrypted, if it was, for there is personal data in it.
            raise _unreadable("a notice with unknown fields", text) from None
        raise _unreadable(str(error), text) from error


def _read_records(stream: Stream, payload: str, count: int, day: date) -> Trades | Books | Notices | Told:
    """Raises `ValueError`, `IndexError` or `KeyError` for what are no records of the stream."""
    values: _Values
    match stream.subject:
        case Subject.TRADES | Subject.EVENING_TRADES:
            return read_trades(payload, count, stream)
        case Subject.BOOK | Subject.EVENING_BOOK:
            return read_books(payload, count, day, stream)
        case Subject.NOTICES:
            return read_notices(payload, count, day)
        case Subject.EXPECTED | Subject.EVENING_EXPECTED:
            values = read_expected(stream, payload, count)
        case Subject.MEMBERS:
            values = read_members(stream, payload, count)
        case Subject.PROGRAM:
            values = read_programs(stream, payload, count, day)
        case Subject.STATUS:
            values = read_statuses(stream, payload, count)
        case Subject.INDEX | Subject.EXPECTED_INDEX:
            values = read_index_ticks(stream, payload, count, day)
        case Subject.INDEX_PROGRAM:
            values = read_index_programs(stream, payload, count, day)
        case Subject.NAV:
            values = read_navs(stream, payload, count)
    has_drifted = width_of(fields_in(payload), count, 1) not in stream.widths
    return Told(stream.tr_id, values, has_drifted, payload)


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

    A release may be tr_type 0, as KIS's own samples document it; that a frame without custtype is taken is
    unverified.
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
    if asked.header.custtype not in ("", "P", "B"):
        raise RefusedFrame("OPSP8998")
    if not asked.body.input.tr_key:
        raise RefusedFrame("OPSP9990")
    if not asked.header.approval_key:
        raise RefusedFrame("OPSP9996")
    return Subscription(
        approval_key=asked.header.approval_key,
        tr_id=asked.body.input.tr_id,
        tr_key=asked.body.input.tr_key,
        is_release=asked.header.tr_type != _REGISTER,
    )


class _AskedHeader(msgspec.Struct):
    approval_key: str = ""
    custtype: str = ""
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
