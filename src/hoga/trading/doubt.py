"""An order whose fate is not known: the evidence for a person, and what a person may decide.

The desk settles doubts by itself, from notices and the broker's list of the day's orders. What it cannot
settle within its patience stays as it is, and new risk in the instrument stays held, until a person who has
looked at the broker's own screens decides.
"""

from dataclasses import dataclass
from datetime import datetime

from hoga.domain.order import Order
from hoga.trading.reconcile import Difference
from hoga.trading.trace import Trace


@dataclass(frozen=True, slots=True)
class Arrived:
    """The person says that the broker has the order, under this number."""

    broker_order_id: str


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """The person says that the broker never got the order, cancel or replace."""


Verdict = Arrived | NeverArrived


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
