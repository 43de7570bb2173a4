"""The uptick rule and the times without short sales."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.krx.short_sale import is_banned, is_uptick_exempt, last_different, lowest_price
from hoga.krx.ticks import grid

STOCK = grid(Market.KOSPI, Kind.STOCK, date(2026, 5, 4))


def lowest(base: int, *prices: int) -> int:
    last = prices[-1] if prices else base
    return lowest_price(last, last_different(base, prices), STOCK)


def test_before_the_opening_price_it_must_be_above_the_base_price() -> None:
    assert lowest(70_000) == 70_100


def test_while_nothing_but_the_base_price_has_traded_it_must_be_above() -> None:
    assert lowest(70_000, 70_000, 70_000) == 70_100


def test_after_a_rise_the_last_price_will_do_however_often_it_was_repeated() -> None:
    assert lowest(70_000, 70_100) == 70_100
    assert lowest(70_000, 70_100, 70_200, 70_200, 70_200) == 70_200


def test_after_a_fall_it_must_be_above_the_last_price() -> None:
    assert lowest(70_000, 69_900) == 70_000
    assert lowest(70_000, 70_200, 70_100, 70_100) == 70_200


def test_a_last_price_between_two_ticks_leaves_only_the_prices_above_it() -> None:
    assert lowest(70_000, 70_150) == 70_200
    assert lowest(70_000, 69_950) == 70_000


@given(st.integers(1, 1_000_000), st.lists(st.integers(1, 1_000_000), max_size=8))
def test_the_lowest_price_is_on_the_grid_and_never_below_the_last(base: int, prices: list[int]) -> None:
    price, last = lowest(base, *prices), prices[-1] if prices else base
    assert STOCK.is_on(price)
    assert last <= price <= STOCK.up(last)
    if price == last:
        assert last_different(base, prices) is not None


@given(st.integers(1, 100), st.lists(st.integers(1, 100), max_size=8))
def test_the_last_different_price_is_found_by_looking_back(base: int, prices: list[int]) -> None:
    history = [base, *prices]
    earlier = [price for price in history if price != history[-1]]
    assert last_different(base, prices) == (earlier[-1] if earlier else None)


def test_funds_may_be_sold_short_at_any_price() -> None:
    assert [kind for kind in Kind if is_uptick_exempt(kind)] == [Kind.ETF, Kind.ETN]


@pytest.mark.parametrize(
    ("day", "large", "small"),
    [
        (date(2008, 9, 30), False, False),
        (date(2008, 10, 1), True, True),
        (date(2009, 5, 29), True, True),
        (date(2009, 6, 1), False, False),
        (date(2011, 8, 9), False, False),
        (date(2011, 8, 10), True, True),
        (date(2011, 11, 9), True, True),
        (date(2011, 11, 10), False, False),
        (date(2020, 3, 13), False, False),
        (date(2020, 3, 16), True, True),
        (date(2021, 4, 30), True, True),
        (date(2021, 5, 3), False, True),
        (date(2023, 11, 3), False, True),
        (date(2023, 11, 6), True, True),
        (date(2025, 3, 28), True, True),
        (date(2025, 3, 31), False, False),
    ],
)
def test_bans_begin_and_end_on_their_days(day: date, large: bool, small: bool) -> None:
    assert is_banned(day, is_large=True) == large
    assert is_banned(day, is_large=False) == small
