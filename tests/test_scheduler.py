import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from hoga.clock import ManualClock
from hoga.domain.zone import KST
from hoga.scheduler import LOOK_EVERY, Outcome, Scheduler, begin_in
from hoga.storage.run_log import RunLog
from hoga.trading.schedule import KINDS, RunEvent, RunWanted, ScheduledRun

from .cli.test_run import mine
from .cli.test_trade import home, opened

__all__ = ["home", "mine", "opened"]

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)


def at(hour: int, minute: int = 0, day: date = FRIDAY, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), KST)


def a_run(name: str = "mine", **values: Any) -> ScheduledRun:
    return ScheduledRun(**{"name": name, "run": "my.py", "profile": "kis-paper", **values})


class Child:
    """A process that ends when the test says so."""

    def __init__(self) -> None:
        self.outcome = asyncio.get_running_loop().create_future()
        self.is_asked_to_stop = False

    async def wait(self) -> Outcome:
        return await asyncio.shield(self.outcome)

    def stop(self) -> None:
        self.is_asked_to_stop = True
        if not self.outcome.done():
            self.outcome.set_result(Outcome(130))


class Day:
    """A service on a clock that the test sets; a new one goes on with the same log."""

    def __init__(self, home: Path, now: datetime, *runs: ScheduledRun) -> None:
        self.loop = asyncio.Runner()
        self.clock = ManualClock(now)
        self.log: RunLog[RunEvent] = RunLog(home, RunEvent, KINDS)
        self.runs = runs
        self.begun: list[tuple[str, datetime, Child]] = []
        self.lines: list[str] = []
        self.begin()

    def begin(self) -> None:
        async def begin(run: ScheduledRun) -> Child:
            self.begun.append((run.name, self.clock.now(), Child()))
            return self.begun[-1][2]

        scheduler = Scheduler(self.runs, self.log, self.clock, begin, self.lines.append)

        async def start() -> asyncio.Task[None]:
            return asyncio.create_task(scheduler.serve())

        self.service = self.loop.run(start())
        self.turn()

    def turn(self) -> None:
        async def turns() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        self.loop.run(turns())

    def set(self, now: datetime) -> None:
        """Let the clock come to `now`, stopping wherever the service wants to look."""
        while self.clock.next_at is not None and self.clock.next_at <= now:
            self.clock.set(self.clock.next_at)
            self.turn()
        self.clock.set(now)
        self.turn()

    def end(self, code: int = 0, error: str = "") -> None:
        """Let the process that was begun last end."""
        self.begun[-1][2].outcome.set_result(Outcome(code, error, error))
        self.turn()
        self.set(self.clock.now() + LOOK_EVERY)

    def stop(self) -> None:
        self.service.cancel()

        async def wait() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await self.service

        self.loop.run(wait())

    @property
    def starts(self) -> list[tuple[str, datetime]]:
        return [(name, when) for name, when, _ in self.begun]


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Any]:
    made: list[Day] = []

    def make(now: datetime, *runs: ScheduledRun) -> Day:
        made.append(Day(tmp_path, now, *runs))
        return made[-1]

    yield make
    for day in made:
        day.stop()
        day.loop.close()


def kinds(log: Sequence[RunEvent]) -> list[str]:
    return [type(event).__name__ for event in log]


def test_a_run_begins_before_the_open_of_every_trading_day_and_not_between(days: Any) -> None:
    day = days(at(7), a_run())
    day.set(at(9))
    assert day.starts == [("mine", at(8, 50))]
    day.end()
    assert kinds(day.log.read()) == ["RunStarted", "RunEnded"]
    day.set(at(23, 0, SATURDAY))
    assert len(day.begun) == 1
    day.set(at(9, 0, MONDAY))
    assert day.starts[1:] == [("mine", at(8, 50, MONDAY))]


def test_it_sleeps_until_the_next_start(days: Any) -> None:
    day = days(at(12, 0, SATURDAY), a_run())
    assert day.clock.next_at == at(8, 50, MONDAY)


def test_a_missed_run_is_skipped_begun_late_or_asked_about_as_it_says(days: Any) -> None:
    runs = (
        a_run("skips", profile="one"),
        a_run("late", profile="two", missed="late"),
        a_run("asks", profile="three", missed="ask"),
    )
    day = days(at(10), *runs)
    assert day.starts == [("late", at(10))]
    assert any("hoga schedule decide asks late" in line for line in day.lines)
    assert any("skips" in line and "skipped" in line for line in day.lines)
    day.log.append(RunWanted(name="asks", day=FRIDAY, at=at(10, 30)))
    day.set(at(10, 31))
    assert [name for name, _ in day.starts] == ["late", "asks"]


def test_a_question_that_nobody_answers_is_over_with_the_day(days: Any) -> None:
    day = days(at(10), a_run(missed="ask"))
    day.set(at(16))
    assert day.begun == []
    assert kinds(day.log.read()) == ["RunAsked", "RunSkipped"]


def test_a_restart_goes_on_with_what_was_running_and_begins_nothing_twice(days: Any) -> None:
    day = days(at(8, 50), a_run(), a_run("other", profile="two"))
    assert len(day.begun) == 2
    day.end()
    day.stop()
    assert day.begun[0][2].is_asked_to_stop
    day.set(at(11))
    day.begin()
    assert day.starts[2:] == [("mine", at(11))]
    assert any("goes on" in line for line in day.lines)
    day.end()
    day.stop()
    day.begin()
    day.set(at(16))
    assert len(day.begun) == 3


def test_a_run_that_was_under_way_when_everything_died_is_not_begun_after_the_close(days: Any) -> None:
    day = days(at(8, 50), a_run())
    day.stop()
    day.clock.set(at(16))
    day.begin()
    assert len(day.begun) == 1
    assert any("its end was not seen" in line for line in day.lines)


def test_two_runs_of_an_account_run_one_after_the_other(days: Any) -> None:
    day = days(at(8, 50), a_run("first"), a_run("second", missed="late"))
    day.set(at(10))
    assert day.starts == [("first", at(8, 50))]
    day.end()
    assert day.starts[1][0] == "second"


@pytest.mark.parametrize(("code", "error"), [(3, "AccountTaken"), (4, "Unreachable"), (-9, "")])
def test_what_lies_outside_of_a_run_lets_it_try_again_a_minute_later(
    days: Any, code: int, error: str
) -> None:
    day = days(at(8, 50), a_run())
    day.end(code, error)
    assert len(day.begun) == 1
    day.set(at(8, 51, FRIDAY, 30))
    assert len(day.begun) == 2
    assert [line for line in day.lines if "tried again" in line] == day.lines[1:]
    day.end()
    assert kinds(day.log.read())[-1] == "RunEnded"


def test_what_is_wrong_with_the_run_itself_is_told_and_not_repeated(days: Any) -> None:
    day = days(at(8, 50), a_run())
    day.end(2, "BadInput")
    day.set(at(15))
    assert len(day.begun) == 1
    assert any("failed: BadInput" in line for line in day.lines)


def test_a_run_is_a_process_that_trades_and_tells_how_it_ended(
    opened: dict[str, Any], home: Path, mine: str
) -> None:
    async def run(what: str) -> Outcome:
        process = await begin_in(home)(ScheduledRun(name="mine", run=what, profile="sim"))
        return await process.wait()

    assert asyncio.run(run(mine)) == Outcome(0)
    wrong = asyncio.run(run("nothing.py"))
    assert (wrong.code, wrong.error) == (2, "BadInput")
    assert not wrong.may_be_tried_again
