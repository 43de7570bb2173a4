"""A bar: what traded in an interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby


class Interval(StrEnum):
    """How long a bar is (일봉, 주봉, 월봉, 년봉)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def start(self, day: date) -> date:
        """The first calendar day of the interval that `day` belongs to; weeks begin on Monday."""
        match self:
            case Interval.DAY:
                return day
            case Interval.WEEK:
                return day - timedelta(days=day.weekday())
            case Interval.MONTH:
                return day.replace(day=1)
            case Interval.YEAR:
                return day.replace(month=1, day=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low, close of an interval (분봉, 일봉).

    `at` is the start of the interval in KST. Prices are won, `volume` shares, `value` won. A bar of volume 0
    carries the last price in all four prices.
    """

    code: str
    at: datetime
    open: int
    high: int
    low: int
    close: int
    volume: int
    value: int


def merge_bars(bars: Sequence[Bar]) -> Bar | None:
    """The bar of the whole interval that `bars`, oldest first, cover; None when nothing traded in it."""
    traded = [bar for bar in bars if bar.volume]
    if not traded:
        return None
    return Bar(
        traded[0].code,
        bars[0].at,
        traded[0].open,
        max(bar.high for bar in traded),
        min(bar.low for bar in traded),
        traded[-1].close,
        sum(bar.volume for bar in traded),
        sum(bar.value for bar in traded),
    )


def longer_bars(bars: Sequence[Bar], interval: Interval) -> list[Bar]:
    """Daily bars, oldest first, put together to bars of `interval`, each dated by its first day of trading.

    An interval in which nothing traded has its last day's bar: the price stands, and there is no volume.
    """
    if interval is Interval.DAY:
        return list(bars)
    groups = groupby(bars, key=lambda bar: interval.start(bar.at.date()))
    return [merge_bars(found) or found[-1] for found in (list(group) for _, group in groups)]
