"""What the money of a plan does not reach for when prices move, and whose shares are then left.

Money is what may be spent above the cash that is kept, and what the sales still to come will bring. When the
purchases still to be made come to more, names are left in this order: the one whose purchase has become
dearest against the plan first, each no further than to the won that the plan gave it. So a name that did not
rise is bought to the last share, and of one that is left as much is bought in won as was planned. Only when
the sales bring less than planned more than that is left. Pure, asked anew at each turn: prices may fall.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from hoga.domain.plan import Line
from hoga.krx.fees import Commission


@dataclass(frozen=True, slots=True)
class Need:
    """A purchase of a plan: `paid` won so far, `missing` shares still to come at `price` won as it is now."""

    line: Line
    paid: int
    missing: int
    price: int

    @property
    def amount(self) -> int:
        """Won that it will have come to."""
        return self.paid + self.missing * self.price

    @property
    def rise(self) -> Fraction:
        """What it comes to against what was planned; above one it has become dearer."""
        return Fraction(self.amount, self.line.amount)

    @property
    def average(self) -> int:
        """Won a share."""
        return round(Fraction(self.amount, self.line.quantity))

    @property
    def spare(self) -> int:
        """Missing shares that it can do without and still come to the won that were planned."""
        return max(0, min(self.missing, (self.amount - self.line.amount) // self.price))


def find_left(needs: Iterable[Need], money: int, commission: Commission) -> dict[str, int]:
    """How many missing shares of each name `money` won do not reach for; empty when they reach for all."""
    needs = sorted(needs, key=lambda need: (-need.rise, need.line.code))
    short = sum(cost(need.missing, need.price, commission) for need in needs) - money
    left: dict[str, int] = {}
    for spare in ([need.spare for need in needs], [need.missing for need in needs]):
        for need, most in zip(needs, spare, strict=True):
            already = left.get(need.line.code, 0)
            shares = min(most - already, -(-short // need.price))
            if shares > 0:
                left[need.line.code] = already + shares
                short -= shares * need.price
    for need in needs:
        # A dear share that was left last may have made room for cheaper ones.
        back = min(left.get(need.line.code, 0), max(0, -short) // need.price)
        if back:
            left[need.line.code] -= back
            short += back * need.price
    return {code: shares for code, shares in left.items() if shares}


def cost(shares: int, price: int, commission: Commission) -> int:
    """Won to pay for `shares` at `price`, commission included."""
    return shares * price + commission.of(shares * price)
