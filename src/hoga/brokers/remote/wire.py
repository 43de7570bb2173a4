"""What is said to another Hoga's bridge and what it answers. Pure translation; /v1 of docs/bridge.md.

Fields that are not known are passed over, so that a newer bridge can be spoken to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import (
    BadInput,
    BrokerError,
    HogaError,
    LoginExpired,
    NotKept,
    RateLimited,
    Rejected,
    Unanswered,
    Unreachable,
    WireError,
)
from hoga.domain.features import Features
from hoga.domain.flows import Flow, Investor, InvestorFlows, ShortSaleDay
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.notices import Accepted, Answer, NeverTaken, NoAnswer, OrderReport, Refused
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import Interruption, Level, OrderBook, Quote, Trade
from hoga.domain.ranking import ShortSaleRank
from hoga.domain.request import Side
from hoga.domain.standing import Valuation
from hoga.domain.zone import KST

T = TypeVar("T")

_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED)
_REFUSALS = (400, 401, 403, 404, 413, 422, 429)
"""Statuses with which the bridge refuses a request as it is: it was not carried out."""
_BEFORE_SENDING = frozenset(
    {
        "BrokerError",
        "Rejected",
        "NotKept",
        "LoginExpired",
        "Unanswered",
        "Unreachable",
        "OutcomeUnknown",
        "WireError",
    }
)
"""Reasons of a 502 that the bridge itself gives: it could not read what it must know, and sent nothing."""


def decode(content: bytes | str, kind: type[T]) -> T:
    """What `content` holds. Raises `WireError`."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WireError(
            f"다른 호가의 답을 읽을 수 없습니다({error}). 두 호가의 버전을 맞추십시오.",
            f"the answer of the other Hoga cannot be read ({error}). Bring both to the same version.",
            content[:2_000] if isinstance(content, str) else content[:2_000].decode(errors="replace"),
        ) from error


# Problems ---------------------------------------------------------------------------------------------------


class Problem(msgspec.Struct, frozen=True):
    """What every route answers when something goes wrong. `reason` is "" for whatever is none of Hoga's."""

    reason: str = ""
    korean: str = ""
    english: str = ""


