"""The orders of everybody else in one book: a ladder on each side, and how it moves to where a print is.

Before a print the ladder moves to its price: ten prices on each side, next to each other, each of a random
size around the usual volume. Only prices whose orders must change are touched, so whoever waits behind an
order of the market keeps their place. Prices are rungs of the day's ladder. Cancels come before new orders,
so that the market does not trade with itself by mistake.
"""

from collections.abc import Iterable
from typing import Protocol

from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.commands import THE_MARKET, Cancel, Command, Place
from hoga.exchange.events import BoardKind, Canceled, Event, Expired, Placed, Traded
from hoga.exchange.ladder import Ladder

LEVELS = 10
"""Prices of the ladder on each side, as many as the market shows."""

KEPT_LEVELS = 20
"""The market's orders further than this many prices from the best are cancelled."""

_BUY = Side.BUY
_SELL = Side.SELL
_LIMIT = OrderType.LIMIT
_AUCTION = OrderType.AFTER_HOURS_AUCTION
_TRADED = (BoardKind.REGULAR, BoardKind.NXT, BoardKind.EVENING_CALLS, BoardKind.AFTER_MARKET)
"""The markets of the day that have a crowd: where there is one price only, orders just wait."""
_MIDPOINT = 0
"""Where midpoint orders are kept, which have no price."""


class Luck(Protocol):
    """Where chance comes from; `random.Random` is one."""

    def random(self) -> float: ...

    def randrange(self, stop: int, /) -> int: ...


class _Resting:
    """An order of the market that rests in `orders`, the list of one price of one side."""

    __slots__ = ("index", "ladder", "left", "number")

    def __init__(self, number: int, left: int, ladder: "_Ladder", index: int) -> None:
        self.number = number
        self.left = left
        self.ladder = ladder
        self.index = index


class _Ladder(dict[int, list[_Resting]]):
    """The market's resting orders of one side by the index of their price, the oldest of a price first.

    Nothing rests below `lowest` or above `highest`. Nearly always the prices between them are all there, and
    then one comparison tells what a look at each would.
    """

    __slots__ = ("highest", "lowest")

    def __init__(self) -> None:
        self.lowest, self.highest = 0, -1

    def rest(self, order: _Resting) -> None:
        """Take a new order."""
        index = order.index
        orders = self.get(index)
        if orders is not None:
            orders.append(order)
            return
        if not self:
            self.lowest = self.highest = index
        elif index < self.lowest:
            self.lowest = index
        elif index > self.highest:
            self.highest = index
        self[index] = [order]

    def leave(self, order: _Resting) -> None:
        """Forget an order of which nothing is left."""
        index = order.index
        orders = self[index]
        orders.remove(order)
        if not orders:
            del self[index]
            if not self:
                self.lowest, self.highest = 0, -1
            elif index == self.lowest:
                self.lowest += 1
            elif index == self.highest:
                self.highest -= 1

    def missing(self, indices: range) -> Iterable[int]:
        """Those of `indices`, one after the other, where nothing rests."""
        if not indices:
            return ()
        least, most = min(indices[0], indices[-1]), max(indices[0], indices[-1])
        lowest, highest = self.lowest, self.highest
        if lowest <= least and most <= highest and len(self) == highest - lowest + 1:
            return ()
        return [index for index in indices if index not in self]

    def left(self, index: int) -> int:
        """Shares at one price."""
        left = 0
        for order in self.get(index, ()):
            left += order.left
        return left


