"""What securities firms think of an issue (투자의견)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stance(StrEnum):
    """What a firm advises."""

    BUY = "buy"
    HOLD = "hold"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Opinion:
    """A report of a firm, `firm` by its number: what it advises and advised before, its target in won."""

    code: str
    day: date
    firm: str
    firm_name: str
    stance: Stance
    before: Stance | None
    target: int | None
