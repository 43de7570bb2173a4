"""The ladder of a day's prices."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.exchange.ladder import Ladder
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.ticks import grid

DAY = date(2026, 5, 4)
STOCK = grid(Market.KOSPI, Kind.STOCK, DAY)


def ladder_for(base: int, market: Market = Market.KOSPI, kind: Kind = Kind.STOCK, day: date = DAY) -> Ladder:
    return Ladder(grid(market, kind, day), price_limits(market, kind, base, day))


def test_rungs_run_from_the_lower_to_the_upper_limit() -> None:
    ladder = ladder_for(70_000)

    assert ladder.rising[0] == ladder.limits.lower == 49_000
    assert ladder.rising[ladder.top] == ladder.limits.upper == 91_000
    assert ladder.falling[0] == 91_000


def test_one_rung_up_is_one_tick_up_also_across_a_band() -> None:
    ladder = Ladder(STOCK, PriceLimits(19_970, 20_150))

    assert list(ladder.rising) == [19_970, 19_980, 19_990, 20_000, 20_050, 20_100, 20_150]


def test_a_price_off_the_grid_or_outside_the_limits_has_no_rung() -> None:
    ladder = ladder_for(70_000)

    for price in (70_050, 48_950, 91_100, 0, -100):
        with pytest.raises(KeyError):
            ladder.rungs[price]


def test_floor_and_ceil_find_the_rungs_beside_a_price_between_two() -> None:
    ladder = Ladder(STOCK, PriceLimits(100, 104))

    assert (ladder.floor(102), ladder.ceil(102)) == (2, 2)
    assert (ladder.floor(99), ladder.ceil(105)) == (-1, 5)
    wide = Ladder(STOCK, PriceLimits(2_000, 2_020))
    assert (wide.floor(2_007), wide.ceil(2_007)) == (1, 2)


@given(
    base=st.integers(1, 2_000_000),
    product=st.sampled_from(
        [(Market.KOSPI, Kind.STOCK), (Market.KOSDAQ, Kind.STOCK), (Market.KOSPI, Kind.ETF)]
    ),
    day=st.sampled_from([date(2022, 6, 2), date(2026, 5, 4)]),
)
def test_every_price_within_the_limits_is_a_rung(base: int, product: tuple[Market, Kind], day: date) -> None:
    prices = grid(*product, day)
    ladder = ladder_for(prices.ceil(base), *product, day)

    assert ladder.rising[0] == ladder.limits.lower
    assert ladder.rising[-1] == ladder.limits.upper
    sample = range(0, ladder.top, max(1, ladder.top // 50))
    for rung in sample:
        price = ladder.rising[rung]
        assert ladder.rungs[price] == ladder.floor(price) == ladder.ceil(price) == rung
        assert ladder.falling[ladder.top - rung] == price
        assert ladder.rising[rung + 1] == prices.up(price)
    assert all(low < high for low, high in pairwise(ladder.rising))
