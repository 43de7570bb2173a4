"""How a quantity is spread over the day in whole shares: the turns of a name, and what is due by each.

TWAP spreads evenly over time, VWAP by the volume that the name's recent days had by then, POV by a share of
the volume that there really was. Every name has its own instants, drawn from a seed, so that names do not
fire together.

Where the volume of recent days is not known, or too thin for a curve, a day is taken for a U: four times as
dense at the open and at the end as in the middle. That shape is an assumption, no measurement, and a plan
says for which names it stands. Pure: the same plan always has the same turns.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, groupby

from hoga.domain.bar import Bar
from hoga.domain.plan import Course, Schedule
from hoga.domain.request import Side
from hoga.krx.calendar import get_hours
from hoga.krx.sessions import regular_session

CATCH_UP_EVERY = timedelta(minutes=1)
"""Between two turns after the window."""

LAST_TURN_BEFORE = timedelta(seconds=10)
"""No turn of continuous trading is later than this before its end."""

CLOSING_TURNS = (timedelta(seconds=5), timedelta(minutes=2), timedelta(minutes=5))
"""Turns in the closing call, from its start; a few seconds more for each name."""

CURVE_STEP = timedelta(minutes=5)
"""The volume of recent days is added up in steps of this length, from the open on."""

_FEWEST_STEPS = Fraction(1, 2)
"""A name that traded in a smaller share of the steps has no curve: one print would draw all to itself."""

_GRAIN = 1 << 16
_EDGE = Fraction(1, 10)
"""This share of a slice at both of its ends is kept free, so that two turns of a name are never close."""


def luck(*parts: object) -> Fraction:
    """A number from 0, under 1, that depends on `parts` alone."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return Fraction(int.from_bytes(digest[:2], "big"), _GRAIN)


def volume_curve(minutes: Iterable[Bar]) -> tuple[int, ...] | None:
    """What minutes of earlier days come to in each step of a day; None when they are too thin for a curve.

    Days may open at different hours. The closing call is no part of it: a window ends before.
    """
    volumes: dict[int, int] = {}
    steps = 0
    for day, bars in groupby(minutes, key=lambda bar: bar.at.date()):
        _, continuous, _ = regular_session(day)
        steps = max(steps, (continuous.end - continuous.start) // CURVE_STEP)
        for bar in bars:
            if continuous.start <= bar.at < continuous.end:
                step = (bar.at - continuous.start) // CURVE_STEP
                volumes[step] = volumes.get(step, 0) + bar.volume
    traded = sum(volume > 0 for volume in volumes.values())
    if not traded or traded < steps * _FEWEST_STEPS:
        return None
    return tuple(volumes.get(step, 0) for step in range(steps))


@dataclass(frozen=True)
class Slices:
    """The turns of one name: `quantity` shares on one side."""

    course: Course
    code: str
    side: Side
    quantity: int

    @property
    def window_end(self) -> datetime:
        return self.course.end if self.side is Side.BUY else self.course.sells_end

    @cached_property
    def turns(self) -> tuple[datetime, ...]:
        """The instants of the window, in order; none of them outside of it."""
        course = self.course
        length = timedelta(minutes=course.slice_minutes)
        if self.window_end <= course.start:
            return ()
        count = max(1, (self.window_end - course.start) // length)
        length = (self.window_end - course.start) / count
        return tuple(course.start + length * float(turn + self._jitter(turn)) for turn in range(count))

    @cached_property
    def later_turns(self) -> tuple[datetime, ...]:
        """The instants after the window, while continuous trading lasts."""
        last = self._continuous_end - LAST_TURN_BEFORE
        offset = CATCH_UP_EVERY * float(luck(self.course.seed, self.code, "later"))
        count = max(0, (last - self.window_end - offset) // CATCH_UP_EVERY + 1)
        return tuple(self.window_end + offset + CATCH_UP_EVERY * turn for turn in range(count))

    @cached_property
    def closing_turns(self) -> tuple[datetime, ...]:
        """The instants in the closing call; none when the plan stays out of it."""
        if not self.course.closing_auction:
            return ()
        start = self._continuous_end + timedelta(seconds=10) * float(
            luck(self.course.seed, self.code, "close")
        )
        return tuple(start + turn for turn in CLOSING_TURNS)

    @cached_property
    def all_turns(self) -> tuple[datetime, ...]:
        return (*self.turns, *self.later_turns, *self.closing_turns)

    @property
    def most_at_once(self) -> int:
        """Shares that one turn of the window sends at most, also when it is behind: four even slices."""
        return max(1, -(-4 * self.quantity // max(1, len(self.turns))))

    def passed(self, at: datetime) -> int:
        """How many turns of the day are behind at `at`."""
        return bisect_right(self.all_turns, at)

    def next_turn(self, at: datetime) -> datetime | None:
        """The first turn after `at`."""
        passed = self.passed(at)
        return self.all_turns[passed] if passed < len(self.all_turns) else None

    def due(self, at: datetime, market_volume: int = 0) -> int:
        """Shares that should have been sent by `at`. `market_volume` is everybody's since the start, for POV.

        Everything is due at the last turn of the window; with POV only after the window.
        """
        passed = bisect_right(self.turns, at)
        if at >= self.window_end or not self.turns:
            return self.quantity
        match self.course.schedule:
            case Schedule.TWAP:
                share = Fraction(passed, len(self.turns))
            case Schedule.VWAP:
                share = self._volume_share(passed)
            case Schedule.POV:
                return min(self.quantity, int(market_volume * self.course.participation))
        # Each name is rounded at its own point, so that names of few shares do not fire together either.
        rounding = luck(self.course.seed, self.code, "rounding") if passed else Fraction(0)
        return min(self.quantity, int(self.quantity * share + rounding))

    def _jitter(self, turn: int) -> Fraction:
        return _EDGE + (1 - 2 * _EDGE) * luck(self.course.seed, self.code, turn)

    def _volume_share(self, passed: int) -> Fraction:
        """The share of the window's usual volume that lies in its first `passed` slices."""
        start, end = self.course.start, self.window_end
        here = start + (end - start) * passed / len(self.turns)
        low, high = self._usual_volume(start), self._usual_volume(end)
        if low == high:
            return Fraction(passed, len(self.turns))  # nothing ever trades in the window
        return (self._usual_volume(here) - low) / (high - low)

    @cached_property
    def _traded(self) -> tuple[int, ...]:
        """The volume of recent days by the end of each step; empty when there is no curve."""
        return tuple(accumulate(self.course.curves.get(self.code, ())))

    def _usual_volume(self, at: datetime) -> Fraction:
        """The share of a day's volume by `at`: by the curve, within a step evenly; else by the assumed one.

        That is the integral of 1 + 3y^2, y from -1 at the open to 1.
        """
        first = get_hours(self.course.start.date()).open
        if traded := self._traded:
            steps, rest = divmod(at - first, CURVE_STEP)
            steps = min(steps, len(traded) - 1)
            before = traded[steps - 1] if steps else 0
            within = Fraction(rest // timedelta(seconds=1), CURVE_STEP // timedelta(seconds=1))
            return (before + (traded[steps] - before) * within) / traded[-1]
        y = Fraction(2 * ((at - first) // timedelta(seconds=1)), (self._continuous_end - first).seconds) - 1
        return (y + y**3 + 2) / 4

    @property
    def _continuous_end(self) -> datetime:
        return regular_session(self.course.start.date())[1].end
