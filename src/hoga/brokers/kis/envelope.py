"""What all calls of the KIS Open API share: request and reply, refusals and errors, continued pages.

Source: KIS's documents and recorded answers. `rt_cd` "0" is success; the real ledger refuses with "7", the
gateway and the paper host with "1", and the HTTP status says little. So the `msg_cd` decides, and after it
the status. This file knows no block of a single call.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

import msgspec

from hoga.brokers.kis.blocks import B, Block, Context, Envelope, text
from hoga.brokers.kis.catalogue import GATEWAY, QUERY_SERVER
from hoga.brokers.kis.codes import (
    FIELD_NOT_FOUND,
    Environment,
    Message,
)
from hoga.brokers.kis.meanings import MEANINGS, REMEDIES, Meaning
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.errors import BadInput, BrokerError, LoginExpired, RateLimited, Rejected, WireError
from hoga.domain.zone import KST

T = TypeVar("T")

_CONTENT = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Keys:
    """The app key pair of one account. Never shown."""

    appkey: str
    appsecret: str

    def __repr__(self) -> str:
        return "Keys(***)"


class Request(NamedTuple):
    """One call, ready to be sent or as it was received. Query keys are upper case.

    Query and body are not shown: they carry account numbers, and keys when logging in. Like a reply it is a
    tuple: as dataclasses that nobody may change they took a tenth of the time of a price.
    """

    call: Call
    environment: Environment
    method: str
    path: str
    tr_id: str = ""
    is_legacy: bool = False
    query: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    tr_cont: str = ""

    def __repr__(self) -> str:
        return f"Request({self.call}, {self.environment}, tr_id={self.tr_id!r}, tr_cont={self.tr_cont!r})"


class Reply(NamedTuple):
    """An answer as HTTP carries it. `tr_cont` and `date` are headers, "" when there are none.

    The body is not shown.
    """

    status: int
    body: bytes
    tr_cont: str = ""
    date: str = ""

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes, tr_cont={self.tr_cont!r})"


class Declined(Exception):
    """The server cannot serve a request; `reply` is what KIS would answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


def make_request(
    call: Call,
    environment: Environment,
    *,
    query: Mapping[str, str] | None = None,
    body: bytes = b"",
    legacy: bool = False,
) -> Request:
    """A call with the id that it has in that environment. Raises `BadInput` where KIS does not offer it."""
    service = SERVICES[call]
    ids = service.ids(environment)
    if service.real and not ids:
        raise BadInput(
            f"{call} 호출은 {environment} 환경에서 제공되지 않습니다. 다른 호출이나 실전투자를 쓰세요.",
            f"KIS does not offer {call} in the {environment} environment. Use another, or a real account.",
        )
    return Request(
        call=call,
        environment=environment,
        method=service.method,
        path=service.path,
        tr_id=ids[-1 if legacy else 0] if ids else "",
        is_legacy=legacy and len(ids) > 1,
        query=query or {},
        body=body,
    )


def headers(request: Request, keys: Keys, token: str = "") -> dict[str, str]:
    """The HTTP headers of a call. Login calls carry the keys in the body and need no token."""
    if request.call in (Call.TOKEN, Call.REVOKE, Call.APPROVAL):
        return {"content-type": _CONTENT}
    if request.call is Call.HASHKEY:
        return {"content-type": _CONTENT, "appkey": keys.appkey, "appsecret": keys.appsecret}
    return {
        "content-type": _CONTENT,
        "appkey": keys.appkey,
        "appsecret": keys.appsecret,
        "authorization": f"Bearer {token}",
        "tr_id": request.tr_id,
        "tr_cont": request.tr_cont,
        "custtype": "P",
    }


def incoming(
    environment: Environment,
    *,
    method: str,
    path: str,
    tr_id: str = "",
    query: Mapping[str, str] | None = None,
    body: bytes = b"",
    tr_cont: str = "",
) -> Request:
    """A request as the server received it.

    Doubled slashes in the path are one and query keys may have any case, as KIS's own server takes them.
    Raises `Declined` for a path that is not served, an id that the path does not have, and an id of the
    other environment.
    """
    path = re.sub("/+", "/", path)
    if path.startswith("/uapi/") and path != SERVICES[Call.HASHKEY].path and not tr_id:
        raise Declined(fault_reply("OPSQ9999"))
    services = [service for service in SERVICES.values() if service.path == path and service.method == method]
    if not services:
        raise Declined(fault_reply("OPSQ0002") if path.startswith("/uapi/") else Reply(404, b""))
    for service in services:
        ids = service.ids(environment)
        if tr_id in ids or not service.real:
            return Request(
                call=service.call,
                environment=environment,
                method=method,
                path=path,
                tr_id=tr_id,
                is_legacy=tr_id in ids[1:],
                query={key.upper(): value for key, value in (query or {}).items()},
                body=body,
                tr_cont=tr_cont,
            )
    if any(tr_id in service.real + service.paper for service in services):
        raise Declined(fault_reply("EGW02004" if environment is Environment.REAL else "EGW02006"))
    raise Declined(fault_reply("OPSQ0002"))


