"""What an account is worth and what it has earned, as its broker shows it. All amounts are won."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """투자계좌자산현황: everything that an account holds, added up.

    `total` (총자산) is before loans, `net` (순자산) after them.
    """

    total: int
    net: int
    cost: int
    market_value: int
    unrealized_pnl: int
    deposit: int
    total_deposit: int
    loans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RealizedProfit:
    """실현손익 of today, beside the 평가손익 of what is still held. `with_costs` says which the latter is."""

    realized_pnl: int
    unrealized_pnl: int
    total_value: int
    with_costs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayProfit:
    """What the trades of one day came to. `realized_pnl` is after the costs of selling."""

    day: date
    bought_quantity: int
    bought: int
    sold_quantity: int
    sold: int
    realized_pnl: int
    commission: int
    taxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeProfit:
    """The same of one issue on one day. `held` are the shares that were left."""

    day: date
    code: str
    name: str
    bought_quantity: int
    bought: int
    sold_quantity: int
    sold: int
    realized_pnl: int
    commission: int
    taxes: int
    held: int
