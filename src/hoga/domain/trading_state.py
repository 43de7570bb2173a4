"""Whether the account is traded: the switch that a person, or a limit, can throw."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TradingState(StrEnum):
    """What may be sent."""

    ACTIVE = "active"
    REDUCING = "reducing"
    """Only what lowers risk: sells of held shares, and cancels."""
    HALTED = "halted"
    """Only cancels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingChanged:
    """Somebody set the state. It holds, also over restarts, until somebody sets another.

    `by` names who did ("person", "daily loss"), `why` says the reason in their words, perhaps "".
    `cancels_all` belongs to a halt: what the desk has open is cancelled too.
    """

    at: datetime
    state: TradingState
    by: str
    why: str = ""
    cancels_all: bool = False
