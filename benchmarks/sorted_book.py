"""What one would write first: a price-time book on sortedcontainers, one sorted map of prices a side."""

from sortedcontainers import SortedDict

from hoga.domain.request import Side


class SortedBook:
    """Limit orders only. Bids are kept under their negative price, so that the first key is the best."""

    def __init__(self) -> None:
        self._bids: SortedDict[int, dict[int, int]] = SortedDict()
        self._asks: SortedDict[int, dict[int, int]] = SortedDict()
        self._where: dict[int, tuple[SortedDict[int, dict[int, int]], int]] = {}

    def place(self, number: int, side: Side, price: int, quantity: int) -> list[tuple[int, int, int]]:
        """Match an order, rest what is left, and tell its matches: number of the other, price, quantity."""
        if side is Side.BUY:
            own, other, key = self._bids, self._asks, -price
        else:
            own, other, key = self._asks, self._bids, price
        matches: list[tuple[int, int, int]] = []
        while quantity and other:
            best, level = other.peekitem(0)
            if best > -key:
                break
            resting, waiting = next(iter(level.items()))
            taken = min(waiting, quantity)
            quantity -= taken
            matches.append((resting, abs(best), taken))
            if taken < waiting:
                level[resting] = waiting - taken
            else:
                self.remove(resting)
        if quantity:
            level = own.get(key)
            if level is None:
                own[key] = level = {}
            level[number] = quantity
            self._where[number] = own, key
        return matches

    def remove(self, number: int) -> int:
        """Take an order off the book and return its shares; 0 when it rests nowhere."""
        found = self._where.pop(number, None)
        if found is None:
            return 0
        own, key = found
        level = own[key]
        quantity: int = level.pop(number)
        if not level:
            del own[key]
        return quantity
