"""The orders of everybody else at KRX before and after its regular session (시간외).

There is no rule for this; it is a model, and these are its choices.

- At closing prices (장전·장후 시간외종가) buys and sells come in, at yesterday's close before the open and at
  today's after the session. One side has more, and what is left of it waits until the session ends.
- In the evening's auctions (시간외단일가, until 2026-09-11) a few prices a side stand around one that wanders
  from the close. What will trade gathers before each auction. Large issues trade in nearly every one, small
  ones now and then; the first auction has the most.
- In the after-market (since 2026-09-14) a book stands around such a price, and an issue trades the more often
  the more it is worth. One that NXT trades too is quoted as it is there, once a minute at least.

All volumes are parts of what the issue trades in its regular session, and come on top of that. What may be
entered when is the exchange's to say: a step that finds its market closed to the issue is left out. Each
issue has sources of luck of its own for each of these sessions.
"""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.exchange.board import State
from hoga.exchange.chance import Wander, draw, draw_side, fade
from hoga.exchange.commands import THE_MARKET, Command, Place
from hoga.exchange.crowd import LEVELS, Crowd, Crowds, Luck
from hoga.exchange.events import BoardKind
from hoga.exchange.ladder import Ladder
from hoga.exchange.opening import Listing
from hoga.exchange.script import Script
from hoga.krx import order_types, sessions, single_price
from hoga.krx.limits import PriceLimits
from hoga.krx.order_types import Circumstances
from hoga.krx.sessions import Phase

PRE_SHARE = (0.0005, 0.002)
POST_SHARE = (0.002, 0.006)
"""What meets at yesterday's and at today's close of the day's volume: at least, and up to so much more."""
EVENING_SHARE = (0.002, 0.006)
AFTER_SHARE = (0.01, 0.02)
"""The same of the evening's auctions and of the after-market."""
SURPLUS = (0.1, 1.5)
"""By how much one side of a session at a closing price has more than the other."""

PRINT_WORTH, CALL_WORTH = 1_000_000, 100_000
"""Won of a usual print, and of all that trades in a usual auction of the evening, where orders are small: an
issue trades so often that it is as much or more."""
CALL_ODDS, PRINT_ODDS = 0.95, 0.5
"""How likely an issue trades at most in an auction of the evening, and in a minute of the after-market."""

CALL_STEPS = 3
"""How often the market's orders change before each auction."""
CALL_LEVELS = 5
MOST_ORDERS = 8
"""Orders of a side in one of the parts of a session at a closing price."""

_INTAKE_PART = 0.6
"""Which part of the orders at today's close is there when they begin to trade."""
_SIZE_SHARE = (0.05, 0.1)
"""What waits at a price of the evening, of the usual size of the day."""
_FARTHEST = 4

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_LAST_SECOND = 59
_DAY = TimeInForce.DAY

_MARKETS = {
    Phase.PRE_CLOSE_PRICE: (BoardKind.PRE_CLOSE_PRICE, OrderType.PRE_HOURS_CLOSING_PRICE),
    Phase.POST_INTAKE: (BoardKind.POST_CLOSE_PRICE, OrderType.AFTER_HOURS_CLOSING_PRICE),
    Phase.POST_CLOSE_PRICE: (BoardKind.POST_CLOSE_PRICE, OrderType.AFTER_HOURS_CLOSING_PRICE),
    Phase.POST_SINGLE: (BoardKind.EVENING_CALLS, OrderType.AFTER_HOURS_AUCTION),
    Phase.AFTER_MARKET: (BoardKind.AFTER_MARKET, OrderType.LIMIT),
}
_SHARES = {
    Phase.PRE_CLOSE_PRICE: PRE_SHARE,
    Phase.POST_INTAKE: POST_SHARE,
    Phase.POST_SINGLE: EVENING_SHARE,
    Phase.AFTER_MARKET: AFTER_SHARE,
}
"""The phases with which a session begins, and what trades in it."""


class Watched(Protocol):
    """What is looked at before something is done."""

    def takes(self, code: str, kind: BoardKind, order_type: OrderType, /) -> bool: ...

    def state(self, code: str, venue: Venue = Venue.KRX, /) -> State: ...

    def bests(self, code: str, kind: BoardKind, /) -> tuple[int | None, int | None]: ...

    def last_price(self, code: str, /) -> int: ...

    def limits(self, code: str, /) -> PriceLimits: ...


@dataclass(frozen=True, slots=True)
class _Issue:
    """An issue that trades today."""

    code: str
    listing: Listing
    script: Script

    def may_trade(self, phase: Phase, day: date) -> bool:
        """Whether the issue is one of those that a market takes, as far as that is known beforehand."""
        listing = self.listing
        circumstances = Circumstances(
            kind=listing.instrument.kind,
            regime=listing.regime,
            is_under_measures=listing.is_under_measures,
            is_under_warning=listing.is_under_warning,
            is_on_nxt=listing.is_on_nxt,
        )
        return order_types.is_allowed(_MARKETS[phase][1], _DAY, phase, Venue.KRX, day, circumstances)


