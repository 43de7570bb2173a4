"""What the calls of the day expected: the price and quantity of each issue, from order to order.

The exchange knows only what a call expects now, and KIS tells how that has moved. It is noted in the opening
and closing calls of KRX, and while an issue gathers orders by itself, in an interruption or after a halt.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from hoga.exchange.events import (
    BoardKind,
    Canceled,
    Event,
    Placed,
    Replaced,
    Resumed,
    ResumptionBegun,
    Turned,
    VolatilityInterrupted,
)
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase

_CALLS = frozenset({Phase.OPEN_CALL, Phase.CLOSE_CALL})
_OWN_CALLS = frozenset({VolatilityInterrupted, ResumptionBegun, Resumed})


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a call expected from a second of the day on; a quantity of 0 is that nothing would trade."""

    second: int
    price: int
    quantity: int


class _Issue:
    """The columns of one issue."""

    __slots__ = ("prices", "quantities", "seconds")

    def __init__(self) -> None:
        self.seconds = array("i")
        self.prices = array("i")
        self.quantities = array("q")


class Expectations:
    """What was expected today, from the making of this on. A new day begins empty."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._issues: dict[str, _Issue] = {}
        self._calling: set[str] = set()
        simulation.on_roll(lambda _: self._begin_day())
        simulation.on_events(self.hear)

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of what the orders among `events` changed."""
        in_call = self._simulation.exchange.phase in _CALLS
        if not in_call and not self._calling and _OWN_CALLS.isdisjoint(map(type, events)):
            return
        codes: dict[str, None] = {}
        for event in events:
            match event:
                case VolatilityInterrupted() if event.board is BoardKind.REGULAR:
                    self._calling.add(event.code)
                case ResumptionBegun():
                    self._calling.add(event.code)
                case Resumed() if event.board is BoardKind.REGULAR:
                    self._calling.discard(event.code)
                case Placed() | Canceled() | Replaced() | Turned():
                    codes[event.code] = None
                case _:
                    pass
        for code in codes:
            if in_call or code in self._calling:
                self._note(code)

    def newest(self, code: str, count: int, since: int, *, with_empty: bool) -> list[Expectation]:
        """The newest `count` from a second of the day on, newest first, with or without those of nothing."""
        issue = self._issues.get(code)
        found: list[Expectation] = []
        for place in range(len(issue.seconds) - 1, -1, -1) if issue else ():
            if issue is None or issue.seconds[place] < since or len(found) == count:
                break
            if with_empty or issue.quantities[place]:
                found.append(_at(issue, place))
        return found

    def find(self, code: str, since: int, second: int) -> Expectation | None:
        """What was expected of an issue at a second of the day; None when nothing had been since another."""
        issue = self._issues.get(code)
        place = bisect_right(issue.seconds, second) if issue else 0
        if issue is None or not place or issue.seconds[place - 1] < since:
            return None
        return _at(issue, place - 1)

    def _note(self, code: str) -> None:
        exchange = self._simulation.exchange
        book = exchange.book(code)
        at = exchange.now
        issue = self._issues.setdefault(code, _Issue())
        second = at.hour * 3600 + at.minute * 60 + at.second
        if issue.seconds and issue.seconds[-1] == second:
            # Of one second the last is told.
            for column in (issue.seconds, issue.prices, issue.quantities):
                column.pop()
        issue.seconds.append(second)
        issue.prices.append(book.indicative_price or exchange.last_price(code))
        issue.quantities.append(book.indicative_quantity or 0)

    def _begin_day(self) -> None:
        self._issues.clear()
        self._calling.clear()


def _at(issue: _Issue, place: int) -> Expectation:
    return Expectation(issue.seconds[place], issue.prices[place], issue.quantities[place])