def needed(fields: Mapping[str, str], name: str) -> str:
    """A field that a request must carry. Raises `Declined` like KIS when it is missing; it may be empty."""
    try:
        return fields[name].strip()
    except KeyError:
        raise Declined(
            message_reply(Message(FIELD_NOT_FOUND, f"ERROR : INPUT FIELD NOT FOUND [{name}]", "1"))
        ) from None


def body_fields(request: Request) -> dict[str, str]:
    """The fields of a POST body as text; numbers are taken too. Raises `Declined` for anything else."""
    if not request.body:
        raise Declined(fault_reply("OPSQ9995"))
    try:
        fields = msgspec.json.decode(request.body, type=dict[str, str | int | float | bool | None])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Declined(fault_reply("OPSQ9997")) from None
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def fault_reply(code: str) -> Reply:
    """What the gateway (EGW…, HTTP 500) or the query server (OPSQ…, HTTP 200) answers."""
    return message_reply(GATEWAY[code], 500) if code in GATEWAY else message_reply(QUERY_SERVER[code])


def message_reply(message: Message, status: int = 200) -> Reply:
    """A reply that has no block."""
    return Reply(
        status,
        msgspec.json.encode(Envelope(rt_cd=message.rt_cd, msg_cd=message.code, msg1=message.text)),
    )


def block_reply(answer: Block, tr_cont: str = "") -> Reply:
    """A reply with blocks."""
    return Reply(200, msgspec.json.encode(answer), tr_cont)


def read(reply: Reply, kind: type[B]) -> B:
    """The blocks of an answer. An answer that says there is nothing to list is one without rows.

    Raises:
        RateLimited: too many calls, or KIS could not answer now; wait and ask again.
        LoginExpired: the token is not valid any more.
        Rejected: KIS refused.
        WireError: the answer is not one of KIS, or its blocks have another shape.
    """
    try:
        answer = msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # looked at below
    else:
        if getattr(answer, "rt_cd", None) == "0":  # as nearly all are: one decoding is enough
            return answer
    envelope = _decode(reply, Envelope)
    state, code, message = text(envelope.rt_cd), text(envelope.msg_cd), text(envelope.msg1)
    if not state:
        raise unreadable(reply, "rt_cd missing")
    if state != "0" and MEANINGS.get(code) is not Meaning.NOTHING_FOUND:
        raise refusal_error(code, message)
    return _decode(reply, kind)


