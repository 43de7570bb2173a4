"""Prices of orders that are priced by the book."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import Side
from hoga.krx.limits import price_limits
from hoga.krx.pegged import best_limit, immediately_executable_limit, mid_price
from hoga.krx.ticks import grid

DAY = date(2026, 5, 4)
PRICES = grid(Market.KOSPI, Kind.STOCK, DAY)
LIMITS = price_limits(Market.KOSPI, Kind.STOCK, 69_000, DAY)


@pytest.mark.parametrize(
    ("side", "bid", "ask", "price"),
    [
        (Side.BUY, 70_000, 70_100, 70_100),
        (Side.BUY, 70_000, None, 70_100),
        (Side.BUY, None, None, 70_100),
        (Side.SELL, 70_000, 70_100, 70_000),
        (Side.SELL, None, 70_100, 70_000),
        (Side.SELL, None, None, 70_000),
    ],
)
def test_an_immediately_executable_limit_order_takes_the_opposite_best(
    side: Side, bid: int | None, ask: int | None, price: int
) -> None:
    assert immediately_executable_limit(side, bid, ask, 70_050, LIMITS, PRICES) == price


def test_an_immediately_executable_limit_order_stays_inside_the_limits() -> None:
    assert immediately_executable_limit(Side.BUY, LIMITS.upper, None, 70_000, LIMITS, PRICES) == LIMITS.upper
    assert immediately_executable_limit(Side.SELL, None, LIMITS.lower, 70_000, LIMITS, PRICES) == LIMITS.lower


@pytest.mark.parametrize(
    ("side", "bid", "ask", "price"),
    [
        (Side.BUY, 69_900, 70_100, 69_900),
        (Side.BUY, None, 70_100, 70_000),
        (Side.SELL, 69_900, 70_100, 70_100),
        (Side.SELL, 69_900, None, 70_100),
    ],
)
def test_a_best_limit_order_joins_its_own_side(
    side: Side, bid: int | None, ask: int | None, price: int
) -> None:
    assert best_limit(side, bid, ask, 70_050, PRICES) == price


def test_a_midpoint_drops_the_part_of_a_won_and_needs_both_sides() -> None:
    assert mid_price(9_990, 10_000) == 9_995
    assert mid_price(1_000, 1_001) == 1_000
    assert mid_price(None, 10_000) is None
    assert mid_price(9_990, None) is None


@given(
    st.integers(min_value=49_000, max_value=89_000).map(PRICES.ceil), st.integers(min_value=1, max_value=5)
)
def test_the_midpoint_lies_between_and_the_pegged_prices_on_the_book(bid: int, distance: int) -> None:
    ask = bid
    for _ in range(distance):
        ask = PRICES.up(ask)
    middle = mid_price(bid, ask)
    assert middle is not None
    assert bid <= middle < ask
    for side in Side:
        taken = immediately_executable_limit(side, bid, ask, bid, LIMITS, PRICES)
        joined = best_limit(side, bid, ask, bid, PRICES)
        assert {taken, joined} == {bid, ask}
        assert (taken > joined) == (side is Side.BUY)
