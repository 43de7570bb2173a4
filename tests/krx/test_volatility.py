"""Volatility interruptions: thresholds by group, phase and day, and what is spared."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.krx import volatility as vi
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid
from hoga.krx.volatility import Group

DAY = date(2026, 5, 6)
STOCK = grid(Market.KOSDAQ, Kind.STOCK, DAY)


def is_dynamic(price: int, last: int, group: Group = Group.OTHER, phase: Phase = Phase.CONTINUOUS) -> bool:
    return vi.dynamic_vi(price, last, group, phase, DAY, STOCK)


def is_static(price: int, reference: int, last: int | None = None) -> bool:
    last = reference if last is None else last
    return vi.static_vi(price, reference, last, Phase.CONTINUOUS, DAY, STOCK)


@pytest.mark.parametrize(
    ("reference", "price"),
    [(1_530, 1_683), (1_580, 1_738), (1_780, 1_602), (5_070, 5_580), (857, 943), (2_645, 2_910), (447, 492)],
)
def test_static_interruptions_that_happened_would_happen(reference: int, price: int) -> None:
    """Reference and price of interruptions listed by the press in October 2023 and 2024; old ticks apart."""
    assert is_static(price, reference)
    nearer = price - 10 if price > reference else price + 10
    assert not is_static(nearer, reference)


@pytest.mark.parametrize(
    ("last", "price"),
    [(6_490, 6_880), (880, 935), (1_875, 1_750), (5_390, 5_720), (994, 934), (15_590, 14_590)],
)
def test_dynamic_interruptions_that_happened_would_happen(last: int, price: int) -> None:
    assert is_dynamic(price, last)


@pytest.mark.parametrize(
    ("group", "continuous", "close", "evening"),
    [
        (Group.KOSPI200, 3, 2, 3),
        (Group.OTHER, 6, 4, 6),
        (Group.CALM_FUND, 3, 2, 3),
        (Group.OTHER_FUND, 6, 4, 6),
    ],
)
def test_the_table_of_dynamic_thresholds(group: Group, continuous: int, close: int, evening: int) -> None:
    assert vi.dynamic_percent(group, Phase.CONTINUOUS, DAY) == continuous
    assert vi.dynamic_percent(group, Phase.CLOSE_CALL, DAY) == close
    assert vi.dynamic_percent(group, Phase.POST_SINGLE, DAY) == evening
    assert vi.dynamic_percent(group, Phase.OPEN_CALL, DAY) is None
    assert vi.dynamic_percent(group, Phase.CLOSE_CALL, DAY, is_expiry=True) == 1
    assert vi.dynamic_percent(group, Phase.CONTINUOUS, DAY, is_expiry=True) == continuous


@pytest.mark.parametrize(
    ("phase", "first_dynamic", "first_static"),
    [
        (Phase.CONTINUOUS, date(2014, 9, 1), date(2015, 6, 15)),
        (Phase.CLOSE_CALL, date(2014, 9, 1), date(2015, 6, 15)),
        (Phase.OPEN_CALL, None, date(2015, 6, 15)),
        (Phase.POST_SINGLE, date(2014, 9, 1), None),
        (Phase.AFTER_MARKET, date(2026, 9, 14), date(2026, 9, 14)),
        (Phase.PRE, date(2025, 3, 4), date(2026, 9, 14)),
        (Phase.MAIN, date(2025, 3, 4), date(2026, 9, 14)),
        (Phase.AFTER, date(2025, 3, 4), date(2026, 9, 14)),
        (Phase.POST_CLOSE_PRICE, None, None),
        (Phase.PRE_CLOSE_PRICE, None, None),
    ],
)
def test_each_kind_began_on_its_day(
    phase: Phase, first_dynamic: date | None, first_static: date | None
) -> None:
    def before(day: date) -> date:
        return date.fromordinal(day.toordinal() - 1)

    if first_dynamic is None:
        assert vi.dynamic_percent(Group.OTHER, phase, date(2026, 11, 2)) is None
    else:
        assert vi.dynamic_percent(Group.OTHER, phase, before(first_dynamic)) is None
        assert vi.dynamic_percent(Group.OTHER, phase, first_dynamic) is not None
    if first_static is None:
        assert vi.static_percent(phase, date(2026, 11, 2)) is None
    else:
        assert vi.static_percent(phase, before(first_static)) is None
        assert vi.static_percent(phase, first_static) == 10


def test_a_hundredth_of_a_percent_less_interrupts_nothing() -> None:
    assert is_dynamic(10_600, 10_000)
    assert not is_dynamic(10_599, 10_000)
    assert is_static(11_000, reference=10_000)
    assert not is_static(10_999, reference=10_000)


def test_three_ticks_of_a_price_under_a_thousand_won_interrupt_nothing() -> None:
    assert not is_dynamic(23, 20)
    assert not is_dynamic(17, 20)
    assert is_dynamic(24, 20)
    assert is_dynamic(16, 20)
    assert not is_static(23, reference=20)
    assert is_static(24, reference=20)


def test_at_a_thousand_won_nothing_is_spared() -> None:
    assert vi.exempt_band(999, STOCK) == (996, 1_002)
    assert vi.exempt_band(1_000, STOCK) is None


def test_the_three_ticks_count_from_the_last_price_also_for_the_static_one() -> None:
    assert not is_static(22, reference=30, last=25)
    assert is_static(21, reference=30, last=25)


def test_groups_follow_what_the_issue_is() -> None:
    assert vi.group(Kind.STOCK, is_in_kospi200=True) is Group.KOSPI200
    assert vi.group(Kind.STOCK) is Group.OTHER
    assert vi.group(Kind.ETF) is Group.CALM_FUND
    assert vi.group(Kind.ETF, Decimal(-1)) is Group.CALM_FUND
    assert vi.group(Kind.ETN, Decimal(2)) is Group.OTHER_FUND
    assert vi.group(Kind.ETF, Decimal(-2)) is Group.OTHER_FUND
    assert vi.group(Kind.ETF, tracks_calm_index=False) is Group.OTHER_FUND


def test_single_price_issues_new_ones_and_resumptions_are_exempt() -> None:
    assert all(vi.is_exempt(Kind.STOCK, regime, DAY) for regime in Regime)
    assert vi.is_exempt(Kind.STOCK, None, DAY, is_listing_day=True)
    assert vi.is_exempt(Kind.STOCK, None, DAY, is_resumption_call=True)
    assert vi.is_exempt(Kind.ELW, None, DAY)
    assert not vi.is_exempt(Kind.STOCK, None, DAY)
    assert not vi.is_exempt(Kind.ETF, None, DAY, is_listing_day=True)


def test_a_new_listing_could_be_interrupted_until_2021_10_15() -> None:
    assert not vi.is_exempt(Kind.STOCK, None, date(2021, 10, 15), is_listing_day=True)
    assert vi.is_exempt(Kind.STOCK, None, date(2021, 10, 18), is_listing_day=True)


@given(st.integers(1_000, 1_000_000), st.integers(1, 2_000_000), st.sampled_from(Group))
def test_whoever_reaches_the_threshold_in_either_direction_is_interrupted(
    last: int, price: int, group: Group
) -> None:
    percent = vi.dynamic_percent(group, Phase.CONTINUOUS, DAY)
    assert percent is not None
    assert is_dynamic(price, last, group) == (abs(Decimal(price) / last - 1) >= Decimal(percent) / 100)
    mirrored = 2 * last - price
    if mirrored > 0:
        assert is_dynamic(mirrored, last, group) == is_dynamic(price, last, group)
