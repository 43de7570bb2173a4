"""When a jump of the price stops continuous trading for two minutes: 변동성완화장치 (VI).

Sources: BR§26-2, ER§41-2. Dynamic (동적) from 2014-09-01 (press), against the last price; static (정적) from
2015-06-15, against the price of the last call auction, before the first one the base price. The price judged
is the provisional one, at which the incoming order would trade; reaching the threshold is enough. In KRX's
after-market both apply, and refer to the day's close until it has a price of its own (KRX's draft of
BR§26-2).
Unverified: the thresholds there and at NXT (taken as those of continuous trading); that NXT had the dynamic
one from its first day. NXT's static one began on 2026-09-14 (press).
Which index an issue belongs to, and which day is the last of a derivative, must be told.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from hoga.domain.instrument import Kind
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime
from hoga.krx.ticks import TickGrid


class Group(StrEnum):
    """How calm an issue is expected to be."""

    KOSPI200 = "K200"
    OTHER = "OTHER"
    """Other stocks of KOSPI and KOSDAQ, and DRs."""
    CALM_FUND = "ETF_1X"
    """ETF and ETN on KOSPI200/100/50, KRX100 or bonds (since 2026-04-28 on one stock), multiple at most 1."""
    OTHER_FUND = "ETF_X"


def group(
    kind: Kind,
    leverage: Decimal = Decimal(1),
    *,
    is_in_kospi200: bool = False,
    tracks_calm_index: bool = True,
) -> Group:
    """The group of an issue. `tracks_calm_index` counts for ETF and ETN only."""
    if kind is Kind.STOCK:
        return Group.KOSPI200 if is_in_kospi200 else Group.OTHER
    return Group.CALM_FUND if tracks_calm_index and abs(leverage) <= 1 else Group.OTHER_FUND


_CALM = (Group.KOSPI200, Group.CALM_FUND)
_STATIC_PERCENT = 10
_EXPIRY_PERCENT = 1

_DYNAMIC_SINCE = {
    Phase.CONTINUOUS: date(2014, 9, 1),
    Phase.CLOSE_CALL: date(2014, 9, 1),
    Phase.POST_SINGLE: date(2014, 9, 1),
    Phase.AFTER_MARKET: date(2026, 9, 14),
    Phase.PRE: date(2025, 3, 4),
    Phase.MAIN: date(2025, 3, 4),
    Phase.AFTER: date(2025, 3, 4),
}
_STATIC_SINCE = {
    Phase.OPEN_CALL: date(2015, 6, 15),
    Phase.CONTINUOUS: date(2015, 6, 15),
    Phase.CLOSE_CALL: date(2015, 6, 15),
    Phase.AFTER_MARKET: date(2026, 9, 14),
    Phase.PRE: date(2026, 9, 14),
    Phase.MAIN: date(2026, 9, 14),
    Phase.AFTER: date(2026, 9, 14),
}
_NONE_ON_LISTING_DAY = date(2021, 10, 18)
_SMALL = 1_000
_SMALL_TICKS = 3


def dynamic_percent(group: Group, phase: Phase, day: date, *, is_expiry: bool = False) -> int | None:
    """The dynamic threshold in percent; None where there is none.

    `is_expiry` says that a derivative on this issue trades for the last time today.
    """
    since = _DYNAMIC_SINCE.get(phase)
    if since is None or day < since:
        return None
    if phase is not Phase.CLOSE_CALL:
        return 3 if group in _CALM else 6
    if is_expiry:
        return _EXPIRY_PERCENT
    return 2 if group in _CALM else 4


def static_percent(phase: Phase, day: date) -> int | None:
    """The static threshold in percent, the same for every group; None where there is none."""
    since = _STATIC_SINCE.get(phase)
    return None if since is None or day < since else _STATIC_PERCENT


def dynamic_vi(
    price: int, last: int, group: Group, phase: Phase, day: date, grid: TickGrid, *, is_expiry: bool = False
) -> bool:
    """Whether a trade at `price` after one at `last` would be interrupted instead."""
    percent = dynamic_percent(group, phase, day, is_expiry=is_expiry)
    return percent is not None and _reaches(price, last, percent) and not _is_small_move(price, last, grid)


def static_vi(price: int, reference: int, last: int, phase: Phase, day: date, grid: TickGrid) -> bool:
    """Whether a trade at `price` would be interrupted because it is far from `reference`.

    `reference` is the price of the last call auction, before the first one of the day the base price.
    """
    percent = static_percent(phase, day)
    return (
        percent is not None and _reaches(price, reference, percent) and not _is_small_move(price, last, grid)
    )


def is_exempt(
    kind: Kind,
    regime: Regime | None,
    day: date,
    *,
    is_listing_day: bool = False,
    is_resumption_call: bool = False,
) -> bool:
    """Whether an issue has no VI now: under single-price trading, new today, or resuming after a halt.

    New means a stock's first day, not a move from KOSDAQ to KOSPI. An ELW never has one. The price of a call
    that a VI began or prolonged sets off no other (ER§41-2(4)4): that is the caller's to know.
    """
    is_new = is_listing_day and kind is Kind.STOCK and day >= _NONE_ON_LISTING_DAY
    return kind is Kind.ELW or regime is not None or is_new or is_resumption_call


def _reaches(price: int, reference: int, percent: int) -> bool:
    return abs(price - reference) * 100 >= reference * percent


def exempt_band(last: int, grid: TickGrid) -> tuple[int, int] | None:
    """The prices within three ticks of a last price under 1,000 won: they set nothing off. Else None."""
    if last >= _SMALL:
        return None
    highest = lowest = last
    for _ in range(_SMALL_TICKS):
        highest, lowest = grid.up(highest), grid.down(lowest)
    return lowest, highest


def _is_small_move(price: int, last: int, grid: TickGrid) -> bool:
    band = exempt_band(last, grid)
    return band is not None and band[0] <= price <= band[1]
