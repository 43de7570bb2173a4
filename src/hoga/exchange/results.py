"""What one account's day has made of one issue: bought, sold, and what the sales earned.

실현손익 as KIS lists it by issue and day: the amount sold, less the average cost of what was sold, less the
fees and taxes of the sales. That KIS leaves the fees of the purchase out of it is unverified.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Result:
    """Won and shares of one day, account and issue. `sold_cost` is the average cost of what was sold.

    `held` are the shares that the account has of the issue at the end of the day, or now.
    """

    day: date
    code: str
    bought_quantity: int = 0
    bought: int = 0
    buy_fees: int = 0
    sold_quantity: int = 0
    sold: int = 0
    sold_cost: int = 0
    sell_fees: int = 0
    taxes: int = 0
    held: int = 0

    @property
    def profit(self) -> int:
        """실현손익."""
        return self.sold - self.sold_cost - self.sell_fees - self.taxes
