"""The first day of a new listing (신규상장), and days whose opening call sets the base (시가기준가종목).

Sources: ER§30, ER§31(3); the range of 60% to 400% from 2023-06-26 (addendum of rule 2123), before that the
opening call set the base inside 90% to 200% of the offering price. `limits.price_limits` has the ranges of a
listing; here is what else is different. An issue that moves from KOSDAQ to KOSPI is not new: its last close
there is its base. The first base of an ETF is its last NAV, that of an ETN its indicative value.
The range around an appraisal price: Annex 1 of the ER.
"""

from datetime import date

from hoga.domain.instrument import Kind, Market
from hoga.krx.limits import PriceLimits
from hoga.krx.ticks import TickGrid

WIDE_RANGE_DAY = date(2023, 6, 26)
"""From here on the offering price is the base, with a wide range for all of the first day."""


def has_listing_range(market: Market, kind: Kind) -> bool:
    """Whether the first day has a range of its own: stocks of KOSPI and KOSDAQ."""
    return kind is Kind.STOCK and market is not Market.KONEX


def opening_sets_base(market: Market, kind: Kind, day: date) -> bool:
    """Whether the opening price of a listing day becomes its base, with ordinary limits around it."""
    return has_listing_range(market, kind) and day < WIDE_RANGE_DAY


def appraisal_range(appraisal: int, grid: TickGrid, *, is_reduction: bool = False) -> PriceLimits:
    """Where the opening call of a 시가기준가종목 may end, around the `appraisal` price (평가가격).

    50% to 200% of it, after a capital reduction (감자) 50% to 150%; a price between two ticks goes up, both
    here and for the appraisal itself. The opening price becomes the base of the day's limits.
    """
    upper = -(-appraisal * 3 // 2) if is_reduction else appraisal * 2
    return PriceLimits(grid.ceil(-(-appraisal // 2)), grid.ceil(upper))
