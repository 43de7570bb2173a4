"""Faults on demand: what may go wrong between a KIS client and the exchange, when, and to what.

A fault strikes passages: a call on its way in or out, an order notice or another frame on its way to a
client, a frame of a client. It is armed for the n-th passage that it matches, for a probability with a seed,
or for a time of the simulated day. The same passages at the same instants are struck by the same faults.

Pure: nothing here waits, hangs up or sends. `server` and `line` ask what strikes and carry it out. What the
faults are made after: kis.md §6 and field reports of 2026 (answers that get lost, tokens that end early,
notices twice or out of order, sockets that fall silent, daily orders that are empty on paper).
"""

import random
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any

import msgspec

from hoga.brokers.kis.catalogue import GATEWAY, QUERY_SERVER
from hoga.brokers.kis.codes import LATE_SERVICE, NOTICE_STREAMS, Environment, Message
from hoga.brokers.kis.envelope import Reply, message_reply
from hoga.brokers.kis.login_blocks import LoginRefusal
from hoga.brokers.kis.notices import NoticeCipher
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.errors import BadInput

LONGEST = 600.0
"""Seconds that a fault may delay something."""

MOST_ARMED = 100
MOST_HITS = 1000
"""How many of its latest hits a fault remembers."""

MORE_FIELD = "new_field"
MORE_VALUE = "1"
"""What a record gets that has more fields than documented."""

_SAID = GATEWAY | QUERY_SERVER | {LATE_SERVICE.code: LATE_SERVICE}
"""KIS's words for the codes that a fault can answer with, also those that the face never says by itself."""

_LAST_PAGE = "D"
_FAULT_PAGE = b"<html><body><h1>500 Internal Server Error</h1></body></html>"


class Effect(StrEnum):
    """What a fault does."""

    LOSE_REQUEST = "lose_request"
    """The connection breaks before the call is carried out, after `seconds` of silence."""
    LOSE_ANSWER = "lose_answer"
    """The call is carried out, then the connection breaks, after `seconds` of silence."""
    DELAY = "delay"
    """The call (in) or its answer (out) waits for `seconds`."""
    ANSWER = "answer"
    """The answer is `code`: instead of carrying the call out (in), or although it was carried out (out)."""
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 - the name of a fault
    """The token of the app key has been revoked when the call arrives."""
    REJECT_LATER = "reject_later"
    """The order, 정정 or 취소 is taken under a number, and then the market rejects it: a notice tells."""
    EMPTY_ORDERS = "empty_orders"
    """The daily orders of a paper account are empty, beside totals that are right."""
    LATE_ORDERS = "late_orders"
    """The daily orders lack those that are younger than `seconds`, in the time of the market."""
    MORE_FIELDS = "more_fields"
    """Each record of the answer or frame has one field more than is documented."""
    DUPLICATE = "duplicate"
    """The notice comes twice."""
    REORDER = "reorder"
    """The notice comes after the next one; after `seconds` when there is none."""
    HOLD_BACK = "hold_back"
    """The notice comes `seconds` late; never, when they are not given."""
    DROP_SOCKET = "drop_socket"
    """The WebSocket breaks at this frame."""
    GO_SILENT = "go_silent"
    """Nothing more is sent on the WebSocket, from this frame on; it stays open."""


class Direction(StrEnum):
    """Seen from the exchange."""

    IN = "in"
    OUT = "out"


