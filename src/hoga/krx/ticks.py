"""Which prices exist: the tick size table (호가가격단위) of every market and product by date.

Sources: ER§32(2). Stocks of all markets from 2023-01-25 (addendum of rule 2094), ETF and ETN from 2023-12-11
(addendum of rule 2181); before that the tables of 2010-10-04 (date from the ER addenda, bands from the press
of 2010 and 2023). Midpoint trades may print between two ticks; such a price trades but cannot be entered.
Days before 2010-10-04 are refused: their tables were not read.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Kind, Market


@dataclass(frozen=True, slots=True)
class TickGrid:
    """The prices that may be entered, as bands: from `edges[i]` won on, the tick is `ticks[i]` won.

    Every edge is a multiple of the ticks on both of its sides, so the grid is the multiples of the band's
    tick. The band is chosen by the price itself; an edge belongs to the upper band. Prices are positive.
    """

    edges: tuple[int, ...]
    ticks: tuple[int, ...]
    smallest: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "smallest", self.ticks[0])

    def tick(self, price: int) -> int:
        """The tick size of the band that `price` lies in."""
        return self.ticks[bisect_right(self.edges, price) - 1] if price > 0 else self.smallest

    def is_on(self, price: int) -> bool:
        """Whether `price` may be entered, limits apart."""
        return price > 0 and price % self.tick(price) == 0

    def floor(self, price: int) -> int:
        """The highest grid price not above `price`; 0, which is no price, under the smallest tick."""
        return price - price % self.tick(price)

    def ceil(self, price: int) -> int:
        """The lowest grid price not below `price`."""
        tick = self.tick(price)
        return -(-price // tick) * tick

    def up(self, price: int) -> int:
        """The next grid price above `price`, also when `price` itself is between two."""
        below = self.floor(price)
        return below + self.tick(below)

    def down(self, price: int) -> int:
        """The next grid price below `price`, in the tick of the band it enters; never under the smallest."""
        above = self.ceil(price)
        return max(above - self.tick(above - 1), self.smallest)


_OLD_KOSPI = TickGrid((0, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000), (1, 5, 10, 50, 100, 500, 1_000))
_OLD_KOSDAQ = TickGrid((0, 1_000, 5_000, 10_000, 50_000), (1, 5, 10, 50, 100))
_STOCK = TickGrid((0, 2_000, 5_000, 20_000, 50_000, 200_000, 500_000), (1, 5, 10, 50, 100, 500, 1_000))
_FLAT_FIVE = TickGrid((0,), (5,))
_FUND = TickGrid((0, 2_000), (1, 5))

_FIRST_DAY = date(2010, 10, 4)
_STOCK_REFORM = date(2023, 1, 25)
_FUND_REFORM = date(2023, 12, 11)
"""The press had announced 2023-12-08 and 2023-12-18; the addendum says 2023-12-11."""


@cache
def grid(market: Market, kind: Kind, day: date) -> TickGrid:
    """The grid of a product on a day. Raises `BadInput` before 2010-10-04."""
    if day < _FIRST_DAY:
        raise BadInput(
            f"{day}의 호가단위는 알 수 없습니다. {_FIRST_DAY} 이후의 날짜를 쓰세요.",
            f"The tick sizes of {day} are not known. Use a day from {_FIRST_DAY} on.",
        )
    match kind:
        case Kind.STOCK if day >= _STOCK_REFORM:
            return _STOCK
        case Kind.STOCK:
            return _OLD_KOSPI if market is Market.KOSPI else _OLD_KOSDAQ
        case Kind.ETF | Kind.ETN:
            return _FUND if day >= _FUND_REFORM else _FLAT_FIVE
        case Kind.ELW:
            return _FLAT_FIVE
