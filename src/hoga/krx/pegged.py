"""Which price an order gets that is priced by the book: 최유리지정가, 최우선지정가 and 중간가.

Source: ER§3, §4. Best bid and best ask are those without midpoint orders, None when that side is empty. The
first two are priced once, at entry, and are ordinary limit orders from then on; a midpoint order floats.
"""

from hoga.domain.request import Side
from hoga.krx.limits import PriceLimits
from hoga.krx.ticks import TickGrid


def immediately_executable_limit(
    side: Side, best_bid: int | None, best_ask: int | None, last: int, limits: PriceLimits, grid: TickGrid
) -> int:
    """최유리지정가: the opposite best; one tick ahead of its own side when nobody is opposite."""
    if side is Side.BUY:
        if best_ask is not None:
            return best_ask
        return grid.ceil(last) if best_bid is None else min(grid.up(best_bid), limits.upper)
    if best_bid is not None:
        return best_bid
    return grid.floor(last) if best_ask is None else max(grid.down(best_ask), limits.lower)


def best_limit(side: Side, best_bid: int | None, best_ask: int | None, last: int, grid: TickGrid) -> int:
    """최우선지정가: the best of its own side; the last price when that is empty."""
    if side is Side.BUY:
        return grid.floor(last) if best_bid is None else best_bid
    return grid.ceil(last) if best_ask is None else best_ask


def mid_price(best_bid: int | None, best_ask: int | None) -> int | None:
    """중간가: half way between the bests, below one won dropped, so often between two ticks.

    None when either side is empty: such an order is refused at entry and suspended on the book.
    """
    if best_bid is None or best_ask is None:
        return None
    return (best_bid + best_ask) // 2
