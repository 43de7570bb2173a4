"""Which days trade, and from when to when: closures.py for the known years, a library for later ones.

Rule: BR§5, closed on public holidays with their substitutes, Labour Day, Saturdays, the last weekday of the
year, and days that KRX names. What the XKRX market of the `holidays` library expects of the years that KRX
has not published yet is unverified; it agrees with every year that is known. Late opens are the first trading
day of a year (a rule) and the days of the university entrance exam (수능, a list); exam days after 2026 are
not listed yet. Years before 2010 are refused: their hours and exam days were not read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.krx.closures import CLOSURES

FIRST_YEAR = min(CLOSURES)

LAST_VERIFIED_DAY = date(max(CLOSURES), 12, 31)
"""Later closures are unverified: KRX has not published them."""

EXAM_DAYS = frozenset(
    {
        # 2010 to 2014 from exchange_calendars (public code); 2015 on from the press of each year.
        date(2010, 11, 18),
        date(2011, 11, 10),
        date(2012, 11, 8),
        date(2013, 11, 7),
        date(2014, 11, 13),
        date(2015, 11, 12),
        date(2016, 11, 17),
        date(2017, 11, 16),  # put off the evening before after an earthquake; the hours stayed shifted
        date(2017, 11, 23),
        date(2018, 11, 15),
        date(2019, 11, 14),
        date(2020, 12, 3),
        date(2021, 11, 18),
        date(2022, 11, 17),
        date(2023, 11, 16),
        date(2024, 11, 14),
        date(2025, 11, 13),
        date(2026, 11, 19),
    }
)
"""수능일: open and close one hour later."""

_OPEN = time(9)
_LATER = timedelta(hours=1)
_CLOSE_REFORM = date(2016, 8, 1)
"""The close moved from 15:00 to 15:30 (press of 2016-07-28, BR§4)."""

_ALWAYS_OPENS, _ALWAYS_CLOSES = time(0, 30), time(23, 55)
_LATEST_OPEN = time(23, 30)

_always_open: list[datetime] = []
"""Since when the market of this process is always open; empty for the market of KRX."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening and close of the regular session (정규장) of one day, in KST. Random ends are not in it."""

    open: datetime
    close: datetime


def is_trading_day(day: date) -> bool:
    """Whether KRX trades on `day`. Raises `BadInput` outside the known years."""
    return day in _day_set(day.year)


def require_trading_day(day: date) -> None:
    """Raise `BadInput` when KRX does not trade on `day`."""
    if not is_trading_day(day):
        raise BadInput(
            f"{day}은(는) 휴장일입니다. 거래일을 지정하세요.",
            f"KRX does not trade on {day}. Name a trading day.",
        )


@contextmanager
def always_open(since: datetime) -> Iterator[None]:
    """Let the market of this process trade at night and on every day, from the day of `since` on.

    That is not KRX's market but a simulated one's, for programs that look at their own watch. Its first day
    opens at `since`, every other one at 00:30, and each closes at 23:55: around midnight there are the calls,
    and what is left of the day's orders expires.
    """
    _always_open.append(since)
    _days.cache_clear()
    _day_set.cache_clear()
    try:
        yield
    finally:
        _always_open.clear()
        _days.cache_clear()
        _day_set.cache_clear()


def _extended_hours(day: date, since: datetime) -> Hours:
    opens = _ALWAYS_OPENS
    if day == since.date():
        opens = min(max(since.time().replace(second=0, microsecond=0), opens), _LATEST_OPEN)
    return Hours(datetime.combine(day, opens, KST), datetime.combine(day, _ALWAYS_CLOSES, KST))


def get_hours(day: date) -> Hours:
    """Opening and close of a trading day. Raises `BadInput` for a day without trading."""
    require_trading_day(day)
    if _always_open and day >= _always_open[0].date():
        return _extended_hours(day, _always_open[0])
    opens = datetime.combine(day, _OPEN, KST)
    closes = datetime.combine(day, time(15, 30) if day >= _CLOSE_REFORM else time(15), KST)
    if day in EXAM_DAYS:
        return Hours(opens + _LATER, closes + _LATER)
    if day == _days(day.year)[0]:
        # Opening ceremony: the open is late, the close is not (press of every year since 2015).
        return Hours(opens + _LATER, closes)
    return Hours(opens, closes)


def next_trading_day(day: date) -> date:
    """The first trading day after `day`."""
    return add_trading_days(day, 1)


def previous_trading_day(day: date) -> date:
    """The last trading day before `day`."""
    return add_trading_days(day, -1)


def add_trading_days(day: date, n: int) -> date:
    """The `n`-th trading day after `day`, or before it when `n` is negative.

    `day` itself need not trade and is never counted; with `n` 0 it must trade, and is the answer.
    """
    if n == 0:
        require_trading_day(day)
        return day
    year = day.year
    days = _days(year)
    index = bisect_right(days, day) + n - 1 if n > 0 else bisect_left(days, day) + n
    while index >= len(days):
        index -= len(days)
        year += 1
        days = _days(year)
    while index < 0:
        year -= 1
        days = _days(year)
        index += len(days)
    return days[index]


def trading_days(first: date, last: date) -> tuple[date, ...]:
    """All trading days from `first` to `last`, both included; empty when `last` is earlier."""
    years = range(first.year, last.year + 1)
    return tuple(day for year in years for day in _days(year) if first <= day <= last)


def trading_days_between(earlier: date, later: date) -> int:
    """How many trading days lie after `earlier` and not after `later`; negative when they are swapped.

    What was bought on Monday has been held one trading day on Tuesday.
    """
    if later < earlier:
        return -trading_days_between(later, earlier)
    whole_years = sum(len(_days(year)) for year in range(earlier.year, later.year))
    return whole_years + bisect_right(_days(later.year), later) - bisect_right(_days(earlier.year), earlier)


@cache
def _day_set(year: int) -> frozenset[date]:
    return frozenset(_days(year))


@cache
def _days(year: int) -> tuple[date, ...]:
    closed = CLOSURES[year] if year in CLOSURES else _expected_closures(year)
    start = date(year, 1, 1)
    every = (start + timedelta(days=offset) for offset in range((date(year, 12, 31) - start).days + 1))
    always_from = _always_open[0].date() if _always_open else date.max
    return tuple(day for day in every if day >= always_from or (day.weekday() < 5 and day not in closed))


def _expected_closures(year: int) -> frozenset[date]:
    """What the library expects of a year that is not known. Raises `BadInput` when it expects nothing."""
    # Imported when first asked: the library is several hundred modules, one for every country of the world.
    from holidays import financial_holidays

    library = financial_holidays("XKRX", years=year)
    last_year = library.end_year
    if not FIRST_YEAR <= year <= last_year:
        raise BadInput(
            f"{year}년의 거래일은 알 수 없습니다. {FIRST_YEAR}년부터 {last_year}년까지의 날짜를 쓰세요.",
            f"The trading days of {year} are not known. Use a day from {FIRST_YEAR} to {last_year}.",
        )
    return frozenset(library)
