"""What happened at the exchange, told to everybody who may know.

`number` is the exchange's order number of the day, counted up from 1 over all participants. `account` is ""
for the market flow.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from hoga.domain.instrument import Market
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, Venue
from hoga.exchange.commands import Command
from hoga.exchange.records import RecordKind
from hoga.krx.sessions import Phase


class BoardKind(StrEnum):
    """Which of an issue's books: each market of the day has its own, and orders never move between them."""

    REGULAR = "regular"
    """정규시장."""
    PRE_CLOSE_PRICE = "pre_close_price"
    """장전 시간외종가."""
    POST_CLOSE_PRICE = "post_close_price"
    """장후 시간외종가."""
    EVENING_CALLS = "evening_calls"
    """시간외단일가."""
    AFTER_MARKET = "after_market"
    """KRX 애프터마켓."""
    NXT = "nxt"

    @property
    def venue(self) -> Venue:
        return Venue.NXT if self is BoardKind.NXT else Venue.KRX


class Refusal(StrEnum):
    """Why the exchange refuses a command. The order in which they are checked is the order here."""

    UNKNOWN_INSTRUMENT = "unknown_instrument"
    UNKNOWN_ACCOUNT = "unknown_account"
    BAD_QUANTITY = "bad_quantity"
    WRONG_PHASE = "wrong_phase"
    HALTED = "halted"
    """거래정지, or the market is halted: only cancels are accepted."""
    NOT_TRADED_HERE = "not_traded_here"
    """The issue does not trade at this venue, or not in this market of the day."""
    ORDER_TYPE_NOT_ALLOWED = "order_type_not_allowed"
    BAD_PRICE = "bad_price"
    """A price where none belongs, or none where one belongs."""
    OFF_TICK = "off_tick"
    ABOVE_UPPER_LIMIT = "above_upper_limit"
    BELOW_LOWER_LIMIT = "below_lower_limit"
    NO_MIDPOINT = "no_midpoint"
    """A midpoint order while one side of the book has no limit order; an account's is `Rejected` instead."""
    OVER_QUANTITY_CAP = "over_quantity_cap"
    """More shares than one order may have."""
    UNKNOWN_ORDER = "unknown_order"
    NOTHING_LEFT = "nothing_left"
    """The order is filled, cancelled, replaced or expired."""
    TOO_MUCH = "too_much"
    """More shares than the order has left."""
    NO_CHANGE = "no_change"
    """A replace to the same price, type and stop price; a halt of what is halted; what is listed already."""
    INSUFFICIENT_CASH = "insufficient_cash"
    INSUFFICIENT_HOLDINGS = "insufficient_holdings"


class Placed(msgspec.Struct, frozen=True, gc=False):
    """An order was taken. `price` is that of the order, or the one the book gave it (최유리, 최우선)."""

    at: datetime
    number: int
    account: str
    code: str
    side: Side
    quantity: int
    price: int | None
    order_type: OrderType
    board: BoardKind = BoardKind.REGULAR


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Nothing has changed. `account` is "" for what nobody's account asked for."""

    at: datetime
    account: str
    command: Command
    reason: Refusal


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """거부: the market turned down what a broker had taken under `number`. Nothing else has changed.

    `replaces` is the order that a 정정 or 취소 was about, and `quantity` the shares that the request was for.
    """

    at: datetime
    number: int
    kind: RecordKind
    replaces: int | None
    account: str
    code: str
    side: Side
    quantity: int


class Traded(msgspec.Struct, frozen=True, gc=False):
    """One match. `taker` is the side whose order came later, None in a call auction."""

    at: datetime
    code: str
    price: int
    quantity: int
    buy_number: int
    sell_number: int
    buy_account: str
    sell_account: str
    taker: Side | None
    board: BoardKind = BoardKind.REGULAR


class Canceled(msgspec.Struct, frozen=True, gc=False):
    """`quantity` shares of order `number` are gone.

    `request_number` is the cancel's own number, and equal to `number` when nobody asked: the rest of an IOC
    order, an FOK order that could not be filled at once, the rest of a GTP order at the end of the pre-market
    and of a midpoint order at the end of continuous trading.
    """

    at: datetime
    number: int
    request_number: int
    account: str
    code: str
    side: Side
    quantity: int


class Replaced(msgspec.Struct, frozen=True, gc=False):
    """`quantity` shares moved from order `old_number` to the new order `number`."""

    at: datetime
    number: int
    old_number: int
    account: str
    code: str
    side: Side
    quantity: int
    price: int | None
    order_type: OrderType
    board: BoardKind = BoardKind.REGULAR


class Turned(msgspec.Struct, frozen=True, gc=False):
    """An order became one of another type and keeps its number.

    A stop-limit order whose stop was reached is a limit order from now on; a conditional one is a market
    order of the closing call.
    """

    at: datetime
    number: int
    account: str
    code: str
    side: Side
    quantity: int
    price: int | None
    order_type: OrderType


class Expired(msgspec.Struct, frozen=True, gc=False):
    """The market of order `number` ended with `quantity` shares of it unfilled."""

    at: datetime
    number: int
    account: str
    code: str
    side: Side
    quantity: int


class PhaseChanged(msgspec.Struct, frozen=True, gc=False):
    at: datetime
    phase: Phase
    venue: Venue = Venue.KRX


class VolatilityInterrupted(msgspec.Struct, frozen=True, gc=False):
    """변동성완화장치: instead of trading at `price` the issue gathers orders until `until`, and a bit longer.

    `reference` is the price that `price` is too far from: the last one (dynamic), else that of the last call.
    """

    at: datetime
    code: str
    kind: Interruption
    price: int
    reference: int
    until: datetime
    board: BoardKind = BoardKind.REGULAR


class IssueListed(msgspec.Struct, frozen=True, gc=False):
    """상장: an issue trades from now on."""

    at: datetime
    code: str
    base_price: int


class IssueHalted(msgspec.Struct, frozen=True, gc=False):
    """거래정지 of one issue, at every venue."""

    at: datetime
    code: str


class ResumptionBegun(msgspec.Struct, frozen=True, gc=False):
    """A halt is over: the issue gathers orders until `until` and a little longer."""

    at: datetime
    code: str
    until: datetime


class Resumed(msgspec.Struct, frozen=True, gc=False):
    """An interruption or a halt is over, its call too: the issue is back in the phase of its market."""

    at: datetime
    code: str
    board: BoardKind = BoardKind.REGULAR


class MarketHalted(msgspec.Struct, frozen=True, gc=False):
    """서킷브레이커: nothing of `market` trades until `until`; None for the rest of the day (stage 3)."""

    at: datetime
    market: Market
    stage: int
    until: datetime | None


class CashMoved(msgspec.Struct, frozen=True, gc=False):
    """`amount` won came into an account from outside (positive) or left it (negative)."""

    at: datetime
    account: str
    amount: int


Event = (
    Placed
    | Refused
    | Rejected
    | Traded
    | Canceled
    | Replaced
    | Turned
    | Expired
    | PhaseChanged
    | VolatilityInterrupted
    | IssueListed
    | IssueHalted
    | ResumptionBegun
    | Resumed
    | MarketHalted
    | CashMoved
)
