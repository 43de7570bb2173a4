"""What has been printed today: every trade of every issue, from which ticks and minute bars are read.

Each market of the day has prints of its own: the regular session, the evening's, and NXT.

The exchange keeps no history of the running day, and KIS serves it. A print takes 29 bytes and an issue that
has not traded takes none, so a whole market fits. A print is written as one row; columns of the rows, and
minute bars of these, are only made for whoever asks for them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import mul
from struct import Struct

from hoga.brokers.kis.expectations import Expectations
from hoga.domain.bar import Bar
from hoga.domain.quote import Trade
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind, Event, Traded
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation

_TAKERS = {None: 0, Side.BUY: 1, Side.SELL: 2}
_SIDES = {number: side for side, number in _TAKERS.items()}
_ROW = Struct("<iiiqbii")
"""Number, second of the day, price, quantity, taker, ask and bid."""
_MINUTE = 60
_REGULAR = (BoardKind.REGULAR,)


@dataclass(frozen=True, slots=True)
class Print:
    """One trade and the state of the issue just after it; 0 is a side of the book without orders.

    `volume` is the day's, `bought` and `sold` what buyers and sellers took of it. What trades in a call
    auction is taken by nobody.
    """

    at: datetime
    price: int
    quantity: int
    ask: int
    bid: int
    volume: int
    bought: int
    sold: int
    taker: Side | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What an issue did in some seconds: its first and last price, 0 when it did not trade."""

    first: int
    last: int
    volume: int
    value: int


