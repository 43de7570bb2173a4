"""Money beside the market: what waits to be invested, what is lent, what funds hold, and interest rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFunds:
    """증시자금 after a day, in won. None is not known.

    `deposits` (고객예탁금) wait with brokers, `receivables` (미수금) are owed to them. With `margin_loans`
    (신용융자) shares were bought, `securities_loans` (담보대출) are secured by shares. Funds are those of
    stocks (주식형), mixed (혼합형), bonds (채권형) and of the money market (MMF).
    """

    day: date
    deposits: int | None = None
    receivables: int | None = None
    margin_loans: int | None = None
    futures_deposits: int | None = None
    securities_loans: int | None = None
    stock_funds: int | None = None
    mixed_funds: int | None = None
    bond_funds: int | None = None
    money_market_funds: int | None = None


class Rate(StrEnum):
    """An interest rate (금리)."""

    CALL = "call"
    CD_91_DAYS = "cd_91_days"
    CP_91_DAYS = "cp_91_days"
    TREASURY_3_YEARS = "treasury_3_years"
    TREASURY_10_YEARS = "treasury_10_years"
    TREASURY_30_YEARS = "treasury_30_years"
    US_FEDERAL_FUNDS = "us_federal_funds"
    US_TREASURY_10_YEARS = "us_treasury_10_years"
    US_TREASURY_30_YEARS = "us_treasury_30_years"
    JAPAN_10_YEARS = "japan_10_years"


@dataclass(frozen=True, slots=True)
class InterestRate:
    """A rate on a day: 3.25 is 3.25 % a year."""

    rate: Rate
    day: date
    percent: Decimal
