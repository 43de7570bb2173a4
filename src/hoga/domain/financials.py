"""What a broker shows of a company's statements, period by period: amounts in won, ratios as fractions.

Unlike `statement`, nothing is computed here, and what a broker does not show is None. The income of a quarter
is that of the year so far (누적). `end` is the last day of the period.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSheet:
    """대차대조표 at the end of a period."""

    end: date
    current_assets: int
    fixed_assets: int
    total_assets: int
    current_liabilities: int
    fixed_liabilities: int
    total_liabilities: int
    capital: int
    equity: int


@dataclass(frozen=True, slots=True)
class Income:
    """The income statement (손익계산서) of a year or of its months so far. None is not known."""

    end: date
    sales: int
    operating_profit: int
    ordinary_profit: int
    net_income: int | None
    cost_of_sales: int | None = None
    gross_profit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """The ratios (재무, 수익성, 안정성, 성장성, 기타) of a year or of its months so far.

    Those a share (`eps`, `sps`, `bps`) are won, `ebitda` too. A growth of 0 may mean that the sign flipped.
    `interest_coverage` (이자보상배율) is how many times the operating profit pays the interest.
    """

    end: date
    sales_growth: Decimal | None = None
    operating_profit_growth: Decimal | None = None
    net_income_growth: Decimal | None = None
    ordinary_profit_growth: Decimal | None = None
    equity_growth: Decimal | None = None
    asset_growth: Decimal | None = None
    return_on_equity: Decimal | None = None
    return_on_assets: Decimal | None = None
    net_margin: Decimal | None = None
    gross_margin: Decimal | None = None
    eps: Decimal | None = None
    sps: Decimal | None = None
    bps: Decimal | None = None
    reserve_ratio: Decimal | None = None
    debt_ratio: Decimal | None = None
    borrowing_ratio: Decimal | None = None
    current_ratio: Decimal | None = None
    quick_ratio: Decimal | None = None
    ebitda: int | None = None
    ev_to_ebitda: Decimal | None = None
    interest_coverage: Decimal | None = None
