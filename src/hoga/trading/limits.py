"""The limits that a person sets on a desk: how much, how fast, how far from the market, in what and when.

The defaults are meant to catch slips (a wrong digit, a second click, a loop that went wild) and to leave an
ordinary private account alone. They are checked in `guards`, before anything is sent.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from hoga.domain.errors import BadInput
from hoga.domain.request import Venue
from hoga.krx.codes import is_code
from hoga.krx.sessions import Phase

KRX_PHASES = (
    Phase.PRE_CLOSE_PRICE,
    Phase.OPEN_CALL,
    Phase.CONTINUOUS,
    Phase.CLOSE_CALL,
    Phase.POST_INTAKE,
    Phase.POST_CLOSE_PRICE,
    Phase.POST_SINGLE,
)
"""The regular session, and the phases with order types of their own, where nothing gets by chance."""

_WON = ('1 이상인 원, 또는 "off"', 'won from 1, or "off"')
_COUNT = ('1 이상인 정수, 또는 "off"', 'a whole number from 1, or "off"')
_CODES = ('종목코드의 목록, 예: ["005930"]', 'a list of codes, like ["005930"]')
_RATE = (
    '0보다 크고 1 이하인 비율 (0.1 = 10%), 또는 "off"',
    'a rate above 0, at most 1 (0.1 = 10%), or "off"',
)

ALLOWED = {
    "order_quantity": _COUNT,
    "order_notional": _WON,
    "day_notional": _WON,
    "instrument_share": _RATE,
    "price_away": _RATE,
    "open_orders": _COUNT,
    "orders_a_minute": _COUNT,
    "duplicate_seconds": ('1 이상인 초, 또는 "off"', 'seconds from 1, or "off"'),
    "daily_loss": _RATE,
    "daily_loss_state": ('"reducing" 또는 "halted"', '"reducing" or "halted"'),
    "allowed_instruments": _CODES,
    "denied_instruments": _CODES,
    "phases": (
        f"장의 이름의 목록: {', '.join(Phase)}",
        f"a list of phases: {', '.join(Phase)}",
    ),
    "venues": (
        f"거래소의 목록: {', '.join(Venue)}. KRX 말고는 미확인",
        f"a list of venues: {', '.join(Venue)}; beside KRX they are unverified",
    ),
}
"""What each setting may be, in Korean and in English."""


def _is_rate(rate: Decimal | None) -> bool:
    return rate is None or (rate.is_finite() and 0 < rate <= 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What the risk gate holds every order against. None (in the file "off") is no limit.

    Quantities are shares, notionals won, rates fractions of one. `price_away` is how far above the last price
    a buy, and below it a sell, may be priced. `day_notional` and `instrument_share` (of the account's total
    value) bound buying only, so that what is held can always be sold. When the account has lost more than
    `daily_loss` of its opening value, trading goes into `daily_loss_state`. The same order again within
    `duplicate_seconds` is refused, unless it was named as another wish. An empty `allowed_instruments` is
    every instrument. Raises `BadInput` naming a value that is not allowed.
    """

    order_quantity: int | None = 100_000
    order_notional: int | None = 100_000_000
    day_notional: int | None = 1_000_000_000
    instrument_share: Decimal | None = None
    price_away: Decimal | None = Decimal("0.1")
    open_orders: int | None = 100
    orders_a_minute: int | None = 300
    duplicate_seconds: int | None = 5
    daily_loss: Decimal | None = Decimal("0.1")
    daily_loss_state: Literal["reducing", "halted"] = "reducing"
    allowed_instruments: tuple[str, ...] = ()
    denied_instruments: tuple[str, ...] = ()
    phases: tuple[str, ...] = KRX_PHASES
    venues: tuple[str, ...] = (Venue.KRX,)

    def __post_init__(self) -> None:
        fits = {
            "order_quantity": self.order_quantity is None or self.order_quantity > 0,
            "order_notional": self.order_notional is None or self.order_notional > 0,
            "day_notional": self.day_notional is None or self.day_notional > 0,
            "instrument_share": _is_rate(self.instrument_share),
            "price_away": _is_rate(self.price_away),
            "open_orders": self.open_orders is None or self.open_orders > 0,
            "orders_a_minute": self.orders_a_minute is None or self.orders_a_minute > 0,
            "duplicate_seconds": self.duplicate_seconds is None or self.duplicate_seconds > 0,
            "daily_loss": _is_rate(self.daily_loss),
            "daily_loss_state": self.daily_loss_state in ("reducing", "halted"),
            "allowed_instruments": all(map(is_code, self.allowed_instruments)),
            "denied_instruments": all(map(is_code, self.denied_instruments)),
            "phases": {*self.phases} <= {*Phase},
            "venues": {*self.venues} <= {*Venue},
        }
        wrong = [name for name, is_right in fits.items() if not is_right]
        if wrong:
            raise BadInput(
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][0]}" for name in wrong),
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][1]}" for name in wrong),
            )


NO_LIMITS = RiskLimits(
    order_quantity=None,
    order_notional=None,
    day_notional=None,
    price_away=None,
    open_orders=None,
    orders_a_minute=None,
    duplicate_seconds=None,
    daily_loss=None,
)
"""Only the rules of the market and of the account: for what is not traded by people."""
