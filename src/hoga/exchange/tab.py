"""The ledger's side of one order: what it holds back, what it has traded and what it has paid."""

import msgspec

from hoga.domain.instrument import Instrument
from hoga.domain.request import Side
from hoga.krx.fees import Commission

_BUY = Side.BUY


class Tab(msgspec.Struct, gc=False):
    """What the ledger keeps of one order: shares left, what it holds, and what it has traded and paid.

    `price` is what a share of a buy is reserved at, `reserved` are the won that it holds.
    """

    account: str
    instrument: Instrument
    side: Side
    price: int
    remaining: int
    commission: Commission
    reserved: int = 0
    amount: int = 0
    fee: int = 0
    securities: int = 0
    rural: int = 0

    @property
    def costs(self) -> int:
        return self.fee + self.securities + self.rural

    def reservation(self, remaining: int) -> int:
        """Won that a buy holds while `remaining` shares of it are to come."""
        # Commission is rounded on the order's whole amount, so the part still to come is a difference too.
        amount = self.price * remaining
        return amount + self.commission.of(self.amount + amount) - self.fee

    def freed(self, quantity: int) -> int:
        """What the order would hold no more if it lost `quantity` shares: won of a buy, shares of a sell."""
        if self.side is _BUY:
            return self.reserved - self.reservation(self.remaining - quantity)
        return quantity

    def hold(self) -> int:
        """Hold what the shares that are left need. Returns by how much that is more than before."""
        before = self.reserved
        self.reserved = self.reservation(self.remaining) if self.remaining else 0
        return self.reserved - before

    def fill(self, quantity: int, amount: int) -> int:
        """Take in that `quantity` shares traded for `amount` won. Returns the commission that this costs."""
        self.remaining -= quantity
        self.amount = traded = self.amount + amount
        before = self.fee
        self.fee = due = self.commission.of(traded)
        return due - before
