"""Base prices after ordinary and extraordinary days."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.base_price import after_close, after_distribution, after_no_trade, after_rights, after_split
from hoga.krx.calendar import previous_trading_day
from hoga.krx.ticks import grid

PRICES = grid(Market.KOSPI, Kind.STOCK, date(2026, 5, 4))

any_close = st.integers(min_value=1, max_value=2_000_000)
any_shares = st.integers(min_value=1, max_value=1_000_000)


def test_a_close_between_two_ticks_goes_up() -> None:
    assert after_close(70_050, PRICES) == 70_100
    assert after_close(70_100, PRICES) == 70_100


@pytest.mark.parametrize(
    ("best_bid", "best_ask", "base"),
    [
        (None, None, 10_000),
        (9_900, 9_950, 9_950),
        (10_050, 10_100, 10_050),
        (9_900, 10_100, 10_000),
        (None, 9_000, 9_000),
        (11_000, None, 11_000),
    ],
)
def test_a_day_without_a_trade_moves_the_base_to_the_orders_that_pass_it(
    best_bid: int | None, best_ask: int | None, base: int
) -> None:
    assert after_no_trade(10_000, best_bid, best_ask) == base


def test_a_split_divides_and_a_reverse_split_multiplies() -> None:
    assert after_split(2_650_000, 1, 50, PRICES) == 53_000
    assert after_split(261, 5, 1, PRICES) == 1_305
    assert after_split(333_500, 1, 7, PRICES) == 47_650


def test_a_price_split_to_less_than_a_won_stays_a_price() -> None:
    assert after_split(10, 1, 50, PRICES) == 1


def test_a_bonus_issue_dilutes_and_a_paid_one_only_below_the_close() -> None:
    assert after_rights(50_000, 0, 1_000, 500, PRICES) == 33_350
    assert after_rights(12_350, 9_000, 1_000, 300, PRICES) == 11_580
    assert after_rights(12_350, 12_350, 1_000, 300, PRICES) == 12_350
    assert after_rights(12_350, 15_000, 1_000, 300, PRICES) == 12_350


def test_a_distribution_is_taken_off() -> None:
    fund = grid(Market.KOSPI, Kind.ETF, date(2026, 5, 4))
    assert after_distribution(10_005, 62, fund) == 9_945
    assert after_distribution(10_005, 0, fund) == 10_005


@pytest.mark.parametrize(
    "refused",
    [
        lambda: after_distribution(1_000, 1_000, PRICES),
        lambda: after_distribution(1_000, -1, PRICES),
        lambda: after_split(1_000, 0, 1, PRICES),
        lambda: after_rights(1_000, 0, 100, 0, PRICES),
    ],
)
def test_impossible_events_are_refused(refused: Callable[[], int]) -> None:
    with pytest.raises(BadInput):
        refused()


@given(any_close, st.integers(min_value=0, max_value=2_000_000), any_shares, any_shares)
def test_a_base_is_on_the_grid_and_rights_never_raise_it(
    close: int, issue_price: int, old_shares: int, new_shares: int
) -> None:
    ordinary = after_close(close, PRICES)
    rights = after_rights(close, issue_price, old_shares, new_shares, PRICES)
    split = after_split(close, old_shares, new_shares, PRICES)
    assert all(PRICES.is_on(base) for base in (ordinary, rights, split))
    assert rights <= ordinary


def test_real_bases_are_the_close_of_the_day_before(shared_data: Path) -> None:
    """Nearly 400,000 days in which issues traded; the few others are splits, rights and relistings."""
    import polars as pl

    markets = {
        "KOSPI": Market.KOSPI,
        "KOSDAQ": Market.KOSDAQ,
        "KOSDAQ GLOBAL": Market.KOSDAQ,
        "KONEX": Market.KONEX,
    }
    rows = pl.read_parquet(
        shared_data / "daily" / "krx_all_unadjusted_marcap_2021_2026_janfeb.parquet",
        columns=["date", "code", "market", "volume", "close", "change"],
    )
    before = {day: previous_trading_day(day) for day in map(date.fromisoformat, rows["date"].unique())}
    closes = {(code, day): close for code, day, close in rows.select("code", "date", "close").iter_rows()}
    ordinary = raised = other = 0
    for text, code, market, volume, close, change in rows.iter_rows():
        last_day = before[date.fromisoformat(text)]
        last = closes.get((code, last_day.isoformat()))
        if volume == 0 or last is None:
            continue
        base = after_close(last, grid(markets[market], Kind.STOCK, last_day))
        ordinary += base == close - change
        raised += base == close - change != last
        other += base != close - change
    assert ordinary > 300_000
    assert raised > 20
    assert other < 120
