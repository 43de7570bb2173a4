"""The orders of everybody else: minute bars turned into commands of `THE_MARKET`.

There is no rule for this; it is a model, and these are its choices.

- Every minute passes through its bar: open, low, high, close when it rose, open, high, low, close when it
  fell, with a few prints between when volume allows. The prints add up to the bar's volume.
- A print is an order that takes what rests at the price of the print. Before it, the ladder of resting orders
  moves there: ten prices on each side, next to each other, each of a random size around the minute's usual
  volume. Only prices whose orders must change are touched, so whoever waits behind an order of the market
  keeps their place.
- In the opening and the closing call equal quantities meet at one price that wanders to the bar's price, with
  a ladder outside; the auction then gives that price and that quantity. Without a bar for the auction only
  the ladder is there.
- Recorded prices between two ticks (midpoint trades, 중간가) are lowered to the grid.
- A bar during the closing call is a late print of continuous trading and joins the minute before the call.
  The first bar with volume at the close or later is the closing auction. Bars before the open are not used.

The orders of accounts stand in the same book. The market fills those that are better or came earlier before
its own, trades with those that its ladder would cross, and after somebody has moved the price returns to its
bars with the next step. Volume that accounts add or take is not made up for.

Its own orders may set off a volatility interruption where those are on. While an issue is in a call of its
own the market follows the path of its bars there too: what would have been printed gathers at the price of
the moment and trades when the call ends. During a halt it does nothing. It trades at KRX, in the regular
session.

Luck is handed in. Every instrument has one source for what it will trade when, and one for the sizes on its
ladder: accounts change neither the plan of the day nor another instrument.
"""

from array import array
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.errors import BadInput
from hoga.domain.request import Side
from hoga.exchange.board import State
from hoga.exchange.commands import THE_MARKET, Cancel, Command, Place
from hoga.exchange.events import Canceled, Event, Placed, Traded
from hoga.exchange.ladder import Ladder
from hoga.exchange.opening import Listing
from hoga.krx.limits import price_limits
from hoga.krx.sessions import Span, regular_session
from hoga.krx.ticks import grid

LEVELS = 10
"""Prices of the ladder on each side, as many as the market shows."""

KEPT_LEVELS = 20
"""The market's orders further than this many prices from the best are cancelled."""

CALL_STEPS = 6
"""How often the market's orders change during a call."""

MOST_EXTRA_PRINTS = 12
"""Prints of a minute beside its open, high, low and close; a minute of usual volume has up to six."""

_BUY = Side.BUY
_SELL = Side.SELL
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


class Luck(Protocol):
    """Where chance comes from; `random.Random` is one."""

    def random(self) -> float: ...

    def randrange(self, stop: int, /) -> int: ...


class Watched(Protocol):
    """What the flow looks at before it acts."""

    def state(self, code: str, /) -> State: ...


class _Mark(NamedTuple):
    """One bar: indices of its prices, and its volume in shares."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class _Resting:
    """An order of the market that rests in `orders`, the list of one price of one side."""

    __slots__ = ("index", "ladder", "left", "number")

    def __init__(self, number: int, left: int, ladder: "_Ladder", index: int) -> None:
        self.number = number
        self.left = left
        self.ladder = ladder
        self.index = index


_Ladder = dict[int, list[_Resting]]
"""The market's resting orders of one side by the index of their price, the oldest of a price first."""


