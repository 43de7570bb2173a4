"""Statements: what is computed from them, and that nothing is computed from what is not known."""

from datetime import date
from decimal import Decimal

import pytest

from hoga.domain.statement import Statement, find_year_before, growth


def make_statement(end: date = date(2025, 12, 31), months: int = 12, net_income: int = 120) -> Statement:
    return Statement(
        issuer="005930",
        end=end,
        months=months,
        published=date(2026, 3, 20),
        shares=60,
        current_assets=500,
        fixed_assets=700,
        current_liabilities=200,
        fixed_liabilities=400,
        capital=100,
        capital_surplus=150,
        retained_earnings=350,
        inventories=100,
        borrowings=240,
        cash=80,
        sales=2_000,
        cost_of_sales=1_400,
        operating_profit=200,
        ordinary_profit=160,
        net_income=net_income,
        depreciation=50,
        interest=20,
        dividends=30,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_assets", 1_200),
        ("total_liabilities", 600),
        ("equity", 600),
        ("gross_profit", 600),
        ("ebitda", 250),
        ("eps", Decimal(2)),
        ("bps", Decimal(10)),
        ("sps", Decimal(2_000) / 60),
        ("return_on_equity", Decimal("0.2")),
        ("return_on_assets", Decimal("0.1")),
        ("net_margin", Decimal("0.06")),
        ("gross_margin", Decimal("0.3")),
        ("reserve_ratio", Decimal(5)),
        ("debt_ratio", Decimal(1)),
        ("borrowing_ratio", Decimal("0.2")),
        ("current_ratio", Decimal("2.5")),
        ("quick_ratio", Decimal(2)),
        ("interest_coverage", Decimal(10)),
        ("payout_ratio", Decimal("0.25")),
    ],
)
def test_everything_follows_from_the_amounts(name: str, value: int | Decimal) -> None:
    assert getattr(make_statement(), name) == value


def test_a_quarter_s_return_is_that_of_a_year_at_its_pace() -> None:
    assert make_statement(months=3, net_income=30).return_on_equity == Decimal("0.2")
    assert make_statement(months=3, net_income=30).eps == Decimal("0.5")


def test_market_value_and_net_debt_to_ebitda() -> None:
    assert make_statement().ev_to_ebitda(840) == Decimal(4)
    assert make_statement(months=6).ev_to_ebitda(840) == Decimal(2)


def test_eva_is_what_is_earned_above_the_cost_of_capital() -> None:
    assert make_statement().economic_value_added(Decimal("0.1"), Decimal("0.25")) == 150 - 84


def test_a_loss_pays_out_nothing_that_could_be_compared() -> None:
    assert make_statement(net_income=-5).payout_ratio is None


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (120, 100, Decimal("0.2")),
        (80, 100, Decimal("-0.2")),
        (-50, -100, Decimal("0.5")),
        (10, -100, None),
        (-10, 100, None),
        (10, 0, None),
        (None, 100, None),
        (10, None, None),
    ],
    ids=[
        "more",
        "less",
        "smaller loss",
        "profit again",
        "loss now",
        "from nothing",
        "unknown",
        "unknown before",
    ],
)
def test_growth_is_told_only_where_it_means_something(
    now: int | None, before: int | None, expected: Decimal | None
) -> None:
    assert growth(now, before) == expected


def test_growth_is_measured_against_the_same_months_of_the_year_before() -> None:
    rows = [make_statement(date(2024, 9, 30), 9), make_statement(date(2024, 12, 31)), make_statement()]

    assert find_year_before(rows[2], rows) is rows[1]
    assert find_year_before(rows[1], rows) is None


def test_what_is_not_known_makes_nothing_known() -> None:
    empty = Statement(issuer="005930", end=date(2025, 12, 31), months=12, published=date(2026, 3, 20))

    for name in (
        "total_assets",
        "equity",
        "eps",
        "return_on_equity",
        "quick_ratio",
        "ebitda",
        "payout_ratio",
    ):
        assert getattr(empty, name) is None
    assert empty.ev_to_ebitda(1) is None
    assert empty.economic_value_added(Decimal(0), Decimal(0)) is None
