"""What a trade costs: the broker's commission and the seller's taxes.

Commission: rates are the broker's, here KIS BanKIS online as published (press and public tables). That KIS
drops the remainder under one won is unverified; Kiwoom's sample drops it under ten, so the unit is a setting.
Taxes (증권거래세법 5조, 시행령 2-3조; press and brokers' notices for the dates): the seller pays, the rate is
that of the settlement day, each tax loses its remainder under one won by itself. ETF, ETN and ELW are exempt.
Whether the remainder is dropped per fill, per order or per issue and day is unverified: the caller decides
what it calls an amount. Venue fees, capital gains and dividend taxes are not here.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.settlement import settlement_day


@dataclass(frozen=True, slots=True)
class Commission:
    """A broker's commission (수수료): `rate` of the amount, the remainder under `unit` won dropped."""

    rate: Decimal
    unit: int = 1
    _part: int = field(init=False, repr=False, compare=False)
    _whole: int = field(init=False, repr=False, compare=False)
    """The rate a unit as a ratio of integers: the exchange asks at every fill."""

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1 or self.unit < 1:
            raise BadInput(
                f"수수료율 {self.rate}, 절사 단위 {self.unit}원은 쓸 수 없습니다. "
                "수수료율은 0 이상 1 미만, 단위는 1원 이상이어야 합니다.",
                f"A commission of {self.rate} in units of {self.unit} won cannot be used. "
                "The rate is at least 0 and under 1, the unit at least 1 won.",
            )
        part, whole = self.rate.as_integer_ratio()
        object.__setattr__(self, "_part", part)
        object.__setattr__(self, "_whole", whole * self.unit)

    def of(self, amount: int) -> int:
        """Won to pay for trading `amount` won, the same for buyer and seller."""
        return amount * self._part // self._whole * self.unit


KIS_STOCK = Commission(Decimal("0.000140527"))
"""KIS BanKIS online, stocks: 0.0140527%."""
KIS_FUND = Commission(Decimal("0.000146527"))
"""KIS BanKIS online, ETF, ETN and ELW: 0.0146527%."""


class Taxes(NamedTuple):
    """The seller's taxes of one sale, in won.

    `securities` is the securities transaction tax (증권거래세), `rural` the special rural development tax
    (농어촌특별세).
    """

    securities: int
    rural: int

    @property
    def total(self) -> int:
        return self.securities + self.rural


@dataclass(frozen=True, slots=True)
class TaxRates:
    """The rates of both taxes in parts of a hundred thousand: whole numbers, as every fill asks for them."""

    securities: int
    rural: int

    def of(self, amount: int) -> Taxes:
        """The taxes of selling for `amount` won."""
        return Taxes(amount * self.securities // _WHOLE, amount * self.rural // _WHOLE)


_WHOLE = 100_000
_UNTAXED = TaxRates(0, 0)
_RURAL = Decimal("0.0015")
"""농어촌특별세: KOSPI only, unchanged through all of the table."""

# Settled from, then the securities transaction tax of KOSPI, KOSDAQ and KONEX. That the settlement day
# decides was seen twice: press and brokers named the trade days 2019-05-30 and 2024-12-27, which follow.
_SECURITIES = (
    (date(2026, 1, 1), Decimal("0.0005"), Decimal("0.0020"), Decimal("0.0010")),
    (date(2025, 1, 1), Decimal("0"), Decimal("0.0015"), Decimal("0.0010")),
    (date(2024, 1, 1), Decimal("0.0003"), Decimal("0.0018"), Decimal("0.0010")),
    (date(2023, 1, 1), Decimal("0.0005"), Decimal("0.0020"), Decimal("0.0010")),
    (date(2021, 1, 1), Decimal("0.0008"), Decimal("0.0023"), Decimal("0.0010")),
    (date(2019, 6, 3), Decimal("0.0010"), Decimal("0.0025"), Decimal("0.0010")),
    (date(1996, 1, 1), Decimal("0.0015"), Decimal("0.0030"), Decimal("0.0030")),
)


def taxes(market: Market, kind: Kind, trade_day: date, amount: int) -> Taxes:
    """The taxes of selling for `amount` won on `trade_day`; buying costs none.

    Raises `BadInput` for a day without trading, or one that the calendar does not know.
    """
    return tax_rates(market, kind, trade_day).of(amount)


def tax_rates(market: Market, kind: Kind, trade_day: date) -> TaxRates:
    """What is taken of every sale on `trade_day`. Raises `BadInput` as `taxes` does."""
    if kind is not Kind.STOCK:
        return _UNTAXED
    securities, rural = _rates(market, trade_day)
    return TaxRates(int(securities * _WHOLE), int(rural * _WHOLE))


def tax_rate(market: Market, kind: Kind, trade_day: date) -> Decimal:
    """What both taxes take of a sale together, as a ratio: for estimates; `taxes` gives the won."""
    return sum(_rates(market, trade_day), Decimal(0)) if kind is Kind.STOCK else Decimal(0)


@lru_cache(maxsize=1024)
def _rates(market: Market, trade_day: date) -> tuple[Decimal, Decimal]:
    settled = settlement_day(trade_day)
    _, kospi, kosdaq, konex = next(row for row in _SECURITIES if settled >= row[0])
    match market:
        case Market.KOSPI:
            return kospi, _RURAL
        case Market.KOSDAQ:
            return kosdaq, Decimal(0)
        case Market.KONEX:
            return konex, Decimal(0)