class Crowd:
    """The market's orders of one issue in one market of the day, `levels` prices on each side.

    `size` is the usual volume of a minute.
    """

    __slots__ = (
        "asks",
        "bids",
        "board",
        "code",
        "ladder",
        "levels",
        "luck",
        "midpoints",
        "order_type",
        "size",
        "top",
        "venue",
    )

    def __init__(
        self,
        code: str,
        ladder: Ladder,
        size: int,
        luck: Luck,
        board: BoardKind = BoardKind.REGULAR,
        levels: int = LEVELS,
    ) -> None:
        self.code = code
        self.ladder = ladder
        self.top = ladder.top
        self.size = size
        self.luck = luck
        self.board = board
        self.venue = board.venue
        self.order_type = _AUCTION if board is BoardKind.EVENING_CALLS else _LIMIT
        self.levels = levels
        self.bids = _Ladder()
        self.asks = _Ladder()
        self.midpoints = _Ladder()

    def draw_size(self) -> int:
        """A plausible quantity for one price of the ladder."""
        chance = self.luck.random()
        return int(self.size * (0.2 + 2.4 * chance * chance)) + 1

    def place(self, side: Side, quantity: int, index: int) -> Place:
        price = self.ladder.rising[index]
        return Place(THE_MARKET, self.code, side, quantity, price, self.order_type, venue=self.venue)

    def _taking(self, side: Side, quantity: int, index: int) -> Place:
        if not self.midpoints:
            return self.place(side, quantity, index)
        # A midpoint order may have met what was meant for this one: then nothing of it must rest.
        price = self.ladder.rising[index]
        return Place(
            THE_MARKET, self.code, side, quantity, price, time_in_force=TimeInForce.IOC, venue=self.venue
        )

    def place_midpoint(self, side: Side, quantity: int) -> Place:
        return Place(THE_MARKET, self.code, side, quantity, order_type=OrderType.MID_PRICE, venue=self.venue)

    def meet(self, index: int, quantity: int, commands: list[Command]) -> None:
        """In a call: let `quantity` shares meet at a price, and put a ladder outside of it."""
        self._withdraw(index - (not quantity), index + (not quantity), commands)
        if quantity:
            for side, ladder in ((_BUY, self.bids), (_SELL, self.asks)):
                rests = ladder.left(index)
                if rests > quantity:
                    commands += [Cancel(THE_MARKET, order.number) for order in ladder[index]]
                    rests = 0
                if rests < quantity:
                    commands.append(self.place(side, quantity - rests, index))
        self._complete(index - 1, index + 1, commands)

    def print(self, index: int, quantity: int, taker: Side, commands: list[Command]) -> None:
        """Let `quantity` shares trade at a price, and leave something of what rests there."""
        if taker is _BUY:
            ladder, bid, ask = self.asks, index - 1, index
        else:
            ladder, bid, ask = self.bids, index, index + 1
        self._withdraw(bid, ask, commands)
        rests = ladder.left(index)
        if rests <= quantity:
            commands.append(self.place(taker.opposite, quantity - rests + self.draw_size(), index))
        self._complete(index - 1, index + 1, commands)
        if quantity:
            commands.append(self._taking(taker, quantity, index))
        self._redraw(index, commands)

    def _withdraw(self, bid: int, ask: int, commands: list[Command]) -> None:
        """Cancel what is better than these best prices, or too far from them."""
        for ladder, nearest, farthest in (
            (self.asks, ask, ask + KEPT_LEVELS),
            (self.bids, bid - KEPT_LEVELS, bid),
        ):
            lowest, highest = ladder.lowest, ladder.highest
            if lowest < nearest or highest > farthest:
                near = range(lowest, min(nearest, highest + 1))
                far = range(max(farthest, lowest - 1) + 1, highest + 1)
                for index in (*near, *far):
                    commands += [Cancel(THE_MARKET, order.number) for order in ladder.get(index, ())]

    def _complete(self, bid: int, ask: int, commands: list[Command]) -> None:
        """Give every price of both ladders from these prices outward an order, if it has none."""
        commands += [
            self.place(_BUY, self.draw_size(), index)
            for index in self.bids.missing(range(bid, max(bid - self.levels, -1), -1))
        ]
        commands += [
            self.place(_SELL, self.draw_size(), index)
            for index in self.asks.missing(range(ask, min(ask + self.levels, self.top + 1)))
        ]

    def _redraw(self, index: int, commands: list[Command]) -> None:
        """Change the quantity at one price near the best, so that the ladder lives."""
        distance = self.luck.randrange(self.levels - 1) + 1
        if self.luck.random() < 0.5:
            side, ladder, index = _BUY, self.bids, index - distance
        else:
            side, ladder, index = _SELL, self.asks, index + distance
        if index not in ladder:
            return
        change = self.draw_size() - ladder.left(index)
        newest = ladder[index][-1]
        if change > 0:
            commands.append(self.place(side, change, index))
        elif -change < newest.left:
            if change:
                commands.append(Cancel(THE_MARKET, newest.number, -change))
        elif len(ladder[index]) > 1:
            commands.append(Cancel(THE_MARKET, newest.number))

    def leave(self, commands: list[Command]) -> None:
        """Cancel everything."""
        for ladder in (self.bids, self.asks, self.midpoints):
            for orders in ladder.values():
                commands += [Cancel(THE_MARKET, order.number) for order in orders]


class Crowds:
    """All crowds, who must hear what becomes of their orders."""

    def __init__(self) -> None:
        self._orders: dict[int, _Resting] = {}
        self._by_code: dict[BoardKind, dict[str, Crowd]] = {kind: {} for kind in _TRADED}

    def add(self, crowd: Crowd) -> None:
        """Follow the orders of `crowd` too."""
        self._by_code[crowd.board][crowd.code] = crowd

    def hear(self, events: Iterable[Event]) -> None:
        """Keep track of the market's own orders."""
        # By type, see Exchange.process.
        for event in events:
            if type(event) is Traded:
                if event.buy_account == THE_MARKET:
                    self._shrink(event.buy_number, event.quantity)
                if event.sell_account == THE_MARKET:
                    self._shrink(event.sell_number, event.quantity)
            elif type(event) is Placed:
                if event.account == THE_MARKET:
                    crowds = self._by_code.get(event.board)
                    if crowds is None:
                        continue
                    crowd = crowds[event.code]
                    if event.price is None:
                        ladder, index = crowd.midpoints, _MIDPOINT
                    else:
                        ladder = crowd.bids if event.side is _BUY else crowd.asks
                        index = crowd.ladder.rungs[event.price]
                    order = _Resting(event.number, event.quantity, ladder, index)
                    self._orders[event.number] = order
                    ladder.rest(order)
            elif (type(event) is Canceled or type(event) is Expired) and event.account == THE_MARKET:
                self._shrink(event.number, event.quantity)

    def _shrink(self, number: int, quantity: int) -> None:
        order = self._orders.get(number)
        if order is None:
            return  # it waits where there is one price only
        order.left -= quantity
        if order.left:
            return
        del self._orders[number]
        order.ladder.leave(order)
