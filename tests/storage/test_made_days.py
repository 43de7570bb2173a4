"""Days that are drawn before their minutes: the minutes keep to them, and a year of them is cheap."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.index import Index
from hoga.domain.zone import KST
from hoga.exchange.exchange import Exchange
from hoga.exchange.opening import Listing
from hoga.krx.calendar import always_open, previous_trading_day, trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.krx.limits import price_limits
from hoga.krx.ticks import grid
from hoga.storage import luck, made_days
from hoga.storage.lived import LivedBars
from hoga.storage.made import FIRST_DAY, MadeBars
from hoga.storage.made_facts import MadeFacts

FIRST, LAST = date(2025, 7, 1), date(2026, 6, 30)
DAYS = (FIRST_DAY, date(2016, 7, 29), date(2023, 1, 25), *trading_days(date(2025, 12, 29), date(2026, 1, 6)))


@pytest.mark.parametrize("seed", range(2))
def test_the_minutes_of_a_day_reach_its_high_and_low_and_add_up_to_its_volume_and_value(seed: int) -> None:
    store = MadeBars(seed, invented=8)
    for instrument in store.instruments(LAST):
        for day in DAYS:
            (whole,) = store.daily_bars(instrument.code, day, day)
            minutes = store.minute_bars(instrument.code, day)
            assert merge_bars(minutes) == whole
            assert all(bar.low * bar.volume <= bar.value <= bar.high * bar.volume for bar in minutes)
            prices = store.minute_prices(instrument.code, day)
            assert list(prices) == [whole.open, *(bar.close for bar in minutes)]


def test_a_day_from_another_base_price_is_lawful_too() -> None:
    store = MadeBars(2, invented=20)
    for instrument in store.instruments(LAST):
        base = store.base_price(instrument.code, LAST)
        ticks = grid(instrument.market, instrument.kind, LAST)
        for moved in (ticks.ceil(base * 3), ticks.ceil(base // 2), ticks.up(base)):
            limits = price_limits(
                instrument.market, instrument.kind, moved, LAST, leverage=instrument.leverage
            )
            minutes = store.minute_bars(instrument.code, LAST, moved)
            (usual,) = store.daily_bars(instrument.code, LAST, LAST)
            assert all(limits.lower <= bar.low <= bar.high <= limits.upper for bar in minutes)
            assert all(ticks.is_on(price) for bar in minutes for price in (bar.open, bar.high, bar.low))
            assert all(bar.low * bar.volume <= bar.value <= bar.high * bar.volume for bar in minutes)
            assert sum(bar.volume for bar in minutes) == usual.volume


def test_a_year_of_days_is_the_days_one_by_one_across_its_stretches_and_years() -> None:
    whole = MadeBars(3).daily_bars("000660", FIRST, LAST)
    store = MadeBars(3)
    assert list(whole) == [
        bar for day in trading_days(FIRST, LAST) for bar in store.daily_bars("000660", day, day)
    ]
    weekend = date(2026, 6, 27)
    assert store.daily_bars("000660", weekend, weekend + timedelta(days=1)) == ()
    for bar in whole[::20]:
        day = bar.at.date()
        (before,) = store.daily_bars("000660", previous_trading_day(day), previous_trading_day(day))
        assert store.base_price("000660", day) == before.close


def test_a_year_of_days_needs_no_minutes_and_little_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    # Beginning a source of luck is the dearest part of a day: there is one for some weeks of an issue.
    begun: list[tuple[object, ...]] = []

    def counted(seed: int, *key: object) -> random.Random:
        begun.append(key)
        return luck.luck_of(seed, *key)

    store = MadeBars(5)
    store.daily_bars("005930", FIRST, LAST)  # what all issues share
    monkeypatch.setattr(made_days, "luck_of", counted)
    assert len(store.daily_bars("000660", FIRST, LAST)) > 240
    assert 8 <= len(begun) <= 12


def test_a_market_that_is_always_open_has_such_days_too() -> None:
    saturday = date(2026, 6, 27)
    with always_open(datetime(2026, 6, 27, 10, 0, tzinfo=KST)):
        store = MadeBars(1, invented=5)
        for instrument in store.instruments(saturday):
            for day in (saturday, saturday + timedelta(days=1)):
                (whole,) = store.daily_bars(instrument.code, day, day)
                minutes = store.minute_bars(instrument.code, day)
                assert len(minutes) > 700
                assert merge_bars(minutes) == whole


def test_what_an_index_was_before_a_market_began_is_told_without_its_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day, store = date(2026, 5, 6), MadeBars(0)
    listings = [Listing(each, store.base_price(each.code, day)) for each in store.instruments(day)]
    lived = LivedBars(store, Exchange(day, listings, [], KIS_STOCK))
    facts, plain = MadeFacts(0, lived), MadeFacts(0, store)
    asked: list[str] = []
    tell = store.minute_bars

    def told(code: str, day: date, base: int | None = None) -> Sequence[Bar]:
        asked.append(code)
        return tell(code, day, base)

    monkeypatch.setattr(store, "minute_bars", told)
    first, last = date(2026, 4, 20), previous_trading_day(day)
    bars = facts.index_bars(Index.KOSPI, first, last)
    assert not asked
    assert bars == plain.index_bars(Index.KOSPI, first, last)
    minutes = facts.index_minute_bars(Index.KOSPI, last)
    assert (bars[-1].open, bars[-1].close) == (minutes[0].open, minutes[-1].close)
    assert bars[-1].high == max(bar.high for bar in minutes)
    assert bars[-1].low == min(bar.low for bar in minutes)
    assert bars[-1].value == sum(bar.value for bar in minutes)