def read_problem(content: bytes) -> Problem:
    """What went wrong, also when it was not the bridge that answered."""
    try:
        return msgspec.json.decode(content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Problem()


def error_of(status: int, content: bytes) -> HogaError:
    """A bad answer to a question, as the error that says what to do."""
    return as_error(status, read_problem(content))


def as_error(status: int, problem: Problem) -> HogaError:
    """A problem as the error that says what to do."""
    korean, english = problem.korean, problem.english
    if not problem.reason:
        return BrokerError(
            f"다른 호가가 HTTP {status}(으)로 답했습니다. 주소가 호가의 브리지인지 확인하십시오.",
            f"the other Hoga answered with HTTP {status}. See whether the address is that of a bridge.",
            str(status),
        )
    match problem.reason:
        case "BadInput":
            return BadInput(korean, english)
        case "Unauthorized":
            return LoginExpired(
                f"다른 호가가 토큰을 받지 않습니다. {korean} 그곳에서 hoga tokens create 로 만들고, "
                "여기서 hoga keys set 으로 넣으십시오.",
                f"the other Hoga does not take the token: {english} Make one there with hoga tokens create, "
                "and put it in here with hoga keys set.",
                problem.reason,
            )
        case "NotKept":
            return NotKept(korean, english, problem.reason)
        case "Unanswered":
            return Unanswered(korean, english, problem.reason)
        case "TooOften" | "RateLimited":
            return RateLimited(korean, english, problem.reason)
        case "Forbidden" | "Rejected" | "OtherAccount":
            return Rejected(korean, english, problem.reason)
        case "Unreachable":
            return Unreachable(korean, english, problem.reason)
        case _:
            return BrokerError(korean, english, problem.reason)


# Orders -----------------------------------------------------------------------------------------------------


class OrderRow(msgspec.Struct, frozen=True):
    """An order as the desk there knows it. `broker_order_id` is its current number."""

    order_id: str
    status: str
    broker_order_id: str | None = None
    price: int | None = None
    canceled_quantity: int = 0
    is_unconfirmed: bool = False
    reason: str | None = None
    at: datetime | None = None
    """When that came to be; in the stream only."""

    @property
    def number(self) -> str:
        """The current number, "" without one."""
        return self.broker_order_id or ""

    @property
    def is_in_doubt(self) -> bool:
        """Whether the desk there does not know what became of the order or of the last request about it."""
        return self.is_unconfirmed or self.status in (OrderStatus.SUBMITTED, OrderStatus.UNCONFIRMED)


class _OrderBody(msgspec.Struct, frozen=True):
    order: OrderRow


class _Key(msgspec.Struct, frozen=True):
    state: str
    order: OrderRow | None = None
    broker_order_ids: tuple[str, ...] = ()


class _KeyBody(msgspec.Struct, frozen=True):
    key: _Key


def order_body(order: Order) -> bytes:
    """`POST /v1/orders`."""
    request = order.request
    return msgspec.json.encode(
        {
            "code": request.code,
            "side": request.side,
            "quantity": request.quantity,
            "price": request.price,
            "type": request.order_type,
            "time_in_force": request.time_in_force,
            "stop_price": request.stop_price,
            "venue": request.venue,
        }
    )


def price_body(price: int) -> bytes:
    """`POST /v1/orders/{order_id}/replace`."""
    return msgspec.json.encode({"price": price})


def cancel_body(quantity: int | None) -> bytes:
    """`POST /v1/orders/{order_id}/cancel`; None is all that is left."""
    return msgspec.json.encode({} if quantity is None else {"quantity": quantity})


def part(name: str) -> str:
    """A code or an id as a part of an address."""
    return quote(name, safe="")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    content: bytes


def read_placed(reply: Reply) -> tuple[Answer, OrderRow | None]:
    """What became of an order, and the order there. Never raises.

    Only what the bridge says for certain is an answer: it took the order, or it refused it before anything
    was sent. Whatever else it may be, the order's key is asked for.
    """
    if reply.status in (201, 202):
        try:
            row = msgspec.json.decode(reply.content, type=_OrderBody).order
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return NoAnswer(why="its answer cannot be read"), None
        if row.number and not row.is_in_doubt:
            return Accepted(broker_order_id=row.number), row
        return NoAnswer(why=f"the other Hoga has it and is in doubt: {row.reason or row.status}"), row
    refused = _refusal(reply) if reply.status in (*_REFUSALS, 502) else None
    if refused is not None and (reply.status != 502 or refused.code in _BEFORE_SENDING):
        return refused, None
    problem = read_problem(reply.content)
    return NoAnswer(why=f"HTTP {reply.status} {problem.reason} {problem.english}".strip()), None


def read_canceled(reply: Reply, order: Order) -> Answer:
    """What became of a cancel. Never raises. The bridge tells no number of the request itself."""
    row = _changed(reply)
    if not isinstance(row, OrderRow):
        return row
    if row.is_in_doubt:
        return NoAnswer(why=f"the other Hoga is in doubt: {row.reason or row.status}")
    if row.status in (OrderStatus.PENDING_CANCEL, OrderStatus.CANCELED, OrderStatus.OPEN):
        return Accepted(broker_order_id=order.broker_order_id)
    return Refused(code=row.status, message=f"이미 끝난 주문 / the order is {row.status}")


def read_replaced(reply: Reply, order: Order) -> tuple[Answer, OrderRow | None]:
    """What became of a new price, and the order there. Never raises."""
    row = _changed(reply)
    if not isinstance(row, OrderRow):
        return row, None
    if row.is_in_doubt or row.number in ("", order.broker_order_id):
        return NoAnswer(why=f"the other Hoga is in doubt: {row.reason or row.status}"), row
    return Accepted(broker_order_id=row.number), row


def _changed(reply: Reply) -> OrderRow | Refused | NoAnswer:
    if reply.status == 200:
        try:
            return msgspec.json.decode(reply.content, type=_OrderBody).order
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return NoAnswer(why="its answer cannot be read")
    refused = _refusal(reply) if reply.status in (*_REFUSALS, 502) else None
    if refused is not None and (reply.status != 502 or refused.code == Unanswered.__name__):
        return refused
    return NoAnswer(why=f"HTTP {reply.status}")


def _refusal(reply: Reply) -> Refused | None:
    """Why the bridge refused; None when it was not the bridge that answered."""
    problem = read_problem(reply.content)
    if not problem.reason:
        return None
    return Refused(code=problem.reason, message=f"{problem.korean} / {problem.english}")


def read_receipt(content: bytes) -> Answer | NeverTaken:
    """What the bridge says of a key. Raises `WireError`."""
    key = decode(content, _KeyBody).key
    if key.state == "withdrawn":
        return NeverTaken()
    if key.state != "taken" or key.order is None:
        return NoAnswer(why=f"the key is {key.state}")
    if key.broker_order_ids:
        return Accepted(broker_order_id=key.broker_order_ids[0])
    if key.order.status in _REFUSED:
        code, _, message = (key.order.reason or key.order.status).partition(" ")
        return Refused(code=code, message=message or code)
    if key.order.status == OrderStatus.NOT_RECEIVED:
        return NeverTaken()
    return NoAnswer(why=f"the other Hoga is in doubt: {key.order.reason or key.order.status}")


def read_receipt_row(content: bytes) -> OrderRow | None:
    """The order of a key, None without one. Raises `WireError`."""
    return decode(content, _KeyBody).key.order


class _Listed(msgspec.Struct, frozen=True):
    report: OrderReport
    order_id: str | None = None


class _Reports(msgspec.Struct, frozen=True):
    reports: list[_Listed]


def read_reports(content: bytes) -> tuple[list[OrderReport], dict[str, str]]:
    """The broker's list of orders, and the order there by number. Raises `WireError`."""
    listed = decode(content, _Reports).reports
    return (
        [each.report for each in listed],
        {each.report.broker_order_id: each.order_id for each in listed if each.order_id is not None},
    )


# The account ------------------------------------------------------------------------------------------------


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whom we speak to. Whoever does not say that no real money is at stake has some."""

    account: str
    broker: str
    prices: str
    day: date
    now: datetime
    version: str = ""
    holder: str | None = None
    is_real: bool = True
    session: str = ""
    scope: str | None = None
    pace: float = 1.0
    is_running: bool = True

    def __repr__(self) -> str:
        return f"About({self.broker}, {self.day})"


class AboutBody(msgspec.Struct, frozen=True):
    about: About


class HealthBody(msgspec.Struct, frozen=True):
    reasons: tuple[str, ...]


class _AccountRow(msgspec.Struct, frozen=True):
    account: str
    deposit: int
    deposit_d1: int
    deposit_d2: int
    buying_power: int
    costs_today: int

    def __repr__(self) -> str:
        return "_AccountRow(***)"


class _AccountBody(msgspec.Struct, frozen=True):
    account: _AccountRow
    positions: tuple[Position, ...]


def read_account(content: bytes) -> Account:
    """Cash and positions. Raises `WireError`."""
    body = decode(content, _AccountBody)
    row = body.account
    return Account(
        number=row.account,
        deposit=row.deposit,
        deposit_d1=row.deposit_d1,
        deposit_d2=row.deposit_d2,
        buying_power=row.buying_power,
        costs_today=row.costs_today,
        positions=body.positions,
    )


class BuyingPowerBody(msgspec.Struct, frozen=True):
    buying_power: int


# Prices -----------------------------------------------------------------------------------------------------


class QuoteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A price of the moment."""

    code: str
    at: datetime
    last_price: int
    base_price: int
    upper_limit: int
    lower_limit: int
    name: str | None = None
    open: int | None = None
    high: int | None = None
    low: int | None = None
    volume: int = 0
    value: int = 0
    ask: int | None = None
    bid: int | None = None
    ask_quantity: int = 0
    bid_quantity: int = 0
    total_ask_quantity: int = 0
    total_bid_quantity: int = 0
    interruption: Interruption | None = None
    static_reference: int | None = None
    is_halted: bool = False

    def quote(self) -> Quote:
        """As the desk knows it."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return Quote(**values | {"name": self.name or "", "at": self.at.astimezone(KST)})


class QuotesBody(msgspec.Struct, frozen=True):
    quotes: list[QuoteRow]


class BookRow(msgspec.Struct, frozen=True):
    """Ten levels a side."""

    code: str
    at: datetime
    asks: tuple[Level, ...]
    bids: tuple[Level, ...]
    total_ask_quantity: int
    total_bid_quantity: int
    indicative_price: int | None = None
    indicative_quantity: int | None = None

    def book(self) -> OrderBook:
        """As the desk knows it."""
        return OrderBook(
            self.code,
            self.at.astimezone(KST),
            self.asks,
            self.bids,
            self.total_ask_quantity,
            self.total_bid_quantity,
            self.indicative_price,
            self.indicative_quantity,
        )


class BookBody(msgspec.Struct, frozen=True):
    book: BookRow


class _Bars(msgspec.Struct, frozen=True):
    bars: list[Bar]


def read_bars(content: bytes) -> list[Bar]:
    """Bars, oldest first. Raises `WireError`."""
    return decode(content, _Bars).bars


class _InstrumentRow(msgspec.Struct, frozen=True):
    code: str
    name: str
    market: Market
    kind: Kind = Kind.STOCK
    name_english: str | None = None
    leverage: Decimal = Decimal(1)
    listed_shares: int | None = None


class _Instruments(msgspec.Struct, frozen=True):
    instruments: list[_InstrumentRow]


def read_instruments(content: bytes) -> dict[str, Instrument]:
    """What is listed, by code. Raises `WireError`."""
    return {
        row.code: Instrument(
            code=row.code,
            name=row.name,
            market=row.market,
            kind=row.kind,
            name_english=row.name_english or "",
            leverage=row.leverage,
            listed_shares=row.listed_shares or 0,
        )
        for row in decode(content, _Instruments).instruments
    }


# What is known of issues ------------------------------------------------------------------------------------


class _Flows(msgspec.Struct, frozen=True):
    flows: list[dict[str, Any]]


def read_flows(content: bytes) -> list[InvestorFlows]:
    """Trading by investor type: nets only. Raises `WireError`."""
    found = []
    for row in decode(content, _Flows).flows:
        nets = {
            investor: Flow(net=row[investor], net_value=row.get(f"{investor}_value"))
            for investor in Investor
            if row.get(investor) is not None
        }
        found.append(InvestorFlows(str(row["code"]), date.fromisoformat(row["date"]), nets))
    return found


class _ShortSaleRow(msgspec.Struct, frozen=True):
    code: str
    date: date
    close: int
    change: int | None
    volume: int
    value: int
    short_quantity: int
    short_value: int


class _ShortSales(msgspec.Struct, frozen=True):
    short_sales: list[_ShortSaleRow]


def read_short_sales(content: bytes) -> list[ShortSaleDay]:
    """What was sold short by day. Raises `WireError`."""
    return [
        ShortSaleDay(
            row.code,
            row.date,
            row.close,
            row.change,
            row.volume,
            row.value,
            row.short_quantity,
            row.short_value,
        )
        for row in decode(content, _ShortSales).short_sales
    ]


class RankingBody(msgspec.Struct, frozen=True):
    ranking: list[ShortSaleRank]


class FeaturesBody(msgspec.Struct, frozen=True):
    parts: Features


class ValuationBody(msgspec.Struct, frozen=True):
    valuation: Valuation


# The stream -------------------------------------------------------------------------------------------------


class FillRow(msgspec.Struct, frozen=True):
    """An execution."""

    order_id: str
    quantity: int
    price: int
    amount: int
    at: datetime


class _TradeRow(msgspec.Struct, frozen=True):
    code: str
    at: datetime
    price: int
    quantity: int
    taker: Side | None = None
    is_polled: bool = False


def read_trade(content: bytes) -> Trade:
    """A print. Raises `WireError`."""
    row = decode(content, _TradeRow)
    return Trade(row.code, row.at.astimezone(KST), row.price, row.quantity, row.taker, row.is_polled)


class Message(msgspec.Struct, frozen=True):
    """Anything that the stream says. `data` is read when somebody wants it."""

    kind: str
    number: int | None = None
    data: msgspec.Raw = msgspec.Raw()
    stream: str = ""
    orders: tuple[OrderRow, ...] = ()
    codes: tuple[str, ...] = ()
    status: int = 0
    reason: str = ""
    korean: str = ""
    english: str = ""

    @property
    def error(self) -> HogaError:
        """What a message of the kind "problem" says."""
        return as_error(self.status, Problem(self.reason, self.korean, self.english))


def watch_message(codes: Sequence[str]) -> str:
    """Asks for the prices of other issues than before."""
    return msgspec.json.encode({"watch": codes}).decode()


def query(**values: object) -> Mapping[str, str]:
    """The arguments of a question, without those that are not given."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }
