"""What somebody wants: an order that does not exist yet."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """매수 / 매도."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How an order is priced. The names are KRX's own English (style: Korean glossary)."""

    LIMIT = "limit"
    """지정가."""
    MARKET = "market"
    """시장가."""
    LIMIT_TO_MARKET_ON_CLOSE = "limit_to_market_on_close"
    """조건부지정가: a limit order that turns into a market order for the closing call."""
    IMMEDIATELY_EXECUTABLE_LIMIT = "immediately_executable_limit"
    """최유리지정가: priced at the opposite side's best."""
    BEST_LIMIT = "best_limit"
    """최우선지정가: priced at its own side's best."""
    MID_PRICE = "mid_price"
    """중간가."""
    STOP_LIMIT = "stop_limit"
    """스톱지정가."""
    PRE_HOURS_CLOSING_PRICE = "pre_hours_closing_price"
    """장전 시간외종가."""
    AFTER_HOURS_CLOSING_PRICE = "after_hours_closing_price"
    """장후 시간외종가."""
    AFTER_HOURS_AUCTION = "after_hours_auction"
    """시간외단일가."""

    @property
    def has_price(self) -> bool:
        """Whether the person who enters the order states a price."""
        return self in (
            OrderType.LIMIT,
            OrderType.LIMIT_TO_MARKET_ON_CLOSE,
            OrderType.STOP_LIMIT,
            OrderType.AFTER_HOURS_AUCTION,
        )


class TimeInForce(StrEnum):
    """How long an order lives."""

    DAY = "day"
    IOC = "ioc"
    """Immediate or cancel: the rest is cancelled."""
    FOK = "fok"
    """Fill or kill: everything at once, or nothing."""
    GTP = "gtp"
    """Good till pre-market: what is left when NXT's pre-market ends is cancelled."""

    @property
    def is_immediate(self) -> bool:
        """Whether nothing of the order ever waits on a book."""
        return self in (TimeInForce.IOC, TimeInForce.FOK)


class Venue(StrEnum):
    """Where an order is to trade. Prices are always shown of one real venue."""

    KRX = "KRX"
    NXT = "NXT"
    """넥스트레이드, since 2025-03-04."""
    SOR = "SOR"
    """자동주문전송: the broker sends the order to the better of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order that somebody wants to place.

    `quantity` is in shares, `price` in won per share; `price` is None exactly when the order type has none.
    `stop_price` (스톱가격) belongs to stop-limit orders and to no others.
    """

    code: str
    side: Side
    quantity: int
    price: int | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_price: int | None = None
    venue: Venue = Venue.KRX


def buy(code: str, quantity: int, price: int | None = None) -> OrderRequest:
    """A buy at a limit price, or at the market without one."""
    return _request(Side.BUY, code, quantity, price)


def sell(code: str, quantity: int, price: int | None = None) -> OrderRequest:
    """A sell at a limit price, or at the market without one."""
    return _request(Side.SELL, code, quantity, price)


def _request(side: Side, code: str, quantity: int, price: int | None) -> OrderRequest:
    order_type = OrderType.MARKET if price is None else OrderType.LIMIT
    return OrderRequest(code=code, side=side, quantity=quantity, price=price, order_type=order_type)
