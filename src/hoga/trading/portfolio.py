"""What the account holds, as the desk counts it: the opening positions and every execution since.

It starts each day from what the broker shows and is then changed by fills only. Cost is kept by the average
cost method: a sale takes its share of the cost, rounded down. Fees and taxes are not part of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hoga.domain.account import Account
from hoga.domain.instrument import Instrument
from hoga.domain.position import Fill, Lot, Position, lots_of
from hoga.domain.request import Side
from hoga.domain.zone import KST

_LONG_AGO = datetime(1900, 1, 1, tzinfo=KST)
"""The purchase date given to shares that are older than the known fills, only while lots are counted."""


@dataclass(slots=True)
class _Holding:
    name: str
    quantity: int = 0
    cost: int = 0
    locked: int = 0
    last_price: int = 0


class Portfolio:
    """Positions, cost and lots of one account on one day."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._holdings: dict[str, _Holding] = {}
        self._earlier: tuple[Fill, ...] = ()
        self._fills: list[Fill] = []
        self._lots: dict[str, tuple[Lot, ...]] | None = None
        self.cash_flow = 0
        """Won received for sales less won paid for purchases since the opening, without costs."""

    def open(self, account: Account, selling: Mapping[str, int]) -> None:
        """Take over what the broker shows. `selling` are the shares that open sells hold at that moment.

        Shares that the broker does not let us sell for another reason stay locked for the day.
        """
        self._holdings = {
            position.code: _Holding(
                name=position.name,
                quantity=position.quantity,
                cost=position.cost,
                locked=max(0, position.quantity - position.sellable_quantity - selling.get(position.code, 0)),
                last_price=position.last_price,
            )
            for position in account.positions
        }
        self.cash_flow = 0
        self._lots = None

    def remember(self, earlier: Iterable[Fill]) -> None:
        """Take over the executions of earlier days, in time order; they only serve to date the lots."""
        self._earlier = tuple(earlier)
        self._lots = None

    def fill(self, fill: Fill) -> None:
        """Take over an execution of today."""
        holding = self._holding(fill.code)
        if fill.side is Side.BUY:
            holding.quantity += fill.quantity
            holding.cost += fill.amount
            self.cash_flow -= fill.amount
        else:
            if holding.quantity > 0:
                sold = min(fill.quantity, holding.quantity)
                holding.cost -= holding.cost * sold // holding.quantity
            holding.quantity -= fill.quantity
            self.cash_flow += fill.amount
        holding.last_price = fill.price
        self._fills.append(fill)
        self._lots = None

    def mark(self, code: str, price: int) -> None:
        """Note the last price of something held."""
        if code in self._holdings:
            self._holdings[code].last_price = price

    @property
    def fills(self) -> tuple[Fill, ...]:
        """All executions of today, oldest first."""
        return tuple(self._fills)

    @property
    def fill_count(self) -> int:
        return len(self._fills)

    def quantities(self) -> dict[str, int]:
        """Shares by code, without those sold out. Negative when more was sold than we knew of."""
        return {code: holding.quantity for code, holding in self._holdings.items() if holding.quantity}

    def market_value(self) -> int:
        """What everything held is worth at the last prices that are known."""
        return sum(holding.quantity * holding.last_price for holding in self._holdings.values())

    def sellable(self, code: str, selling: int) -> int:
        """Shares that may be sold when open, in-flight and in-doubt sells hold `selling` of them."""
        holding = self._holdings.get(code)
        return 0 if holding is None else max(0, holding.quantity - holding.locked - selling)

    def locked(self, code: str) -> int:
        """Shares that could not be sold at the opening although no sell that was known held them."""
        holding = self._holdings.get(code)
        return 0 if holding is None else holding.locked

    def positions(self, selling: Mapping[str, int]) -> dict[str, Position]:
        """Everything held, by code; `selling` are the shares by code that sells hold."""
        return {
            code: Position(
                code=code,
                name=holding.name,
                quantity=holding.quantity,
                sellable_quantity=self.sellable(code, selling.get(code, 0)),
                cost=holding.cost,
                last_price=holding.last_price,
            )
            for code, holding in self._holdings.items()
            if holding.quantity > 0
        }

    def lots(self) -> dict[str, tuple[Lot, ...]]:
        """The lots whose day of purchase is known, oldest first, by code.

        Sales take the oldest shares first, those of unknown age before all.
        """
        if self._lots is None:
            self._lots = self._count_lots()
        return self._lots

    def _count_lots(self) -> dict[str, tuple[Lot, ...]]:
        known = (*self._earlier, *self._fills)
        bought = {fill.code: 0 for fill in known}
        for fill in known:
            bought[fill.code] += fill.quantity if fill.side is Side.BUY else -fill.quantity
        # What is held beyond the known fills was bought before them, so it stands in front of them.
        before = [
            Fill(
                order_id="",
                code=code,
                side=Side.BUY,
                quantity=held - bought[code],
                price=0,
                amount=0,
                at=_LONG_AGO,
            )
            for code in bought
            if (held := self._quantity(code)) > bought[code]
        ]
        lots = {
            code: _newest(tuple(lot for lot in all_lots if lot.bought_on != _LONG_AGO.date()), held)
            for code, all_lots in lots_of((*before, *known)).items()
            if (held := self._quantity(code)) > 0
        }
        return {code: kept for code, kept in lots.items() if kept}

    def _quantity(self, code: str) -> int:
        holding = self._holdings.get(code)
        return 0 if holding is None else holding.quantity

    def _holding(self, code: str) -> _Holding:
        if code not in self._holdings:
            instrument = self._instruments.get(code)
            self._holdings[code] = _Holding(name=instrument.name if instrument else code)
        return self._holdings[code]


def _newest(lots: tuple[Lot, ...], held: int) -> tuple[Lot, ...]:
    # Shares can leave an account without a sale (a transfer): then the oldest lots are gone.
    kept: list[Lot] = []
    for lot in reversed(lots):
        if held <= 0:
            break
        kept.append(replace(lot, quantity=min(lot.quantity, held)))
        held -= lot.quantity
    return tuple(reversed(kept))
