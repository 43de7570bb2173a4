"""The orders of everybody else: minute bars turned into commands of `THE_MARKET`.

There is no rule for this; it is a model, and these are its choices.

- Every minute passes through its bar: open, low, high, close when it rose, open, high, low, close when it
  fell, with a few prints between when volume allows. The prints add up to the bar's volume.
- A print is an order that takes what rests at the price of the print. Before it, the ladder of resting orders
  moves there (`crowd`).
- In the opening and the closing call equal quantities meet at one price that wanders to the bar's price, with
  a ladder outside; the auction then gives that price and that quantity. Without a bar for the auction only
  the ladder is there.
- What bars of other times and prices between two ticks become, `script` says.

The orders of accounts stand in the same book. The market fills those that are better or came earlier before
its own, trades with those that its ladder would cross, and after somebody has moved the price returns to its
bars with the next step. Volume that accounts add or take is not made up for.

Its own orders may set off a volatility interruption where those are on. While an issue is in a call of its
own the market follows the path of its bars there too: what would have been printed gathers at the price of
the moment and trades when the call ends. During a halt it does nothing. At KRX it trades in the regular
session, and with `has_off_hours` before and after it (`off_hours_flow`); issues that are on NXT trade there
too (`nxt_flow`).

Luck is handed in. Every instrument has one source for what it will trade when, and one for the sizes on its
ladder: accounts change neither the plan of the day nor another instrument.
"""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hoga.domain.bar import Bar
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.board import State
from hoga.exchange.commands import Command
from hoga.exchange.crowd import Crowd, Crowds, Luck
from hoga.exchange.events import Event
from hoga.exchange.nxt_flow import NxtFlow
from hoga.exchange.off_hours_flow import OffHoursFlow, Watched
from hoga.exchange.opening import Listing
from hoga.exchange.script import Mark, Script
from hoga.krx.sessions import regular_session

CALL_STEPS = 6
"""How often the market's orders change during a call."""

MOST_EXTRA_PRINTS = 12
"""Prints of a minute beside its open, high, low and close; a minute of usual volume has up to six."""

PRINT_WORTH = 1_000_000
"""Won of a print, at least in the mean of a minute, where its open, high, low and close leave a choice."""

_READ_A_STEP = 10
"""Of how many issues the bars are read at once."""

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