class Kind(StrEnum):
    CALL = "call"
    NOTICE = "notice"
    FRAME = "frame"
    """Any other frame, either way: prints, books, registrations and their answers, PINGPONG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Something that passes the face. `call` and `path` are those of a call, `tr_id` may be a stream's."""

    environment: Environment
    direction: Direction
    kind: Kind
    call: Call | None = None
    path: str = ""
    tr_id: str = ""
    appkey: str = field(default="", repr=False)

    def back(self) -> "Passage":
        """The answer to this call on its way out."""
        return replace(self, direction=Direction.OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which passages a fault looks at; None matches all."""

    environment: Environment | None = None
    call: Call | None = None
    path: str | None = None
    tr_id: str | None = None
    appkey: str | None = field(default=None, repr=False)

    def takes(self, passage: Passage) -> bool:
        return (
            self.environment in (None, passage.environment)
            and self.call in (None, passage.call)
            and self.path in (None, passage.path)
            and self.tr_id in (None, passage.tr_id)
            and self.appkey in (None, passage.appkey)
        )


@dataclass(frozen=True, slots=True)
class Nth:
    """The `number`-th matching passage since arming (the first is 1), and the `times` - 1 after it."""

    number: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True)
class Chance:
    """Each matching passage with this probability, drawn from a source of luck with this seed."""

    probability: float
    seed: int


@dataclass(frozen=True, slots=True)
class Window:
    """Each matching passage from `start` until before `end`, in the time of the market."""

    start: datetime
    end: datetime


When = Nth | Chance | Window


@dataclass(frozen=True, slots=True)
class _Form:
    """What an effect can strike. The first direction is the usual one."""

    kinds: tuple[Kind, ...]
    directions: tuple[Direction, ...]


_CALL, _NOTICE, _FRAME = (Kind.CALL,), (Kind.NOTICE,), (Kind.NOTICE, Kind.FRAME)
_IN, _OUT = (Direction.IN,), (Direction.OUT,)

_FORMS = {
    Effect.LOSE_REQUEST: _Form(_CALL, _IN),
    Effect.LOSE_ANSWER: _Form(_CALL, _OUT),
    Effect.DELAY: _Form(_CALL, _OUT + _IN),
    Effect.ANSWER: _Form(_CALL, _IN + _OUT),
    Effect.REVOKE_TOKEN: _Form(_CALL, _IN),
    Effect.REJECT_LATER: _Form(_CALL, _IN),
    Effect.EMPTY_ORDERS: _Form(_CALL, _OUT),
    Effect.LATE_ORDERS: _Form(_CALL, _OUT),
    Effect.MORE_FIELDS: _Form(_CALL + _FRAME, _OUT),
    Effect.DUPLICATE: _Form(_NOTICE, _OUT),
    Effect.REORDER: _Form(_NOTICE, _OUT),
    Effect.HOLD_BACK: _Form(_NOTICE, _OUT),
    Effect.DROP_SOCKET: _Form(_FRAME, _OUT + _IN),
    Effect.GO_SILENT: _Form(_FRAME, _OUT + _IN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that shall go wrong.

    `seconds` are of real time, but those of `Effect.LATE_ORDERS` of the market's. `code` is for
    `Effect.ANSWER`: a `msg_cd`, or "500" for the fault page of a server in front of KIS. `text` and `status`
    are KIS's own where they are known and not given. Raises `BadInput` for a fault that could never strike or
    is not whole.
    """

    effect: Effect
    when: When
    only: Filter = field(default_factory=Filter)
    direction: Direction | None = None
    seconds: float | None = None
    code: str = ""
    text: str = ""
    status: int | None = None

    def __post_init__(self) -> None:
        form = _FORMS[self.effect]
        if self.direction not in (None, *form.directions):
            raise _unusable("direction", f"{self.effect}: {', '.join(form.directions)}")
        if self.seconds is not None and not 0 <= self.seconds <= LONGEST:
            raise _unusable("seconds", f"0 ~ {LONGEST:g}")
        if self.effect in (Effect.DELAY, Effect.LATE_ORDERS) and not self.seconds:
            raise _unusable("seconds", f"{self.effect}: > 0")
        if bool(self.code) != (self.effect is Effect.ANSWER) or not re.fullmatch(
            r"[0-9A-Z]{0,12}", self.code
        ):
            raise _unusable("code", "answer: EGW00201, 90020000, 500, ...")
        if self.status is not None and not 200 <= self.status <= 599:
            raise _unusable("status", "200 ~ 599")
        match self.when:
            case Nth(number, times):
                if number < 1 or times < 1:
                    raise _unusable("number, times", ">= 1")
            case Chance(probability, _):
                if not 0 <= probability <= 1:
                    raise _unusable("probability", "0 ~ 1")
            case Window(start, end):
                if start.tzinfo is None or end.tzinfo is None or start >= end:
                    raise _unusable("start, end", "start < end, +09:00")

    @property
    def way(self) -> Direction:
        """The direction in which it strikes."""
        return self.direction or _FORMS[self.effect].directions[0]

    def matches(self, passage: Passage) -> bool:
        """Whether it looks at this passage; whether it strikes it is another matter."""
        match self.effect:
            case Effect.EMPTY_ORDERS if passage.environment is not Environment.PAPER or passage.call not in (
                Call.ORDERS,
                Call.OLD_ORDERS,
            ):
                return False
            case Effect.LATE_ORDERS if passage.call not in (Call.ORDERS, Call.OLD_ORDERS):
                return False
            case Effect.REJECT_LATER if passage.call not in (Call.BUY, Call.SELL, Call.REVISE):
                return False
            case _:
                pass
        return (
            passage.kind in _FORMS[self.effect].kinds
            and passage.direction is self.way
            and self.only.takes(passage)
        )


def _unusable(name: str, allowed: str) -> BadInput:
    return BadInput(
        f"장애 설정의 {name} 을(를) 쓸 수 없습니다. 쓸 수 있는 값: {allowed}",
        f"The {name} of this fault cannot be used. What can be: {allowed}",
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """When a fault struck what, and the how-many-th matching passage that was."""

    at: datetime
    passage: Passage
    number: int


class ArmedFault:
    """A fault with a number, and what it has come across and struck so far."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.matched = 0
        self.struck = 0
        self._hits: deque[Hit] = deque(maxlen=MOST_HITS)
        seed = fault.when.seed if isinstance(fault.when, Chance) else 0
        self._luck = random.Random(seed)  # noqa: S311 - luck that can be had again

    @property
    def hits(self) -> Sequence[Hit]:
        """The latest of them, oldest first."""
        return tuple(self._hits)

    def strikes(self, passage: Passage, at: datetime) -> bool:
        if not self.fault.matches(passage):
            return False
        self.matched += 1
        match self.fault.when:
            case Nth(number, times):
                is_struck = number <= self.matched < number + times
            case Chance(probability, _):
                is_struck = self._luck.random() < probability
            case Window(start, end):
                is_struck = start <= at < end
        if is_struck:
            self.struck += 1
            self._hits.append(Hit(at, passage, self.matched))
        return is_struck


class Faults:
    """All faults that are armed, of any face that asks."""

    def __init__(self) -> None:
        self._armed: dict[int, ArmedFault] = {}
        self._numbers = count(1)

    def __bool__(self) -> bool:
        """Whether any is armed."""
        return bool(self._armed)

    @property
    def armed(self) -> Sequence[ArmedFault]:
        """Those that are armed, spent ones included, oldest first."""
        return tuple(self._armed.values())

    def arm(self, fault: Fault) -> ArmedFault:
        """Let `fault` strike from now on. Raises `BadInput` when there are too many."""
        if len(self._armed) >= MOST_ARMED:
            raise BadInput(
                f"장애는 {MOST_ARMED}개까지 걸 수 있습니다. 쓰지 않는 것을 지우세요.",
                f"No more than {MOST_ARMED} faults can be armed. Disarm some that are not needed.",
            )
        armed = ArmedFault(next(self._numbers), fault)
        self._armed[armed.number] = armed
        return armed

    def find(self, number: int) -> ArmedFault:
        """The armed fault of this number. Raises `BadInput` when there is none."""
        armed = self._armed.get(number)
        if armed is None:
            raise BadInput(
                f"{number}번 장애는 걸려 있지 않습니다. 목록을 확인하세요.",
                f"No fault has the number {number}. Look at the list.",
            )
        return armed

    def disarm(self, number: int) -> ArmedFault:
        """Take a fault away. Raises `BadInput` when there is none of this number."""
        armed = self.find(number)
        del self._armed[number]
        return armed

    def clear(self) -> None:
        """Take all faults away. Numbers go on."""
        self._armed.clear()

    def strike(self, passage: Passage, at: datetime) -> list[Fault]:
        """The faults that strike `passage`, in the order in which they were armed."""
        return [armed.fault for armed in self._armed.values() if armed.strikes(passage, at)]


# What passes, as faults see it ------------------------------------------------------------------------------

_CALLS: dict[tuple[str, str], Call] = {
    (service.path, tr_id): service.call
    for service in SERVICES.values()
    for tr_id in (service.real + service.paper or ("",))
}


def find_call(path: str, tr_id: str) -> Call | None:
    """The call that a path and an id are meant for; None for one that is not served."""
    return _CALLS.get((path, tr_id)) or _CALLS.get((path, ""))


class _FrameHeader(msgspec.Struct):
    tr_id: str = ""


class _FrameHead(msgspec.Struct):
    header: _FrameHeader | None = None


def frame_stream(frame: str) -> tuple[Kind, str]:
    """What a frame is and which stream it belongs to; the stream of one that cannot be read is ""."""
    if frame[:2] in ("0|", "1|"):
        stream = frame.split("|", 2)[1]
        return (Kind.NOTICE if stream in NOTICE_STREAMS else Kind.FRAME), stream
    try:
        head = msgspec.json.decode(frame, type=_FrameHead)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Kind.FRAME, ""
    return Kind.FRAME, head.header.tr_id if head.header is not None else ""


# What faults make of answers and frames ---------------------------------------------------------------------


def is_struck_by(effect: Effect, faults: Sequence[Fault]) -> bool:
    return any(fault.effect is effect for fault in faults)


def silence(faults: Sequence[Fault]) -> float:
    """How many seconds a call that these faults strike is kept waiting."""
    waiting = (Effect.DELAY, Effect.LOSE_REQUEST, Effect.LOSE_ANSWER)
    return sum(fault.seconds or 0.0 for fault in faults if fault.effect in waiting)


def find_answer(faults: Sequence[Fault], *, is_login: bool) -> Reply | None:
    """What is answered instead of the truth, if one of these faults says so."""
    found = next((fault for fault in faults if fault.effect is Effect.ANSWER), None)
    return None if found is None else _answer(found, is_login=is_login)


def _answer(fault: Fault, *, is_login: bool) -> Reply:
    code = fault.code
    if code == "500":
        return Reply(fault.status or 500, _FAULT_PAGE)
    text = fault.text or (_SAID[code].text if code in _SAID else "")
    if is_login:
        refusal = LoginRefusal(error_description=text, error_code=code)
        return Reply(fault.status or 403, msgspec.json.encode(refusal))
    return message_reply(
        Message(code, text, "1"),
        fault.status or (500 if code.startswith("EGW") else 200),
    )


def spoil(reply: Reply, faults: Sequence[Fault], at: datetime, *, is_login: bool) -> Reply:
    """What becomes of the true `reply` when these faults strike it `at` an instant of the market."""
    if (answer := find_answer(faults, is_login=is_login)) is not None:
        return answer
    if is_struck_by(Effect.EMPTY_ORDERS, faults):
        reply = _without_orders(reply)
    lags = [fault.seconds or 0.0 for fault in faults if fault.effect is Effect.LATE_ORDERS]
    if lags:
        reply = _without_orders_since(reply, at - timedelta(seconds=max(lags)))
    if is_struck_by(Effect.MORE_FIELDS, faults):
        reply = _with_more_fields(reply)
    return reply


def _blocks(reply: Reply) -> dict[str, Any]:
    """The blocks of an answer; none when it is a page."""
    return {} if reply.body[:1] != b"{" else msgspec.json.decode(reply.body, type=dict[str, Any])


def _without_orders(reply: Reply) -> Reply:
    body = _blocks(reply)
    if "output1" not in body:
        return reply
    return reply._replace(body=msgspec.json.encode({**body, "output1": []}), tr_cont=_LAST_PAGE)


def _without_orders_since(reply: Reply, since: datetime) -> Reply:
    body = _blocks(reply)
    if not isinstance(body.get("output1"), list):
        return reply
    last = f"{since:%Y%m%d%H%M%S}"
    kept = [row for row in body["output1"] if row["ord_dt"] + row["ord_tmd"] < last]
    return reply._replace(body=msgspec.json.encode({**body, "output1": kept}))


def _with_more_fields(reply: Reply) -> Reply:
    def longer(block: Any) -> Any:
        if isinstance(block, list):
            return [longer(row) for row in block]
        return {**block, MORE_FIELD: MORE_VALUE} if isinstance(block, dict) else block

    body = _blocks(reply)
    if not body:
        return reply
    return reply._replace(
        body=msgspec.json.encode(
            {name: longer(block) if name.startswith("output") else block for name, block in body.items()}
        ),
    )


def longer_frame(frame: str, cipher: NoticeCipher | None) -> str:
    """A data frame whose records have one field more. `cipher` is that of an encrypted one."""
    if frame[:2] not in ("0|", "1|"):
        return frame
    form, stream, records, payload = frame.split("|", 3)
    if form == "1":
        if cipher is None:
            return frame
        payload = cipher.decrypt(payload)
    fields = payload.split("^")
    width = len(fields) // int(records)
    payload = "^".join(
        "^".join([*fields[start : start + width], MORE_VALUE]) for start in range(0, len(fields), width)
    )
    if form == "1" and cipher is not None:
        payload = cipher.encrypt(payload)
    return f"{form}|{stream}|{records}|{payload}"
