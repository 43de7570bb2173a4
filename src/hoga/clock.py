"""What time it is: the only reader of the wall clock, and the clocks of simulated days.

Every clock shows instants in KST and keeps the `Clock` promise. A simulated clock is told where it starts; it
never looks at the wall's date.
"""

import asyncio
import heapq
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count

from hoga.domain.zone import KST

_LONGEST_SLEEP = 30.0
"""Seconds after which a sleeper looks at its clock again: the wall may be set, a laptop may have slept."""


MOST_DOUBT = timedelta(minutes=1)
"""How far a computer's clock may move against the broker's and still be the one that counts."""


class WallClock:
    """Real time. Somebody may set it, or a laptop may sleep: `now` jumps then, and `steady` goes on.

    Whether `steady` counts the time for which a computer sleeps depends on the system; Linux does not.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(KST),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._base, self._zero = wall(), monotonic()

    def now(self) -> datetime:
        return self._wall()

    def steady(self) -> datetime:
        return self._base + timedelta(seconds=self._monotonic() - self._zero)

    async def sleep_until(self, at: datetime) -> None:
        while (left := (at - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - nobody tells us of time
            await asyncio.sleep(min(left, _LONGEST_SLEEP))

    async def sleep(self, span: timedelta) -> None:
        at = self.steady() + span
        while (left := (at - self.steady()).total_seconds()) > 0:  # noqa: ASYNC110 - nobody tells us of time
            await asyncio.sleep(left)


class WitnessedClock:
    """A computer's clock that is held against the time that a broker tells with its answers.

    When the computer's moves against the broker's by more than `MOST_DOUBT`, somebody has set it, and it goes
    on as it was before, carried by `steady` from one answer to the next: a day that is over because a clock
    was set is not over. A computer that slept moves with the broker. Which of two that have differed from the
    first answer on is right is not known (what KIS's answers bear is unverified): the computer's is believed.
    `tell` is told whenever they begin to differ, and when they agree again.
    """

    def __init__(self, clock: WallClock, tell: Callable[[str], object]) -> None:
        self._clock = clock
        self._tell = tell
        self._written = ""
        self._theirs: timedelta | None = None
        """How far what was told last is ahead of `steady`; None before anything was told."""
        self._usual = timedelta()
        """How far the computer's clock is ahead of the broker's when nobody has set it."""
        self._is_off = False

    def hear(self, written: str) -> None:
        """Take in the time of an answer as HTTP writes it. What cannot be read is nothing."""
        if written == self._written:
            return
        try:
            told = parsedate_to_datetime(written)
        except ValueError:
            return
        if told.tzinfo is None:
            return
        is_first, skew = self._theirs is None, self._clock.now() - told
        self._written, self._theirs = written, told.astimezone(KST) - self._clock.steady()
        was_off, self._is_off = self._is_off, abs(skew) > MOST_DOUBT
        if not self._is_off:
            self._usual = timedelta()
        elif is_first:
            self._usual = skew
        if self._is_off and not was_off:
            seconds = round(skew.total_seconds())
            self._tell(
                f"이 컴퓨터의 시계가 증권사와 {seconds:+}초 다릅니다. 시계를 맞추십시오 / "
                f"this computer's clock is {seconds:+} s off the broker's. Put the clock right"
            )
        elif was_off and not self._is_off:
            self._tell("시계가 다시 증권사와 맞습니다 / the clock agrees with the broker's again")

    def now(self) -> datetime:
        shown = self._clock.now()
        if self._theirs is None:
            return shown
        unset = self._clock.steady() + self._theirs + self._usual
        return shown if abs(shown - unset) <= MOST_DOUBT else unset

    def steady(self) -> datetime:
        return self._clock.steady()

    async def sleep(self, span: timedelta) -> None:
        await self._clock.sleep(span)

    async def sleep_until(self, at: datetime) -> None:
        while (left := (at - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - nobody tells us of time
            await asyncio.sleep(min(left, _LONGEST_SLEEP))


class PacedClock:
    """A simulated day that runs `pace` simulated seconds per real second, from `start` on.

    It stands at `start` until `run` is called, and wherever it is paused. It follows a monotonic reading
    (seconds), so that a change of the wall clock does not disturb it. It can be moved forward; back it
    goes by a `restart` only.
    """

    def __init__(
        self, start: datetime, pace: float, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._pace = _checked_pace(pace)
        self._base = start.astimezone(KST)
        """What it showed when it was started, stopped or moved last."""
        self._monotonic = monotonic
        self._zero: float | None = None
        """The reading at that moment; None while it stands."""
        self._sleepers: set[asyncio.Future[None]] = set()
        self._beginnings = 0

    @property
    def pace(self) -> float:
        return self._pace

    @property
    def is_running(self) -> bool:
        return self._zero is not None

    def run(self) -> None:
        """Begin to run, or go on after a pause. A running clock takes no notice."""
        if self._zero is None:
            self._zero = self._monotonic()
            self._wake()

    def pause(self) -> None:
        """Stand still. Who sleeps goes on sleeping."""
        self._base, self._zero = self.now(), None
        self._wake()

    def set_pace(self, pace: float) -> None:
        """Run at another pace from now on. Raises `ValueError` when it is none."""
        self._turn(self.now(), _checked_pace(pace))

    def jump(self, at: datetime) -> None:
        """Move to `at` and wake everybody who waits for it. Raises `ValueError` when it is past."""
        now = self.now()
        if at < now:
            raise ValueError(f"a clock cannot run backward, from {now} to {at}")
        self._turn(at.astimezone(KST), self._pace)

    def follow(self, at: datetime, pace: float, *, is_running: bool) -> None:
        """Go on as another clock does, which showed `at` just now.

        It never runs backward: where it is ahead, it takes up the pace and lets the other one catch up.
        """
        self._base, self._pace = max(self.now(), at.astimezone(KST)), _checked_pace(pace)
        self._zero = self._monotonic() if is_running else None
        self._wake()

    def restart(self, at: datetime) -> None:
        """Move to `at`, be it past. Who sleeps is woken, as what they wait for may not come."""
        self._beginnings += 1
        self._turn(at.astimezone(KST), self._pace)

    def now(self) -> datetime:
        if self._zero is None:
            return self._base
        return self._base + timedelta(seconds=(self._monotonic() - self._zero) * self._pace)

    def steady(self) -> datetime:
        return self.now()  # whoever moves it moves the market's time

    async def sleep(self, span: timedelta) -> None:
        await self.sleep_until(self.now() + span)

    async def sleep_until(self, at: datetime) -> None:
        begun = self._beginnings
        while self._beginnings == begun and (left := (at - self.now()).total_seconds()) > 0:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers.add(sleeper)
            try:
                timeout = min(left / self._pace, _LONGEST_SLEEP) if self.is_running else None
                await asyncio.wait((sleeper,), timeout=timeout)
            finally:
                self._sleepers.discard(sleeper)

    def _turn(self, base: datetime, pace: float) -> None:
        self._base, self._pace = base, pace
        if self._zero is not None:
            self._zero = self._monotonic()
        self._wake()

    def _wake(self) -> None:
        """Let everybody who sleeps look at the clock again."""
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)


def _checked_pace(pace: float) -> float:
    if not 0 < pace < math.inf:
        raise ValueError(f"a clock needs a positive pace, not {pace}")
    return pace


class ManualClock:
    """A clock that stands still until it is set: for runs at full speed, and for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(KST)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._arrivals = count()

    def now(self) -> datetime:
        return self._now

    def steady(self) -> datetime:
        return self._now

    async def sleep(self, span: timedelta) -> None:
        await self.sleep_until(self._now + span)

    @property
    def next_at(self) -> datetime | None:
        """The earliest instant that somebody waits for."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def set(self, at: datetime) -> None:
        """Move to `at` and wake everybody who waits for it, in the order of the instants they wait for.

        Raises `ValueError` when `at` is earlier than `now()`.
        """
        if at < self._now:
            raise ValueError(f"a clock cannot run backward, from {self._now} to {at}")
        self._now = at.astimezone(KST)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, at: datetime) -> None:
        if at <= self._now:
            return
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._arrivals), sleeper))
        await sleeper
