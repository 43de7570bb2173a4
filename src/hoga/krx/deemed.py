"""At which price a market order (시장가) stands: it has none of its own, so the rules deem one.

Sources: BR§24(2) for continuous trading, BR§23(3) and KRX's worked examples for call auctions. Best and
farthest prices are those of limit orders only: market and midpoint orders never count. `last` is the last
price, before the day's first trade the base price, and may lie between two ticks after a midpoint trade.
"""

from dataclasses import dataclass

from hoga.krx.limits import PriceLimits
from hoga.krx.ticks import TickGrid


def continuous_buy(
    best_bid: int | None, highest_ask: int | None, last: int, limits: PriceLimits, grid: TickGrid
) -> int:
    """The price of an unfilled market buy in continuous trading, as the book is now.

    It follows the book: ask again whenever the best bid, the highest ask or the last price changes.
    """
    own = grid.ceil(last) if best_bid is None else _above(best_bid, limits, grid)
    return own if highest_ask is None else max(own, highest_ask)


def continuous_sell(
    best_ask: int | None, lowest_bid: int | None, last: int, limits: PriceLimits, grid: TickGrid
) -> int:
    """The price of an unfilled market sell in continuous trading, as the book is now."""
    own = grid.floor(last) if best_ask is None else _below(best_ask, limits, grid)
    return own if lowest_bid is None else min(own, lowest_bid)


@dataclass(frozen=True, slots=True)
class CallPrices:
    """Where the market buys and the market sells of a call auction stand, in won."""

    buy: int
    sell: int


def in_call(
    *,
    best_bid: int | None,
    lowest_bid: int | None,
    best_ask: int | None,
    highest_ask: int | None,
    market_buys: int,
    market_sells: int,
    last: int,
    limits: PriceLimits,
    grid: TickGrid,
) -> CallPrices:
    """The prices of the market orders of a call auction; `market_buys` and `market_sells` are shares.

    When there are market orders on both sides and no limit order at all, one price serves both: the last
    price, one tick towards the side that wants more. Otherwise each side takes the most eager of the prices
    that exist.
    """
    if best_bid is None and best_ask is None and market_buys and market_sells:
        if market_buys > market_sells:
            price = _above(grid.floor(last), limits, grid)
        elif market_sells > market_buys:
            price = _below(grid.ceil(last), limits, grid)
        else:
            price = grid.ceil(last)
        return CallPrices(price, price)
    buy = grid.ceil(last)
    sell = grid.floor(last)
    if best_bid is not None:
        buy = max(buy, _above(best_bid, limits, grid))
    if highest_ask is not None:
        buy = max(buy, highest_ask)
    if best_ask is not None:
        sell = min(sell, _below(best_ask, limits, grid))
    if lowest_bid is not None:
        sell = min(sell, lowest_bid)
    return CallPrices(buy, sell)


def _above(price: int, limits: PriceLimits, grid: TickGrid) -> int:
    return min(grid.up(price), limits.upper)


def _below(price: int, limits: PriceLimits, grid: TickGrid) -> int:
    return max(grid.down(price), limits.lower)
