"""The one thread that COM lives on, and whose turn it is there.

Work is a generator that yields before each request what it is about to use. Between two requests what ranks
higher overtakes, and what the terminal pushes is heard. A request begins only while the terminal is connected
(a disconnected one shows no requests left, and would be waited for in vain) and has enough left: over the
limit a price question would stand still inside COM for up to 15 seconds, and orders behind it.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any, Generic, TypeVar

from hoga.brokers.cybos.codes import FAILURES, NOT_CONNECTED, Limit, Program
from hoga.brokers.cybos.com import Com, ComFailure, Connection
from hoga.domain.errors import BrokerError, OutcomeUnknown, Unreachable
from hoga.ports import Clock

_log = logging.getLogger(__name__)

T = TypeVar("T")
Steps = Generator[Limit | None, None, T]
"""Work in steps. It yields what its next step takes one of, None for what the terminal does not count."""

PATIENCE = timedelta(seconds=40)
"""After so long without a sign the terminal hangs: COM itself gives up after 30 seconds."""


class Rank(IntEnum):
    """Who goes first."""

    CANCEL = 0
    ORDER = 1
    ACCOUNT = 2
    QUOTE = 3


SPARE = {Rank.CANCEL: 0, Rank.ORDER: 0, Rank.ACCOUNT: 4, Rank.QUOTE: 4}
"""How many requests each rank leaves for those before it, and for other programs of the same login."""


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    rank: Rank
    steps: Steps[T]
    answer: "asyncio.Future[T]"
    need: Limit | None = None
    is_begun: bool = False
    """Whether its first request may be on its way. Guarded, with `is_withdrawn`, by the apartment's lock."""
    is_withdrawn: bool = False
    is_open: bool = field(default=False)
    """Whether `need` is known."""