class _Tape:
    """What one instrument will do today, and the market's orders in its book.

    Prices are rungs of the day's ladder, all grid prices from the lower to the upper limit.
    """

    def __init__(
        self,
        listing: Listing,
        bars: Sequence[Bar],
        day: date,
        session: tuple[Span, Span, Span],
        luck: Callable[[str], Luck],
    ) -> None:
        instrument = listing.instrument
        self.code = instrument.code
        self.plan_luck = luck(f"{instrument.code} plan")
        self.size_luck = luck(f"{instrument.code} sizes")
        market, kind = instrument.market, instrument.kind
        limits = price_limits(
            market, kind, listing.base_price, day, instrument.leverage, is_listing_day=listing.is_new
        )
        self.ladder = Ladder(grid(market, kind, day), limits)
        self.top = self.ladder.top
        self.bids: _Ladder = {}
        self.asks: _Ladder = {}

        _, continuous, call = session
        self._start = continuous.start
        count = (continuous.end - continuous.start) // _MINUTE
        self._marks = array("q", bytes(8 * len(_Mark._fields) * count))
        """The minutes of continuous trading one after the other, five numbers each: a day of many issues is
        large. Volume 0 is a minute without a trade."""
        self.closing: _Mark | None = None
        late = []
        for bar in bars:
            if not bar.volume:
                continue
            if continuous.start <= bar.at < continuous.end:
                self._keep((bar.at - continuous.start) // _MINUTE, bar)
            elif call.start <= bar.at < call.end:
                late.append(bar)
            elif bar.at >= call.end and self.closing is None:
                self.closing = self._mark(bar)
        last = next((bar for bar in bars if bar.at == continuous.end - _MINUTE and bar.volume), None)
        joined = merge_bars([*([last] if last else []), *late]) if late else None
        if joined is not None:
            self._keep(count - 1, joined)
        volumes = self._marks[4::5]
        self.size = max(sum(volumes) // max(sum(1 for volume in volumes if volume), 1), 10)
        self.base = self.ladder.floor(listing.base_price)
        first = next((bar for bar in bars if bar.at >= continuous.start), None)
        self.first = self.base if first is None else self._index(first.open)
        self.last = self.first
        self.side = Side.BUY
        self.gathered = 0
        """Shares that meet in the call that the issue is in."""

    def minute(self, at: datetime) -> _Mark | None:
        """The bar of the minute that begins at `at`; None when nothing traded in it."""
        first = (at - self._start) // _MINUTE * 5
        mark = _Mark(*self._marks[first : first + 5])
        return mark if mark.volume else None

    def _keep(self, number: int, bar: Bar) -> None:
        self._marks[number * 5 : number * 5 + 5] = array("q", self._mark(bar))

    def _index(self, price: int) -> int:
        """The index of a price, lowered to the grid; that of the base price for one beyond the limits."""
        index = self.ladder.floor(price)
        limits = self.ladder.limits
        return index if index >= 0 and self.ladder.grid.floor(price) <= limits.upper else self.base

    def _mark(self, bar: Bar) -> _Mark:
        ladder = self.ladder
        ticks, limits = ladder.grid, ladder.limits
        if not limits.lower <= ticks.floor(bar.low) <= ticks.floor(bar.high) <= limits.upper:
            raise BadInput(
                f"{self.code} {bar.at:%Y-%m-%d %H:%M} 분봉({bar.low:,}~{bar.high:,}원)이 가격제한폭 "
                f"{limits.lower:,}~{limits.upper:,}원을 벗어납니다. 기준가나 분봉을 고치십시오.",
                f"the bar of {self.code} at {bar.at:%Y-%m-%d %H:%M} ({bar.low:,} to {bar.high:,} won) leaves "
                f"the price limits, {limits.lower:,} to {limits.upper:,} won; correct the base price or "
                "the bar",
            )
        return _Mark(
            ladder.floor(bar.open),
            ladder.floor(bar.high),
            ladder.floor(bar.low),
            ladder.floor(bar.close),
            bar.volume,
        )

    def draw_size(self) -> int:
        """A plausible quantity for one price of the ladder."""
        chance = self.size_luck.random()
        return int(self.size * (0.2 + 2.4 * chance * chance)) + 1

    def place(self, side: Side, quantity: int, index: int) -> Place:
        return Place(THE_MARKET, self.code, side, quantity, self.ladder.rising[index])


class _Step:
    """Something that the market does with one instrument at one instant.

    In continuous trading `side` takes `quantity` shares at the price `index`; with quantity 0 the market only
    quotes as if it had. In a call `quantity` is what meets at the price, and `side` means nothing.
    """

    __slots__ = ("at", "index", "quantity", "side", "tape")

    def __init__(self, at: datetime, tape: _Tape, index: int, quantity: int, side: Side = Side.BUY) -> None:
        self.at = at
        self.tape = tape
        self.index = index
        self.quantity = quantity
        self.side = side


@dataclass(frozen=True, slots=True)
class _Minute:
    """A minute of continuous trading: steps may be taken from second `first` on."""

    at: datetime
    first: int


class Flow:
    """The steps of one day in time order, those of one instant by code.

    The exchange's answers must be told with `hear`, and those to the accounts too: the market's own orders
    change with both.
    """

    def __init__(
        self,
        day: date,
        listings: Iterable[Listing],
        bars: Mapping[str, Sequence[Bar]],
        luck: Callable[[str], Luck],
        *,
        random_end: int = 30,
    ) -> None:
        """`bars` are minute bars by code, oldest first; an instrument without a trade stays without orders.

        They are asked for once per code and not kept, so a mapping that makes them on demand does for a large
        market. No bars at all are a quiet market: accounts trade with each other only.

        `luck` gives the source of luck of a name, the same each time for the same name. `random_end` is by
        how many seconds the opening call ends later at most; the first print comes after them. Raises
        `BadInput` when a bar leaves the price limits, and for a day without trading.
        """
        self._day = day
        self._luck = luck
        self._session = regular_session(day)
        opening_call, continuous, closing_call = self._session
        self._opening_call = opening_call
        self._closing_call = closing_call
        self._tapes = []
        for listing in sorted(listings, key=lambda listing: listing.instrument.code):
            of_code = bars.get(listing.instrument.code, ())
            if any(bar.volume for bar in of_code):
                self._tapes.append(_Tape(listing, of_code, day, self._session, luck))
        self._orders: dict[int, _Resting] = {}
        self._by_code = {tape.code: tape for tape in self._tapes}
        count = (continuous.end - continuous.start) // _MINUTE
        self._minutes = deque(
            _Minute(continuous.start + n * _MINUTE, 0 if n else random_end + 1) for n in range(count)
        )
        self._auctioned: dict[str, int] = {}
        self._is_closing_planned = False
        self._steps = self._sorted(step for tape in self._tapes for step in self._opening_steps(tape))
        self._fill_up()

    @property
    def next_at(self) -> datetime | None:
        """When the next step is due; None when the day is over."""
        return self._steps[-1].at if self._steps else None

    def join(self, listing: Listing, bars: Sequence[Bar], at: datetime) -> None:
        """Trade an issue that is listed at `at`, from the first minute on that is still to be planned.

        Raises `BadInput` when a bar leaves the price limits.
        """
        tape = _Tape(listing, bars, self._day, self._session, self._luck)
        insort(self._tapes, tape, key=lambda each: each.code)
        self._by_code[tape.code] = tape
        if not self._steps:
            # Nobody else trades: the day was planned to its end, as nothing.
            start = self._session[1].start
            left = range((at - start) // _MINUTE + 1, (self._closing_call.start - start) // _MINUTE)
            self._minutes = deque(_Minute(start + n * _MINUTE, 0) for n in left if n >= 0)
            self._is_closing_planned = at >= self._closing_call.start
            self._fill_up()

    def step(self, venue: Watched) -> list[Command]:
        """The commands of the next step, all for the instant `next_at` had. They must be processed in order.

        In a call that the plan did not expect, after an interruption or a halt, what the step would print
        joins what gathers there. A call that is planned for continuous trading's time is left out.
        """
        step = self._steps.pop()
        if not self._steps:
            self._fill_up()
        commands: list[Command] = []
        tape = step.tape
        state = venue.state(tape.code)
        is_call_planned = step.at < self._opening_call.end or step.at >= self._closing_call.start
        if state is State.CALL:
            tape.gathered = step.quantity if is_call_planned else tape.gathered + step.quantity
            self._meet(tape, step.index, tape.gathered, commands)
        elif state is State.CONTINUOUS and not is_call_planned:
            tape.gathered = 0
            self._print(tape, step.index, step.quantity, step.side, commands)
        return commands

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
                if event.account == THE_MARKET and event.price is not None:
                    tape = self._by_code[event.code]
                    ladder = tape.bids if event.side is _BUY else tape.asks
                    index = tape.ladder.rungs[event.price]
                    order = _Resting(event.number, event.quantity, ladder, index)
                    self._orders[event.number] = order
                    ladder.setdefault(index, []).append(order)
            elif type(event) is Canceled and event.account == THE_MARKET:
                self._shrink(event.number, event.quantity)

    def _shrink(self, number: int, quantity: int) -> None:
        order = self._orders[number]
        order.left -= quantity
        if order.left:
            return
        del self._orders[number]
        orders = order.ladder[order.index]
        orders.remove(order)
        if not orders:
            del order.ladder[order.index]

    # Planning: which steps there will be.

    @staticmethod
    def _sorted(steps: Iterable[_Step]) -> list[_Step]:
        """`steps` last first, so that the next one can be popped; those of one instant keep their order."""
        ordered = sorted(steps, key=lambda step: step.at)
        ordered.reverse()
        return ordered

    def _fill_up(self) -> None:
        while not self._steps:
            if self._minutes:
                minute = self._minutes.popleft()
                self._steps = self._sorted(
                    step for tape in self._tapes for step in self._minute_steps(tape, minute)
                )
            elif not self._is_closing_planned:
                self._is_closing_planned = True
                self._steps = self._sorted(step for tape in self._tapes for step in self._closing_steps(tape))
            else:
                return

    def _opening_steps(self, tape: _Tape) -> list[_Step]:
        bar = tape.minute(self._opening_call.end)
        quantity = 0
        if bar is not None:
            after = len(_passes(tape, bar)) - 1
            share = 0.35 + 0.3 * tape.plan_luck.random()
            quantity = max(min(int(bar.volume * share), bar.volume - after), 1)
            self._auctioned[tape.code] = quantity
        start, end = self._opening_call.start, self._opening_call.end
        return self._call_steps(tape, start, end, tape.base, tape.first, quantity)

    def _closing_steps(self, tape: _Tape) -> list[_Step]:
        start, end = self._closing_call.start, self._closing_call.end
        if tape.closing is None:
            return self._call_steps(tape, start, end, tape.last, tape.last, 0)
        return self._call_steps(tape, start, end, tape.last, tape.closing.close, tape.closing.volume)

    def _call_steps(
        self, tape: _Tape, start: datetime, end: datetime, here: int, there: int, quantity: int
    ) -> list[_Step]:
        """The indicative price wanders from `here` to `there` while the quantity grows to `quantity`."""
        pause = (end - start) // _SECOND // CALL_STEPS
        steps = []
        for n in range(1, CALL_STEPS + 1):
            at = start + ((n - 1) * pause + (tape.plan_luck.randrange(pause - 1) if n > 1 else 0)) * _SECOND
            index = here + (there - here) * n // CALL_STEPS
            if n < CALL_STEPS and quantity:
                index += tape.plan_luck.randrange(5) - 2
            index = min(max(index, 0), tape.top)
            steps.append(_Step(at, tape, index, quantity * n // CALL_STEPS))
        return steps

    def _minute_steps(self, tape: _Tape, minute: _Minute) -> list[_Step]:
        luck = tape.plan_luck
        bar = tape.minute(minute.at)
        if bar is None:
            at = minute.at + (minute.first + luck.randrange(60 - minute.first)) * _SECOND
            return [_Step(at, tape, tape.last, 0, tape.side)]
        path = _passes(tape, bar)
        volume = bar.volume
        auctioned = self._auctioned.pop(tape.code, 0)
        if auctioned:
            volume -= auctioned
            tape.last = path[0]
            path = path[1:] or path
            if not volume:
                return []
        path = _with_extras(path, volume, 6 * volume // tape.size, luck)
        steps = []
        span = 60 - minute.first
        for n, (index, quantity) in enumerate(zip(path, _split(volume, len(path), luck), strict=True)):
            at = minute.at + (minute.first + int((n + luck.random()) * span / len(path))) * _SECOND
            if index in (0, tape.top):
                # At a limit price the side that everybody is on rests, and the few of the other side take.
                tape.side = Side.BUY if index == 0 else Side.SELL
            elif index != tape.last:
                tape.side = Side.BUY if index > tape.last else Side.SELL
            elif luck.random() < 0.25:
                tape.side = tape.side.opposite
            tape.last = index
            steps.append(_Step(at, tape, index, quantity, tape.side))
        return steps

    # Acting: the commands of a step. Cancels come before new orders, so that the market does not trade with
    # itself by mistake.

    def _meet(self, tape: _Tape, index: int, quantity: int, commands: list[Command]) -> None:
        """In a call: let `quantity` shares meet at a price, and put a ladder outside of it."""
        self._withdraw(tape, index - (not quantity), index + (not quantity), commands)
        if quantity:
            for side, ladder in ((Side.BUY, tape.bids), (Side.SELL, tape.asks)):
                rests = _left(ladder, index)
                if rests > quantity:
                    commands += [Cancel(THE_MARKET, order.number) for order in ladder[index]]
                    rests = 0
                if rests < quantity:
                    commands.append(tape.place(side, quantity - rests, index))
        self._complete(tape, index - 1, index + 1, commands)

    def _print(self, tape: _Tape, index: int, quantity: int, taker: Side, commands: list[Command]) -> None:
        """Let `quantity` shares trade at a price, and leave something of what rests there."""
        if taker is _BUY:
            ladder, bid, ask = tape.asks, index - 1, index
        else:
            ladder, bid, ask = tape.bids, index, index + 1
        self._withdraw(tape, bid, ask, commands)
        rests = _left(ladder, index)
        if rests <= quantity:
            commands.append(tape.place(taker.opposite, quantity - rests + tape.draw_size(), index))
        self._complete(tape, index - 1, index + 1, commands)
        if quantity:
            commands.append(tape.place(taker, quantity, index))
        self._redraw(tape, index, commands)

    def _withdraw(self, tape: _Tape, bid: int, ask: int, commands: list[Command]) -> None:
        """Cancel what is better than these best prices, or too far from them."""
        for ladder, nearest, farthest in (
            (tape.asks, ask, ask + KEPT_LEVELS),
            (tape.bids, bid - KEPT_LEVELS, bid),
        ):
            for index in [index for index in ladder if not nearest <= index <= farthest]:
                commands += [Cancel(THE_MARKET, order.number) for order in ladder[index]]

    def _complete(self, tape: _Tape, bid: int, ask: int, commands: list[Command]) -> None:
        """Give every price of both ladders from these prices outward an order, if it has none."""
        commands += [
            tape.place(_BUY, tape.draw_size(), index)
            for index in range(bid, max(bid - LEVELS, -1), -1)
            if index not in tape.bids
        ]
        commands += [
            tape.place(_SELL, tape.draw_size(), index)
            for index in range(ask, min(ask + LEVELS, tape.top + 1))
            if index not in tape.asks
        ]

    def _redraw(self, tape: _Tape, index: int, commands: list[Command]) -> None:
        """Change the quantity at one price near the best, so that the ladder lives."""
        distance = tape.size_luck.randrange(LEVELS - 1) + 1
        if tape.size_luck.random() < 0.5:
            side, ladder, index = Side.BUY, tape.bids, index - distance
        else:
            side, ladder, index = Side.SELL, tape.asks, index + distance
        if index not in ladder:
            return
        change = tape.draw_size() - _left(ladder, index)
        newest = ladder[index][-1]
        if change > 0:
            commands.append(tape.place(side, change, index))
        elif -change < newest.left:
            if change:
                commands.append(Cancel(THE_MARKET, newest.number, -change))
        elif len(ladder[index]) > 1:
            commands.append(Cancel(THE_MARKET, newest.number))


def _left(ladder: _Ladder, index: int) -> int:
    return sum(order.left for order in ladder.get(index, ()))


def _passes(tape: _Tape, bar: _Mark) -> list[int]:
    """The prices a bar passes through, none twice in a row: a rising one sees its low first."""
    opened, high, low, close, _ = bar
    is_rising = close > opened or (close == opened and tape.plan_luck.random() < 0.5)
    path = [opened]
    for index in (low, high, close) if is_rising else (high, low, close):
        if index != path[-1]:
            path.append(index)
    return path


def _with_extras(path: list[int], volume: int, wanted: int, luck: Luck) -> list[int]:
    """`path` with up to `wanted` more prices on its way, when the volume is enough for them."""
    path = path.copy()
    most = min(wanted, MOST_EXTRA_PRINTS, (volume - len(path)) // 5)
    for _ in range(luck.randrange(most + 1) if most > 0 else 0):
        if len(path) == 1:
            path.append(path[0])
            continue
        place = luck.randrange(len(path) - 1) + 1
        low, high = sorted((path[place - 1], path[place]))
        path.insert(place, low + luck.randrange(high - low + 1))
    return path


def _split(volume: int, parts: int, luck: Luck) -> list[int]:
    """`volume` in random parts of at least one share each."""
    weights = [0.2 + luck.random() for _ in range(parts)]
    rest = max(volume - parts, 0)
    quantities = [1 + int(rest * weight / sum(weights)) for weight in weights]
    quantities[-1] += max(volume - sum(quantities), 0)
    return quantities
