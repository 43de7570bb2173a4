"""Why the desk refuses an order."""

from dataclasses import dataclass
from enum import StrEnum
from typing import final


class Reason(StrEnum):
    """Why the desk refuses an order. The order in which they are checked is the order here."""

    JOURNAL_FAILED = "journal_failed"
    """What cannot be remembered is not sent."""
    HALTED = "halted"
    """Somebody, or a limit, has halted trading: only cancels."""
    NOT_OPEN = "not_open"
    """The desk is not open for this trading day."""
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    INSTRUMENT_NOT_ALLOWED = "instrument_not_allowed"
    BAD_QUANTITY = "bad_quantity"
    VENUE_NOT_ALLOWED = "venue_not_allowed"
    TYPE_NOT_SUPPORTED = "type_not_supported"
    """The venue does not know such an order, or not for such an issue."""
    PRICE_MISSING = "price_missing"
    PRICE_NOT_ALLOWED = "price_not_allowed"
    """The order type states no price, or no stop price."""
    OFF_TICK = "off_tick"
    OUTSIDE_LIMITS = "outside_limits"
    WRONG_PHASE = "wrong_phase"
    """The market takes no such order now."""
    PHASE_NOT_ALLOWED = "phase_not_allowed"
    """The market takes it, the settings do not."""
    REDUCING = "reducing"
    """Only sells of held shares, and cancels."""
    IN_DOUBT = "in_doubt"
    """An order in the same instrument is unconfirmed: new risk waits until it is settled."""
    DUPLICATE = "duplicate"
    ORDER_QUANTITY = "order_quantity"
    ORDER_NOTIONAL = "order_notional"
    PRICE_AWAY = "price_away"
    DAY_NOTIONAL = "day_notional"
    INSTRUMENT_SHARE = "instrument_share"
    OPEN_ORDERS = "open_orders"
    ORDER_RATE = "order_rate"
    DAILY_LOSS = "daily_loss"
    INSUFFICIENT_SELLABLE = "insufficient_sellable"
    INSUFFICIENT_BUYING_POWER = "insufficient_buying_power"


@final
@dataclass(frozen=True, slots=True)
class Denied:
    """The order is refused and was not sent. Both sentences carry the facts."""

    reason: Reason
    korean: str
    english: str
