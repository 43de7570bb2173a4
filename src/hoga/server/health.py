"""Whether it is safe to trade, as far as the desk knows; and if not, why not."""

from datetime import timedelta
from enum import StrEnum

from hoga.application import Hoga
from hoga.domain.trading_state import TradingState

STALE_AFTER = timedelta(minutes=3)
"""The account is held against our own count every minute; three times missed is too old."""


class Hindrance(StrEnum):
    """Why it is not safe to trade."""

    NOT_OPEN = "not_open"
    """The desk is not open for the day."""
    HALTED = "halted"
    """Only cancels are sent."""
    REDUCING = "reducing"
    """Only what lowers risk is sent."""
    IN_DOUBT = "in_doubt"
    """Nobody knows yet whether an order, a cancel or a new price arrived."""
    BROKER_UNREADABLE = "broker_unreadable"
    """The last try to read orders or account failed."""
    DIFFERS = "differs"
    """The broker counts something differently than we do."""
    STALE = "stale"
    """The account was last held against our own count too long ago."""


def hindrances(hoga: Hoga) -> list[Hindrance]:
    """Everything that speaks against trading now; empty when it is safe."""
    desk = hoga.desk
    if not desk.is_open:
        return [Hindrance.NOT_OPEN]
    age = reconciliation_age(hoga)
    found = {
        Hindrance.HALTED: desk.trading_state is TradingState.HALTED,
        Hindrance.REDUCING: desk.trading_state is TradingState.REDUCING,
        Hindrance.IN_DOUBT: bool(desk.unconfirmed),
        Hindrance.BROKER_UNREADABLE: desk.is_blind,
        Hindrance.DIFFERS: bool(desk.differences),
        Hindrance.STALE: age is None or age > STALE_AFTER,
    }
    return [hindrance for hindrance, holds in found.items() if holds]


def reconciliation_age(hoga: Hoga) -> timedelta | None:
    """How long ago the account was last held against our own count, in the market's time."""
    at = hoga.desk.reconciled_at
    return None if at is None else max(timedelta(), hoga.clock.now() - at)
