"""The exchange's record of every request of an account, in the form of a broker's daily order list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoga.domain.request import OrderRequest


class RecordKind(StrEnum):
    """What a request asked for."""

    ORDER = "order"
    REPLACE = "replace"
    """정정: it took shares over from the order `replaces` and is an order of its own since."""
    CANCEL = "cancel"
    """취소: it took shares off the order `replaces` and never was on the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One request with a number of its own, and what has become of it.

    Quantities are shares, amounts won. `request.quantity` is what this number stood for at first, and always
    equals the sum of `filled_quantity`, `canceled_quantity`, `replaced_quantity` (taken over by later replace
    requests), `expired_quantity` and `remaining_quantity`. A cancel's own record counts its shares as
    cancelled, as the record of the order it took them from does. `costs` are fees and taxes charged so far.
    Numbers start anew every day: `placed_at` tells the days apart.
    """

    number: int
    account: str
    kind: RecordKind
    replaces: int | None
    request: OrderRequest
    filled_quantity: int
    filled_amount: int
    canceled_quantity: int
    replaced_quantity: int
    expired_quantity: int
    remaining_quantity: int
    costs: int
    placed_at: datetime
