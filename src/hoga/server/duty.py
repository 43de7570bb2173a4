"""What is scheduled for an account while its bridge is served: begun at the bridge's own desk.

An account has one desk, so a `hoga run` of its own would have to wait until the bridge is gone. Whoever else
begins scheduled runs (`hoga schedule run`) leaves those of a profile alone while its bridge sees to them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from hoga.chosen import SWING, chosen_strategy
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.instrument import Instrument
from hoga.ports import Clock
from hoga.scheduler import Outcome, Scheduler
from hoga.script import read_script
from hoga.settings import Settings
from hoga.storage.lock import held
from hoga.storage.run_log import RunLog
from hoga.trading.announcer import Announcer
from hoga.trading.crew import Crew
from hoga.trading.desk import Desk
from hoga.trading.schedule import KINDS, RunEvent, ScheduledRun, last_of

ENDED = -1
"""The code of a run that its bridge has ended: it goes on with the next one."""
FAILED = 4
REFUSED = 2


def on_duty(home: Path, profile: str) -> AbstractContextManager[bool]:
    """Be who begins the runs of `profile`, while the context is open; False when another process is."""
    return held(home / f"schedule-{profile}.lock")


def is_on_duty(home: Path, profile: str) -> bool:
    """Whether a bridge begins the runs of `profile`."""
    if not (home / f"schedule-{profile}.lock").exists():
        return False
    with on_duty(home, profile) as is_free:
        return not is_free


class Duty:
    """The scheduled runs of one profile, and what became of them."""

    def __init__(self, profile: str, settings: Settings, home: Path) -> None:
        self.runs = tuple(run for run in settings.schedule if run.profile == profile)
        self._settings = settings
        self._home = home
        self._log: RunLog[RunEvent] = RunLog(home, RunEvent, KINDS)

    def today(self, clock: Clock) -> list[tuple[ScheduledRun, RunEvent | None]]:
        """Each run with what became of it today. Raises `JournalError`."""
        if not self.runs:
            return []
        events, day = self._log.read(), clock.now().date()
        return [(run, last_of(events, run.name, day)) for run in self.runs]

    async def keep(
        self,
        desk: Desk,
        crew: Crew,
        instruments: Mapping[str, Instrument],
        clock: Clock,
        announcer: Announcer,
        tell: Callable[[str], object],
    ) -> None:
        """Begin what is due with `crew`, until cancelled. Raises `JournalError`."""

        async def begin(run: ScheduledRun) -> "InHouse":
            return InHouse(asyncio.create_task(work(run), name=f"run {run.name}"))

        async def work(run: ScheduledRun) -> Outcome:
            try:
                script = None if run.run == SWING else read_script(str(self._home / run.run), run.set)
                candidates = self._home / run.candidates if run.candidates else None
                strategy = chosen_strategy(script, candidates, self._settings, instruments)
                announcer.on_start(strategy.name, str(desk.day), desk.trading_state)
                report = await crew.work(strategy)
            except asyncio.CancelledError:
                return Outcome(ENDED, said="its bridge has ended")
            except HogaError as error:
                code = REFUSED if isinstance(error, BadInput) else FAILED
                return Outcome(code, type(error).__name__, error.english)
            announcer.on_end(report)
            return Outcome(FAILED if report.failure else 0, said=report.failure)

        await Scheduler(self.runs, self._log, clock, begin, tell, is_shared=True).serve()


class InHouse:
    """A run in this process."""

    def __init__(self, task: asyncio.Task[Outcome]) -> None:
        self._task = task

    async def wait(self) -> Outcome:
        with contextlib.suppress(asyncio.CancelledError):
            return await asyncio.shield(self._task)
        return Outcome(ENDED, said="its bridge has ended")

    def stop(self) -> None:
        self._task.cancel()
