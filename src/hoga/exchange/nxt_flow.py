"""The orders of everybody else at NXT (넥스트레이드), beside what they do at KRX.

There is no rule for this; it is a model, and these are its choices.

- In the main market an issue trades a part of what KRX's minute trades, an eighth to a quarter, with a ladder
  of its own. Whoever compares both markets keeps them together: a print is at KRX's best price of that
  moment, now and then a better one between KRX's two, and never across its book. Between two prints the
  ladder stays where it is, so for seconds one market or the other is better.
- Before KRX opens, the price wanders from the base price to where KRX will open; when it has closed, it
  wanders around the close. Both together trade less than a tenth of the day.
- In the call before the after-market (15:30) a part of the evening's volume meets at KRX's close.
- Midpoint orders (중간가) come in now and then and wait on one side until a print meets them.
- Before each break the market takes its orders back, as it does not know what price KRX will find.

An interruption or a halt at NXT is treated as at KRX. Volume comes on top of KRX's, which is not changed by
it. Each issue has sources of luck of its own here too.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from hoga.domain.request import Side, Venue
from hoga.exchange.board import State
from hoga.exchange.chance import Wander, draw, draw_side, fade
from hoga.exchange.commands import Command
from hoga.exchange.crowd import Crowd, Luck
from hoga.exchange.events import BoardKind
from hoga.exchange.script import Script
from hoga.krx import sessions
from hoga.krx.sessions import Phase, Span

MAIN_SHARE = (0.12, 0.12)
"""What an issue trades here of KRX's volume in the main market: at least, and up to so much more."""
PRE_SHARE = (0.01, 0.02)
AFTER_SHARE = (0.02, 0.02)
"""The same of KRX's whole day, in the pre-market and in the after-market."""

PRE_ODDS, AFTER_ODDS = 0.6, 0.3
"""How likely it is that an issue trades in a minute of theirs."""

MOST_PRINTS = 4
"""Prints of an issue in a minute of the main market."""

CALL_STEPS = 5
"""How often the market's orders change during the call before the after-market."""
_CALL_SHARE = 0.15
"""What of the after-market's volume meets in that call."""

_BETTER_ODDS = 0.2
"""How likely a print in the main market is a price better than what it would meet at KRX, if there is one."""
_MIDPOINT_ODDS = 0.1
_FARTHEST = 4
"""How many prices the after-market goes away from the close, and the pre-market from its way."""

_CONTINUOUS = (Phase.PRE, Phase.MAIN, Phase.AFTER)

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_LAST_SECOND = 59
_NXT = Venue.NXT


class Watched(Protocol):
    """What is looked at before something is done."""

    def state(self, code: str, venue: Venue = Venue.KRX, /) -> State: ...

    def bests(self, code: str, kind: BoardKind, /) -> tuple[int | None, int | None]: ...

    def last_price(self, code: str, /) -> int: ...


class _Plan:
    """What one issue does here: the parts of KRX's volume, how far its price is, its orders in the book."""

    __slots__ = ("after", "called", "crowd", "gathered", "luck", "pre", "script", "share", "wander")

    def __init__(self, script: Script, luck: Callable[[str], Luck]) -> None:
        self.script = script
        self.luck = own = luck(f"{script.code} nxt plan")
        self.share = draw(own, MAIN_SHARE)
        day = script.volume
        self.pre = int(day * draw(own, PRE_SHARE))
        self.after = int(day * draw(own, AFTER_SHARE))
        self.called = int(self.after * _CALL_SHARE)
        size = max(int(script.size * self.share), 10)
        self.crowd = Crowd(script.code, script.ladder, size, luck(f"{script.code} nxt sizes"), BoardKind.NXT)
        self.wander = Wander(own, _FARTHEST)
        self.gathered = 0
        """Shares that meet in the call that the issue is in."""


class _Step:
    """Something that the market does with one issue at one instant.

    In a phase that trades `side` takes `quantity` shares; with quantity 0 the market only quotes as if it
    had. In the call `quantity` is what meets, and `side` means nothing. `index` is a place on the ladder
    before KRX opens; then by how many prices a print is better than at KRX, and in the evening how far from
    its close. A step of the break leaves the book.
    """

    __slots__ = ("at", "index", "is_midpoint", "phase", "plan", "quantity", "side")

    def __init__(
        self,
        at: datetime,
        plan: _Plan,
        phase: Phase,
        index: int = 0,
        quantity: int = 0,
        side: Side = Side.BUY,
        *,
        is_midpoint: bool = False,
    ) -> None:
        self.at = at
        self.plan = plan
        self.phase = phase
        self.index = index
        self.quantity = quantity
        self.side = side
        self.is_midpoint = is_midpoint


@dataclass(frozen=True, slots=True)
class _Minute:
    """A minute of a phase, or all of a call: steps may be taken from second `first` on."""

    at: datetime
    phase: Phase
    first: int = 0
    passed: float = 0.0
    """The part of the phase that is over."""
    weight: float = 0.0
    """The part of the phase's volume that falls into the minute."""
    is_last: bool = False


