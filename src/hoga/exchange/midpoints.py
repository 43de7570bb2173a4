"""Midpoint orders (중간가호가): they wait beside the book and trade half way between its best prices.

Source: krx.md §3.1 (ER as amended 2025-02-27). They float with the book, never define its best prices, sleep
while one of its sides has no limit order, and take part in continuous trading only. As half a tick below is
dropped to the won, the midpoint of prices one won apart is the best bid itself: there a midpoint order and a
bid have the same price and the earlier number goes first.

What one side of midpoint orders would meet of the other has met it on arrival, so at most one side waits. The
rule text does not say what a resting midpoint sell does when the book closes in on it until both are at the
best bid; here they trade (unverified).
"""

from hoga.domain.request import Side
from hoga.exchange.book import Book, Match
from hoga.krx.pegged import mid_price


class Midpoints:
    """The waiting midpoint orders of one board: number → shares, the earliest first."""

    __slots__ = ("buys", "sells")

    def __init__(self) -> None:
        self.buys: dict[int, int] = {}
        self.sells: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self.buys or self.sells)

    def waiting(self, side: Side) -> dict[int, int]:
        return self.buys if side is Side.BUY else self.sells

    def find(self, number: int) -> Side | None:
        if number in self.buys:
            return Side.BUY
        return Side.SELL if number in self.sells else None

    def reduce(self, number: int, quantity: int) -> None:
        """Take `quantity` shares off an order; what is left keeps its place."""
        orders = self.buys if number in self.buys else self.sells
        orders[number] -= quantity
        if not orders[number]:
            del orders[number]

    def available(self, book: Book, side: Side, price: int | None) -> int:
        """Shares waiting here that an order of `side` at `price` (None: a market order) would meet first."""
        midpoint = reached(book, side, price)
        if midpoint is None or not book.lowest <= midpoint <= book.highest:
            return 0
        return sum(self.waiting(side.opposite).values())

    def meet(
        self, book: Book, number: int, side: Side, price: int | None, quantity: int
    ) -> tuple[list[Match], int]:
        """Trade an arriving order against those waiting here, and return its matches and what is left of it.

        Bids of the book that are as good as the midpoint and earlier trade in between.
        """
        waiting = self.waiting(side.opposite)
        matches: list[Match] = []
        while quantity and waiting:
            midpoint = reached(book, side, price)
            if midpoint is None:
                break
            if not book.lowest <= midpoint <= book.highest:
                book.stopped_at = midpoint
                break
            resting, shares = next(iter(waiting.items()))
            first = book.first(side.opposite)
            if first is not None and first[1] == midpoint and first[0] < resting:
                shares = min(quantity, first[2])
                matches += book.place(number, side, midpoint, shares)
            else:
                shares = min(quantity, shares)
                self.reduce(resting, shares)
                matches.append((resting, midpoint, shares))
                book.last_price = midpoint
            quantity -= shares
        return matches, quantity

    def close_in(self, book: Book) -> tuple[int, Match] | None:
        """Let the first midpoint sell trade with a bid that has come as close as the midpoint, if one has.

        The sell's number and its match; None when nothing is that close.
        """
        bid = book.first(Side.BUY)
        if not self.sells or bid is None or midpoint_of(book) != bid[1]:
            return None
        if not book.lowest <= bid[1] <= book.highest:
            return None
        number, shares = next(iter(self.sells.items()))
        (match,) = book.place(number, Side.SELL, bid[1], min(shares, bid[2]))
        self.reduce(number, match[2])
        return number, match


def midpoint_of(book: Book) -> int | None:
    """The midpoint of the book's limit orders; None while one side has none."""
    return mid_price(book.best_price(Side.BUY), book.best_price(Side.SELL))


def reached(book: Book, side: Side, price: int | None) -> int | None:
    """The midpoint, when an order of `side` at `price` (None: a market order) would pay it."""
    midpoint = midpoint_of(book)
    if midpoint is None or price is None:
        return midpoint
    return midpoint if (price >= midpoint if side is Side.BUY else price <= midpoint) else None