class _Plan:
    """What one issue does in one session: how much it trades, where its price is, its orders in the book."""

    __slots__ = ("crowd", "gathered", "issue", "luck", "rest", "surplus", "volume", "wander", "worth")

    def __init__(self, issue: _Issue, phase: Phase, luck: Luck) -> None:
        script = issue.script
        self.issue = issue
        self.luck = luck
        self.volume = int(script.volume * draw(luck, _SHARES[phase]))
        close = script.closing.close if script.closing is not None else script.base
        self.worth = self.volume * script.ladder.rising[close]
        """About so many won."""
        self.surplus = draw_side(luck)
        """The side that has more at a closing price."""
        self.rest = int(self.volume * draw(luck, SURPLUS))
        self.wander = Wander(luck, _FARTHEST)
        self.gathered = 0
        """Shares that meet in the call that the issue is in after an interruption."""
        self.crowd: Crowd | None = None


class _Step:
    """Something that the market does with one issue at one instant.

    At a closing price an order of `side` comes in. Before an auction `quantity` is what meets, `away` so many
    prices from the close. In the after-market `side` takes it; with quantity 0 the market only quotes.
    """

    __slots__ = ("at", "away", "phase", "plan", "quantity", "side")

    def __init__(
        self, at: datetime, plan: _Plan, phase: Phase, quantity: int, side: Side = Side.BUY, away: int = 0
    ) -> None:
        self.at = at
        self.plan = plan
        self.phase = phase
        self.quantity = quantity
        self.side = side
        self.away = away


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a session that is planned at once: steps may be taken from `start` to just before `end`."""

    phase: Phase
    start: datetime
    end: datetime
    weight: float = 1.0
    """The part of the session's volume that falls into it."""
    begins: bool = False
    """Whether it is the first one of its session."""


class OffHoursFlow:
    """The steps of one day in time order, those of one instant by code.

    The crowds that it makes are told to `crowds`, who must hear what happens.
    """

    def __init__(self, day: date, crowds: Crowds, luck: Callable[[str], Luck]) -> None:
        self._day = day
        self._crowds = crowds
        self._luck = luck
        self._issues: list[_Issue] = []
        self._plans: list[_Plan] = []
        self._stretches = deque(stretch for span in sessions.spans(day) for stretch in _stretches(span, day))
        self._steps: list[_Step] = []

    @property
    def next_at(self) -> datetime | None:
        """When the next step is due; None when the day is over."""
        if self._steps:
            return self._steps[-1].at
        return self._stretches[0].start if self._stretches and self._issues else None

    def add(self, listing: Listing, script: Script) -> None:
        """Trade an issue too, from the next session on."""
        insort(self._issues, _Issue(script.code, listing, script), key=lambda issue: issue.code)

    def skip(self, at: datetime) -> None:
        """Leave out what should have begun before `at`, when there was nothing to trade."""
        while self._stretches and self._stretches[0].start < at:
            self._stretches.popleft()

    def step(self, market: Watched) -> list[Command]:
        """The commands of the next step, as those of `Flow.step`."""
        if not self._steps:
            self._plan(self._stretches.popleft())
            return []
        step = self._steps.pop()
        plan, code = step.plan, step.plan.issue.code
        kind, order_type = _MARKETS[step.phase]
        commands: list[Command] = []
        if not market.takes(code, kind, order_type):
            return commands
        match kind:
            case BoardKind.EVENING_CALLS:
                crowd = self._crowd(plan, step.phase, market)
                crowd.meet(_near_close(step, crowd, market), step.quantity, commands)
            case BoardKind.AFTER_MARKET:
                self._trade(step, self._crowd(plan, step.phase, market), market, commands)
            case _:
                commands.append(Place(THE_MARKET, code, step.side, step.quantity, order_type=order_type))
        return commands

    @staticmethod
    def _trade(step: _Step, crowd: Crowd, market: Watched, commands: list[Command]) -> None:
        plan, quantity, side = step.plan, step.quantity, step.side
        index = _beside_nxt(step, crowd, market)
        if market.state(crowd.code) is State.CALL:
            plan.gathered += quantity
            crowd.meet(index, plan.gathered, commands)
            return
        plan.gathered = 0
        if index in (0, crowd.top):
            side = Side.BUY if index == 0 else Side.SELL  # see Flow
        crowd.print(index, quantity, side, commands)

    def _crowd(self, plan: _Plan, phase: Phase, market: Watched) -> Crowd:
        """The market's orders of an issue, within the limits of this session."""
        if plan.crowd is None:
            script, kind = plan.issue.script, _MARKETS[phase][0]
            limits, ticks = market.limits(script.code), script.ladder.grid
            levels = LEVELS
            if kind is BoardKind.EVENING_CALLS:
                limits = single_price.evening_limits(market.last_price(script.code), limits, ticks)
                levels = CALL_LEVELS
            luck = self._luck(f"{script.code} {kind} sizes")
            size = max(int(script.size * draw(luck, _SIZE_SHARE)), 10)
            plan.crowd = Crowd(script.code, Ladder(ticks, limits), size, luck, kind, levels)
            self._crowds.add(plan.crowd)
        return plan.crowd

    # Planning: which steps there will be.

    def _plan(self, stretch: _Stretch) -> None:
        if stretch.begins:
            self._plans = [
                _Plan(issue, stretch.phase, self._luck(f"{issue.code} {stretch.phase} plan"))
                for issue in self._issues
                if issue.may_trade(stretch.phase, self._day)
            ]
        self._steps = [step for plan in self._plans for step in _steps(plan, stretch)]
        self._steps.sort(key=lambda step: step.at)
        self._steps.reverse()  # the next one is popped


