"""What one issue will do today: its minute bars as places on the ladder of the day's prices.

Prices between two ticks (midpoint trades, 중간가) are lowered to the grid. A bar during the closing call is a
late print of continuous trading and joins the minute before the call; the first bar with volume at the close
or later is the closing auction. Bars before the open are not used.
"""

from array import array
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.errors import BadInput
from hoga.exchange.ladder import Ladder
from hoga.exchange.opening import Listing
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.sessions import Span
from hoga.krx.ticks import grid

_MINUTE = timedelta(minutes=1)


class Mark(NamedTuple):
    """One bar: indices of its prices, and its volume in shares."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class Script:
    """The day of one issue as its bars plan it.

    Prices are rungs of the day's ladder, all grid prices from the lower to the upper limit.
    """

    def __init__(
        self,
        listing: Listing,
        bars: Sequence[Bar],
        day: date,
        session: tuple[Span, Span, Span],
    ) -> None:
        instrument = listing.instrument
        self.code = instrument.code
        market, kind = instrument.market, instrument.kind
        limits = listing.limits(day)
        if listing.finds_base(day):
            limits = PriceLimits(
                price_limits(market, kind, limits.lower, day).lower,
                price_limits(market, kind, limits.upper, day).upper,
            )
        self.ladder = Ladder(grid(market, kind, day), limits)
        self.top = self.ladder.top

        _, continuous, call = session
        self._start = continuous.start
        count = (continuous.end - continuous.start) // _MINUTE
        self._marks = array("q", bytes(8 * len(Mark._fields) * count))
        """The minutes of continuous trading one after the other, five numbers each: a day of many issues is
        large. Volume 0 is a minute without a trade."""
        self.closing: Mark | None = None
        late = []
        for bar in bars:
            if not bar.volume:
                continue
            if continuous.start <= bar.at < continuous.end:
                self._keep((bar.at - continuous.start) // _MINUTE, bar)
            elif call.start <= bar.at < call.end:
                late.append(bar)
            elif bar.at >= call.end and self.closing is None:
                self.closing = self._mark(bar)
        last = next((bar for bar in bars if bar.at == continuous.end - _MINUTE and bar.volume), None)
        joined = merge_bars([*([last] if last else []), *late]) if late else None
        if joined is not None:
            self._keep(count - 1, joined)
        volumes = self._marks[4::5]
        self.size = max(sum(volumes) // max(sum(1 for volume in volumes if volume), 1), 10)
        self.base = self.ladder.floor(listing.base_price)
        first = next((bar for bar in bars if bar.at >= continuous.start), None)
        self.first = self.base if first is None else self._index(first.open)

    @property
    def volume(self) -> int:
        """Shares of the whole day."""
        return sum(self._marks[4::5]) + (self.closing.volume if self.closing else 0)

    def minute(self, at: datetime) -> Mark | None:
        """The bar of the minute that begins at `at`; None when nothing traded in it."""
        first = (at - self._start) // _MINUTE * 5
        mark = Mark(*self._marks[first : first + 5])
        return mark if mark.volume else None

    def _keep(self, number: int, bar: Bar) -> None:
        self._marks[number * 5 : number * 5 + 5] = array("q", self._mark(bar))

    def _index(self, price: int) -> int:
        """The index of a price, lowered to the grid; that of the base price for one beyond the limits."""
        index = self.ladder.floor(price)
        limits = self.ladder.limits
        return index if index >= 0 and self.ladder.grid.floor(price) <= limits.upper else self.base

    def _mark(self, bar: Bar) -> Mark:
        ladder = self.ladder
        ticks, limits = ladder.grid, ladder.limits
        if not limits.lower <= ticks.floor(bar.low) <= ticks.floor(bar.high) <= limits.upper:
            raise BadInput(
                f"{self.code} {bar.at:%Y-%m-%d %H:%M} 분봉({bar.low:,}~{bar.high:,}원)이 가격제한폭 "
                f"{limits.lower:,}~{limits.upper:,}원을 벗어납니다. 기준가나 분봉을 고치십시오.",
                f"the bar of {self.code} at {bar.at:%Y-%m-%d %H:%M} ({bar.low:,} to {bar.high:,} won) leaves "
                f"the price limits, {limits.lower:,} to {limits.upper:,} won; correct the base price or "
                "the bar",
            )
        return Mark(
            ladder.floor(bar.open),
            ladder.floor(bar.high),
            ladder.floor(bar.low),
            ladder.floor(bar.close),
            bar.volume,
        )
