"""What a rebalancing came to: before and after, name by name, and what it cost against the market."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from hoga.domain.plan import Plan
from hoga.domain.position import Fill
from hoga.domain.request import Side


@dataclass(frozen=True, slots=True)
class Print:
    """The day of one name so far: last price in won, shares and won that everybody has traded."""

    price: int
    volume: int
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen at one moment while a plan was traded; `cash` is what could be ordered with.

    `reasons` say why names waited, in Korean and English.
    """

    at: datetime
    cash: int
    prints: Mapping[str, Print]
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One name. `after` are the shares held in the end (매매후수량), `cost` (매입금액) is won for them.

    `traded` shares came to `amount` won. `arrival` is the price at the start of the window, `twap` and `vwap`
    are the market's over it; None when they are not known. `reason` says why shares are missing.
    """

    code: str
    name: str
    held: int
    target: int
    after: int
    cost: int
    side: Side | None
    traded: int
    amount: int
    commission: int
    tax: int
    arrival: int | None
    twap: Decimal | None
    vwap: Decimal | None
    reason: tuple[str, str] | None = None

    @property
    def difference(self) -> int:
        """차이: shares that are missing, or below zero too many."""
        return self.target - self.after

    @property
    def average(self) -> Decimal | None:
        """Won per share traded."""
        return (Decimal(self.amount) / self.traded).quantize(Decimal("0.01")) if self.traded else None

    def worse_than(self, price: int | Decimal | None) -> int | None:
        """Won by which the trades were worse than `price`, below zero better; None when it is not known."""
        if price is None or not self.traded:
            return None
        over = self.amount - round(price * self.traded)
        return over if self.side is Side.BUY else -over

    @property
    def shortfall(self) -> int | None:
        """Implementation shortfall without costs: won that were lost against the arrival price."""
        return self.worse_than(self.arrival)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan that has been traded. Cash is after settlement (D+2), amounts are won.

    `costs` are what the account really paid, told by its cash; the costs of a name are computed.
    `lowest_cash` is the least that could be ordered with while it ran.
    """

    plan: Plan
    results: tuple[Result, ...]
    fills: tuple[Fill, ...]
    orders: int
    refused: int
    cash_before: int
    cash_after: int
    lowest_cash: int
    value_after: int
    ended_at: datetime

    @property
    def day(self) -> date:
        return self.plan.day

    @property
    def bought(self) -> int:
        return sum(result.amount for result in self.results if result.side is Side.BUY)

    @property
    def sold(self) -> int:
        return sum(result.amount for result in self.results if result.side is Side.SELL)

    @property
    def costs(self) -> int:
        """Commission and taxes."""
        return self.cash_before + self.sold - self.bought - self.cash_after

    @property
    def missing(self) -> tuple[Result, ...]:
        """Names that are not what they should be."""
        return tuple(result for result in self.results if result.difference)

    @property
    def shortfall(self) -> int:
        """Won lost against the arrival prices, as far as they are known."""
        return sum(result.shortfall or 0 for result in self.results)

    @property
    def worse_than_twap(self) -> int:
        """Won lost against the time-weighted prices of the window, as far as they are known."""
        return sum(result.worse_than(result.twap) or 0 for result in self.results)

    @property
    def worse_than_vwap(self) -> int:
        """Won lost against the volume-weighted prices of the window, as far as they are known."""
        return sum(result.worse_than(result.vwap) or 0 for result in self.results)
