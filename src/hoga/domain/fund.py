"""Funds that are traded like shares (ETF): what they consist of, and what a share of them is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """What a fund consists of.

    `unit_shares` of its own shares are made or taken back at once (설정단위, CU); `holdings` are the shares
    of each issue that lie behind them, none for a fund that holds futures. `index` is what it follows and
    `manager` who runs it; "" is not known.
    """

    code: str
    unit_shares: int
    holdings: Mapping[str, int]
    index: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class FundValue:
    """NAV: what one share of a fund was worth in won after a day, with two decimals."""

    code: str
    day: date
    nav: Decimal
