"""What a day at the exchange starts from: the listed issues and the accounts as the day before left them."""

from dataclasses import dataclass
from datetime import date

from hoga.domain.instrument import Instrument
from hoga.exchange.records import OrderRecord


@dataclass(frozen=True, slots=True)
class Listing:
    """An issue that trades today, with the base price (기준가) of the day."""

    instrument: Instrument
    base_price: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares that an account brings into the day. `cost` (매입금액) is won for all of them, without fees."""

    code: str
    quantity: int
    cost: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Won that an earlier day's trades bring (positive) or take (negative) on a later day."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An account as it enters the day.

    `deposit` is settled cash: settlements due today are in it already. `settlements` are due on later days.
    `past_orders` are records of earlier days, oldest first; nothing of them is alive.
    """

    account: str
    deposit: int
    holdings: tuple[Holding, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    past_orders: tuple[OrderRecord, ...] = ()
