"""At which price a borrowed share may be sold (업틱룰), and when nobody may (공매도 금지).

Sources: BR§18, ER§25 for the price, in the regular session and the evening auctions. ETF, ETN, arbitrage and
hedges are exempt. The bans are from the press (FSC 2025-03-21, mbn, news-wa); those of 2008 and 2011 are
unverified. Naked short sales are illegal; issues banned for a day (공매도 과열종목) must be told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hoga.domain.instrument import Kind
from hoga.krx.ticks import TickGrid


def last_different(base_price: int, prices: Iterable[int]) -> int | None:
    """The most recent price unlike the last one, counting the base price as the first; None for none."""
    different: int | None = None
    last = base_price
    for price in prices:
        if price != last:
            different, last = last, price
    return different


def lowest_price(last: int, different: int | None, grid: TickGrid) -> int:
    """The lowest price at which a short sale may be entered.

    `last` is the last price, before the first trade the base price; `different` the one before it that
    differs (`last_different`), None when there is none, as before the opening price.
    """
    if different is not None and last > different:
        return grid.ceil(last)
    return grid.up(last)


def is_uptick_exempt(kind: Kind) -> bool:
    """Whether an investor's short sale of such an issue may have any price."""
    return kind in (Kind.ETF, Kind.ETN)


@dataclass(frozen=True, slots=True)
class Ban:
    """A time without short sales; `spares_large` when members of KOSPI200 and KOSDAQ150 were free."""

    first_day: date
    last_day: date
    spares_large: bool = False


BANS = (
    Ban(date(2008, 10, 1), date(2009, 5, 31)),
    Ban(date(2011, 8, 10), date(2011, 11, 9)),
    Ban(date(2020, 3, 16), date(2021, 5, 2)),
    Ban(date(2021, 5, 3), date(2023, 11, 5), spares_large=True),
    Ban(date(2023, 11, 6), date(2025, 3, 30)),
)


def is_banned(day: date, *, is_large: bool) -> bool:
    """Whether short sales are banned; `is_large` says that the issue is in KOSPI200 or KOSDAQ150."""
    return any(ban.first_day <= day <= ban.last_day and not (ban.spares_large and is_large) for ban in BANS)
