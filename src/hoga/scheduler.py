"""The service that begins scheduled runs: each as a process of its own (`hoga run`), or inside a bridge.

It sleeps until the next start, over nights, holidays and exam days, and reads its log after every waking, so
that a restart goes on where the service was. A run whose account is busy waits, like one that was missed.
While a process or a person is waited for, it looks again every few seconds.
"""

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from hoga.domain import errors
from hoga.domain.errors import AccountTaken, BrokerError
from hoga.ports import Clock
from hoga.trading.schedule import (
    RunAsked,
    RunEnded,
    RunEvent,
    RunSkipped,
    RunStarted,
    ScheduledRun,
    Step,
    last_of,
    step_of,
)
from hoga.typed_json import Malformed, decode

LOOK_EVERY = timedelta(seconds=5)
RETRY = timedelta(minutes=1)
"""After what time a run is tried again that could not reach its broker, or whose account is taken."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run has ended: its exit code, the name of its error and what it said, "" for nothing."""

    code: int
    error: str = ""
    said: str = ""

    @property
    def may_be_tried_again(self) -> bool:
        """Whether another attempt may do better: what was wrong lies outside of the run, or it was killed."""
        kind = getattr(errors, self.error, None) if self.error else None
        return self.code < 0 or (isinstance(kind, type) and issubclass(kind, BrokerError | AccountTaken))


class Process(Protocol):
    """A run that was begun, in a process or in this one."""

    async def wait(self) -> Outcome:
        """How it has ended, when it has. May be asked again."""

    def stop(self) -> None:
        """Ask it to end."""


class Log(Protocol):
    """What has become of runs."""

    def read(self) -> Sequence[RunEvent]: ...

    def append(self, entry: RunEvent) -> None: ...


Begin = Callable[[ScheduledRun], Awaitable[Process]]


@dataclass(frozen=True, slots=True)
class _Work:
    run: ScheduledRun
    day: date
    process: Process
    ending: asyncio.Task[Outcome]


