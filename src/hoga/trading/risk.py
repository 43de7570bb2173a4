"""Whether an order may be sent: the only door to a broker. What is sent is `Approved`; only `check` makes it.

Everything that is needed is handed in as `Facts`; nothing here reads a clock, a broker or the desk. The rules
of KRX come from `krx`. A fact that is not known means no.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

from hoga.domain.instrument import Instrument
from hoga.domain.order import Order
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase
from hoga.krx.ticks import TickGrid


class Reason(StrEnum):
    """Why the desk refuses an order. The order in which they are checked is the order here."""

    HALTED = "halted"
    """The journal cannot be written: what cannot be remembered is not sent."""
    NOT_OPEN = "not_open"
    """The desk is not open for this trading day."""
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    BAD_QUANTITY = "bad_quantity"
    TYPE_NOT_SUPPORTED = "type_not_supported"
    """Limit and market orders for the day are supported."""
    VENUE_NOT_SUPPORTED = "venue_not_supported"
    """Orders go to KRX."""
    PRICE_MISSING = "price_missing"
    PRICE_NOT_ALLOWED = "price_not_allowed"
    """The order type states no price, or no stop price."""
    OFF_TICK = "off_tick"
    OUTSIDE_LIMITS = "outside_limits"
    WRONG_PHASE = "wrong_phase"
    """Orders are sent in the regular session only: opening call, continuous trading, closing call."""
    IN_DOUBT = "in_doubt"
    """An order in the same instrument is unconfirmed: new risk waits until it is settled."""
    INSUFFICIENT_SELLABLE = "insufficient_sellable"
    INSUFFICIENT_BUYING_POWER = "insufficient_buying_power"


_REGULAR = frozenset((Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL))


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be entered for one instrument today."""

    instrument: Instrument
    grid: TickGrid
    limits: PriceLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known at the moment of the decision.

    `terms` is None for an unknown instrument. `buying_power` is what the broker tells, less all that orders
    without an answer may still reserve. `sellable_quantity` leaves out what every open, in-flight and
    in-doubt sell of the instrument holds. `in_doubt` are the unconfirmed orders in the instrument.
    """

    is_halted: bool
    is_open: bool
    phases: tuple[Phase, ...]
    terms: Terms | None
    in_doubt: tuple[Order, ...]
    sellable_quantity: int
    buying_power: int
    commission: Commission


@final
@dataclass(frozen=True, slots=True)
class Denied:
    """The order is refused and was not sent. Both sentences carry the facts."""

    reason: Reason
    korean: str
    english: str


_SEAL = object()


@final
class Approved:
    """An order that may be sent. Only `check` can make one."""

    __slots__ = ("request",)

    def __init__(self, request: OrderRequest, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only risk.check approves an order")
        self.request = request


def is_regular_session(phases: tuple[Phase, ...]) -> bool:
    """Whether orders of the regular session are taken in one of `phases`."""
    return not _REGULAR.isdisjoint(phases)


def reservation(quantity: int, price: int, commission: Commission) -> int:
    """Won that a buy order holds. For an order without a price, `price` is the upper limit price."""
    amount = quantity * price
    return amount + commission.of(amount)


def check(request: OrderRequest, facts: Facts) -> Approved | Denied:
    """Approve `request`, or deny it with the first reason that applies.

    A sell is not held up by doubt as long as the shares that are surely free suffice: it lowers risk, and
    shares that an order in doubt may be selling are not counted as free.
    """
    terms = facts.terms
    if facts.is_halted:
        return Denied(
            Reason.HALTED,
            "주문 기록을 쓸 수 없어 매매가 멈춰 있습니다",
            "trading is halted because the journal cannot be written",
        )
    if not facts.is_open:
        return Denied(
            Reason.NOT_OPEN, "오늘 장에 대해 데스크가 열려 있지 않습니다", "the desk is not open for today"
        )
    if terms is None:
        return Denied(
            Reason.UNKNOWN_INSTRUMENT,
            f"{request.code}: 없는 종목코드입니다",
            f"{request.code}: no such instrument",
        )
    return _check_form(request, terms) or _check_market(request, facts) or _check_means(request, facts, terms)


def _check_form(request: OrderRequest, terms: Terms) -> Denied | None:
    price, limits = request.price, terms.limits
    if request.quantity <= 0:
        return Denied(
            Reason.BAD_QUANTITY,
            f"주문수량 {request.quantity}주: 1주 이상이어야 합니다",
            f"quantity {request.quantity}: it must be at least 1 share",
        )
    if (
        request.order_type not in (OrderType.LIMIT, OrderType.MARKET)
        or request.time_in_force is not TimeInForce.DAY
    ):
        return Denied(
            Reason.TYPE_NOT_SUPPORTED,
            f"{request.order_type}/{request.time_in_force} 주문은 지원하지 않습니다 (당일 지정가, 시장가만)",
            f"{request.order_type}/{request.time_in_force} orders are not supported (limit and market, day)",
        )
    if request.venue is not Venue.KRX:
        return Denied(
            Reason.VENUE_NOT_SUPPORTED,
            f"{request.venue}로 가는 주문은 지원하지 않습니다 (KRX만)",
            f"orders to {request.venue} are not supported (KRX only)",
        )
    if request.stop_price is not None:
        return Denied(
            Reason.PRICE_NOT_ALLOWED,
            f"{request.order_type} 주문에 스톱가격({request.stop_price}원)이 있습니다",
            f"a {request.order_type} order states no stop price, but {request.stop_price} won were given",
        )
    if request.order_type is OrderType.MARKET:
        if price is None:
            return None
        return Denied(
            Reason.PRICE_NOT_ALLOWED,
            f"시장가 주문에 가격({price}원)이 있습니다",
            f"a market order states no price, but {price} won were given",
        )
    if price is None:
        return Denied(Reason.PRICE_MISSING, "지정가 주문에 가격이 없습니다", "a limit order needs a price")
    if not terms.grid.is_on(price):
        return Denied(
            Reason.OFF_TICK,
            f"{price}원은 호가단위({terms.grid.tick(price)}원)에 맞지 않습니다",
            f"{price} won is not on the tick of {terms.grid.tick(price)} won",
        )
    if not limits.allows(price):
        return Denied(
            Reason.OUTSIDE_LIMITS,
            f"{price}원은 가격제한폭({limits.lower}~{limits.upper}원) 밖입니다",
            f"{price} won is outside the price limits {limits.lower} to {limits.upper}",
        )
    return None


def _check_market(request: OrderRequest, facts: Facts) -> Denied | None:
    if not is_regular_session(facts.phases):
        phases = ", ".join(facts.phases)
        return Denied(
            Reason.WRONG_PHASE,
            f"정규장 시간이 아닙니다 ({phases})",
            f"the regular session is not running ({phases})",
        )
    if request.side is Side.BUY and facts.in_doubt:
        waiting = ", ".join(order.order_id for order in facts.in_doubt)
        return Denied(
            Reason.IN_DOUBT,
            f"{request.code}에 확인되지 않은 주문({waiting})이 있어 새 매수를 기다립니다",
            f"{request.code} has an unconfirmed order ({waiting}): new buying waits until it is settled",
        )
    return None


def _check_means(request: OrderRequest, facts: Facts, terms: Terms) -> Approved | Denied:
    if request.side is Side.SELL:
        free = facts.sellable_quantity
        if request.quantity <= free:
            return Approved(request, seal=_SEAL)
        doubtful = sum(
            order.remaining_quantity for order in facts.in_doubt if order.request.side is Side.SELL
        )
        if request.quantity <= free + doubtful:
            return Denied(
                Reason.IN_DOUBT,
                f"매도가능수량 {free}주: 나머지 {doubtful}주는 확인되지 않은 주문이 팔고 있을 수 있습니다",
                f"sellable quantity {free}: an unconfirmed order may be selling the other {doubtful}",
            )
        return Denied(
            Reason.INSUFFICIENT_SELLABLE,
            f"매도가능수량 {free}주로는 {request.quantity}주를 팔 수 없습니다",
            f"{request.quantity} shares cannot be sold: the sellable quantity is {free}",
        )
    price = terms.limits.upper if request.price is None else request.price
    needed = reservation(request.quantity, price, facts.commission)
    if needed > facts.buying_power:
        return Denied(
            Reason.INSUFFICIENT_BUYING_POWER,
            f"주문가능금액 {facts.buying_power}원으로는 {needed}원(증거금과 수수료)의 주문을 낼 수 없습니다",
            f"{needed} won (with commission) would be reserved: the buying power is {facts.buying_power}",
        )
    return Approved(request, seal=_SEAL)
