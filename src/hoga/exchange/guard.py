"""The volatility interruption's eye on one board (변동성완화장치, VI): how far the next trade may be away.

The rule is krx.volatility's; here it is kept as two prices, so that the book can look before every trade. The
dynamic one is measured from the last price before an order arrived: what the order trades on its way to the
price that is too far is carried out, that price is not (unverified: the articles speak of the price at which
an incoming order would trade, not of the parts of one order).
"""

from datetime import date

from hoga.domain.quote import Interruption
from hoga.exchange.book import ANY_PRICE
from hoga.krx import volatility
from hoga.krx.sessions import Phase
from hoga.krx.ticks import TickGrid
from hoga.krx.volatility import Group


class Guard:
    """What the prices of one board are measured by.

    `static_reference` is the price of the last call auction. Before the first one it is the base price, in
    KRX's after-market the day's close.
    """

    __slots__ = ("_bands", "_day", "_grid", "_group", "_is_expiry", "_phase", "last", "static_reference")

    def __init__(
        self, group: Group, grid: TickGrid, day: date, first_reference: int, *, is_expiry: bool = False
    ) -> None:
        self._group = group
        self._grid = grid
        self._day = day
        self._is_expiry = is_expiry
        self._phase = Phase.CLOSED
        self._bands: dict[tuple[int, int], tuple[int, int]] = {}
        """The bands of this phase by last price and static reference."""
        self.static_reference = first_reference
        self.last = first_reference
        """The last price that the band was made for: what the next order is measured from."""

    def judge(self, price: int, last: int, phase: Phase) -> Interruption | None:
        """Which interruption a trade at `price` after one at `last` would set off."""
        grid, day = self._grid, self._day
        is_dynamic = volatility.dynamic_vi(
            price, last, self._group, phase, day, grid, is_expiry=self._is_expiry
        )
        is_static = volatility.static_vi(price, self.static_reference, last, phase, day, grid)
        if is_dynamic and is_static:
            return Interruption.BOTH
        if is_dynamic:
            return Interruption.DYNAMIC
        return Interruption.STATIC if is_static else None

    def reference(self, kind: Interruption, last: int) -> int:
        """The price that an interruption of this kind is measured from."""
        return self.static_reference if kind is Interruption.STATIC else last

    def band(self, last: int, phase: Phase) -> tuple[int, int]:
        """The lowest and the highest price in won that sets nothing off after a trade at `last`."""
        self.last = last
        if phase is not self._phase:
            self._phase = phase
            self._bands.clear()
        measured = last, self.static_reference
        band = self._bands.get(measured)
        if band is None:
            band = self._bands[measured] = self._find_band(last, phase)
        return band

    def _find_band(self, last: int, phase: Phase) -> tuple[int, int]:
        percents = (
            volatility.dynamic_percent(self._group, phase, self._day, is_expiry=self._is_expiry),
            volatility.static_percent(phase, self._day),
        )
        lowest, highest = 1, ANY_PRICE
        for percent, reference in zip(percents, (last, self.static_reference), strict=True):
            if percent is not None:
                # The first price that reaches the threshold is outside.
                lowest = max(lowest, reference * (100 - percent) // 100 + 1)
                highest = min(highest, -(-reference * (100 + percent) // 100) - 1)
        exempt = volatility.exempt_band(last, self._grid)
        return (lowest, highest) if exempt is None else (min(lowest, exempt[0]), max(highest, exempt[1]))
