"""How far a price may move in a day: the upper and lower limit price (상한가, 하한가).

Sources: BR§20(2), ER§31(1)(2); 30% from 2015-06-15 (addenda of BR 1168 and ER 1185), 15% before. KONEX stays
at 15%: measured on its prices of 2021 to 2026, not read in a rule. First day of a new listing: ER§31(3) from
2023-06-26 (addendum of rule 2123).
Issues in 정리매매, ELW and subscription rights have no limit (BR§20(3)). `without_limits` is for the first;
ELW are refused, and rights are not known here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.ticks import TickGrid, grid

_THIRTY_PERCENT_DAY = date(2015, 6, 15)
_LISTING_REFORM = date(2023, 6, 26)


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """The lowest and the highest price of the day in won; both are on the grid and may be traded at."""

    lower: int
    upper: int

    def allows(self, price: int) -> bool:
        return self.lower <= price <= self.upper


def price_limits(
    market: Market,
    kind: Kind,
    base_price: int,
    day: date,
    leverage: Decimal = Decimal(1),
    is_listing_day: bool = False,
) -> PriceLimits:
    """The limits around `base_price`.

    `leverage` widens them only when it is beyond one in either direction. On the listing day of a KOSPI or
    KOSDAQ stock `base_price` is the offering price; before 2023-06-26 the answer is then the range of the
    opening call, whose price becomes the base of the day's limits (rounding of that range: unverified).
    Raises `BadInput` for an ELW, which has no limits, and for a base price that is not positive.
    """
    if base_price <= 0:
        raise BadInput(
            f"기준가 {base_price}원은 쓸 수 없습니다. 1원 이상이어야 합니다.",
            f"A base price of {base_price} won cannot be used. It must be at least 1 won.",
        )
    if kind is Kind.ELW:
        raise BadInput(
            "ELW에는 가격제한폭이 없습니다. ELW의 상·하한가를 구하지 마세요.",
            "An ELW has no daily price limits. Do not ask for them.",
        )
    prices = grid(market, kind, day)
    if is_listing_day and kind is Kind.STOCK and market is not Market.KONEX:
        if day < _LISTING_REFORM:
            return PriceLimits(prices.ceil(ceil(Fraction(base_price * 9, 10))), prices.floor(base_price * 2))
        return limits_around(prices, base_price, below=Fraction(4, 10), above=Fraction(3))
    rate = Fraction(15, 100) if market is Market.KONEX or day < _THIRTY_PERCENT_DAY else Fraction(30, 100)
    return limits_around(prices, base_price, rate, rate, max(abs(Fraction(leverage)), Fraction(1)))


_FAR = 100


def without_limits(prices: TickGrid, base_price: int) -> PriceLimits:
    """Where the prices of an issue without limits (정리매매) end all the same: far away."""
    return PriceLimits(prices.smallest, prices.floor(base_price * _FAR))


def limits_around(
    prices: TickGrid, base: int, below: Fraction, above: Fraction, multiple: Fraction = Fraction(1)
) -> PriceLimits:
    """The band from `below` under `base` to `above` over it (ratios), rounded as BR§20(2) says."""

    def width(rate: Fraction) -> Fraction:
        # The remainder under the tick of the base price is dropped before the multiple is applied.
        tick = prices.tick(base)
        return max(floor(base * rate) // tick * tick * multiple, Fraction(prices.smallest))

    upper = prices.floor(floor(base + width(above)))
    lower = prices.ceil(max(ceil(base - width(below)), prices.smallest))
    return PriceLimits(lower, upper)
