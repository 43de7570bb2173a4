"""What runs on which trading days and when, and what becomes of a run that was missed.

Times follow the market's own day: "open-10" is ten minutes before the open, also on an exam day, when it
opens an hour later. Nothing here waits or reads a clock; what has happened to a run so far is handed in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.krx.calendar import get_hours, is_trading_day, next_trading_day

GRACE = timedelta(minutes=2)
"""A run that begins so much after its time is not late yet."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


class Missed(StrEnum):
    """What becomes of a run whose time came while nobody could begin it."""

    SKIP = "skip"
    LATE = "late"
    """It is begun as soon as it can be, as long as the market of its day is open."""
    ASK = "ask"
    """A person decides, as long as the market of its day is open; else it is skipped."""


ALLOWED = {
    "name": ("이름 (한 번만)", "a name, once"),
    "run": ('"swing" 또는 "my.py:Strategy"', '"swing", or "my.py:Strategy"'),
    "profile": ("계좌의 이름", "the name of a profile"),
    "live": ("true 또는 false; 실계좌의 두 번째 스위치", "true or false; the second switch for real money"),
    "candidates": ("후보 종목 파일 (swing 만)", "a file of candidates (swing only)"),
    "set": ('["size=10"] 처럼 (내 전략만)', 'like ["size=10"] (a strategy of your own only)'),
    "start": (
        '"open-10"(개장 10분 전), "close-30", "09:05" 처럼; 개장 1시간 전부터 장 마감 전까지',
        'like "open-10" (minutes before the open), "close-30" or "09:05"; from an hour before the open, '
        "and before the close",
    ),
    "days": (
        '요일의 목록, 예: ["mon", "fri"]; []는 모든 거래일',
        'like ["mon", "fri"]; [] is every trading day',
    ),
    "missed": ('"skip", "late", "ask"', '"skip", "late" or "ask"'),
}
"""What each key of a scheduled run may be, in Korean and in English."""

_RELATIVE = re.compile(r"(open|close)(?:([+-])(\d{1,3}))?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_EARLIEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledRun:
    """A strategy that runs on trading days. Raises `BadInput` naming a value that is not allowed."""

    name: str = ""
    run: str = ""
    profile: str = "sim"
    live: bool = False
    candidates: str = ""
    set: tuple[str, ...] = ()
    start: str = "open-10"
    days: tuple[str, ...] = ()
    missed: str = "skip"

    def __post_init__(self) -> None:
        fits = {
            "name": bool(self.name) and self.name.isprintable(),
            "run": bool(self.run),
            "profile": bool(self.profile),
            "candidates": not self.candidates or self.run == "swing",
            "set": all("=" in each for each in self.set) and (not self.set or self.run != "swing"),
            "start": self._is_start(),
            "days": set(self.days) <= set(WEEKDAYS),
            "missed": self.missed in tuple(Missed),
        }
        wrong = [name for name, is_right in fits.items() if not is_right]
        if wrong:
            raise BadInput(
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][0]}" for name in wrong),
                "; ".join(f"{name} = {getattr(self, name)}: {ALLOWED[name][1]}" for name in wrong),
            )

    def _is_start(self) -> bool:
        if _CLOCK.fullmatch(self.start):
            return True
        found = _RELATIVE.fullmatch(self.start)
        if found is None:
            return False
        minutes = _minutes(found)
        return -60 <= minutes <= 300 if found[1] == "open" else -300 <= minutes < 0

    def runs_on(self, day: date) -> bool:
        """Whether `day` is one of its days."""
        return is_trading_day(day) and (not self.days or WEEKDAYS[day.weekday()] in self.days)

    def starts_at(self, day: date) -> datetime:
        """When it starts on a trading day; a time by the clock is at the earliest an hour before the open."""
        hours = get_hours(day)
        if clock := _CLOCK.fullmatch(self.start):
            at = datetime.combine(day, time(int(clock[1]), int(clock[2])), KST)
            return max(at, hours.open - _EARLIEST)
        found = _RELATIVE.fullmatch(self.start)
        assert found is not None  # __post_init__ has seen to it
        return (hours.open if found[1] == "open" else hours.close) + timedelta(minutes=_minutes(found))

    def next_start(self, after: datetime) -> datetime:
        """When it starts next, after an instant."""
        day = after.date()
        if not is_trading_day(day):
            day = next_trading_day(day)
        while not self.runs_on(day) or self.starts_at(day) <= after:
            day = next_trading_day(day)
        return self.starts_at(day)


def _minutes(found: re.Match[str]) -> int:
    return int(f"{found[2] or ''}{found[3] or 0}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """Something that happened to the run `name` of `day`, at the instant `at`."""

    name: str
    day: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(RunEvent):
    """A process was begun for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(RunEvent):
    """Its process has ended by itself. `code` is the exit code, `why` what was wrong, "" for nothing."""

    code: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAsked(RunEvent):
    """It was missed, and a person was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWanted(RunEvent):
    """A person wants it to run late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSkipped(RunEvent):
    """It will not run on that day. `why` says who decided so."""

    why: str


KINDS = {kind.__name__: kind for kind in (RunStarted, RunEnded, RunAsked, RunWanted, RunSkipped)}
"""What is remembered of scheduled runs, by name."""


class Step(StrEnum):
    """What is to be done about a run now."""

    WAIT = "wait"
    """Its time has not come, or a person has not decided."""
    START = "start"
    ASK = "ask"
    SKIP = "skip"
    """It was missed."""
    NOTHING = "nothing"
    """It is over for the day."""


def step_of(run: ScheduledRun, day: date, last: RunEvent | None, now: datetime) -> Step:
    """What is to be done about the run of `day`, of which `last` is what happened last.

    One that was begun and has not ended is begun again, whatever is said about missed runs: it has orders.
    """
    is_over = now >= get_hours(day).close
    match last:
        case RunEnded() | RunSkipped():
            return Step.NOTHING
        case RunStarted():
            return Step.SKIP if is_over else Step.START
        case RunWanted():
            return Step.SKIP if is_over else Step.START
        case RunAsked():
            return Step.SKIP if is_over else Step.WAIT
        case _:
            pass
    start = run.starts_at(day)
    if now < start:
        return Step.WAIT
    if is_over:
        return Step.SKIP
    if now <= start + GRACE:
        return Step.START
    return {Missed.SKIP: Step.SKIP, Missed.LATE: Step.START, Missed.ASK: Step.ASK}[Missed(run.missed)]


def last_of(events: Iterable[RunEvent], name: str, day: date) -> RunEvent | None:
    """What happened last to the run `name` of `day`."""
    found = [event for event in events if event.name == name and event.day == day]
    return found[-1] if found else None


def word_of(last: RunEvent | None) -> str | None:
    """What became of a run: started, ended, failed, asked, wanted, skipped; None for nothing yet."""
    if last is None:
        return None
    is_failed = isinstance(last, RunEnded) and last.code != 0
    return "failed" if is_failed else type(last).__name__.removeprefix("Run").lower()
