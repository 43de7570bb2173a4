"""Who of all callers of one app key calls next, on the whole machine.

Orders, and what they are judged by, overtake account reads, which overtake quotes, and all of them overtake
what is polled: in this process by a queue and between processes by claims. Nobody who waits holds anybody up,
and all waiting is on the clock that is handed in: the one of the network, never that of a simulated day.
`pacing` decides, this file waits.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.pacing import KEPT, Pacing, full
from hoga.brokers.kis.rates import Priority, calls_per_second
from hoga.brokers.kis.shared import FOLDER, SharedFile, shared_name
from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.ports import Clock

T = TypeVar("T")

_log = logging.getLogger(__name__)

WORTH_TELLING = timedelta(seconds=3)
"""A wait that is longer is told to the person beforehand."""

_AGAIN = timedelta(seconds=10)
"""After so long a file that could not be used is tried again: who else calls is not known meanwhile."""

_EPOCH = datetime(1970, 1, 1, 9, tzinfo=KST)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The calls of this process that wait, and when the last of them begins if nobody else calls.

    `limit` is the most that begin in a second.
    """

    limit: int
    orders: int
    accounts: int
    quotes: int
    polls: int
    wait: timedelta

    @property
    def is_busy(self) -> bool:
        """Whether any call waits."""
        return bool(self.orders or self.accounts or self.quotes or self.polls)


@dataclass(order=True, slots=True)
class _Ticket:
    """A place in the queue: by priority, then by arrival."""

    priority: Priority
    number: int
    has_left: bool = field(default=False, compare=False)
    first: asyncio.Event = field(default_factory=asyncio.Event, compare=False)
    """Set when nobody in the queue is before it."""


def _hear(sentence: str) -> None:
    """Nobody wants to be told."""


