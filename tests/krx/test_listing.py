"""First days and days whose opening call sets the base."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.krx.limits import PriceLimits
from hoga.krx.listing import appraisal_range, has_listing_range, opening_sets_base
from hoga.krx.ticks import grid

STOCK = grid(Market.KOSDAQ, Kind.STOCK, date(2026, 5, 4))


@pytest.mark.parametrize(
    ("market", "kind", "expected"),
    [
        (Market.KOSPI, Kind.STOCK, True),
        (Market.KOSDAQ, Kind.STOCK, True),
        (Market.KONEX, Kind.STOCK, False),
        (Market.KOSPI, Kind.ETF, False),
    ],
)
def test_only_new_stocks_of_the_two_big_markets_have_a_range_of_their_own(
    market: Market, kind: Kind, expected: bool
) -> None:
    assert has_listing_range(market, kind) == expected


def test_the_opening_call_set_the_base_of_a_listing_until_june_2023() -> None:
    assert opening_sets_base(Market.KOSDAQ, Kind.STOCK, date(2023, 6, 23))
    assert not opening_sets_base(Market.KOSDAQ, Kind.STOCK, date(2023, 6, 26))
    assert not opening_sets_base(Market.KONEX, Kind.STOCK, date(2023, 6, 23))


def test_the_first_price_lies_between_half_and_double_of_the_appraisal() -> None:
    assert appraisal_range(10_000, STOCK) == PriceLimits(5_000, 20_000)
    assert appraisal_range(10_000, STOCK, is_reduction=True) == PriceLimits(5_000, 15_000)


def test_a_bound_between_two_ticks_goes_up() -> None:
    assert appraisal_range(4_445, STOCK) == PriceLimits(2_225, 8_890)
    assert appraisal_range(3_335, STOCK, is_reduction=True) == PriceLimits(1_668, 5_010)


@given(st.integers(1, 1_000_000), st.booleans())
def test_the_appraisal_lies_in_its_range_and_both_ends_on_the_grid(appraisal: int, reduced: bool) -> None:
    found = appraisal_range(appraisal, STOCK, is_reduction=reduced)
    assert STOCK.is_on(found.lower)
    assert STOCK.is_on(found.upper)
    assert found.allows(STOCK.ceil(appraisal))
