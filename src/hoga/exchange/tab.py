"""The ledger's side of one order: what it holds back, what it has traded and what it has paid."""

from hoga.domain.instrument import Instrument
from hoga.domain.request import Side
from hoga.krx.fees import Commission


class Tab:
    """What the ledger keeps of one order: shares left, what it holds, and what it has traded and paid."""

    __slots__ = (
        "account",
        "amount",
        "commission",
        "fee",
        "instrument",
        "price",
        "remaining",
        "reserved",
        "rural",
        "securities",
        "side",
    )

    def __init__(
        self,
        account: str,
        instrument: Instrument,
        side: Side,
        price: int,
        quantity: int,
        commission: Commission,
    ) -> None:
        self.account = account
        self.commission = commission
        self.instrument = instrument
        self.side = side
        self.price = price
        self.remaining = quantity
        self.reserved = 0
        self.amount = 0
        self.fee = 0
        self.securities = 0
        self.rural = 0

    @property
    def costs(self) -> int:
        return self.fee + self.securities + self.rural
