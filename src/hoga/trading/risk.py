"""Whether an order may be sent: the only door to a broker. What is sent is `Approved`; only `check` makes it.

Everything that is needed is handed in as `Facts`; nothing here reads a clock, a broker or the desk. The rules
of KRX come from `krx`, what a person allows from `guards`. A fact that is not known means no.
"""

from dataclasses import dataclass
from datetime import date
from typing import final

from hoga.domain.instrument import Instrument
from hoga.domain.order import Order
from hoga.domain.request import OrderRequest, OrderType, Side, Venue
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.order_types import (
    Circumstances,
    Objection,
    find_objection,
    find_price_objection,
)
from hoga.krx.sessions import Phase
from hoga.krx.ticks import TickGrid
from hoga.trading.denial import Denied, Reason
from hoga.trading.guards import Exposure, find_barred_instrument, find_excess
from hoga.trading.limits import RiskLimits

__all__ = [
    "Approved",
    "Denied",
    "Facts",
    "Reason",
    "Terms",
    "check",
    "find_bar",
    "is_regular_session",
    "reservation",
]

_REGULAR = frozenset((Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL))
_UNKNOWN_TYPES = (Objection.NO_SUCH_TYPE, Objection.LIMIT_ONLY, Objection.SINGLE_PRICE, Objection.WARNED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be entered for one instrument today."""

    instrument: Instrument
    grid: TickGrid
    limits: PriceLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known at the moment of the decision.

    `terms` is None for an unknown instrument. `phases` are those of the venue that the order names.
    `buying_power` is what the broker tells, less all that orders without an answer may still reserve.
    `sellable_quantity` leaves out what every open, in-flight and in-doubt sell of the instrument holds.
    `in_doubt` are the unconfirmed orders in the instrument. `trading` is what the switch stands at, None
    while nobody has thrown it. `apart` is the id of an order of ours of which the broker lists what may be a
    part, "" when there is none.
    """

    is_remembered: bool
    trading: TradingChanged | None
    is_open: bool
    day: date
    phases: tuple[Phase, ...]
    terms: Terms | None
    in_doubt: tuple[Order, ...]
    exposure: Exposure
    limits: RiskLimits
    sellable_quantity: int
    buying_power: int
    commission: Commission
    apart: str = ""


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
    if not facts.is_remembered:
        return Denied(
            Reason.JOURNAL_FAILED,
            "주문 기록을 쓸 수 없어 매매가 멈춰 있습니다",
            "trading is halted because the journal cannot be written",
        )
    if halted := _find_halt(facts.trading):
        return halted
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
    return (
        find_barred_instrument(request, facts.limits)
        or _check_form(request, facts, terms)
        or _check_prices(request, terms)
        or _check_market(request, facts, terms)
        or find_excess(request, facts.exposure, facts.limits)
        or _check_means(request, facts, terms)
    )


def find_bar(side: Side, trading: TradingChanged | None) -> Denied | None:
    """What the switch has against an order of that side, also against one that was approved a while ago."""
    return _find_halt(trading) or _find_reduction(side, trading)


def _find_halt(trading: TradingChanged | None) -> Denied | None:
    if trading is None or trading.state is not TradingState.HALTED:
        return None
    return _by_switch(Reason.HALTED, trading, "취소만 할 수 있습니다", "only cancels are sent")


def _find_reduction(side: Side, trading: TradingChanged | None) -> Denied | None:
    if trading is None or trading.state is not TradingState.REDUCING or side is Side.SELL:
        return None
    return _by_switch(
        Reason.REDUCING, trading, "보유 주식의 매도와 취소만 합니다", "only held shares are sold"
    )


def _by_switch(reason: Reason, change: TradingChanged, korean: str, english: str) -> Denied:
    why = f": {change.why}" if change.why else ""
    return Denied(
        reason,
        f"{change.at:%Y-%m-%d %H:%M:%S}에 {change.by}이(가) {change.state} 상태로 바꿨습니다{why}. {korean}",
        f"{change.by} has set trading to {change.state} at {change.at:%Y-%m-%d %H:%M:%S}{why}; {english}",
    )


def _check_form(request: OrderRequest, facts: Facts, terms: Terms) -> Denied | None:
    if request.quantity <= 0:
        return Denied(
            Reason.BAD_QUANTITY,
            f"주문수량 {request.quantity}주: 1주 이상이어야 합니다",
            f"quantity {request.quantity}: it must be at least 1 share",
        )
    if request.venue not in facts.limits.venues:
        return Denied(
            Reason.VENUE_NOT_ALLOWED,
            f"{request.venue}로 가는 주문은 설정 [risk] venues에 없습니다",
            f"orders to {request.venue} are not among the venues of the settings [risk]",
        )
    objections = [_objection(request, facts, terms, phase) for phase in (Phase.CLOSED, *facts.phases)]
    if all(objection in _UNKNOWN_TYPES for objection in objections):
        return Denied(
            Reason.TYPE_NOT_SUPPORTED,
            f"{request.venue}에는 이 종목의 {request.order_type}/{request.time_in_force} 주문이 없습니다",
            f"{request.venue} takes no {request.order_type}/{request.time_in_force} orders for this issue",
        )
    return None


def _objection(request: OrderRequest, facts: Facts, terms: Terms, phase: Phase) -> Objection | None:
    # Which issues NXT lists is not known here: its own answer tells.
    circumstances = Circumstances(kind=terms.instrument.kind, is_on_nxt=request.venue is not Venue.KRX)
    return find_objection(
        request.order_type, request.time_in_force, phase, request.venue, facts.day, circumstances
    )


def _check_prices(request: OrderRequest, terms: Terms) -> Denied | None:
    order_type, price, stop_price, limits = (
        request.order_type,
        request.price,
        request.stop_price,
        terms.limits,
    )
    if stop_price is not None and order_type is not OrderType.STOP_LIMIT:
        return Denied(
            Reason.PRICE_NOT_ALLOWED,
            f"{order_type} 주문에 스톱가격({stop_price}원)이 있습니다",
            f"a {order_type} order states no stop price, but {stop_price} won were given",
        )
    if price is not None and not order_type.has_price:
        return Denied(
            Reason.PRICE_NOT_ALLOWED,
            f"{order_type} 주문에 가격({price}원)이 있습니다",
            f"a {order_type} order states no price, but {price} won were given",
        )
    if price is None and order_type.has_price:
        return Denied(
            Reason.PRICE_MISSING,
            f"{order_type} 주문에 가격이 없습니다",
            f"a {order_type} order needs a price",
        )
    if stop_price is None and order_type is OrderType.STOP_LIMIT:
        return Denied(
            Reason.PRICE_MISSING,
            "스톱지정가 주문에 스톱가격이 없습니다",
            "a stop-limit order needs a stop price",
        )
    objection = find_price_objection(order_type, request.side, price, stop_price, limits, terms.grid)
    if objection is None:
        return None
    is_stop = objection in (Objection.STOP_OFF_TICK, Objection.STOP_OUTSIDE_LIMITS)
    wrong = (stop_price if is_stop else price) or 0
    if objection in (Objection.OFF_TICK, Objection.STOP_OFF_TICK):
        return Denied(
            Reason.OFF_TICK,
            f"{wrong}원은 호가단위({terms.grid.tick(wrong)}원)에 맞지 않습니다",
            f"{wrong} won is not on the tick of {terms.grid.tick(wrong)} won",
        )
    if objection is Objection.CONDITIONAL_AT_LIMIT:
        return Denied(
            Reason.OUTSIDE_LIMITS,
            f"조건부지정가는 상한가 매수와 하한가 매도({wrong}원)를 받지 않습니다",
            f"a conditional order cannot buy at the upper or sell at the lower limit ({wrong} won)",
        )
    return Denied(
        Reason.OUTSIDE_LIMITS,
        f"{wrong}원은 가격제한폭({limits.lower}~{limits.upper}원) 밖입니다",
        f"{wrong} won is outside the price limits {limits.lower} to {limits.upper}",
    )


def _check_market(request: OrderRequest, facts: Facts, terms: Terms) -> Denied | None:
    phases = ", ".join(facts.phases)
    taking = [phase for phase in facts.phases if _objection(request, facts, terms, phase) is None]
    if not taking:
        return Denied(
            Reason.WRONG_PHASE,
            f"지금은 {request.order_type}/{request.time_in_force} 주문을 받지 않습니다 ({phases})",
            f"no {request.order_type}/{request.time_in_force} orders are taken now ({phases})",
        )
    if not {*taking} & {*facts.limits.phases}:
        return Denied(
            Reason.PHASE_NOT_ALLOWED,
            f"설정 [risk] phases이(가) 지금({phases})의 주문을 허용하지 않습니다",
            f"the settings [risk] phases do not allow orders now ({phases})",
        )
    if reducing := _find_reduction(request.side, facts.trading):
        return reducing
    if request.side is Side.BUY and facts.in_doubt:
        waiting = ", ".join(order.order_id for order in facts.in_doubt)
        return Denied(
            Reason.IN_DOUBT,
            f"{request.code}에 확인되지 않은 주문({waiting})이 있어 새 매수를 기다립니다",
            f"{request.code} has an unconfirmed order ({waiting}): new buying waits until it is settled",
        )
    if request.side is Side.BUY and facts.apart:
        return Denied(
            Reason.IN_DOUBT,
            f"주문 {facts.apart}의 일부인지 모를 주문이 목록에 있어 {request.code}의 새 매수를 기다립니다",
            f"the broker lists what may be a part of order {facts.apart}: new buying of {request.code} waits",
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