class Governor:
    """Lets the calls of one app key begin."""

    def __init__(
        self,
        shared: SharedFile,
        clock: Clock,
        calls: Callable[[date], int],
        tell: Callable[[str], object] = _hear,
    ) -> None:
        """`calls` is the limit of a second by the date of `clock`. `tell` hears of long waits beforehand.

        Raises `BadInput` for a limit that cannot be kept.
        """
        if not 1 <= calls(clock.now().date()) <= KEPT:
            raise BadInput(
                f"초당 호출 한도는 1 이상 {KEPT} 이하여야 합니다. 한도를 고치세요.",
                f"A limit of calls a second must be from 1 to {KEPT}. Change it.",
            )
        self._shared = shared
        self._clock = clock
        self._calls = calls
        self._tell = tell
        self._queue: list[_Ticket] = []
        self._numbers = count()
        self._waiting = [0] * len(Priority)
        self._own: Pacing | None = None
        """What is known when the file cannot be used."""
        self._again_at = clock.steady()
        """When it is tried again."""

    @classmethod
    def open(
        cls,
        home: Path,
        keys: Keys,
        environment: Environment,
        clock: Clock,
        *,
        customer_since: date | None = None,
        tell: Callable[[str], object] = _hear,
    ) -> "Governor":
        """The governor of an app key, by KIS's own limits, shared through the folder `home`.

        Raises `OSError` when the folder cannot be written.
        """
        return cls(
            cls.file(home, keys),
            clock,
            lambda day: calls_per_second(environment, day, customer_since),
            tell,
        )

    @staticmethod
    def file(home: Path, keys: Keys) -> SharedFile:
        """What all processes know of the calls of an app key. Raises `OSError`."""
        return SharedFile(home / FOLDER / f"{shared_name(keys.appkey)}.pace")

    def __repr__(self) -> str:
        return f"Governor({self._shared!r})"

    async def turn(self, priority: Priority) -> int:
        """Wait until a call may begin, and begin it. Returns its start, for `slow_down`.

        Raises `RateLimited` when another process holds the file and does not let go of it.
        """
        ticket = _Ticket(priority, next(self._numbers))
        heapq.heappush(self._queue, ticket)
        self._waiting[priority] += 1
        try:
            while True:
                if self._first() is not ticket:
                    await ticket.first.wait()
                    ticket.first.clear()
                    continue
                now, free_at = await self._take(priority)
                if free_at <= now:
                    return now
                await self._clock.sleep((free_at - now) * _MICROSECOND)
        finally:
            ticket.has_left = True
            self._waiting[priority] -= 1
            if (first := self._first()) is not None:
                first.first.set()

    async def slow_down(self, start: int, *, is_ledger: bool = False) -> None:
        """KIS has refused the call that began at `start`: leave more space between calls.

        `is_ledger` is for account reads only: their limit is one for all customers together.
        """

        def pull(pacing: Pacing, now: int) -> int:
            pacing.settle(now)
            brake = pacing.ledger_brake if is_ledger else pacing.key_brake
            brake.pull(start, now)
            return brake.step

        step = await self._change(pull)
        _log.info("KIS refuses calls as too many: spaced out, step %d (ledger only: %s)", step, is_ledger)

    async def expect(self, priority: Priority, calls: int) -> timedelta:
        """How long so many calls will take to begin, after those of this process that go first."""
        counts = [waiting if each <= priority else 0 for each, waiting in enumerate(self._waiting)]
        counts[priority] += calls
        return await self._expect(counts)

    async def announce(self, priority: Priority, calls: int) -> None:
        """Tell the person how long so many calls will take, if that is long."""
        wait = await self.expect(priority, calls)
        if wait < WORTH_TELLING:
            return
        seconds = round(wait.total_seconds())
        sentence = (
            f"한국투자증권 호출 한도 때문에 호출 {calls}건에 약 {seconds}초 걸립니다. / "
            f"KIS limits the calls of a second: these {calls} calls take about {seconds} s."
        )
        _log.info("%s", sentence)
        self._tell(sentence)

    async def queue(self) -> Queue:
        """Who waits."""
        orders, accounts, quotes, polls = self._waiting
        wait = await self._expect(list(self._waiting))
        return Queue(
            limit=self._limit(), orders=orders, accounts=accounts, quotes=quotes, polls=polls, wait=wait
        )

    async def _expect(self, counts: list[int]) -> timedelta:
        def plan(pacing: Pacing, now: int) -> int:
            pacing.settle(now)
            return pacing.end_of(counts, now, self._limit()) - now

        return await self._change(plan) * _MICROSECOND

    async def _take(self, priority: Priority) -> tuple[int, int]:
        def take(pacing: Pacing, now: int) -> tuple[int, int]:
            return now, pacing.take(priority, now, self._limit())

        return await self._change(take)

    async def _change(self, act: Callable[[Pacing, int], T]) -> T:
        """Let `act` look at and change what all processes know."""
        if self._own is not None and self._clock.steady() < self._again_at:
            return act(self._own, self._now())
        try:
            async with self._shared.held():
                now = self._now()
                pacing = self._read(now)
                if self._own is not None:
                    pacing.join(self._own)
                result = act(pacing, now)
                self._shared.overwrite(pacing.encode())
                self._own = None
                return result
        except OSError as error:
            _log.warning(
                "The calls to KIS are paced for this process alone: %s cannot be used (%s)",
                self._shared,
                error.strerror,
            )
        now, self._again_at = self._now(), self._clock.steady() + _AGAIN
        if self._own is None:
            self._own = full(now, self._limit())
        return act(self._own, now)

    def _read(self, now: int) -> Pacing:
        content = self._shared.read()
        pacing = Pacing.decode(content)
        if pacing is None:
            return full(now, self._limit()) if content else Pacing()
        return pacing

    def _first(self) -> _Ticket | None:
        while self._queue and self._queue[0].has_left:
            heapq.heappop(self._queue)
        return self._queue[0] if self._queue else None

    def _limit(self) -> int:
        return self._calls(self._clock.now().date())

    def _now(self) -> int:
        return (self._clock.now() - _EPOCH) // _MICROSECOND
