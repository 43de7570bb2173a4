"""Where market orders stand, in continuous trading and in a call: KRX's examples first."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.krx.deemed import CallPrices, continuous_buy, continuous_sell, in_call
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.ticks import TickGrid, grid

DAY = date(2026, 5, 4)
PRICES = grid(Market.KOSPI, Kind.STOCK, DAY)
LIMITS = price_limits(Market.KOSPI, Kind.STOCK, 10_000, DAY)

HUNDRED = TickGrid((0,), (100,))
WIDE = PriceLimits(7_000, 13_900)


def call(
    *,
    bids: tuple[int, ...] = (),
    asks: tuple[int, ...] = (),
    buys: int = 0,
    sells: int = 0,
    last: int,
    limits: PriceLimits = WIDE,
    prices: TickGrid = HUNDRED,
) -> CallPrices:
    return in_call(
        best_bid=max(bids, default=None),
        lowest_bid=min(bids, default=None),
        best_ask=min(asks, default=None),
        highest_ask=max(asks, default=None),
        market_buys=buys,
        market_sells=sells,
        last=last,
        limits=limits,
        grid=prices,
    )


def test_a_market_buy_that_walks_the_book_stops_at_the_highest_ask() -> None:
    assert continuous_buy(10_000, 10_200, 10_000, LIMITS, PRICES) == 10_200


def test_a_market_buy_without_asks_stands_one_tick_above_the_best_bid() -> None:
    assert continuous_buy(10_000, None, 10_000, LIMITS, PRICES) == 10_010


def test_a_market_sell_without_bids_stands_one_tick_below_the_best_ask() -> None:
    assert continuous_sell(10_000, None, 10_000, LIMITS, PRICES) == 9_990


def test_without_any_limit_order_a_market_order_stands_at_the_last_price_on_the_grid() -> None:
    assert continuous_buy(None, None, 10_005, LIMITS, PRICES) == 10_010
    assert continuous_sell(None, None, 10_005, LIMITS, PRICES) == 10_000


def test_no_market_order_stands_beyond_the_limits() -> None:
    assert continuous_buy(LIMITS.upper, None, LIMITS.upper, LIMITS, PRICES) == LIMITS.upper
    assert continuous_sell(LIMITS.lower, None, LIMITS.lower, LIMITS, PRICES) == LIMITS.lower
    assert call(bids=(WIDE.upper,), buys=1, last=10_000).buy == WIDE.upper
    assert call(asks=(WIDE.lower,), sells=1, last=10_000).sell == WIDE.lower
    assert call(buys=2, sells=1, last=WIDE.upper).buy == WIDE.upper
    assert call(buys=1, sells=2, last=WIDE.lower).sell == WIDE.lower


@pytest.mark.parametrize(
    ("bids", "asks", "last", "buy"),
    [
        ((10_600, 10_500), (10_500,), 10_400, 10_700),
        ((10_500,), (10_400, 10_500, 10_700), 10_300, 10_700),
        ((10_400,), (10_600,), 10_700, 10_700),
    ],
)
def test_market_buys_of_krx_examples_d_e_f(
    bids: tuple[int, ...], asks: tuple[int, ...], last: int, buy: int
) -> None:
    assert call(bids=bids, asks=asks, buys=200, last=last).buy == buy


def test_market_sells_in_a_call_mirror_market_buys() -> None:
    assert call(bids=(10_500,), asks=(10_400, 10_500), sells=200, last=10_600).sell == 10_300
    assert call(bids=(10_600, 10_300), asks=(10_500,), sells=200, last=10_700).sell == 10_300
    assert call(bids=(10_400,), asks=(10_600,), sells=200, last=10_200).sell == 10_200


@pytest.mark.parametrize(
    ("buys", "sells", "price"), [(100, 100, 10_010), (200, 100, 10_010), (100, 200, 10_000)]
)
def test_with_market_orders_only_the_longer_side_moves_the_price_by_a_tick(
    buys: int, sells: int, price: int
) -> None:
    # The last price lies between two ticks: it goes up for equal sides, then a tick from the far neighbour.
    prices = call(buys=buys, sells=sells, last=10_005, limits=LIMITS, prices=PRICES)
    assert prices == CallPrices(price, price)


def test_market_orders_of_one_side_alone_stand_at_the_last_price() -> None:
    assert call(buys=100, last=10_005, limits=LIMITS, prices=PRICES).buy == 10_010
    assert call(sells=100, last=10_005, limits=LIMITS, prices=PRICES).sell == 10_000


steps = st.integers(min_value=700, max_value=1_300).map(lambda tens: tens * 10)
maybe = st.lists(steps.filter(lambda price: price <= 13_000 and PRICES.is_on(price)), max_size=4)


@given(maybe, maybe, st.integers(min_value=7_000, max_value=13_000))
def test_a_market_order_stands_on_the_grid_inside_the_limits_at_least_as_eager_as_its_own_side(
    bids: list[int], asks: list[int], last: int
) -> None:
    buy = continuous_buy(max(bids, default=None), max(asks, default=None), last, LIMITS, PRICES)
    sell = continuous_sell(min(asks, default=None), min(bids, default=None), last, LIMITS, PRICES)
    both = call(bids=tuple(bids), asks=tuple(asks), buys=1, sells=1, last=last, limits=LIMITS, prices=PRICES)
    for price in (buy, sell, both.buy, both.sell):
        assert PRICES.is_on(price)
        assert LIMITS.allows(price)
    assert all(buy >= price for price in (*bids, *asks))
    assert all(sell <= price for price in (*bids, *asks))
    if bids or asks:
        assert both.buy >= buy
        assert both.sell <= sell
        assert both.sell <= both.buy
