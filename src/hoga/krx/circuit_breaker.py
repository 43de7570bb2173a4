"""When a fall of the index stops the whole market (서킷브레이커), and program orders (사이드카).

Sources: BR§25, ER§39: three stages from 2015-06-15, one of 10% before (press). BR§16, ER§20 for program
orders. The KOSPI index halts KOSPI and the KOSDAQ index KOSDAQ; NXT follows at once.
A level counts when it has lasted a minute, which the caller measures; for stage one from one minute after the
open on (ER§39(4), amended 2020-11-26; whether it was in force at once is unverified).
In stages one and two orders may be cancelled; stage three takes nothing any more (KRX's guide pages).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from hoga.domain.instrument import Market
from hoga.krx.calendar import get_hours

HALT = timedelta(minutes=20)
"""How long stages one and two stop all trading; a call of `sessions.RESUMPTION_CALL` follows."""
PERSISTS = timedelta(minutes=1)

_THREE_STAGES = date(2015, 6, 15)
_FALLS = (8, 15, 20)
_OLD_FALLS = (10,)
_LAST_STAGE = 3
_QUIET_BEFORE_CLOSE = timedelta(minutes=40)
_FIRST_CLOCK = timedelta(minutes=1)
_FIRST_CLOCK_DAY = date(2020, 11, 26)
_FURTHER_PERCENT = 1


def counts_from(day: date, stage: int) -> datetime:
    """The instant from which a level of a stage begins to last. Raises `BadInput` without trading."""
    late = _FIRST_CLOCK if stage == 1 and day >= _FIRST_CLOCK_DAY else timedelta(0)
    return get_hours(day).open + late


def due_stage(
    previous_close: Decimal, index: Decimal, at: datetime, levels: tuple[Decimal, ...] = ()
) -> int | None:
    """The stage (1, 2 or 3) that an index level sets off at `at`, having lasted a minute; None for none.

    `levels` are the index levels at which the earlier stages of the day were set off, oldest first: each
    stage comes once, after the one before it, and needs a fall of 1% from that one's level as well.
    Raises `BadInput` for a day without trading.
    """
    day = at.date()
    hours = get_hours(day)
    falls = _FALLS if day >= _THREE_STAGES else _OLD_FALLS
    stage = len(levels) + 1
    if stage > len(falls) or not counts_from(day, stage) + PERSISTS <= at < hours.close:
        return None
    if stage < _LAST_STAGE and at >= hours.close - _QUIET_BEFORE_CLOSE:
        return None
    if index * 100 > previous_close * (100 - falls[stage - 1]):
        return None
    if levels and index * 100 > levels[-1] * (100 - _FURTHER_PERCENT):
        return None
    return stage


def closes_market(stage: int) -> bool:
    """Whether the day is over for the market: stage three."""
    return stage == _LAST_STAGE


SIDECAR_HALT = timedelta(minutes=5)
"""How long a sidecar holds program orders: buys after a rise, sells after a fall; once a day."""
_SIDECAR_AFTER_OPEN = timedelta(minutes=5)
_FUTURES_PERCENT = {Market.KOSPI: 5, Market.KOSDAQ: 6}
_INDEX_PERCENT = 3


def sidecar(
    market: Market, futures_change: Decimal, index_change: Decimal, at: datetime, *, is_used: bool = False
) -> int:
    """1 when program buys are held, -1 when program sells are, 0 when neither.

    Changes are ratios against the previous close that have lasted a minute: of the KOSPI200 or KOSDAQ150
    futures, and (KOSDAQ only) of the KOSDAQ150 index. `is_used` says that today had one already.
    """
    hours = get_hours(at.date())
    percent = _FUTURES_PERCENT.get(market)
    in_hours = hours.open + _SIDECAR_AFTER_OPEN <= at < hours.close - _QUIET_BEFORE_CLOSE
    if percent is None or is_used or not in_hours:
        return 0
    direction = 1 if futures_change > 0 else -1
    if direction * futures_change * 100 < percent:
        return 0
    if market is Market.KOSDAQ and direction * index_change * 100 < _INDEX_PERCENT:
        return 0
    return direction
