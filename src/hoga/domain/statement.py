"""Financial statements and what is computed from them. Ratios are never kept, so they cannot contradict.

Amounts are won. An unknown amount is None, and so is everything that would need it. Ratios are `Decimal`
fractions (0.05 is 5 %), not rounded. How KIS itself annualises the ratios of a quarter is unverified; here a
return of nine months is that of a year at the same pace, and amounts a share are those of the nine months.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Period(StrEnum):
    """How long the periods are that statements are wanted of."""

    YEAR = "year"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The balance sheet at the end of a period, and the income since the financial year began.

    `months` is how much of the year has passed: 3, 6, 9 or 12. The income is cumulative (누적), as KIS shows
    it. `published` is the first day on which it may be known. `shares` are all shares of the issuer.
    `dividends` is what this financial year has been declared to pay so far.
    """

    issuer: str
    end: date
    months: int
    published: date
    shares: int | None = None

    current_assets: int | None = None
    fixed_assets: int | None = None
    current_liabilities: int | None = None
    fixed_liabilities: int | None = None
    capital: int | None = None
    capital_surplus: int | None = None
    retained_earnings: int | None = None
    inventories: int | None = None
    borrowings: int | None = None
    cash: int | None = None

    sales: int | None = None
    cost_of_sales: int | None = None
    operating_profit: int | None = None
    ordinary_profit: int | None = None
    net_income: int | None = None
    depreciation: int | None = None
    interest: int | None = None
    dividends: int | None = None

    @property
    def total_assets(self) -> int | None:
        """자산총계."""
        return _sum(self.current_assets, self.fixed_assets)

    @property
    def total_liabilities(self) -> int | None:
        """부채총계."""
        return _sum(self.current_liabilities, self.fixed_liabilities)

    @property
    def equity(self) -> int | None:
        """자본총계: what is left of the assets."""
        return _difference(self.total_assets, self.total_liabilities)

    @property
    def gross_profit(self) -> int | None:
        """매출총이익."""
        return _difference(self.sales, self.cost_of_sales)

    @property
    def ebitda(self) -> int | None:
        """영업이익 + 감가상각비."""
        return _sum(self.operating_profit, self.depreciation)

    @property
    def eps(self) -> Decimal | None:
        """Net income a share, in won, of the months so far."""
        return _ratio(self.net_income, self.shares)

    @property
    def bps(self) -> Decimal | None:
        """Equity a share, in won."""
        return _ratio(self.equity, self.shares)

    @property
    def sps(self) -> Decimal | None:
        """Sales a share, in won, of the months so far."""
        return _ratio(self.sales, self.shares)

    @property
    def cash_flow_per_share(self) -> Decimal | None:
        """Net income and depreciation a share, in won, of the months so far."""
        return _ratio(_sum(self.net_income, self.depreciation), self.shares)

    @property
    def asset_turnover(self) -> Decimal | None:
        """총자본회전율: how many times the assets are sold in a year."""
        turnover = _ratio(self.sales, self.total_assets)
        return None if turnover is None else turnover * 12 / self.months

    @property
    def return_on_equity(self) -> Decimal | None:
        """자기자본순이익률 (ROE), a year."""
        return self._yearly(self.equity)

    @property
    def return_on_assets(self) -> Decimal | None:
        """총자본순이익률 (ROA), a year."""
        return self._yearly(self.total_assets)

    @property
    def net_margin(self) -> Decimal | None:
        """매출액순이익률."""
        return _ratio(self.net_income, self.sales)

    @property
    def gross_margin(self) -> Decimal | None:
        """매출액총이익률."""
        return _ratio(self.gross_profit, self.sales)

    @property
    def reserve_ratio(self) -> Decimal | None:
        """유보율: capital surplus and retained earnings to capital."""
        return _ratio(_sum(self.capital_surplus, self.retained_earnings), self.capital)

    @property
    def debt_ratio(self) -> Decimal | None:
        """부채비율: liabilities to equity."""
        return _ratio(self.total_liabilities, self.equity)

    @property
    def equity_ratio(self) -> Decimal | None:
        """자기자본비율: equity to assets."""
        return _ratio(self.equity, self.total_assets)

    @property
    def borrowing_ratio(self) -> Decimal | None:
        """차입금의존도: interest-bearing debt to assets."""
        return _ratio(self.borrowings, self.total_assets)

    @property
    def current_ratio(self) -> Decimal | None:
        """유동비율."""
        return _ratio(self.current_assets, self.current_liabilities)

    @property
    def quick_ratio(self) -> Decimal | None:
        """당좌비율: current assets without inventories to current liabilities."""
        return _ratio(_difference(self.current_assets, self.inventories), self.current_liabilities)

    @property
    def interest_coverage(self) -> Decimal | None:
        """이자보상배율: operating profit to interest paid; None when there is none."""
        return _ratio(self.operating_profit, self.interest)

    @property
    def ebitda_coverage(self) -> Decimal | None:
        """EBITDA to interest paid; None when there is none."""
        return _ratio(self.ebitda, self.interest)

    @property
    def payout_ratio(self) -> Decimal | None:
        """배당성향; None for a loss."""
        if self.net_income is None or self.net_income <= 0:
            return None
        return _ratio(self.dividends, self.net_income)

    def ev_to_ebitda(self, market_cap: int) -> Decimal | None:
        """EV/EBITDA, a year: market value of all shares and net debt, to EBITDA. None unless it is earned."""
        net_debt = _difference(self.borrowings, self.cash)
        if net_debt is None or self.ebitda is None or self.ebitda <= 0:
            return None
        return Decimal((market_cap + net_debt) * self.months) / (self.ebitda * 12)

    def economic_value_added(self, cost_of_capital: Decimal, tax_rate: Decimal) -> int | None:
        """EVA in won: operating profit after tax less the cost of equity and borrowings, for the months."""
        invested = _sum(self.equity, self.borrowings)
        if invested is None or self.operating_profit is None:
            return None
        return int(self.operating_profit * (1 - tax_rate) - invested * cost_of_capital * self.months / 12)

    def _yearly(self, whole: int | None) -> Decimal | None:
        if self.net_income is None or whole is None or whole <= 0:
            return None
        return Decimal(self.net_income * 12) / (whole * self.months)


def growth(now: int | None, before: int | None) -> Decimal | None:
    """증가율 as a fraction; None when unknown, when the sign flips, or from nothing (KIS prints 0)."""
    if now is None or before is None or before == 0 or (now < 0) != (before < 0):
        return None
    return Decimal(now - before) / abs(before)


def find_year_before(statement: Statement, statements: Sequence[Statement]) -> Statement | None:
    """The statement of the same months of the financial year before: what growth is measured against."""
    for each in statements:
        if each.months == statement.months and (each.end.year, each.end.month) == (
            statement.end.year - 1,
            statement.end.month,
        ):
            return each
    return None


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _difference(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first - second


def _ratio(part: int | None, whole: int | None) -> Decimal | None:
    return None if part is None or whole is None or whole <= 0 else Decimal(part) / whole