class _Tape:
    """One issue: what it will do today, how far it is, and the market's orders in its book."""

    __slots__ = ("crowd", "gathered", "last", "luck", "script", "side")

    def __init__(self, script: Script, luck: Callable[[str], Luck]) -> None:
        self.script = script
        self.luck = luck(f"{script.code} plan")
        self.crowd = Crowd(script.code, script.ladder, script.size, luck(f"{script.code} sizes"))
        self.last = script.first
        self.side = Side.BUY
        self.gathered = 0
        """Shares that meet in the call that the issue is in."""


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
        has_off_hours: bool = False,
    ) -> None:
        """`bars` are minute bars by code, oldest first; an instrument without a trade stays without orders.

        They are asked for once per code and not kept, so a mapping that makes them on demand does for a large
        market. That takes a while there: what the first few do is planned here, and that of the others by
        the first steps of the day. No bars at all are a quiet market: accounts trade with each other only.

        `luck` gives the source of luck of a name, the same each time for the same name. `random_end` is by
        how many seconds the opening call ends later at most; the first print comes after them. Raises
        `BadInput` when a bar leaves the price limits, as a step may later, and for a day without trading.
        """
        self._day = day
        self._luck = luck
        self._session = regular_session(day)
        opening_call, continuous, closing_call = self._session
        self._opening_call = opening_call
        self._closing_call = closing_call
        self._crowds = Crowds()
        self._tapes: list[_Tape] = []
        self._on_nxt: list[Script] = []
        self._off_hours = OffHoursFlow(day, self._crowds, luck) if has_off_hours else None
        self._beside: list[NxtFlow | OffHoursFlow] = []
        """What else the market does."""
        self._beside_at: datetime | None = None
        """When the next of that is due."""
        self._bars = bars
        self._unread = deque(sorted(listings, key=lambda listing: listing.instrument.code))
        count = (continuous.end - continuous.start) // _MINUTE
        self._minutes = deque(
            _Minute(continuous.start + n * _MINUTE, 0 if n else random_end + 1) for n in range(count)
        )
        self._auctioned: dict[str, int] = {}
        self._is_closing_planned = False
        self._steps: list[_Step] = []
        self._read()

    @property
    def is_reading(self) -> bool:
        """Whether bars are still to be read: such a step takes longer than others."""
        return bool(self._unread)

    @property
    def next_at(self) -> datetime | None:
        """When the next step is due; None when the day is over."""
        if self._unread:
            return datetime.combine(self._day, time(), KST)
        at = self._steps[-1].at if self._steps else None
        beside_at = self._beside_at
        return at or beside_at if at is None or beside_at is None else min(at, beside_at)

    def join(self, listing: Listing, bars: Sequence[Bar], at: datetime) -> None:
        """Trade an issue that is listed at `at`, from the first minute on that is still to be planned.

        Raises `BadInput` when a bar leaves the price limits.
        """
        tape = self._take(listing, bars)
        insort(self._tapes, tape, key=lambda each: each.script.code)
        if self._off_hours is not None:
            self._off_hours.skip(at)
            self._off_hours.add(listing, tape.script)
            self._look_beside()
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
        if self._unread:
            self._read()
            return []
        beside_at = self._beside_at
        if beside_at is not None and (not self._steps or beside_at < self._steps[-1].at):
            return self._step_beside(beside_at, venue)
        step = self._steps.pop()
        if not self._steps:
            self._fill_up()
        commands: list[Command] = []
        tape = step.tape
        state = venue.state(tape.script.code)
        is_call_planned = step.at < self._opening_call.end or step.at >= self._closing_call.start
        if state is State.CALL:
            tape.gathered = step.quantity if is_call_planned else tape.gathered + step.quantity
            tape.crowd.meet(step.index, tape.gathered, commands)
        elif state is State.CONTINUOUS and not is_call_planned:
            tape.gathered = 0
            tape.crowd.print(step.index, step.quantity, step.side, commands)
        return commands

    def _step_beside(self, at: datetime, venue: Watched) -> list[Command]:
        commands = next(each for each in self._beside if each.next_at == at).step(venue)
        self._look_beside()
        return commands

    def _look_beside(self) -> None:
        coming = [at for each in self._beside if (at := each.next_at) is not None]
        self._beside_at = min(coming, default=None)

    def hear(self, events: Iterable[Event]) -> None:
        """Keep track of the market's own orders."""
        self._crowds.hear(events)

    def _take(self, listing: Listing, bars: Sequence[Bar]) -> _Tape:
        tape = _Tape(Script(listing, bars, self._day, self._session), self._luck)
        self._crowds.add(tape.crowd)
        return tape

    # Planning: which steps there will be.

    def _read(self) -> None:
        """Take in the next few issues; with the last of them the day begins."""
        for listing in [self._unread.popleft() for _ in range(min(len(self._unread), _READ_A_STEP))]:
            bars = self._bars.get(listing.instrument.code, ())
            if any(bar.volume for bar in bars):
                tape = self._take(listing, bars)
                self._tapes.append(tape)
                if self._off_hours is not None:
                    self._off_hours.add(listing, tape.script)
                if listing.is_on_nxt:
                    self._on_nxt.append(tape.script)
        if self._unread:
            return
        if self._on_nxt:
            nxt = NxtFlow(self._day, self._on_nxt, self._luck)
            for crowd in nxt.crowds:
                self._crowds.add(crowd)
            self._beside.append(nxt)
        if self._off_hours is not None:
            self._beside.append(self._off_hours)
        self._look_beside()
        self._steps = self._sorted(step for tape in self._tapes for step in self._opening_steps(tape))
        self._fill_up()

    @staticmethod
    def _sorted(steps: Iterable[_Step]) -> list[_Step]:
        """`steps` last first, so that the next one can be popped; those of one instant keep their order."""
        ordered = sorted(steps, key=lambda step: step.at)
        ordered.reverse()
        return ordered

    def _fill_up(self) -> None:
        while not self._steps:
            if self._minutes:
                self._steps = self._plan_minute(self._minutes.popleft())
            elif not self._is_closing_planned:
                self._is_closing_planned = True
                self._steps = self._sorted(step for tape in self._tapes for step in self._closing_steps(tape))
            else:
                return

    def _opening_steps(self, tape: _Tape) -> list[_Step]:
        bar = tape.script.minute(self._opening_call.end)
        quantity = 0
        if bar is not None:
            after = len(_passes(tape, bar)) - 1
            share = 0.35 + 0.3 * tape.luck.random()
            quantity = max(min(int(bar.volume * share), bar.volume - after), 1)
            self._auctioned[tape.script.code] = quantity
        start, end = self._opening_call.start, self._opening_call.end
        return self._call_steps(tape, start, end, tape.script.base, tape.script.first, quantity)

    def _closing_steps(self, tape: _Tape) -> list[_Step]:
        start, end = self._closing_call.start, self._closing_call.end
        closing = tape.script.closing
        if closing is None:
            return self._call_steps(tape, start, end, tape.last, tape.last, 0)
        return self._call_steps(tape, start, end, tape.last, closing.close, closing.volume)

    def _call_steps(
        self, tape: _Tape, start: datetime, end: datetime, here: int, there: int, quantity: int
    ) -> list[_Step]:
        """The indicative price wanders from `here` to `there` while the quantity grows to `quantity`."""
        pause = (end - start) // _SECOND // CALL_STEPS
        steps = []
        for n in range(1, CALL_STEPS + 1):
            at = start + ((n - 1) * pause + (tape.luck.randrange(pause - 1) if n > 1 else 0)) * _SECOND
            index = here + (there - here) * n // CALL_STEPS
            if n < CALL_STEPS and quantity:
                index += tape.luck.randrange(5) - 2
            index = min(max(index, 0), tape.script.top)
            steps.append(_Step(at, tape, index, quantity * n // CALL_STEPS))
        return steps

    def _plan_minute(self, minute: _Minute) -> list[_Step]:
        """The steps of a minute, last first."""
        instants = [minute.at + second * _SECOND for second in range(61)]
        seconds: list[list[_Step]] = [[] for _ in instants]
        for tape in self._tapes:
            for second, index, quantity, side in self._prints(tape, minute):
                seconds[second].append(_Step(instants[second], tape, index, quantity, side))
        return [step for steps in reversed(seconds) for step in reversed(steps)]

    def _prints(self, tape: _Tape, minute: _Minute) -> Iterator[tuple[int, int, int, Side]]:
        """What an issue does in a minute: the second of each print, its price, quantity and side."""
        luck = tape.luck
        bar = tape.script.minute(minute.at)
        if bar is None:
            yield minute.first + luck.randrange(60 - minute.first), tape.last, 0, tape.side
            return
        path = _passes(tape, bar)
        volume = bar.volume
        auctioned = self._auctioned.pop(tape.script.code, 0)
        if auctioned:
            volume -= auctioned
            tape.last = path[0]
            path = path[1:] or path
            if not volume:
                return
        worth = volume * tape.script.ladder.rising[bar.close]
        wanted = min(6 * volume // tape.script.size, worth // PRINT_WORTH - len(path))
        path = _with_extras(path, volume, wanted, luck)
        span = 60 - minute.first
        for n, (index, quantity) in enumerate(zip(path, _split(volume, len(path), luck), strict=True)):
            second = minute.first + int((n + luck.random()) * span / len(path))
            if index in (0, tape.script.top):
                # At a limit price the side that everybody is on rests, and the few of the other side take.
                tape.side = Side.BUY if index == 0 else Side.SELL
            elif index != tape.last:
                tape.side = Side.BUY if index > tape.last else Side.SELL
            elif luck.random() < 0.25:
                tape.side = tape.side.opposite
            tape.last = index
            yield second, index, quantity, tape.side


def _passes(tape: _Tape, bar: Mark) -> list[int]:
    """The prices a bar passes through, none twice in a row: a rising one sees its low first."""
    opened, high, low, close, _ = bar
    is_rising = close > opened or (close == opened and tape.luck.random() < 0.5)
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
    rest, total = max(volume - parts, 0), sum(weights)
    quantities = [1 + int(rest * weight / total) for weight in weights]
    quantities[-1] += max(volume - sum(quantities), 0)
    return quantities
