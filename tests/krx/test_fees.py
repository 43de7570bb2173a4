"""Commissions and taxes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market
from hoga.krx.fees import KIS_FUND, KIS_STOCK, Commission, Taxes, tax_rate, taxes

DAY = date(2026, 5, 6)

any_amount = st.integers(min_value=0, max_value=10**13)


def test_selling_37_shares_at_70100_won_costs_what_the_fact_sheet_says() -> None:
    amount = 37 * 70_100
    sold = taxes(Market.KOSPI, Kind.STOCK, DAY, amount)
    assert (KIS_STOCK.of(amount), sold) == (364, Taxes(securities=1_296, rural=3_890))
    assert amount - KIS_STOCK.of(amount) - sold.total == 2_588_150


def test_a_broker_may_drop_more_than_the_won() -> None:
    assert Commission(Decimal("0.00015")).of(2_593_700) == 389
    assert Commission(Decimal("0.00015"), unit=10).of(2_593_700) == 380


def test_funds_cost_a_little_more_commission_and_no_tax() -> None:
    assert KIS_FUND.of(10_000_000) == 1_465
    for kind in (Kind.ETF, Kind.ETN, Kind.ELW):
        assert taxes(Market.KOSPI, kind, DAY, 10_000_000) == Taxes(0, 0)


@pytest.mark.parametrize(
    ("trade_day", "kospi", "kosdaq", "konex"),
    [
        (date(2019, 5, 29), (1_500, 1_500), 3_000, 3_000),
        (date(2019, 5, 30), (1_000, 1_500), 2_500, 1_000),
        (date(2020, 12, 28), (1_000, 1_500), 2_500, 1_000),
        (date(2020, 12, 29), (800, 1_500), 2_300, 1_000),
        (date(2022, 12, 28), (500, 1_500), 2_000, 1_000),
        (date(2023, 12, 27), (300, 1_500), 1_800, 1_000),
        (date(2024, 12, 26), (300, 1_500), 1_800, 1_000),
        (date(2024, 12, 27), (0, 1_500), 1_500, 1_000),
        (date(2025, 12, 26), (0, 1_500), 1_500, 1_000),
        (date(2025, 12, 29), (500, 1_500), 2_000, 1_000),
    ],
)
def test_the_rate_is_that_of_the_day_of_settlement(
    trade_day: date, kospi: tuple[int, int], kosdaq: int, konex: int
) -> None:
    assert taxes(Market.KOSPI, Kind.STOCK, trade_day, 1_000_000) == Taxes(*kospi)
    assert taxes(Market.KOSDAQ, Kind.STOCK, trade_day, 1_000_000) == Taxes(kosdaq, 0)
    assert taxes(Market.KONEX, Kind.STOCK, trade_day, 1_000_000) == Taxes(konex, 0)


def test_the_tax_rate_of_an_estimate_is_both_taxes_together() -> None:
    assert tax_rate(Market.KOSPI, Kind.STOCK, DAY) == Decimal("0.002")
    assert tax_rate(Market.KOSDAQ, Kind.STOCK, DAY) == Decimal("0.002")
    assert tax_rate(Market.KONEX, Kind.STOCK, DAY) == Decimal("0.001")
    assert tax_rate(Market.KOSPI, Kind.ETF, DAY) == 0


def test_each_tax_loses_its_own_remainder() -> None:
    assert taxes(Market.KOSPI, Kind.STOCK, DAY, 1_999) == Taxes(securities=0, rural=2)
    assert taxes(Market.KOSDAQ, Kind.STOCK, DAY, 1_999) == Taxes(securities=3, rural=0)


def test_a_sale_on_a_closed_day_has_no_tax_rate() -> None:
    with pytest.raises(BadInput, match="2026-05-05"):
        taxes(Market.KOSPI, Kind.STOCK, date(2026, 5, 5), 1_000)


@pytest.mark.parametrize(("rate", "unit"), [("-0.0001", 1), ("1", 1), ("0.0001", 0)])
def test_an_impossible_commission_is_refused(rate: str, unit: int) -> None:
    with pytest.raises(BadInput, match="commission"):
        Commission(Decimal(rate), unit)


@given(any_amount, any_amount, st.sampled_from([1, 10]))
def test_commission_is_whole_units_and_never_more_than_the_rate(one: int, other: int, unit: int) -> None:
    commission = Commission(Decimal("0.00015"), unit)
    assert commission.of(one) % unit == 0
    assert 0 <= one * commission.rate - commission.of(one) < unit
    assert commission.of(one) + commission.of(other) <= commission.of(one + other)


@given(any_amount, st.sampled_from(Market))
def test_taxes_are_never_negative_and_never_above_a_fifth_of_a_percent(amount: int, market: Market) -> None:
    sold = taxes(market, Kind.STOCK, DAY, amount)
    assert 0 <= sold.total <= amount * Decimal("0.002")
