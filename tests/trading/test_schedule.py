from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.trading.schedule import (
    GRACE,
    RunAsked,
    RunEnded,
    RunEvent,
    RunSkipped,
    RunStarted,
    RunWanted,
    ScheduledRun,
    Step,
    last_of,
    step_of,
)

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)
EXAM_DAY = date(2026, 11, 19)
CHRISTMAS = date(2026, 12, 25)


def at(hour: int, minute: int = 0, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), KST)


def a_run(**values: Any) -> ScheduledRun:
    return ScheduledRun(**{"name": "mine", "run": "my.py", **values})


@pytest.mark.parametrize(
    ("start", "day", "expected"),
    [
        ("open", FRIDAY, at(9)),
        ("open-10", FRIDAY, at(8, 50)),
        ("open-10", EXAM_DAY, at(9, 50, EXAM_DAY)),
        ("open+5", FRIDAY, at(9, 5)),
        ("close-30", FRIDAY, at(15)),
        ("close-30", EXAM_DAY, at(16, 0, EXAM_DAY)),
        ("09:05", FRIDAY, at(9, 5)),
        ("09:05", EXAM_DAY, at(9, 5, EXAM_DAY)),
        ("07:00", FRIDAY, at(8)),
    ],
)
def test_a_start_follows_the_hours_of_its_day(start: str, day: date, expected: datetime) -> None:
    assert a_run(start=start).starts_at(day) == expected


@pytest.mark.parametrize(
    ("days", "after", "expected"),
    [
        ((), at(8), at(8, 50)),
        ((), at(8, 50), at(8, 50, MONDAY)),
        ((), at(12, 0, SATURDAY), at(8, 50, MONDAY)),
        (("thu",), at(8), at(8, 50, date(2026, 12, 3))),
        (("fri",), at(9, 0, date(2026, 12, 18)), at(8, 50, date(2027, 1, 8))),  # over Christmas and New Year
        ((), at(12, 0, CHRISTMAS), at(8, 50, date(2026, 12, 28))),
    ],
)
def test_the_next_start_is_on_one_of_its_trading_days(
    days: tuple[str, ...], after: datetime, expected: datetime
) -> None:
    assert a_run(days=days).next_start(after) == expected


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"name": ""}, "name"),
        ({"run": ""}, "run"),
        ({"start": "noon"}, "start"),
        ({"start": "9:05"}, "start"),
        ({"start": "open-90"}, "start"),
        ({"start": "close"}, "start"),
        ({"start": "close+5"}, "start"),
        ({"days": ("sat",)}, "days"),
        ({"missed": "perhaps"}, "missed"),
        ({"candidates": "picks.xlsx"}, "candidates"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=f"{word} = "):
        a_run(**values)


def told(kind: type[RunEvent], **more: Any) -> RunEvent:
    return kind(name="mine", day=FRIDAY, at=at(9), **more)


ENDED = told(RunEnded, code=0)
SKIPPED = told(RunSkipped, why="missed")
SOON, LATER, OVER = at(8, 50) + GRACE, at(8, 53), at(15, 30)


@pytest.mark.parametrize(
    ("missed", "last", "now", "step"),
    [
        ("skip", None, at(8, 49), Step.WAIT),
        ("skip", None, at(8, 50), Step.START),
        ("skip", None, SOON, Step.START),
        ("skip", None, LATER, Step.SKIP),
        ("late", None, LATER, Step.START),
        ("late", None, OVER, Step.SKIP),
        ("ask", None, LATER, Step.ASK),
        ("ask", None, OVER, Step.SKIP),
        ("ask", told(RunAsked), LATER, Step.WAIT),
        ("ask", told(RunAsked), OVER, Step.SKIP),
        ("ask", told(RunWanted), LATER, Step.START),
        ("ask", told(RunWanted), OVER, Step.SKIP),
        ("skip", told(RunStarted), LATER, Step.START),
        ("skip", told(RunStarted), OVER, Step.SKIP),
        ("late", ENDED, LATER, Step.NOTHING),
        ("late", SKIPPED, LATER, Step.NOTHING),
    ],
)
def test_what_is_to_be_done_now(missed: str, last: RunEvent | None, now: datetime, step: Step) -> None:
    assert step_of(a_run(missed=missed), FRIDAY, last, now) is step


def test_what_happened_last_is_that_of_the_name_and_the_day() -> None:
    other = RunEnded(name="other", day=FRIDAY, at=at(9), code=0)
    earlier = RunEnded(name="mine", day=FRIDAY - timedelta(days=1), at=at(9), code=0)
    events = [earlier, told(RunStarted), ENDED, other]
    assert last_of(events, "mine", FRIDAY) == ENDED
    assert last_of(events, "mine", MONDAY) is None
