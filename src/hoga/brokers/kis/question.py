"""What calls about one issue share: how they name it, how it is checked, how the answer is closed."""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any, TypeAlias

from hoga.brokers.kis.blocks import Block, Field, text
from hoga.brokers.kis.codes import (
    FIELD_NOT_FOUND,
    INTERVAL_CODES,
    MARKET_DATA_DONE,
    Environment,
    Message,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    message_reply,
    needed,
    parse_day,
    plain_code,
    unreadable,
)
from hoga.domain.bar import Interval
from hoga.domain.errors import BadInput
from hoga.domain.request import Venue

_KRX = "J"
_MOST_DIGITS = 20
_NO_YEAR = "0000"
_KRX_ONLY = frozenset({"J", "W", "Q", "E"})
"""주식 with its funds and notes, ELW and other products: whatever has a code at KRX."""

INDEX_DIVISION = "U"
"""업종."""

Venues: TypeAlias = tuple[Venue, ...]
_VENUES: Mapping[str, Venues] = {"NX": (Venue.NXT,), "UN": (Venue.KRX, Venue.NXT)}


def one_issue(code: str) -> dict[str, str]:
    """The query of nearly every call about one issue."""
    return {"FID_COND_MRKT_DIV_CODE": _KRX, "FID_INPUT_ISCD": code}


def asked_interval(request: Request) -> Interval:
    """How long the bars are to be; days where it is left empty. Raises `Declined`."""
    letter = request.query.get("FID_PERIOD_DIV_CODE", "").strip().upper() or "D"
    for interval, code in INTERVAL_CODES.items():
        if code == letter:
            return interval
    raise invalid("FID_PERIOD_DIV_CODE")


def asked_day(request: Request, name: str) -> date:
    """The day in the field `name`. Raises `Declined`."""
    day = parse_day(needed(request.query, name))
    if day is None:
        raise invalid(name)
    return day


def asked_first_day(request: Request, name: str) -> date:
    """The day in the field `name` from which on; without one, or with 00000101, from the beginning.

    Raises `Declined`.
    """
    value = needed(request.query, name)
    if not value or value.startswith(_NO_YEAR):
        return date.min
    return asked_day(request, name)


def asked_number(request: Request, name: str) -> int:
    """The whole number in the field `name`, 0 when it is left empty. Raises `Declined`."""
    value = request.query.get(name, "").strip()
    if not value:
        return 0
    if not (value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS):
        raise invalid(name)
    return int(value)


def asked_choice(request: Request, name: str, choices: Container[str], default: str = "") -> str:
    """One of the codes that the field `name` may have, `default` when it is left empty. Raises `Declined`."""
    value = needed(request.query, name).upper() or default
    if value not in choices:
        raise invalid(name)
    return value


def invalid(name: str) -> Declined:
    """What is raised about a field that is there and makes no sense. KIS's text is unverified."""
    text = f"ERROR : INPUT INVALID_CHECK_{name}"
    return Declined(message_reply(Message(FIELD_NOT_FOUND, text, "1", is_verified=False)))


def optional(number: int | None) -> str:
    """A number that may be left out of a query."""
    return "" if number is None else str(number)


def day_of(reply: Reply, value: Field) -> date:
    """The day of a row. Raises `WireError`."""
    day = parse_day(text(value))
    if day is None:
        raise unreadable(reply, f"{text(value)!r} is no day")
    return day


def done_reply(kind: type[Block], *, message: Message = MARKET_DATA_DONE, **found: object) -> Reply:
    """The answer `kind` with the blocks `found`, and a message that says that all is done."""
    answer: Any = kind
    return block_reply(answer(**found, rt_cd=message.rt_cd, msg_cd=message.code, msg1=message.text))


def unknown_issue(code: str) -> BadInput:
    """The error for a code that KIS has not."""
    return BadInput(
        f"한국투자증권에 종목 {code}이(가) 없습니다. 종목코드를 확인하세요.",
        f"KIS knows no issue {code}. Check the code.",
    )


def listed_code(request: Request, divisions: Container[str] = _KRX_ONLY) -> str:
    """The code of an issue of KRX, in a call that knows `divisions`. Raises `Declined`."""
    division = needed(request.query, "FID_COND_MRKT_DIV_CODE").upper()
    if division not in divisions:
        raise bad_division()
    return plain_code(needed(request.query, "FID_INPUT_ISCD"))


def asked_krx(request: Request) -> None:
    """Check that a client that says where it looks means KRX. Raises `Declined`."""
    division = request.query.get("FID_COND_MRKT_DIV_CODE", "").strip().upper()
    if division and division not in _KRX_ONLY:
        raise bad_division()


def venued_code(request: Request) -> tuple[str, Venues]:
    """The code of an issue and where a client looks at it. Raises `Declined`."""
    venues = venues_of(needed(request.query, "FID_COND_MRKT_DIV_CODE"), request.environment)
    return plain_code(needed(request.query, "FID_INPUT_ISCD")), venues


def venues_of(division: str, environment: Environment) -> Venues:
    """Where a client looks that gives this 시장분류: KRX, NXT or both. Raises `Declined`.

    The paper host knows KRX only; how it refuses the others is unverified.
    """
    division = division.strip().upper()
    if division in _KRX_ONLY:
        return (Venue.KRX,)
    if division not in _VENUES or environment is Environment.PAPER:
        raise bad_division()
    return _VENUES[division]


def ranked_venues(request: Request) -> Venues:
    """Where the client of a ranking looks. Raises `Declined`."""
    return venues_of(needed(request.query, "FID_COND_MRKT_DIV_CODE"), request.environment)


def bad_division() -> Declined:
    return invalid("MRKT_DIV_CODE")
