import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hoga.clock import MOST_DOUBT, ManualClock, PacedClock, WallClock, WitnessedClock
from hoga.domain.zone import KST

NINE = datetime(2025, 11, 14, 9, tzinfo=KST)
SECOND = timedelta(seconds=1)


class Reading:
    """A monotonic reading that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


class ManualWall:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.at = NINE

    def __call__(self) -> datetime:
        return self.at


def test_the_wall_clock_shows_korean_time() -> None:
    before = datetime.now(UTC)  # noqa: TID251 - what it is compared with
    now = WallClock().now()
    after = datetime.now(UTC)  # noqa: TID251
    assert before <= now <= after
    assert now.utcoffset() == timedelta(hours=9)


def test_the_wall_clock_returns_at_once_from_an_instant_that_has_passed() -> None:
    clock = WallClock()
    asyncio.run(asyncio.wait_for(clock.sleep_until(clock.now() - SECOND), 5))


def test_the_wall_clock_never_returns_early() -> None:
    clock = WallClock()
    at = clock.now() + timedelta(milliseconds=20)
    asyncio.run(clock.sleep_until(at))
    assert clock.now() >= at


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_a_wall_clock_that_is_set_goes_on_steadily(ahead: int) -> None:
    wall, reading = ManualWall(), Reading()
    clock = WallClock(wall=wall, monotonic=reading)
    wall.at += (2 + ahead) * SECOND
    reading.seconds += 2
    assert clock.now() == NINE + (2 + ahead) * SECOND
    assert clock.steady() == NINE + 2 * SECOND


def test_a_sleep_ends_although_the_wall_clock_is_set_back() -> None:
    wall = ManualWall()
    clock = WallClock(wall=wall)

    async def story() -> None:
        sleep = asyncio.create_task(clock.sleep(timedelta(milliseconds=20)))
        await asyncio.sleep(0)
        wall.at -= 3_600 * SECOND
        await asyncio.wait_for(sleep, 5)

    before = clock.steady()
    asyncio.run(story())
    assert clock.steady() - before >= timedelta(milliseconds=20)


class Witnessed:
    """A computer's clock and a broker's, and what a person is told of them."""

    def __init__(self) -> None:
        self.wall, self.reading = ManualWall(), Reading()
        self.told: list[str] = []
        self.clock = WitnessedClock(WallClock(wall=self.wall, monotonic=self.reading), self.told.append)

    def pass_by(self, seconds: int) -> None:
        self.wall.at += seconds * SECOND
        self.reading.seconds += seconds

    def hear(self, at: datetime) -> None:
        self.clock.hear(format_datetime(at.astimezone(UTC), usegmt=True))


def test_a_clock_that_is_set_ahead_a_day_is_not_believed_against_the_broker() -> None:
    both = Witnessed()
    both.hear(NINE)
    both.pass_by(60)
    both.wall.at += timedelta(days=1)
    assert both.clock.now() == NINE + 60 * SECOND
    both.hear(NINE + 60 * SECOND)
    both.pass_by(1)
    both.hear(NINE + 61 * SECOND)
    assert both.clock.now() == NINE + 61 * SECOND
    (line,) = both.told
    assert "+86400 s off the broker's" in line
    both.wall.at -= timedelta(days=1)
    both.hear(NINE + 62 * SECOND)
    assert "agrees" in both.told[-1]


def test_of_two_that_have_differed_from_the_start_nobody_knows_which_is_right() -> None:
    """An answer may bear the time of another zone: it is told, and moves no day."""
    both = Witnessed()
    assert both.clock.now() == NINE
    both.hear(NINE - timedelta(hours=9))
    assert both.clock.now() == NINE
    assert len(both.told) == 1
    both.pass_by(60)
    both.wall.at += timedelta(days=1)
    assert both.clock.now() == NINE + 60 * SECOND
    both.wall.at = NINE + 60 * SECOND - timedelta(hours=9)  # put right
    both.hear(both.wall.at)
    assert (both.clock.now(), len(both.told)) == (both.wall.at, 2)


def test_a_computer_that_slept_has_moved_with_the_broker() -> None:
    both = Witnessed()
    both.hear(NINE)
    both.wall.at += timedelta(hours=8)  # and `steady` stood
    both.hear(NINE + timedelta(hours=8))
    assert (both.clock.now(), both.told) == (NINE + timedelta(hours=8), [])


def test_one_that_is_right_within_a_minute_counts_itself() -> None:
    both = Witnessed()
    both.hear(NINE - MOST_DOUBT)
    assert (both.clock.now(), both.told) == (NINE, [])


def test_what_is_no_time_is_not_heard() -> None:
    both = Witnessed()
    for written in ("", "yesterday", "Fri, 14 Nov 2025", "Fri, 13 Nov 2025 00:00:00 -0000"):
        both.clock.hear(written)
    assert (both.clock.now(), both.told) == (NINE, [])


def test_a_wait_for_an_instant_is_not_over_because_the_clock_was_set() -> None:
    both = Witnessed()
    both.hear(NINE)
    both.wall.at += timedelta(days=1)

    async def wait() -> None:
        waiting = asyncio.create_task(both.clock.sleep_until(NINE + timedelta(hours=1)))
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        both.reading.seconds += 3_600
        await both.clock.sleep_until(NINE + timedelta(hours=1))

    asyncio.run(wait())


@pytest.mark.parametrize(("pace", "shown"), [(1, 2), (60, 120), (0.5, 1), (600, 1200)])
def test_a_paced_clock_runs_a_multiple_of_real_time(pace: float, shown: int) -> None:
    reading = Reading()
    clock = PacedClock(NINE, pace, monotonic=reading)
    clock.run()
    assert clock.now() == NINE
    reading.seconds += 2
    assert clock.now() == NINE + shown * SECOND


def test_a_paced_clock_stands_until_everybody_is_ready() -> None:
    reading = Reading()
    clock = PacedClock(NINE, 60, monotonic=reading)
    reading.seconds += 2
    assert clock.now() == NINE
    clock.run()
    reading.seconds += 1
    clock.run()  # a second time does not set it back
    assert clock.now() == NINE + 60 * SECOND


def test_a_paced_clock_shows_korean_time_wherever_it_was_started() -> None:
    clock = PacedClock(NINE.astimezone(UTC), 1, monotonic=Reading())
    clock.run()
    assert clock.now() == NINE
    assert clock.now().utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize("pace", [0, -1, float("nan"), float("inf")])
def test_a_clock_without_a_pace_is_refused(pace: float) -> None:
    with pytest.raises(ValueError, match="positive pace"):
        PacedClock(NINE, pace)
    clock = PacedClock(NINE, 2)
    with pytest.raises(ValueError, match="positive pace"):
        clock.set_pace(pace)
    assert clock.pace == 2


def test_a_paused_clock_stands_and_goes_on_from_there() -> None:
    reading = Reading()
    clock = PacedClock(NINE, 60, monotonic=reading)
    clock.run()
    reading.seconds += 1
    clock.pause()
    assert not clock.is_running
    reading.seconds += 100
    assert clock.now() == NINE + 60 * SECOND
    clock.pause()  # a second time changes nothing
    clock.run()
    reading.seconds += 1
    assert clock.now() == NINE + 120 * SECOND


@pytest.mark.parametrize("is_running", [True, False])
def test_a_clock_goes_on_at_another_pace_from_where_it_is(is_running: bool) -> None:
    reading = Reading()
    clock = PacedClock(NINE, 60, monotonic=reading)
    clock.run()
    reading.seconds += 1
    if not is_running:
        clock.pause()
    clock.set_pace(2)
    assert clock.now() == NINE + 60 * SECOND
    reading.seconds += 1
    assert clock.now() == NINE + (62 if is_running else 60) * SECOND
    assert clock.is_running is is_running


@pytest.mark.parametrize("is_running", [True, False])
def test_a_clock_jumps_forward_and_never_back(is_running: bool) -> None:
    reading = Reading()
    clock = PacedClock(NINE, 1, monotonic=reading)
    if is_running:
        clock.run()
    reading.seconds += 5
    clock.jump(NINE + 3_600 * SECOND)
    assert clock.now() == NINE + 3_600 * SECOND
    with pytest.raises(ValueError, match="backward"):
        clock.jump(NINE + 3_599 * SECOND)
    reading.seconds += 5
    assert clock.now() == NINE + (3_605 if is_running else 3_600) * SECOND


def test_sleepers_learn_at_once_that_a_clock_was_moved_started_or_made_faster() -> None:
    async def story(change: str) -> None:
        clock = PacedClock(NINE, 0.001)
        if change != "started":
            clock.run()
        task = asyncio.create_task(clock.sleep_until(NINE + SECOND))
        await asyncio.sleep(0)
        match change:
            case "moved":
                clock.jump(NINE + SECOND)
            case "faster":
                clock.set_pace(1_000)
            case _:
                clock.set_pace(1_000)
                clock.run()
        await asyncio.wait_for(task, 5)
        assert clock.now() >= NINE + SECOND

    for change in ("moved", "faster", "started"):
        asyncio.run(story(change))


def test_nobody_wakes_while_a_clock_is_paused() -> None:
    async def story() -> None:
        clock = PacedClock(NINE, 10_000)
        clock.run()
        task = asyncio.create_task(clock.sleep_until(NINE + 3_600 * SECOND))
        await asyncio.sleep(0)
        clock.pause()
        await asyncio.sleep(0.5)
        assert not task.done()
        clock.run()
        await asyncio.wait_for(task, 5)

    asyncio.run(story())


def test_an_hour_at_a_fast_pace_is_over_in_a_moment() -> None:
    clock = PacedClock(NINE, 360_000)
    clock.run()
    asyncio.run(asyncio.wait_for(clock.sleep_until(NINE + 3_600 * SECOND), 5))
    assert clock.now() >= NINE + 3_600 * SECOND


def test_a_manual_clock_stands_still_until_it_is_set() -> None:
    clock = ManualClock(NINE)
    assert clock.now() == NINE
    clock.set(NINE + SECOND)
    assert clock.now() == NINE + SECOND
    clock.set(NINE + SECOND)  # the same instant is no step backward


def test_a_manual_clock_never_runs_backward() -> None:
    clock = ManualClock(NINE)
    with pytest.raises(ValueError, match="backward"):
        clock.set(NINE - SECOND)
    assert clock.now() == NINE


def woken_at(seconds: int) -> list[str]:
    """Who of three sleepers is awake when the clock has been set to 09:00 and so many seconds."""

    async def story() -> list[str]:
        clock, woken = ManualClock(NINE), list[str]()

        async def sleep(name: str, until: int) -> None:
            await clock.sleep_until(NINE + until * SECOND)
            woken.append(name)

        sleepers = [asyncio.create_task(sleep(*each)) for each in (("late", 3), ("early", 1), ("too", 1))]
        await asyncio.sleep(0)
        clock.set(NINE + seconds * SECOND)
        for _ in range(3):
            await asyncio.sleep(0)
        for sleeper in sleepers:
            sleeper.cancel()
        await asyncio.gather(*sleepers, return_exceptions=True)
        return woken

    return asyncio.run(story())


def test_setting_a_manual_clock_wakes_those_whose_time_has_come() -> None:
    assert woken_at(0) == []
    assert woken_at(1) == ["early", "too"]
    assert woken_at(2) == ["early", "too"]


def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    assert woken_at(60) == ["early", "too", "late"]


def test_a_sleeper_for_an_instant_that_has_passed_does_not_wait() -> None:
    clock = ManualClock(NINE)
    asyncio.run(asyncio.wait_for(clock.sleep_until(NINE), 5))
    asyncio.run(asyncio.wait_for(clock.sleep_until(NINE - SECOND), 5))


def test_a_sleeper_that_gave_up_disturbs_nobody() -> None:
    async def story() -> None:
        clock = ManualClock(NINE)
        task = asyncio.create_task(clock.sleep_until(NINE + SECOND))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        clock.set(NINE + SECOND)

    asyncio.run(story())


def test_a_clock_that_follows_another_takes_up_its_time_and_pace_and_never_runs_backward() -> None:
    reading = 0.0
    clock = PacedClock(NINE, 1, monotonic=lambda: reading)
    clock.follow(NINE + timedelta(seconds=10), 60, is_running=True)
    reading = 1.0
    assert clock.now() == NINE + timedelta(seconds=70)
    clock.follow(NINE + timedelta(seconds=65), 1, is_running=True)
    assert clock.now() == NINE + timedelta(seconds=70)
    reading = 3.0
    assert clock.now() == NINE + timedelta(seconds=72)
    clock.follow(NINE + timedelta(seconds=80), 1, is_running=False)
    reading = 9.0
    assert clock.now() == NINE + timedelta(seconds=80)


def test_a_paced_clock_that_is_restarted_wakes_who_waits_for_what_may_not_come() -> None:
    async def wait() -> datetime:
        clock = PacedClock(NINE, 1, monotonic=lambda: 0.0)
        clock.run()
        sleeping = asyncio.create_task(clock.sleep_until(NINE + timedelta(hours=5)))
        await asyncio.sleep(0)
        clock.jump(NINE + timedelta(hours=1))
        await asyncio.sleep(0)
        assert not sleeping.done()
        clock.restart(NINE - timedelta(hours=1))
        await sleeping
        return clock.now()

    assert asyncio.run(wait()) == NINE - timedelta(hours=1)
