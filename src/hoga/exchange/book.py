"""The book of one instrument: price-time priority on a ladder of prices.

Time is the order in which the book is told; it needs no clock. Market orders rank before limit orders, except
that market buys rank equal with buys at the upper limit and market sells with sells at the lower limit, and
then time decides (KRX Business Regulation §22, krx.md §3.3). The book keeps that rule by its shape: a resting
market order waits on the rung of the limit price itself. What it trades at is another matter: its deemed
price (krx.deemed), because a trade takes the price of the earlier order.

After matching, whenever a market order rests the opposite side is empty: it would have taken everything
there. So a resting market order never meets a resting limit order, and its deemed price is needed only when
the next order of the other side arrives.

The book knows order numbers and shares. It does not know accounts, money, types or phases beyond "orders only
gather" (a call) and "orders match" (continuous trading), and it checks nothing: its callers hand in prices of
the ladder and quantities of one or more. Its callers may also forbid it to trade outside two prices: matching
stops there, says so in `stopped_at`, and what to do about it is theirs (a volatility interruption).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from hoga.domain.request import Side
from hoga.exchange import auction
from hoga.exchange.auction import Clearing, Interest
from hoga.exchange.ladder import Ladder
from hoga.krx import deemed

Match = tuple[int, int, int]
"""One match of an arriving order: number of the resting order, price, quantity. A plain tuple: hot path."""

Pair = tuple[int, int, int]
"""One match of a call auction: number of the buy, number of the sell, quantity."""

_NO_MATCHES: Sequence[Match] = ()
ANY_PRICE = 1 << 62
_BUY = Side.BUY


class Level(dict[int, int]):
    """The resting orders of one price of one side: number → shares left, earliest first.

    An order of this price trades with the other side down to its rung `reach`.
    """

    __slots__ = ("own", "reach", "rung")

    def __init__(self, own: "BookSide", rung: int) -> None:
        self.own = own
        self.rung = rung
        self.reach = own.top - rung


class BookSide:
    """The resting orders of one side. A higher rung is a better price, on the ask side too."""

    __slots__ = ("at", "best", "levels", "market", "marks", "prices", "quantity", "side", "top", "turns")

    def __init__(self, side: Side, ladder: Ladder) -> None:
        self.side = side
        self.prices = ladder.rising if side is _BUY else ladder.falling
        self.top = ladder.top
        self.levels: list[Level | None] = [None] * len(self.prices)
        """The level of each rung. None until the rung is first used."""
        self.at: dict[int | None, Level] = {}
        """The level of each price that was used; that of None is the top one, where market orders wait."""
        self.marks = bytearray(len(self.prices))
        """1 where the rung has orders: finding the next best price is one search in C."""
        self.best = -1
        """The best rung with orders, -1 when there is none."""
        self.market: set[int] = set()
        """Numbers of the resting market orders; all of them wait on the top rung."""
        self.quantity = 0
        """Shares of all resting orders, market orders included."""
        self.turns: deque[tuple[int, int]] | None = None
        """(number, shares): who comes next at the limit price, after a call shared the shares there."""

    def level(self, price: int | None, ladder: Ladder) -> Level:
        """The level of a price that is used for the first time. Raises `KeyError` for one off the ladder."""
        rung = self.top if price is None else ladder.rungs[price]
        if price is not None and self.side is Side.SELL:
            rung = self.top - rung
        found = self.levels[rung]
        level = Level(self, rung) if found is None else found
        self.levels[rung] = self.at[price] = level
        return level

    def best_limit(self) -> int:
        """The best rung with a limit order, -1 when there is none."""
        if self.market:
            top = self.levels[self.top]
            if top is None or len(top) == len(self.market):
                return self.marks.rfind(1, 0, self.top)
        return self.best

    def market_quantity(self) -> int:
        """Shares of the resting market orders."""
        top = self.levels[self.top]
        return sum(top[number] for number in self.market) if top is not None else 0

    def limit_levels(self, gone: int = 0) -> Iterator[tuple[int, int]]:
        """(price, shares) of the resting limit orders, best first, without the first `gone` shares to trade.

        At the limit price, where limit orders and market orders are equals, time says which these are.
        """
        rung = self.best
        while rung >= 0:
            level: dict[int, int] = self.levels[rung] or {}
            waiting = sum(level.values())
            going = min(gone, waiting)
            shares = self._limit_shares(level, going) if rung == self.top and self.market else waiting - going
            if shares:
                yield self.prices[rung], shares
            gone -= going
            rung = self.marks.rfind(1, 0, rung)

    def _limit_shares(self, level: dict[int, int], gone: int) -> int:
        """Shares of the limit orders of the top rung, without the first `gone` of all that wait there."""
        shares = 0
        for number, quantity in level.items():
            going = min(gone, quantity)
            gone -= going
            if number not in self.market:
                shares += quantity - going
        return shares

    def next_turn(self) -> tuple[int, int] | None:
        """Whose turn it is at the limit price, and for how many shares; None when time decides again."""
        level = self.levels[self.top]
        while self.turns:
            number, shares = self.turns[0]
            left = level.get(number, 0) if level else 0
            if left:
                return number, min(shares, left)
            self.turns.popleft()
        self.turns = None
        return None

    def take_turn(self, quantity: int) -> None:
        """The one whose turn it is has traded `quantity` shares of it."""
        assert self.turns is not None
        number, shares = self.turns.popleft()
        if shares > quantity:
            self.turns.appendleft((number, shares - quantity))

    def interest(self) -> Interest:
        """What this side wants of a call auction."""
        return Interest(limits=tuple(self.limit_levels()), market=self.market_quantity())

    def queue(self) -> Iterator[tuple[int, int]]:
        """(number, shares) of all resting orders in order of priority."""
        rung = self.best
        while rung >= 0:
            yield from (self.levels[rung] or {}).items()
            rung = self.marks.rfind(1, 0, rung)


class Book:
    """Price-time priority for one instrument and one day. `last_price` is the base price before any trade."""

    __slots__ = (
        "_where",
        "asks",
        "bids",
        "gathers",
        "highest",
        "ladder",
        "last_price",
        "lowest",
        "stopped_at",
        "top",
    )

    def __init__(self, ladder: Ladder, last_price: int) -> None:
        self.ladder = ladder
        self.top = ladder.top
        self.last_price = last_price
        self.gathers = False
        """Whether orders only gather for a call auction instead of matching as they come."""
        self.lowest = 0
        self.highest = ANY_PRICE
        """Outside of `lowest` to `highest` nothing trades: matching stops before it."""
        self.stopped_at: int | None = None
        """The price at which matching has stopped that way. The sides may overlap then."""
        self.bids = BookSide(Side.BUY, ladder)
        self.asks = BookSide(Side.SELL, ladder)
        self._where: dict[int, Level] = {}
        """Where an order rests, by its number."""

    def place(self, number: int, side: Side, price: int | None, quantity: int) -> Sequence[Match]:
        """Match an arriving order, rest what is left of it, and return its matches, first one first.

        `price` None is a market order. `number` must be new to the book.
        """
        if side is _BUY:
            own, other = self.bids, self.asks
        else:
            own, other = self.asks, self.bids
        try:
            level = own.at[price]
        except KeyError:
            level = own.level(price, self.ladder)
        matches = _NO_MATCHES
        if other.best >= level.reach and not self.gathers:
            matches, quantity = self._match(other, level.reach, price, quantity)
            if not quantity:
                return matches

        if not level:
            rung = level.rung
            own.marks[rung] = 1
            if rung > own.best:
                own.best = rung
        level[number] = quantity
        own.quantity += quantity
        self._where[number] = level
        if price is None:
            own.market.add(number)
        return matches

    def clearing(self) -> Clearing | None:
        """What a call auction would do with the orders that have gathered; None when nothing would trade."""
        if self.bids.best < 0 or self.asks.best < 0:
            return None
        return auction.clear(self.ladder, self.bids.interest(), self.asks.interest(), self.last_price)

    def uncross(self, clearing: Clearing, allocated_on: date | None = None) -> list[Pair]:
        """Carry out a call auction: all its matches, in order of priority on both sides.

        `allocated_on` is the day when this is a call whose orders at the limit price share what there is
        (`auction.turns`). The order of turns goes on in continuous trading until those orders are exhausted.
        """
        buys = self._take(self.bids, clearing, allocated_on)
        sells = self._take(self.asks, clearing, allocated_on)
        self.last_price = clearing.price
        pairs: list[Pair] = []
        waiting = iter(sells)
        sell, offered = next(waiting)
        for buy, wanted in buys:
            while wanted:
                if not offered:
                    sell, offered = next(waiting)
                shares = min(wanted, offered)
                pairs.append((buy, sell, shares))
                wanted -= shares
                offered -= shares
        return pairs

    def left(self, number: int) -> tuple[Side, int] | None:
        """Side and shares of the resting order `number`; None when it rests nowhere."""
        level = self._where.get(number)
        return None if level is None else (level.own.side, level[number])

    def available(self, side: Side, price: int | None, quantity: int) -> int:
        """How many of `quantity` shares an order of `side` at `price` (None: market) would trade at once."""
        other, reach = self._reach(side, price)
        found, rung = 0, other.best
        while rung >= reach and found < quantity:
            deal = other.prices[rung]
            if rung == other.top and other.market:
                deal = self.deemed_price(other.side, price)
            if not self.lowest <= deal <= self.highest:
                break
            found += sum((other.levels[rung] or {}).values())
            rung = other.marks.rfind(1, 0, rung)
        return min(found, quantity)

    def next_price(self, side: Side, price: int | None) -> int | None:
        """The price at which an order of `side` would trade next; None when it would rest."""
        other, reach = self._reach(side, price)
        if other.best < reach or other.best < 0:
            return None
        if other.best == other.top and other.market:
            return self.deemed_price(other.side, price)
        return other.prices[other.best]

    def first(self, side: Side) -> tuple[int, int, int] | None:
        """Number, price and shares of the limit order of `side` that comes first; None without one."""
        own = self.bids if side is _BUY else self.asks
        rung = own.best_limit()
        if rung < 0:
            return None
        number, quantity = next(
            item for item in (own.levels[rung] or {}).items() if item[0] not in own.market
        )
        return number, own.prices[rung], quantity

    def best_price(self, side: Side) -> int | None:
        """The best price of the limit orders of `side`; None without one."""
        own = self.bids if side is _BUY else self.asks
        rung = own.best_limit()
        return own.prices[rung] if rung >= 0 else None

    @property
    def bests(self) -> tuple[int | None, int | None]:
        """The best prices of the limit orders of both sides, `best_price` of each."""
        bids, asks = self.bids, self.asks
        bid, ask = bids.best_limit(), asks.best_limit()
        return bids.prices[bid] if bid >= 0 else None, asks.prices[ask] if ask >= 0 else None

    def find(self, number: int) -> tuple[Side, int | None] | None:
        """Side and price (None: a market order) of the resting order `number`; None when it rests nowhere."""
        level = self._where.get(number)
        if level is None:
            return None
        own = level.own
        return own.side, None if number in own.market else own.prices[level.rung]

    def remove(self, number: int) -> int:
        """Take order `number` off the book and return its shares; 0 when it rests nowhere."""
        level = self._where.pop(number, None)
        if level is None:
            return 0
        quantity = level.pop(number)
        own = level.own
        own.quantity -= quantity
        if own.market:
            own.market.discard(number)
        if not level:
            rung = level.rung
            own.marks[rung] = 0
            if rung == own.best:
                own.best = own.marks.rfind(1, 0, rung)
        return quantity

    def reduce(self, number: int, quantity: int) -> bool:
        """Take `quantity` shares off order `number`. What is left of it keeps its place in the queue.

        False when it rests nowhere, and nothing happens.
        """
        level = self._where.get(number)
        if level is None:
            return False
        if level[number] == quantity:
            self.remove(number)
        else:
            level[number] -= quantity
            level.own.quantity -= quantity
        return True

    def deemed_price(self, side: Side, arriving: int | None = None) -> int:
        """The price at which market orders of `side` stand in continuous trading (krx.md §3.3).

        `arriving` is the price of the limit order of the other side that is just being matched: it counts as
        present, although it does not rest.
        """
        own, other = (self.bids, self.asks) if side is _BUY else (self.asks, self.bids)
        # A side of market orders only counts with its limit price here, which is too good to change anything.
        best, worst = own.best_limit(), other.marks.find(1)
        rule = deemed.continuous_buy if side is _BUY else deemed.continuous_sell
        return rule(
            own.prices[best] if best >= 0 else None,
            arriving if worst < 0 else other.prices[worst],
            self.last_price,
            self.ladder.limits,
            self.ladder.grid,
        )

    def levels(self, side: Side, depth: int, gone: int = 0) -> list[tuple[int, int]]:
        """The best `depth` prices of `side` and the shares of the limit orders there.

        Those that come first lack as many shares as `gone` says. Market orders have no price of their own and
        are not shown.
        """
        own = self.bids if side is _BUY else self.asks
        return list(islice(own.limit_levels(gone), depth))

    def _reach(self, side: Side, price: int | None) -> tuple[BookSide, int]:
        """The side that an order of `side` trades with, and its farthest rung at `price`."""
        other = self.asks if side is _BUY else self.bids
        if price is None:
            return other, 0
        rung = self.ladder.rungs[price]
        return other, self.top - rung if side is _BUY else rung

    def _take(self, own: BookSide, clearing: Clearing, allocated_on: date | None) -> list[tuple[int, int]]:
        """Take what `clearing` trades off one side: (number, shares)."""
        left = clearing.quantity
        queue: Iterable[tuple[int, int]] = own.queue()
        own.turns = None
        if allocated_on is not None and clearing.price == own.prices[own.top]:
            at_limit = list((own.levels[own.top] or {}).items())
            quantities = [quantity for _, quantity in at_limit]
            shares = auction.allocate(quantities, left, allocated_on)
            queue = [(number, got) for (number, _), got in zip(at_limit, shares, strict=True) if got]
            own.turns = deque(
                (at_limit[index][0], wish) for index, wish in auction.turns(quantities, allocated_on)
            )
            over = left
            while over and (turn := own.next_turn()):
                own.take_turn(min(over, turn[1]))
                over -= min(over, turn[1])
        taken = []
        for number, quantity in queue:
            if not left:
                break
            taken.append((number, min(quantity, left)))
            left -= taken[-1][1]
        for number, taking in taken:
            self.reduce(number, taking)
        return taken

    def _match(
        self, other: BookSide, reach: int, price: int | None, quantity: int
    ) -> tuple[list[Match], int]:
        """Trade `quantity` shares against `other` down to rung `reach`; what is left comes back."""
        matches: list[Match] = []
        where, marks = self._where, other.marks
        while quantity and (rung := other.best) >= reach:
            if rung == other.top and (other.market or other.turns is not None):
                match = self._match_at_limit(other, price, quantity)
                if match is None:
                    break
                matches.append(match)
                quantity -= match[2]
                continue
            deal = other.prices[rung]
            if not self.lowest <= deal <= self.highest:
                self.stopped_at = deal
                break
            self.last_price = deal
            level = other.levels[rung]
            assert level is not None
            wanted = quantity
            while level and quantity:
                resting = next(iter(level))
                waiting = level[resting]
                if waiting > quantity:
                    level[resting] = waiting - quantity
                    waiting = quantity
                else:
                    del level[resting], where[resting]
                matches.append((resting, deal, waiting))
                quantity -= waiting
            other.quantity -= wanted - quantity
            if not level:
                marks[rung] = 0
                other.best = marks.rfind(1, 0, rung)
        return matches, quantity

    def _match_at_limit(self, other: BookSide, price: int | None, quantity: int) -> Match | None:
        """The next match of an order with `other`'s limit price, where market orders and turns are.

        None when the price is one to stop at.
        """
        turn = other.next_turn()
        level = other.levels[other.top]
        assert level is not None
        resting, waiting = turn or next(iter(level.items()))
        is_market = resting in other.market
        deal = self.deemed_price(other.side, price) if is_market else other.prices[other.top]
        if not self.lowest <= deal <= self.highest:
            self.stopped_at = deal
            return None
        shares = min(waiting, quantity)
        if turn is not None:
            other.take_turn(shares)
        self.reduce(resting, shares)
        self.last_price = deal
        return resting, deal, shares
