"""All prices that one instrument may trade at on one day, as rungs of a ladder.

The tick size changes with the price (krx.ticks) and the price limits bound the day (krx.limits), so a day has
a few hundred to a few thousand prices. The book and the call auction count in rungs: one rung up is one tick
up, whatever the tick is there. Rung 0 is the lower limit, `top` the upper limit.
"""

from array import array
from bisect import bisect_left, bisect_right

from hoga.krx.limits import PriceLimits
from hoga.krx.ticks import TickGrid


class Ladder:
    """The prices from the lower to the upper limit, and the rung of each.

    `rising[rung]` is the price of a rung counted from the lower limit, `falling[rung]` counted from the upper
    limit. Mixed use of both lets the book treat its two sides alike: on either side a higher rung is better.
    """

    __slots__ = ("falling", "grid", "limits", "rising", "rungs", "top")

    def __init__(self, grid: TickGrid, limits: PriceLimits) -> None:
        self.grid = grid
        self.limits = limits
        self.rising = _prices(grid, limits)
        self.falling = self.rising[::-1]
        self.top = len(self.rising) - 1
        self.rungs = _Rungs(self.rising)
        """The rung of a price. Raises `KeyError` for a price off the grid or outside the limits."""

    def floor(self, price: int) -> int:
        """The highest rung at or below `price`; -1 when `price` is below the lower limit."""
        return bisect_right(self.rising, price) - 1

    def ceil(self, price: int) -> int:
        """The lowest rung at or above `price`; `top` + 1 when `price` is above the upper limit."""
        return bisect_left(self.rising, price)


class _Rungs(dict[int, int]):
    """price → rung, filled as prices are used: a day uses few of the prices that it allows."""

    __slots__ = ("_prices",)

    def __init__(self, prices: "array[int]") -> None:
        super().__init__()
        self._prices = prices

    def __missing__(self, price: int) -> int:
        rung = bisect_left(self._prices, price)
        if rung == len(self._prices) or self._prices[rung] != price:
            raise KeyError(price)
        self[price] = rung
        return rung


def _prices(grid: TickGrid, limits: PriceLimits) -> "array[int]":
    """Every grid price within the limits. Ticks never shrink as the price rises, so bands can be bisected."""
    prices = array("i")
    price = limits.lower
    while price <= limits.upper:
        tick = grid.tick(price)
        rest = range(price, limits.upper + 1, tick)
        band = rest[: bisect_right(rest, tick, key=grid.tick)]
        prices.extend(band)
        price = grid.up(band[-1])
    return prices
