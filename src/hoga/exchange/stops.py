"""Stop-limit orders (스톱지정가) that have not been set off yet.

Source: krx.md §3.1 (ER as amended 2025-02-27). A buy sleeps until the last price has risen to its stop price,
a sell until it has fallen to it; then it is a limit order of that moment. Of several that one price sets off,
buys come by the lower stop first, sells by the higher, then by entry; that buys come before sells is a
choice.

Sleeping orders are on no book: they show nowhere and trade with nobody.
"""

from bisect import insort
from dataclasses import dataclass

from hoga.domain.request import Side


@dataclass(slots=True)
class Stop:
    """A sleeping order: what it will be, and the price that wakes it."""

    number: int
    side: Side
    price: int
    stop_price: int
    quantity: int


class Stops:
    """The sleeping orders of one board."""

    __slots__ = ("_buys", "_sells", "orders")

    def __init__(self) -> None:
        self.orders: dict[int, Stop] = {}
        self._buys: list[tuple[int, int]] = []
        self._sells: list[tuple[int, int]] = []

    def add(self, stop: Stop) -> None:
        self.orders[stop.number] = stop
        if stop.side is Side.BUY:
            insort(self._buys, (stop.stop_price, stop.number))
        else:
            insort(self._sells, (-stop.stop_price, stop.number))

    def reduce(self, number: int, quantity: int) -> None:
        """Take `quantity` shares off a sleeping order; what is left keeps its place."""
        stop = self.orders[number]
        stop.quantity -= quantity
        if not stop.quantity:
            del self.orders[number]
            if stop.side is Side.BUY:
                self._buys.remove((stop.stop_price, number))
            else:
                self._sells.remove((-stop.stop_price, number))

    def wake(self, last_price: int) -> list[Stop]:
        """Take out all that `last_price` sets off, in the order in which they become limit orders."""
        woken = []
        while self._buys and self._buys[0][0] <= last_price:
            woken.append(self.orders.pop(self._buys.pop(0)[1]))
        while self._sells and -self._sells[0][0] >= last_price:
            woken.append(self.orders.pop(self._sells.pop(0)[1]))
        return woken