class NxtFlow:
    """The steps of one day at NXT in time order, those of one instant by code."""

    def __init__(self, day: date, scripts: Sequence[Script], luck: Callable[[str], Luck]) -> None:
        """`scripts` are what KRX's day will be of the issues that trade here."""
        self._plans = [_Plan(script, luck) for script in scripts]
        spans = sessions.spans(day, "NXT") if self._plans else ()
        self._minutes = deque(minute for span in spans for minute in _minutes(span))
        self._steps: list[_Step] = []
        self._fill_up()

    @property
    def crowds(self) -> list[Crowd]:
        """The market's orders here: who hears what happens must tell them."""
        return [plan.crowd for plan in self._plans]

    @property
    def next_at(self) -> datetime | None:
        """When the next step is due; None when the day is over."""
        return self._steps[-1].at if self._steps else None

    def step(self, market: Watched) -> list[Command]:
        """The commands of the next step, as those of `Flow.step`."""
        step = self._steps.pop()
        if not self._steps:
            self._fill_up()
        commands: list[Command] = []
        plan = step.plan
        crowd, code = plan.crowd, plan.script.code
        if step.phase is Phase.BREAK:
            crowd.leave(commands)
            return commands
        state = market.state(code, _NXT)
        is_call_planned = step.phase is Phase.AFTER_CALL
        if state is State.CALL:
            plan.gathered = step.quantity if is_call_planned else plan.gathered + step.quantity
            crowd.meet(_place(step, market), plan.gathered, commands)
        elif state is State.CONTINUOUS and not is_call_planned:
            plan.gathered = 0
            self._print(step, _place(step, market), commands)
        return commands

    @staticmethod
    def _print(step: _Step, index: int, commands: list[Command]) -> None:
        crowd, quantity, side = step.plan.crowd, step.quantity, step.side
        if index in (0, crowd.top):
            side = Side.BUY if index == 0 else Side.SELL  # see Flow
        waiting = quantity // 3 if step.is_midpoint and 0 < index < crowd.top else 0
        crowd.print(index, quantity - waiting, side, commands)
        if waiting:
            commands.append(crowd.place_midpoint(side, waiting))

    # Planning: which steps there will be.

    def _fill_up(self) -> None:
        while not self._steps and self._minutes:
            minute = self._minutes.popleft()
            steps = [step for plan in self._plans for step in _steps(plan, minute)]
            steps.sort(key=lambda step: step.at)
            steps.reverse()  # the next one is popped
            self._steps = steps


def _place(step: _Step, market: Watched) -> int:
    """Where a step trades: on its own way before KRX opens, then at KRX's best price, then near its close."""
    script = step.plan.script
    ladder, index = script.ladder, step.index
    if step.phase is not Phase.PRE:
        bid, ask = market.bests(script.code, BoardKind.REGULAR) if step.phase is Phase.MAIN else (None, None)
        if bid is None or ask is None or bid >= ask:
            index += ladder.floor(market.last_price(script.code))
        elif step.side is Side.BUY:
            index = max(ladder.floor(ask) - index, ladder.floor(bid) + 1)
        else:
            index = min(ladder.floor(bid) + index, ladder.floor(ask) - 1)
    return min(max(index, 0), script.top)


def _minutes(span: Span) -> Iterator[_Minute]:
    phase = span.phase
    if phase is Phase.AFTER_CALL:
        yield _Minute(span.start, phase)
    if phase not in _CONTINUOUS:
        return
    start = span.start.replace(second=0)
    count = (span.end - start) // _MINUTE
    # The call before the after-market ends at random.
    late = sessions.RANDOM_END_SECONDS if phase is Phase.AFTER else span.start.second
    for n, weight in enumerate(fade(count)):
        yield _Minute(
            start + n * _MINUTE,
            phase,
            first=late + 1 if late and not n else 0,
            passed=n / count,
            weight=weight,
            is_last=n == count - 1 and phase is not Phase.AFTER,
        )


def _steps(plan: _Plan, minute: _Minute) -> list[_Step]:
    match minute.phase:
        case Phase.PRE:
            script = plan.script
            way = script.base + int((script.first - script.base) * minute.passed)
            steps = _seldom(plan, minute, plan.pre, PRE_ODDS, way)
        case Phase.AFTER:
            steps = _seldom(plan, minute, plan.after - plan.called, AFTER_ODDS, 0)
        case Phase.MAIN:
            steps = _often(plan, minute)
        case _:
            pause = sessions.AFTER_CALL // (CALL_STEPS + 1)
            return [
                _Step(minute.at + n * pause, plan, minute.phase, 0, plan.called * n // CALL_STEPS)
                for n in range(1, CALL_STEPS + 1)
            ]
    if minute.is_last:
        steps.append(_Step(minute.at + _LAST_SECOND * _SECOND, plan, Phase.BREAK))
    return steps


def _seldom(plan: _Plan, minute: _Minute, volume: int, odds: float, way: int) -> list[_Step]:
    """At most one print in a minute, near `way`."""
    luck = plan.luck
    if luck.random() >= odds:
        return []
    quantity = int(volume * minute.weight / odds * (0.5 + luck.random()))
    at = minute.at + (minute.first + luck.randrange(_LAST_SECOND - minute.first)) * _SECOND
    return [_Step(at, plan, minute.phase, way + plan.wander.go_on(), quantity, draw_side(luck))]


def _often(plan: _Plan, minute: _Minute) -> list[_Step]:
    """A few prints of the part of KRX's minute, each about where KRX is then."""
    luck, share = plan.luck, plan.share * (0.8 + 0.4 * plan.luck.random())
    bar = plan.script.minute(minute.at)
    volume = int(bar.volume * share) if bar else 0
    prints = 1 + luck.randrange(min(1 + volume // plan.crowd.size, MOST_PRINTS))
    span = _LAST_SECOND - minute.first
    steps = []
    for n in range(prints):
        at = minute.at + (minute.first + int((n + luck.random()) * span / prints)) * _SECOND
        steps.append(
            _Step(
                at,
                plan,
                minute.phase,
                int(luck.random() < _BETTER_ODDS),
                volume * (n + 1) // prints - volume * n // prints,
                draw_side(luck),
                is_midpoint=luck.random() < _MIDPOINT_ODDS,
            )
        )
    return steps