def _near_close(step: _Step, crowd: Crowd, market: Watched) -> int:
    """The place of a step on the ladder, `away` from the close."""
    index = crowd.ladder.floor(market.last_price(crowd.code)) + step.away
    return min(max(index, 0), crowd.top)


def _beside_nxt(step: _Step, crowd: Crowd, market: Watched) -> int:
    """The place at NXT's best price, if that has one now, else near the close."""
    if step.plan.issue.listing.is_on_nxt:
        bid, ask = market.bests(crowd.code, BoardKind.NXT)
        if bid is not None and ask is not None and bid < ask:
            return crowd.ladder.floor(ask if step.side is Side.BUY else bid)
    return _near_close(step, crowd, market)


def _stretches(span: sessions.Span, day: date) -> Iterator[_Stretch]:
    phase, start, end = span.phase, span.start, span.end
    late = (sessions.random_end_seconds(day) + 1) * _SECOND
    match phase:
        case Phase.PRE_CLOSE_PRICE:
            yield _Stretch(phase, start, end, begins=True)
        case Phase.POST_INTAKE:
            yield _Stretch(phase, start + late, end, _INTAKE_PART, begins=True)
        case Phase.POST_CLOSE_PRICE:
            yield _Stretch(phase, start, end, 1 - _INTAKE_PART)
        case Phase.POST_SINGLE:
            ends = single_price.evening_slots(day)
            for number, weight in enumerate(fade(len(ends))):
                began = ends[number - 1] + late if number else start
                yield _Stretch(phase, began, ends[number], weight, begins=not number)
        case Phase.AFTER_MARKET:
            for number, weight in enumerate(fade((end - start) // _MINUTE)):
                began = start + number * _MINUTE
                yield _Stretch(phase, began, began + _MINUTE, weight, begins=not number)
        case _:
            pass


def _steps(plan: _Plan, stretch: _Stretch) -> list[_Step]:
    match stretch.phase:
        case Phase.POST_SINGLE:
            return _before_auction(plan, stretch)
        case Phase.AFTER_MARKET:
            return _in_minute(plan, stretch)
        case _:
            return _at_close(plan, stretch)


def _at_close(plan: _Plan, stretch: _Stretch) -> list[_Step]:
    """Orders of both sides, the more the more they are worth."""
    luck, seconds = plan.luck, (stretch.end - stretch.start) // _SECOND
    steps = []
    for side in Side:
        volume = int((plan.volume + (plan.rest if side is plan.surplus else 0)) * stretch.weight)
        most = min(1 + int(plan.worth * stretch.weight) // PRINT_WORTH, MOST_ORDERS, volume)
        count = 1 + luck.randrange(most) if most else 0
        for n in range(count):
            at = stretch.start + luck.randrange(seconds) * _SECOND
            quantity = volume * (n + 1) // count - volume * n // count
            steps.append(_Step(at, plan, stretch.phase, quantity, side))
    return steps


def _before_auction(plan: _Plan, stretch: _Stretch) -> list[_Step]:
    """What will meet grows until the auction, or nothing does and there are only prices around."""
    luck = plan.luck
    odds = min(plan.worth * stretch.weight / CALL_WORTH, CALL_ODDS)
    quantity = 0
    if luck.random() < odds:
        quantity = max(int(plan.volume * stretch.weight / odds * (0.5 + luck.random())), 1)
    pause = (stretch.end - stretch.start) // _SECOND // CALL_STEPS
    count = CALL_STEPS if quantity else 1
    return [
        _Step(
            stretch.start + (n * pause + luck.randrange(pause)) * _SECOND,
            plan,
            stretch.phase,
            quantity * (n + 1) // count,
            away=plan.wander.go_on(),
        )
        for n in range(count)
    ]


def _in_minute(plan: _Plan, stretch: _Stretch) -> list[_Step]:
    """At most one print in a minute; with the first minute a book."""
    luck, steps = plan.luck, []
    if stretch.begins:
        at = stretch.start + (1 + luck.randrange(_LAST_SECOND // 2)) * _SECOND
        steps.append(_Step(at, plan, stretch.phase, 0, draw_side(luck)))
    odds = min(plan.worth * stretch.weight / PRINT_WORTH, PRINT_ODDS)
    trades = luck.random() < odds
    if trades or plan.issue.listing.is_on_nxt:
        quantity = max(int(plan.volume * stretch.weight / odds * (0.5 + luck.random())), 1) if trades else 0
        half = _LAST_SECOND // 2
        at = stretch.start + (1 + half + luck.randrange(half)) * _SECOND
        steps.append(_Step(at, plan, stretch.phase, quantity, draw_side(luck), plan.wander.go_on()))
    return steps