_STILL = Stretch(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class LargeTrades:
    """How many large prints buyers and sellers took, and how many shares more buyers took in them."""

    buys: int
    sells: int
    net: int


class _Issue:
    """One issue's prints: `rows` that nobody has asked for yet, and the columns of those before.

    `minutes` were made of the first `folded` prints.
    """

    __slots__ = (
        "asks",
        "bids",
        "folded",
        "minutes",
        "numbers",
        "prices",
        "quantities",
        "rows",
        "seconds",
        "taken",
        "takers",
    )

    def __init__(self) -> None:
        self.rows = bytearray()
        self.numbers = array("i")
        self.seconds = array("i")
        self.prices = array("i")
        self.quantities = array("q")
        self.takers = array("b")
        self.asks = array("i")
        self.bids = array("i")
        self.minutes: list[Bar] = []
        self.taken = [0, 0, 0]
        self.folded = 0

    def unfold(self) -> None:
        """Bring the columns up to the last print."""
        if not self.rows:
            return
        numbers, seconds, prices, quantities, takers, asks, bids = zip(
            *_ROW.iter_unpack(self.rows), strict=True
        )
        self.rows.clear()
        self.numbers.extend(numbers)
        self.seconds.extend(seconds)
        self.prices.extend(prices)
        self.quantities.extend(quantities)
        self.takers.extend(takers)
        self.asks.extend(asks)
        self.bids.extend(bids)
        for taker, quantity in zip(takers, quantities, strict=True):
            self.taken[taker] += quantity


class Tape:
    """The prints of the day of `simulation`, from the making of the tape on. A new day begins empty.

    Faces that stand side by side share a tape, which must hear the day before they do.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.expectations = Expectations(simulation)
        """What the calls of the day expected."""
        self._day = simulation.exchange.day
        self._issues: dict[tuple[str, BoardKind], _Issue] = {}
        simulation.on_roll(self._begin_day)
        simulation.on_events(self.hear, (Traded,))
        self._count = 0
        """The prints so far, of all issues: they are numbered in the order in which they happened."""

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of the trades among `events`; the book beside them is the one after all of them."""
        exchange = self._simulation.exchange
        found: tuple[str, BoardKind] | None = None
        for event in events:
            # By type, see Exchange.process.
            if type(event) is Traded:
                key = event.code, event.board
                if key != found:
                    found = key
                    issue = self._issues.get(key)
                    if issue is None:
                        issue = self._issues[key] = _Issue()
                    rows = issue.rows
                    bid, ask = exchange.bests(*key)
                at, taker = event.at, _TAKERS[event.taker]
                second = at.hour * 3600 + at.minute * 60 + at.second
                rows += _ROW.pack(self._count, second, event.price, event.quantity, taker, ask or 0, bid or 0)
                self._count += 1

    def _find(self, code: str, boards: Sequence[BoardKind] = _REGULAR) -> list[_Issue]:
        """The prints of an issue on several boards, of those that have any."""
        issues = [issue for board in boards if (issue := self._issues.get((code, board)))]
        for issue in issues:
            issue.unfold()
        return issues

    def newest(
        self,
        code: str,
        count: int,
        until: datetime | None = None,
        boards: Sequence[BoardKind] = _REGULAR,
    ) -> list[Print]:
        """The newest `count` prints, those up to `until` (the whole second) if given; newest first.

        Of several boards the prints are in the order in which they happened, and their sums those of all.
        """
        issues = self._find(code, boards)
        places = [(issue, self._end(issue, until)) for issue in issues]
        if len(places) == 1:
            ((issue, end),) = places
            start = max(end - count, 0)
            taken = [0, 0, 0]
            for taker, quantity in zip(issue.takers[:start], issue.quantities[:start], strict=True):
                taken[taker] += quantity
            rows = [(issue, index) for index in range(start, end)]
        else:
            rows = _in_order(places)
            taken = [0, 0, 0]
            for issue, index in rows[: max(len(rows) - count, 0)]:
                taken[issue.takers[index]] += issue.quantities[index]
            rows = rows[max(len(rows) - count, 0) :]
        prints = []
        for issue, index in rows:
            taken[issue.takers[index]] += issue.quantities[index]
            prints.append(
                Print(
                    at=self._at(issue.seconds[index]),
                    price=issue.prices[index],
                    quantity=issue.quantities[index],
                    ask=issue.asks[index],
                    bid=issue.bids[index],
                    volume=sum(taken),
                    bought=taken[1],
                    sold=taken[2],
                    taker=_SIDES[issue.takers[index]],
                )
            )
        return prints[::-1]

    def trades(self, code: str, boards: Sequence[BoardKind]) -> Iterator[Trade]:
        """Every print of several boards, in the order in which they happened."""
        issues = self._find(code, boards)
        for issue, index in _in_order([(issue, len(issue.prices)) for issue in issues]):
            yield Trade(
                code,
                self._at(issue.seconds[index]),
                issue.prices[index],
                issue.quantities[index],
                _SIDES[issue.takers[index]],
            )

    def find_ends(self, code: str, boards: Sequence[BoardKind]) -> tuple[int, int] | None:
        """The prices of the first and the last print of several boards; None when there was none."""
        issues = self._find(code, boards)
        if not issues:
            return None
        first = min(issues, key=lambda issue: issue.numbers[0])
        last = max(issues, key=lambda issue: issue.numbers[-1])
        return first.prices[0], last.prices[-1]

    def taken(self, code: str, boards: Sequence[BoardKind] = _REGULAR) -> tuple[int, int]:
        """What buyers and what sellers took today."""
        issues = self._find(code, boards)
        return sum(issue.taken[1] for issue in issues), sum(issue.taken[2] for issue in issues)

    def by_price(self, code: str, until: datetime | None = None) -> dict[int, int]:
        """How much was traded at each price in today's regular session, up to `until` if given."""
        issue = next(iter(self._find(code)), None)
        traded: dict[int, int] = {}
        if issue is not None:
            end = self._end(issue, until)
            for price, quantity in zip(issue.prices[:end], issue.quantities[:end], strict=True):
                traded[price] = traded.get(price, 0) + quantity
        return traded

    def stretches(self, code: str, bounds: Sequence[int]) -> list[Stretch]:
        """What was traded in today's regular session between each two of `bounds`, seconds of the day.

        A print at a bound belongs to what comes after it.
        """
        issue = next(iter(self._find(code)), None)
        if issue is None:
            return [_STILL] * (len(bounds) - 1)
        found = []
        start = bisect_left(issue.seconds, bounds[0])
        for bound in bounds[1:]:
            end = bisect_left(issue.seconds, bound, start)
            if end == start:
                found.append(_STILL)
                continue
            prices, quantities = issue.prices[start:end], issue.quantities[start:end]
            found.append(Stretch(prices[0], prices[-1], sum(quantities), sum(map(mul, prices, quantities))))
            start = end
        return found

    def find_last(self, code: str, before: int) -> int | None:
        """The last price of today's regular session before a second of the day."""
        issue = next(iter(self._find(code)), None)
        end = bisect_left(issue.seconds, before) if issue else 0
        return issue.prices[end - 1] if issue and end else None

    def find_newest(self, codes: Iterable[str]) -> int | None:
        """The second of the newest print among some issues in today's regular session."""
        issues = (issue for code in codes for issue in self._find(code))
        return max((issue.seconds[-1] for issue in issues), default=None)

    def large_trades(self, code: str, least: int) -> LargeTrades:
        """The prints of today's regular session that were of `least` won or more."""
        issue = next(iter(self._find(code)), None)
        counts, shares = [0, 0, 0], [0, 0, 0]
        if issue is not None:
            for taker, price, quantity in zip(issue.takers, issue.prices, issue.quantities, strict=True):
                if price * quantity >= least:
                    counts[taker] += 1
                    shares[taker] += quantity
        return LargeTrades(counts[1], counts[2], shares[1] - shares[2])

    def find_first(self, code: str, price: int) -> datetime | None:
        """When `code` first traded at `price` in today's regular session."""
        issue = next(iter(self._find(code)), None)
        if issue is None or price not in issue.prices:
            return None
        return self._at(issue.seconds[issue.prices.index(price)])

    def minutes(self, code: str, boards: Sequence[BoardKind] = _REGULAR) -> Sequence[Bar]:
        """A bar for every minute in which `code` traded today, oldest first."""
        issues = self._find(code, boards)
        if len(issues) > 1:
            return self._joined_minutes(code, issues)
        for issue in issues:
            self._fold(code, issue)
            return issue.minutes
        return ()

    def _joined_minutes(self, code: str, issues: Sequence[_Issue]) -> list[Bar]:
        rows = _in_order([(issue, len(issue.prices)) for issue in issues])
        minutes = []
        for minute, group in groupby(rows, key=lambda row: row[0].seconds[row[1]] // _MINUTE):
            prints = [(issue.prices[index], issue.quantities[index]) for issue, index in group]
            minutes.append(self._bar(code, minute * _MINUTE, *zip(*prints, strict=True)))
        return minutes

    def _fold(self, code: str, issue: _Issue) -> None:
        """Bring the minutes up to the last print. The last minute may still grow, so it is made again."""
        start, end = issue.folded, len(issue.prices)
        while start < end:
            minute = issue.seconds[start] // _MINUTE * _MINUTE
            stop = bisect_right(issue.seconds, minute + _MINUTE - 1, start, end)
            prices, quantities = issue.prices[start:stop], issue.quantities[start:stop]
            at = self._at(minute)
            if issue.minutes and issue.minutes[-1].at == at:
                issue.minutes.pop()
            issue.minutes.append(self._bar(code, minute, prices, quantities))
            if stop < end:
                issue.folded = stop
            start = stop

    def _bar(self, code: str, minute: int, prices: Sequence[int], quantities: Sequence[int]) -> Bar:
        value = sum(price * quantity for price, quantity in zip(prices, quantities, strict=True))
        at, high, low = self._at(minute), max(prices), min(prices)
        return Bar(code, at, prices[0], high, low, prices[-1], sum(quantities), value)

    def _at(self, second: int) -> datetime:
        return datetime.combine(self._day, time(), KST) + timedelta(seconds=second)

    def _begin_day(self, exchange: Exchange) -> None:
        self._day = exchange.day
        self._issues.clear()
        self._count = 0

    @staticmethod
    def _end(issue: _Issue, until: datetime | None) -> int:
        """How many prints there were until then."""
        if until is None:
            return len(issue.seconds)
        return bisect_right(issue.seconds, until.hour * 3600 + until.minute * 60 + until.second)


def _in_order(places: Sequence[tuple[_Issue, int]]) -> list[tuple[_Issue, int]]:
    """The first so many prints of each issue's columns, in the order in which they happened."""
    rows = [(issue, index) for issue, end in places for index in range(end)]
    return sorted(rows, key=lambda row: row[0].numbers[row[1]])
