"""Orders that lie at the broker until a market day opens (예약주문)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hoga.domain.request import OrderRequest


class ReservedState(StrEnum):
    """What has become of a reserved order."""

    WAITING = "waiting"
    """미처리."""
    SENT = "sent"
    """처리: it was sent as an order; `broker_order_id` is its number."""
    REJECTED = "rejected"
    """거부."""
    CANCELED = "canceled"
    """취소."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedOrder:
    """One reserved order: sent on the morning of `first`, and daily until `last` as long as shares are left.

    `number` is the broker's number of the reservation (예약주문 순번), not of an order; `reason` are its
    words. `loan_day` is that of the loan to which one on credit belongs (대출일자), None when it names none.
    """

    number: str
    request: OrderRequest
    first: date
    last: date
    placed_at: datetime
    state: ReservedState
    broker_order_id: str = ""
    filled_quantity: int = 0
    filled_amount: int = 0
    reason: str = ""
    loan_day: date | None = None
