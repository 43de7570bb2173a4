"""Fills, positions and the lots they consist of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hoga.domain.request import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution of one order (체결).

    `amount` is the traded won and is the truth; `price` is `amount` over `quantity`, exact unless the fill
    was reconstructed from a broker's daily totals, and then rounded down.
    """

    order_id: str
    code: str
    side: Side
    quantity: int
    price: int
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds in one instrument (잔고).

    `cost` (매입금액) is kept, the average derived. Fees and taxes are not part of `cost`.
    `sellable_quantity` leaves out what open sell orders already hold.
    """

    code: str
    name: str
    quantity: int
    sellable_quantity: int
    cost: int
    last_price: int

    @property
    def market_value(self) -> int:
        """평가금액, in won."""
        return self.quantity * self.last_price

    @property
    def unrealized_pnl(self) -> int:
        """평가손익 without selling costs, in won."""
        return self.market_value - self.cost


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought on one trading day and still held."""

    code: str
    bought_on: date
    quantity: int


def lots_of(fills: Iterable[Fill]) -> dict[str, tuple[Lot, ...]]:
    """The lots still held after `fills`, oldest first; sales take the oldest lot first (선입선출).

    `fills` are in time order. A sale of more than the known lots empties them: what was bought before the
    first known fill has no lot, so its age stays unknown.
    """
    held: dict[str, list[Lot]] = {}
    for fill in fills:
        lots = held.setdefault(fill.code, [])
        if fill.side is Side.BUY:
            day = fill.at.date()
            if lots and lots[-1].bought_on == day:
                lots[-1] = Lot(fill.code, day, lots[-1].quantity + fill.quantity)
            else:
                lots.append(Lot(fill.code, day, fill.quantity))
            continue
        left = fill.quantity
        while left and lots:
            taken = min(left, lots[0].quantity)
            left -= taken
            if taken == lots[0].quantity:
                lots.pop(0)
            else:
                lots[0] = Lot(fill.code, lots[0].bought_on, lots[0].quantity - taken)
    return {code: tuple(lots) for code, lots in held.items() if lots}