class Scheduler:
    """Begins `runs` when their time comes, and tells of what starts, ends and is not as planned.

    `is_left_alone` says of a run whether somebody else sees to it now, `is_shared` whether runs of one
    account can be at work beside each other.
    """

    def __init__(
        self,
        runs: Sequence[ScheduledRun],
        log: Log,
        clock: Clock,
        begin: Begin,
        tell: Callable[[str], object],
        *,
        is_left_alone: Callable[[ScheduledRun], bool] = lambda run: False,
        is_shared: bool = False,
    ) -> None:
        self._is_left_alone = is_left_alone
        self._is_shared = is_shared
        self._runs = runs
        self._log = log
        self._clock = clock
        self._begin = begin
        self._tell = tell
        self._working: dict[str, _Work] = {}
        self._again_at: dict[str, datetime] = {}

    @property
    def next_start(self) -> datetime | None:
        """When the next run is planned to start."""
        return min((run.next_start(self._clock.now()) for run in self._runs), default=None)

    async def serve(self) -> None:
        """Begin runs until cancelled. What is running then is asked to end; the next service goes on with it.

        Raises:
            JournalError: the log cannot be used.
        """
        try:
            while True:
                self._reap()
                is_waiting = await self._look()
                wake = self._clock.now() + LOOK_EVERY
                if not is_waiting and (planned := self.next_start) is not None:
                    wake = planned
                await self._clock.sleep_until(wake)
        finally:
            await self._stop()

    def _reap(self) -> None:
        """Write down what has ended."""
        for work in [each for each in self._working.values() if each.ending.done()]:
            del self._working[work.run.name]
            name, now, outcome = work.run.name, self._clock.now(), work.ending.result()
            if outcome.may_be_tried_again:
                if name not in self._again_at:
                    self._tell(f"{name}: 다시 시도합니다 / will be tried again: {outcome.said}")
                self._again_at[name] = now + RETRY
                continue
            self._again_at.pop(name, None)
            self._log.append(RunEnded(name=name, day=work.day, at=now, code=outcome.code, why=outcome.said))
            how = "끝났습니다 / has ended" if not outcome.code else f"실패 / failed: {outcome.said}"
            self._tell(f"{name}: {how}")

    async def _look(self) -> bool:
        """Do what is due. Whether something is waited for that no planned time tells."""
        now = self._clock.now()
        day, events = now.date(), self._log.read()
        is_waiting = False
        for run in self._runs:
            if not run.runs_on(day) or run.name in self._working or self._is_left_alone(run):
                continue
            last = last_of(events, run.name, day)
            step = step_of(run, day, last, now)
            match step:
                case Step.START:
                    is_waiting = True
                    is_taken = not self._is_shared and any(
                        work.run.profile == run.profile for work in self._working.values()
                    )
                    if not is_taken and now >= self._again_at.get(run.name, now):
                        await self._start(run, day, last)
                case Step.ASK | Step.SKIP:
                    self._miss(run, day, last, step)
                case Step.WAIT | Step.NOTHING:
                    pass
            is_waiting = is_waiting or step is Step.ASK or (step is Step.WAIT and last is not None)
        return is_waiting or bool(self._working)

    async def _start(self, run: ScheduledRun, day: date, last: RunEvent | None) -> None:
        self._log.append(RunStarted(name=run.name, day=day, at=self._clock.now()))
        process = await self._begin(run)
        ending = asyncio.create_task(process.wait(), name=f"run {run.name}")
        self._working[run.name] = _Work(run, day, process, ending)
        if run.name not in self._again_at:
            is_again = isinstance(last, RunStarted)
            self._tell(f"{run.name}: {'이어 갑니다 / goes on' if is_again else '시작합니다 / starts'}")

    def _miss(self, run: ScheduledRun, day: date, last: RunEvent | None, step: Step) -> None:
        now, start = self._clock.now(), f"{run.starts_at(day):%H:%M}"
        if step is Step.ASK:
            self._log.append(RunAsked(name=run.name, day=day, at=now))
            self._tell(
                f"{run.name}: {start} 시작을 놓쳤습니다. hoga schedule decide {run.name} late (또는 skip) / "
                f"its start was missed. Decide: hoga schedule decide {run.name} late (or skip)"
            )
            return
        if isinstance(last, RunStarted):
            why = ("끝나는 것을 보지 못했습니다", "its end was not seen")
        else:
            why = (f"{start} 시작을 놓쳐 건너뜁니다", f"its start at {start} was missed, skipped")
        self._again_at.pop(run.name, None)
        self._log.append(RunSkipped(name=run.name, day=day, at=now, why=why[1]))
        self._tell(f"{run.name}: {why[0]} / {why[1]}")

    async def _stop(self) -> None:
        """Let what is running end, without a word in the log: it is not over."""
        for work in self._working.values():
            work.process.stop()
        if self._working:
            await asyncio.wait([work.ending for work in self._working.values()])


@dataclass(frozen=True, slots=True)
class _Line:
    """What we read of the last line of a run."""

    error: str = ""
    english: str = ""
    failure: str = ""


class RunProcess:
    """A `hoga run` of its own; what it tells the person goes where ours goes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def wait(self) -> Outcome:
        assert self._process.stdout is not None
        last = b""
        async for line in self._process.stdout:
            last = line
        code = await self._process.wait()
        try:
            said = decode(last, _Line)
        except Malformed:
            said = _Line()
        return Outcome(
            code, said.error, said.english or said.failure or (f"exit code {code}" if code else "")
        )

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                self._process.send_signal(signal.SIGINT)


def begin_in(home: Path) -> Begin:
    """Begins runs as processes; files that they name are looked for in Hoga's folder."""

    async def begin(run: ScheduledRun) -> RunProcess:
        options = ["--profile", run.profile, "--json"]
        options += ["--live"] if run.live else []
        options += ["--candidates", run.candidates] if run.candidates else []
        options += [part for each in run.set for part in ("--set", each)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hoga", "run", run.run, *options),
            cwd=home,
            stdin=DEVNULL,
            stdout=PIPE,
            start_new_session=True,  # Ctrl-C is for the service, which passes it on
            limit=2**24,  # a result line carries all messages of a day
        )
        return RunProcess(process)

    return begin
