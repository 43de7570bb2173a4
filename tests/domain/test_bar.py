"""Longer bars are made of daily ones."""

from datetime import date, datetime, time

import pytest

from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.zone import KST


def day(text: str, price: int, volume: int = 10) -> Bar:
    at = datetime.combine(date.fromisoformat(text), time(9), KST)
    return Bar("005930", at, price, price + 3, price - 2, price + 1, volume, price * volume)


BARS = [day("2025-12-30", 100), day("2026-01-02", 110), day("2026-01-05", 90), day("2026-01-09", 95)]


def test_days_stay_as_they_are() -> None:
    assert longer_bars(BARS, Interval.DAY) == BARS


@pytest.mark.parametrize(
    ("interval", "firsts"),
    [
        # The week of the 30th of December reaches into the new year.
        (Interval.WEEK, ["2025-12-30", "2026-01-05"]),
        (Interval.MONTH, ["2025-12-30", "2026-01-02"]),
        (Interval.YEAR, ["2025-12-30", "2026-01-02"]),
    ],
)
def test_a_longer_bar_has_the_date_of_its_first_day(interval: Interval, firsts: list[str]) -> None:
    assert [f"{bar.at:%Y-%m-%d}" for bar in longer_bars(BARS, interval)] == firsts


def test_a_longer_bar_adds_its_days_up() -> None:
    (_, january) = longer_bars(BARS, Interval.MONTH)
    assert (january.open, january.high, january.low, january.close) == (110, 113, 88, 96)
    assert (january.volume, january.value) == (30, 2_950)


def test_an_interval_without_trades_keeps_its_price() -> None:
    (week,) = longer_bars([day("2026-01-05", 90, 0), day("2026-01-06", 90, 0)], Interval.WEEK)
    assert (week.close, week.volume) == (91, 0)


def test_weeks_begin_on_monday() -> None:
    assert Interval.WEEK.start(date(2026, 1, 11)) == date(2026, 1, 5)
    assert Interval.WEEK.start(date(2026, 1, 5)) == date(2026, 1, 5)
    assert Interval.YEAR.start(date(2026, 5, 6)) == date(2026, 1, 1)