class Apartment:
    """Work for the COM thread, from the event loop. `watch` is real time, by which a hanging call is told."""

    def __init__(self, com: Com, watch: Clock, patience: timedelta = PATIENCE) -> None:
        self.com = com
        self._watch = watch
        self._patience = patience
        self._lock = threading.Lock()
        self._jobs: list[_Job[Any]] = []
        self._told: list[Callable[[], None]] = []
        self._is_stepping = False
        self._is_closing = False
        self._beats = 0
        """Rises with every turn of the thread; stands while a call hangs."""
        self._connection: Connection | None = None
        self._on_leave: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Start the thread. Raises `Unreachable` when COM cannot be used there."""
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._live, args=(opened,), name="cybos", daemon=True)
        self._thread.start()
        await opened

    async def close(self) -> None:
        """End the thread. One that hangs in a call is left behind."""
        self._is_closing = True
        self.com.wake()
        await self._until(asyncio.ensure_future(self._ended.wait()))

    @property
    def connection(self) -> Connection:
        """The terminal's connection, on the COM thread."""
        if self._connection is None:
            raise AssertionError("the apartment is not open")
        return self._connection

    async def do(self, rank: Rank, steps: Steps[T]) -> T:
        """What `steps` return.

        Raises:
            Unreachable: nothing was sent.
            OutcomeUnknown: the terminal hangs, and whatever it was sent may be done.
            BrokerError: what `steps` raise.
        """
        answer: asyncio.Future[T] = self._loop.create_future()
        # Who asked may be gone when it fails, and nobody else is to hear of it.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        job = _Job(rank, steps, answer)
        with self._lock:
            self._jobs.append(job)
        self.com.wake()
        try:
            beats = -1
            while not await self._until(answer):
                is_order = rank in (Rank.CANCEL, Rank.ORDER)
                if is_order or beats == self._beats:
                    break
                beats = self._beats
            else:
                return answer.result()
        except asyncio.CancelledError:
            self._withdraw(job)
            raise
        if self._withdraw(job):
            raise Unreachable(
                "CYBOS Plus가 다른 일로 바빠 요청을 보내지 못했습니다. 창이 떠 있는지 확인하십시오.",
                "CYBOS Plus was busy and the request was never sent. See whether it shows a window.",
            )
        raise OutcomeUnknown(
            "CYBOS Plus가 응답하지 않습니다. 창이 떠 있는지 확인하십시오.",
            "CYBOS Plus does not answer. See whether it shows a window.",
        )

    def waiting(self) -> Mapping[Rank, int]:
        """How many jobs there are of each rank, the one that runs included."""
        with self._lock:
            return {rank: sum(job.rank is rank for job in self._jobs) for rank in Rank}

    def tell(self, what: Callable[[], None]) -> None:
        """Call `what` in the event loop, after the answer of the request that is running. COM thread only."""
        if self._is_stepping:
            self._told.append(what)
        else:
            self._post(what)

    async def _until(self, done: "asyncio.Future[Any]") -> bool:
        """Whether `done` is within the patience."""
        late = asyncio.ensure_future(self._watch.sleep(self._patience))
        try:
            await asyncio.wait((done, late), return_when=asyncio.FIRST_COMPLETED)
        finally:
            late.cancel()
        return done.done()

    def _withdraw(self, job: _Job[Any]) -> bool:
        """Whether `job` had not begun, and never will."""
        with self._lock:
            job.is_withdrawn = True
            return not job.is_begun

    # On the COM thread --------------------------------------------------------------------------------------

    def _live(self, opened: "asyncio.Future[None]") -> None:
        try:
            self.com.enter()
            try:
                self._connection = self.com.create(Program.CONNECTION)
                self._post(lambda: opened.set_result(None))
                while not self._is_closing:
                    self._beats += 1
                    self.com.wait(self._turn())
                for leave in self._on_leave:
                    self._quietly(leave)
            finally:
                self._connection = None
                self.com.leave()
        except Exception as error:  # noqa: BLE001 - the thread's own end: whoever waits must hear of it
            failure = self._translated(error)
            self._post(lambda: None if opened.done() else opened.set_exception(failure))
            _log.error("CYBOS: the COM thread ended: %s", failure)
        finally:
            self._post(self._end)

    def ask(self, what: Callable[[], T]) -> T:
        """Do `what` in the event loop, and wait for it. COM thread only.

        Raises what `what` raises, and `Unreachable` when the loop has ended.
        """
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(what())
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
                done.set_exception(error)

        try:
            self._loop.call_soon_threadsafe(run)
        except RuntimeError:
            raise _closed() from None
        return done.result()

    def on_leave(self, what: Callable[[], None]) -> None:
        """Do `what` on the COM thread before it ends."""
        self._on_leave.append(what)

    def _end(self) -> None:
        self._ended.set()
        for job in self._jobs:
            if not job.answer.done():
                job.answer.set_exception(_closed())

    def _turn(self) -> float | None:
        """Let one job do one step. How long to wait before the next turn, None for until woken."""
        with self._lock:
            self._jobs = [job for job in self._jobs if not job.is_withdrawn or job.is_begun]
            jobs = sorted(self._jobs, key=lambda job: job.rank)
        for job in jobs:
            if not job.is_open:
                job.is_open = True
                self._step(job)
                return 0.0
            if self._may_go(job):
                with self._lock:
                    if job.is_withdrawn:
                        self._jobs.remove(job)
                        continue
                    job.is_begun = True
                self._step(job)
                return 0.0
        if not jobs:
            return None
        return max(self.connection.LimitRequestRemainTime, 10) / 1000

    def _may_go(self, job: _Job[Any]) -> bool:
        if not self.connection.IsConnect:
            return True  # its step will say so
        return job.need is None or self.connection.GetLimitRemainCount(job.need) > SPARE[job.rank]

    def _step(self, job: _Job[Any]) -> None:
        self._is_stepping = True
        try:
            try:
                if not self.connection.IsConnect:
                    raise not_connected()
                job.need = next(job.steps)
                return
            except StopIteration as end:
                value = end.value
                self._post(lambda: None if job.answer.done() else job.answer.set_result(value))
            except Exception as error:  # noqa: BLE001 - whoever asked hears of it
                failure = self._translated(error)
                self._post(lambda: None if job.answer.done() else job.answer.set_exception(failure))
        finally:
            self._is_stepping = False
            told, self._told = self._told, []
            for what in told:
                self._post(what)
        job.steps.close()
        with self._lock:
            self._jobs.remove(job)

    def _quietly(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:
            if self.com.failure(error) is None:
                raise

    def _post(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to hear
            self._loop.call_soon_threadsafe(what)

    def _translated(self, error: Exception) -> Exception:
        failure = self.com.failure(error)
        return error if failure is None else broken(failure)


def _closed() -> Unreachable:
    return Unreachable("대신증권 연결이 닫혔습니다.", "the connection to Daishin was closed.")


def not_connected() -> Unreachable:
    return Unreachable(*FAILURES[NOT_CONNECTED])


def broken(failure: ComFailure) -> BrokerError:
    """A failure of COM while nothing was being sent."""
    korean, english = FAILURES.get(
        failure.hresult,
        ("CYBOS Plus를 쓸 수 없습니다. 다시 시작하십시오.", "CYBOS Plus cannot be used. Start it again."),
    )
    return Unreachable(korean, english, f"{failure.hresult:#010x}", failure.said)
