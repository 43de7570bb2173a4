"""Single-price regimes, their rhythm, and the evening auctions."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.domain.zone import KST
from hoga.krx.calendar import get_hours, next_trading_day
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.single_price import (
    Regime,
    evening_limits,
    evening_slots,
    has_evening_auctions,
    slot_minutes,
    slots,
    slots_after,
)
from hoga.krx.ticks import grid

DAY = date(2026, 5, 6)
STOCK = grid(Market.KOSPI, Kind.STOCK, DAY)


def times(instants: tuple[datetime, ...]) -> list[str]:
    return [f"{at:%H:%M}" for at in instants]


def test_an_issue_before_delisting_has_fourteen_auctions_a_day() -> None:
    """KRX's guide pages count fourteen."""
    ends = times(slots(Regime.DELISTING, DAY))
    assert len(ends) == 14
    assert ends[:3] == ["09:00", "09:30", "10:00"]
    assert ends[-2:] == ["15:00", "15:30"]


def test_low_liquidity_issues_went_from_ten_minutes_to_thirty() -> None:
    assert slot_minutes(Regime.LOW_LIQUIDITY, date(2016, 6, 24)) is None
    assert slot_minutes(Regime.LOW_LIQUIDITY, date(2016, 6, 27)) == 10
    assert slot_minutes(Regime.LOW_LIQUIDITY, date(2020, 12, 30)) == 10
    assert slot_minutes(Regime.LOW_LIQUIDITY, date(2021, 1, 4)) == 30
    assert len(slots(Regime.LOW_LIQUIDITY, date(2020, 12, 30))) == 40


def test_other_regimes_began_on_their_days() -> None:
    assert slot_minutes(Regime.THIN_PREFERRED, date(2020, 9, 25)) is None
    assert slot_minutes(Regime.THIN_PREFERRED, date(2020, 9, 28)) == 30
    assert slot_minutes(Regime.OVERHEATED, date(2012, 11, 2)) is None
    assert slot_minutes(Regime.OVERHEATED, date(2012, 11, 5)) == 30
    assert slot_minutes(Regime.ABNORMAL_RISE, date(2017, 2, 27)) is None
    assert slot_minutes(Regime.ABNORMAL_RISE, date(2017, 2, 28)) == 30
    assert slot_minutes(Regime.WATCHED, date(2020, 7, 22)) is None
    assert slot_minutes(Regime.WATCHED, date(2020, 7, 23)) == 30


def test_a_regime_that_did_not_exist_has_no_auctions() -> None:
    with pytest.raises(BadInput, match="low_liquidity on 2016-06-24"):
        slots(Regime.LOW_LIQUIDITY, date(2016, 6, 24))


def test_the_evening_has_twelve_auctions_until_it_is_replaced() -> None:
    ends = times(evening_slots(date(2026, 9, 11)))
    assert len(ends) == 12
    assert ends[0] == "16:10"
    assert ends[-1] == "18:00"
    assert evening_slots(date(2026, 9, 14)) == ()


def test_the_evening_of_the_exam_day_is_shorter_and_of_early_years_slower() -> None:
    assert times(evening_slots(date(2025, 11, 13))) == ["17:10", "17:20", "17:30", "17:40", "17:50", "18:00"]
    assert len(evening_slots(date(2014, 9, 1))) == 15
    assert times(evening_slots(date(2014, 8, 29))) == ["16:00", "16:30", "17:00", "17:30", "18:00"]


def test_a_single_price_issue_keeps_its_rhythm_in_the_evening() -> None:
    assert times(evening_slots(DAY, Regime.OVERHEATED)) == ["16:30", "17:00", "17:30", "18:00"]


def test_the_band_of_the_evening_is_ten_percent_of_the_close_rounded_like_price_limits() -> None:
    limits = price_limits(Market.KOSPI, Kind.STOCK, 70_000, DAY)
    assert evening_limits(70_000, limits, STOCK) == PriceLimits(63_000, 77_000)
    # A tenth of 9,980 is 998, of which 8 are less than a tick.
    assert evening_limits(9_980, PriceLimits(6_990, 12_970), STOCK) == PriceLimits(8_990, 10_970)


def test_the_band_of_the_evening_stays_inside_the_limits_of_the_day() -> None:
    limits = price_limits(Market.KOSPI, Kind.STOCK, 70_000, DAY)
    assert evening_limits(90_000, limits, STOCK) == PriceLimits(81_000, limits.upper)
    assert evening_limits(50_000, limits, STOCK) == PriceLimits(limits.lower, 55_000)


def test_after_a_halt_of_the_market_slots_count_from_its_end() -> None:
    def ends(clock: str, regime: Regime = Regime.OVERHEATED) -> list[str]:
        at = datetime.combine(date(2026, 5, 6), time.fromisoformat(clock), KST)
        return [f"{end:%H:%M}" for end in slots_after(regime, at)]

    assert ends("13:36") == ["14:06", "14:36", "15:06"]
    assert ends("14:50") == []  # 15:20 is the closing call
    assert ends("15:09:59") == []


@pytest.mark.parametrize(
    ("day", "has_traded", "is_on_nxt", "expected"),
    [
        (DAY, True, False, True),
        (DAY, False, False, False),
        (DAY, True, True, False),
        (date(2025, 2, 28), True, True, True),
        (date(2025, 3, 4), True, True, False),
    ],
)
def test_who_takes_part_in_the_evening(day: date, has_traded: bool, is_on_nxt: bool, expected: bool) -> None:
    assert has_evening_auctions(day, has_traded=has_traded, is_on_nxt=is_on_nxt) == expected


@given(st.dates(date(2021, 1, 4), date(2030, 12, 1)).map(next_trading_day), st.sampled_from(Regime))
def test_auctions_run_from_open_to_close_at_even_steps(day: date, regime: Regime) -> None:
    ends, hours = slots(regime, day), get_hours(day)
    assert ends[0] == hours.open
    assert ends[-1] == hours.close
    assert all(later - earlier == timedelta(minutes=30) for earlier, later in pairwise(ends))


@given(st.integers(1, 1_000_000).map(STOCK.ceil), st.integers(-30, 30))
def test_the_close_can_always_be_traded_at_in_the_evening(base: int, moved: int) -> None:
    limits = price_limits(Market.KOSPI, Kind.STOCK, base, DAY)
    close = min(max(STOCK.floor(base + base * moved // 100), limits.lower), limits.upper)
    band = evening_limits(close, limits, STOCK)
    assert band.allows(close)
    assert STOCK.is_on(band.lower)
    assert STOCK.is_on(band.upper)
    assert limits.allows(band.lower)
    assert limits.allows(band.upper)
