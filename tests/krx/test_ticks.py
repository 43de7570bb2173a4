"""Tick sizes: KRX's bands, what follows for any price, and the prices that really traded."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.ticks import TickGrid, grid

OLD, NEW = date(2023, 1, 20), date(2023, 1, 25)

GRIDS = sorted(
    {
        grid(market, kind, day)
        for market in Market
        for kind in Kind
        for day in (OLD, NEW, date(2023, 12, 8), date(2023, 12, 11))
    },
    key=lambda each: (each.edges, each.ticks),
)

any_grid = st.sampled_from(GRIDS)
any_price = st.integers(min_value=1, max_value=3_000_000)


@pytest.mark.parametrize(
    ("market", "day", "expected"),
    [
        (
            Market.KOSPI,
            NEW,
            {1_999: 1, 2_000: 5, 5_000: 10, 20_000: 50, 50_000: 100, 200_000: 500, 500_000: 1_000},
        ),
        (
            Market.KOSDAQ,
            NEW,
            {1_999: 1, 2_000: 5, 5_000: 10, 20_000: 50, 50_000: 100, 200_000: 500, 500_000: 1_000},
        ),
        (
            Market.KOSPI,
            OLD,
            {999: 1, 1_000: 5, 5_000: 10, 10_000: 50, 50_000: 100, 100_000: 500, 500_000: 1_000},
        ),
        (
            Market.KOSDAQ,
            OLD,
            {999: 1, 1_000: 5, 5_000: 10, 10_000: 50, 50_000: 100, 100_000: 100, 500_000: 100},
        ),
        (
            Market.KONEX,
            OLD,
            {999: 1, 1_000: 5, 5_000: 10, 10_000: 50, 50_000: 100, 100_000: 100, 500_000: 100},
        ),
    ],
)
def test_the_edge_of_a_band_belongs_to_the_upper_band(
    market: Market, day: date, expected: dict[int, int]
) -> None:
    prices = grid(market, Kind.STOCK, day)
    assert {price: prices.tick(price) for price in expected} == expected


def test_funds_left_the_flat_tick_on_2023_12_11() -> None:
    for kind in (Kind.ETF, Kind.ETN):
        assert grid(Market.KOSPI, kind, date(2023, 12, 8)).tick(1_999) == 5
        assert grid(Market.KOSPI, kind, date(2023, 12, 11)).tick(1_999) == 1
        assert grid(Market.KOSPI, kind, date(2023, 12, 11)).tick(1_000_000) == 5


def test_an_elw_always_moves_by_five_won() -> None:
    prices = grid(Market.KOSPI, Kind.ELW, NEW)
    assert [prices.tick(price) for price in (5, 1_995, 100_000)] == [5, 5, 5]


def test_a_step_down_uses_the_tick_of_the_band_it_enters() -> None:
    prices = grid(Market.KOSPI, Kind.STOCK, NEW)
    assert prices.down(20_000) == 19_990
    assert prices.up(19_990) == 20_000


def test_there_is_no_price_under_the_smallest_tick() -> None:
    elw = grid(Market.KOSPI, Kind.ELW, NEW)
    assert elw.down(5) == 5
    assert elw.floor(4) == 0
    assert not elw.is_on(0)
    assert not elw.is_on(-5)


def test_tables_before_october_2010_are_refused() -> None:
    grid(Market.KOSPI, Kind.STOCK, date(2010, 10, 4))
    with pytest.raises(BadInput, match="2010-10-01"):
        grid(Market.KOSPI, Kind.STOCK, date(2010, 10, 1))


@pytest.mark.parametrize("prices", GRIDS)
def test_every_edge_lies_on_the_ticks_of_both_sides(prices: TickGrid) -> None:
    for edge, (below, above) in zip(prices.edges[1:], pairwise(prices.ticks), strict=True):
        assert edge % below == 0
        assert edge % above == 0


@pytest.mark.parametrize("prices", GRIDS)
def test_climbing_tick_by_tick_meets_every_price_on_the_grid(prices: TickGrid) -> None:
    climbed, price = [], prices.smallest
    while price <= 60_000:
        climbed.append(price)
        price = prices.up(price)
    assert climbed == [price for price in range(1, 60_001) if prices.is_on(price)]


@given(any_grid, any_price)
def test_floor_and_ceil_enclose_a_price_with_the_nearest_on_the_grid(prices: TickGrid, price: int) -> None:
    below, above = prices.floor(price), prices.ceil(price)
    assert below <= price <= above
    assert prices.is_on(above)
    assert prices.is_on(below) or below == 0
    assert (below == price == above) if prices.is_on(price) else (prices.up(below) == above)


@given(any_grid, any_price)
def test_up_and_down_are_strict_and_undo_each_other(prices: TickGrid, price: int) -> None:
    assert prices.up(price) > price
    assert prices.down(prices.up(price)) == max(prices.floor(price), prices.smallest)
    if price > prices.smallest:
        assert prices.down(price) < price
        assert prices.up(prices.down(price)) == prices.ceil(price)


def test_every_real_price_before_midpoint_orders_is_on_the_grid(shared_data: Path) -> None:
    import polars as pl

    markets = {
        "KOSPI": Market.KOSPI,
        "KOSDAQ": Market.KOSDAQ,
        "KOSDAQ GLOBAL": Market.KOSDAQ,
        "KONEX": Market.KONEX,
    }
    columns = ["date", "market", "volume", "open", "high", "low", "close"]
    rows = pl.concat(
        pl.read_parquet(shared_data / "daily" / name, columns=columns)
        for name in (
            "krx_all_unadjusted_marcap_2021_2026_janfeb.parquet",
            "krx_all_unadjusted_snapshots_2020_2024.parquet",
        )
    )
    traded = rows.filter(pl.col("volume") > 0, pl.col("open") > 0, pl.col("date") < "2025-03-04").unpivot(
        ["open", "high", "low", "close"], index=["date", "market"], value_name="price"
    )
    unique = traded.select("date", "market", "price").unique()
    assert unique.height > 100_000
    off = [
        (day, market, price)
        for day, market, price in unique.iter_rows()
        if not grid(markets[market], Kind.STOCK, date.fromisoformat(day)).is_on(price)
    ]
    assert off == []
