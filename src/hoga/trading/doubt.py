"""An order whose fate is not known: the evidence for a person, and what a person may decide.

The desk settles doubts by itself, from notices and the broker's list of the day's orders. What it cannot
settle within its patience stays as it is, and new risk in the instrument stays held, until a person who has
looked at the broker's own screens decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hoga.domain.errors import InvalidOrder
from hoga.domain.events import (
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderEvent,
    OrderNotReceived,
    OrderReplaced,
    ReplaceRejected,
)
from hoga.domain.notices import number_key
from hoga.domain.order import Order, OrderStatus
from hoga.trading.reconcile import Difference
from hoga.trading.trace import Trace

DECIDED = "DECIDED"
"""The code of a cancel or replace of which a person said that it never arrived."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The person says that the broker has the order, cancel or replace, under this number of its own."""

    broker_order_id: str


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """The person says that the broker never got the order, cancel or replace."""


Verdict = Arrived | NeverArrived


def decided(
    order: Order, verdict: Verdict, by: str, at: datetime, find_owner: Callable[[str], Order | None]
) -> OrderEvent:
    """What happens when `verdict` holds of an order, or of its cancel or replace, in doubt.

    `find_owner` tells whose a number is. Raises `InvalidOrder` when it cannot be so.
    """
    match verdict:
        case Arrived(broker_order_id=number):
            return _arrived(order, number, by, at, find_owner)
        case NeverArrived():
            return _never_arrived(order, by, at)


def _arrived(
    order: Order, number: str, by: str, at: datetime, find_owner: Callable[[str], Order | None]
) -> OrderEvent:
    is_request = order.is_open and order.is_unconfirmed
    if not is_request and order.status not in (OrderStatus.UNCONFIRMED, OrderStatus.NOT_RECEIVED):
        raise _not_open_to(order)
    if not number.strip().isdecimal() or not number_key(number)[0]:
        raise InvalidOrder(
            f"{number}: 증권사 주문번호는 숫자입니다. 증권사 화면의 번호를 적으십시오.",
            f"{number}: a broker's order number is made of digits. Give the one on the broker's screen.",
        )
    # A cancel and a replace have numbers of their own, which come after that of their order.
    before = order.broker_order_id if is_request else order.watermark
    if number_key(number) <= number_key(before):
        raise InvalidOrder(
            f"번호 {number}은(는) 주문 {order.order_id}을(를) 내기 전의 것입니다({before}까지).",
            f"number {number} is from before order {order.order_id} was sent (up to {before}).",
        )
    owner = find_owner(number)
    if owner is not None:
        raise InvalidOrder(
            f"번호 {number}은(는) 이미 주문 {owner.order_id}({owner.source})의 것입니다. "
            "그것이 이 주문이면 '도착하지 않음'으로 결정하십시오. 그 주문으로 이어 갑니다.",
            f"number {number} belongs to order {owner.order_id} ({owner.source}) already. If that is "
            "this order, decide that it never arrived: it is followed as that one.",
        )
    order_id = order.order_id
    match order.status:
        case OrderStatus.PENDING_CANCEL:
            return OrderCanceled(order_id=order_id, at=at, quantity=order.remaining_quantity, by=by)
        case OrderStatus.PENDING_REPLACE:
            price = order.requested_price
            return OrderReplaced(order_id=order_id, at=at, broker_order_id=number, price=price, by=by)
        case _:
            return OrderAccepted(order_id=order_id, at=at, broker_order_id=number, by=by)


def _never_arrived(order: Order, by: str, at: datetime) -> OrderEvent:
    order_id, message = order.order_id, f"{by}: 도착하지 않음 / never arrived"
    match order.status:
        case OrderStatus.UNCONFIRMED:
            return OrderNotReceived(order_id=order_id, at=at, by=by)
        case OrderStatus.PENDING_CANCEL if order.is_unconfirmed:
            return CancelRejected(order_id=order_id, at=at, code=DECIDED, message=message)
        case OrderStatus.PENDING_REPLACE if order.is_unconfirmed:
            return ReplaceRejected(order_id=order_id, at=at, code=DECIDED, message=message)
        case _:
            raise _not_open_to(order)


def _not_open_to(order: Order) -> InvalidOrder:
    return InvalidOrder(
        f"주문 {order.order_id}의 상태가 {order.status}입니다. 확인되지 않은 것만 결정할 수 있습니다.",
        f"order {order.order_id} is {order.status}. Only what is unconfirmed can be decided.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is known about an order, cancel or replace without an answer.

    `misses` are the complete readings of the order list since `since` that did not show it, `is_list_whole`
    tells whether the last reading succeeded and showed all that the broker is known to have,
    `is_list_current` whether it also showed an order that was sent long after this one. `difference` is where
    the position spoke against giving the order up, `trace` what else the account showed of it when it was
    still. `strangers` are orders of the same instrument and side that came up after it was sent and look
    different: one of them may be it.
    """

    order: Order
    since: datetime
    misses: int
    is_list_whole: bool
    is_list_current: bool
    is_overdue: bool
    difference: Difference | None
    trace: Trace | None
    strangers: tuple[Order, ...]

    @property
    def korean(self) -> str:
        listed = ", 목록이 최신임" if self.is_list_current else ", 목록이 최신인지 알 수 없음"
        listed = listed if self.is_list_whole else ", 증권사의 목록이 온전하지 않음"
        account = "" if self.difference is None else f", 잔고가 다름({self.difference.korean})"
        account += "" if self.trace is None else f", {self.trace.korean}"
        return (
            f"주문 {self.order.order_id}({_look(self.order)}, {self.order.status}): "
            f"{self.since:%H:%M:%S}부터 확인되지 않음({self.order.reason}), "
            f"목록을 {self.misses}번 보았으나 없음{listed}{account}{self._strangers('비슷한 주문')}"
        )

    @property
    def english(self) -> str:
        listed = ", the list is current" if self.is_list_current else ", the list may be late"
        listed = listed if self.is_list_whole else ", the broker's list is not whole"
        account = "" if self.difference is None else f", the account differs ({self.difference.english})"
        account += "" if self.trace is None else f", {self.trace.english}"
        return (
            f"order {self.order.order_id} ({_look(self.order)}, {self.order.status}): "
            f"unconfirmed since {self.since:%H:%M:%S} ({self.order.reason}), "
            f"not in {self.misses} readings of the list{listed}{account}{self._strangers('alike')}"
        )

    def _strangers(self, word: str) -> str:
        shown = ", ".join(f"{each.broker_order_id} {_look(each)}" for each in self.strangers)
        return f", {word}: {shown}" if shown else ""


def _look(order: Order) -> str:
    request = order.request
    return f"{request.code} {request.side} {request.quantity} @ {request.price or request.order_type}"