def read_plain(reply: Reply, kind: type[B]) -> B | None:
    """The blocks of an answer that has all fields of `kind`, a number in text read as one; else None."""
    try:
        return msgspec.json.decode(reply.body, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def refusal_error(code: str, message: str) -> BrokerError:
    """The error that tells what to do about a refused question."""
    match MEANINGS.get(code):
        case Meaning.RATE_LIMITED | Meaning.TRY_AGAIN | Meaning.IN_DOUBT:
            return RateLimited(
                f"한국투자증권이 지금은 답하지 못합니다: {message} ({code}). 잠시 뒤에 다시 조회하세요.",
                f"KIS cannot answer now: {message} ({code}). Wait a moment and ask again.",
                code,
                message,
            )
        case Meaning.LOGIN_EXPIRED:
            return LoginExpired(
                f"한국투자증권 접근토큰이 유효하지 않습니다: {message} ({code}). 토큰을 새로 받으세요.",
                f"KIS does not accept the access token: {message} ({code}). Log in again.",
                code,
                message,
            )
        case _:
            korean, english = REMEDIES.get(code, ("요청 내용을 확인하세요.", "Check what was asked."))
            return Rejected(
                f"한국투자증권이 거절했습니다: {message} ({code}). {korean}",
                f"KIS refused: {message} ({code}). {english}",
                code,
                message,
            )


def unreadable(reply: Reply, why: str) -> WireError:
    """The error for an answer that is not what KIS answers; it keeps the whole text."""
    return WireError(
        f"한국투자증권 응답(HTTP {reply.status})을 읽을 수 없습니다: {why}. 응답을 보관하고 확인하세요.",
        f"KIS's answer (HTTP {reply.status}) cannot be read: {why}. Keep it and look at it.",
        reply.body.decode("utf-8", "replace"),
    )


def _decode(reply: Reply, kind: type[B]) -> B:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable(reply, str(error)) from error


# Pages ----------------------------------------------------------------------------------------------------

_MORE, _LAST = "M", "D"
_CONTEXT_WIDTH = 100
_WIDTHS = ("100", "200", "")
"""What the names of a context end with: lists of reservations and holidays have their own."""
_FIRST_CONTEXT = {"CTX_AREA_FK100": "", "CTX_AREA_NK100": ""}


def first_page(query: Mapping[str, str]) -> dict[str, str]:
    """The query of a list, asking for its first page."""
    return {**query, **_FIRST_CONTEXT}


def next_page(request: Request, reply: Reply) -> Request | None:
    """The request for the page after `reply`, None when that was the last.

    There is more when the header `tr_cont` is F or M (if it is missing: always) and the context is not blank:
    `ctx_area_nk100`, or the one of another width that `request` asked with. Raises `WireError` when KIS hands
    out the same page for ever.
    """
    if reply.tr_cont.strip() not in ("F", _MORE, ""):
        return None
    context = _decode(reply, Context)
    width = next((each for each in _WIDTHS if f"CTX_AREA_NK{each}" in request.query), "100")
    found = {name: text(getattr(context, f"ctx_area_{name}{width}")) for name in ("fk", "nk")}
    if not found["nk"]:
        return None
    after = {
        f"CTX_AREA_{name.upper()}{width}": str(getattr(context, f"ctx_area_{name}{width}") or "")
        for name in found
    }
    if found["nk"] == request.query.get(f"CTX_AREA_NK{width}", "").strip():
        raise unreadable(reply, "the next page is this page again")
    return request._replace(query={**request.query, **after}, tr_cont="N")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and what the client sends to get the rest."""

    rows: Sequence[T]
    fk: str
    nk: str
    tr_cont: str

    @property
    def is_last(self) -> bool:
        return self.tr_cont == _LAST


def take_page(rows: Sequence[T], key: Callable[[T], str], request: Request, size: int) -> Page[T]:
    """The page that `request` asks for. `key` tells rows apart and marks where the next page begins.

    Pages by NK alone, because there are clients that send back neither FK nor the header. Raises
    `Declined` for a context that is none of ours.
    """
    after = request.query.get("CTX_AREA_NK100", "").strip()
    start = 0
    if after:
        start = 1 + next((index for index, row in enumerate(rows) if key(row) == after), -1)
        if not start:
            raise Declined(
                message_reply(Message(FIELD_NOT_FOUND, "ERROR : INPUT FIELD NOT FOUND [CTX_AREA_NK100]", "1"))
            )
    taken = rows[start : start + size]
    has_more = start + size < len(rows)
    account = f"{request.query.get('CANO', '')}^{request.query.get('ACNT_PRDT_CD', '')}^"
    return Page(
        taken,
        account.ljust(_CONTEXT_WIDTH),
        (key(taken[-1]) if has_more else "").ljust(_CONTEXT_WIDTH),
        _MORE if has_more else _LAST,
    )


# Values that all messages write alike ----------------------------------------------------------------------


_MESSAGE_BYTES = 80


def split_account(number: str) -> tuple[str, str]:
    """종합계좌번호 (8 digits) and 상품코드 (2, "01" when not given) of "12345678-01" or "1234567801".

    Raises `BadInput`, without repeating the number.
    """
    found = re.fullmatch(r"(\d{8})(?:-?(\d{2}))?", number.strip(), re.ASCII)
    if found is None:
        raise BadInput(
            "계좌번호를 읽을 수 없습니다. 12345678-01 형식(8자리-2자리)으로 적으세요.",
            "The account number cannot be read. Write it as 12345678-01 (eight digits, then two).",
        )
    return found[1], found[2] or "01"


def plain_code(value: str) -> str:
    """The short code in "005930", "A005930", "Q500001" or "00000A005930"."""
    value = value.strip()
    return value[-6:] if len(value) > 6 else value


def padded(message: str) -> str:
    """A message of the ledger or the register: filled up with blanks to 80 bytes of cp949."""
    return message + " " * (_MESSAGE_BYTES - len(message.encode("cp949", "replace")))


def day_text(day: date) -> str:
    """YYYYMMDD."""
    return f"{day.year:04}{day.month:02}{day.day:02}"


def time_text(at: datetime) -> str:
    """HHMMSS in Korea."""
    local = at.astimezone(KST)
    return f"{local.hour:02}{local.minute:02}{local.second:02}"


def parse_day(value: str) -> date | None:
    """The date in YYYYMMDD, None when it is none."""
    if len(value) != 8 or not (value.isascii() and value.isdigit()):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def parse_instant(day: date, value: str) -> datetime | None:
    """The KST instant of HHMMSS (leading zeros may be missing) on `day`, None when it is none."""
    value = value.strip()
    if not 0 < len(value) <= 6 or not (value.isascii() and value.isdigit()):
        return None
    value = value.zfill(6)
    try:
        return datetime.combine(day, time(int(value[:2]), int(value[2:4]), int(value[4:])), KST)
    except ValueError:
        return None
