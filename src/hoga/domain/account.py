"""An account as its broker shows it."""

from dataclasses import dataclass, field

from hoga.domain.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Cash and positions of one account, in won.

    `deposit` (예수금) is settled cash and is not what may be spent: today's purchases do not reduce it.
    `deposit_d1` and `deposit_d2` are the deposits after tomorrow's and after T+2 settlement.
    `buying_power` is the cash that may be ordered with now, without receivable (미수 없는 주문가능금액).
    `costs_today` are fees and taxes of today's trades.
    """

    number: str = field(repr=False)
    deposit: int
    deposit_d1: int
    deposit_d2: int
    buying_power: int
    costs_today: int
    positions: tuple[Position, ...]

    @property
    def total_value(self) -> int:
        """총평가금액: T+2 deposit and market value of all positions."""
        return self.deposit_d2 + sum(position.market_value for position in self.positions)

    @property
    def unrealized_pnl(self) -> int:
        """평가손익 of all positions, without selling costs."""
        return sum(position.unrealized_pnl for position in self.positions)
