"""A bar: what traded in an interval."""

from collections.abc import Sequence
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


def merge_bars(bars: Sequence[Bar]) -> Bar | None:
    """The bar of the whole interval that `bars`, oldest first, cover; None when nothing traded in it."""
    traded = [bar for bar in bars if bar.volume]
    if not traded:
        return None
    return Bar(
        traded[0].code,
        bars[0].at,
        traded[0].open,
        max(bar.high for bar in traded),
        min(bar.low for bar in traded),
        traded[-1].close,
        sum(bar.volume for bar in traded),
        sum(bar.value for bar in traded),
    )
