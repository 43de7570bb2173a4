"""Price limits: KRX's examples, the dates at which they changed, and the limits that were really met."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.limits import PriceLimits, price_limits, without_limits
from hoga.krx.ticks import grid

DAY = date(2026, 5, 4)


@pytest.mark.parametrize(("base", "lower", "upper"), [(9_980, 6_990, 12_970), (9_940, 6_960, 12_920)])
def test_the_examples_of_krx(base: int, lower: int, upper: int) -> None:
    assert price_limits(Market.KOSPI, Kind.STOCK, base, DAY) == PriceLimits(lower, upper)


def test_the_range_doubled_on_2015_06_15() -> None:
    before = price_limits(Market.KOSPI, Kind.STOCK, 10_000, date(2015, 6, 12))
    after = price_limits(Market.KOSPI, Kind.STOCK, 10_000, date(2015, 6, 15))
    assert (before, after) == (PriceLimits(8_500, 11_500), PriceLimits(7_000, 13_000))


def test_without_limits_every_price_that_anybody_might_pay_is_there() -> None:
    prices = grid(Market.KOSPI, Kind.STOCK, DAY)
    assert without_limits(prices, 350) == PriceLimits(1, 35_000)
    assert without_limits(prices, 9_980) == PriceLimits(1, 998_000)


def test_konex_stays_at_fifteen_percent() -> None:
    assert price_limits(Market.KONEX, Kind.STOCK, 10_000, DAY) == PriceLimits(8_500, 11_500)


def test_a_leveraged_fund_moves_by_its_multiple_in_either_direction() -> None:
    twice = price_limits(Market.KOSPI, Kind.ETF, 10_000, DAY, leverage=Decimal(2))
    inverse = price_limits(Market.KOSPI, Kind.ETF, 10_000, DAY, leverage=Decimal(-2))
    half = price_limits(Market.KOSPI, Kind.ETF, 10_000, DAY, leverage=Decimal("0.5"))
    assert twice == inverse == PriceLimits(4_000, 16_000)
    assert half == PriceLimits(7_000, 13_000)


def test_the_lower_limit_never_leaves_the_grid_downward() -> None:
    assert price_limits(Market.KOSPI, Kind.STOCK, 1, DAY) == PriceLimits(1, 2)
    assert price_limits(Market.KOSPI, Kind.ETN, 100, DAY, leverage=Decimal(4)) == PriceLimits(1, 220)


def test_a_new_listing_may_trade_between_60_and_400_percent() -> None:
    limits = price_limits(Market.KOSDAQ, Kind.STOCK, 10_000, DAY, is_listing_day=True)
    assert limits == PriceLimits(6_000, 40_000)


def test_before_june_2023_the_opening_call_of_a_new_listing_had_90_to_200_percent() -> None:
    limits = price_limits(Market.KOSDAQ, Kind.STOCK, 10_000, date(2023, 6, 23), is_listing_day=True)
    assert limits == PriceLimits(9_000, 20_000)


@pytest.mark.parametrize(("market", "kind"), [(Market.KONEX, Kind.STOCK), (Market.KOSPI, Kind.ETF)])
def test_a_listing_day_changes_nothing_for_konex_and_funds(market: Market, kind: Kind) -> None:
    assert price_limits(market, kind, 10_000, DAY, is_listing_day=True) == price_limits(
        market, kind, 10_000, DAY
    )


def test_an_elw_has_no_limits_to_ask_for() -> None:
    with pytest.raises(BadInput, match="ELW"):
        price_limits(Market.KOSPI, Kind.ELW, 1_000, DAY)


def test_a_base_price_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="0 won"):
        price_limits(Market.KOSPI, Kind.STOCK, 0, DAY)


def test_a_limit_price_itself_is_allowed() -> None:
    limits = PriceLimits(7_000, 13_000)
    assert [limits.allows(price) for price in (6_990, 7_000, 13_000, 13_010)] == [False, True, True, False]


@given(
    st.sampled_from(Market),
    st.sampled_from([Kind.STOCK, Kind.ETF, Kind.ETN]),
    st.sampled_from([date(2015, 6, 12), date(2023, 1, 20), DAY]),
    st.integers(min_value=1, max_value=2_000_000),
    st.sampled_from([Decimal(text) for text in ("1", "2", "-2", "0.5", "1.5", "-1")]),
    st.booleans(),
)
def test_limits_are_on_the_grid_and_enclose_the_base(
    market: Market, kind: Kind, day: date, price: int, leverage: Decimal, is_listing_day: bool
) -> None:
    prices = grid(market, kind, day)
    base = prices.ceil(price)
    limits = price_limits(market, kind, base, day, leverage, is_listing_day)
    assert prices.is_on(limits.lower)
    assert prices.is_on(limits.upper)
    assert limits.lower <= base <= limits.upper


@given(st.integers(min_value=10, max_value=2_000_000))
def test_limits_never_go_beyond_thirty_percent_and_lose_less_than_two_ticks(price: int) -> None:
    prices = grid(Market.KOSPI, Kind.STOCK, DAY)
    base = prices.ceil(price)
    limits = price_limits(Market.KOSPI, Kind.STOCK, base, DAY)
    assert 100 * limits.upper <= 130 * base
    assert 100 * limits.lower >= 70 * base
    lost = prices.tick(base) + max(prices.tick(limits.upper), prices.tick(limits.lower))
    assert 100 * (limits.upper + lost) > 130 * base
    assert 100 * (limits.lower - lost) < 70 * base


def test_real_prices_keep_the_limits_and_limit_closes_meet_them(shared_data: Path) -> None:
    """Every close that KRX marked as limit up or limit down, and all prices but those of two special days.

    Outside are issues on their first day, and issues about to be delisted, which have no limits.
    """
    import polars as pl

    rows = (
        pl.concat(
            [
                pl.read_parquet(shared_data / "daily" / name)
                for name in (
                    "krx_all_unadjusted_marcap_2021_2026_janfeb.parquet",
                    "krx_listing_snapshots_2026-03.parquet",
                )
            ],
            how="diagonal_relaxed",
        )
        .filter(pl.col("volume") > 0, pl.col("open") > 0)
        .with_columns(base=pl.col("close") - pl.col("change"))
        .select("date", "code", "market", "base", "high", "low", "close", "change_code")
    )
    companies = pl.concat(
        pl.read_csv(shared_data / "master" / name, infer_schema_length=0).select(
            code=pl.col(code), listed=pl.col("ListingDate"), delisted=delisted
        )
        for name, code, delisted in (
            ("krx_company_desc_2026-03-20.csv.gz", "Code", pl.lit(None, pl.String)),
            ("krx_delisted_2026-03-20.csv.gz", "Symbol", pl.col("DelistingDate")),
        )
    )
    first_days = set(companies.select("code", "listed").iter_rows())
    last_days = {(code, date.fromisoformat(last)) for code, _, last in companies.iter_rows() if last}
    markets = {
        "KOSPI": Market.KOSPI,
        "KOSDAQ": Market.KOSDAQ,
        "KOSDAQ GLOBAL": Market.KOSDAQ,
        "KONEX": Market.KONEX,
    }

    known: dict[tuple[Market, int, bool], PriceLimits] = {}
    met = 0
    unexplained = []
    for text, code, listed_on, base, high, low, close, change_code in rows.iter_rows():
        day, market = date.fromisoformat(text), markets[listed_on]
        key = (market, base, day >= date(2023, 1, 25))
        limits = known.get(key) or known.setdefault(key, price_limits(market, Kind.STOCK, base, day))
        if low < limits.lower or high > limits.upper:
            is_first = (code, text) in first_days
            if is_first:
                first = price_limits(market, Kind.STOCK, base, day, is_listing_day=True)
                if not (first.lower <= low and high <= first.upper):
                    unexplained.append((text, code, first))
            elif not any((code, day + timedelta(days=ahead)) in last_days for ahead in range(1, 31)):
                unexplained.append((text, code, limits))
        elif change_code in ("4", "5"):
            met += 1
            assert close == (limits.upper if change_code == "4" else limits.lower), (text, code)
    assert met > 1_000
    assert unexplained == []
