"""A bar: what traded in an interval."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low, close of an interval (분봉, 일봉).

    `at` is the start of the interval in KST. Prices are won, `volume` shares, `value` won. A bar of volume 0
    carries the last price in all four prices.
    """

    code: str
    at: datetime
    open: int
    high: int
    low: int
    close: int
    volume: int
    value: int
