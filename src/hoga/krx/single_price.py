"""Issues and hours that trade by call auctions only (단일가매매): which, in what rhythm, in which price band.

Sources: BR§34-2, ER§51-2 for the evening, ER§56 to 56-4 for issues; low-liquidity issues from the press of
2016, 2020 and 2023; thin preferred shares from the addendum of ER 2020-09-22. All times are nominal: each
auction ends up to `sessions.RANDOM_END_SECONDS` later. An issue in 정리매매 has no band in the evening.
Unverified: the evening slots before 2014-09-01 and those of low-liquidity issues before 2021; the first days
of 이상급등 and 투자유의 (here: the days of the amendments that brought them).
It does not know which issue is under which regime: KRX announces that, it cannot be computed.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from hoga.domain.errors import BadInput
from hoga.krx.calendar import get_hours
from hoga.krx.limits import PriceLimits, limits_around
from hoga.krx.sessions import Phase, regular_session, spans
from hoga.krx.ticks import TickGrid


class Regime(StrEnum):
    """Why an issue trades by call auctions all day."""

    LOW_LIQUIDITY = "low_liquidity"
    """저유동성종목: on a yearly list, more than ten minutes between trades on average; none with an LP."""
    THIN_PREFERRED = "thin_preferred"
    """저유동성 종류주식: preferred shares with fewer than 500,000 listed."""
    OVERHEATED = "overheated"
    """단기과열종목: three trading days."""
    ABNORMAL_RISE = "abnormal_rise"
    """이상급등 단일가매매종목: three trading days, or as long as it is a 투자위험종목."""
    WATCHED = "watched"
    """투자유의종목: an ETF or ETN that is far from its value."""
    DELISTING = "delisting"
    """정리매매: the last seven trading days; limit orders only, no price limits."""


_SLOTS: dict[Regime, tuple[tuple[date, int], ...]] = {
    Regime.LOW_LIQUIDITY: ((date(2021, 1, 4), 30), (date(2016, 6, 27), 10)),
    Regime.THIN_PREFERRED: ((date(2020, 9, 28), 30),),
    Regime.OVERHEATED: ((date(2012, 11, 5), 30),),
    Regime.ABNORMAL_RISE: ((date(2017, 2, 28), 30),),
    Regime.WATCHED: ((date(2020, 7, 23), 30),),
    Regime.DELISTING: ((date.min, 30),),
}
_EVENING_SLOTS = ((date(2014, 9, 1), 10), (date.min, 30))
_EVENING_BAND = Fraction(1, 10)
_EVENING_WITHOUT_NXT = date(2025, 3, 4)


def slot_minutes(regime: Regime, day: date) -> int | None:
    """Minutes between two auctions of an issue under `regime`; None while the regime did not exist."""
    return next((minutes for first_day, minutes in _SLOTS[regime] if day >= first_day), None)


def slots(regime: Regime, day: date) -> tuple[datetime, ...]:
    """The nominal ends of all auctions of such an issue in the regular session, open and close included.

    Raises `BadInput` for a closed day and for a regime that did not exist.
    """
    minutes = slot_minutes(regime, day)
    if minutes is None:
        raise BadInput(
            f"{day}에는 {regime} 단일가매매 제도가 없었습니다. 제도 시행 이후의 날짜를 쓰세요.",
            f"There was no single-price regime {regime} on {day}. Use a later day.",
        )
    hours = get_hours(day)
    return (hours.open, *_every(minutes, hours.open, hours.close))


def slots_after(regime: Regime, resumed_at: datetime) -> tuple[datetime, ...]:
    """The nominal ends of the auctions that follow a halt of the whole market, before the closing call.

    They count from the resumption (ER§56(2)2). Raises `BadInput` for a closed day.
    """
    minutes, closing = slot_minutes(regime, resumed_at.date()), regular_session(resumed_at.date())[2]
    ends = () if minutes is None else _every(minutes, resumed_at, closing.start)
    return tuple(end for end in ends if end < closing.start)


def evening_slots(day: date, regime: Regime | None = None) -> tuple[datetime, ...]:
    """The nominal ends of the evening auctions (시간외단일가): twelve a day, none since 2026-09-14.

    An issue under a `regime` keeps its own rhythm in the evening.
    """
    minutes = None if regime is None else slot_minutes(regime, day)
    if minutes is None:
        minutes = next(minutes for first_day, minutes in _EVENING_SLOTS if day >= first_day)
    return next(
        (_every(minutes, span.start, span.end) for span in spans(day) if span.phase is Phase.POST_SINGLE), ()
    )


def evening_limits(close: int, limits: PriceLimits, grid: TickGrid) -> PriceLimits:
    """The band of the evening auctions: 10% around today's `close`, inside today's price limits."""
    band = limits_around(grid, close, _EVENING_BAND, _EVENING_BAND)
    return PriceLimits(max(band.lower, limits.lower), min(band.upper, limits.upper))


def has_evening_auctions(day: date, *, has_traded: bool, is_on_nxt: bool) -> bool:
    """Whether an issue takes part in them, on a day that has them.

    It has traded in the regular session, and (since 2025-03-04) NXT does not trade it today.
    """
    return has_traded and not (is_on_nxt and day >= _EVENING_WITHOUT_NXT)


def _every(minutes: int, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """The ends of the slots from `start` to `end`; a last slot that would be shorter is a slot too."""
    step = timedelta(minutes=minutes)
    count = -((start - end) // step)
    return tuple(min(start + step * number, end) for number in range(1, count + 1))
